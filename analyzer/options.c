/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shared options: their names and help, and how a command line is taken apart. */
#include "options.h"
#include "option_words.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "process.h"
#include "sandbox.h"
#include "say.h"

static bool have_paths(struct options *options, const struct options_command *command)
{
    if (options->paths != NULL && options->paths[0] != NULL)
        return true;
    if (command->paths_optional) {
        g_strfreev(options->paths);
        options->paths = g_strdupv((char *[]){(char *)"-", NULL});
        return true;
    }
    say("%s needs a path: dapsaudit %s %s", command->name, command->name, command->parameters);
    return false;
}

/*
 * GOption wants the value of a short option as an argument of its own; people write -j4 and -vofile as well. The
 * result has such values cut off; its strings are owned by it.
 */
static char **split_short_options(int argc, char **argv)
{
    static const char takes_value[] = "fokj", flags[] = "vqh";
    GPtrArray *split = g_ptr_array_new();
    bool is_value = false, only_paths = false;

    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        size_t n = word[0] == '-' && word[1] != '-' ? 1 + strspn(word + 1, flags) : 0;
        const bool has_letter = !is_value && !only_paths && n > 0 && word[n] != '\0' && strchr(takes_value, word[n]);

        only_paths |= !is_value && strcmp(word, "--") == 0;
        is_value = has_letter && word[n + 1] == '\0';
        if (has_letter && !is_value) {
            g_ptr_array_add(split, g_strndup(word, n + 1));
            g_ptr_array_add(split, g_strdup(word + n + 1));
        } else {
            g_ptr_array_add(split, g_strdup(word));
        }
    }
    g_ptr_array_add(split, NULL);
    return (char **)g_ptr_array_free(split, FALSE);
}

int options_refused(const char *command, GError *error)
{
    /* A converter of texts that cannot be had is no fault of the command line. */
    const bool library = g_error_matches(error, G_CONVERT_ERROR, G_CONVERT_ERROR_NO_CONVERSION) ||
                         g_error_matches(error, G_CONVERT_ERROR, G_CONVERT_ERROR_FAILED);

    say("%s: %s; 'dapsaudit %s --help' lists the options", command, error->message, command);
    g_error_free(error);
    return library ? EXIT_UNREADABLE : EXIT_USAGE;
}

static int show_help(GOptionContext *context)
{
    char *help = g_option_context_get_help(context, TRUE, NULL);
    const bool written = fputs(help, stdout) >= 0 && fflush(stdout) == 0;

    if (!written)
        say("standard output: %s", g_strerror(errno));
    g_free(help);
    return written ? EXIT_CLEAN : EXIT_UNREADABLE;
}

#define GO_ON (-1)

/* GO_ON, or the exit status to leave with. */
/* What every command that reads captures takes. */
static void add_common_options(GOptionContext *context, struct options *options, struct option_words *words,
                               const struct options_command *command)
{
    const GOptionEntry entries[] = {
        {"help", 'h', 0, G_OPTION_ARG_NONE, &words->help, "Show this help", NULL},
        {"format", 'f', 0, G_OPTION_ARG_STRING, &words->format,
         command->evidence ? "html (default), markdown, json, csv (what the plots show) or tamarin"
                           : "text, ndjson, json or csv",
         "FORMAT"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output, "Write to FILE", "FILE"},
        {"keys", 'k', 0, G_OPTION_ARG_FILENAME, &options->keys, "Key log with known keys", "FILE"},
        {"show-keys", 0, 0, G_OPTION_ARG_NONE, &words->show_keys, "Print key values that are known", NULL},
        {"fail-on", 0, 0, G_OPTION_ARG_STRING, &words->fail_on,
         "Exit status 1 from this severity on: info, low (default), medium, high, never", "SEVERITY"},
        {"ncc", 0, 0, G_OPTION_ARG_STRING, &words->ncc,
         "What NCC is compared with after a DAPS fallback: that of the active key (default) or the stored one",
         "active|stored"},
        {"cell", 0, 0, G_OPTION_ARG_STRING_ARRAY, &words->cells,
         "A cell UEs may have re-established or resumed in, where no message names it", "PCI:SSB-ARFCN"},
        {"drb", 0, 0, G_OPTION_ARG_STRING_ARRAY, &words->drbs,
         "A DRB that the capture does not show being set up, for example 4:1:am18:18, in LTE 3:1:am10:12",
         "LCID:DRB:RLC:PDCP"},
        {"allow-partial", 0, 0, G_OPTION_ARG_NONE, &words->allow_partial,
         "Exit status 0 or 1 although something could not be read or judged", NULL},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &words->jobs, "Files read at a time (default: processors)", "N"},
        {"max-ues", 0, 0, G_OPTION_ARG_INT, &words->max_ues,
         "UEs of one capture that are followed at a time (default 65536); the one met longest ago gives way", "N"},
        {"max-memory", 0, 0, G_OPTION_ARG_STRING, &words->max_memory,
         "What the UEs of one capture may cost in memory, in octets or with K, M or G (default 256M)", "SIZE"},
        {"max-spool", 0, 0, G_OPTION_ARG_STRING, &words->max_spool,
         "What may wait in temporary files: octets, or with K, M or G (default 1G)", "SIZE"},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &words->verbose, "List every message that could not be read", NULL},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &words->quiet, "No progress, no notes, only errors", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->paths, NULL, NULL},
        {0},
    };

    g_option_context_add_main_entries(context, entries, NULL);
}

