/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Items of baseband logs: RRC of LTE and NR in every version, subscriptions, times, what is counted and what is said.
 */
#include "framing_bytes.h"

static bytes packet(unsigned code, uint64_t time, bytes body)
{
    bytes b = le16(le16(g_byte_array_new(), body->len + 12), code);
    return join(le32(le32(b, (uint32_t)time), (uint32_t)(time >> 32)), body);
}

static bytes command(bytes log)
{
    bytes b = le16(hex("10 00"), log->len);
    return join(b, log);
}

static bytes of_subscription(uint32_t id, bytes inner)
{
    return join(le32(hex("98 01 00 00"), id), inner);
}

#define NOON (UINT64_C(1119744000000) << 16) /* 44.4 years of 1.25 ms after 1980-01-06 */

/* PCI 501, EARFCN 1825 (below version 8) or 66436. */
static bytes lte(unsigned version, unsigned type, unsigned segment, bytes pdu)
{
    bytes b = join(u8(g_byte_array_new(), version), hex("0e 30"));
    if (version >= 25)
        b = join(b, hex("10 20"));
    b = le16(u8(b, 1), 501);
    b = version < 8 ? le16(b, 1825) : le32(b, 66436);
    b = u8(join(b, hex("34 12")), type);
    if (version >= 5)
        b = le32(b, 0);
    b = le16(b, pdu->len);
    if (version >= 30)
        b = u8(le16(b, 0), segment);
    return join(b, pdu);
}

static const struct {
    unsigned version;
    unsigned types[8]; /* of BCH, DL-SCH, MCCH, PCCH, DL-CCCH, DL-DCCH, UL-CCCH, UL-DCCH */
} versions[] = {
#define OLD                                                                                                            \
    {                                                                                                                  \
        1, 2, 3, 4, 5, 6, 7, 8                                                                                         \
    }
#define AT_8                                                                                                           \
    {                                                                                                                  \
        8, 9, 10, 11, 12, 13, 14, 15                                                                                   \
    }
#define WITHOUT_3                                                                                                      \
    {                                                                                                                  \
        1, 2, 4, 5, 6, 7, 8, 9                                                                                         \
    }
#define NEW                                                                                                            \
    {                                                                                                                  \
        1, 3, 6, 7, 8, 9, 10, 11                                                                                       \
    }
    {2, OLD},        {3, OLD},        {4, OLD},        {6, OLD},        {7, OLD},        {8, OLD},
    {13, OLD},       {22, OLD},       {9, AT_8},       {12, AT_8},      {14, WITHOUT_3}, {15, WITHOUT_3},
    {16, WITHOUT_3}, {20, WITHOUT_3}, {24, WITHOUT_3}, {25, WITHOUT_3}, {19, NEW},       {26, NEW},
    {27, NEW},       {29, NEW},       {30, NEW},       {31, NEW},
};

START_TEST(lte_versions)
{
    static const enum daps_channel channels[8] = {DAPS_CH_BCCH_BCH, DAPS_CH_BCCH_DL_SCH, DAPS_CH_OTHER,
                                                  DAPS_CH_PCCH,     DAPS_CH_DL_CCCH,     DAPS_CH_DL_DCCH,
                                                  DAPS_CH_UL_CCCH,  DAPS_CH_UL_DCCH};
    const unsigned version = versions[_i].version;
    for (unsigned k = 0; k < 8; k++) {
        struct seen seen;
        seen_begin(&seen);
        give(&seen, DAPS_LINKTYPE_DIAG,
             command(packet(0xb0c0, NOON, lte(version, versions[_i].types[k], 0, hex("14 0d")))));
        ck_assert_msg(seen.problems == 0, "%s", seen.detail);
        ck_assert_uint_eq(seen.pdus, 1);
        ck_assert_int_eq(seen.pdu.rat, DAPS_RAT_LTE);
        ck_assert_int_eq(seen.pdu.channel, channels[k]);
        ck_assert_str_eq(seen.octets, "140d");
        ck_assert_int_eq(seen.pdu.logged_cell.pci, 501);
        ck_assert_int_eq(seen.pdu.logged_cell.ssb_arfcn, version < 8 ? 1825 : 66436);
        seen_end(&seen);
    }
    struct seen seen;
    seen_begin(&seen);
    give(&seen, DAPS_LINKTYPE_DIAG_ITEM, packet(0xb0c0, NOON, lte(version, 100, 0, hex("14 0d"))));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_UNKNOWN), 1);
    give(&seen, DAPS_LINKTYPE_DIAG_ITEM, packet(0xb0c0, NOON, lte(version, 46, 0, hex("14 0d"))));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_NB_IOT_RRC), 1);
    seen_end(&seen);
}
END_TEST

