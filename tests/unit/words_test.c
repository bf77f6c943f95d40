/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences from facts: every rule and variant says what it has to, also of frames that are not there any more. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "daps/words.h"

static struct daps_subject subjects[4];

static struct daps_finding finding_of(enum daps_rule_id rule, enum daps_variant variant, unsigned n_frames)
{
    struct daps_finding finding = {
        .rule = rule,
        .variant = variant,
        .ue = "1",
        .subjects = subjects,
        .n_subjects = n_frames,
        .n_frames = n_frames,
        .repeats = n_frames,
        .has_key = true,
        .key = {.id = "K2", .parent = "K1", .kind = DAPS_KEY_KGNB_STAR, .fc = 0x70, .ncc = 2, .cell = {22, 632628}}};

    for (unsigned i = 0; i < G_N_ELEMENTS(subjects); i++)
        subjects[i] =
            (struct daps_subject){.frame = 3 + 2 * i, .role = DAPS_ROLE_COMMAND, .procedure = DAPS_PROC_DAPS_HANDOVER};
    return finding;
}

static void says(const struct daps_finding *finding, const char *expected)
{
    char *detail = daps_words_detail(finding);

    ck_assert_str_eq(detail, expected);
    g_free(detail);
}

static void assumes(const struct daps_finding *finding, const char *expected)
{
    char *words = daps_words_assumes(finding);

    ck_assert_pstr_eq(words, expected);
    g_free(words);
}

START_TEST(repeated_key)
{
    struct daps_finding finding = finding_of(DAPS_RULE_REPEATED_KEY, DAPS_VARIANT_USUAL, 2);

    finding.exposure = DAPS_EXPOSURE_LOGGED;
    says(&finding, "The commands in frame 3 (daps-handover) and frame 5 (daps-handover) lead to the same key: "
                   "K2 = KDF(K1, FC 0x70, PCI 22, SSB-ARFCN 632628). The log holds the first uplink message of more "
                   "than one attempt.");
    assumes(&finding, NULL);
    finding.key.cell.ssb_arfcn = -1;
    finding.key.cell.pci = -1;
    subjects[0].frame = 0; /* dropped by a read filter */
    says(&finding,
         "The commands in a dropped frame (daps-handover) and frame 5 (daps-handover) lead to the same key: "
         "K2 = KDF(K1, FC 0x70, PCI not in the log, SSB-ARFCN not in the log). The log holds the first uplink "
         "message of more than one attempt.");
}
END_TEST

/* Eight attempts are named, of many more. */
START_TEST(many_attempts)
{
    struct daps_finding finding = finding_of(DAPS_RULE_NH_REUSE, DAPS_VARIANT_USUAL, 0);
    struct daps_subject many[20];

    for (unsigned i = 0; i < G_N_ELEMENTS(many); i++)
        many[i] = (struct daps_subject){.frame = i + 1, .procedure = DAPS_PROC_HANDOVER};
    finding.subjects = many;
    finding.n_subjects = finding.n_frames = 20;
    finding.repeats = 3000;
    says(&finding,
         "The pair {K1, NCC 2} served frame 1 (handover), frame 2 (handover), frame 3 (handover), frame 4 (handover), "
         "frame 5 (handover), frame 6 (handover), frame 7 (handover), frame 8 (handover) and 2992 more. All but the "
         "last "
         "of them failed, and no newer pair was taken in between.");
}
END_TEST

START_TEST(tuples)
{
    struct daps_finding finding = finding_of(DAPS_RULE_KEYSTREAM_REUSE, DAPS_VARIANT_SEEN, 3);

    finding.evidence = DAPS_EVIDENCE_OBSERVED;
    finding.keystream = (struct daps_keystream_tuple){
        .present = true, .algorithm = 2, .bearer = 3, .direction = 1, .count = 7, .overlap = 60};
    finding.pdus.more = 1;
    finding.assumptions = DAPS_ASSUMES_RECEIVED;
    says(&finding,
         "The PDCP PDUs in frame 3, frame 5 and frame 7 differ and share COUNT 7, BEARER 3 (DRB), DIRECTION 1 "
         "(downlink) under key K2. So do PDUs of 1 further COUNT of this bearer. The XOR of their contents is "
         "the XOR of what they say: whoever knows one reads the first 60 octets of the other, MAC-I included.");
    assumes(&finding, "that the PDUs were received without error");
    finding.keystream.integrity = true;
    finding.evidence = DAPS_EVIDENCE_PROVEN;
    finding.pdus.more = 0;
    says(&finding,
         "The PDCP PDUs in frame 3, frame 5 and frame 7 differ and share COUNT 7, BEARER 3 (DRB), DIRECTION 1 "
         "(downlink) under key K2. Two messages under one tuple give a relation on its one-time mask and hash "
         "key. Their MAC-Is are right under the one computed key.");
}
END_TEST

