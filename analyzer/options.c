/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shared options: their names, their values, and sentences about wrong ones. */
#include "options.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/capture.h"
#include "commands.h"
#include "keyfile.h"
#include "process.h"
#include "sandbox.h"
#include "say.h"
#include "what_if.h"

#define MOST_JOBS 256

/* As they come from the command line. */
struct words {
    gboolean help, show_keys, no_sandbox, verbose, quiet, wireshark, save_keys, why, allow_partial, liaison, anonymize,
        tdoc, tamarin;
    char *format, *fail_on, *colour, *table, *ncc, *what_if;
    char **drbs, **cells, *max_spool, *max_memory;
    int jobs, max_ues;
};

static bool pick(const char *option, const char *word, const char *const *choices, unsigned *out)
{
    char *all;

    if (word == NULL)
        return true;
    for (unsigned i = 0; choices[i] != NULL; i++) {
        if (strcmp(word, choices[i]) == 0) {
            *out = i;
            return true;
        }
    }
    all = g_strjoinv(", ", (char **)choices);
    say("--%s %s: must be one of %s", option, word, all);
    g_free(all);
    return false;
}

static unsigned small_number(const char *word, unsigned least, unsigned most)
{
    guint64 value = 0;

    return word != NULL && g_ascii_string_to_unsigned(word, 10, least, most, &value, NULL) ? (unsigned)value : 0;
}

struct rlc_mode {
    enum daps_rat rat;
    const char *name;
    bool am;
    uint8_t sn;
};

static bool is_drb(const struct daps_framing_drb *drb)
{
    if (drb->rat == DAPS_RAT_NR) /* TS 38.321 6.2.1, TS 38.323 6.2.2 */
        return drb->lcid >= 4 && drb->lcid <= 32 && (drb->pdcp_sn == 12 || drb->pdcp_sn == 18);
    return ((drb->lcid >= 3 && drb->lcid <= 10) || (drb->lcid >= 32 && drb->lcid <= 38)) && /* TS 36.321 6.2.1 */
           (drb->pdcp_sn == 7 || drb->pdcp_sn == 12 || drb->pdcp_sn == 15 || drb->pdcp_sn == 18);
}

/* "LCID:DRB:RLC:PDCP": RLC tells the technology. */
static bool take_drb(struct options *options, const char *word)
{
    static const struct rlc_mode modes[] = {{DAPS_RAT_NR, "am12", true, 12},  {DAPS_RAT_NR, "am18", true, 18},
                                            {DAPS_RAT_NR, "um6", false, 6},   {DAPS_RAT_NR, "um12", false, 12},
                                            {DAPS_RAT_LTE, "am10", true, 10}, {DAPS_RAT_LTE, "am16", true, 16},
                                            {DAPS_RAT_LTE, "um5", false, 5},  {DAPS_RAT_LTE, "um10", false, 10}};
    char **words = g_strsplit(word, ":", 5);
    const bool four = g_strv_length(words) == 4;
    bool taken = false;

    for (size_t i = 0; four && i < G_N_ELEMENTS(modes) && options->n_drbs < DAPS_FRAMING_MAX_DRBS; i++) {
        const struct daps_framing_drb drb = {.rat = modes[i].rat,
                                             .lcid = (uint8_t)small_number(words[0], 3, 38),
                                             .drb = (uint8_t)small_number(words[1], 1, 32),
                                             .am = modes[i].am,
                                             .rlc_sn = modes[i].sn,
                                             .pdcp_sn = (uint8_t)small_number(words[3], 7, 18)};
        if (strcmp(words[2], modes[i].name) != 0 || drb.drb == 0 || !is_drb(&drb))
            continue;
        options->drbs[options->n_drbs++] = drb;
        taken = true;
    }
    g_strfreev(words);
    if (!taken)
        say("--drb %s: must be LCID:DRB:RLC:PDCP, RLC one of am12, am18, um6, um12 with PDCP 12 or 18, or of LTE's "
            "am10, "
            "am16, um5, um10 with PDCP 7, 12, 15 or 18",
            word);
    return taken;
}

