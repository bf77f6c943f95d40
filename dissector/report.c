/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report is made by the program, which reads the capture's file once more: so it is octet for octet what anybody
 * gets who repeats it. It runs beside the window, which is told of its end by the end of its standard error. No shell
 * is in between.
 */
#define _GNU_SOURCE /* dladdr; NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#include "report.h"

#include "ws_compat.h" /* before any other header of Wireshark */

#include <cfile.h>
#include <dlfcn.h>
#include <epan/funnel.h>
#include <epan/plugin_if.h>
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "prefs.h"
#include "text_window.h"

#define TITLE "DAPS: evidence of this capture"

enum {
    QUIET_MS = 1000,  /* a report that is there by then needs no window that says it is coming */
    MOST_SAID = 4096, /* octets of what the program says that are shown */
    MOST_NAMES = 100, /* that are tried for a new file */
    MOST_ARGUMENTS = 16
};

/* A report that is being made. */
static struct making {
    GPid pid;
    int errors; /* the program's standard error */
    guint timer;
    char *output;
    GString *notes, *said;
    struct text_window *window; /* NULL none */
    bool stopped;               /* the user closed it */
} * making;                     /* NULL none: one at a time */

/* ---- the capture ---- */

struct captured {
    char *path;     /* absolute; NULL: refused says why */
    char *refused;  /* a sentence */
    GString *notes; /* what in the window is not as in the file */
};

static void *look_at(capture_file *file, void *user)
{
    struct captured *captured = user;

    if (file->filename == NULL || file->state == FILE_CLOSED)
        return user;
    if (file->state == FILE_READ_IN_PROGRESS || file->read_lock)
        captured->refused = g_strdup("The capture is still running or being read. The report is of a whole file: stop "
                                     "the capture and save it first.\n");
    else if (file->is_tempfile)
        captured->refused = g_strdup("The capture has not been saved. The report names the file that others can check "
                                     "it with: save it first (File > Save).\n");
    else
        captured->path = g_canonicalize_filename(file->filename, NULL);
    if (file->unsaved_changes)
        g_string_append(captured->notes, "Changes of the capture that were not saved are not in the report.\n");
    if (file->ignored_count > 0)
        g_string_append_printf(captured->notes, "Packets that are ignored in the window are in the report: %u.\n",
                               (unsigned)file->ignored_count);
    if (file->rfcode != NULL)
        g_string_append(captured->notes, "The window shows what a read filter let through; the report is of the whole "
                                         "file, and counts its frames.\n");
    return user;
}

static struct captured capture_now(void)
{
    struct captured captured = {.notes = g_string_new(NULL)};

    (void)plugin_if_get_capture_file(look_at, &captured);
    if (captured.path == NULL && captured.refused == NULL)
        captured.refused = g_strdup("No capture is open.\n");
    return captured;
}

static void forget_captured(struct captured *captured)
{
    g_free(captured->path);
    g_free(captured->refused);
    g_string_free(captured->notes, TRUE);
}

/* ---- the program ---- */

static char *runnable(char *path)
{
    if (path != NULL && g_file_test(path, G_FILE_TEST_IS_EXECUTABLE) && !g_file_test(path, G_FILE_TEST_IS_DIR))
        return path;
    g_free(path);
    return NULL;
}

/* Of the folder that the plugin was built in, if it still lies there. */
static char *built_beside(void)
{
    char *folder, *path;
    Dl_info info;

    if (dladdr(&making, &info) == 0 || info.dli_fname == NULL)
        return NULL;
    folder = g_path_get_dirname(info.dli_fname); /* BUILD/dissector/plugins/4.0/epan */
    path = g_build_filename(folder, "..", "..", "..", "..", "analyzer", "dapsaudit", NULL);
    g_free(folder);
    return path;
}

/* The one of the preference and no other, else that of the plugin's own build or installation, else that of PATH. NULL,
 * with a sentence, if there is none. Caller frees both. */
static char *program(char **refused)
{
    const char *preferred = prefs_daps()->program;
    char *path;

    if (preferred != NULL && preferred[0] != '\0') {
        path = runnable(g_strdup(preferred));
        if (path == NULL)
            *refused = g_strdup_printf("%s cannot be run. Name the program dapsaudit in Edit > Preferences > Protocols "
                                       "> DAPS, or leave it empty there.\n",
                                       preferred);
        return path;
    }
    path = runnable(built_beside());
    if (path == NULL)
        path = runnable(g_strdup(DAPSAUDIT_PROGRAM));
    if (path == NULL)
        path = g_find_program_in_path("dapsaudit");
    if (path == NULL)
        *refused = g_strdup("The program dapsaudit, which writes the report, was not found. Install it, or name it in "
                            "Edit > Preferences > Protocols > DAPS.\n");
    return path;
}

