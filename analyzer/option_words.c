/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the words of a command line mean, and sentences about those that mean nothing. */
#include "option_words.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/capture.h"
#include "keyfile.h"
#include "process.h"
#include "say.h"
#include "what_if.h"

#define MOST_JOBS 256

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
static bool take_format(struct options *options, const struct option_words *words, bool evidence)
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

static bool take_limits(struct options *options, const struct option_words *words)
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
static bool take_forms(struct options *options, const struct option_words *words)
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

static bool take_lists(struct options *options, const struct option_words *words)
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

bool option_words_take(struct options *options, const struct option_words *words, bool evidence)
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
