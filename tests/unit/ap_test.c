/* SPDX-License-Identifier: GPL-2.0-or-later */
/* S1AP and X2AP: what stories of handovers say, in order; what damaged, foreign and very many PDUs do. */
#include <check.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "ap/ap.h"
#include "ap_pdus.h"
#include "bytes/digest.h"

struct heard {
    struct ap *ap;
    GString *said; /* a letter each: what was said, or C for a command */
    GHashTable *ues;
    unsigned unfollowed;
    uint64_t key;   /* digest of the newest KeNB* or NH */
    uint64_t fresh; /* of the NH beside it, 0 none */
    int ncc;
    int32_t source_pci, source_arfcn, source_c_rnti;
    uint64_t frame;
};

static void says(void *user, const struct ap_said *said)
{
    static const char letters[] = "SRPFKTACLE"; /* secured, rekeyed, prepares, refused, key, sent, reached, ... */
    struct heard *heard = user;
    const uint8_t *key = said->star != NULL ? said->star : said->nh;

    ck_assert_uint_lt(said->what, DAPS_NODE_SAYS);
    g_string_append_c(heard->said, letters[said->what]);
    g_hash_table_add(heard->ues, g_memdup2(&said->ue_key, sizeof said->ue_key));
    if (said->what == DAPS_NODE_PREPARES) {
        heard->source_pci = said->source.pci;
        heard->source_arfcn = said->source.arfcn;
        heard->source_c_rnti = said->source.c_rnti;
    }
    if (said->what == DAPS_NODE_KEY) {
        heard->key = key != NULL ? daps_digest(key, 32) : 0;
        heard->fresh = said->fresh_nh != NULL ? daps_digest(said->fresh_nh, 32) : 0;
        heard->ncc = said->ncc;
    }
    ck_assert(said->what == DAPS_NODE_SECURED || said->what == DAPS_NODE_REKEYED ? said->kenb != NULL
                                                                                 : said->kenb == NULL);
}

static void rrc(void *user, const struct daps_pdu *pdu)
{
    struct heard *heard = user;

    ck_assert_int_eq(pdu->channel, DAPS_CH_HANDOVER_COMMAND);
    ck_assert(pdu->between_nodes && pdu->length > 0);
    g_string_append_c(heard->said, 'H');
}

static void unfollowed(void *user, uint64_t frame)
{
    struct heard *heard = user;

    ck_assert_uint_gt(frame, 0);
    heard->unfollowed++;
}

static void begin(struct heard *heard)
{
    const struct ap_sink sink = {.user = heard, .says = says, .rrc = rrc, .unfollowed = unfollowed};

    *heard = (struct heard){.said = g_string_new(NULL),
                            .ues = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL)};
    heard->ap = ap_new(&sink);
}

static void end(struct heard *heard)
{
    ap_free(heard->ap);
    g_string_free(heard->said, TRUE);
    g_hash_table_unref(heard->ues);
}

static GByteArray *octets_of_hex(const char *hex)
{
    GByteArray *octets = g_byte_array_new();

    for (; hex[0] != '\0'; hex += 2) {
        const uint8_t octet = (uint8_t)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
        g_byte_array_append(octets, &octet, 1);
    }
    return octets;
}

/* Exactly as many octets as there are, so that a sanitizer sees a read behind them. */
static void take(struct heard *heard, const struct given *given, const uint8_t *octets, size_t length, bool numbered)
{
    uint8_t *exact = g_memdup2(octets, length);
    const struct daps_pdu pdu = {.frame = ++heard->frame,
                                 .time_ns = (int64_t)heard->frame * 1000000,
                                 .layer = DAPS_LAYER_AP,
                                 .rat = DAPS_RAT_LTE,
                                 .octets = exact,
                                 .length = length,
                                 .ends = {.known = true,
                                          .source = {0, UINT64_C(0xffff0a000000) + given->from, 36412},
                                          .destination = {0, UINT64_C(0xffff0a000000) + given->to, 36412}},
                                 .x2 = given->from != 0 && given->to != 0,
                                 .numbered = numbered};

    ap_take(heard->ap, &pdu);
    g_free(exact);
}

