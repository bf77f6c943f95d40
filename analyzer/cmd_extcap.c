/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dapsaudit-extcap: a baseband log as an interface of Wireshark, also one that is still written. Wireshark's side of it
 * (its Developer's Guide, "Adding Capture Interfaces And Log Sources"): it asks for interfaces, link types and options,
 * which are answered as lines of {name=value}, and then starts the program with --capture, and --fifo for where pcapng
 * is to go. It ends it with SIGTERM, or by closing the pipe.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "capture/capture.h"
#include "commands.h"
#include "convert.h"
#include "options.h"
#include "process.h"
#include "sandbox.h"
#include "say.h"
#include "synth/carrier.h"
#include "synth/output.h"

#define INTERFACE "dapsaudit"

enum { PATIENCE_US = 10 * G_USEC_PER_SEC }; /* for as many octets as tell that a file is a log */

struct asked {
    gboolean interfaces, link_types, config, capture;
    char *version, *interface, *fifo, *filter, *log, *follow;
};

struct session {
    struct daps_follow follow;
    FILE *stream; /* NULL: not open yet */
    int64_t begun_us;
    bool told; /* it is a log */
    bool gone; /* nobody reads the packets any more */
};

static void list_interfaces(void)
{
    puts("extcap {version=" DAPSAUDIT_VERSION "}");
    puts("interface {value=" INTERFACE "}{display=DAPSaudit: baseband log}");
}

static void list_link_types(void)
{
    printf("dlt {number=%d}{name=WIRESHARK_UPPER_PDU}{display=RRC as upper PDUs}\n", synth_link_type(SYNTH_UPPER_PDU));
}

static void list_options(void)
{
    puts("arg {number=0}{call=--log}{display=Baseband log}{tooltip=A .qmdl, .qmdl2, .mi2log, .dlf or .hdf file, packed "
         "with gzip or not, or a named pipe}{type=fileselect}{mustexist=false}{required=true}");
    puts("arg {number=1}{call=--follow}{display=Follow the log while it grows}{tooltip=Else the capture ends where the "
         "file ends now}{type=boolean}{default=true}");
}

/* Whoever reads a pipe has closed it: poll says so without writing. */
static bool is_closed(FILE *stream)
{
    struct pollfd end = {.fd = fileno(stream)};

    return poll(&end, 1, 0) > 0 && (end.revents & (POLLERR | POLLNVAL)) != 0;
}

/* Nothing is there now: what was written must be seen, and it may be that nobody looks any more. */
static bool wait_for_more(void *user, uint64_t taken)
{
    struct session *session = user;

    if (session->stream != NULL)
        session->gone |= fflush(session->stream) != 0 || is_closed(session->stream);
    if (taken == 0)
        session->begun_us = g_get_monotonic_time();
    return !session->gone && (session->told || g_get_monotonic_time() - session->begun_us < PATIENCE_US);
}

/* The pipe is opened first: Wireshark waits for that. */
static FILE *open_fifo(const char *path)
{
    const int descriptor =
        strcmp(path, "-") == 0 ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_WRONLY | O_CLOEXEC);
    FILE *stream = descriptor >= 0 ? fdopen(descriptor, "wb") : NULL;

    if (stream == NULL)
        say("%s: %s", path, g_strerror(errno));
    return stream;
}

/* Interrupts and a closed pipe are how a capture ends. */
static int follow_items(struct session *session, struct daps_capture *capture, struct convert *convert)
{
    enum daps_capture_status status;
    struct daps_record record = {.frame = 0};

    while ((status = daps_capture_next(capture, &record)) == DAPS_CAPTURE_RECORD) {
        if (!convert_is_item(&record))
            return EXIT_UNREADABLE;
        session->told = true;
        if (process_interrupted() || !convert_item(convert, &record))
            return EXIT_CLEAN;
    }
    if (status == DAPS_CAPTURE_END || process_interrupted() || session->gone)
        return EXIT_CLEAN;
    say("%s", daps_capture_error(capture));
    return EXIT_UNREADABLE;
}

