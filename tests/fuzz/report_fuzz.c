/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer harness of every form of report under hostile names: the capture is always the same, and has a repeated
 * key.
 *
 *     u8 form | u8 octets of a file name | file name | name of a UE
 *
 * No name does more in the output than stand there: no control character, no cell that is a formula, and as much markup
 * as with a harmless name.
 */
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit_run.h"
#include "daps/keylog.h"
#include "evidence/evidence.h"
#include "evidence/plots.h"
#include "fuzz.h"
#include "judge_run.h"
#include "synth/scenario.h"

static const char scenario[] =
    "cell A pci 11 ssb-arfcn 630000\ncell B pci 22 ssb-arfcn 632628\n"
    "ue 1 c-rnti 17921 in A kamf f1f2f3f4f5f6f7f8f9fafbfcfdfeff00112233445566778899aabbccddeeff00 "
    "ul-nas-count 7\nconnect\nsecurity nea 2 nia 2\ndaps-handover to B ncc 0\ncomplete\n"
    "fallback\ndaps-handover to B ncc 0\ncomplete\nsource-release\ncomplete\n";

static const struct form {
    enum report_format format;
    enum report_view view;
    enum report_table table;
    bool judge, why, colour;
} forms[] = {
    {REPORT_TEXT, REPORT_AUDIT, REPORT_TABLE_FINDINGS, false, true, false},
    {REPORT_TEXT, REPORT_AUDIT, REPORT_TABLE_FINDINGS, false, false, true},
    {REPORT_NDJSON, REPORT_AUDIT, REPORT_TABLE_FINDINGS, false, true, false},
    {REPORT_JSON, REPORT_AUDIT, REPORT_TABLE_FINDINGS, false, false, false},
    {REPORT_CSV, REPORT_AUDIT, REPORT_TABLE_FINDINGS, false, false, false},
    {REPORT_CSV, REPORT_AUDIT, REPORT_TABLE_HANDOVERS, false, false, false},
    {REPORT_TEXT, REPORT_EVENTS, REPORT_TABLE_FINDINGS, false, false, false},
    {REPORT_CSV, REPORT_EVENTS, REPORT_TABLE_FINDINGS, false, false, false},
    {REPORT_TEXT, REPORT_KEYS, REPORT_TABLE_FINDINGS, false, false, false},
    {REPORT_CSV, REPORT_KEYS, REPORT_TABLE_FINDINGS, false, false, false},
    {REPORT_WIRESHARK, REPORT_KEYS, REPORT_TABLE_FINDINGS, false, false, false},
    {REPORT_HTML, REPORT_EVIDENCE, REPORT_TABLE_FINDINGS, false, false, false},
    {REPORT_MARKDOWN, REPORT_EVIDENCE, REPORT_TABLE_FINDINGS, false, false, false},
    {REPORT_EVIDENCE_JSON, REPORT_EVIDENCE, REPORT_TABLE_FINDINGS, false, false, false},
    {REPORT_TEXT, REPORT_AUDIT, REPORT_TABLE_FINDINGS, true, false, false},
    {REPORT_NDJSON, REPORT_AUDIT, REPORT_TABLE_FINDINGS, true, false, false},
    {REPORT_CSV, REPORT_AUDIT, REPORT_TABLE_HANDOVERS, true, false, false},
    {REPORT_CSV, REPORT_AUDIT, REPORT_TABLE_FINDINGS, true, false, false},
};

static GString *pcap, *key_log;

/* ---- the capture ---- */

static bool on_open(void *user, int link_type)
{
    const uint32_t head[] = {0xa1b23c4d, 0x00040002, 0, 0, 262144, (uint32_t)link_type};

    g_string_append_len(user, (const char *)head, sizeof head);
    return true;
}