/* ---- a report that is being made ---- */

static void stop(void *unused)
{
    (void)unused;
    making->window = NULL;
    making->stopped = true;
    kill(making->pid, SIGTERM);
}

static gboolean say_it_lasts(gpointer unused)
{
    (void)unused;
    making->timer = 0;
    making->window = text_window_open(
        TITLE, g_strdup_printf("The report is being written to %s.\nClosing this window stops it.\n", making->output),
        stop, NULL);
    return G_SOURCE_REMOVE;
}

static bool open_in_browser(const char *path)
{
    const funnel_ops_t *ops = funnel_get_funnel_ops();
    char *url = g_filename_to_uri(path, NULL, NULL);
    const bool opened = url != NULL && ops != NULL && ops->browser_open_url != NULL && ops->browser_open_url(url);

    g_free(url);
    return opened;
}

/* Opens the report; says in text what the report itself does not. */
static void show_report(GString *text, bool is_partial)
{
    if (!open_in_browser(making->output))
        g_string_append(text, "No browser could be opened.\n");
    if (is_partial)
        g_string_append(text, "Something of the capture could not be read or judged; the report says what.\n");
    g_string_append(text, making->notes->str);
    if (text->len == 0 && making->window == NULL)
        return; /* the browser says it all */
    g_string_prepend(text, ".\n");
    g_string_prepend(text, making->output);
    g_string_prepend(text, "The report was saved in ");
}

/* What is to be said when the program has ended; status as wait() has it. Caller frees; empty: nothing. */
static GString *outcome(int status)
{
    GString *text = g_string_new(NULL);
    GStatBuf file;
    const bool written = g_stat(making->output, &file) == 0 && file.st_size > 0;

    if (!written)
        g_unlink(making->output); /* it was there to keep the name */
    if (making->stopped)
        return text;
    if (written && WIFEXITED(status) && WEXITSTATUS(status) != 2)
        show_report(text, WEXITSTATUS(status) == 3);
    else if (WIFEXITED(status))
        g_string_append_printf(text, "No report was made: dapsaudit ended with exit status %d.\n", WEXITSTATUS(status));
    else
        g_string_append_printf(text, "No report was made: dapsaudit was ended by signal %d.\n", WTERMSIG(status));
    if (text->len > 0 && making->said->len > 0)
        g_string_append_printf(text, "\ndapsaudit said:\n%s", making->said->str);
    return text;
}

/* The program has closed its standard error: it is at its end. */
static void finish(void)
{
    GString *text;
    int status = 0;

    while (waitpid(making->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (making->timer != 0)
        g_source_remove(making->timer);
    close(making->errors);
    text = outcome(status);
    if (making->window != NULL)
        text_window_close_with(making->window, g_strdup(text->str));
    else if (text->len > 0)
        text_window_show(TITLE, g_strdup(text->str));
    g_string_free(text, TRUE);
    g_string_free(making->said, TRUE);
    g_string_free(making->notes, TRUE);
    g_free(making->output);
    g_clear_pointer(&making, g_free);
}

static gboolean hear(gint fd, GIOCondition condition, gpointer unused)
{
    char octets[1024];
    const ssize_t n = read(fd, octets, sizeof octets);

    (void)condition;
    (void)unused;
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return G_SOURCE_CONTINUE;
    if (n > 0) {
        const gsize room = MOST_SAID - making->said->len;
        g_string_append_len(making->said, octets, (gssize)MIN((gsize)n, room));
        return G_SOURCE_CONTINUE;
    }
    finish();
    return G_SOURCE_REMOVE;
}

/* What makes verdicts other than they are by default is given on. Pointers into preferences and arguments. */
static void command(const char *arguments[], const char *run, const char *output, const char *capture)
{
    const struct daps_prefs *wishes = prefs_daps();
    unsigned n = 0;

    arguments[n++] = run;
    arguments[n++] = "report";
    if (prefs_has_keylog()) {
        arguments[n++] = "--keys";
        arguments[n++] = wishes->keylog;
    }
    if (wishes->show_keys)
        arguments[n++] = "--show-keys";
    if (wishes->ncc_reading == DAPS_NCC_STORED)
        arguments[n++] = "--ncc=stored";
    arguments[n++] = "-o";
    arguments[n++] = output;
    arguments[n++] = "--"; /* a name may begin with anything */
    arguments[n++] = capture;
    arguments[n] = NULL;
}

/* A sentence why not, which the caller frees; NULL: it is running. */
static char *start(const char *run, const char *output, const struct captured *captured)
{
    const char *arguments[MOST_ARGUMENTS];
    GError *error = NULL;
    char *refused = NULL;
    GPid pid;
    int errors;

    command(arguments, run, output, captured->path);
    if (!g_spawn_async_with_pipes(NULL, (char **)arguments, NULL,
                                  G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, &pid, NULL, NULL,
                                  &errors, &error)) {
        refused = g_strdup_printf("%s could not be started: %s.\n", run, error->message);
        g_error_free(error);
        return refused;
    }
    making = g_new0(struct making, 1);
    making->pid = pid;
    making->errors = errors;
    making->output = g_strdup(output);
    making->notes = g_string_new(captured->notes->str);
    making->said = g_string_new(NULL);
    making->timer = g_timeout_add(QUIET_MS, say_it_lasts, NULL);
    g_unix_fd_add(errors, G_IO_IN | G_IO_HUP | G_IO_ERR, hear, NULL);
    return NULL;
}

/* ---- the file it is saved in ---- */

/* The file must be new: nothing of the user's is written over. Nobody else may read it, as it may hold keys. */
static char *keep_name(const char *path)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);

    if (fd < 0)
        return errno == EEXIST ? g_strdup_printf("%s exists; nothing is written over. Choose another name.\n", path)
                               : g_strdup_printf("%s: %s.\n", path, g_strerror(errno));
    close(fd);
    return NULL;
}