/* What belongs to some commands only. */
static void add_own_options(GOptionContext *context, struct options *options, struct option_words *words,
                            const struct options_command *command)
{
    const GOptionEntry keys_entries[] = {
        {"save-keys", 0, 0, G_OPTION_ARG_NONE, &words->save_keys,
         "Write the AS keys that a phone's log names by value as LEAF lines of a key log", NULL},
        {"wireshark", 0, 0, G_OPTION_ARG_NONE, &words->wireshark,
         "Write Wireshark's PDCP-NR key table: the AS keys themselves", NULL},
        {0},
    };
    const GOptionEntry list_entries[] = {
        {"table", 0, 0, G_OPTION_ARG_STRING, &words->table, "What CSV lists: findings (default) or handovers", "TABLE"},
        {"no-sandbox", 0, 0, G_OPTION_ARG_NONE, &words->no_sandbox,
         "Read captures with all rights of the user, for libraries in unusual places", NULL},
        {"color", 0, 0, G_OPTION_ARG_STRING, &words->colour, "auto (default), always or never", "WHEN"},
        {0},
    };
    const GOptionEntry evidence_entries[] = {
        {"excerpt", 0, 0, G_OPTION_ARG_FILENAME, &options->excerpt,
         "Write the smallest capture that still shows the findings", "OUT.pcapng"},
        {"tdoc", 0, 0, G_OPTION_ARG_NONE, &words->tdoc,
         "A contribution draft: observations, room for proposals, the evidence as annex", NULL},
        {"tamarin", 0, 0, G_OPTION_ARG_NONE, &words->tamarin,
         "As --format tamarin: a theory whose lemma says that no key is made for two attempts", NULL},
        {"anonymize", 0, 0, G_OPTION_ARG_NONE, &words->anonymize,
         "Remove or replace identities, addresses, NAS payload, comments and file names in report and excerpt", NULL},
        {"liaison", 0, 0, G_OPTION_ARG_NONE, &words->liaison, "Answer the liaison's four questions by each capture",
         NULL},
        {0},
    };
    const GOptionEntry why_entries[] = {
        {"why", 0, 0, G_OPTION_ARG_NONE, &words->why, "Tell of each name of a UE why it is that UE's", NULL},
        {0},
    };
    const GOptionEntry what_if_entries[] = {
        {"what-if", 0, 0, G_OPTION_ARG_STRING, &words->what_if,
         "Replay the events as if the network had done so, and say which findings vanish, stay or appear: refresh, "
         "fresh-nh, nh-consumed, other-cell, other-algorithms, cfra, fresh-input, count-kept or all",
         "MITIGATION"},
        {0},
    };

    g_option_context_add_main_entries(context, command->evidence ? evidence_entries : list_entries, NULL);
    if (command->wireshark)
        g_option_context_add_main_entries(context, keys_entries, NULL);
    if (command->why)
        g_option_context_add_main_entries(context, why_entries, NULL);
    if (command->what_if)
        g_option_context_add_main_entries(context, what_if_entries, NULL);
}

static int parse_words(struct options *options, struct option_words *words, const struct options_command *command,
                       int argc, char **argv)
{
    GOptionContext *context = g_option_context_new(command->parameters);
    GError *error = NULL;
    char *prgname = g_strconcat("dapsaudit ", command->name, NULL);
    char **words_split = split_short_options(argc, argv);
    int status = GO_ON;

    g_set_prgname(prgname);
    g_option_context_set_help_enabled(context, FALSE);
    add_common_options(context, options, words, command);
    add_own_options(context, options, words, command);
    g_option_context_set_summary(context, command->summary);
    g_option_context_set_description(context, command->description);
    if (!g_option_context_parse_strv(context, &words_split, &error)) {
        status = options_refused(command->name, error);
    } else if (words->help) {
        status = show_help(context);
    }
    g_option_context_free(context);
    g_free(prgname);
    g_strfreev(words_split);
    return status;
}

bool options_parse(struct options *options, const struct options_command *command, int argc, char **argv, int *status)
{
    struct option_words words = {0};

    options->fail_on = DAPS_SEVERITY_LOW;
    *status = parse_words(options, &words, command, argc, argv);
    if (*status == GO_ON && (!option_words_take(options, &words, command->evidence) || !have_paths(options, command)))
        *status = EXIT_USAGE;
    g_free(words.format);
    g_free(words.fail_on);
    g_free(words.colour);
    g_free(words.table);
    g_free(words.ncc);
    g_free(words.what_if);
    g_free(words.max_spool);
    g_free(words.max_memory);
    g_strfreev(words.drbs);
    g_strfreev(words.cells);
    return *status == GO_ON;
}

void options_confine(const struct options *options)
{
    const struct sandbox sandbox = {
        .inputs = options->paths, .output = options->output, .excerpt = options->excerpt, .verbose = options->verbose};

    if (!options->no_sandbox)
        sandbox_enter(&sandbox);
}

void options_clear(struct options *options)
{
    daps_keylog_free(options->keylog);
    process_scrub_stack();
    g_free(options->output);
    g_free(options->excerpt);
    g_free(options->keys);
    g_strfreev(options->paths);
}
