/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frequency raster at its joints (TS 38.104 Table 5.4.2.1-1) and for carriers whose numbers are known. */
#include <check.h>
#include <stdlib.h>

#include "rrc/raster.h"

START_TEST(joints)
{
    static const struct {
        int32_t arfcn;
        int64_t khz;
    } known[] = {{0, 0},
                 {513000, 2565000},
                 {599999, 2999995},
                 {600000, 3000000},
                 {632628, 3489420},
                 {2016666, 24249990},
                 {2016667, 24250080},
                 {3279165, 99999960}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        ck_assert_int_eq(daps_raster_khz(known[i].arfcn), known[i].khz);
        ck_assert_int_eq(daps_raster_arfcn(known[i].khz), known[i].arfcn);
    }
    ck_assert_int_eq(daps_raster_arfcn(-1), -1);
    ck_assert_int_eq(daps_raster_arfcn(100000020), -1);
}
END_TEST

START_TEST(carriers)
{
    /* 100 MHz of n78, 273 blocks 30 kHz apart: Point A 3450.72 MHz, centre 3499.86 MHz */
    ck_assert_int_eq(daps_raster_carrier(630048, 0, 30, 273), 633324);
    /* 20 MHz of n1, 106 blocks 15 kHz apart, 2 blocks above Point A 2110.0 MHz: centre 2119.9 MHz */
    ck_assert_int_eq(daps_raster_carrier(422000, 2, 15, 106), 423980);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rrc/raster");
    TCase *tests = tcase_create("raster");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(tests, joints);
    tcase_add_test(tests, carriers);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
