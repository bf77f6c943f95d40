/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells that messages name in passing; the octets are pycrate's. */
#include <check.h>
#include <glib.h>
#include <stdlib.h>

#include "rrc/cells.h"

/* rrcReconfiguration: measObjectNR 630000 with cell 44, and 641280 */
static const uint8_t reconfiguration[] = {0x02, 0x21, 0x00, 0x04, 0x03, 0x00, 0x81, 0x33, 0x9e, 0x04, 0x00,
                                          0x00, 0xb0, 0x00, 0x4c, 0x00, 0x04, 0xe4, 0x80, 0x10, 0x00};
/* measurementReport: serving cell 11; neighbours 33, one without physCellId, 1007 */
static const uint8_t report[] = {0x00, 0x40, 0x00, 0x04, 0x0b, 0x04, 0x84, 0x20, 0x0f, 0xde, 0x00};

/* rrcConnectionReconfiguration: measObjectEUTRA 1300 with cell 44, and 66786 by carrierFreq-v9e0 */
static const uint8_t lte_reconfiguration[] = {0x22, 0x10, 0x50, 0x00, 0x40, 0x04, 0x02, 0x8a, 0x3a, 0x00, 0x0b, 0x1e,
                                              0x10, 0x03, 0xff, 0xfd, 0xd0, 0xf0, 0x00, 0x90, 0xa0, 0x27, 0x10, 0x00};
/* measurementReport: neighbours 33 and 503, best neighbour 7 of a serving frequency */
static const uint8_t lte_report[] = {0x08, 0x30, 0x1e, 0x50, 0x10, 0x85, 0x14, 0x7d, 0xc0,
                                     0x94, 0x00, 0x15, 0x04, 0x81, 0xc1, 0x88, 0x00};

static void expect(enum daps_rat rat, enum daps_channel channel, const uint8_t *octets, size_t length,
                   const struct daps_cell *cells, unsigned n)
{
    struct rrc_named_cells named;

    rrc_named_cells(rat, channel, octets, length, &named);
    ck_assert_uint_eq(named.n, n);
    for (unsigned i = 0; i < n; i++) {
        ck_assert_int_eq(named.cells[i].pci, cells[i].pci);
        ck_assert_int_eq(named.cells[i].ssb_arfcn, cells[i].ssb_arfcn);
    }
}

START_TEST(what_is_named)
{
    static const struct daps_cell objects[] = {{-1, 630000}, {44, -1}, {-1, 641280}};
    static const struct daps_cell reported[] = {{11, -1}, {33, -1}, {1007, -1}};

    expect(DAPS_RAT_NR, DAPS_CH_DL_DCCH, reconfiguration, sizeof reconfiguration, objects, G_N_ELEMENTS(objects));
    expect(DAPS_RAT_NR, DAPS_CH_UL_DCCH, report, sizeof report, reported, G_N_ELEMENTS(reported));
    expect(DAPS_RAT_NR, DAPS_CH_BCCH_BCH, report, sizeof report, NULL, 0);
}
END_TEST

START_TEST(what_is_named_in_lte)
{
    static const struct daps_cell objects[] = {{-1, 1300}, {44, -1}, {-1, 66786}};
    static const struct daps_cell reported[] = {{33, -1}, {503, -1}, {7, -1}};

    expect(DAPS_RAT_LTE, DAPS_CH_DL_DCCH, lte_reconfiguration, sizeof lte_reconfiguration, objects,
           G_N_ELEMENTS(objects));
    expect(DAPS_RAT_LTE, DAPS_CH_UL_DCCH, lte_report, sizeof lte_report, reported, G_N_ELEMENTS(reported));
}
END_TEST

/* Cut anywhere it names what stands before the cut, and reads nothing behind it (sanitizers look). */
START_TEST(cut_anywhere)
{
    for (size_t length = 0; length < sizeof report; length++) {
        uint8_t *octets = g_memdup2(report, length);
        struct rrc_named_cells named;
        rrc_named_cells(DAPS_RAT_NR, DAPS_CH_UL_DCCH, octets, length, &named);
        ck_assert_uint_le(named.n, 3);
        rrc_named_cells(DAPS_RAT_NR, DAPS_CH_DL_DCCH, octets, length, &named);
        ck_assert_uint_le(named.n, RRC_MOST_NAMED);
        g_free(octets);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rrc_cells");
    TCase *tc = tcase_create("cells");
    SRunner *runner;
    int failed;

    tcase_add_test(tc, what_is_named);
    tcase_add_test(tc, what_is_named_in_lte);
    tcase_add_test(tc, cut_anywhere);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
