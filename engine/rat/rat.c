/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows. */
#include "daps/rat.h"

#define ALGORITHMS(letters)                                                                                            \
    {                                                                                                                  \
        letters "0", letters "1", letters "2", letters "3", letters "4", letters "5", letters "6", letters "7"         \
    }
#define UNIVERSAL_HASHES (1U << 1 | 1U << 3) /* SNOW 3G and ZUC in either technology */

static const struct daps_rat_row rows[] = {
    [DAPS_RAT_NR] =
        {
            .name = "nr",
            .title = "NR",
            .kinds = {"kgnb", "nh", "kgnb-star", "ksn"},
            .root = "KgNB",
            .upper = "KAMF",
            .star = "KgNB*",
            .arfcn = "SSB-ARFCN",
            .arfcn_column = "SSB-ARFCN",
            .ciphering = ALGORITHMS("NEA"),
            .integrity = ALGORITHMS("NIA"),
            .nh = DAPS_DERIVE_NH,
            .star_of = DAPS_DERIVE_KGNB_STAR,
            .sn = DAPS_DERIVE_KSN,
            .srb_sn_bits = 12,
            .srb_header = 2,
            .needs_nonce = UNIVERSAL_HASHES,
        },
    [DAPS_RAT_LTE] =
        {
            .name = "lte",
            .title = "LTE",
            .kinds = {"kenb", "nh", "kenb-star", "s-kenb"},
            .root = "KeNB",
            .upper = "KASME",
            .star = "KeNB*",
            .arfcn = "EARFCN-DL",
            .arfcn_column = "EARFCN",
            .ciphering = ALGORITHMS("EEA"),
            .integrity = ALGORITHMS("EIA"),
            .nh = DAPS_DERIVE_NH_LTE,
            .star_of = DAPS_DERIVE_KENB_STAR,
            .sn = DAPS_DERIVE_S_KENB,
            .srb_sn_bits = 5,
            .srb_header = 1,
            .needs_nonce = UNIVERSAL_HASHES,
        },
};

const struct daps_rat_row *daps_rat_row(enum daps_rat rat)
{
    return &rows[rat == DAPS_RAT_LTE ? DAPS_RAT_LTE : DAPS_RAT_NR];
}
