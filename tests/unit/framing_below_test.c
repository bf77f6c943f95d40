/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MAC, RLC and PDCP of NR made octet by octet from TS 38.321, 38.322 and the framings' tags. */
#include "framing_bytes.h"

/* MAC-NR context on link type 157: C-RNTI 0x4601, UEId ue, then the MAC PDU. */
static bytes mac(bool downlink, unsigned ue, const char *pdu)
{
    bytes b = hex(downlink ? "02 01 03 02 4601 03" : "02 00 03 02 4601 03");
    return join(u8(u16(b, ue), 1), hex(pdu));
}

static void assert_pdcp(const struct seen *seen, unsigned n, const char *octets)
{
    ck_assert_msg(seen->problems == 0, "problem: %s", seen->detail);
    ck_assert_uint_eq(seen->pdcps, n);
    if (n > 0)
        ck_assert_str_eq(seen->pdcp_octets, octets);
}

START_TEST(mac_downlink)
{
    struct seen seen;
    seen_begin(&seen);
    /* timing advance (61, one octet), DRX (60, none), LCID 1: RLC AM whole SDU, 16-bit length, padding */
    give(&seen, 157, mac(true, 1, "3d 20 3c 41 0006 8000 00012233 3f 0000"));
    assert_pdcp(&seen, 1, "00012233");
    ck_assert(seen.pdcp.downlink && seen.pdcp.srb);
    ck_assert_uint_eq(seen.pdcp.bearer, 1);
    ck_assert_uint_eq(seen.pdcp.leg, 0x4602);
    give(&seen, 157, mac(true, 1, "22 05 02 aabb 02 05 8000 000122")); /* one-octet eLCID with a length, then SRB2 */
    assert_pdcp(&seen, 2, "000122");
    ck_assert_uint_eq(seen.pdcp.bearer, 2);
    give(&seen, 157, mac(true, 1, "00 03 201120"));
    ck_assert_uint_eq(seen.pdus, 1);
    ck_assert_int_eq(seen.pdu.channel, DAPS_CH_DL_CCCH);
    ck_assert_str_eq(seen.octets, "201120");
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MAC_NR), 3);
    seen_end(&seen);
}
END_TEST

START_TEST(mac_uplink)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 157, mac(false, 1, "34 112233445566 3f")); /* 52: CCCH of 48 bits, no length */
    ck_assert_int_eq(seen.pdu.channel, DAPS_CH_UL_CCCH);
    ck_assert_str_eq(seen.octets, "112233445566");
    give(&seen, 157, mac(false, 1, "00 1122334455667788 3d 0a 3f")); /* 0: CCCH of 64 bits; short BSR */
    ck_assert_int_eq(seen.pdu.channel, DAPS_CH_UL_CCCH1);
    ck_assert_str_eq(seen.octets, "1122334455667788");
    give(&seen, 157, mac(false, 1, "39 1234 3e 02 0102 01 06 8000 00050607")); /* PHR, long BSR with length, SRB1 */
    assert_pdcp(&seen, 1, "00050607");
    ck_assert(!seen.pdcp.downlink);
    seen_end(&seen);
}
END_TEST

/* Msg3 of a handover: the temporary C-RNTI is in the context, the real one in a CE. */
START_TEST(mac_names_the_c_rnti)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 157, mac(false, 1, "3a 5678 01 05 8000 000708"));
    assert_pdcp(&seen, 1, "000708");
    ck_assert_uint_eq(seen.pdcp.leg, 0x5679);
    seen_end(&seen);
}
END_TEST

START_TEST(mac_nonsense)
{
    static const char *const malformed[] = {"01 ff 8000", "34 1122", "41 00", "34 112233445566 34 112233445566"};
    struct seen seen;
    for (size_t i = 0; i < G_N_ELEMENTS(malformed); i++) {
        seen_begin(&seen);
        give(&seen, 157, mac(false, 1, malformed[i]));
        ck_assert_uint_eq(seen.problems, 1);
        ck_assert_uint_eq(seen.pdus + seen.pdcps, 0);
        seen_end(&seen);
    }
    seen_begin(&seen);
    give(&seen, 157, mac(false, 1, "0000000000000000 0000000000000000 0000")); /* a block nobody could decode */
    give(&seen, 157, hex("02 01 02 02 0001 01 40 1122334455667788"));          /* RA-RNTI: a random access response */
    give(&seen, 157, hex("02 01 03 02 4601 99 01 01 05 8000 0001"));           /* a tag nobody knows */
    ck_assert_uint_eq(seen.pdus + seen.pdcps, 0);
    ck_assert_uint_eq(seen.problems, 1);
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MAC_NR), 2);
    seen_end(&seen);
}
END_TEST

