/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The KDF against values computed with Python's hmac from the clauses, and against every vector of the shared folder,
 * each through the function of its FC where there is one and through the bare KDF where there is none.
 */
#include <check.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daps/kdf.h"

static uint8_t key[32], sync_nh[32], out[32];

static void to_octets(const char *hex, uint8_t *octets, size_t n)
{
    ck_assert_uint_eq(strlen(hex), 2 * n);
    for (size_t i = 0; i < n; i++)
        octets[i] = (uint8_t)(g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]));
}

static void expect(bool ok, const char *hex)
{
    uint8_t want[32];

    ck_assert(ok);
    to_octets(hex, want, 32);
    ck_assert_mem_eq(out, want, 32);
}

START_TEST(own_vectors)
{
    for (unsigned i = 0; i < 32; i++) {
        key[i] = (uint8_t)(0x40 + i);
        sync_nh[i] = (uint8_t)(0x80 + i);
    }
    expect(daps_kdf_kgnb(key, 7, 1, out), "cf1979e65ad9e9cd9e6f54fd8df67c58877047ec5ae0697ffa4b55cd5ab40768");
    expect(daps_kdf_kgnb(key, UINT32_MAX, 1, out), "ef289e48981497aa8f42f50da45ae4d3179b39df769cd11c2d5ef888f9479726");
    expect(daps_kdf_nh(key, sync_nh, out), "8a7f949fa151fc33e4de8c37f78bc14d7014ab30dc1171200bf36e3e364b9425");
    expect(daps_kdf_kgnb_star(key, 22, 632628, out),
           "2e29630460c2f0024ac69d5cb31e49d3e1b7f02df71ff9ea6b4d25fa5f29ec23");
    expect(daps_kdf_kgnb_star(key, 1007, 3279165, out),
           "6cf28508a7cecbb08696eeb91414b8b5b11505fd85b7d71aef88d5b845fc5736");
    expect(daps_kdf_kgnb_star(key, 0, 0, out), "e2cc02f0281dc0ae85739d0a339319d54c815dd2142309edacfcbfb3741bbb36");
    expect(daps_kdf_kngenb_star(key, 32, 561, out), "7b5396cc33d65104627acd1834911f71e6cc46e3652f4715eac520130057415e");
    expect(daps_kdf_kamf_prime(key, 1, 5, out), "4b5de7d2d9eba1373de62e41e1fa6960ff9a38f36c89ba1960ccd1cfff792117");
    expect(daps_kdf_ksn(key, 65535, out), "87ea39a3a969155b3efa2df30900e9bba7cf42fad0ba993caba7e366387a0eb3");
    expect(daps_kdf_algorithm_key(key, DAPS_USE_RRC_ENC, 2, out),
           "93e1055eb6a675ab72642df9a394c83d7e9ce0a0d9927dfdffc7278a02b6dc44");
    expect(daps_kdf_algorithm_key(key, DAPS_USE_UP_INT, 3, out),
           "666cb4db8beaf3f0ae139bf325e40e1e22e303e394c154af1014d43dbe6d02da");
    expect(daps_kdf_kenb(key, 9, out), "35c720d9e2a7187db92af33f3915b4fb7a3b6c042a9501d1d1ab678b1ed6a45e");
    expect(daps_kdf_nh_lte(key, sync_nh, out), "5fb3ba088dc50e50c599e2b7ddba7a8f390c6f2053787749c4ee46d77a39e1d9");
    expect(daps_kdf_kenb_star(key, 32, 65535, out), "f3d03e45187606851db2c65d631e5997d5a1e8eba3b533662c78f0002d167716");
    expect(daps_kdf_kenb_star(key, 32, 65536, out), "ae555189124ae5950e3ec121230177c0425a56b628716dbab0f71dea14c941c8");
    expect(daps_kdf_algorithm_key_lte(key, DAPS_USE_NAS_INT, 1, out),
           "5db6cc7d66a0174e4c5e1ea33ac3ebe18cb2dfce179d572f2eadfad90824ca7c");
    expect(daps_kdf_s_kenb(key, 4, out), "3c10d851c84f39897688a315814900ad0bbb39a5df5625c3efed6475b814ecb8");
}
END_TEST

static uint32_t number(const uint8_t *s, size_t n)
{
    uint32_t value = 0;

    for (size_t i = 0; i < n; i++)
        value = value << 8 | s[i];
    return value;
}

