/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which library reads a capture, and what to say when it cannot.
 *
 * Baseband logs are told by what they hold, and read here. Of the rest
 * libpcap has the first try at pcap and pcapng; the usual records of a pcap it opened are read without it. Where it
 * stops in the middle of a pcapng for anything but the end of the data (a second link type or snap length, mostly),
 * libwiretap goes on from the same packet.
 */
#include "capture.h"

#include <glib.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <string.h>

#include "azm.h"
#include "diag.h"
#include "input.h"
#include "peek.h"
#include "plain.h"
#include "process.h"
#include "reader.h"

enum { STREAM_HEAD = 1 << 20 };

struct daps_capture {
    struct input *input;
    FILE *file; /* closed with pcap */
    pcap_t *pcap;
    struct plain *plain; /* reads the usual records in place of libpcap ... */
    bool plain_is_over;  /* ... until one was not */
    struct wiretap *wiretap;
    struct diag *diag; /* it is a baseband log */
    struct azm *azm;   /* it is a log of AZENQOS */
    int linktype;
    uint64_t frames; /* delivered */
    char *error;
    uint8_t *peeked; /* what input may give out again */
};

static enum daps_capture_status fail(struct daps_capture *capture, char *error)
{
    g_free(capture->error);
    capture->error = error;
    return DAPS_CAPTURE_ERROR;
}

static uint64_t position(const struct daps_capture *capture)
{
    if (capture->wiretap)
        return wiretap_offset(capture->wiretap);
    if (capture->diag)
        return diag_offset(capture->diag);
    if (capture->plain && !capture->plain_is_over)
        return capture->input->taken - plain_ahead(capture->plain);
    off_t at = capture->file ? ftello(capture->file) : 0;
    return at > 0 ? (uint64_t)at : 0;
}

static char *cut_short(const struct daps_capture *capture)
{
    return g_strdup_printf("%s: cut short in the middle of a packet after frame %" PRIu64 " (offset %" PRIu64 ")",
                           capture->input->name, capture->frames, position(capture));
}

/* The sentence for a file that only libwiretap could read; takes reason over. */
static char *not_opened(const struct input *input, bool not_capture, char *reason)
{
    const char *compression = input_compression(input->format);
    char *error;
    if (not_capture && compression)
        error = g_strdup_printf("%s: is compressed with %s, and damaged or without a capture inside", input->name,
                                compression);
    else if (not_capture)
        error = g_strdup_printf("%s: %s", input->name, reason);
    else if (wiretap_missing() && compression)
        error = g_strdup_printf("%s: is compressed with %s; to read it libwiretap is needed, and %s", input->name,
                                compression, reason);
    else if (wiretap_missing())
        error = g_strdup_printf("%s: not a pcap or pcapng file; to read other formats libwiretap is needed, and %s",
                                input->name, reason);
    else
        error = g_strdup_printf("%s: %s", input->name, reason);
    g_free(reason);
    return error;
}

/* A stream is looked at before all of it is copied; it may have no end. False: *error. */
static bool looks_like_a_capture(struct input *input, char **error)
{
    if (!input->stream || input->format == INPUT_PCAPNG)
        return true;
    const char *path = input_reopen_path(input, STREAM_HEAD, error);
    if (!path)
        return false;
    char *reason = NULL;
    bool not_capture;
    struct wiretap *wiretap = wiretap_open(path, &reason, &not_capture);
    if (!wiretap) { /* damaged where it begins is no better: it will not get whole */
        *error = not_opened(input, not_capture, reason);
        return false;
    }
    wiretap_close(wiretap);
    g_free(reason);
    return true;
}

static bool open_with_wiretap(struct daps_capture *capture, char **error)
{
    const char *missing = wiretap_missing();
    if (missing) { /* do not copy a stream for nothing */
        *error = not_opened(capture->input, false, g_strdup(missing));
        return false;
    }
    if (!looks_like_a_capture(capture->input, error))
        return false;
    const char *path = input_reopen_path(capture->input, UINT64_MAX, error);
    if (!path)
        return false;
    char *reason = NULL;
    bool not_capture;
    capture->wiretap = wiretap_open(path, &reason, &not_capture);
    if (!capture->wiretap)
        *error = not_opened(capture->input, not_capture, reason);
    return capture->wiretap != NULL;
}

static bool is_truncation(const char *libpcap_text)
{
    return strstr(libpcap_text, "truncated") != NULL;
}