/* As a phone wrote it: a header of version 20, DL-DCCH being 7. */
START_TEST(nr_and_time)
{
    struct seen seen;
    seen_begin(&seen);
    bytes body = hex("08000000 0f 60 01 2802 9eb40700 20004e00 04 00 000000 0200 140d");
    give(&seen, DAPS_LINKTYPE_DIAG, command(packet(0xb821, NOON | 0x8000, body)));
    ck_assert_msg(seen.problems == 0, "%s", seen.detail);
    ck_assert_int_eq(seen.pdu.channel, DAPS_CH_DL_DCCH);
    ck_assert_int_eq(seen.pdu.logged_cell.pci, 552);
    /* 1119744000000 * 1.25 ms = 1399680000 s after 1980-01-06, which is day 3657 of 1970; and half of 1.25 ms */
    ck_assert_int_eq(seen.pdu.time_ns, (INT64_C(1399680000) + 3657 * 86400) * 1000000000 + 625000);
    /* a clock that was never set, and one beyond what can be */
    give(&seen, DAPS_LINKTYPE_DIAG_ITEM, packet(0xb0c0, 0, lte(20, 7, 0, hex("14 0d"))));
    ck_assert_int_eq(seen.pdu.time_ns, INT64_C(3657) * 86400 * 1000000000);
    give(&seen, DAPS_LINKTYPE_DIAG_ITEM, packet(0xb0c0, UINT64_MAX, lte(20, 7, 0, hex("14 0d"))));
    ck_assert_int_eq(seen.pdu.time_ns, INT64_MIN);
    ck_assert_uint_eq(seen.pdus, 3);
    seen_end(&seen);
}
END_TEST

START_TEST(subscriptions)
{
    static const struct {
        uint32_t id;
        bool first;
    } ids[] = {{0, true}, {1, true}, {UINT32_MAX, true}, {2, false}, {3, false}};
    struct seen seen;
    uint64_t keys[5];
    seen_begin(&seen);
    for (unsigned i = 0; i < 5; i++) {
        give(&seen, DAPS_LINKTYPE_DIAG,
             of_subscription(ids[i].id, command(packet(0xb0c0, NOON, lte(20, 7, 0, hex("14 0d"))))));
        keys[i] = seen.pdu.ue_key;
        ck_assert(ids[i].first == (keys[i] == 0));
    }
    ck_assert_uint_ne(keys[3], keys[4]);
    ck_assert_uint_eq(seen.pdus, 5);
    seen_end(&seen);
}
END_TEST

START_TEST(segments_are_joined)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, DAPS_LINKTYPE_DIAG_ITEM, packet(0xb0c0, NOON, lte(30, 9, 1, hex("01 02"))));
    give(&seen, DAPS_LINKTYPE_DIAG_ITEM, packet(0xb0c0, NOON, lte(30, 9, 2, hex("03"))));
    ck_assert_uint_eq(seen.pdus, 0);
    give(&seen, DAPS_LINKTYPE_DIAG_ITEM, packet(0xb0c0, NOON, lte(30, 9, 7, hex("04 05"))));
    ck_assert_uint_eq(seen.pdus, 1);
    ck_assert_str_eq(seen.octets, "0102030405");
    give(&seen, DAPS_LINKTYPE_DIAG_ITEM, packet(0xb0c0, NOON, lte(30, 9, 2, hex("03"))));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_INCOMPLETE), 1);
    ck_assert(seen.rrc_lost);
    seen_end(&seen);
}
END_TEST

static uint64_t items(const struct seen *seen, unsigned code, bool is_command, int unknown_version)
{
    const struct daps_framing_counts *counts = unwrap_counts(seen->unwrap);
    for (unsigned i = 0; counts->items != NULL && i < DAPS_FRAMING_MAX_ITEMS; i++) {
        const struct daps_framing_items *kind = &counts->items[i];
        if (kind->n > 0 && kind->code == code && kind->command == is_command &&
            kind->version_unknown == (unknown_version >= 0) &&
            (unknown_version < 0 || kind->version == (unsigned)unknown_version))
            return kind->n;
    }
    return 0;
}

