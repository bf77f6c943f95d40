/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NEA and NIA: every algorithm and PDCP vector of the shared folder, on each library that serves the algorithm, and the
 * libraries against each other on random inputs. Without the shared folder its vectors are skipped, with a message.
 */
#include <check.h>
#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daps/cipher.h"

#define MOST 4096

static const enum daps_cipher_library libraries[] = {DAPS_LIBRARY_GCRYPT, DAPS_LIBRARY_IPSEC_MB, DAPS_LIBRARY_ANY};

static size_t to_octets(const char *hex, uint8_t *octets)
{
    size_t n = strlen(hex) / 2;

    ck_assert_uint_le(n, MOST);
    for (size_t i = 0; i < n; i++)
        octets[i] = (uint8_t)(g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]));
    return n;
}

static JsonArray *shared_vectors(JsonParser *parser, const char *name)
{
    const char *folder = getenv("DAPS_SHARED");
    char *path =
        g_build_filename(folder != NULL ? folder : DAPS_SOURCE_DIR "/../shared", "vectors", "vectors.json", NULL);
    bool there = json_parser_load_from_file(parser, path, NULL);

    g_free(path);
    if (!there) {
        puts("skipped: the shared vectors are not here");
        return NULL;
    }
    return json_object_get_array_member(json_node_get_object(json_parser_get_root(parser)), name);
}

static struct daps_tuple tuple_of(JsonObject *vector)
{
    return (struct daps_tuple){.count = (uint32_t)json_object_get_int_member(vector, "count"),
                               .bearer = (uint8_t)json_object_get_int_member(vector, "bearer"),
                               .direction = (uint8_t)json_object_get_int_member(vector, "direction")};
}

/* True if the vector ran on that library. */
static bool run_algorithm_vector(struct daps_ciphers *ciphers, JsonObject *vector)
{
    static uint8_t in[MOST], out[MOST], want[MOST];
    const char *name = json_object_get_string_member(vector, "alg");
    const unsigned algorithm = (unsigned)(name[3] - '0');
    const uint64_t bits = (uint64_t)json_object_get_int_member(vector, "bits");
    const struct daps_tuple tuple = tuple_of(vector);
    uint8_t key[16], last = (uint8_t)(0xFF << ((8 - bits % 8) % 8));
    size_t n;

    if (!daps_ciphers_supported(ciphers, algorithm))
        return false;
    ck_assert_uint_eq(to_octets(json_object_get_string_member(vector, "key"), key), 16);
    ck_assert(bits > 0 && bits <= 8 * MOST);
    if (name[1] == 'e') {
        n = (size_t)(bits + 7) / 8;
        to_octets(json_object_get_string_member(vector, "plain"), in);
        to_octets(json_object_get_string_member(vector, "cipher"), want);
        ck_assert(daps_nea(ciphers, algorithm, key, &tuple, in, out, n));
        out[n - 1] &= last;
        want[n - 1] &= last;
        ck_assert_mem_eq(out, want, n);
        ck_assert(daps_nea(ciphers, algorithm, key, &tuple, in, in, n)); /* in place */
        in[n - 1] &= last;
        ck_assert_mem_eq(in, want, n);
        return true;
    }
    to_octets(json_object_get_string_member(vector, "msg"), in);
    ck_assert_uint_eq(to_octets(json_object_get_string_member(vector, "mac"), want), 4);
    if (!daps_nia(ciphers, algorithm, key, &tuple, in, bits, out)) {
        ck_assert_msg(bits % 8 != 0 && algorithm == 2, "%s refused", name);
        return false;
    }
    ck_assert_mem_eq(out, want, 4);
    return true;
}

START_TEST(algorithm_vectors)
{
    JsonParser *parser = json_parser_new();
    JsonArray *vectors = shared_vectors(parser, "alg");
    unsigned ran[G_N_ELEMENTS(libraries)] = {0};

    for (unsigned l = 0; vectors != NULL && l < G_N_ELEMENTS(libraries); l++) {
        struct daps_ciphers *ciphers = daps_ciphers_new(libraries[l]);
        for (guint i = 0; i < json_array_get_length(vectors); i++)
            ran[l] += run_algorithm_vector(ciphers, json_array_get_object_element(vectors, i));
        daps_ciphers_free(ciphers);
        printf("library %u: %u of %u vectors\n", l, ran[l], json_array_get_length(vectors));
        ck_assert_uint_ge(ran[l], libraries[l] == DAPS_LIBRARY_IPSEC_MB ? 0 : 9);
    }
    g_object_unref(parser);
}
END_TEST

/* PDU = header | cipher(SDU | MAC-I), MAC-I over header | SDU (TS 38.323 5.8, 5.9). */
static void protect(struct daps_ciphers *ciphers, JsonObject *vector, const struct daps_tuple *tuple, uint8_t *pdu,
                    size_t header)
{
    static const uint8_t key[16] = {0x16, 0x17, 0x18, 0x19, 0x20, 0x21, 0x22, 0x23,
                                    0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x30, 0x31};
    const unsigned algorithm = (unsigned)json_object_get_int_member(vector, "algo");

    pdu[header] = 0x18;
    pdu[header + 1] = 0xe2;
    ck_assert(daps_nia(ciphers, algorithm, key, tuple, pdu, 8 * (header + 2), pdu + header + 2));
    ck_assert(daps_nea(ciphers, algorithm, key, tuple, pdu + header, pdu + header, 6));
}