START_TEST(what_fits)
{
    struct daps_finding finding = finding_of(DAPS_RULE_KEY_MISMATCH, DAPS_VARIANT_FITS, 1);

    finding.fit = (struct daps_fit){.what = DAPS_FITS_POINT_A | DAPS_FITS_TWO_OCTETS, .arfcn = 631000};
    says(&finding, "The MAC-I of the first message under the new key is right only if the key is derived with ARFCN "
                   "631000, the frequency of Point A, instead of the SSB's, and the ARFCN is written in two octets "
                   "instead of three. The audit goes on with the key that verifies.");
    finding.fit = (struct daps_fit){.what = DAPS_FITS_NAS_COUNT, .nas_count = 7, .nas_count_given = 8};
    says(&finding,
         "The MAC-I of the first message under the new key is right only if KgNB is derived from KAMF with "
         "ul_nas_count 7, where the key log gives 8. The audit goes on with the key that verifies. This is the "
         "key log's matter, not the network's.");
}
END_TEST

START_TEST(bearers)
{
    struct daps_finding finding = finding_of(DAPS_RULE_UNCIPHERED, DAPS_VARIANT_SEEN, 1);

    finding.evidence = DAPS_EVIDENCE_PROVEN;
    finding.keystream = (struct daps_keystream_tuple){.present = true, .algorithm = 2, .bearer = 1, .srb = true};
    says(&finding,
         "The PDCP PDU in frame 3 with COUNT 0, BEARER 1 (SRB), DIRECTION 0 (uplink) under key K2 was sent in "
         "clear although NEA2 is in force; its MAC-I is right.");
    finding.rule = DAPS_RULE_COUNT_NEAR_WRAP;
    finding.keystream.count = UINT32_MAX - 5;
    says(&finding, "The PDCP PDU in frame 3 has COUNT 4294967290, BEARER 1 (SRB), DIRECTION 0 (uplink) under key K2: 5 "
                   "are left before COUNT ends, and the key was not refreshed.");
    finding.rule = DAPS_RULE_FORGED_REQUEST;
    subjects[0].role = DAPS_ROLE_REQUEST;
    finding.request.resume = false;
    finding.request.tried = 3;
    says(&finding,
         "shortMAC-I of the re-establishment request in frame 3 is right under none of the 3 keys that this UE "
         "is known to have had.");
}
END_TEST

/* Nothing is said with a hole in it, whatever the facts. */
START_TEST(every_rule_speaks)
{
    for (unsigned rule = 0; rule < DAPS_RULE_COUNT; rule++) {
        for (unsigned variant = 0; variant <= DAPS_VARIANT_NONE_FITS; variant++) {
            struct daps_finding finding = finding_of((enum daps_rule_id)rule, (enum daps_variant)variant, 2);
            char *detail = daps_words_detail(&finding);
            ck_assert_ptr_null(strstr(detail, "(null)"));
            ck_assert(rule == DAPS_RULE_NCC_INVALID || g_str_has_suffix(detail, "."));
            g_free(detail);
            for (unsigned evidence = 0; evidence <= DAPS_EVIDENCE_PROVEN; evidence++) {
                finding.evidence = (enum daps_evidence)evidence;
                ck_assert(
                    g_str_has_prefix(daps_words_evidence(&finding), daps_evidence_name((enum daps_evidence)evidence)));
            }
        }
    }
}
END_TEST

/* A copy owns what it has, and is equal until a fact is another. */
START_TEST(copies)
{
    struct daps_finding finding = finding_of(DAPS_RULE_REPEATED_KEY, DAPS_VARIANT_USUAL, 3), *copy;
    uint8_t value[32] = {1};

    subjects[2].role = DAPS_ROLE_GAP;
    finding.n_frames = finding.repeats = 2;
    finding.assumptions = DAPS_ASSUMES_NO_GAP | DAPS_ASSUMES_NO_SDT;
    finding.gap = DAPS_GAP_TIME_BACKWARDS;
    finding.key.value = value;
    copy = daps_finding_copy(&finding, false);
    ck_assert_ptr_null(copy->key.value);
    ck_assert(daps_finding_equal(&finding, copy));
    assumes(copy,
            "that no handover, key change or release was missed around frame 7 (time runs backwards), and that no "
            "small data transmission went with the rejected resume");
    copy->subjects[1].frame = 6;
    ck_assert_uint_eq(finding.subjects[1].frame, 5);
    ck_assert(!daps_finding_equal(&finding, copy));
    daps_finding_free(copy);
    copy = daps_finding_copy(&finding, true);
    ck_assert_mem_eq(copy->key.value, value, sizeof value);
    daps_finding_free(copy);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("words");
    TCase *tests = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_test(tests, repeated_key);
    tcase_add_test(tests, many_attempts);
    tcase_add_test(tests, tuples);
    tcase_add_test(tests, what_fits);
    tcase_add_test(tests, bearers);
    tcase_add_test(tests, every_rule_speaks);
    tcase_add_test(tests, copies);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
