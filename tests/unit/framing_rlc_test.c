/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an RLC entity receives: segments, retransmissions and duplicates (TS 38.322 5.2.2.2, 5.2.3.2), windows, bounds.
 */
#include "framing_bytes.h"

/* One RLC PDU of an SRB of UEId ue (AM, 12-bit SN), uplink. */
static void srb(struct seen *seen, unsigned ue, const char *pdu)
{
    bytes b = u16(hex("04 0c 02 00 03"), ue);
    give(seen, 149, udp(1, 2, join(text("rlc-nr"), join(join(b, hex("04 04 05 01 01")), hex(pdu)))));
}

/* The same of a DRB of UM with 6-bit SN. */
static void um(struct seen *seen, const char *pdu)
{
    give(seen, 149, udp(1, 2, join(text("rlc-nr"), join(hex("02 06 02 01 03 0001 04 05 05 01 01"), hex(pdu)))));
}

static void finish(struct seen *seen, unsigned problems)
{
    unwrap_finish(seen->unwrap);
    ck_assert_msg(seen->problems == problems, "%u problems, not %u: %s", seen->problems, problems, seen->detail);
    seen_end(seen);
}

/* SDU 00 01 22 33 44 55 66 with SN 3. */
START_TEST(a_segment_then_the_whole)
{
    struct seen seen;
    seen_begin(&seen);
    srb(&seen, 7, "9003 000122");
    srb(&seen, 7, "8003 00012233445566"); /* retransmitted whole */
    ck_assert_uint_eq(seen.pdcps, 1);
    ck_assert_str_eq(seen.pdcp_octets, "00012233445566");
    finish(&seen, 0);
}
END_TEST

START_TEST(the_last_segment_again)
{
    static const char *const again[] = {"9003 000122", "a003 0003 33445566", "b003 0002 2233", "a003 0006 66"};
    for (size_t i = 0; i < G_N_ELEMENTS(again); i++) {
        struct seen seen;
        seen_begin(&seen);
        srb(&seen, 7, "9003 000122");
        srb(&seen, 7, "a003 0003 33445566");
        ck_assert_uint_eq(seen.pdcps, 1);
        srb(&seen, 7, again[i]);
        ck_assert_uint_eq(seen.pdcps, 1);
        finish(&seen, 0);
    }
}
END_TEST

START_TEST(segments_after_the_whole)
{
    struct seen seen;
    seen_begin(&seen);
    srb(&seen, 7, "8003 00012233445566");
    srb(&seen, 7, "b003 0002 2233"); /* in other pieces, for a smaller grant; the rest was acknowledged */
    finish(&seen, 0);
}
END_TEST

/* All of it again is delivered again: whether it is a copy is for PDCP to say. */
START_TEST(all_segments_again)
{
    struct seen seen;
    seen_begin(&seen);
    srb(&seen, 7, "8000 0000aabb");
    srb(&seen, 7, "9000 0000");
    srb(&seen, 7, "a000 0002 aabb");
    ck_assert_uint_eq(seen.pdcps, 2);
    ck_assert_str_eq(seen.pdcp_octets, "0000aabb");
    finish(&seen, 0);
}
END_TEST

/* Re-established: SN 0 begins again with another message, and a part of that one is lost. */
START_TEST(another_sdu_of_that_number)
{
    static const char *const parts[] = {"9000 0001", "a000 0002 ccdd", "b000 0001 11"};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        struct seen seen;
        seen_begin(&seen);
        srb(&seen, 7, "8000 0000aabb");
        srb(&seen, 7, parts[i]);
        finish(&seen, 1);
    }
}
END_TEST

/* A part of the old SDU comes again, then a part of a new one: they are not joined. */
START_TEST(a_repeat_and_another_sdu)
{
    struct seen seen;
    seen_begin(&seen);
    srb(&seen, 7, "8000 00001122334455");
    srb(&seen, 7, "a000 0004 334455");
    srb(&seen, 7, "9000 0002aaaa");
    ck_assert_uint_eq(seen.pdcps, 1);
    srb(&seen, 7, "a000 0004 bbbb");
    ck_assert_uint_eq(seen.pdcps, 2);
    ck_assert_str_eq(seen.pdcp_octets, "0002aaaabbbb");
    finish(&seen, 0);
}
END_TEST

START_TEST(overlapping_pieces)
{
    struct seen seen;
    seen_begin(&seen);
    srb(&seen, 7, "9003 00012233");
    srb(&seen, 7, "b003 0002 2233 44");
    srb(&seen, 7, "b003 0001 01223344");
    srb(&seen, 7, "a003 0004 445566");
    ck_assert_uint_eq(seen.pdcps, 1);
    ck_assert_str_eq(seen.pdcp_octets, "00012233445566");
    finish(&seen, 0);
    seen_begin(&seen);
    srb(&seen, 7, "9003 00012233");
    srb(&seen, 7, "b003 0002 ff33 44"); /* not the same octets: another SDU */
    ck_assert_uint_eq(seen.problems, 1);
    ck_assert(seen.rrc_lost && seen.ue_known);
    finish(&seen, 2);
}
END_TEST

