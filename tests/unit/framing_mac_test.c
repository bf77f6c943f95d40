/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MAC PDUs made octet by octet from TS 38.321 6.1.2 and 6.2.1: sizes of CEs, extended LCIDs, and what is cut or bad. */
#include "framing_bytes.h"

static bytes mac(bool downlink, bytes pdu)
{
    return join(hex(downlink ? "02 01 03 02 4601 03 0001 01" : "02 00 03 02 4601 03 0001 01"), pdu);
}

struct ce {
    unsigned lcid; /* 64 and more: index of a one-octet eLCID, Tables 6.2.1-1b and -2b */
    unsigned octets;
};

/* Fixed sizes as clause 6.1.3 has them, up to Release 18. */
static const struct ce uplink[] = {{44, 2},  {48, 4},  {49, 1},  {53, 2},  {55, 0},  {57, 2},
                                   {58, 2},  {59, 1},  {61, 1},  {302, 1}, {306, 0}, {307, 3},
                                   {308, 3}, {309, 2}, {311, 2}, {316, 4}, {317, 1}, {318, 4}};
static const struct ce downlink[] = {{47, 2},  {48, 2},  {49, 3},  {51, 2},  {52, 2},  {56, 1},  {57, 4},  {58, 1},
                                     {59, 0},  {60, 0},  {61, 1},  {62, 6},  {294, 1}, {300, 3}, {301, 1}, {306, 2},
                                     {307, 3}, {308, 3}, {311, 3}, {315, 1}, {316, 2}, {318, 4}, {319, 2}};
/* Of variable size: they have a length field. */
static const unsigned uplink_variable[] = {43, 45, 46, 50, 51, 54, 56, 60, 62, 292, 293, 297, 310, 312, 313, 314, 319};
static const unsigned downlink_variable[] = {50, 53, 54, 55, 280, 283, 284, 286, 295, 297, 302, 309, 312, 314, 317};

static bytes subheader(unsigned lcid)
{
    bytes b = g_byte_array_new();
    return lcid < 64 ? u8(b, lcid) : u8(u8(b, 34), lcid - 64);
}

static bytes filled(bytes b, unsigned octets)
{
    while (octets--)
        u8(b, 0xc1); /* would be a subheader with a 16-bit length */
    return b;
}

static void assert_srb1_behind(bool is_downlink, bytes first)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 157, mac(is_downlink, join(first, hex("01 06 8000 00012233 3f 00"))));
    ck_assert_msg(seen.problems == 0, "problem: %s", seen.detail);
    ck_assert_uint_eq(seen.pdcps, 1);
    ck_assert_str_eq(seen.pdcp_octets, "00012233");
    seen_end(&seen);
}

START_TEST(fixed_sizes)
{
    for (size_t i = 0; i < G_N_ELEMENTS(uplink); i++)
        assert_srb1_behind(false, filled(subheader(uplink[i].lcid), uplink[i].octets));
    for (size_t i = 0; i < G_N_ELEMENTS(downlink); i++)
        assert_srb1_behind(true, filled(subheader(downlink[i].lcid), downlink[i].octets));
}
END_TEST

START_TEST(variable_sizes)
{
    for (size_t i = 0; i < G_N_ELEMENTS(uplink_variable); i++)
        assert_srb1_behind(false, filled(u8(subheader(uplink_variable[i]), 3), 3));
    for (size_t i = 0; i < G_N_ELEMENTS(downlink_variable); i++)
        assert_srb1_behind(true, filled(u8(subheader(downlink_variable[i]), 3), 3));
    assert_srb1_behind(true, hex("62 d0 0002 c1c1")); /* one-octet eLCID, F: 16-bit length */
    assert_srb1_behind(true, hex("21 1234 02 c1c1")); /* two-octet eLCID: a logical channel beyond 319 */
    assert_srb1_behind(true, hex("61 1234 0002 c1c1"));
    assert_srb1_behind(true, hex("04 03 800000")); /* a DRB that is not configured */
}
END_TEST

/* LCIDs of uplink CCCH, with the LX bit, too (Tables 6.2.1-2 and -2c). */
START_TEST(uplink_ccch)
{
    static const char *const ccch[] = {"34", "23", "80", "82", "84", "86"};
    static const char *const ccch1[] = {"00", "24", "81", "83", "85", "87"};
    for (size_t i = 0; i < G_N_ELEMENTS(ccch); i++) {
        struct seen seen;
        seen_begin(&seen);
        give(&seen, 157, mac(false, join(hex(ccch[i]), hex("112233445566 3d 0a 3f"))));
        assert_one(&seen, DAPS_CH_UL_CCCH, "112233445566");
        seen_end(&seen);
        seen_begin(&seen);
        give(&seen, 157, mac(false, join(hex(ccch1[i]), hex("1122334455667788 3d 0a 3f"))));
        assert_one(&seen, DAPS_CH_UL_CCCH1, "1122334455667788");
        seen_end(&seen);
    }
}
END_TEST