/*
 * Nokia's, Red Hat 6.1's and SuSE 6.3's pcap have longer record headers under the usual magic; libwiretap guesses them,
 * and guesses them in damaged files, too. So two whole records must come of it.
 */
static bool is_variant(struct daps_capture *capture)
{
    struct daps_record record;
    char *ignored = NULL;
    bool is_one = open_with_wiretap(capture, &ignored) && wiretap_is_pcap_variant(capture->wiretap);
    for (unsigned i = 0; is_one && i < 2; i++)
        is_one = wiretap_next(capture->wiretap, &record, &ignored) == WIRETAP_RECORD;
    wiretap_close(capture->wiretap);
    capture->wiretap = NULL;
    g_free(ignored);
    ignored = NULL;
    is_one = is_one && open_with_wiretap(capture, &ignored);
    if (!is_one && capture->input->stream)
        input_rewind(capture->input, sizeof capture->input->head);
    g_free(ignored);
    return is_one;
}

/* Behind the file header. */
static void begin_pcap(struct daps_capture *capture)
{
    struct input *input = capture->input;
    if (input->format != INPUT_PCAP)
        return;
    if (!peek_second_is_odd(input, capture->pcap, &capture->peeked))
        input_keep_no_copy(input);
    else if (is_variant(capture))
        return;
    capture->plain = plain_new(input, capture->pcap);
}

static bool open_with_pcap(struct daps_capture *capture, char **error)
{
    struct input *input = capture->input;
    char text[PCAP_ERRBUF_SIZE] = "";
    capture->file = input_stdio(input, error);
    if (!capture->file)
        return false;
    capture->pcap = pcap_fopen_offline_with_tstamp_precision(capture->file, PCAP_TSTAMP_PRECISION_NANO, text);
    if (capture->pcap) {
        capture->linktype = pcap_datalink(capture->pcap);
        begin_pcap(capture);
        return true;
    }
    if (is_truncation(text)) {
        *error = g_strdup_printf("%s: cut short%s before the first packet (offset %" PRIu64 ")", input->name,
                                 input->format == INPUT_PCAPNG ? " or damaged" : "", position(capture));
        return false;
    }
    char *second = NULL;
    bool opened = open_with_wiretap(capture, &second);
    if (!opened)
        *error = g_strdup_printf("%s: cannot be read as a capture: %s", input->name, text);
    g_free(second);
    return opened;
}

/* A baseband log, compressed with gzip or not; else libwiretap may know it. */
static bool open_other(struct daps_capture *capture, char **error)
{
    struct input *input = capture->input;
    bool checksums = false;
    if (input->format == INPUT_OTHER || input->format == INPUT_GZIP) {
        input->keep = input->stream;
        enum diag_kind kind = diag_look(input, &capture->peeked, &checksums);
        if (kind == DIAG_AZENQOS && azm_is_read() && input->follow == NULL) {
            capture->azm = azm_open(input, error);
            return capture->azm != NULL;
        }
        if (diag_not_read(kind) != NULL) {
            *error = g_strdup_printf("%s: %s", input->name, diag_not_read(kind));
            return false;
        }
        if (kind != DIAG_NONE) {
            input_keep_no_copy(input);
            capture->diag = diag_new(input, kind, checksums);
            return true;
        }
    }
    if (input->follow == NULL)
        return open_with_wiretap(capture, error);
    *error = g_strdup_printf("%s: is no baseband log", input->name);
    return false;
}

static bool is_only_told(enum input_format format)
{
    return format == INPUT_XZ || format == INPUT_BZIP2;
}

struct daps_capture *daps_capture_open(const char *path, char **error)
{
    return daps_capture_open_within(path, NULL, error);
}

struct daps_capture *daps_capture_open_within(const char *path, const struct daps_capture_limits *limits, char **error)
{
    *error = NULL;
    struct input *input = input_open(path, limits, error);
    if (!input)
        return NULL;
    if (is_only_told(input->format)) {
        *error = g_strdup_printf("%s: is compressed with %s, which is not read; unpack it first", input->name,
                                 input_compression(input->format));
        input_close(input);
        return NULL;
    }
    struct daps_capture *capture = g_new0(struct daps_capture, 1);
    capture->input = input;
    bool for_pcap = input->format == INPUT_PCAP || input->format == INPUT_PCAPNG;
    if (for_pcap ? open_with_pcap(capture, error) : open_other(capture, error))
        return capture;
    daps_capture_close(capture);
    return NULL;
}