static void give(struct heard *heard, const struct given *given, bool numbered)
{
    GByteArray *octets = octets_of_hex(given->octets);

    take(heard, given, octets->data, octets->len, numbered);
    g_byte_array_unref(octets);
}

static void give_all(struct heard *heard, const struct given *given, size_t n, bool numbered)
{
    for (size_t i = 0; i < n; i++)
        give(heard, &given[i], numbered);
}

#define GIVE(heard, story, numbered) give_all(heard, story, G_N_ELEMENTS(story), numbered)

START_TEST(x2_story)
{
    struct heard heard;

    begin(&heard);
    GIVE(&heard, x2_repeated, true);
    ck_assert_str_eq(heard.said->str, "SPHKTCPHKTA");
    ck_assert_uint_eq(g_hash_table_size(heard.ues), 1);
    ck_assert_int_eq(heard.source_pci, 11);
    ck_assert_int_eq(heard.source_arfcn, 1575);
    ck_assert_int_eq(heard.source_c_rnti, 0x2001);
    ck_assert_int_eq(heard.ncc, 0);
    ck_assert_uint_ne(heard.key, 0);
    ap_finish(heard.ap);
    ck_assert_uint_eq(heard.unfollowed, 0);
    end(&heard);
}
END_TEST

/* Without TSNs octets alone tell copies: of a request under way, of a KeNB, of a path switch. */
START_TEST(copies)
{
    struct heard heard;

    begin(&heard);
    for (size_t i = 0; i < G_N_ELEMENTS(x2_repeated); i++) {
        give(&heard, &x2_repeated[i], false);
        give(&heard, &x2_repeated[i], false);
    }
    ck_assert_str_eq(heard.said->str, "SPHKTTCPHKTTA");
    end(&heard);
    begin(&heard);
    for (size_t i = 0; i < G_N_ELEMENTS(chain); i++) {
        give(&heard, &chain[i], false);
        give(&heard, &chain[i], false);
    }
    ck_assert_str_eq(heard.said->str, "SPHKTTAPHKTTAPHKTTAE");
    ck_assert_uint_eq(heard.unfollowed, 0);
    end(&heard);
}
END_TEST

/* S1, X2 and X2 again: one UE, and at the last command the NH of the path switch is at hand. */
START_TEST(chain_story)
{
    struct heard heard;

    begin(&heard);
    GIVE(&heard, chain, true);
    ck_assert_str_eq(heard.said->str, "SPHKTAPHKTAPHKTAE");
    ck_assert_uint_eq(g_hash_table_size(heard.ues), 1);
    ck_assert_int_eq(heard.ncc, 3);
    ck_assert_uint_ne(heard.fresh, 0);
    ck_assert_uint_eq(heard.unfollowed, 0);
    end(&heard);
    begin(&heard);
    GIVE(&heard, s1_repeated, true);
    ck_assert_str_eq(heard.said->str, "SPHKTCPHKTA");
    end(&heard);
}
END_TEST

/* What is missing is never taken for what it is not. */
START_TEST(missing)
{
    static const struct {
        unsigned without; /* of the messages of x2_repeated */
        const char *said;
        unsigned unfollowed;
    } rows[] = {
        {0, "PHKTCPHKTA", 0},  /* the KeNB */
        {1, "SPHKTA", 1},      /* the first request: its command is nobody's */
        {2, "SPFPHKTA", 1},    /* its acknowledge: agreed to, but by which command */
        {4, "SPHKTCPHKTA", 0}, /* the cancel: the source asks again, so it has gone on */
        {6, "SPHKTCPL", 1},    /* the second acknowledge: reached by a command that nobody knows */
        {8, "SPHKTCPHKT", 0},  /* the release: told, and its end is open */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct heard heard;
        begin(&heard);
        for (size_t n = 0; n < G_N_ELEMENTS(x2_repeated); n++) {
            if (n != rows[i].without)
                give(&heard, &x2_repeated[n], true);
        }
        ck_assert_msg(strcmp(heard.said->str, rows[i].said) == 0, "without %u: %s", rows[i].without, heard.said->str);
        ap_finish(heard.ap);
        ck_assert_uint_eq(heard.unfollowed, rows[i].unfollowed);
        end(&heard);
    }
}
END_TEST

