/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dapsaudit convert: a baseband log as a capture that Wireshark opens, or of a folder every one below it. convert.c has
 * what becomes of an item.
 */
#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "capture/capture.h"
#include "capture/walk.h"
#include "commands.h"
#include "convert.h"
#include "options.h"
#include "outfile.h"
#include "process.h"
#include "sandbox.h"
#include "say.h"
#include "synth/carrier.h"
#include "synth/output.h"

/* A reader that went away is no error. */
static int output_failed(const char *path, int error)
{
    if (error == EPIPE)
        return EXIT_CLEAN;
    say("%s: %s", strcmp(path, "-") == 0 ? "standard output" : path,
        error != 0 ? g_strerror(error) : "could not be written");
    return EXIT_UNREADABLE;
}

/* All of the log; record: its first item. */
static int read_items(struct convert *convert, struct daps_capture *capture, struct daps_record record)
{
    enum daps_capture_status status = DAPS_CAPTURE_RECORD;
    bool all_read;

    while (status == DAPS_CAPTURE_RECORD && convert_item(convert, &record))
        status = daps_capture_next(capture, &record);
    all_read = convert_finish(convert);
    if (status == DAPS_CAPTURE_ERROR)
        say("%s", daps_capture_error(capture));
    return status == DAPS_CAPTURE_ERROR || !all_read ? EXIT_UNREADABLE : EXIT_CLEAN;
}

/* file NULL: standard output. */
static int write_log(const char *path, const char *name, struct daps_capture *capture, const struct daps_record *first,
                     struct outfile *file)
{
    FILE *stream = outfile_stream(file);
    struct synth_output *output;
    int status;

    output = stream != NULL ? synth_output_open(stream, SYNTH_PCAPNG, synth_link_type(SYNTH_UPPER_PDU)) : NULL;
    if (output == NULL) {
        outfile_abandon(file);
        return output_failed(name, errno);
    }
    status = read_items(convert_new(path, name, output), capture, *first);
    if (!synth_output_close(output)) {
        const int error = errno;
        outfile_abandon(file);
        return output_failed(name, error);
    }
    if (file != NULL && !outfile_finish(file))
        return output_failed(name, errno);
    return status;
}

/* found: in a folder, where what is no baseband log is passed over. */
static int convert_log(const char *path, const char *output, bool found)
{
    const struct daps_capture_limits limits = {.found = found, .max_spool = DAPS_CAPTURE_MAX_SPOOL};
    struct daps_record record = {.frame = 0};
    struct outfile *file = NULL;
    char *error = NULL;
    struct daps_capture *capture = daps_capture_open_within(path, &limits, &error);
    int status = EXIT_UNREADABLE;

    if (capture == NULL)
        say("%s", error);
    else if (daps_capture_next(capture, &record) != DAPS_CAPTURE_RECORD || !convert_is_item(&record))
        status = found ? EXIT_CLEAN : EXIT_UNREADABLE;
    else if (strcmp(output, "-") != 0 && (file = outfile_open(output, false)) == NULL)
        status = output_failed(output, errno);
    else
        status = write_log(path, output, capture, &record, file);
    if (capture != NULL && !convert_is_item(&record))
        say("%s: is no baseband log%s", path, found ? ", and was passed over" : "");
    g_free(error);
    daps_capture_close(capture);
    return status;
}

/* A name in folder for what is made of path: its own and .pcapng, with a number where that is taken. */
static char *name_for(const char *folder, const char *path, GHashTable *taken)
{
    char *base = g_path_get_basename(path), *name = g_strdup_printf("%s%c%s.pcapng", folder, G_DIR_SEPARATOR, base);

    for (unsigned i = 2; g_hash_table_contains(taken, name); i++) {
        g_free(name);
        name = g_strdup_printf("%s%c%s-%u.pcapng", folder, G_DIR_SEPARATOR, base, i);
    }
    g_hash_table_add(taken, g_strdup(name));
    g_free(base);
    return name;
}

static int convert_folder(const char *path, const char *folder)
{
    struct daps_walk *walk = daps_walk_new();
    GHashTable *taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    char *any = g_build_filename(folder, "x", NULL);
    int status = EXIT_CLEAN;

    if (g_mkdir_with_parents(folder, 0777) != 0) {
        status = output_failed(folder, errno);
    } else {
        sandbox_enter(&(struct sandbox){.inputs = (char *const[]){(char *)(guintptr)path, NULL}, .output = any});
        daps_walk_add(walk, path);
        if (walk->skipped->len > 0)
            say("%u file%s that are no captures were passed over", walk->skipped->len,
                walk->skipped->len == 1 ? "" : "s");
    }
    for (guint i = 0; i < walk->captures->len && !process_interrupted(); i++) {
        char *name = name_for(folder, g_ptr_array_index(walk->captures, i), taken);
        const int one = convert_log(g_ptr_array_index(walk->captures, i), name, true);
        status = MAX(status, one);
        g_free(name);
    }
    if (walk->unreadable->len > 0)
        status = EXIT_UNREADABLE;
    g_free(any);
    g_hash_table_unref(taken);
    daps_walk_free(walk);
    return status;
}

/* Nothing that is read may be written as well. */
static bool files_apart(const char *path, const char *output)
{
    struct outfile_names *names = outfile_names_new();
    bool apart;

    outfile_names_read(names, path, "input");
    apart = outfile_names_write(names, output);
    outfile_names_free(names);
    return apart;
}

static int run(const char *path, const char *output)
{
    process_catch_interrupts();
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return convert_folder(path, output);
    if (!files_apart(path, output))
        return EXIT_USAGE;
    sandbox_enter(&(struct sandbox){.inputs = (char *const[]){(char *)(guintptr)path, NULL}, .output = output});
    return convert_log(path, output, false);
}

int daps_cmd_convert(int argc, char **argv)
{
    char *output = NULL;
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Write to FILE (pcapng), or of a folder to that folder",
         "FILE"},
        {0},
    };
    GOptionContext *context = g_option_context_new("PATH");
    GError *error = NULL;
    int status = EXIT_USAGE;

    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_summary(context,
                                 "Writes the RRC of a phone's baseband log, or of every one under a folder, and what "
                                 "is whole of its downlink\nPDCP, as upper PDUs that Wireshark opens; the comment of "
                                 "each has the number of its item.");
    if (!g_option_context_parse(context, &argc, &argv, &error))
        status = options_refused("convert", error);
    else if (argc != 2 || output == NULL)
        say("convert needs a baseband log or a folder, and -o FILE");
    else
        status = run(argv[1], output);
    g_option_context_free(context);
    g_free(output);
    return status;
}
