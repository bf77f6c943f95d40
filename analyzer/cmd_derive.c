/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dapsaudit derive WHAT ...: one derivation by hand, with its KDF input spelled out. */
#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "commands.h"
#include "daps/derivations.h"
#include "daps/kdf.h"
#include "options.h"
#include "process.h"
#include "say.h"

struct request {
    enum daps_derive what;
    const struct daps_derive_row *row;
    uint8_t key[32], sync[32];
    int64_t pci, arfcn, count, access, counter, direction, steps;
    int64_t ciphering, integrity;
    const char *format;
};

struct line {
    char name[24];
    uint8_t s[DAPS_S_MOST];
    size_t s_octets;
    uint8_t key[32]; /* result */
};

#define MOST_LINES 256

/* ---- the derivations ---- */

static bool takes(const struct daps_derive_row *row, enum daps_input input)
{
    return row->inputs[0].input == input || row->inputs[1].input == input;
}

/* One line: S and what comes of it. */
static bool derive_line(const struct request *r, const struct daps_inputs *inputs, const char *name, struct line *line)
{
    memset(line, 0, sizeof *line);
    g_strlcpy(line->name, name, sizeof line->name);
    line->s_octets = daps_derive_s(r->what, inputs, line->s);
    return daps_kdf(r->key, line->s, line->s_octets, line->key);
}

/* A.8: only the 16 least significant octets serve a 128-bit algorithm; all 32 are shown. */
static unsigned derive_as_keys(const struct request *r, struct line *lines)
{
    static const struct {
        const char *name;
        enum daps_key_use use;
        bool ciphering;
    } uses[] = {{"KRRCenc", DAPS_USE_RRC_ENC, true},
                {"KRRCint", DAPS_USE_RRC_INT, false},
                {"KUPenc", DAPS_USE_UP_ENC, true},
                {"KUPint", DAPS_USE_UP_INT, false}};
    unsigned n = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(uses); i++) {
        const struct daps_inputs inputs = {
            .number = {[DAPS_INPUT_USE] = (uint32_t)uses[i].use,
                       [DAPS_INPUT_ALGORITHM] = (uint32_t)(uses[i].ciphering ? r->ciphering : r->integrity)}};
        if (!derive_line(r, &inputs, uses[i].name, &lines[n++]))
            return 0;
    }
    return n;
}

/* A.10: SYNC is the previous NH from the second step on. */
static unsigned derive_nh(const struct request *r, struct line *lines)
{
    struct daps_inputs inputs = {.sync = r->sync};

    for (unsigned n = 0; n < (unsigned)r->steps; n++) {
        char name[24];
        g_snprintf(name, sizeof name, "NH%u", n + 1);
        if (!derive_line(r, &inputs, name, &lines[n]))
            return 0;
        inputs.sync = lines[n].key;
    }
    return (unsigned)r->steps;
}

static unsigned derive(const struct request *r, struct line *lines)
{
    const struct daps_inputs inputs = {.number = {[DAPS_INPUT_PCI] = (uint32_t)r->pci,
                                                  [DAPS_INPUT_ARFCN] = (uint32_t)r->arfcn,
                                                  [DAPS_INPUT_COUNT] = (uint32_t)r->count,
                                                  [DAPS_INPUT_ACCESS] = (uint32_t)r->access,
                                                  [DAPS_INPUT_COUNTER] = (uint32_t)r->counter,
                                                  [DAPS_INPUT_DIRECTION] = (uint32_t)r->direction}};

    if (takes(r->row, DAPS_INPUT_ALGORITHM))
        return derive_as_keys(r, lines);
    if (takes(r->row, DAPS_INPUT_SYNC))
        return derive_nh(r, lines);
    return derive_line(r, &inputs, r->row->result, &lines[0]) ? 1 : 0;
}

/* ---- output ---- */

static void print_hex(const uint8_t *octets, size_t n)
{
    for (size_t i = 0; i < n; i++)
        printf("%02x", octets[i]);
}

static void print_text(const struct request *r, const struct line *lines, unsigned n)
{
    printf("%s from %s, FC 0x%02X, %s\n", r->row->result, r->row->parent, r->row->fc, r->row->clause);
    for (unsigned i = 0; i < n; i++) {
        printf("  %-8s S = ", lines[i].name);
        print_hex(lines[i].s, lines[i].s_octets);
        printf("\n           = ");
        print_hex(lines[i].key, 32);
        printf("\n");
    }
}

static void print_machine(const struct request *r, const struct line *lines, unsigned n)
{
    const bool csv = strcmp(r->format, "csv") == 0, array = strcmp(r->format, "json") == 0;

    if (csv)
        printf("name,fc,s,value,clause\r\n");
    if (array)
        printf("[");
    for (unsigned i = 0; i < n; i++) {
        if (csv)
            printf("%s,%u,", lines[i].name, r->row->fc);
        else
            printf("%s{\"type\":\"derived\",\"name\":\"%s\",\"fc\":%u,\"s\":\"", array && i > 0 ? "," : "",
                   lines[i].name, r->row->fc);
        print_hex(lines[i].s, lines[i].s_octets);
        printf(csv ? "," : "\",\"value\":\"");
        print_hex(lines[i].key, 32);
        if (csv)
            printf(",%s\r\n", r->row->clause);
        else
            printf("\",\"clause\":\"%s\"}%s", r->row->clause, array ? "" : "\n");
    }
    if (array)
        printf("]\n");
}

