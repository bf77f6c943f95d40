/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records that begin like one before say what they would have said by themselves, whatever differs from it. */
#include "framing_bytes.h"

/* 12 and 101 are both IP; what came under 12 is not remembered. */
enum { REMEMBERED = 101, TAKEN_APART = 12, UPPER_PDU = 252 };

static void assert_same(const struct seen *a, const struct seen *b)
{
    ck_assert_uint_eq(a->pdus, b->pdus);
    ck_assert_uint_eq(a->pdcps, b->pdcps);
    ck_assert_uint_eq(a->problems, b->problems);
    ck_assert_str_eq(a->detail, b->detail);
    ck_assert_str_eq(a->octets, b->octets);
    ck_assert_str_eq(a->pdcp_octets, b->pdcp_octets);
    ck_assert_uint_eq(a->pdu.ue_key, b->pdu.ue_key);
    ck_assert_int_eq(a->pdu.channel, b->pdu.channel);
    ck_assert_int_eq(a->pdu.rat, b->pdu.rat);
    ck_assert_uint_eq(a->pdcp.ue_key, b->pdcp.ue_key);
    ck_assert_uint_eq(a->pdcp.leg, b->pdcp.leg);
    ck_assert_uint_eq(a->pdcp.frame, b->pdcp.frame);
    ck_assert_int_eq(a->pdcp.time_ns, b->pdcp.time_ns);
    ck_assert_uint_eq(a->pdcp.bearer, b->pdcp.bearer);
    ck_assert_uint_eq(a->pdcp.sn_bits, b->pdcp.sn_bits);
    ck_assert_int_eq(a->pdcp.downlink, b->pdcp.downlink);
    ck_assert_int_eq(a->pdcp.srb, b->pdcp.srb);
    ck_assert_mem_eq(unwrap_counts(a->unwrap)->classes, unwrap_counts(b->unwrap)->classes,
                     sizeof unwrap_counts(a->unwrap)->classes);
}

/* The record as it is, then as it has become, then as it was. */
static void give_between(struct seen *seen, int linktype, bytes b, bytes changed, guint caplen, guint len)
{
    give_part(seen, linktype, b, b->len, b->len);
    give_part(seen, linktype, changed, caplen, len);
    give_part(seen, linktype, b, b->len, b->len);
}

static void assert_again(bytes b, bytes changed, guint caplen, guint len)
{
    struct seen again, apart;
    seen_begin(&again);
    seen_begin(&apart);
    give_between(&again, REMEMBERED, b, changed, caplen, len);
    give_between(&apart, TAKEN_APART, b, changed, caplen, len);
    assert_same(&again, &apart);
    ck_assert_uint_ge(again.pdcps, 2);
    seen_end(&again);
    seen_end(&apart);
}

static bytes pdcp(const char *context_and_pdu)
{
    return ipv4(0x0a000001, 0x0a000002, 17, udp(40000, 40001, join(text("pdcp-nr"), hex(context_and_pdu))));
}

START_TEST(pdcp_with_one_octet_changed)
{
    bytes b = pdcp("02 02 0c 03 01 04 01 05 03 06 0009 01 8001 55667788 99aabbcc ddeeff00");
    for (guint i = 0; i < b->len; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            bytes changed = copy(b);
            changed->data[i] ^= (guint8)(1U << bit);
            assert_again(b, changed, changed->len, changed->len);
            g_byte_array_unref(changed);
        }
    }
    g_byte_array_unref(b);
}
END_TEST

START_TEST(pdcp_of_other_lengths)
{
    bytes b = pdcp("02 02 0c 03 01 04 01 05 03 06 0009 01 8001 55667788 99aabbcc ddeeff00");
    bytes longer = copy(b);
    for (guint length = 0; length < b->len; length++) {
        assert_again(b, b, length, b->len); /* by the snap length, */
        assert_again(b, b, length, length); /* for good, */
    }
    for (unsigned i = 0; i < 4; i++) /* and with a link layer's padding */
        assert_again(b, u8(longer, 0), b->len + i + 1, b->len + i + 1);
    g_byte_array_unref(longer);
    longer = pdcp("02 02 0c 03 01 04 01 05 03 06 0009 01 8002 5566");
    assert_again(b, longer, longer->len, longer->len);
    g_byte_array_unref(longer);
    g_byte_array_unref(b);
}
END_TEST

START_TEST(rrc_with_one_octet_changed)
{
    bytes b = upper("nr-rrc.ul.dcch", 2, hex("10 00 22 33 44"));
    for (guint i = 0; i < b->len; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            bytes changed = copy(b);
            struct seen again, alone;
            changed->data[i] ^= (guint8)(1U << bit);
            seen_begin(&again);
            seen_begin(&alone);
            give(&again, UPPER_PDU, copy(b));
            give(&alone, UPPER_PDU, copy(changed));
            memset(&again.pdu, 0, sizeof again.pdu);
            again.octets[0] = 0;
            give(&again, UPPER_PDU, changed);
            ck_assert_uint_eq(again.pdus, alone.pdus + 1);
            ck_assert_uint_eq(again.problems, alone.problems);
            ck_assert_str_eq(again.octets, alone.octets);
            ck_assert_int_eq(again.pdu.channel, alone.pdu.channel);
            ck_assert_int_eq(again.pdu.rat, alone.pdu.rat);
            ck_assert_uint_eq(again.pdu.ue_key, alone.pdu.ue_key);
            seen_end(&again);
            seen_end(&alone);
        }
    }
    g_byte_array_unref(b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("records like one before");
    TCase *tests = tcase_create("again");
    tcase_add_test(tests, pdcp_with_one_octet_changed);
    tcase_add_test(tests, pdcp_of_other_lengths);
    tcase_add_test(tests, rrc_with_one_octet_changed);
    suite_add_tcase(suite, tests);
    return run(suite);
}