/* PCI:SSB-ARFCN */
static bool take_cell(struct options *options, const char *word)
{
    char **words = g_strsplit(word, ":", 0);
    uint64_t pci = 0, arfcn = 0;
    const bool taken = options->n_cells < OPTIONS_MOST_CELLS && g_strv_length(words) == 2 &&
                       g_ascii_string_to_unsigned(words[0], 10, 0, 1007, &pci, NULL) &&
                       g_ascii_string_to_unsigned(words[1], 10, 0, 3279165, &arfcn, NULL);

    if (taken)
        options->cells[options->n_cells++] = (struct daps_cell){(int32_t)pci, (int32_t)arfcn};
    else
        say("--cell %s: must be PCI:SSB-ARFCN, at most %d of them", word, OPTIONS_MOST_CELLS);
    g_strfreev(words);
    return taken;
}

/* Octets, or with a letter 1024, 1024^2 or 1024^3 of them. */
static bool take_size(const char *option, const char *word, uint64_t *out)
{
    static const char letters[] = "KMG";
    const size_t length = word != NULL ? strlen(word) : 0;
    const char *letter = length > 1 ? strchr(letters, g_ascii_toupper(word[length - 1])) : NULL;
    const unsigned shift = letter != NULL ? 10 * (unsigned)(letter - letters + 1) : 0;
    char *digits = g_strndup(word, letter != NULL ? length - 1 : length);
    const bool taken =
        word == NULL || g_ascii_string_to_unsigned(digits, 10, 0, (UINT64_C(1) << 62) >> shift, out, NULL);

    g_free(digits);
    if (!taken)
        say("--%s %s: must be a number of octets, which K, M or G may follow", option, word);
    else if (word != NULL)
        *out <<= shift;
    return taken;
}

static void say_on_stderr(void *user, bool is_error, const char *sentence)
{
    (void)user;
    (void)is_error;
    say("%s", sentence);
}

struct daps_keylog *options_keylog(const char *path)
{
    struct daps_keylog *keylog;

    process_guard_keys();
    keylog = keyfile_load(path, say_on_stderr, NULL);
    process_scrub_stack();
    return keylog;
}

static bool colour_wanted(unsigned choice, const struct options *options)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

    if (choice != 0)
        return choice == 1;
    return options->output == NULL && isatty(STDOUT_FILENO) == 1 && (no_color == NULL || no_color[0] == '\0') &&
           (term == NULL || strcmp(term, "dumb") != 0);
}

/* Of a report: its formats are those from REPORT_HTML on. */
static bool take_format(struct options *options, const struct words *words, bool evidence)
{
    static const char *const formats[] = {"text", "ndjson", "json", "csv", NULL};
    static const char *const evidence_formats[] = {"html", "markdown", "json", "csv", "tamarin", NULL};
    unsigned format = evidence ? options->style.format - REPORT_HTML : options->style.format;

    if (!pick("format", words->format, evidence ? evidence_formats : formats, &format))
        return false;
    options->style.format = (enum report_format)(evidence ? format + REPORT_HTML : format);
    return true;
}

static bool take_what_if(struct options *options, const char *word)
{
    char *names;

    options->what_if = word != NULL ? what_if_bits(word) : 0;
    if (word == NULL)
        return true;
    if (options->what_if != 0 && options->style.format != REPORT_CSV)
        return true;
    names = what_if_names();
    if (options->what_if == 0)
        say("--what-if %s: must be one of %s", word, names);
    else
        say("--what-if has no CSV; --format ndjson or json has it");
    g_free(names);
    return false;
}

