/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IP fragments: any order, twice, overlapping, missing, too many at once. */
#include "framing_bytes.h"

enum { PIECES = 4, PIECE = 16 };

static bytes datagram(unsigned last)
{
    return udp(13337, 4729,
               gsmtap3(0x0503, 4, u8(hex("101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"), last)));
}

/* Piece i of datagram(last), in a packet of its own. */
static bytes piece(bool v6, unsigned id, unsigned i, unsigned last)
{
    bytes whole = datagram(last);
    guint offset = i * PIECE, length = i + 1 < PIECES ? PIECE : whole->len - offset;
    bytes data = part(whole, offset, length);
    bool more = i + 1 < PIECES;
    g_byte_array_unref(whole);
    if (!v6)
        return ipv4_fragment(1, 2, 17, id, (more ? 0x2000u : 0) | offset / 8, data);
    bytes header = u32(u16(hex("11 00"), offset | more), id);
    return ipv6(1, 2, 44, join(header, data));
}

static const int linktype[2] = {228, 229};

static void assert_whole(struct seen *seen)
{
    ck_assert_uint_eq(seen->pdus, 1);
    ck_assert_int_eq(seen->pdu.channel, DAPS_CH_DL_DCCH);
    ck_assert_str_eq(seen->octets, "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f77");
    ck_assert_uint_eq(seen->pdu.frame, seen->frame);
    ck_assert_uint_eq(seen->problems, 0);
    unwrap_finish(seen->unwrap);
    ck_assert_uint_eq(seen->problems, 0);
}

START_TEST(every_order)
{
    for (int v6 = 0; v6 < 2; v6++) {
        for (int order = 0; order < 256; order++) {
            int at[PIECES] = {order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6};
            if ((1 << at[0] | 1 << at[1] | 1 << at[2] | 1 << at[3]) != 15)
                continue;
            struct seen seen;
            seen_begin(&seen);
            for (int i = 0; i < PIECES; i++) {
                ck_assert_uint_eq(seen.pdus, 0);
                give(&seen, linktype[v6], piece(v6, 7, (unsigned)at[i], 0x77));
            }
            ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_IP_FRAGMENT), PIECES);
            assert_whole(&seen);
            seen_end(&seen);
        }
    }
}
END_TEST

/* Each seen twice, as on two interfaces: one PDU, no problem. */
START_TEST(repeated)
{
    for (int v6 = 0; v6 < 2; v6++) {
        struct seen seen;
        seen_begin(&seen);
        for (unsigned i = 0; i < PIECES; i++) {
            give(&seen, linktype[v6], piece(v6, 7, i, 0x77));
            if (i + 1 < PIECES)
                give(&seen, linktype[v6], piece(v6, 7, i, 0x77));
        }
        ck_assert_uint_eq(seen.pdus, 1);
        give(&seen, linktype[v6], piece(v6, 7, PIECES - 1, 0x77));
        give(&seen, linktype[v6], piece(v6, 7, 0, 0x77));
        seen.frame = seen.pdu.frame;
        assert_whole(&seen);
        seen_end(&seen);
    }
}
END_TEST

/* The writers of these captures may use one identification for every datagram. */
START_TEST(identification_used_again)
{
    /* The datagrams differ in their last piece only, which comes last or first. */
    for (int backwards = 0; backwards < 2; backwards++) {
        struct seen seen;
        seen_begin(&seen);
        for (unsigned n = 0; n < 5; n++) {
            for (unsigned i = 0; i < PIECES; i++)
                give(&seen, 228, piece(false, 0, backwards ? PIECES - 1 - i : i, n));
            ck_assert_uint_eq(seen.pdus, n + 1);
            ck_assert_int_eq(seen.octets[strlen(seen.octets) - 1], '0' + (int)n);
        }
        unwrap_finish(seen.unwrap);
        ck_assert_uint_eq(seen.problems, 0);
        seen_end(&seen);
    }
    /* One piece came again alone, then a datagram that differs there. */
    struct seen seen;
    seen_begin(&seen);
    static const struct {
        unsigned piece, last;
    } order[] = {{0, 1}, {1, 1}, {2, 1}, {3, 1}, {3, 1}, {3, 2}, {0, 2}, {1, 2}, {2, 2}};
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
        give(&seen, 228, piece(false, 0, order[i].piece, order[i].last));
    ck_assert_uint_eq(seen.pdus, 2);
    ck_assert_uint_eq(seen.problems, 0);
    seen_end(&seen);
}
END_TEST

