/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer harness of everything below RRC: MAC frames of one capture through framing, PDCP, ledger and judgement,
 * with the key of the samples, so that changed frames meet contexts that really are in force.
 *
 *     record: u16 length | MAC-NR context and PDU (link type 157)
 */
#include <stdlib.h>
#include <string.h>

#include "daps/engine.h"
#include "daps/keylog.h"
#include "daps/record.h"

static const char key_log[] = "KAMF * f1f2f3f4f5f6f7f8f9fafbfcfdfeff00112233445566778899aabbccddeeff00 ul_nas_count=7";

/* A finding is about frames that were there, and a proof holds. */
static void take_finding(void *user, const struct daps_finding *finding)
{
    const struct daps_keystream_tuple *tuple = &finding->keystream;

    (void)user;
    if (finding->n_frames == 0 || finding->subjects[0].frame == 0)
        abort();
    if (tuple->xor_plaintext != NULL && memcmp(tuple->xor_plaintext, tuple->xor_ciphertext, tuple->octets) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct daps_sink sink = {.finding = take_finding};
    struct daps_engine *engine;
    struct daps_keylog *keylog = daps_keylog_new();
    char error[128];
    const struct daps_engine_options options = {.keylog = keylog};
    struct daps_record record = {.linktype = 157};

    if (!daps_keylog_add_line(keylog, key_log, error, sizeof error))
        abort();
    engine = daps_engine_new(&options, &sink);
    while (size >= 2) {
        uint32_t length = (uint32_t)(data[0] << 8 | data[1]);
        uint8_t *octets;
        if (length > size - 2)
            length = (uint32_t)size - 2;
        octets = malloc(length > 0 ? length : 1); /* of its own, so that a read past its end is seen */
        memcpy(octets, data + 2, length);
        record.frame++;
        record.time_ns += 1000000;
        record.caplen = record.len = length;
        record.data = octets;
        daps_engine_record(engine, &record);
        free(octets);
        data += 2 + length;
        size -= 2 + length;
    }
    daps_engine_drain(engine);
    daps_engine_finish(engine);
    daps_engine_free(engine);
    daps_keylog_free(keylog);
    return 0;
}
