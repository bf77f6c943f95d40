/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dapsaudit convert: the RRC of a baseband log as upper PDUs (link type 252) that Wireshark opens, each with the number
 * of its item and its cell as comment. PDUs of PDCP stay behind: a log has their first octets, uplink as they were
 * before ciphering, and keys do not belong into a capture.
 */
#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "capture/capture.h"
#include "capture/walk.h"
#include "commands.h"
#include "daps/problem.h"
#include "options.h"
#include "outfile.h"
#include "process.h"
#include "sandbox.h"
#include "say.h"
#include "synth/carrier.h"
#include "synth/output.h"
#include "unwrap/unwrap.h"

struct convert {
    const char *path, *output_path;
    struct synth_output *output;
    int64_t last_time_ns;
    uint64_t written, unnamed, pdcp, problems;
    GString *first_problem;
    bool failed;
};

static void write_rrc(struct convert *convert, const struct daps_pdu *pdu)
{
    GByteArray *octets = g_byte_array_append(g_byte_array_new(), pdu->octets, (guint)pdu->length), *frame;
    const struct synth_frame wrapped = {.rat = pdu->rat,
                                        .channel = pdu->channel,
                                        .octets = octets,
                                        .ue = (unsigned)pdu->ue_key,
                                        .many_ues = pdu->ue_key != 0,
                                        .cell = {-1, -1}};
    GString *comment = g_string_new(NULL);

    g_string_append_printf(comment, "item %" PRIu64, pdu->frame);
    if (pdu->logged_cell.pci >= 0)
        g_string_append_printf(comment, ", PCI %" PRId32, pdu->logged_cell.pci);
    if (pdu->logged_cell.ssb_arfcn >= 0)
        g_string_append_printf(comment, ", %s %" PRId32, pdu->rat == DAPS_RAT_LTE ? "EARFCN" : "NR-ARFCN",
                               pdu->logged_cell.ssb_arfcn);
    if (pdu->ue_key != 0)
        g_string_append_printf(comment, ", subscription %" PRIu64, pdu->ue_key);
    if (pdu->time_ns != INT64_MIN)
        convert->last_time_ns = pdu->time_ns;
    else
        g_string_append(comment, ", without a time");
    frame = synth_wrap(SYNTH_UPPER_PDU, &wrapped);
    if (frame == NULL) {
        convert->unnamed++;
    } else {
        convert->failed |= !synth_output_comment(convert->output, convert->last_time_ns, frame, comment->str);
        convert->written++;
        g_byte_array_unref(frame);
    }
    g_string_free(comment, TRUE);
    g_byte_array_unref(octets);
}

static void on_pdu(void *user, const struct daps_pdu *pdu)
{
    struct convert *convert = user;

    if (pdu->layer == DAPS_LAYER_RRC)
        write_rrc(convert, pdu);
    else if (pdu->layer == DAPS_LAYER_LOGGED && pdu->logged->has_pdu)
        convert->pdcp++;
}

static void on_problem(void *user, const struct daps_framing_problem *problem)
{
    struct convert *convert = user;

    if (!problem->rrc_lost || convert->problems++ > 0)
        return;
    convert->first_problem = g_string_new(NULL);
    g_string_append_printf(convert->first_problem, "item %" PRIu64 ": ", problem->frame);
    daps_problem_say(convert->first_problem, problem);
}

static bool is_item(const struct daps_record *record)
{
    return record->linktype == DAPS_LINKTYPE_DIAG || record->linktype == DAPS_LINKTYPE_DIAG_ITEM;
}

static void tell(const struct convert *convert)
{
    say("%s: %" PRIu64 " RRC message%s written to %s; %" PRIu64
        " of kinds that have no name in an upper PDU and %" PRIu64
        " PDU%s of PDCP, logged in part or before ciphering, were not",
        convert->path, convert->written, convert->written == 1 ? "" : "s",
        strcmp(convert->output_path, "-") == 0 ? "standard output" : convert->output_path, convert->unnamed,
        convert->pdcp, convert->pdcp == 1 ? "" : "s");
    if (convert->problems > 0)
        say("%s: %" PRIu64 " item%s could not be read, first %s", convert->path, convert->problems,
            convert->problems == 1 ? "" : "s", convert->first_problem->str);
}

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
    const struct unwrap_sink sink = {.user = convert, .pdu = on_pdu, .problem = on_problem};
    struct unwrap *unwrap = unwrap_new(&sink);
    enum daps_capture_status status = DAPS_CAPTURE_RECORD;

    while (!convert->failed && status == DAPS_CAPTURE_RECORD) {
        unwrap_record(unwrap, &record);
        status = daps_capture_next(capture, &record);
    }
    unwrap_finish(unwrap);
    unwrap_free(unwrap);
    tell(convert);
    if (status == DAPS_CAPTURE_ERROR)
        say("%s", daps_capture_error(capture));
    return status == DAPS_CAPTURE_ERROR || convert->problems > 0 ? EXIT_UNREADABLE : EXIT_CLEAN;
}

/* file NULL: standard output. */
static int write_log(struct convert *convert, struct daps_capture *capture, const struct daps_record *first,
                     struct outfile *file)
{
    FILE *stream = outfile_stream(file);
    int status;

    convert->output = stream != NULL ? synth_output_open(stream, SYNTH_PCAPNG, synth_link_type(SYNTH_UPPER_PDU)) : NULL;
    if (convert->output == NULL) {
        outfile_abandon(file);
        return output_failed(convert->output_path, errno);
    }
    status = read_items(convert, capture, *first);
    if (!synth_output_close(convert->output)) {
        const int error = errno;
        outfile_abandon(file);
        return output_failed(convert->output_path, error);
    }
    if (file != NULL && !outfile_finish(file))
        return output_failed(convert->output_path, errno);
    return status;
}

/* found: in a folder, where what is no baseband log is passed over. */
static int convert_log(const char *path, const char *output, bool found)
{
    struct convert convert = {.path = path, .output_path = output};
    const struct daps_capture_limits limits = {.found = found, .max_spool = DAPS_CAPTURE_MAX_SPOOL};
    struct daps_record record = {.frame = 0};
    struct outfile *file = NULL;
    char *error = NULL;
    struct daps_capture *capture = daps_capture_open_within(path, &limits, &error);
    int status = EXIT_UNREADABLE;

    if (capture == NULL)
        say("%s", error);
    else if (daps_capture_next(capture, &record) != DAPS_CAPTURE_RECORD || !is_item(&record))
        status = found ? EXIT_CLEAN : EXIT_UNREADABLE;
    else if (strcmp(output, "-") != 0 && (file = outfile_open(output, false)) == NULL)
        status = output_failed(output, errno);
    else
        status = write_log(&convert, capture, &record, file);
    if (capture != NULL && !is_item(&record))
        say("%s: is no baseband log%s", path, found ? ", and was passed over" : "");
    if (convert.first_problem != NULL)
        g_string_free(convert.first_problem, TRUE);
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
                                 "Writes the RRC of a phone's baseband log, or of every one under a folder, as upper "
                                 "PDUs that\nWireshark opens; the comment of each has the number of its item and its "
                                 "cell.");
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
