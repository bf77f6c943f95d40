/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys that are not needed any more are nowhere in the memory of the process: not in the heap, not in what the stack
 * held, not in buffers of libraries. The process looks at itself, which needs no right that the program would have to
 * give away. What is looked for is kept inverted, so that it is not found in the test.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands.h"
#include "daps/kdf.h"

#define CAPTURE DAPS_SOURCE_DIR "/samples/air-daps-fallback.pcap"
#define KEYS    DAPS_SOURCE_DIR "/samples/air-daps-fallback.keys"

static GPtrArray *needles; /* GByteArray *: inverted */

static void add_needle(const void *octets, size_t n)
{
    GByteArray *needle = g_byte_array_append(g_byte_array_new(), octets, (guint)n);

    for (guint i = 0; i < needle->len; i++)
        needle->data[i] = (uint8_t)~needle->data[i];
    g_ptr_array_add(needles, needle);
}

static bool found_at(const uint8_t *at, const GByteArray *needle)
{
    for (guint i = 0; i < needle->len; i++) {
        if ((at[i] ^ needle->data[i]) != 0xFF)
            return false;
    }
    return true;
}

/* The needles found in [from, to); the pages are read through the kernel, which does not mind what is not there. */
static unsigned search(int memory, unsigned long from, unsigned long to, const char *name)
{
    const size_t length = to - from;
    uint8_t *copy = g_malloc(length);
    const ssize_t got = pread(memory, copy, length, (off_t)from);
    bool begins[256] = {false};
    unsigned found = 0;

    for (guint i = 0; i < needles->len; i++)
        begins[(uint8_t) ~((const GByteArray *)g_ptr_array_index(needles, i))->data[0]] = true;
    for (ssize_t at = 0; at + 64 < got; at++) {
        for (guint i = 0; begins[copy[at]] && i < needles->len; i++) {
            if (!found_at(copy + at, g_ptr_array_index(needles, i)))
                continue;
            found++;
            fprintf(stderr, "key %u at 0x%lx: %s", i, from + (unsigned long)at, name);
        }
    }
    explicit_bzero(copy, length);
    g_free(copy);
    return found;
}

static int maps_of_self, memory_of_self;

/* Before the commands confine the process. */
static void open_self(void)
{
    maps_of_self = open("/proc/self/maps", O_RDONLY);
    memory_of_self = open("/proc/self/mem", O_RDONLY);
}

/* In every writable page of this process. Once after open_self(). */
static unsigned keys_in_memory(void)
{
    FILE *maps = fdopen(maps_of_self, "r");
    char line[512], permissions[8];
    unsigned long from, to;
    unsigned found = 0;

    ck_assert(maps != NULL && memory_of_self >= 0);
    while (fgets(line, sizeof line, maps) != NULL) {
        if (sscanf(line, "%lx-%lx %7s", &from, &to, permissions) == 3 && permissions[0] == 'r' &&
            permissions[1] == 'w' && to - from < (64UL << 20))
            found += search(memory_of_self, from, to, line);
    }
    fclose(maps);
    close(memory_of_self);
    return found;
}

static uint8_t from_hex(const char *digits)
{
    return (uint8_t)(g_ascii_xdigit_value(digits[0]) << 4 | g_ascii_xdigit_value(digits[1]));
}

/* What the program derives from the sample's key log: the root, and all keys that `keys --show-keys` prints. */
static void find_needles(const char *printed)
{
    for (const char *at = printed; *at != '\0'; at++) {
        uint8_t octets[32];
        const size_t digits = strspn(at, "0123456789abcdef");
        if (digits == 64 || digits == 32) {
            for (size_t i = 0; i < digits / 2; i++)
                octets[i] = from_hex(at + 2 * i);
            add_needle(octets, digits / 2);
            add_needle(at, digits); /* as text */
        }
        at += digits > 0 ? digits - 1 : 0;
    }
    daps_wipe((char *)printed, strlen(printed));
}

static char *folder;