/* A request that nothing answers is said at the end. */
START_TEST(unanswered)
{
    struct heard heard;

    begin(&heard);
    give_all(&heard, x2_repeated, 2, true);
    ck_assert_uint_eq(heard.unfollowed, 0);
    ap_finish(heard.ap);
    ck_assert_uint_eq(heard.unfollowed, 1);
    end(&heard);
}
END_TEST

/* What carries keys of dual connectivity, or of a context that another node asks for, is no message that can be left
 * aside. */
START_TEST(keys_unfollowed)
{
    static const char *const pdus[] = {"00130003000000", "001b0003000000", "201a0003000000"};
    static const char *const others[] = {"00120003000000", "001d0003000000", "001a0003000000"};
    static const struct given between = {.from = 1, .to = 2};
    struct heard heard;

    begin(&heard);
    for (unsigned i = 0; i < G_N_ELEMENTS(pdus); i++) {
        GByteArray *octets = octets_of_hex(pdus[i]), *other = octets_of_hex(others[i]);
        take(&heard, &between, octets->data, octets->len, true);
        take(&heard, &between, other->data, other->len, true);
        ck_assert_uint_eq(heard.unfollowed, i + 1);
        g_byte_array_unref(octets);
        g_byte_array_unref(other);
    }
    ck_assert_str_eq(heard.said->str, "");
    end(&heard);
}
END_TEST

/* Cut at every octet, every octet changed: nothing is read beyond, and what was cut says nothing wrong. */
static void damage(const struct given *story, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        GByteArray *octets = octets_of_hex(story[i].octets);
        struct heard heard;
        begin(&heard);
        give_all(&heard, story, i, true);
        for (size_t length = 0; length < octets->len; length++)
            take(&heard, &story[i], octets->data, length, true);
        for (guint at = 0; at < octets->len; at++) {
            const uint8_t kept = octets->data[at];
            octets->data[at] = (uint8_t)(kept ^ (1U << at % 8));
            take(&heard, &story[i], octets->data, octets->len, true);
            octets->data[at] = kept;
        }
        ap_finish(heard.ap);
        end(&heard);
        g_byte_array_unref(octets);
    }
}

START_TEST(damaged)
{
    damage(x2_repeated, G_N_ELEMENTS(x2_repeated));
    damage(chain, G_N_ELEMENTS(chain));
}
END_TEST

/* More UEs than are kept: the oldest gives way, and what was under way of it is said. */
START_TEST(many)
{
    GByteArray *octets = octets_of_hex(x2_repeated[1].octets);
    struct heard heard;

    begin(&heard);
    for (unsigned n = 0; n < 70000; n++) {
        struct given from = x2_repeated[1];
        from.from = 1 + n; /* another eNB each time */
        from.to = 0xffffff;
        take(&heard, &from, octets->data, octets->len, true);
    }
    ck_assert_uint_eq(heard.unfollowed, 70000 - 65536);
    ap_finish(heard.ap);
    ck_assert_uint_eq(heard.unfollowed, 70000);
    g_byte_array_unref(octets);
    end(&heard);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ap");
    TCase *c = tcase_create("ap");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_set_timeout(c, 60);
    tcase_add_test(c, x2_story);
    tcase_add_test(c, copies);
    tcase_add_test(c, chain_story);
    tcase_add_test(c, missing);
    tcase_add_test(c, unanswered);
    tcase_add_test(c, keys_unfollowed);
    tcase_add_test(c, damaged);
    tcase_add_test(c, many);
    suite_add_tcase(s, c);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
