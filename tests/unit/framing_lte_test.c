/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MAC, RLC and PDCP PDUs of LTE, octet by octet as TS 36.321 6.1.2, TS 36.322 6.2.1 and TS 36.323 6.2 draw them, in the
 * contexts that Wireshark's framings put around them.
 */
#include "framing_bytes.h"

/* UEId ue, AM with 10-bit SN, SRB1 uplink. */
static void am(struct seen *seen, unsigned ue, const char *pdu)
{
    bytes b = u16(hex("04 02 0a 03 00 05"), ue);
    give(seen, 149, udp(1, 2, join(text("rlc-lte"), join(join(b, hex("06 0004 07 0001 01")), hex(pdu)))));
}

/* SRB1 uplink, with mode and SN length as given. */
static void of_srb(struct seen *seen, const char *mode, const char *pdu)
{
    give(seen, 149,
         udp(1, 2, join(text("rlc-lte"), join(join(hex(mode), hex("03 00 05 0007 06 0004 07 0001 01")), hex(pdu)))));
}

/* C-RNTI 0x0046 of UEId 5, downlink or uplink. */
static void mac(struct seen *seen, bool downlink, const char *pdu)
{
    bytes b = u8(u8(u8(text("mac-lte"), 1), downlink), 3);
    give(seen, 149, udp(1, 2, join(join(b, hex("02 0046 03 0005 04 0123 07 01 0a 00 0f 00 01")), hex(pdu))));
}

static void finish(struct seen *seen, unsigned problems)
{
    unwrap_finish(seen->unwrap);
    ck_assert_msg(seen->problems == problems, "%u problems, not %u: %s", seen->problems, problems, seen->detail);
    seen_end(seen);
}

/* ---- MAC ---- */

/* What is in one PDU, the SDU of LCID 1 being an AMD PDU with SN 0 and a PDCP PDU of aabbccddeeff. */
START_TEST(mac_subheaders)
{
    static const struct {
        bool downlink;
        const char *pdu;
        unsigned pdcps, pdus;
    } read[] = {
        {true, "01 8000 aabbccddeeff", 1, 0},                           /* one subheader, to the end */
        {true, "2108 1f 8000 aabbccddeeff 0000", 1, 0},                 /* padding behind */
        {true, "3f 3f 01 8000 aabbccddeeff", 1, 0},                     /* one or two octets of padding in front */
        {true, "3d 01 7f 8000 aabbccddeeff", 1, 0},                     /* Timing Advance Command */
        {true, "3c 3d 2108 1f 010203040506 11 8000aabbccddeeff", 1, 0}, /* contention resolution, 6 octets */
        {true, "3e 3a 2108 1f 8000aabbccddeeff", 1, 0},                 /* DRX and long DRX Command, none */
        {true, "3b 38 01 11 22222222 8000aabbccddeeff", 1, 0},          /* Activation/Deactivation of both sizes */
        {true, "36 01 1111 8000aabbccddeeff", 1, 0},                    /* recommended bit rate */
        {true, "35 03 01 111111 8000aabbccddeeff", 1, 0},               /* CSI-RS: of variable size */
        {true, "31 32 33 34 01 22 33 44444444 8000aabbccddeeff", 1,
         0},                                                      /* DCQR Command, PDCP duplication, hibernation */
        {true, "37 01 8000aabbccddeeff", 1, 0},                   /* SC-PTM Stop Indication */
        {false, "2e 2f 31 01 11 2222 33 8000aabbccddeeff", 1, 0}, /* GNSS validity, Timing Advance, DCQR */
        {false, "32 33 01 11111111 22 8000aabbccddeeff", 1, 0},   /* AUL confirmations of both sizes */
        {false, "3a 3d 2108 1f 11 22 8000aabbccddeeff", 1, 0},    /* PHR, short BSR */
        {false, "3b 3e 01 0047 333333 8000aabbccddeeff", 1, 0},   /* C-RNTI, long BSR */
        {false, "39 02 01 1111 8000aabbccddeeff", 1, 0},          /* extended PHR: of variable size */
        {false, "35 34 01 2222 8000aabbccddeeff", 1, 0},          /* SPS confirmation, bit rate query */
        {false, "00 401122334455", 0, 1},                         /* uplink CCCH: Msg3 */
        {false, "20 06 1f 401122334455 00", 0, 1},
        {false, "0b 401122334455", 0, 1},                                 /* of category 0 */
        {true, "3c 00 010203040506 60", 0, 1},                            /* Msg4 */
        {true, "61 0008 1f 8000aabbccddeeff", 1, 0},                      /* F2: a length of 16 bits */
        {true, "21 8008 1f 8000aabbccddeeff", 1, 0},                      /* F: of 15 */
        {true, "21 08 22 08 1f 8000aabbccddeeff 8000aabbccddeeff", 2, 0}, /* SRB1 and SRB2 */
        {true, "30 00 05 01 0102030405 8000aabbccddeeff", 1, 0},          /* logical channel 32, not configured */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(read); i++) {
        struct seen seen;
        seen_begin(&seen);
        mac(&seen, read[i].downlink, read[i].pdu);
        ck_assert_msg(seen.pdcps == read[i].pdcps && seen.pdus == read[i].pdus, "%s: %u of PDCP, %u of RRC; %s",
                      read[i].pdu, seen.pdcps, seen.pdus, seen.detail);
        if (seen.pdcps) {
            ck_assert_str_eq(seen.pdcp_octets, "aabbccddeeff");
            ck_assert_int_eq(seen.pdcp.rat, DAPS_RAT_LTE);
            ck_assert_uint_eq(seen.pdcp.sn_bits, 5);
        }
        seen_end(&seen);
    }
}
END_TEST