static enum daps_capture_status next_of_wiretap(struct daps_capture *capture, struct daps_record *record)
{
    char *reason = NULL;
    switch (wiretap_next(capture->wiretap, record, &reason)) {
    case WIRETAP_RECORD:
        record->frame = ++capture->frames;
        return DAPS_CAPTURE_RECORD;
    case WIRETAP_END:
        return DAPS_CAPTURE_END;
    case WIRETAP_CUT:
        g_free(reason);
        return fail(capture, cut_short(capture));
    default:
        break;
    }
    char *error = g_strdup_printf("%s: cannot be read after frame %" PRIu64 " (offset %" PRIu64 "): %s",
                                  capture->input->name, capture->frames, position(capture), reason);
    g_free(reason);
    return fail(capture, error);
}

static enum daps_capture_status next_of_diag(struct daps_capture *capture, struct daps_record *record)
{
    const char *reason = NULL;
    enum daps_capture_status status = diag_next(capture->diag, record, &reason);
    if (status == DAPS_CAPTURE_RECORD)
        record->frame = ++capture->frames;
    else if (status == DAPS_CAPTURE_ERROR)
        return fail(capture, g_strdup_printf("%s: cannot be read after item %" PRIu64 " (offset %" PRIu64 "): %s",
                                             capture->input->name, capture->frames, position(capture), reason));
    return status;
}

static enum daps_capture_status next_of_azm(struct daps_capture *capture, struct daps_record *record)
{
    const char *reason = NULL;
    enum daps_capture_status status = azm_next(capture->azm, record, &reason);
    if (status == DAPS_CAPTURE_RECORD)
        record->frame = ++capture->frames;
    else if (status == DAPS_CAPTURE_ERROR)
        return fail(capture, g_strdup_printf("%s: cannot be trusted, or not be read, behind row %" PRIu64 ": %s",
                                             capture->input->name, capture->frames, reason));
    return status;
}

/* Starts over with libwiretap and skips what libpcap has delivered. False: *reason says why not. */
static bool go_on_with_wiretap(struct daps_capture *capture, char **reason)
{
    if (!open_with_wiretap(capture, reason))
        return false;
    struct daps_record skipped = {.frame = 0};
    for (uint64_t i = 0; i < capture->frames; i++) {
        char *ignored = NULL;
        if (wiretap_next(capture->wiretap, &skipped, &ignored) != WIRETAP_RECORD) {
            g_free(ignored);
            *reason = g_strdup("libwiretap reads fewer packets of it");
            return false;
        }
    }
    return true;
}

static char *interrupted(const struct daps_capture *capture)
{
    return g_strdup_printf("%s: interrupted after frame %" PRIu64 "; what follows was not read", capture->input->name,
                           capture->frames);
}

static enum daps_capture_status pcap_stopped(struct daps_capture *capture, struct daps_record *record)
{
    const char *text = pcap_geterr(capture->pcap);
    if (process_interrupted())
        return fail(capture, interrupted(capture));
    if (is_truncation(text))
        return fail(capture, cut_short(capture));
    char *error = g_strdup_printf("%s: cannot be read after frame %" PRIu64 " (offset %" PRIu64 "): %s",
                                  capture->input->name, capture->frames, position(capture), text);
    if (capture->input->format != INPUT_PCAPNG)
        return fail(capture, error);
    char *reason = NULL;
    if (go_on_with_wiretap(capture, &reason)) {
        g_free(error);
        return next_of_wiretap(capture, record);
    }
    const char *missing = wiretap_missing();
    if (missing) {
        char *longer = g_strdup_printf("%s; to read on libwiretap is needed, and %s", error, missing);
        g_free(error);
        error = longer;
    }
    g_free(reason);
    wiretap_close(capture->wiretap);
    capture->wiretap = NULL;
    return fail(capture, error);
}

/* With the precision asked for, tv_usec holds nanoseconds. A simple packet block has no time; libpcap makes it 0. */
static int64_t time_of(const struct daps_capture *capture, const struct pcap_pkthdr *header)
{
    int64_t seconds = header->ts.tv_sec, nanoseconds = header->ts.tv_usec;
    if (capture->input->format == INPUT_PCAP)
        seconds = (uint32_t)seconds; /* libpcap takes the field for signed; it is not */
    else if (!seconds && !nanoseconds)
        return INT64_MIN;
    if (seconds > INT64_MAX / 1000000000 - 2 || seconds < INT64_MIN / 1000000000 + 2)
        return INT64_MIN;
    return seconds * 1000000000 + nanoseconds;
}