static bool on_frame(void *user, int64_t time_ns, const GByteArray *octets)
{
    const uint32_t record[] = {(uint32_t)(time_ns / 1000000000), (uint32_t)(time_ns % 1000000000), octets->len,
                               octets->len};

    g_string_append_len(user, (const char *)record, sizeof record);
    g_string_append_len(user, (const char *)octets->data, octets->len);
    return true;
}

static void on_key(void *user, const char *line)
{
    (void)user;
    g_string_append_printf(key_log, "%s\n", line);
}

/* A folder of our own to name files in. */
static char *folder;

static void leave(void)
{
    if (chdir("/") == 0)
        g_rmdir(folder);
}

static void prepare(void)
{
    const struct synth_options options = {0};
    struct synth_sink sink = {NULL, on_open, on_frame, on_key};
    char *error;

    pcap = g_string_new(NULL);
    key_log = g_string_new(NULL);
    sink.user = pcap;
    error = synth_play("s", scenario, &options, &sink);
    if (error != NULL)
        fprintf(stderr, "%s\n", error);
    must(error == NULL);
    folder = g_dir_make_tmp("fuzz-XXXXXX", NULL);
    must(folder != NULL && chdir(folder) == 0 && atexit(leave) == 0);
}

/* ---- one run ---- */

static struct daps_keylog *keys_of(const char *ue)
{
    struct daps_keylog *keylog = daps_keylog_new();
    char **lines = g_strsplit(key_log->str, "\n", -1), *own, error[200];

    for (unsigned i = 0; lines[i] != NULL; i++)
        must(daps_keylog_add_line(keylog, lines[i], error, sizeof error));
    own = g_strdup_printf("KGNB %s %064d", ue, 1);
    (void)daps_keylog_add_line(keylog, own, error, sizeof error);
    g_free(own);
    g_strfreev(lines);
    return keylog;
}

static void free_overview(gpointer data)
{
    struct evidence_overview *row = data;

    g_free(row->name);
    g_free(row->verdict);
    g_free(row);
}

static GString *write_form(const struct form *form, const char *path, const char *ue)
{
    struct options options;
    struct evidence_wish wish = {.options = &options, .liaison = true, .command_line = (char *)path};
    GString *said;

    fuzz_options(&options, form->format, form->view);
    options.style.table = form->table;
    options.style.why = form->why;
    options.style.colour = form->colour;
    options.keylog = keys_of(ue);
    if (form->view == REPORT_EVIDENCE) {
        wish.plots = plots_new();
        wish.stand_ins = g_hash_table_new(g_str_hash, g_str_equal);
        wish.overview = g_ptr_array_new_with_free_func(free_overview);
        options.style.evidence = &wish;
    }
    said = fuzz_run(&options, path, form->judge ? judge_run_events : audit_run_capture);
    if (form->view == REPORT_EVIDENCE) {
        g_hash_table_unref(wish.stand_ins);
        g_ptr_array_unref(wish.overview);
        plots_free(wish.plots);
    }
    fuzz_options_clear(&options);
    return said;
}

/* Event lines of the capture, in which the one UE has that name. */
static GString *events_of(const char *path, const char *ue)
{
    static const struct form form = {.format = REPORT_NDJSON, .view = REPORT_EVENTS};
    GString *events = write_form(&form, path, "x");
    struct outbuf name;

    outbuf_init(&name, NULL, NULL);
    outbuf_string(&name, "\"ue\":\"");
    for (const char *c = ue; *c != '\0'; c++)
        outbuf_printf(&name, (unsigned char)*c < ' ' || *c == '"' || *c == '\\' ? "\\u%04x" : "%c", (unsigned char)*c);
    outbuf_octets(&name, "\"", 2);
    g_string_replace(events, "\"ue\":\"UE 1\"", name.octets, 0);
    outbuf_clear(&name);
    return events;
}