/* TS 36.321 5.11: a PDU with an invalid value is discarded, and its good parts with it. */
START_TEST(mac_of_invalid_lengths)
{
    struct seen seen;
    seen_begin(&seen);
    mac(&seen, true, "2108 2209 1f 8000aabbccddeeff 8000"); /* the second one is said to be longer than there is */
    ck_assert_uint_eq(seen.pdcps, 0);
    ck_assert(seen.rrc_lost && seen.ue_known);
    finish(&seen, 1);
}
END_TEST

START_TEST(mac_contexts)
{
    static const struct {
        const char *context;
        enum daps_framing_class class;
        unsigned pdcps;
    } contexts[] = {
        {"01 01 03 02 0046 01", DAPS_FRAMING_MAC_LTE, 1},
        {"02 01 03 02 0046 03 0001 04 0011 06 00 07 01 08 0a 00 0b 02 ffff 0c 0d 0e 01 10 64 01", DAPS_FRAMING_MAC_LTE,
         1},
        {"01 01 05 02 0050 03 0001 01", DAPS_FRAMING_MAC_LTE, 1}, /* SPS-RNTI: the UEId tells whose */
        {"01 01 03 02 0046 07 00 01", DAPS_FRAMING_CRC_FAILED, 0},
        {"01 01 03 02 0046 0f 01 01", DAPS_FRAMING_NB_IOT_RRC, 0},
        {"01 01 03 02 0046 05 01 01", DAPS_FRAMING_MAC_LTE, 0}, /* data of a test */
        {"01 01 02 02 0002 01", DAPS_FRAMING_MAC_LTE, 0},       /* RA-RNTI: a response */
        {"01 01 04 02 ffff 01", DAPS_FRAMING_MAC_LTE, 0},       /* SI-RNTI */
        {"01 01 03 77 01", DAPS_FRAMING_MALFORMED, 0},          /* a tag of unknown size */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(contexts); i++) {
        struct seen seen;
        seen_begin(&seen);
        give(&seen, 147, join(hex(contexts[i].context), hex("01 8000 aabbccddeeff")));
        ck_assert_msg(counted(&seen, contexts[i].class) == 1 && seen.pdcps == contexts[i].pdcps, "%s: %s",
                      contexts[i].context, seen.detail);
        seen_end(&seen);
    }
}
END_TEST

/* A preamble and scheduling requests come without a PDU. */
START_TEST(mac_events)
{
    static const char *const events[] = {"01 00 00 09 05 01", "01 00 03 11 0002 0001 0046 0002 0047"};
    for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
        struct seen seen;
        seen_begin(&seen);
        give(&seen, 147, hex(events[i]));
        ck_assert_uint_eq(counted(&seen, DAPS_FRAMING_MAC_LTE), 1);
        finish(&seen, 0);
    }
}
END_TEST

/* ---- carriers ---- */