/* What the user answered is ours to free. */
static void make_report(char **answers, void *unused)
{
    struct captured captured = capture_now();
    char *refused = NULL, *run = NULL, *output = NULL;

    (void)unused;
    if (answers != NULL && answers[0] != NULL && answers[0][0] != '\0') {
        output = g_canonicalize_filename(answers[0], NULL);
        if (making != NULL)
            refused = g_strdup("A report is being made. Its window tells when it is there.\n");
        else
            refused = g_strdup(captured.refused);
        if (refused == NULL)
            run = program(&refused);
        if (refused == NULL)
            refused = keep_name(output);
        if (refused == NULL && (refused = start(run, output, &captured)) != NULL)
            g_unlink(output);
    }
    if (refused != NULL)
        text_window_show(TITLE, refused);
    g_free(output);
    g_free(run);
    g_strfreev(answers);
    forget_captured(&captured);
}

/* A new name beside the capture, or, where nobody may write there, among the user's documents. Caller frees. */
static char *proposed_name(const char *capture)
{
    char *folder = g_path_get_dirname(capture), *name = g_path_get_basename(capture), *dot = strrchr(name, '.'),
         *path = NULL;

    if (dot != NULL && dot != name)
        *dot = '\0';
    if (access(folder, W_OK) != 0) {
        const char *documents = g_get_user_special_dir(G_USER_DIRECTORY_DOCUMENTS);
        g_free(folder);
        folder = g_strdup(documents != NULL ? documents : g_get_home_dir());
    }
    for (unsigned n = 1; path == NULL; n++) {
        char *file =
            n == 1 ? g_strdup_printf("%s-evidence.html", name) : g_strdup_printf("%s-evidence-%u.html", name, n);
        path = g_build_filename(folder, file, NULL);
        if (n < MOST_NAMES && g_file_test(path, G_FILE_TEST_EXISTS))
            g_clear_pointer(&path, g_free);
        g_free(file);
    }
    g_free(folder);
    g_free(name);
    return path;
}

void report_ask(void)
{
    const char *names[] = {"File (.html), of the whole capture", NULL};
    const funnel_ops_t *ops = funnel_get_funnel_ops();
    struct captured captured = capture_now();
    char *refused = g_strdup(captured.refused), *run = NULL;

    if (refused == NULL && making != NULL)
        refused = g_strdup("A report is being made. Its window tells when it is there.\n");
    if (refused == NULL)
        run = program(&refused);
    if (refused != NULL) {
        text_window_show(TITLE, refused);
    } else if (ops != NULL && ops->new_dialog != NULL) {
        char *proposed = proposed_name(captured.path);
        const char *values[] = {proposed, NULL};
        ops->new_dialog(ops->ops_id, TITLE, names, values, make_report, NULL, NULL);
        g_free(proposed);
    }
    g_free(run);
    forget_captured(&captured);
}
