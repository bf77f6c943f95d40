/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dapsaudit synth SCENARIO -o FILE: a capture from a scenario. */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "daps/kdf.h"
#include "options.h"
#include "outfile.h"
#include "process.h"
#include "say.h"
#include "synth/output.h"
#include "synth/scenario.h"

#define MOST_OCTETS (1U << 24) /* of a scenario */

struct synth_run {
    const char *path, *keys_path;
    enum synth_format format;
    struct outfile *file, *keys_file; /* NULL: standard output; no keys wanted */
    struct synth_output *output;
    FILE *keys;
    bool unwritable;
};

static bool failed(const char *path)
{
    say("%s: %s", strcmp(path, "-") == 0 ? "standard output" : path,
        errno != 0 ? g_strerror(errno) : "could not be written");
    return false;
}

static bool on_open(void *user, int link_type)
{
    struct synth_run *run = user;
    FILE *stream;

    if (strcmp(run->path, "-") == 0 || (run->file = outfile_open(run->path, false)) != NULL) {
        stream = outfile_stream(run->file);
        run->output = stream != NULL ? synth_output_open(stream, run->format, link_type) : NULL;
    }
    run->unwritable = run->output == NULL;
    return !run->unwritable || failed(run->path);
}

static bool on_frame(void *user, int64_t time_ns, const GByteArray *octets)
{
    struct synth_run *run = user;

    run->unwritable = !synth_output_frame(run->output, time_ns, octets);
    return !run->unwritable;
}

static void on_key(void *user, const char *line)
{
    struct synth_run *run = user;

    if (run->keys != NULL)
        fprintf(run->keys, "%s\n", line);
}

/* The text of the scenario; NULL with a message on standard error. */
static char *read_scenario(const char *path)
{
    const bool standard = strcmp(path, "-") == 0;
    const int file = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    GString *all = g_string_new(NULL);
    char block[65536];
    ssize_t n = file < 0 ? -1 : 1;

    while (n > 0 && all->len <= MOST_OCTETS) {
        n = process_read(file, block, sizeof block);
        g_string_append_len(all, block, MAX(n, 0));
    }
    if (n < 0)
        say("%s: %s", standard ? "standard input" : path, g_strerror(errno));
    else if (all->len > MOST_OCTETS)
        say("%s: a scenario has at most %u octets", standard ? "standard input" : path, MOST_OCTETS);
    if (file >= 0 && !standard)
        close(file);
    return g_string_free(all, n < 0 || all->len > MOST_OCTETS);
}

static bool keys_begin(struct synth_run *run)
{
    if (run->keys_path == NULL)
        return true;
    if (strcmp(run->keys_path, "-") != 0 && (run->keys_file = outfile_open(run->keys_path, true)) == NULL)
        return failed(run->keys_path);
    run->keys = outfile_stream(run->keys_file);
    return run->keys != NULL || failed(run->keys_path);
}

/* Gives both files their names, or neither. */
static bool finish(struct synth_run *run, bool played)
{
    bool ok = played;

    errno = 0;
    if (run->keys != NULL && (fflush(run->keys) != 0 || ferror(run->keys)))
        ok = played && failed(run->keys_path);
    if (run->keys != NULL)
        fclose(run->keys);
    if (!synth_output_close(run->output))
        ok = played && failed(run->path);
    if (ok && run->file != NULL && !outfile_finish(run->file))
        ok = failed(run->path);
    else if (!ok)
        outfile_abandon(run->file);
    if (ok && run->keys_file != NULL && !outfile_finish(run->keys_file))
        ok = failed(run->keys_path);
    else if (!ok)
        outfile_abandon(run->keys_file);
    return ok;
}

static int play(const char *scenario, const struct synth_options *options, struct synth_run *run)
{
    const struct synth_sink sink = {run, on_open, on_frame, on_key};
    char *text = read_scenario(scenario), *error = NULL;
    int status = EXIT_UNREADABLE;
    bool played;

    if (text == NULL)
        return EXIT_UNREADABLE;
    played = keys_begin(run);
    if (played) {
        error = synth_play(scenario, text, options, &sink);
        if (error != NULL)
            say("%s", error);
        status = run->unwritable ? EXIT_UNREADABLE : error != NULL ? EXIT_USAGE : EXIT_CLEAN;
    }
    if (!finish(run, played && error == NULL) && status == EXIT_CLEAN)
        status = EXIT_UNREADABLE;
    g_free(error);
    daps_wipe(text, strlen(text)); /* it may hold keys */
    g_free(text);
    return status;
}

/* The scenario and both files are three. */
static bool files_apart(const char *scenario, const char *output, const char *keys)
{
    struct outfile_names *names = outfile_names_new();
    bool apart;

    outfile_names_read(names, scenario, "scenario");
    apart = outfile_names_write(names, output) && (keys == NULL || outfile_names_write(names, keys));
    outfile_names_free(names);
    return apart;
}

/* By name, if nothing else is said. */
static enum synth_format format_of(const char *output, bool pcapng, bool nano)
{
    if (g_str_has_suffix(output, ".qmdl"))
        return SYNTH_QMDL;
    if (g_str_has_suffix(output, ".dlf"))
        return SYNTH_DLF;
    return pcapng || g_str_has_suffix(output, ".pcapng") ? SYNTH_PCAPNG : nano ? SYNTH_PCAP_NANO : SYNTH_PCAP;
}

int daps_cmd_synth(int argc, char **argv)
{
    gchar *output = NULL, *keys = NULL, *framing = NULL;
    gboolean pcapng = FALSE, nano = FALSE;
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
         "Write the capture to FILE (- for standard output); a baseband log if it ends in .qmdl or .dlf", "FILE"},
        {"framing", 'f', 0, G_OPTION_ARG_STRING, &framing,
         "upper-pdu, upper-pdu-unpadded, gsmtap-v3, qcsuper or rls; overrides the scenario's own", "NAME"},
        {"pcapng", 0, 0, G_OPTION_ARG_NONE, &pcapng, "Write pcapng (default if FILE ends in .pcapng)", NULL},
        {"nanoseconds", 0, 0, G_OPTION_ARG_NONE, &nano, "Write pcap with times in nanoseconds", NULL},
        {"keys-out", 'k', 0, G_OPTION_ARG_FILENAME, &keys, "Write the key log that belongs to the capture", "FILE"},
        G_OPTION_ENTRY_NULL};
    GOptionContext *context = g_option_context_new("SCENARIO - make a capture from a scenario file");
    struct synth_run run = {0};
    struct synth_options options = {0};
    GError *error = NULL;
    int status = EXIT_USAGE;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        status = options_refused("synth", error);
    } else if (argc != 2 || output == NULL) {
        say("synth needs one SCENARIO and -o FILE");
    } else if (files_apart(argv[1], output, keys)) {
        process_guard_keys();
        run.path = output;
        run.keys_path = keys;
        run.format = format_of(output, pcapng, nano);
        options.framing = framing != NULL ? framing : run.format >= SYNTH_QMDL ? "diag" : NULL;
        status = play(argv[1], &options, &run);
    }
    g_option_context_free(context);
    g_free(output);
    g_free(keys);
    g_free(framing);
    return status;
}