static bool take_limits(struct options *options, const struct words *words)
{
    options->max_spool = DAPS_CAPTURE_MAX_SPOOL;
    if (!take_size("max-spool", words->max_spool, &options->max_spool) ||
        !take_size("max-memory", words->max_memory, &options->max_memory))
        return false;
    options->style.max_spool = MAX(options->max_spool, 1);
    if (words->max_ues < 0) {
        say("--max-ues %d: must be 1 or more", words->max_ues);
        return false;
    }
    options->max_ues = (unsigned)words->max_ues;
    if (words->jobs < 0 || words->jobs > MOST_JOBS) {
        say("--jobs %d: must be 1 to %d", words->jobs, MOST_JOBS);
        return false;
    }
    options->jobs = words->jobs > 0 ? (unsigned)words->jobs : g_get_num_processors();
    return true;
}

/* Forms that have an option of their own. */
static bool take_forms(struct options *options, const struct words *words)
{
    if (words->wireshark)
        options->style.format = REPORT_WIRESHARK;
    if (words->save_keys)
        options->style.format = REPORT_LEAVES;
    if (words->tamarin)
        options->style.format = REPORT_TAMARIN;
    if (words->tdoc && options->style.format != REPORT_HTML && options->style.format != REPORT_MARKDOWN) {
        say("--tdoc is a document: --format html or markdown");
        return false;
    }
    if (words->anonymize && words->show_keys) {
        say("--anonymize and --show-keys do not go together: keys open what is said to be closed");
        return false;
    }
    options->liaison = words->liaison;
    options->tdoc = words->tdoc;
    options->anonymize = words->anonymize;
    return true;
}

static bool take_lists(struct options *options, const struct words *words)
{
    for (unsigned i = 0; words->cells != NULL && words->cells[i] != NULL; i++) {
        if (!take_cell(options, words->cells[i]))
            return false;
    }
    for (unsigned i = 0; words->drbs != NULL && words->drbs[i] != NULL; i++) {
        if (!take_drb(options, words->drbs[i]))
            return false;
    }
    return true;
}

static bool take_words(struct options *options, const struct words *words, bool evidence)
{
    static const char *const severities[] = {"info", "low", "medium", "high", "never", NULL};
    static const char *const colours[] = {"auto", "always", "never", NULL};
    static const char *const tables[] = {"findings", "handovers", NULL};
    static const char *const readings[] = {"active", "stored", NULL};
    unsigned colour = 0, table = REPORT_TABLE_FINDINGS, ncc = DAPS_NCC_ACTIVE;

    if (!take_format(options, words, evidence) || !pick("fail-on", words->fail_on, severities, &options->fail_on) ||
        !pick("color", words->colour, colours, &colour) || !pick("table", words->table, tables, &table) ||
        !pick("ncc", words->ncc, readings, &ncc) || !take_limits(options, words))
        return false;
    options->style.table = (enum report_table)table;
    options->style.show_keys = words->show_keys;
    options->style.colour = options->style.format == REPORT_TEXT && colour_wanted(colour, options);
    options->style.why = words->why;
    options->ncc_reading = (enum daps_ncc_reading)ncc;
    options->verbose = words->verbose;
    options->no_sandbox = words->no_sandbox;
    options->allow_partial = words->allow_partial;
    options->quiet = words->quiet;
    if (!take_forms(options, words) || !take_what_if(options, words->what_if) || !take_lists(options, words))
        return false;
    if (options->keys == NULL)
        return true;
    options->keylog = options_keylog(options->keys);
    return options->keylog != NULL;
}

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
static void add_common_options(GOptionContext *context, struct options *options, struct words *words,
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
static void add_own_options(GOptionContext *context, struct options *options, struct words *words,
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

static int parse_words(struct options *options, struct words *words, const struct options_command *command, int argc,
                       char **argv)
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
    struct words words = {0};

    options->fail_on = DAPS_SEVERITY_LOW;
    *status = parse_words(options, &words, command, argc, argv);
    if (*status == GO_ON && (!take_words(options, &words, command->evidence) || !have_paths(options, command)))
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