START_TEST(drb_needs_its_configuration)
{
    const struct daps_framing_drb drbs[] = {{DAPS_RAT_NR, 4, 1, true, 18, 18}, {DAPS_RAT_NR, 5, 2, false, 6, 12}};
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 157, mac(true, 1, "04 06 800000 800001"));
    ck_assert_uint_eq(seen.pdcps, 0);
    ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_BEARER_UNKNOWN), 1);
    seen_end(&seen);
    seen_begin(&seen);
    unwrap_assume(seen.unwrap, drbs, 2);
    give(&seen, 157, mac(true, 1, "04 08 800000 8000012233"));
    assert_pdcp(&seen, 1, "8000012233");
    ck_assert(!seen.pdcp.srb);
    ck_assert_uint_eq(seen.pdcp.bearer, 1);
    ck_assert_uint_eq(seen.pdcp.sn_bits, 18);
    give(&seen, 157, mac(true, 1, "05 05 00 80022233"));
    assert_pdcp(&seen, 2, "80022233");
    ck_assert_uint_eq(seen.pdcp.bearer, 2);
    ck_assert_uint_eq(seen.pdcp.sn_bits, 12);
    seen_end(&seen);
}
END_TEST

/* One SDU 80 01 02 03 04 05 06 07 in segments, in every order, with repetitions. */
START_TEST(segments_in_any_order)
{
    static const char *const am12[] = {"9005 8001", "b005 0002 0203", "b005 0004 0405", "a005 0006 0607"};
    static const char *const am18[] = {"900005 8001", "b00005 0002 0203", "b00005 0004 0405", "a00005 0006 0607"};
    static const char *const um6[] = {"45 8001", "c5 0002 0203", "c5 0004 0405", "85 0006 0607"};
    static const char *const um12[] = {"4005 8001", "c005 0002 0203", "c005 0004 0405", "8005 0006 0607"};
    static const struct {
        const char *head; /* of the framing, up to the payload tag */
        const char *const *parts;
    } modes[] = {{"04 0c 02 01 03 0001 04 05 05 01 01", am12},
                 {"04 12 02 01 03 0001 04 05 05 01 01", am18},
                 {"02 06 02 01 03 0001 04 05 05 01 01", um6},
                 {"02 0c 02 01 03 0001 04 05 05 01 01", um12}};
    static const unsigned orders[][6] = {
        {0, 1, 2, 3, 3, 3}, {3, 2, 1, 0, 3, 3}, {2, 2, 0, 3, 0, 1}, {1, 3, 3, 2, 2, 0}};
    for (size_t m = 0; m < G_N_ELEMENTS(modes); m++) {
        for (size_t o = 0; o < G_N_ELEMENTS(orders); o++) {
            struct seen seen;
            unsigned whole = 0;
            seen_begin(&seen);
            for (unsigned i = 0; i < 6 && whole == 0; i++) {
                /* user data without RRC: PDCP is not configured, so the SDU is counted, which is enough here */
                give(&seen, 149,
                     udp(1, 2, join(text("rlc-nr"), join(hex(modes[m].head), hex(modes[m].parts[orders[o][i]])))));
                whole = (unsigned)counted(&seen, DAPS_FRAMING_BEARER_UNKNOWN);
                if (i < 3)
                    ck_assert_uint_eq(whole, 0);
            }
            ck_assert_uint_eq(whole, 1);
            ck_assert_uint_eq(seen.problems, 0);
            seen_end(&seen);
        }
    }
}
END_TEST