/* Runs the function whose S this is; false if there is none (then the bare KDF is what can be checked). */
static bool derive_typed(const uint8_t *s, size_t n, bool *ok)
{
    switch (s[0]) {
    case 0x11:
        *ok = daps_kdf_kenb(key, number(s + 1, 4), out);
        return true;
    case 0x12:
        *ok = daps_kdf_nh_lte(key, s + 1, out);
        return true;
    case 0x13:
        *ok = daps_kdf_kenb_star(key, (uint16_t)number(s + 1, 2), number(s + 5, n - 7), out);
        return true;
    case 0x15:
        *ok = daps_kdf_algorithm_key_lte(key, (enum daps_key_use)s[1], s[4], out);
        return true;
    case 0x1C:
        *ok = daps_kdf_s_kenb(key, (uint16_t)number(s + 1, 2), out);
        return true;
    case 0x69:
        *ok = daps_kdf_algorithm_key(key, (enum daps_key_use)s[1], s[4], out);
        return true;
    case 0x6E:
        *ok = daps_kdf_kgnb(key, number(s + 1, 4), s[7], out);
        return true;
    case 0x6F:
        *ok = daps_kdf_nh(key, s + 1, out);
        return true;
    case 0x70:
        if (n != 10) /* ARFCN in two octets, which TS 33.501 A.11 does not know: some stacks do it */
            return false;
        *ok = daps_kdf_kgnb_star(key, (uint16_t)number(s + 1, 2), number(s + 5, 3), out);
        return true;
    case 0x71:
        *ok = daps_kdf_kngenb_star(key, (uint16_t)number(s + 1, 2), number(s + 5, 3), out);
        return true;
    case 0x72:
        *ok = daps_kdf_kamf_prime(key, s[1], number(s + 4, 4), out);
        return true;
    case 0x79:
        *ok = daps_kdf_ksn(key, (uint16_t)number(s + 1, 2), out);
        return true;
    default:
        return false;
    }
}

/* One vector; true if a function of ours stands for it. */
static bool check_vector(JsonObject *vector)
{
    const char *s_hex = json_object_get_string_member(vector, "S"),
               *want = json_object_get_string_member(vector, "out");
    uint8_t s[128];
    size_t n = strlen(s_hex) / 2;
    bool ok = false;

    ck_assert_uint_le(n, sizeof s);
    to_octets(s_hex, s, n);
    to_octets(json_object_get_string_member(vector, "key"), key, 32);
    expect(daps_kdf(key, s, n, out), want);
    if (derive_typed(s, n, &ok)) {
        expect(ok, want);
        return true;
    }
    printf("by the bare KDF only: %s\n", json_object_get_string_member(vector, "name"));
    return false;
}

START_TEST(shared_vectors)
{
    const char *shared = g_getenv("DAPS_SHARED");
    char *path =
        g_build_filename(shared != NULL ? shared : DAPS_SOURCE_DIR "/../shared", "vectors", "vectors.json", NULL);
    static const char *const sections[] = {"kdf", "local"};
    JsonParser *parser = json_parser_new();
    guint vectors = 0, typed = 0;

    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        printf("SKIPPED: no %s\n", path);
    } else {
        ck_assert(json_parser_load_from_file(parser, path, NULL));
        for (unsigned i = 0; i < 2; i++) {
            JsonArray *array =
                json_object_get_array_member(json_node_get_object(json_parser_get_root(parser)), sections[i]);
            for (guint j = 0; j < json_array_get_length(array); j++, vectors++)
                typed += check_vector(json_array_get_object_element(array, j));
        }
        printf("%u vectors, %u of them through the function of their FC\n", vectors, typed);
        ck_assert_uint_ge(vectors, 39);
        ck_assert_uint_ge(typed, 30);
    }
    g_object_unref(parser);
    g_free(path);
}
END_TEST

START_TEST(wipe_wipes)
{
    uint8_t octets[40];

    memset(octets, 0xA5, sizeof octets);
    daps_wipe(octets + 4, 32);
    for (unsigned i = 0; i < sizeof octets; i++)
        ck_assert_uint_eq(octets[i], i >= 4 && i < 36 ? 0 : 0xA5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kdf");
    TCase *tc = tcase_create("kdf");
    SRunner *runner;
    int failed;

    tcase_add_test(tc, own_vectors);
    tcase_add_test(tc, shared_vectors);
    tcase_add_test(tc, wipe_wipes);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
