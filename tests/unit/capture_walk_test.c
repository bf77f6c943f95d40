/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding captures below a directory: order, links, what is no capture, what cannot be read. */
#include <check.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/walk.h"
#include "capture_bytes.h"

static char *directory;

static void setup(void)
{
    directory = make_directory();
}

static void teardown(void)
{
    remove_tree(directory);
    g_free(directory);
}

static void add_capture(const char *name)
{
    GByteArray *file = pcap_begin(false, false, 65535, 252);
    g_free(write_file(directory, name, file->data, file->len));
    g_byte_array_unref(file);
}

static void make_subdirectory(const char *name)
{
    char *path = g_build_filename(directory, name, NULL);
    ck_assert_int_eq(g_mkdir(path, 0700), 0);
    g_free(path);
}

static void make_link(const char *target, const char *name)
{
    char *path = g_build_filename(directory, name, NULL);
    ck_assert_int_eq(symlink(target, path), 0);
    g_free(path);
}

/* Paths below the directory, "a b c". */
static char *relative(const GPtrArray *paths, bool notes)
{
    GString *all = g_string_new("");
    for (guint i = 0; i < paths->len; i++) {
        const char *path = notes ? ((struct daps_walk_note *)g_ptr_array_index(paths, i))->path
                                 : (const char *)g_ptr_array_index(paths, i);
        ck_assert(g_str_has_prefix(path, directory));
        g_string_append_printf(all, "%s%s", i ? " " : "", path + strlen(directory) + 1);
    }
    return g_string_free(all, FALSE);
}

static void assert_paths(const GPtrArray *paths, bool notes, const char *expected)
{
    char *all = relative(paths, notes);
    ck_assert_str_eq(all, expected);
    g_free(all);
}

START_TEST(a_tree)
{
    make_subdirectory("b");
    make_subdirectory("b/deep");
    make_subdirectory("empty");
    add_capture("z.pcap");
    add_capture("a.without-a-known-suffix");
    add_capture("b/2.pcap");
    add_capture("b/10.pcap");
    add_capture("b/deep/x.pcap");
    g_free(write_file(directory, "b/notes.txt", "about these captures\n", 21));
    g_free(write_file(directory, "b/nothing", "", 0));
    make_link("..", "b/deep/up"); /* a loop */
    make_link("b", "c-same-as-b");
    make_link("/", "c-out-of-it");
    make_link("z.pcap", "c-same-as-z");
    make_link("nowhere", "d-broken");
    char *fifo = g_build_filename(directory, "fifo", NULL);
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    g_free(fifo);
    struct daps_walk *walk = daps_walk_new();
    daps_walk_add(walk, directory);
    assert_paths(walk->captures, false, "a.without-a-known-suffix b/10.pcap b/2.pcap b/deep/x.pcap z.pcap");
    assert_paths(walk->skipped, true,
                 "b/deep/up b/notes.txt b/nothing c-out-of-it c-same-as-b c-same-as-z d-broken fifo");
    assert_paths(walk->unreadable, true, "");
    ck_assert(g_hash_table_contains(walk->found, g_ptr_array_index(walk->captures, 0)));
    const struct daps_walk_note *note = g_ptr_array_index(walk->skipped, 2);
    ck_assert_str_eq(note->reason, "is empty");
    daps_walk_free(walk);
}
END_TEST

/* What the user names is taken as it is: opening it says what is wrong. */
START_TEST(explicit_paths)
{
    char *text = write_file(directory, "notes.txt", "text", 4);
    struct daps_walk *walk = daps_walk_new();
    daps_walk_add(walk, "-");
    daps_walk_add(walk, text);
    daps_walk_add(walk, "/nowhere/at/all");
    ck_assert_uint_eq(walk->captures->len, 3);
    ck_assert_str_eq(g_ptr_array_index(walk->captures, 0), "-");
    ck_assert_str_eq(g_ptr_array_index(walk->captures, 1), text);
    ck_assert_str_eq(g_ptr_array_index(walk->captures, 2), "/nowhere/at/all");
    ck_assert_uint_eq(walk->skipped->len + walk->unreadable->len + g_hash_table_size(walk->found), 0);
    daps_walk_free(walk);
    g_free(text);
}
END_TEST

START_TEST(what_the_kernel_makes_up)
{
    struct daps_walk *walk = daps_walk_new();
    if (g_file_test("/proc/self", G_FILE_TEST_IS_DIR)) {
        daps_walk_add(walk, "/proc/self");
        ck_assert_uint_eq(walk->captures->len + walk->skipped->len, 0);
        ck_assert_uint_eq(walk->unreadable->len, 1);
    }
    daps_walk_free(walk);
}
END_TEST

START_TEST(an_empty_directory)
{
    struct daps_walk *walk = daps_walk_new();
    daps_walk_add(walk, directory);
    ck_assert_uint_eq(walk->captures->len + walk->skipped->len + walk->unreadable->len, 0);
    daps_walk_free(walk);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("capture walk");
    TCase *c = tcase_create("walk");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, a_tree);
    tcase_add_test(c, explicit_paths);
    tcase_add_test(c, what_the_kernel_makes_up);
    tcase_add_test(c, an_empty_directory);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