/* The next of what libpcap reads, or refuses. */
static __attribute__((noinline)) enum daps_capture_status next_of_pcap(struct daps_capture *capture,
                                                                       struct daps_record *record)
{
    struct pcap_pkthdr *header;
    const u_char *data;
    int status = pcap_next_ex(capture->pcap, &header, &data);
    if (status == 1) {
        record->frame = ++capture->frames;
        record->time_ns = time_of(capture, header);
        record->linktype = capture->linktype;
        record->caplen = header->caplen;
        record->len = header->len;
        record->data = data;
        return DAPS_CAPTURE_RECORD;
    }
    return status == PCAP_ERROR_BREAK ? DAPS_CAPTURE_END : pcap_stopped(capture, record);
}

enum daps_capture_status daps_capture_next(struct daps_capture *capture, struct daps_record *record)
{
    if (capture->error)
        return DAPS_CAPTURE_ERROR;
    if (process_interrupted())
        return fail(capture, interrupted(capture));
    if (capture->wiretap)
        return next_of_wiretap(capture, record);
    if (capture->diag)
        return next_of_diag(capture, record);
    if (capture->azm)
        return next_of_azm(capture, record);
    if (capture->plain && !capture->plain_is_over) {
        if (plain_next(capture->plain, record)) {
            record->frame = ++capture->frames;
            return DAPS_CAPTURE_RECORD;
        }
        capture->plain_is_over = true;
    }
    return next_of_pcap(capture, record);
}

const char *daps_capture_error(const struct daps_capture *capture)
{
    return capture->error;
}

void daps_capture_progress(const struct daps_capture *capture, uint64_t *done, uint64_t *whole)
{
    *done = capture->diag ? capture->input->taken : position(capture);
    *whole = capture->input->size;
}

void daps_capture_close(struct daps_capture *capture)
{
    if (!capture)
        return;
    if (capture->pcap)
        pcap_close(capture->pcap);
    else if (capture->file)
        fclose(capture->file);
    wiretap_close(capture->wiretap);
    diag_free(capture->diag);
    azm_close(capture->azm);
    input_close(capture->input);
    plain_free(capture->plain);
    g_free(capture->peeked);
    g_free(capture->error);
    g_free(capture);
}

/* Closes input. */
static bool is_baseband_log(struct input *input)
{
    uint8_t *octets = NULL;
    bool checksums, is_one = (input->format == INPUT_OTHER || input->format == INPUT_GZIP) &&
                             diag_look(input, &octets, &checksums) != DIAG_NONE;
    input_close(input);
    g_free(octets);
    return is_one;
}

static bool has_capture_name(const char *path)
{
    return strstr(path, ".pcap") || strstr(path, ".cap");
}

enum daps_capture_kind daps_capture_probe(const char *path, const char **reason)
{
    const char *unused;
    if (!reason)
        reason = &unused;
    char *error = NULL;
    struct input *input = input_open(path, &(struct daps_capture_limits){.found = true}, &error);
    if (!input) {
        bool empty = error && g_str_has_suffix(error, "is empty");
        g_free(error);
        *reason = empty ? "is empty" : "cannot be read";
        return empty ? DAPS_KIND_NOT_CAPTURE : DAPS_KIND_UNREADABLE;
    }
    enum input_format format = input->format;
    bool is_log = is_baseband_log(input);
    if (is_log || format == INPUT_PCAP || format == INPUT_PCAPNG)
        return DAPS_KIND_CAPTURE;
    if (is_only_told(format)) {
        *reason = format == INPUT_XZ ? "is compressed with xz" : "is compressed with bzip2";
        return has_capture_name(path) ? DAPS_KIND_CAPTURE : DAPS_KIND_NOT_CAPTURE;
    }
    if (wiretap_missing()) {
        *reason = "not a pcap or pcapng file, and libwiretap is not there";
        return format != INPUT_OTHER && has_capture_name(path) ? DAPS_KIND_CAPTURE : DAPS_KIND_NOT_CAPTURE;
    }
    char *text = NULL;
    bool not_capture;
    struct wiretap *wiretap = wiretap_open(path, &text, &not_capture);
    bool opened = wiretap != NULL;
    wiretap_close(wiretap);
    g_free(text);
    *reason = "not a capture file";
    return opened || !not_capture ? DAPS_KIND_CAPTURE : DAPS_KIND_NOT_CAPTURE;
}