START_TEST(nothing_is_silent)
{
    struct seen seen;
    seen_begin(&seen);
    for (unsigned i = 0; i < 3; i++)
        give(&seen, DAPS_LINKTYPE_DIAG, command(packet(0xb173, NOON, hex("00"))));
    give(&seen, DAPS_LINKTYPE_DIAG, hex("60 00 00"));
    ck_assert_uint_eq(items(&seen, 0xb173, false, -1), 3);
    ck_assert_uint_eq(items(&seen, 0x60, true, -1), 1);
    ck_assert_uint_eq(seen.problems, 0);
    give(&seen, DAPS_LINKTYPE_DIAG, command(packet(0xb821, NOON, hex("63000000 00"))));
    give(&seen, DAPS_LINKTYPE_DIAG, command(packet(0xb0c0, NOON, hex("05 00"))));
    ck_assert_uint_eq(items(&seen, 0xb821, false, 99), 1);
    ck_assert_uint_eq(items(&seen, 0xb0c0, false, 5), 1);
    ck_assert_uint_eq(seen.problems, 2);
    ck_assert(seen.rrc_lost);
    ck_assert_str_eq(seen.detail, "Qualcomm LTE RRC log: unknown version of the log (version 5)");
    give(&seen, DAPS_LINKTYPE_DIAG, hex("9e 01 02 03"));
    ck_assert_str_eq(seen.detail, "DIAG: an item is encrypted");
    ck_assert_uint_eq(items(&seen, 0x9e, true, -1), 1);
    ck_assert_uint_eq(seen.pdus, 0);
    seen_end(&seen);
}
END_TEST

static void give_in_state(struct seen *seen, enum daps_diag_state state, uint32_t foreign, bytes b)
{
    struct daps_record record = {.frame = ++seen->frame,
                                 .linktype = DAPS_LINKTYPE_DIAG,
                                 .caplen = b->len,
                                 .len = b->len,
                                 .data = b->data,
                                 .diag = state,
                                 .foreign = foreign};
    unwrap_record(seen->unwrap, &record);
    g_byte_array_unref(b);
}

/* What is damaged is followed and said; what a tool wrote without checksums is counted. */
START_TEST(states_of_frames)
{
    struct seen seen;
    seen_begin(&seen);
    give_in_state(&seen, DAPS_DIAG_CHECKSUM_UNUSED, 0, command(packet(0xb0c0, NOON, lte(20, 7, 0, hex("14")))));
    ck_assert_uint_eq(seen.problems, 0);
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_DIAG_CHECKSUM), 1);
    give_in_state(&seen, DAPS_DIAG_CHECKSUM_WRONG, 0, command(packet(0xb0c0, NOON, lte(20, 7, 0, hex("14")))));
    ck_assert_uint_eq(seen.pdus, 2);
    ck_assert_uint_eq(seen.problems, 1);
    ck_assert(seen.rrc_lost);
    give_in_state(&seen, DAPS_DIAG_CHECKSUM_WRONG, 0, command(packet(0xb173, NOON, hex("00"))));
    ck_assert_uint_eq(seen.problems, 2);
    ck_assert(seen.rrc_lost); /* its code may be damage */
    give_in_state(&seen, DAPS_DIAG_HEAD, 8, hex(""));
    ck_assert_uint_eq(seen.problems, 2);
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_DIAG_HEAD), 1);
    give_in_state(&seen, DAPS_DIAG_FOREIGN, 8, hex(""));
    ck_assert_uint_eq(seen.problems, 3);
    ck_assert(seen.rrc_lost);
    give_in_state(&seen, DAPS_DIAG_SOUND, 4, command(packet(0xb0c0, NOON, lte(20, 7, 0, hex("14")))));
    ck_assert_uint_eq(seen.problems, 4);
    ck_assert_uint_eq(seen.pdus, 3);
    give_in_state(&seen, DAPS_DIAG_CUT, 8, hex(""));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_CUT), 1);
    seen_end(&seen);
}
END_TEST

static const struct {
    unsigned code;
    uint32_t version;
    const char *body;
    int32_t pci, arfcn;
    int64_t identity; /* -1: a MIB, of which nothing is told */
} cells[] = {
    {0xb0c1, 1, "01 f501 2107 5400 02 64", 0, 0, -1},
    {0xb0c1, 2, "02 f501 21070000 5400 02 64", 0, 0, -1},
    {0xb0c1, 3, "03 f501 21070000 5400 02 64 01", 0, 0, -1},
    {0xb0c1, 17, "11 f501 21070000 5400 000203040506 0700 02", 0, 0, -1},
    {0xb0c2, 2, "02 f501 2107 714d 64 64 67452301 d605 03000000 fa00 02 0100 00", 501, 1825, 0x1234567},
    {0xb0c2, 3, "03 f501 84030100 d4490200 64 64 67452301 d605 42000000 fa00 02 0100 00", 501, 66436, 0x1234567},
    {0xb822, 3, "03000000 f503 34a70900 9a00003f", 0, 0, -1},
    {0xb822, 0x20000, "00000200 f503 34a70900 1e036a1b0c", 0, 0, -1},
    {0xb823, 4, "04000000 f503 34a70900 78a30900 5a00 5a00 8967452301000000 fa00 02 0100 00 29790000 4e00", 1013, 0, 0},
    {0xb823, 4, "04000000 ef03 34a70900 78a30900 5a00 5a00 8967452301000000 fa00 02 0100 00 29790000 4e00", 1007,
     632628, 0x123456789},
    {0xb823, 0x30000,
     "00000300 1600 0102030405060708 34a70900 78a30900 5a00 5a00 8967452301000000 fa0002010000 29790000 4e00", 22,
     632628, 0x123456789},
    {0xb823, 0x30002,
     "02000300 000101 1600 0102030405060708 34a70900 78a30900 5a00 5a00 8967452301000000 fa0002010000 29790000 4e00",
     22, 632628, 0x123456789},
    {0xb823, 0x30003,
     "03000300 000101 1600 0102030405060708 34a70900 78a30900 5a00 5a00 8967452301000000 fa0002010000 29790000 4e00",
     22, 632628, 0x123456789},
};