/* An SN that comes round is another SDU: what began 2,048 numbers ago is lost (TS 38.322 7.2). */
START_TEST(the_window_moves_on)
{
    struct seen seen;
    char pdu[32];
    seen_begin(&seen);
    srb(&seen, 7, "9005 0001");
    for (unsigned sn = 6; sn < 4096 + 5; sn++) {
        g_snprintf(pdu, sizeof pdu, "%04x 0000%04x", 0x8000 | sn % 4096, sn);
        srb(&seen, 7, pdu);
        ck_assert_uint_eq(seen.problems, sn >= 5 + 2048);
    }
    srb(&seen, 7, "a005 0002 2233"); /* its first segment is lost, too: no SDU of two laps */
    ck_assert_uint_eq(seen.pdcps, 4096 - 1);
    finish(&seen, 2);
}
END_TEST

/* UM, 6-bit SN: the same with 64 numbers, and user data is no signalling. */
START_TEST(um_wraps)
{
    struct seen seen;
    char pdu[32];
    seen_begin(&seen);
    um(&seen, "45 8001");
    for (unsigned sn = 6; sn < 64 + 5; sn++) {
        g_snprintf(pdu, sizeof pdu, "%02x 80%02x", 0x40 | sn % 64, sn);
        um(&seen, pdu);
        g_snprintf(pdu, sizeof pdu, "%02x 0002 %02x", 0x80 | sn % 64, sn);
        um(&seen, pdu);
    }
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_BEARER_UNKNOWN), 63);
    ck_assert_uint_eq(seen.problems, 1);
    ck_assert(!seen.rrc_lost);
    um(&seen, "85 0002 33");
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_BEARER_UNKNOWN), 63);
    finish(&seen, 2);
}
END_TEST

START_TEST(bad_segments_undo_nothing)
{
    struct seen seen;
    seen_begin(&seen);
    srb(&seen, 7, "9003 000122");
    srb(&seen, 7, "b003 0005");      /* no data */
    srb(&seen, 7, "a003 ffff 3344"); /* longer than PDCP makes an SDU */
    ck_assert_uint_eq(seen.problems, 2);
    ck_assert(seen.rrc_lost && seen.ue_known);
    srb(&seen, 7, "a003 0003 33445566");
    ck_assert_uint_eq(seen.pdcps, 1);
    finish(&seen, 2);
}
END_TEST

/* More names than there are places: the oldest gives way, each is reported with its UE. */
START_TEST(names_without_end)
{
    const unsigned names = 65537;
    struct seen seen;
    seen_begin(&seen);
    for (unsigned ue = 0; ue < names; ue++) {
        bytes b = u16(u8(u16(hex("01 00 03 02"), ue >> 16), 3), ue & 0xffff); /* C-RNTI, UEId */
        give(&seen, 157, join(b, hex("01 01 05 9003 000122")));
    }
    ck_assert_uint_gt(seen.problems, names - 5000);
    ck_assert(seen.rrc_lost && seen.ue_known);
    finish(&seen, names);
}
END_TEST

/* The end of a segment is missing: said once, with its UE, and not joined with what comes later. */
START_TEST(cut_segments)
{
    struct seen seen;
    seen_begin(&seen);
    bytes whole = hex("04 0c 02 00 03 0007 04 04 05 01 01 9003 00012233445566");
    bytes b = udp(1, 2, join(text("rlc-nr"), whole));
    give_part(&seen, 149, b, b->len - 3, b->len);
    ck_assert_int_eq(seen.class, DAPS_FRAMING_CUT);
    ck_assert(seen.rrc_lost && seen.ue_known);
    srb(&seen, 7, "a003 0004 445566");
    ck_assert_uint_eq(seen.pdcps, 0);
    g_byte_array_unref(b);
    finish(&seen, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("framing RLC");
    TCase *tests = tcase_create("rlc");
    tcase_add_test(tests, a_segment_then_the_whole);
    tcase_add_test(tests, the_last_segment_again);
    tcase_add_test(tests, segments_after_the_whole);
    tcase_add_test(tests, all_segments_again);
    tcase_add_test(tests, another_sdu_of_that_number);
    tcase_add_test(tests, a_repeat_and_another_sdu);
    tcase_add_test(tests, overlapping_pieces);
    tcase_add_test(tests, the_window_moves_on);
    tcase_add_test(tests, um_wraps);
    tcase_add_test(tests, bad_segments_undo_nothing);
    tcase_add_test(tests, names_without_end);
    tcase_add_test(tests, cut_segments);
    suite_add_tcase(suite, tests);
    return run(suite);
}