START_TEST(overlap_is_refused)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 228, piece(false, 7, 0, 0x77));
    give(&seen, 228, piece(false, 7, 1, 0x77));
    give(&seen, 228, ipv4_fragment(1, 2, 17, 7, 0x2000 | 1, hex("0000000000000000 1111111111111111")));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MALFORMED), 1);
    ck_assert_ptr_nonnull(strstr(seen.detail, "overlapping"));
    give(&seen, 228, piece(false, 7, 2, 0x77));
    give(&seen, 228, piece(false, 7, 3, 0x77));
    ck_assert_uint_eq(seen.pdus, 0);
    seen_end(&seen);
}
END_TEST

START_TEST(lengths_that_contradict)
{
    static const struct {
        unsigned offset_field[2];
        const char *reason;
    } pairs[] = {
        {{0x0002, 0x2004}, "disagree"}, /* something behind the last fragment */
        {{0x2004, 0x0002}, "disagree"},
        {{0x0002, 0x0006}, "disagree"}, /* two last ones */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        struct seen seen;
        seen_begin(&seen);
        for (int k = 0; k < 2; k++)
            give(&seen, 228, ipv4_fragment(1, 2, 17, 7, pairs[i].offset_field[k], hex("0000000000000000")));
        ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MALFORMED), 1);
        ck_assert_ptr_nonnull(strstr(seen.detail, pairs[i].reason));
        seen_end(&seen);
    }
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 228, ipv4_fragment(1, 2, 17, 7, 0x2000, hex("00112233")));            /* not a multiple of 8 */
    give(&seen, 228, ipv4_fragment(1, 2, 17, 7, 0x2001, hex("")));                    /* nothing */
    give(&seen, 228, ipv4_fragment(1, 2, 17, 7, 0x1fff, hex("0011223344556677 88"))); /* past 65,535 */
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MALFORMED), 3);
    unwrap_finish(seen.unwrap);
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_INCOMPLETE), 0);
    seen_end(&seen);
}
END_TEST

START_TEST(missing_ones_are_reported)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 228, piece(false, 7, 0, 0x77));
    give(&seen, 228, piece(false, 8, 1, 0x77));
    give(&seen, 228, piece(false, 7, 2, 0x77));
    give(&seen, 229, piece(true, 7, 3, 0x77));
    unwrap_finish(seen.unwrap);
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_INCOMPLETE), 3);
    ck_assert_uint_eq(seen.pdus, 0);
    ck_assert_ptr_nonnull(strstr(seen.detail, "missing"));
    seen_end(&seen);
}
END_TEST

/* Whether NR RRC was lost: by the ports if the first piece is there, else by what the capture has had so far. */
START_TEST(what_may_be_lost)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 228, piece(false, 7, 1, 0x77));
    unwrap_finish(seen.unwrap);
    ck_assert(seen.problems == 1 && !seen.rrc_lost);
    give(&seen, 228, piece(false, 8, 0, 0x77));
    unwrap_finish(seen.unwrap);
    ck_assert(seen.problems == 2 && seen.rrc_lost);
    give(&seen, 228, ipv4(1, 2, 17, udp(1, 4729, gsmtap3(0x0503, 9, hex("2a")))));
    give(&seen, 228, ipv4_fragment(1, 2, 17, 9, 0x2000, hex("0868 0868 0100 0000")));
    unwrap_finish(seen.unwrap);
    ck_assert(seen.problems == 3 && !seen.rrc_lost);
    give(&seen, 228, piece(false, 10, 1, 0x77));
    unwrap_finish(seen.unwrap);
    ck_assert(seen.problems == 4 && seen.rrc_lost);
    give(&seen, 228, ipv4_fragment(1, 2, 6, 11, 0x2001, hex("0868 0868 0100 0000")));
    unwrap_finish(seen.unwrap);
    ck_assert(seen.problems == 5 && !seen.rrc_lost);
    seen_end(&seen);
}
END_TEST

