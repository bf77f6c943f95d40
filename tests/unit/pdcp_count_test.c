/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * COUNT of a received PDU (TS 38.323 5.2.2.1) against a second formulation: of all COUNTs with that SN, the one in
 * [RX_DELIV - Window_Size, RX_DELIV + Window_Size), as far as COUNT has numbers there; and a transmitter whose PDUs are
 * lost, reordered and repeated within what the receiver can bear, whose COUNTs must all be found.
 */
#include <check.h>
#include <glib.h>
#include <stdlib.h>

#include "pdcp/count.h"

static const unsigned sizes[] = {5, 7, 12, 15, 18};

/* The one COUNT with that SN in the window around rx_deliv; where the window leaves 0..2^32 - 1, the HFN of rx_deliv.
 */
static uint32_t by_window(uint32_t rx_deliv, uint32_t sn, unsigned sn_bits)
{
    const int64_t round = INT64_C(1) << sn_bits, window = round / 2, hfn = rx_deliv / round * round;
    int64_t found = -1;

    for (int64_t candidate = hfn - round + sn; candidate <= hfn + round + sn; candidate += round) {
        if (candidate >= (int64_t)rx_deliv - window && candidate < (int64_t)rx_deliv + window)
            found = candidate;
    }
    ck_assert_int_ne(found, -1); /* exactly one, as the window is one round wide */
    return found < 0 || found > UINT32_MAX ? (uint32_t)(hfn + sn) : (uint32_t)found;
}

static void compare(uint32_t rx_deliv, uint32_t sn, unsigned sn_bits)
{
    const struct pdcp_count state = {.rx_next = rx_deliv, .rx_deliv = rx_deliv};
    const int64_t round = INT64_C(1) << sn_bits, hfn = rx_deliv / round * round;
    uint32_t wanted;

    if ((int64_t)rx_deliv - round / 2 < 0 || (int64_t)rx_deliv + round / 2 > UINT32_MAX) {
        /* The window reaches beyond what COUNT has: below zero and behind the end there is nothing. */
        const int64_t back = (int64_t)rx_deliv - round / 2, ahead = (int64_t)rx_deliv + round / 2;
        wanted = (uint32_t)(hfn + sn);
        for (int64_t c = hfn - round + sn; c <= hfn + round + sn; c += round) {
            if (c >= MAX(back, 0) && c < MIN(ahead, INT64_C(1) << 32))
                wanted = (uint32_t)c;
        }
    } else {
        wanted = by_window(rx_deliv, sn, sn_bits);
    }
    ck_assert_msg(pdcp_count_infer(&state, sn, sn_bits) == wanted, "RX_DELIV %u, SN %u of %u bits: %u, not %u",
                  rx_deliv, sn, sn_bits, pdcp_count_infer(&state, sn, sn_bits), wanted);
}

/* Every RX_DELIV of three rounds and every SN, for a size that allows it; and at the very end of COUNT. */
START_TEST(every_count)
{
    for (uint32_t rx_deliv = 0; rx_deliv < 3 * 32; rx_deliv++) {
        for (uint32_t sn = 0; sn < 32; sn++) {
            compare(rx_deliv, sn, 5);
            compare(UINT32_MAX - rx_deliv, sn, 5);
        }
    }
}
END_TEST

START_TEST(random_counts)
{
    GRand *random = g_rand_new_with_seed(38323);

    for (unsigned i = 0; i < 400000; i++) {
        const unsigned sn_bits = sizes[g_rand_int_range(random, 0, G_N_ELEMENTS(sizes))];
        const uint32_t spread = UINT32_C(3) << sn_bits, near = g_rand_int(random) % spread;
        const uint32_t rx_deliv = i % 3 == 0 ? near : i % 3 == 1 ? UINT32_MAX - near : g_rand_int(random);
        compare(rx_deliv, g_rand_int(random) & ((UINT32_C(1) << sn_bits) - 1), sn_bits);
    }
    g_rand_free(random);
}
END_TEST

/* Where a PDU stands that overtakes some of those before it; no further than the receiver can bear. */
static guint place_of(const GArray *air, uint32_t count, guint overtakes, uint32_t most)
{
    guint at = air->len;

    while (at > 0 && overtakes-- > 0 && count - g_array_index(air, uint32_t, at - 1) <= most)
        at--;
    while (at < air->len && count - (at > 0 ? g_array_index(air, uint32_t, at - 1) : 0) > most)
        at++;
    return at;
}

/* A transmitter from COUNT 0 on: some PDUs are lost, some overtake others, some come twice. */
START_TEST(transmitter)
{
    for (unsigned seed = 0; seed < 60; seed++) {
        const unsigned sn_bits = sizes[seed % G_N_ELEMENTS(sizes)];
        const uint32_t mask = (UINT32_C(1) << sn_bits) - 1, most = UINT32_C(1) << (sn_bits - 3);
        GRand *random = g_rand_new_with_seed(seed);
        GArray *air = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        struct pdcp_count state = {0};

        for (uint32_t count = 0; air->len < 5000; count++) {
            const guint overtakes = g_rand_int_range(random, 0, 10) == 0 ? g_rand_int(random) % 50 : 0;
            if (g_rand_int_range(random, 0, 200) == 0)
                count += g_rand_int(random) % most;
            g_array_insert_val(air, place_of(air, count, overtakes, most), count);
            if (g_rand_int_range(random, 0, 10) == 0)
                g_array_append_val(air, count);
        }
        for (guint i = 0; i < air->len; i++) {
            const uint32_t count = g_array_index(air, uint32_t, i),
                           found = pdcp_count_infer(&state, count & mask, sn_bits);
            ck_assert_msg(found == count, "seed %u, PDU %u: %u, not %u (RX_NEXT %u)", seed, i, found, count,
                          state.rx_next);
            pdcp_count_take(&state, found, sn_bits);
        }
        g_array_unref(air);
        g_rand_free(random);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pdcp_count");
    TCase *c = tcase_create("count");
    SRunner *runner;
    int failed;

    tcase_add_test(c, every_count);
    tcase_add_test(c, random_counts);
    tcase_add_test(c, transmitter);
    suite_add_tcase(s, c);
    runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