START_TEST(carriers)
{
    static const char context[] = "01 01 03 02 0046 03 0005 07 01 01 01 8000 aabbccddeeff";
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 147, hex(context));
    give(&seen, 252, upper("mac-lte-framed", 2, hex(context)));
    give(&seen, 252, upper("mac_lte_udp", 1, join(text("mac-lte"), hex(context))));
    give(&seen, 228, ipv4(1, 2, 17, udp(9999, 9999, join(text("mac-lte"), hex(context)))));
    give(&seen, 228, ipv4(1, 2, 17, udp(1, 4729, gsmtap3(0x0400, 0, hex(context)))));
    give(&seen, 228, ipv4(1, 2, 17, udp(1, 4729, join(hex("02 04 0f 00 00000000 00000000 00000000"), hex(context)))));
    ck_assert_uint_eq(seen.pdcps, 6);
    finish(&seen, 0);
}
END_TEST

/* packet-pdcp-lte.h, every tag. */
START_TEST(pdcp_contexts)
{
    struct seen seen;
    seen_begin(&seen);
    give(&seen, 149,
         udp(1, 2,
             join(text("pdcp-lte"), hex("00 01 00 02 05 03 01 04 01 05 02 06 0004 07 00 08 00 09 01 0a 00 0b 00 "
                                        "0c 0000 0d 0002 0e 0009 01 03 1122 00000000"))));
    ck_assert_str_eq(seen.pdcp_octets, "03112200000000");
    ck_assert(seen.pdcp.srb && seen.pdcp.downlink);
    ck_assert_uint_eq(seen.pdcp.bearer, 2);
    ck_assert_uint_eq(seen.pdcp.sn_bits, 5);
    static const unsigned bits[] = {7, 12, 15, 18};
    for (size_t i = 0; i < G_N_ELEMENTS(bits); i++) {
        bytes b = u8(join(text("pdcp-lte"), hex("00 02 00 02")), bits[i]);
        give(&seen, 149, udp(1, 2, join(b, hex("03 00 0d 0003 0e 0009 01 81 2233"))));
        ck_assert_uint_eq(seen.pdcp.sn_bits, bits[i]);
        ck_assert(!seen.pdcp.srb && !seen.pdcp.downlink);
    }
    ck_assert_uint_eq(seen.pdcps, 5);
    give(&seen, 149, udp(1, 2, join(text("pdcp-lte"), hex("01 02 00 02 0c 03 00 0d 0003 0e 0009 01 81 2233"))));
    ck_assert_uint_eq(seen.pdcps, 5); /* without a header */
    give(&seen, 149, udp(1, 2, join(text("pdcp-lte"), hex("00 01 00 03 00 04 03 0e 0009 01 401122334455"))));
    ck_assert_uint_eq(seen.pdus, 1); /* CCCH */
    ck_assert_int_eq(seen.pdu.channel, DAPS_CH_UL_CCCH);
    finish(&seen, 0);
}
END_TEST

/* ---- RLC ---- */

/* FI, E and LIs: whole SDUs in one PDU. */
START_TEST(rlc_whole_sdus)
{
    static const struct {
        const char *mode, *pdu;
        unsigned sdus;
        const char *last;
    } read[] = {
        {"04 02 0a", "8005 0102030405", 1, "0102030405"},
        {"04 02 0a", "8405 0030 aabbcc 0102", 2, "0102"},      /* E; LI 3, filled up */
        {"04 02 0a", "8405 803001 aabbcc dd 0102", 3, "0102"}, /* LI 3, LI 1: three octets */
        {"04 02 0a", "8405 803 801 002 0 aabbcc dd eeff 0102", 4, "0102"},
        {"04 02 0a", "8405 803 00f aabbcc dd eeff 0102", 0, NULL},      /* 15 octets, more than there are */
        {"04 02 0a", "8405 0000 aabbcc", 0, NULL},                      /* none */
        {"04 02 0a", "8405 803 803 0010 aabbcc ddeeff 01 02", 4, "02"}, /* LI 3, 3, 1, filled up */
        {"04 02 0a 08", "8405 0003 aabbcc 0102", 2, "0102"},            /* LI of 15 bits */
        {"04 02 10", "80 0005 0102", 1, "0102"},                        /* 16-bit SN */
        {"04 02 10", "84 0005 0030 aabbcc 0102", 2, "0102"},
        {"02 02 05", "05 0102", 1, "0102"},
        {"02 02 05", "25 0030 aabbcc 0102", 2, "0102"},
        {"02 02 0a", "0005 0102", 1, "0102"},
        {"02 02 0a", "0405 0030 aabbcc 0102", 2, "0102"},
        {"04 02 0a", "00e0", 0, NULL}, /* a STATUS PDU */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(read); i++) {
        struct seen seen;
        char pdu[64];
        size_t n = 0;
        for (const char *c = read[i].pdu; *c; c++) { /* LIs of 12 bits do not end with octets */
            if (*c != ' ')
                pdu[n++] = *c;
        }
        pdu[n] = 0;
        seen_begin(&seen);
        of_srb(&seen, read[i].mode, pdu);
        ck_assert_msg(seen.pdcps == read[i].sdus, "%s: %u, %s", read[i].pdu, seen.pdcps, seen.detail);
        if (read[i].last)
            ck_assert_str_eq(seen.pdcp_octets, read[i].last);
        seen_end(&seen);
    }
}
END_TEST