/* More datagrams at once than there are places: the oldest are given up, each reported, the newest come through. */
START_TEST(too_many_at_once)
{
    enum { DATAGRAMS = 300 };
    struct seen seen;
    seen_begin(&seen);
    for (unsigned id = 0; id < DATAGRAMS; id++)
        give(&seen, 228, piece(false, id, 0, 0x77));
    for (unsigned i = 1; i < PIECES; i++)
        give(&seen, 228, piece(false, DATAGRAMS - 1, i, 0x77));
    ck_assert_uint_eq(seen.pdus, 1);
    unwrap_finish(seen.unwrap);
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_INCOMPLETE), DATAGRAMS - 1);
    seen_end(&seen);
}
END_TEST

START_TEST(given_up_after_a_while)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 228, piece(false, 7, 0, 0x77));
    seen.frame = 50000;
    give(&seen, 228, piece(false, 7, 1, 0x77));
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_INCOMPLETE), 1);
    ck_assert_ptr_nonnull(strstr(seen.detail, "from frame 1 on"));
    seen_end(&seen);
}
END_TEST

START_TEST(cut_fragment)
{
    struct seen seen;
    seen_begin(&seen);
    bytes b = piece(false, 7, 0, 0x77);
    give_part(&seen, 228, b, b->len - 1, b->len);
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_CUT), 1);
    unwrap_finish(seen.unwrap);
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_INCOMPLETE), 0);
    seen_end(&seen);
    for (unsigned i = 0; i < PIECES; i++) {
        assert_cuts(228, piece(false, 7, i, 0x77), G_MAXUINT);
        assert_cuts(229, piece(true, 7, i, 0x77), G_MAXUINT);
    }
    g_byte_array_unref(b);
}
END_TEST

/* IPv6: extension headers behind the fragment header, and a fragment header there, which must not be. */
START_TEST(extensions_in_the_datagram)
{
    for (int nested = 0; nested < 2; nested++) {
        bytes whole = join(hex(nested ? "1100000000000001" : "1100000000000000"),
                           udp(1, 4729, gsmtap3(0x0503, 9, hex("2a2b2c2d2e2f3031"))));
        unsigned next = nested ? 44 : 60;
        struct seen seen;
        seen_begin(&seen);
        for (guint offset = 0; offset < whole->len; offset += 16) {
            bool more = offset + 16 < whole->len;
            bytes header = u32(u16(u8(u8(g_byte_array_new(), next), 0), offset | more), 5);
            bytes data = part(whole, offset, more ? 16 : whole->len - offset);
            give(&seen, 229, ipv6(1, 2, 44, join(header, data)));
        }
        ck_assert_uint_eq(seen.pdus, !nested);
        ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MALFORMED), nested ? 1 : 0);
        seen_end(&seen);
        g_byte_array_unref(whole);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("framing fragments");
    TCase *c = tcase_create("fragments");
    tcase_add_test(c, every_order);
    tcase_add_test(c, repeated);
    tcase_add_test(c, identification_used_again);
    tcase_add_test(c, overlap_is_refused);
    tcase_add_test(c, lengths_that_contradict);
    tcase_add_test(c, missing_ones_are_reported);
    tcase_add_test(c, what_may_be_lost);
    tcase_add_test(c, too_many_at_once);
    tcase_add_test(c, given_up_after_a_while);
    tcase_add_test(c, cut_fragment);
    tcase_add_test(c, extensions_in_the_datagram);
    suite_add_tcase(s, c);
    return run(s);
}
