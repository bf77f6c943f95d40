/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints what the capture and framing layers make of a file, one JSON line each: every RRC PDU, every problem, and
 * last the counts. For comparison with other readers; with --quiet it only reads, for timing.
 */
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "capture/capture.h"
#include "unwrap/unwrap.h"

static void print_pdu(void *user, const struct daps_pdu *pdu)
{
    (void)user;
    if (pdu->layer != DAPS_LAYER_RRC)
        return;
    printf("{\"frame\":%" PRIu64 ",\"rat\":\"%s\",\"channel\":\"%s\",\"ue_key\":\"%" PRIx64
           "\",\"pci\":%d,\"arfcn\":%d,\"time\":%" PRId64 ",\"octets\":\"",
           pdu->frame, daps_rat_name(pdu->rat), daps_channel_name(pdu->channel), pdu->ue_key, pdu->logged_cell.pci,
           pdu->logged_cell.ssb_arfcn, pdu->time_ns);
    for (size_t i = 0; i < pdu->length; i++)
        printf("%02x", pdu->octets[i]);
    printf("\"}\n");
}

static void drop_pdu(void *user, const struct daps_pdu *pdu)
{
    (void)user;
    (void)pdu;
}

static void print_problem(void *user, const struct daps_framing_problem *problem)
{
    GString *said = g_string_new(NULL);

    (void)user;
    daps_problem_say(said, problem);
    printf("{\"frame\":%" PRIu64 ",\"problem\":\"%s\",\"detail\":\"%s\"}\n", problem->frame,
           daps_framing_class_name(problem->class), said->str);
    g_string_free(said, TRUE);
}

static void print_counts(const struct daps_framing_counts *counts)
{
    printf("{\"frames\":%" PRIu64 ",\"keys\":%" PRIu64, counts->frames, counts->keys);
    for (unsigned class = 0; class < DAPS_FRAMING_CLASS_COUNT; class ++)
        if (counts->classes[class])
            printf(",\"%s\":%" PRIu64, daps_framing_class_name((enum daps_framing_class) class),
                   counts->classes[class]);
    printf("}\n");
}

int main(int argc, char **argv)
{
    bool quiet = argc > 2 && !strcmp(argv[2], "--quiet");
    if (argc < 2) {
        fprintf(stderr, "usage: framing_dump FILE [--quiet]\n");
        return 2;
    }
    char *error;
    struct daps_capture *capture = daps_capture_open(argv[1], &error);
    if (!capture) {
        fprintf(stderr, "%s\n", error);
        g_free(error);
        return 3;
    }
    struct unwrap_sink sink = {.pdu = quiet ? drop_pdu : print_pdu, .problem = quiet ? NULL : print_problem};
    struct unwrap *unwrap = unwrap_new(&sink);
    struct daps_record record = {.frame = 0};
    enum daps_capture_status status;
    while ((status = daps_capture_next(capture, &record)) == DAPS_CAPTURE_RECORD)
        unwrap_record(unwrap, &record);
    unwrap_finish(unwrap);
    print_counts(unwrap_counts(unwrap));
    if (status == DAPS_CAPTURE_ERROR)
        fprintf(stderr, "%s\n", daps_capture_error(capture));
    unwrap_free(unwrap);
    daps_capture_close(capture);
    return status == DAPS_CAPTURE_ERROR ? 3 : 0;
}