/* ---- input ---- */

static G_GNUC_PRINTF(1, 2) bool complain(const char *format, ...)
{
    va_list arguments;
    char *sentence;

    va_start(arguments, format);
    sentence = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    say("derive: %s", sentence);
    g_free(sentence);
    return false;
}

static bool read_key(const char *name, const char *hex, uint8_t out[static 32])
{
    if (strlen(hex) != 64 || strspn(hex, "0123456789abcdefABCDEF") != 64)
        return complain("%s is no key of 64 hexadecimal digits", name);
    for (size_t i = 0; i < 32; i++)
        out[i] = (uint8_t)(g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]));
    return true;
}

static bool read_number(const char *name, const char *text, int64_t most, int64_t *out)
{
    if (text == NULL)
        return complain("--%s is needed for this", name);
    if (!g_ascii_string_to_signed(text, 10, 0, most, out, NULL))
        return complain("--%s '%s' is no number from 0 to %" G_GINT64_FORMAT, name, text, most);
    return true;
}

/* "2", "NEA2" or "EEA2". */
static bool read_algorithm(const char *name, const char *text, int64_t *out)
{
    if (text != NULL && strlen(text) == 4 && g_ascii_isalpha(text[0]))
        text += 3;
    return read_number(name, text, 7, out);
}

/* A key on the command line is seen by every user of the machine; a file or standard input is not. */
static bool read_key_file(const char *path, uint8_t out[static 32])
{
    char line[128] = "";
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    struct stat st;
    bool ok;

    if (file == NULL)
        return complain("%s cannot be opened", path);
    if (file != stdin && fstat(fileno(file), &st) == 0 && (st.st_mode & S_IROTH) != 0)
        say("warning: %s can be read by everyone", path);
    if (fgets(line, sizeof line, file) == NULL)
        line[0] = '\0';
    line[strcspn(line, "\r\n \t")] = '\0';
    ok = read_key("the key in the file", line, out);
    daps_wipe(line, sizeof line);
    if (file != stdin)
        fclose(file);
    return ok;
}

struct arguments {
    gchar *key, *key_file, *pci, *arfcn, *count, *access, *sync, *counter, *ciphering, *integrity, *direction, *steps;
    gchar *format;
};

static bool read_inputs(struct request *r, const struct arguments *a)
{
    const struct daps_derive_row *row = r->row;

    if (a->key == NULL && a->key_file == NULL)
        return complain("--key HEX or --key-file FILE with the %s is needed", r->row->parent);
    if (!(a->key != NULL ? read_key("--key", a->key, r->key) : read_key_file(a->key_file, r->key)))
        return false;
    if (takes(row, DAPS_INPUT_PCI) &&
        !read_number("pci", a->pci, r->what == DAPS_DERIVE_KENB_STAR ? 503 : 1007, &r->pci))
        return false;
    if (takes(row, DAPS_INPUT_ARFCN) && !read_number("arfcn", a->arfcn, 3279165, &r->arfcn))
        return false;
    if (takes(row, DAPS_INPUT_COUNT) && !read_number("nas-count", a->count, UINT32_MAX, &r->count))
        return false;
    if (takes(row, DAPS_INPUT_ACCESS) && !read_number("access", a->access != NULL ? a->access : "1", 2, &r->access))
        return false;
    if (takes(row, DAPS_INPUT_SYNC) &&
        (a->sync == NULL ? !complain("--%s is needed: the first KgNB, or the previous NH", "sync")
                         : !read_key("--sync", a->sync, r->sync)))
        return false;
    if (takes(row, DAPS_INPUT_SYNC) && !read_number("steps", a->steps != NULL ? a->steps : "1", MOST_LINES, &r->steps))
        return false;
    if (takes(row, DAPS_INPUT_COUNTER) && !read_number("counter", a->counter, 65535, &r->counter))
        return false;
    if (takes(row, DAPS_INPUT_DIRECTION) && !read_number("direction", a->direction, 1, &r->direction))
        return false;
    return !takes(row, DAPS_INPUT_ALGORITHM) || (read_algorithm("ciphering", a->ciphering, &r->ciphering) &&
                                                 read_algorithm("integrity", a->integrity, &r->integrity));
}

static enum daps_derive find_what(const char *name)
{
    unsigned what = 0;

    while (what < DAPS_DERIVE_COUNT && strcmp(daps_derive_row((enum daps_derive)what)->name, name) != 0)
        what++;
    return (enum daps_derive)what;
}