/* One SDU, 00 11 22 33 44 55 66 77, over three PDUs, the first of which has another SDU in front. */
static const char *const parts[] = {"8c07 0010 ee 001122", "9808 3344", "9009 556677"};

static void in_order(struct seen *seen, const unsigned *order, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        am(seen, 7, parts[order[i]]);
}

START_TEST(rlc_sdu_over_pdus)
{
    static const unsigned orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
        struct seen seen;
        seen_begin(&seen);
        in_order(&seen, orders[i], 3);
        ck_assert_uint_eq(seen.pdcps, 2);
        ck_assert_str_eq(seen.pdcp_octets, "0011223344556677");
        am(&seen, 7, parts[1]); /* again: a retransmission loses nothing */
        am(&seen, 7, parts[2]);
        ck_assert_uint_eq(seen.pdcps, 2);
        finish(&seen, 0);
    }
}
END_TEST

/* TS 36.322 5.2: what is sent again is cut where the new grant ends; SO says where in the data field it was. */
START_TEST(rlc_resegmentation)
{
    struct seen seen;
    seen_begin(&seen);
    am(&seen, 7, parts[0]);
    /* AMD PDU 8 has 3344 from inside an SDU to inside it: SO 0 without, SO 1 with LSF */
    am(&seen, 7, "d808 0000 33");
    am(&seen, 7, "d808 8001 44");
    am(&seen, 7, parts[2]);
    ck_assert_str_eq(seen.pdcp_octets, "0011223344556677");
    ck_assert_uint_eq(seen.pdcps, 2);
    am(&seen, 7, parts[1]); /* and whole once more */
    am(&seen, 7, "d808 8001 44");
    ck_assert_uint_eq(seen.pdcps, 2);
    finish(&seen, 0);
    seen_begin(&seen);
    am(&seen, 7, "d808 0000 33");
    am(&seen, 7, parts[1]); /* which has the segment's octets, too */
    am(&seen, 7, parts[2]);
    am(&seen, 7, parts[0]);
    ck_assert_uint_eq(seen.pdcps, 2);
    finish(&seen, 0);
}
END_TEST

/* 16-bit SN: LSF in the first octet, SO of 16 bits. */
START_TEST(rlc_resegmentation_long)
{
    struct seen seen;
    seen_begin(&seen);
    of_srb(&seen, "04 02 10", "c8 1234 0000 0011"); /* FI 01: ends inside, the segment does */
    of_srb(&seen, "04 02 10", "d2 1234 0002 2233"); /* FI 10, LSF */
    ck_assert_uint_eq(seen.pdcps, 1);
    ck_assert_str_eq(seen.pdcp_octets, "00112233");
    finish(&seen, 0);
}
END_TEST

/* One PDU in the middle is missing: said, with its UE, once the window has left it behind or the capture ended. */
START_TEST(rlc_loss)
{
    struct seen seen;
    seen_begin(&seen);
    am(&seen, 7, parts[0]);
    am(&seen, 7, parts[2]);
    ck_assert_uint_eq(seen.pdcps, 1);
    ck_assert_uint_eq(seen.problems, 0);
    finish(&seen, 2); /* what began it, what ended it */
    seen_begin(&seen);
    am(&seen, 7, parts[0]);
    am(&seen, 7, "81ff 00");
    ck_assert_uint_eq(seen.problems, 0);
    am(&seen, 7, "8209 00"); /* SN 521: more than half of 1024 behind 7 */
    ck_assert_uint_eq(seen.problems, 1);
    ck_assert(seen.rrc_lost && seen.ue_known);
    ck_assert_int_eq(seen.class, DAPS_FRAMING_INCOMPLETE);
    finish(&seen, 1);
}
END_TEST