/* A vector without a tuple is one that the collection marks as wrong at its source: no direction may reproduce it. */
static bool pdu_vector(struct daps_ciphers *ciphers, JsonObject *vector)
{
    JsonArray *matches = json_object_get_array_member(vector, "match_bearer_dir");
    const size_t header = json_object_get_int_member(vector, "snlen") == 12 ? 2 : 3;
    uint8_t pdu[16], made[16];
    size_t n = to_octets(json_object_get_string_member(vector, "pdu"), pdu);

    if (!daps_ciphers_supported(ciphers, (unsigned)json_object_get_int_member(vector, "algo")))
        return false;
    ck_assert_uint_eq(n, header + 6);
    for (guint direction = 0; direction < 2; direction++) {
        const struct daps_tuple tuple = {.count = (uint32_t)json_object_get_int_member(vector, "count"),
                                         .direction = (uint8_t)direction};
        bool matches_here = false;
        for (guint i = 0; i < json_array_get_length(matches); i++)
            matches_here |= json_array_get_int_element(json_array_get_array_element(matches, i), 1) == direction;
        memcpy(made, pdu, header);
        protect(ciphers, vector, &tuple, made, header);
        ck_assert_int_eq(memcmp(made, pdu, n) == 0, matches_here);
    }
    return true;
}

START_TEST(pdcp_vectors)
{
    JsonParser *parser = json_parser_new();
    JsonArray *vectors = shared_vectors(parser, "pdcp");
    struct daps_ciphers *ciphers = daps_ciphers_new(DAPS_LIBRARY_ANY);
    unsigned ran = 0;

    for (guint i = 0; vectors != NULL && i < json_array_get_length(vectors); i++)
        ran += pdu_vector(ciphers, json_array_get_object_element(vectors, i));
    if (vectors != NULL) {
        printf("PDCP: %u of %u vectors\n", ran, json_array_get_length(vectors));
        ck_assert_uint_ge(ran, 31);
    }
    daps_ciphers_free(ciphers);
    g_object_unref(parser);
}
END_TEST

/* AES is served by both libraries: the same input must give the same octets. */
START_TEST(libraries_agree)
{
    struct daps_ciphers *a = daps_ciphers_new(DAPS_LIBRARY_GCRYPT), *b = daps_ciphers_new(DAPS_LIBRARY_IPSEC_MB);
    GRand *random = g_rand_new_with_seed(7);
    uint8_t key[16], in[300], out_a[300], out_b[300], mac_a[4], mac_b[4];

    if (!daps_ciphers_supported(b, 2))
        puts("skipped: built without intel-ipsec-mb");
    for (unsigned run = 0; run < 2000 && daps_ciphers_supported(b, 2); run++) {
        struct daps_tuple tuple = {.count = g_rand_int(random),
                                   .bearer = (uint8_t)g_rand_int_range(random, 0, 32),
                                   .direction = (uint8_t)g_rand_int_range(random, 0, 2)};
        size_t n = (size_t)g_rand_int_range(random, 1, sizeof in);
        for (unsigned i = 0; i < 16; i++)
            key[i] = (uint8_t)g_rand_int(random);
        for (size_t i = 0; i < n; i++)
            in[i] = (uint8_t)g_rand_int(random);
        ck_assert(daps_nea(a, 2, key, &tuple, in, out_a, n) && daps_nea(b, 2, key, &tuple, in, out_b, n));
        ck_assert_mem_eq(out_a, out_b, n);
        ck_assert(daps_nia(a, 2, key, &tuple, in, 8 * n, mac_a) && daps_nia(b, 2, key, &tuple, in, 8 * n, mac_b));
        ck_assert_mem_eq(mac_a, mac_b, 4);
    }
    g_rand_free(random);
    daps_ciphers_free(a);
    daps_ciphers_free(b);
}
END_TEST

/* What a build cannot do it says, and leaves the output alone. */
START_TEST(unsupported_is_said)
{
    struct daps_ciphers *ciphers = daps_ciphers_new(DAPS_LIBRARY_GCRYPT);
    const uint8_t key[16] = {0};
    const struct daps_tuple tuple = {0};
    uint8_t out[4] = {1, 2, 3, 4};

    ck_assert(daps_ciphers_supported(ciphers, 0));
    ck_assert(!daps_ciphers_supported(ciphers, 1));
    ck_assert(!daps_ciphers_supported(ciphers, 3));
    ck_assert(!daps_ciphers_supported(ciphers, 7));
    ck_assert(!daps_nea(ciphers, 1, key, &tuple, out, out, 4));
    ck_assert(!daps_nia(ciphers, 3, key, &tuple, out, 32, out));
    ck_assert(out[0] == 1 && out[3] == 4);
    daps_ciphers_free(ciphers);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crypto/cipher");
    TCase *tests = tcase_create("cipher");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(tests, algorithm_vectors);
    tcase_add_test(tests, pdcp_vectors);
    tcase_add_test(tests, libraries_agree);
    tcase_add_test(tests, unsupported_is_said);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
