/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table pdcp_nr_ue_keys that Wireshark's PDCP-NR preference reads:
 *
 *     UEId,"RRC ciphering key","UP ciphering key","RRC integrity key","UP integrity key"
 *
 * and, for the keys of LTE that a phone's log names by value, the table pdcp_lte_ue_keys of its PDCP-LTE preference,
 * whose UEIds are the numbers of the UEs here; a key that is not in the log is left empty:
 *
 *     UEId,"RRC ciphering key","UP ciphering key","RRC integrity key"
 *
 * It holds one row a UE. Where a handover changed the key there is a row for each key, and all but the first of a UE
 * are comments: which one Wireshark is to use depends on the frames one wants to see.
 */
#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "daps/kdf.h"
#include "report/records.h"
#include "report/report.h"
#include "report/text.h"

struct wireshark {
    uint8_t used[65536 / 8]; /* a bit a UEId: it has a row */
};

static void wireshark_begin(struct report *report)
{
    report->state = g_new0(struct wireshark, 1);
    outbuf_literal(report->out, "# ");
    text_safe(report->out, report->capture);
    outbuf_char(report->out, '\n');
}

static void quoted_key(struct outbuf *out, const uint8_t key[static 16])
{
    outbuf_literal(out, ",\"");
    outbuf_hex(out, key, 16);
    outbuf_char(out, '"');
}

static bool take_ue_id(struct wireshark *state, int32_t ue_id)
{
    const uint8_t bit = (uint8_t)(1U << (ue_id & 7));
    uint8_t *octet = &state->used[ue_id / 8];
    const bool first = (*octet & bit) == 0;

    *octet |= bit;
    return first;
}

static void wireshark_key(struct report *report, const struct daps_key_step *step)
{
    struct outbuf *out = report->out;
    uint8_t keys[AS_KEYS][16]; /* RRC enc, RRC int, UP enc, UP int */

    if (!as_keys_of(step, keys))
        return;
    outbuf_printf(out, "# UE ");
    text_safe(out, step->ue);
    outbuf_printf(out, ", key %s, from frame %" PRIu64 " on%s\n", step->key.id, step->frame,
                  report->ue_id < 0 ? "; the capture gives no UEId" : "");
    if (report->ue_id < 0 || !take_ue_id(report->state, report->ue_id))
        outbuf_literal(out, "# ");
    outbuf_signed(out, report->ue_id < 0 ? 0 : report->ue_id);
    quoted_key(out, keys[0]);
    quoted_key(out, keys[2]);
    quoted_key(out, keys[1]);
    quoted_key(out, keys[3]);
    outbuf_char(out, '\n');
    daps_wipe(keys, sizeof keys);
}

static void wireshark_leaf(struct report *report, const char *ue, const struct daps_leaf_keys *keys)
{
    struct outbuf *out = report->out;
    const uint64_t number = g_ascii_strtoull(ue, NULL, 10);
    const int32_t ue_id = number > 0 && number < 65536 ? (int32_t)number : 0;

    outbuf_literal(out, "# pdcp_lte_ue_keys: UE ");
    text_safe(out, ue);
    outbuf_printf(out, ", below key %s, from frame %" PRIu64 " on\n", keys->key[0] != '\0' ? keys->key : "(unknown)",
                  keys->frame);
    if (!take_ue_id(report->state, ue_id))
        outbuf_literal(out, "# ");
    outbuf_signed(out, ue_id);
    for (unsigned column = 0; column < 3; column++) {
        const unsigned i = column > 0;
        const bool there = keys->algorithms[i] > 0 && (column == 0 || keys->integrity == (column == 2));
        if (there)
            quoted_key(out, keys->values[i]);
        else
            outbuf_literal(out, ",\"\"");
    }
    outbuf_char(out, '\n');
}

static void wireshark_end(struct report *report, const struct capture_totals *totals)
{
    (void)report;
    (void)totals;
}

static void wireshark_free(struct report *report)
{
    g_free(report->state);
}

const struct report_form report_form_wireshark = {
    .begin = wireshark_begin,
    .key = wireshark_key,
    .leaf = wireshark_leaf,
    .end = wireshark_end,
    .free = wireshark_free,
};
