/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands of Qualcomm's DIAG as baseband logs hold them (analyzer/capture/diag.h has the files). Little-endian.
 *
 *     10 | u8 | u16 length | log packet          98 01 | u16 | u32 subscription | a command, which is of that SIM
 *     9e | encrypted                             60 events, 79 92 99 9d messages, ...: counted
 *
 * A log packet, whose time counts 1.25 ms and their 2^-16th since 1980-01-06 without leap seconds, which tools take for
 * UTC:
 *
 *     u16 length of all | u16 code | u64 time | body
 */
#include "framing/peel.h"

enum { COMMAND_LOG = 0x10, COMMAND_OF_SUBSCRIPTION = 0x98, COMMAND_ENCRYPTED = 0x9e };
enum { CODE_LTE_RRC = 0xb0c0, CODE_NR_RRC = 0xb821, CODE_LTE_RACH = 0xb062 };

static bool is_pdcp(uint16_t code)
{
    return code == 0xb0a3 || code == 0xb0b3 || code == 0xb0a5 || code == 0xb0b5;
}

#define EPOCH_S    INT64_C(315964800)  /* 1980-01-06 since 1970-01-01 */
#define MOST_UNITS (UINT64_C(1) << 42) /* beyond, the time fits no signed count of nanoseconds: the year 2154 */

static const char layer[] = "DIAG";

static int64_t time_of(uint64_t ticks)
{
    const uint64_t units = ticks >> 16, rest = ticks & 0xffff;

    if (units >= MOST_UNITS)
        return INT64_MIN;
    return EPOCH_S * 1000000000 + (int64_t)(units * 1250000 + (rest * 1250000 >> 16));
}

static void count_item(struct peel *peel, uint16_t code, bool command)
{
    tally_count(&peel->at, DAPS_FRAMING_DIAG);
    tally_item(&peel->at, (struct daps_framing_items){.code = code, .command = command});
}

static void count_unknown(struct peel *peel, uint16_t code, uint32_t version)
{
    tally_item(&peel->at, (struct daps_framing_items){.code = code, .version_unknown = true, .version = version});
}

static void say(struct peel *peel, const char *of, enum daps_problem what, uint64_t number)
{
    tally_problem(&peel->at,
                  (struct daps_framing_problem){.what = what, .layer = of, .numbers = {number}, .rrc_lost = true});
}

/* What is said of the frame around an item: damaged, even its code may be another. */
static void look_at_frame(struct peel *peel, uint16_t code)
{
    if (peel->diag == DAPS_DIAG_CHECKSUM_UNUSED)
        tally_count(&peel->at, DAPS_FRAMING_DIAG_CHECKSUM);
    else if (peel->diag == DAPS_DIAG_CHECKSUM_WRONG)
        tally_problem(&peel->at,
                      (struct daps_framing_problem){
                          .what = DAPS_PROBLEM_DIAG_CHECKSUM, .layer = layer, .numbers = {code}, .rrc_lost = true});
}

/* No rule needs these: a version that is not known is counted like any other item. */
static void take_rach(struct peel *peel, uint64_t ue_key, struct octets body)
{
    if (!peel_diag_rach(peel, ue_key, body))
        count_unknown(peel, CODE_LTE_RACH, body.left > 5 ? body.at[5] : 0);
    else
        count_item(peel, CODE_LTE_RACH, false);
}

static void take_cell(struct peel *peel, uint64_t ue_key, uint16_t code, struct octets body)
{
    uint32_t version;

    if (!peel_diag_cell(peel, ue_key, code, body, &version))
        count_unknown(peel, code, version);
    else
        count_item(peel, code, false);
}

static void take_item(struct peel *peel, uint64_t ue_key, struct octets packet)
{
    const size_t there = packet.left;
    const uint16_t length = octets_le16(&packet), code = octets_le16(&packet);
    const uint32_t low = octets_le32(&packet), high = octets_le32(&packet);
    const bool rrc = code == CODE_LTE_RRC || code == CODE_NR_RRC;

    if (packet.bad) {
        tally_short(&peel->at, layer, true, NULL);
        return;
    }
    peel->at.time_ns = time_of((uint64_t)high << 32 | low);
    look_at_frame(peel, code);
    if (length != there)
        tally_problem(&peel->at, (struct daps_framing_problem){.what = DAPS_PROBLEM_DIAG_LENGTH,
                                                               .layer = layer,
                                                               .numbers = {length, there},
                                                               .rrc_lost = rrc});
    else if (is_pdcp(code) && !peel_diag_pdcp(peel, ue_key, code, packet))
        count_unknown(peel, code, packet.left > 5 ? packet.at[5] : 0);
    else if (rrc && !(code == CODE_LTE_RRC ? peel_qualcomm_lte : peel_qualcomm_nr)(peel, ue_key, packet))
        count_unknown(peel, code, octets_peek(packet));
    else if (code == CODE_LTE_RACH)
        take_rach(peel, ue_key, packet);
    else if (peel_diag_cell_is(code))
        take_cell(peel, ue_key, code, packet);
    else if (!rrc && !is_pdcp(code))
        count_item(peel, code, false);
}

bool peel_foreign(struct peel *peel, const char *of)
{
    if (peel->diag == DAPS_DIAG_CUT)
        say(peel, of, DAPS_PROBLEM_DIAG_CUT, peel->foreign);
    else if (peel->diag == DAPS_DIAG_HEAD)
        tally_count(&peel->at, DAPS_FRAMING_DIAG_HEAD);
    else if (peel->diag == DAPS_DIAG_FOREIGN || peel->foreign > 0)
        say(peel, of, DAPS_PROBLEM_DIAG_FOREIGN, peel->foreign);
    return peel->diag >= DAPS_DIAG_FOREIGN;
}

/* The first subscription is the UE that a log without them is of; phones write 1, 0 or ffffffff for it. */
static uint64_t key_of(uint32_t subscription)
{
    return subscription <= 1 || subscription == UINT32_MAX ? 0 : subscription;
}

void peel_diag_item(struct peel *peel, struct octets packet)
{
    if (!peel_foreign(peel, layer))
        take_item(peel, 0, packet);
}

void peel_diag(struct peel *peel, struct octets command)
{
    uint64_t ue_key = 0;
    uint8_t code;

    if (peel_foreign(peel, layer))
        return;
    code = octets_u8(&command);
    if (code == COMMAND_OF_SUBSCRIPTION) {
        octets_skip(&command, 3);
        ue_key = key_of(octets_le32(&command));
        code = octets_u8(&command);
    }
    if (command.bad) {
        tally_short(&peel->at, layer, true, NULL);
    } else if (code == COMMAND_LOG) {
        octets_skip(&command, 3);
        take_item(peel, ue_key, command);
    } else {
        look_at_frame(peel, code);
        count_item(peel, code, true);
        if (code == COMMAND_ENCRYPTED)
            say(peel, layer, DAPS_PROBLEM_DIAG_ENCRYPTED, 0);
    }
}