/* The entity was re-established: SN 7 has other octets, and what waited is lost. */
START_TEST(rlc_re_established)
{
    struct seen seen;
    seen_begin(&seen);
    am(&seen, 7, "8807 001122");
    am(&seen, 7, "8807 998877");
    ck_assert_uint_eq(seen.problems, 1);
    am(&seen, 7, "9008 66");
    ck_assert_str_eq(seen.pdcp_octets, "99887766");
    finish(&seen, 1);
}
END_TEST

/* SNs go round. */
START_TEST(rlc_wrap)
{
    struct seen seen;
    seen_begin(&seen);
    am(&seen, 7, "8bff 0011");
    am(&seen, 7, "9000 2233");
    ck_assert_str_eq(seen.pdcp_octets, "00112233");
    finish(&seen, 0);
}
END_TEST

START_TEST(rlc_of_two_ues)
{
    struct seen seen;
    seen_begin(&seen);
    am(&seen, 7, "8807 0011");
    am(&seen, 8, "9008 2233");
    ck_assert_uint_eq(seen.pdcps, 0);
    am(&seen, 7, "9008 4455");
    ck_assert_str_eq(seen.pdcp_octets, "00114455");
    finish(&seen, 1);
}
END_TEST

/* An entity keeps no more than so many pieces; those given up are said. */
START_TEST(rlc_bound)
{
    struct seen seen;
    seen_begin(&seen);
    for (unsigned sn = 0; sn < 400; sn += 2) {
        char pdu[16];
        g_snprintf(pdu, sizeof pdu, "88%02x%02x", sn & 0xff, sn & 0xff);
        if (sn >= 256)
            g_snprintf(pdu, sizeof pdu, "89%02x%02x", sn & 0xff, sn & 0xff);
        am(&seen, 7, pdu);
    }
    ck_assert_uint_eq(seen.pdcps, 0);
    finish(&seen, 200); /* one each */
}
END_TEST

/* Every cut of a PDU says that signalling may be missing, or reads what is there; none reads behind its end. */
START_TEST(every_cut)
{
    static const char *const pdus[] = {
        "01 01 03 02 0046 03 0005 07 01 01 3c 3d 2108 1f 010203040506 11 8000aabbccddeeff",
        "01 00 03 02 0046 03 0005 07 01 01 3b 3e 2108 22 08 1f 0047 333333 8000aabbccddeeff 8c00 0010 aabb 000000",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(pdus); i++) {
        bytes b = hex(pdus[i]);
        for (guint n = 0; n < b->len; n++) {
            struct seen seen;
            seen_begin(&seen);
            give_part(&seen, 147, g_byte_array_ref(b), n, b->len);
            unwrap_finish(seen.unwrap);
            ck_assert_msg(seen.problems > 0 || seen.pdcps > 0, "%s cut at %u", pdus[i], n);
            seen_end(&seen);
        }
        g_byte_array_unref(b);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("framing LTE");
    TCase *tests = tcase_create("lte");
    tcase_add_test(tests, mac_subheaders);
    tcase_add_test(tests, mac_of_invalid_lengths);
    tcase_add_test(tests, mac_contexts);
    tcase_add_test(tests, mac_events);
    tcase_add_test(tests, carriers);
    tcase_add_test(tests, pdcp_contexts);
    tcase_add_test(tests, rlc_whole_sdus);
    tcase_add_test(tests, rlc_sdu_over_pdus);
    tcase_add_test(tests, rlc_resegmentation);
    tcase_add_test(tests, rlc_resegmentation_long);
    tcase_add_test(tests, rlc_loss);
    tcase_add_test(tests, rlc_re_established);
    tcase_add_test(tests, rlc_wrap);
    tcase_add_test(tests, rlc_of_two_ues);
    tcase_add_test(tests, rlc_bound);
    tcase_add_test(tests, every_cut);
    suite_add_tcase(suite, tests);
    return run(suite);
}