static int copy_log(struct session *session, const struct asked *asked, const struct daps_capture_limits *limits)
{
    char *error = NULL;
    struct synth_output *output;
    struct daps_capture *capture = daps_capture_open_within(asked->log, limits, &error);
    struct convert *convert;
    int status = process_interrupted() || session->gone ? EXIT_CLEAN : EXIT_UNREADABLE;

    if (capture == NULL) {
        if (status != EXIT_CLEAN)
            say("%s", error);
        g_free(error);
        fclose(session->stream);
        return status;
    }
    output = synth_output_open(session->stream, SYNTH_PCAPNG, synth_link_type(SYNTH_UPPER_PDU));
    convert = convert_new(asked->log, asked->fifo, output);
    status = follow_items(session, capture, convert);
    if (!session->told && status == EXIT_UNREADABLE)
        say("%s: is no baseband log", asked->log);
    (void)convert_finish(convert); /* what could not be read is said, and is no fault of the capture */
    if (!synth_output_close(output) && errno != EPIPE && status == EXIT_CLEAN) {
        say("%s: %s", asked->fifo, g_strerror(errno));
        status = EXIT_UNREADABLE;
    }
    daps_capture_close(capture);
    return status;
}

static int capture_log(const struct asked *asked)
{
    struct session session = {.begun_us = g_get_monotonic_time()};
    const bool follow = asked->follow == NULL || g_ascii_strcasecmp(asked->follow, "false") != 0;
    const struct daps_capture_limits limits = {.max_spool = DAPS_CAPTURE_MAX_SPOOL,
                                               .follow = follow ? &session.follow : NULL};

    if (asked->log == NULL || asked->fifo == NULL) {
        say("--capture needs --log FILE and --fifo PIPE");
        return EXIT_USAGE;
    }
    process_catch_interrupts();
    sandbox_enter(&(struct sandbox){.inputs = (char *const[]){asked->log, NULL}, .output = asked->fifo});
    session.follow = (struct daps_follow){.wait = wait_for_more, .user = &session};
    session.stream = open_fifo(asked->fifo);
    if (session.stream == NULL)
        return process_interrupted() ? EXIT_CLEAN : EXIT_UNREADABLE;
    return copy_log(&session, asked, &limits);
}

static int answer(const struct asked *asked)
{
    if (asked->interfaces) {
        list_interfaces();
        return EXIT_CLEAN;
    }
    if (asked->interface == NULL || strcmp(asked->interface, INTERFACE) != 0) {
        say("needs --extcap-interfaces, or --extcap-interface " INTERFACE);
        return EXIT_USAGE;
    }
    if (asked->capture)
        return capture_log(asked);
    if (asked->link_types)
        list_link_types();
    if (asked->config)
        list_options();
    return EXIT_CLEAN;
}

int daps_cmd_extcap(int argc, char **argv)
{
    struct asked asked = {.capture = FALSE};
    const GOptionEntry entries[] = {
        {"extcap-interfaces", 0, 0, G_OPTION_ARG_NONE, &asked.interfaces, "List the interfaces", NULL},
        {"extcap-version", 0, 0, G_OPTION_ARG_STRING, &asked.version, "Wireshark's version", "VERSION"},
        {"extcap-interface", 0, 0, G_OPTION_ARG_STRING, &asked.interface, "The interface: " INTERFACE, "NAME"},
        {"extcap-dlts", 0, 0, G_OPTION_ARG_NONE, &asked.link_types, "List its link types", NULL},
        {"extcap-config", 0, 0, G_OPTION_ARG_NONE, &asked.config, "List its options", NULL},
        {"extcap-capture-filter", 0, 0, G_OPTION_ARG_STRING, &asked.filter, "Capture filter; there are none", "FILTER"},
        {"capture", 0, 0, G_OPTION_ARG_NONE, &asked.capture, "Write packets", NULL},
        {"fifo", 0, 0, G_OPTION_ARG_FILENAME, &asked.fifo, "Where to: a named pipe, or - for standard output", "PIPE"},
        {"log", 0, 0, G_OPTION_ARG_FILENAME, &asked.log, "The baseband log, a named pipe, or - for standard input",
         "FILE"},
        {"follow", 0, 0, G_OPTION_ARG_STRING, &asked.follow, "Go on while the log grows (true)", "true|false"},
        {0},
    };
    GOptionContext *context = g_option_context_new(NULL);
    GError *error = NULL;
    int status;

    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_summary(context, "A baseband log as an interface of Wireshark (extcap).");
    if (!g_option_context_parse(context, &argc, &argv, &error))
        status = options_refused("extcap", error);
    else
        status = answer(&asked);
    g_option_context_free(context);
    g_free(asked.version);
    g_free(asked.interface);
    g_free(asked.fifo);
    g_free(asked.filter);
    g_free(asked.log);
    g_free(asked.follow);
    return status;
}
