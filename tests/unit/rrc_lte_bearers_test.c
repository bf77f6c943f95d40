/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bearers with PDCP of NR in an RRCConnectionReconfiguration (TS 36.331 6.2.2, nr-RadioBearerConfig1 and 2). The
 * messages were encoded by pycrate 0.8.1 from the values that stand beside them.
 */
#include <check.h>
#include <glib.h>
#include <stdlib.h>

#include "rrc/rrc.h"

static struct daps_rrc_result result;

static const struct daps_event *decode(const char *text)
{
    uint8_t octets[64];
    size_t length = 0;

    for (const char *at = text; *at != '\0'; at += 2)
        octets[length++] = (uint8_t)(g_ascii_xdigit_value(at[0]) << 4 | g_ascii_xdigit_value(at[1]));
    (void)daps_rrc_decode(DAPS_RAT_LTE, DAPS_CH_DL_DCCH, octets, length, &result);
    return result.status == DAPS_RRC_OK && result.n_events > 0 ? &result.events[0] : NULL;
}

/* sk-Counter 7; 1: DRB 3 with 12 bits, DRB 6 released, keyToUse master; 2: DRBs 4 and 5 with 18 bits, secondary; NEA1
 * and NIA1 */
START_TEST(under_both_keys)
{
    const struct daps_event *ev = decode("2200a4a0821f20001c247024a24e1c002b44403050a4a34e1f09291387c34460");

    ck_assert_ptr_nonnull(ev);
    ck_assert_int_eq(ev->kind, DAPS_EV_RECONFIGURATION);
    ck_assert_int_eq(ev->sk_counter, 7);
    ck_assert_uint_eq(ev->bearers.drb_added, 1 << 2 | 1 << 3 | 1 << 4);
    ck_assert_uint_eq(ev->bearers.drb_released, 1 << 5);
    ck_assert_uint_eq(ev->bearers.drb_secondary, 1 << 3 | 1 << 4);
    ck_assert_uint_eq(ev->bearers.drb_ul_sn12, 1 << 2);
    ck_assert_uint_eq(ev->bearers.drb_dl_sn18, 1 << 3 | 1 << 4);
    ck_assert_int_eq(ev->ciphering, -1); /* of these bearers, not of the connection */
    ck_assert_int_eq(ev->integrity, -1);
    ck_assert_int_eq(result.n_events, 1);
}
END_TEST

/* 2: DRB 4 released */
START_TEST(released)
{
    const struct daps_event *ev = decode("2200a4a08211008200c0");

    ck_assert_ptr_nonnull(ev);
    ck_assert_uint_eq(ev->bearers.drb_released, 1 << 3);
    ck_assert_uint_eq(ev->bearers.drb_added | ev->bearers.drb_secondary, 0);
}
END_TEST

/* 2: one octet that is none; nothing of the message is believed, and it is said where */
START_TEST(unreadable)
{
    ck_assert_ptr_null(decode("2200a4a08211007fc0"));
    ck_assert_int_eq(result.status, DAPS_RRC_UNDECODED);
    ck_assert_uint_eq(result.n_events, 0);
    ck_assert_ptr_nonnull(result.error);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rrc_lte_bearers");
    TCase *tests = tcase_create("bearers");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(tests, under_both_keys);
    tcase_add_test(tests, released);
    tcase_add_test(tests, unreadable);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