static GString *run(const struct form *form, const char *name, const char *ue)
{
    int file, second;
    char *path = fuzz_file(pcap->str, pcap->len, &file), *lines = NULL;
    GString *said, *events;

    must(symlink(path, name) == 0);
    if (form->judge) {
        events = events_of(name, ue);
        lines = fuzz_file(events->str, events->len, &second);
        g_string_free(events, TRUE);
        said = write_form(form, lines, ue);
        close(second);
    } else {
        said = write_form(form, name, ue);
    }
    g_unlink(name);
    g_free(lines);
    g_free(path);
    close(file);
    return said;
}

/* ---- what must hold ---- */

/* Those behind a backslash are text, where that is said so. */
static unsigned count(const GString *text, char wanted, bool escapes)
{
    bool escaped = false;
    unsigned n = 0;

    for (gsize i = 0; i < text->len; i++) {
        n += text->str[i] == wanted && !(escapes && escaped);
        escaped = text->str[i] == '\\' && !escaped;
    }
    return n;
}

static void same_markup(const GString *said, const GString *harmless, const char *marks, bool escapes)
{
    for (; *marks != '\0'; marks++) {
        if (count(said, *marks, escapes) != count(harmless, *marks, escapes))
            fuzz_fail(__FILE__, __LINE__, said->str);
    }
}

/* No cell of CSV begins with what makes a formula of it; a number may begin with its sign. */
static void no_formulas(const GString *said)
{
    bool quoted = false, begins = true;

    for (gsize i = 0; i < said->len; i++) {
        const char c = said->str[i], first = c == '"' && begins ? said->str[i + 1] : c;
        if (begins)
            must(strchr("=+@\t", first) == NULL && (first != '-' || g_ascii_isdigit(said->str[i + 1])));
        if (c == '"')
            quoted = !quoted; /* twice in a cell: it is over and begins again, which comes to the same */
        begins = !quoted && (c == ',' || c == '\n');
    }
    must(!quoted);
}

static void no_escapes(GString *said, bool colour)
{
    GString *bare = g_string_sized_new(said->len);

    for (gsize i = 0; i < said->len; i++) {
        if (colour && said->str[i] == '\033' && said->str[i + 1] == '[')
            i += 1 + strspn(said->str + i + 2, "0123456789;") + 1;
        else
            g_string_append_c(bare, said->str[i]);
    }
    fuzz_is_plain(bare->str, bare->len);
    g_string_free(bare, TRUE);
}

static void holds(const struct form *form, GString *said, const GString *harmless)
{
    if (form->format == REPORT_NDJSON)
        fuzz_is_ndjson(said);
    no_escapes(said, form->colour);
    if (form->format == REPORT_HTML)
        same_markup(said, harmless, "<>\"", false);
    if (form->format == REPORT_MARKDOWN)
        same_markup(said, harmless, "<|\n", true);
    if (form->format == REPORT_TEXT && !form->judge)
        must(count(said, '\n', false) >= count(harmless, '\n', false));
    if (form->format == REPORT_CSV)
        no_formulas(said);
    if (form->format == REPORT_JSON || form->format == REPORT_EVIDENCE_JSON)
        fuzz_is_json(said->str, said->len);
}

static char *name_of(struct feed *feed, uint32_t octets)
{
    uint8_t *own = feed_octets(feed, &octets);
    char *name = g_strndup((const char *)own, octets);

    free(own);
    g_strdelimit(name, "/", '_');
    if (name[0] == '\0' || strcmp(name, "-") == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        g_free(name);
        return g_strdup("n");
    }
    return name;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed feed = {data, size};
    const struct form *form = &forms[feed_number(&feed, 1) % G_N_ELEMENTS(forms)];
    char *name = name_of(&feed, feed_number(&feed, 1) % 200), *ue = name_of(&feed, 200);
    GString *said, *harmless;

    if (pcap == NULL)
        prepare();
    said = run(form, name, ue);
    harmless = run(form, "x", "x");
    holds(form, said, harmless);
    g_string_free(said, TRUE);
    g_string_free(harmless, TRUE);
    g_free(name);
    g_free(ue);
    return 0;
}
