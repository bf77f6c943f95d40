/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A baseband log from its first item to its last, through a window of fixed size. */
#include "diag.h"

#include <string.h>

#include "diag_inside.h"

struct diag *diag_new(struct input *input, enum diag_kind kind, bool checksums)
{
    struct diag *diag = g_new0(struct diag, 1);

    diag->kind = kind;
    diag->source = unzip_new(input, input->format == INPUT_GZIP);
    diag->window = g_malloc(DIAG_WINDOW);
    diag->frame = g_malloc(DIAG_WINDOW);
    diag->checksums = checksums;
    diag_crc_init(&diag->crc);
    return diag;
}

void diag_free(struct diag *diag)
{
    if (diag == NULL)
        return;
    unzip_free(diag->source);
    g_free(diag->window);
    g_free(diag->frame);
    g_free(diag);
}

bool diag_have(struct diag *diag, size_t n)
{
    if (n <= diag->end - diag->at)
        return true;
    if (n > DIAG_WINDOW || diag->over)
        return false;
    diag->end -= diag->at;
    memmove(diag->window, diag->window + diag->at, diag->end);
    diag->at = 0;
    while (diag->end < n && !diag->over) {
        const ssize_t more = unzip_read(diag->source, diag->window + diag->end, DIAG_WINDOW - diag->end, &diag->reason);
        diag->over = more <= 0;
        diag->end += more > 0 ? (size_t)more : 0;
    }
    return n <= diag->end;
}

enum daps_capture_status diag_next(struct diag *diag, struct daps_record *record, const char **reason)
{
    typedef bool next(struct diag * diag, struct daps_record * record);
    static next *const readers[] = {[DIAG_FRAMES] = diag_next_frame,
                                    [DIAG_PACKETS] = diag_next_packet,
                                    [DIAG_HEADED] = diag_next_headed,
                                    [DIAG_SDM_RAW] = diag_next_sdm_raw,
                                    [DIAG_SDM] = diag_next_sdm};

    *record = (struct daps_record){.time_ns = INT64_MIN, .linktype = DAPS_LINKTYPE_DIAG, .data = diag->frame};
    if (readers[diag->kind](diag, record)) {
        record->len = record->caplen;
        diag->begun |= record->diag <= DAPS_DIAG_CHECKSUM_UNUSED;
        return DAPS_CAPTURE_RECORD;
    }
    *reason = diag->reason;
    return diag->reason != NULL ? DAPS_CAPTURE_ERROR : DAPS_CAPTURE_END;
}

uint64_t diag_offset(const struct diag *diag)
{
    return diag->used;
}