/* What a phone notes of its cell, in every version; cut anywhere it is said, with a PCI that no cell has it is nothing.
 */
START_TEST(cells_of_a_phone)
{
    const bool told = cells[_i].identity > 0;
    bytes whole = hex(cells[_i].body);
    struct seen seen;

    seen_begin(&seen);
    give(&seen, DAPS_LINKTYPE_DIAG_ITEM, packet(cells[_i].code, NOON, copy(whole)));
    ck_assert_uint_eq(seen.problems, 0);
    ck_assert_uint_eq(seen.pdus, 0);
    ck_assert_uint_eq(seen.cells, told ? 1 : 0);
    ck_assert_uint_eq(items(&seen, cells[_i].code, false, -1), 1);
    if (told) {
        ck_assert_int_eq(seen.cell.pci, cells[_i].pci);
        ck_assert_int_eq(seen.cell.ssb_arfcn, cells[_i].arfcn);
        ck_assert_int_eq(seen.cell_identity, cells[_i].identity);
    }
    give(&seen, DAPS_LINKTYPE_DIAG_ITEM, packet(cells[_i].code, NOON, part(whole, 0, 4)));
    ck_assert_uint_eq(seen.problems, 1);
    ck_assert(!seen.rrc_lost);
    seen_end(&seen);
    g_byte_array_unref(whole);
}
END_TEST

/* Versions whose layout is not known are counted by their number, and nothing is read of them. */
START_TEST(cells_of_unknown_versions)
{
    static const struct {
        unsigned code;
        int version;
        const char *body;
    } unknown[] = {{0xb0c1, 4, "04"},
                   {0xb0c2, 1, "01"},
                   {0xb0c2, 4, "04 f501 21070000 714d0000 64 64 67452301 d605 0300"},
                   {0xb822, 0x30000, "00000300"},
                   {0xb823, 0x30004, "04000300 000101 1600 0102030405060708 34a70900"}};
    for (unsigned i = 0; i < G_N_ELEMENTS(unknown); i++) {
        struct seen seen;
        seen_begin(&seen);
        give(&seen, DAPS_LINKTYPE_DIAG_ITEM, packet(unknown[i].code, NOON, hex(unknown[i].body)));
        ck_assert_uint_eq(items(&seen, unknown[i].code, false, unknown[i].version), 1);
        ck_assert_uint_eq(seen.cells + seen.problems, 0);
        seen_end(&seen);
    }
}
END_TEST

/* Every item cut at every octet: its lengths disagree, and that is said. */
START_TEST(cut_at_every_octet)
{
    bytes whole = of_subscription(2, command(packet(0xb0c0, NOON, lte(31, 9, 0, hex("14 0d")))));
    for (guint n = 0; n < whole->len; n++) {
        struct seen seen;
        seen_begin(&seen);
        give_part(&seen, DAPS_LINKTYPE_DIAG, whole, n, n);
        ck_assert_uint_eq(seen.pdus, 0);
        ck_assert_uint_ge(seen.problems, 1);
        seen_end(&seen);
    }
    g_byte_array_unref(whole);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("framing");
    TCase *c = tcase_create("diag");
    tcase_add_loop_test(c, lte_versions, 0, (int)G_N_ELEMENTS(versions));
    tcase_add_test(c, nr_and_time);
    tcase_add_test(c, subscriptions);
    tcase_add_test(c, segments_are_joined);
    tcase_add_test(c, nothing_is_silent);
    tcase_add_test(c, states_of_frames);
    tcase_add_loop_test(c, cells_of_a_phone, 0, (int)G_N_ELEMENTS(cells));
    tcase_add_test(c, cells_of_unknown_versions);
    tcase_add_test(c, cut_at_every_octet);
    suite_add_tcase(s, c);
    return run(s);
}