START_TEST(srb_segments)
{
    static const char head[] = "04 0c 02 00 03 0007 04 04 05 01 01";
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 149, udp(1, 2, join(text("rlc-nr"), join(hex(head), hex("a003 0003 44 5566")))));
    give(&seen, 149, udp(1, 2, join(text("rlc-nr"), join(hex(head), hex("00 0000"))))); /* status: a control PDU */
    ck_assert_uint_eq(seen.pdcps, 0);
    give(&seen, 149, udp(1, 2, join(text("rlc-nr"), join(hex(head), hex("9003 000122")))));
    assert_pdcp(&seen, 1, "000122445566");
    /* The entity was re-established: the same SN with another beginning is another SDU. */
    give(&seen, 149, udp(1, 2, join(text("rlc-nr"), join(hex(head), hex("9004 0002aa")))));
    give(&seen, 149, udp(1, 2, join(text("rlc-nr"), join(hex(head), hex("9004 0003bb")))));
    ck_assert_uint_eq(seen.problems, 1);
    give(&seen, 149, udp(1, 2, join(text("rlc-nr"), join(hex(head), hex("a004 0003 cc")))));
    ck_assert_uint_eq(seen.pdcps, 2);
    ck_assert_str_eq(seen.pdcp_octets, "0003bbcc");
    unwrap_finish(seen.unwrap);
    ck_assert_uint_eq(seen.problems, 1);
    seen_end(&seen);
}
END_TEST

START_TEST(missing_segments_are_reported)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 149, udp(1, 2, join(text("rlc-nr"), hex("04 0c 02 00 03 0007 04 04 05 01 01 9003 000122"))));
    unwrap_finish(seen.unwrap);
    ck_assert_uint_eq(seen.problems, 1);
    ck_assert_int_eq(seen.class, DAPS_FRAMING_INCOMPLETE);
    ck_assert(seen.rrc_lost);
    seen_end(&seen);
}
END_TEST

START_TEST(pdcp_both_generations)
{
    struct seen seen;
    seen_begin(&seen);
    /* now: every tag there is */
    give(&seen, 149,
         udp(1, 2,
             join(text("pdcp-nr"), hex("02 02 12 03 01 04 01 05 03 06 0009 07 08 04 09 0a 0b 02 0c 0d 0e 0101 "
                                       "0f 10 02 11 01 800001 5566"))));
    assert_pdcp(&seen, 1, "8000015566");
    ck_assert(!seen.pdcp.srb && seen.pdcp.downlink && seen.pdcp.ciphering_off);
    ck_assert_uint_eq(seen.pdcp.bearer, 3);
    ck_assert_uint_eq(seen.pdcp.sn_bits, 18);
    ck_assert_uint_eq(seen.pdcp.sdap_octets, 1);
    /* 2018: the plane is a tag, and the others are one higher */
    give(&seen, 149, udp(1, 2, join(text("pdcp-nr"), hex("02 01 03 0c 04 00 05 01 06 01 07 0009 01 0005 77"))));
    assert_pdcp(&seen, 2, "000577");
    ck_assert(seen.pdcp.srb && !seen.pdcp.downlink);
    ck_assert_uint_eq(seen.pdcp.bearer, 1);
    give(&seen, 149, udp(1, 2, join(text("pdcp-nr"), hex("01 02 00 03 00 04 04 05 00 06 0009 01 112233445566"))));
    ck_assert_int_eq(seen.pdu.channel, DAPS_CH_UL_CCCH);
    ck_assert_uint_eq(seen.pdu.ue_key, seen.pdcp.ue_key);
    ck_assert_uint_eq(seen.problems, 0);
    give(&seen, 149, udp(1, 2, join(text("pdcp-nr"), hex("01 7f 01 00"))));
    ck_assert_uint_eq(seen.problems, 1);
    seen_end(&seen);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("framing below RRC");
    TCase *tests = tcase_create("below");
    tcase_add_test(tests, mac_downlink);
    tcase_add_test(tests, mac_uplink);
    tcase_add_test(tests, mac_names_the_c_rnti);
    tcase_add_test(tests, mac_nonsense);
    tcase_add_test(tests, drb_needs_its_configuration);
    tcase_add_test(tests, segments_in_any_order);
    tcase_add_test(tests, srb_segments);
    tcase_add_test(tests, missing_segments_are_reported);
    tcase_add_test(tests, pdcp_both_generations);
    suite_add_tcase(suite, tests);
    return run(suite);
}
