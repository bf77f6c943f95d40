/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dapsaudit report: findings as evidence that others can check and repeat. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit_run.h"
#include "commands.h"
#include "evidence/evidence.h"
#include "outfile.h"
#include "process.h"
#include "say.h"
#include "unnamed.h"

/* As it can be typed again. */
static char *command_line(int argc, char **argv)
{
    GString *text = g_string_new("dapsaudit");

    for (int i = 0; i < argc; i++) {
        char *quoted = g_shell_quote(argv[i]);
        const bool plain =
            argv[i][0] != '\0' &&
            strspn(argv[i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,+%@") ==
                strlen(argv[i]);
        g_string_append_printf(text, " %s", plain ? argv[i] : quoted);
        g_free(quoted);
    }
    return g_string_free(text, FALSE);
}

/* The same without any name of a file: only what is known to be none. */
static char *nameless_line(const struct options *options)
{
    static const char *const formats[] = {"html", "markdown", "json", "csv", "tamarin"};
    GString *text = g_string_new("dapsaudit report --anonymize");

    g_string_append_printf(text, " --format %s", formats[options->style.format - REPORT_HTML]);
    if (options->liaison)
        g_string_append(text, " --liaison");
    if (options->tdoc)
        g_string_append(text, " --tdoc");
    if (options->ncc_reading == DAPS_NCC_STORED)
        g_string_append(text, " --ncc stored");
    for (unsigned i = 0; i < options->n_cells; i++)
        g_string_append_printf(text, " --cell %d:%d", options->cells[i].pci, options->cells[i].ssb_arfcn);
    if (options->keys != NULL)
        g_string_append(text, " --keys KEYS");
    if (options->excerpt != NULL)
        g_string_append(text, " --excerpt OUT.pcapng");
    for (unsigned i = 0; options->paths[i] != NULL && i < 3; i++)
        g_string_append(text, " CAPTURE");
    return g_string_free(text, FALSE);
}

static void free_overview(gpointer data)
{
    struct evidence_overview *row = data;

    g_free(row->name);
    g_free(row->verdict);
    if (row->observations != NULL)
        g_ptr_array_unref(row->observations);
    g_free(row);
}

/* At most that many octets, beyond which errno is EFBIG. */
static bool copy_all(int from, int to, uint64_t most)
{
    char octets[65536];

    for (;;) {
        ssize_t n = process_read(from, octets, sizeof octets);
        if (n <= 0)
            return n == 0;
        if ((uint64_t)n > most) {
            errno = EFBIG;
            return false;
        }
        most -= (uint64_t)n;
        if (!write_octets(to, octets, (size_t)n))
            return false;
    }
}

/* What can be read only once is copied, because a report reads a capture twice. NULL, with a message, on failure. */
static char *stand_in(const char *path, uint64_t most)
{
    const bool standard = strcmp(path, "-") == 0;
    const int from = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    char *name = NULL;
    const int to = from >= 0 ? g_file_open_tmp("dapsaudit-XXXXXX", &name, NULL) : -1;
    const bool copied = to >= 0 && process_note_temporary(name) && copy_all(from, to, most);

    if (!copied)
        say("%s: %s", standard ? "standard input" : path, g_strerror(errno));
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    if (!copied && name != NULL) {
        g_unlink(name);
        process_forget_temporary(name);
        g_clear_pointer(&name, g_free);
    }
    return name;
}

static bool read_once(const char *path)
{
    struct stat info;

    return strcmp(path, "-") == 0 || (stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode));
}

static bool take_streams(struct options *options, struct evidence_wish *wish)
{
    for (unsigned i = 0; options->paths[i] != NULL; i++) {
        char *copy;
        if (!read_once(options->paths[i]))
            continue;
        copy = stand_in(options->paths[i], options->max_spool);
        if (copy == NULL)
            return false;
        g_hash_table_insert(wish->stand_ins, g_strdup(copy), options->paths[i]);
        options->paths[i] = copy;
    }
    return true;
}

static void drop_streams(const struct evidence_wish *wish)
{
    GHashTableIter each;
    gpointer path;

    g_hash_table_iter_init(&each, wish->stand_ins);
    while (g_hash_table_iter_next(&each, &path, NULL)) {
        g_unlink(path);
        process_forget_temporary(path);
    }
}

/* The excerpt is of one capture, and is a file that nothing else is. */
static bool excerpt_apart(const struct options *options)
{
    struct outfile_names *names;
    bool apart;

    if (options->paths[1] != NULL || g_file_test(options->paths[0], G_FILE_TEST_IS_DIR)) {
        say("--excerpt takes one capture at a time");
        return false;
    }
    if (strcmp(options->excerpt, "-") == 0) {
        say("--excerpt needs a file: standard output is the report's");
        return false;
    }
    names = outfile_names_new();
    outfile_names_read(names, options->keys, "key log");
    outfile_names_read(names, options->paths[0], "input");
    apart = outfile_names_write(names, options->output) && outfile_names_write(names, options->excerpt);
    outfile_names_free(names);
    return apart;
}

static int run(struct options *options, int argc, char **argv)
{
    struct evidence_wish wish = {
        .options = options, .liaison = options->liaison, .excerpt = options->excerpt, .tdoc = options->tdoc};
    int status = EXIT_UNREADABLE;

    if (options->excerpt != NULL && !excerpt_apart(options))
        return EXIT_USAGE;
    if (options->style.format == REPORT_TAMARIN &&
        (options->paths[1] != NULL || g_file_test(options->paths[0], G_FILE_TEST_IS_DIR))) {
        say("a theory is of one capture");
        return EXIT_USAGE;
    }
    wish.command_line = options->anonymize ? nameless_line(options) : command_line(argc, argv);
    wish.stand_ins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    wish.plots = plots_new();
    wish.overview = g_ptr_array_new_with_free_func(free_overview);
    options->style.evidence = &wish;
    options->what_if = what_if_bits("all");
    options->jobs = 1; /* in order: the list of captures comes first */
    if (take_streams(options, &wish))
        status = audit_run(options);
    if (wish.excerpt_failed)
        status = EXIT_UNREADABLE;
    drop_streams(&wish);
    g_ptr_array_unref(wish.overview);
    plots_free(wish.plots);
    g_hash_table_unref(wish.stand_ins);
    g_free(wish.command_line);
    options->style.evidence = NULL;
    return status;
}

int daps_cmd_report(int argc, char **argv)
{
    static const struct options_command command = {
        .name = "report",
        .parameters = "PATH...",
        .summary = "Writes what was found in captures as evidence that others can check: one HTML file that needs\n"
                   "no network, Markdown, or JSON, with frames, inputs, derivations, proofs and clauses; and, with\n"
                   "--excerpt, the smallest capture that still shows it.",
        .evidence = true,
        .description = "Exit status: as 'dapsaudit audit'.",
    };
    struct options options = {.style = {.format = REPORT_HTML, .view = REPORT_EVIDENCE}};
    int status;

    if (options_parse(&options, &command, argc, argv, &status))
        status = run(&options, argc, argv);
    options_clear(&options);
    return status;
}