static void list_whats(FILE *file)
{
    fprintf(file, "WHAT is one of\n");
    for (unsigned i = 0; i < DAPS_DERIVE_COUNT; i++) {
        const struct daps_derive_row *row = daps_derive_row((enum daps_derive)i);
        fprintf(file, "  %-12s %s from %s (%s)\n", row->name, row->result, row->parent, row->clause);
    }
}

static int run(const char *name, const struct arguments *a)
{
    static const char *const formats[] = {"text", "ndjson", "json", "csv", NULL};
    struct request r = {.what = find_what(name), .format = a->format != NULL ? a->format : "text"};
    struct line *lines;
    unsigned n;
    int status = EXIT_USAGE;

    if (r.what == DAPS_DERIVE_COUNT) {
        complain("nothing called '%s' can be derived", name);
        list_whats(stderr);
        return EXIT_USAGE;
    }
    if (!g_strv_contains(formats, r.format)) {
        complain("--format '%s' is none of text, ndjson, json, csv", r.format);
        return EXIT_USAGE;
    }
    r.row = daps_derive_row(r.what);
    lines = g_new0(struct line, MOST_LINES);
    if (read_inputs(&r, a)) {
        n = derive(&r, lines);
        if (n == 0) {
            complain("the crypto library refused %s", name);
            status = EXIT_UNREADABLE;
        } else {
            (strcmp(r.format, "text") == 0 ? print_text : print_machine)(&r, lines, n);
            status = fflush(stdout) == 0 ? EXIT_CLEAN : EXIT_UNREADABLE;
        }
    }
    daps_wipe(lines, MOST_LINES * sizeof *lines);
    daps_wipe(&r, sizeof r);
    g_free(lines);
    return status;
}

static void wipe_text(gchar *text)
{
    if (text != NULL)
        daps_wipe(text, strlen(text));
    g_free(text);
}

static void arguments_free(struct arguments *a)
{
    wipe_text(a->key);
    wipe_text(a->sync);
    g_free(a->key_file);
    g_free(a->pci);
    g_free(a->arfcn);
    g_free(a->count);
    g_free(a->access);
    g_free(a->counter);
    g_free(a->ciphering);
    g_free(a->integrity);
    g_free(a->direction);
    g_free(a->steps);
    g_free(a->format);
}

int daps_cmd_derive(int argc, char **argv)
{
    struct arguments a = {0};
    const GOptionEntry entries[] = {
        {"key", 0, 0, G_OPTION_ARG_STRING, &a.key, "Parent key", "HEX"},
        {"kamf", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &a.key, NULL, "HEX"},
        {"kasme", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &a.key, NULL, "HEX"},
        {"key-file", 0, 0, G_OPTION_ARG_FILENAME, &a.key_file, "File with the parent key (- for standard input)",
         "FILE"},
        {"pci", 0, 0, G_OPTION_ARG_STRING, &a.pci, "Target physical cell identity", "N"},
        {"arfcn", 0, 0, G_OPTION_ARG_STRING, &a.arfcn, "NR-ARFCN of the target's SSB, or EARFCN-DL", "N"},
        {"ssb-arfcn", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &a.arfcn, NULL, "N"},
        {"nas-count", 0, 0, G_OPTION_ARG_STRING, &a.count, "NAS COUNT", "N"},
        {"ul-nas-count", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &a.count, NULL, "N"},
        {"access", 0, 0, G_OPTION_ARG_STRING, &a.access, "Access type distinguisher (default 1, 3GPP access)", "N"},
        {"direction", 0, 0, G_OPTION_ARG_STRING, &a.direction, "Direction: 0 idle mode, 1 handover", "N"},
        {"sync", 0, 0, G_OPTION_ARG_STRING, &a.sync, "First KgNB (KeNB), or the previous NH", "HEX"},
        {"steps", 0, 0, G_OPTION_ARG_STRING, &a.steps, "Steps of the NH chain (default 1)", "N"},
        {"counter", 0, 0, G_OPTION_ARG_STRING, &a.counter, "SK counter", "N"},
        {"ciphering", 0, 0, G_OPTION_ARG_STRING, &a.ciphering, "Ciphering algorithm, NEA2 or 2", "ALG"},
        {"integrity", 0, 0, G_OPTION_ARG_STRING, &a.integrity, "Integrity algorithm, NIA2 or 2", "ALG"},
        {"format", 0, 0, G_OPTION_ARG_STRING, &a.format, "text, ndjson, json or csv", "FORMAT"},
        G_OPTION_ENTRY_NULL};
    GOptionContext *context = g_option_context_new("WHAT - one key derivation by hand");
    GError *error = NULL;
    int status = EXIT_USAGE;

    process_guard_keys();
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_description(context, "The derived key is printed: that is what was asked for.");
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        status = options_refused("derive", error);
    } else if (argc != 2) {
        complain("%s", argc < 2 ? "WHAT is missing" : "one WHAT at a time");
        list_whats(stderr);
    } else {
        status = run(argv[1], &a);
    }
    g_option_context_free(context);
    process_scrub_stack();
    arguments_free(&a);
    return status;
}
