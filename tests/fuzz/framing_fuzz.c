/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer harness of the framing layer: several records of one capture, so that fragments and log segments meet.
 *
 *     record: u8 link type (an index) | u8 octets the snap length took off | u16 length | octets
 *
 * Besides crashes it holds the layer to what it promises: each record is counted, and what is handed over lies inside
 * the record or the layer's own memory (a sanitizer sees any other read).
 */
#include <stdlib.h>
#include <string.h>

#include "unwrap/unwrap.h"

static const int linktypes[] = {252, 1,   101, 228, 229, 113, 276, 0,   108, 149,
                                9,   147, 152, 105, 157, 156, 219, 104, 51,  DAPS_LINKTYPE_NONE};

static uint64_t pdus, problems;
static volatile unsigned sum;

static void take_pdu(void *user, const struct daps_pdu *pdu)
{
    const bool rrc = pdu->layer == DAPS_LAYER_RRC;
    (void)user;
    pdus += rrc;
    if (!pdu->length || (!rrc && pdu->layer != DAPS_LAYER_PDCP))
        abort();
    if (rrc && (pdu->channel <= DAPS_CH_NONE || pdu->channel >= DAPS_CH_COUNT))
        abort();
    if (!rrc && (!pdu->bearer || (pdu->sn_bits != 12 && pdu->sn_bits != 18)))
        abort();
    if (pdu->logged_cell.pci > 1007 || pdu->logged_cell.ssb_arfcn > 3279165)
        abort();
    for (size_t i = 0; i < pdu->length; i++)
        sum += pdu->octets[i];
}

static void take_problem(void *user, const struct daps_framing_problem *problem)
{
    GString *said = g_string_new(NULL);

    (void)user;
    problems++;
    daps_problem_say(said, problem);
    if (!daps_framing_class_is_problem(problem->class) || strstr(said->str, daps_problem_reason(problem->what)) == NULL)
        abort();
    g_string_free(said, TRUE);
}

static uint64_t all_counted(const struct unwrap *unwrap, bool only_problems)
{
    uint64_t all = 0;
    for (unsigned class = 0; class < DAPS_FRAMING_CLASS_COUNT; class ++)
        if (!only_problems || daps_framing_class_is_problem((enum daps_framing_class) class))
            all += unwrap_counts(unwrap)->classes[class];
    return all;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct unwrap_sink sink = {.pdu = take_pdu, .problem = take_problem};
    struct unwrap *unwrap = unwrap_new(&sink);
    struct daps_record record = {.frame = 0};
    pdus = problems = 0;
    while (size >= 4) {
        uint32_t length = (uint32_t)(data[2] << 8 | data[3]);
        if (length > size - 4)
            length = (uint32_t)size - 4;
        uint8_t *octets = malloc(length ? length : 1); /* of its own, so that a read past its end is seen */
        if (!octets)
            abort();
        memcpy(octets, data + 4, length);
        record.frame++;
        record.linktype = linktypes[data[0] % (sizeof linktypes / sizeof *linktypes)];
        record.caplen = length;
        record.len = length + data[1];
        record.data = octets;
        uint64_t before = all_counted(unwrap, false);
        unwrap_record(unwrap, &record);
        if (all_counted(unwrap, false) == before)
            abort();
        free(octets);
        data += 4 + length;
        size -= 4 + length;
    }
    unwrap_finish(unwrap);
    if (unwrap_counts(unwrap)->frames != record.frame || all_counted(unwrap, true) != problems ||
        unwrap_counts(unwrap)->classes[DAPS_FRAMING_NR_RRC] != pdus)
        abort();
    unwrap_free(unwrap);
    return 0;
}
