/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dapsaudit synth SCENARIO -o FILE: a capture from a scenario. */
#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "synth/output.h"
#include "synth/scenario.h"

struct synth_run {
    const char *path;
    enum synth_format format;
    struct synth_output *output;
    FILE *keys;
};

static bool on_open(void *user, int link_type)
{
    struct synth_run *run = user;

    run->output = synth_output_open(run->path, run->format, link_type);
    if (run->output == NULL)
        fprintf(stderr, "dapsaudit: %s: %s\n", run->path, errno != 0 ? g_strerror(errno) : "cannot be written");
    return run->output != NULL;
}

static bool on_frame(void *user, int64_t time_ns, const GByteArray *octets)
{
    struct synth_run *run = user;

    return synth_output_frame(run->output, time_ns, octets);
}

static void on_key(void *user, const char *line)
{
    struct synth_run *run = user;

    if (run->keys != NULL)
        fprintf(run->keys, "%s\n", line);
}

static char *read_scenario(const char *path, char **text)
{
    GError *error = NULL;
    char *sentence;

    if (strcmp(path, "-") == 0) {
        GString *all = g_string_new(NULL);
        char block[4096];
        size_t n;
        while ((n = fread(block, 1, sizeof block, stdin)) > 0 && all->len < (1U << 24))
            g_string_append_len(all, block, (gssize)n);
        *text = g_string_free(all, FALSE);
        return NULL;
    }
    if (g_file_get_contents(path, text, NULL, &error))
        return NULL;
    sentence = g_strdup(error->message);
    g_error_free(error);
    return sentence;
}

static int play(const char *scenario, const struct synth_options *options, struct synth_run *run)
{
    const struct synth_sink sink = {run, on_open, on_frame, on_key};
    char *text = NULL, *error = read_scenario(scenario, &text);
    int status = 0;

    if (error != NULL) {
        fprintf(stderr, "dapsaudit: %s\n", error);
        g_free(error);
        return 3;
    }
    error = synth_play(scenario, text, options, &sink);
    if (error != NULL) {
        fprintf(stderr, "dapsaudit: %s\n", error);
        status = 2;
    }
    if (!synth_output_close(run->output)) {
        fprintf(stderr, "dapsaudit: %s: could not be written\n", run->path);
        status = 3;
    }
    g_free(error);
    g_free(text);
    return status;
}

int daps_cmd_synth(int argc, char **argv)
{
    gchar *output = NULL, *keys = NULL, *framing = NULL;
    gboolean pcapng = FALSE, nano = FALSE;
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Write the capture to FILE (- for standard output)", "FILE"},
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
    int status = 2;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "dapsaudit synth: %s\n", error->message);
        g_error_free(error);
    } else if (argc != 2 || output == NULL) {
        fprintf(stderr, "dapsaudit synth: needs one SCENARIO and -o FILE\n");
    } else if (keys != NULL && (run.keys = fopen(keys, "w")) == NULL) {
        fprintf(stderr, "dapsaudit: %s: %s\n", keys, g_strerror(errno));
        status = 3;
    } else {
        run.path = output;
        run.format = pcapng || g_str_has_suffix(output, ".pcapng") ? SYNTH_PCAPNG : nano ? SYNTH_PCAP_NANO : SYNTH_PCAP;
        options.framing = framing;
        status = play(argv[1], &options, &run);
    }
    if (run.keys != NULL && fclose(run.keys) != 0)
        status = 3;
    g_option_context_free(context);
    g_free(output);
    g_free(keys);
    g_free(framing);
    return status;
}