/* TS 38.321 5.13: a bad subPDU, and what is behind it, is discarded; what was good before it counts. */
START_TEST(good_before_bad)
{
    static const struct {
        bool downlink, lost;
        const char *bad;
    } bads[] = {{false, false, "3e ff 01"}, /* uplink CEs come last: nothing is behind */
                {true, true, "35 ff 01"},   /* downlink CEs come first */
                {false, false, "04 ff 80"}, /* user data */
                {true, false, "04 ff 80"},  {false, true, "01 ff 8000"}, {true, true, "42 ffff 8000"},
                {false, true, "34 1122"},   {true, false, "81 20 0102"}, {true, true, "22 db"},
                {true, false, "44 00"}};
    for (size_t i = 0; i < G_N_ELEMENTS(bads); i++) {
        struct seen seen;
        seen_begin(&seen);
        give(&seen, 157, mac(bads[i].downlink, join(hex("01 06 8000 00012233"), hex(bads[i].bad))));
        ck_assert_uint_eq(seen.pdcps, 1);
        ck_assert_str_eq(seen.pdcp_octets, "00012233");
        ck_assert_uint_eq(seen.problems, 1);
        ck_assert_int_eq(seen.class, DAPS_FRAMING_MALFORMED);
        ck_assert_msg(seen.rrc_lost == bads[i].lost, "%s", bads[i].bad);
        ck_assert(seen.ue_known);
        seen_end(&seen);
    }
}
END_TEST

/* Cut by the snap length at every octet: what is whole is delivered, the rest reported with its UE. */
START_TEST(cut_everywhere)
{
    bytes b = mac(true, hex("3d 20 01 06 8000 00012233 04 04 80000011 02 05 8000 000122 3f 0000"));
    const guint head = 10, srb1_ends = head + 10, drb_ends = srb1_ends + 6, srb2_ends = drb_ends + 7;
    for (guint length = head; length < b->len; length++) {
        struct seen seen;
        seen_begin(&seen);
        give_part(&seen, 157, b, length, b->len);
        ck_assert_uint_eq(seen.pdcps, (length >= srb1_ends ? 1U : 0U) + (length >= srb2_ends ? 1U : 0U));
        if (length <= srb2_ends)
            ck_assert_msg(seen.rrc_lost && seen.ue_known && seen.class == DAPS_FRAMING_CUT, "cut at %u", length);
        else
            ck_assert_uint_eq(seen.problems, 0); /* padding */
        ck_assert_uint_le(seen.problems, 1);
        seen_end(&seen);
    }
    g_byte_array_unref(b);
}
END_TEST

/* One subPDU fills the block: what is cut is of that logical channel, and nothing else. */
START_TEST(cut_in_the_last)
{
    static const struct daps_framing_drb drb = {DAPS_RAT_NR, 4, 1, true, 12, 12};
    struct seen seen;
    seen_begin(&seen);
    unwrap_assume(seen.unwrap, &drb, 1);
    bytes b = mac(true, hex("04 08 8000 8000 11223344"));
    give_part(&seen, 157, b, b->len - 2, b->len);
    ck_assert_uint_eq(seen.problems, 1);
    ck_assert(!seen.rrc_lost);
    g_byte_array_unref(b);
    b = mac(true, hex("01 03 000000")); /* a status PDU of RLC */
    give_part(&seen, 157, b, b->len - 1, b->len);
    ck_assert_uint_eq(seen.problems, 1);
    g_byte_array_unref(b);
    seen_end(&seen);
}
END_TEST

START_TEST(blank_blocks_are_counted)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 157, mac(false, hex("0000000000000000 0000")));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_BLANK), 1);
    ck_assert_uint_eq(seen.pdus + seen.problems, 0);
    seen_end(&seen);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("framing MAC");
    TCase *tests = tcase_create("mac");
    tcase_add_test(tests, fixed_sizes);
    tcase_add_test(tests, variable_sizes);
    tcase_add_test(tests, uplink_ccch);
    tcase_add_test(tests, good_before_bad);
    tcase_add_test(tests, cut_everywhere);
    tcase_add_test(tests, cut_in_the_last);
    tcase_add_test(tests, blank_blocks_are_counted);
    suite_add_tcase(suite, tests);
    return run(suite);
}