static char *in_folder(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

static int run(int (*command)(int, char **), const char *const *words)
{
    char **argv = g_strdupv((char **)words);
    const int status = command((int)g_strv_length(argv), argv);

    g_strfreev(argv);
    return status;
}

/* A child prints the keys, so that this process has seen them only once, in a buffer that it wipes. */
static void learn_keys(const char *keys)
{
    char *out = in_folder("printed"), *text;
    const pid_t child = fork();

    if (child == 0) {
        const char *const words[] = {"keys", "-q", "--show-keys", "-f", "ndjson", "-k", keys, "-o", out, CAPTURE, NULL};
        _exit(run(daps_cmd_keys, words));
    }
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    ck_assert(g_file_get_contents(out, &text, NULL, NULL));
    find_needles(text);
    g_free(text);
    unlink(out);
    g_free(out);
}

static void setup(void)
{
    char *keys, *text;
    gsize length;

    folder = g_dir_make_tmp("daps-memory-XXXXXX", NULL);
    needles = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
    keys = in_folder("k");
    ck_assert(g_file_get_contents(KEYS, &text, &length, NULL));
    ck_assert(g_file_set_contents(keys, text, (gssize)length, NULL));
    chmod(keys, 0600);
    find_needles(text);
    g_free(text);
    learn_keys(keys);
    g_free(keys);
}

static void teardown(void)
{
    char *keys = in_folder("k"), *out = in_folder("out");

    unlink(keys);
    unlink(out);
    rmdir(folder);
    g_free(keys);
    g_free(out);
    g_free(folder);
    g_ptr_array_unref(needles);
}

START_TEST(keys_are_gone)
{
    static const struct {
        int (*command)(int, char **);
        const char *const options[4];
        int status;
    } runs[] = {{daps_cmd_audit, {"-qj1", "-fndjson", CAPTURE}, EXIT_FINDINGS},
                {daps_cmd_audit, {"-qj2", "-ftext", CAPTURE}, EXIT_FINDINGS},
                {daps_cmd_events, {"-qj2", "-fcsv", CAPTURE}, EXIT_CLEAN},
                {daps_cmd_keys, {"-qj1", "-fjson", CAPTURE}, EXIT_CLEAN},
                {daps_cmd_keys, {"-qj2", "--show-keys", CAPTURE}, EXIT_CLEAN},
                {daps_cmd_decrypt, {NULL}, EXIT_CLEAN}};
    char *keys = in_folder("k"), *out = in_folder("out");

    ck_assert_uint_gt(needles->len, 10);
    open_self();
    ck_assert_uint_eq(keys_in_memory(), 0); /* or the search finds itself */
    for (size_t i = 0; i < G_N_ELEMENTS(runs); i++) {
        const char *const *option = runs[i].options;
        const char *const words[] = {"run", "-k", keys, "-o", out, CAPTURE, option[0], option[1], option[2], NULL};
        int status = -1;
        const pid_t child = fork(); /* a command confines its process to its own files */
        if (child == 0) {
            open_self();
            status = run(runs[i].command, words);
            _exit(status != runs[i].status ? 100 : keys_in_memory() > 0);
        }
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0,
                      "run %zu: %d (1: keys are left behind, 100: it failed)", i, WEXITSTATUS(status));
    }
    g_free(keys);
    g_free(out);
}
END_TEST

START_TEST(they_would_be_found)
{
    uint8_t *key = g_malloc(64);
    const GByteArray *needle = g_ptr_array_index(needles, 0);

    for (guint i = 0; i < needle->len; i++)
        key[i] = (uint8_t)~needle->data[i];
    open_self();
    ck_assert_uint_ge(keys_in_memory(), 1);
    daps_wipe(key, 64);
    g_free(key);
}
END_TEST

/* Why there is nothing to look at here; NULL: there is. */
static const char *cannot_look(void)
{
#ifdef __SANITIZE_ADDRESS__
    return "the heap of AddressSanitizer is elsewhere, and keeps what is freed";
#else
    return access("/proc/self/mem", R_OK) == 0 ? NULL : "no /proc/self/mem";
#endif
}

int main(void)
{
    Suite *s;
    TCase *c;
    SRunner *runner;
    int failed;

    if (cannot_look() != NULL) {
        printf("skipped: %s\n", cannot_look());
        return EXIT_SUCCESS;
    }
    s = suite_create("memory");
    c = tcase_create("memory");
    tcase_set_timeout(c, 120);
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, they_would_be_found);
    tcase_add_test(c, keys_are_gone);
    suite_add_tcase(s, c);
    runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
