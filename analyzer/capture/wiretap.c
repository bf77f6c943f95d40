/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libwiretap, Wireshark's file library, for what libpcap refuses.
 *
 * It is not linked but loaded when a file needs it: with everything it brings along (GnuTLS above all) it would add
 * about 2 ms to every start of the program. It keeps global state of its own, so one lock is held around its calls.
 */
#include "reader.h"

#ifdef HAVE_WIRETAP

#include <dlfcn.h>
#include <glib.h>
#include <pthread.h>
#include <string.h>
#include <wiretap/pcap-encap.h>
#include <wiretap/wtap.h>
#include <wsutil/wslog.h>

enum { LINKTYPES = 400 };

/* The functions used, by their own names and types. */
#define FUNCTIONS(F)                                                                                                   \
    F(wtap_init)                                                                                                       \
    F(wtap_open_offline)                                                                                               \
    F(wtap_file_type_subtype)                                                                                          \
    F(wtap_file_type_subtype_name)                                                                                     \
    F(wtap_pcap_file_type_subtype)                                                                                     \
    F(wtap_pcap_nsec_file_type_subtype)                                                                                \
    F(wtap_pcapng_file_type_subtype)                                                                                   \
    F(wtap_file_encap)                                                                                                 \
    F(wtap_read)                                                                                                       \
    F(wtap_read_so_far)                                                                                                \
    F(wtap_rec_init)                                                                                                   \
    F(wtap_rec_reset)                                                                                                  \
    F(wtap_rec_cleanup)                                                                                                \
    F(wtap_strerror)                                                                                                   \
    F(wtap_close)                                                                                                      \
    F(wtap_get_num_encap_types)                                                                                        \
    F(wtap_pcap_encap_to_wtap_encap)                                                                                   \
    F(ws_buffer_init)                                                                                                  \
    F(ws_buffer_free)                                                                                                  \
    F(ws_log_set_level)

/* Written once, under load_once. */
static struct {
#define MEMBER(name) __typeof__(name) *name; /* NOLINT(bugprone-macro-parentheses): a declaration */
    FUNCTIONS(MEMBER)
#undef MEMBER
    char *missing;
    int encaps;
    int *linktype; /* by encapsulation */
} library;

static pthread_once_t load_once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct wiretap {
    wtap *file;
    wtap_rec record;
    Buffer buffer;
    struct daps_record first; /* read ahead by wiretap_open, with what came of it */
    enum wiretap_status first_status;
    char *first_reason;
    bool first_given;
};

/* The library maps link types to its own numbers only; turn that round. The lowest link type wins. */
static void map_encapsulations(void)
{
    library.encaps = library.wtap_get_num_encap_types();
    library.linktype = g_new(int, (gsize)library.encaps);
    for (int i = 0; i < library.encaps; i++)
        library.linktype[i] = DAPS_LINKTYPE_NONE;
    for (int linktype = LINKTYPES - 1; linktype >= 0; linktype--) {
        int encap = library.wtap_pcap_encap_to_wtap_encap(linktype);
        if (encap > 0 && encap < library.encaps)
            library.linktype[encap] = linktype;
    }
}

static void load(void)
{
    void *handle = dlopen(DAPS_WIRETAP_SONAME, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        library.missing = g_strdup_printf("it could not be loaded: %s", dlerror());
        return;
    }
    /* ISO C has no conversion from void * to a function pointer; POSIX has, through memory. */
#define RESOLVE(name)                                                                                                  \
    if (!library.missing) {                                                                                            \
        void *symbol = dlsym(handle, #name);                                                                           \
        if (symbol)                                                                                                    \
            memcpy(&library.name, &symbol, sizeof symbol);                                                             \
        else                                                                                                           \
            library.missing = g_strdup("its " #name " is missing in " DAPS_WIRETAP_SONAME);                            \
    }
    FUNCTIONS(RESOLVE)
#undef RESOLVE
    if (library.missing)
        return;
    library.ws_log_set_level(LOG_LEVEL_CRITICAL); /* or it reports every step on standard error */
    library.wtap_init(FALSE);
    map_encapsulations();
}

const char *wiretap_missing(void)
{
    pthread_once(&load_once, load);
    return library.missing;
}

/* Things the library reads, too, that are no packet captures: pictures, JSON, logs, ... */
static bool is_no_capture(wtap *file)
{
    /* Veriwave's format is guessed so freely that licence texts pass for it. */
    const char *type = library.wtap_file_type_subtype_name(library.wtap_file_type_subtype(file));
    if (type && g_str_has_prefix(type, "vwr"))
        return true;
    switch (library.wtap_file_encap(file)) {
    case WTAP_ENCAP_MIME:
    case WTAP_ENCAP_JSON:
    case WTAP_ENCAP_RFC7468:
    case WTAP_ENCAP_RUBY_MARSHAL:
    case WTAP_ENCAP_MP4:
    case WTAP_ENCAP_MPEG:
    case WTAP_ENCAP_MPEG_2_TS:
    case WTAP_ENCAP_LOGCAT:
    case WTAP_ENCAP_LOGCAT_BRIEF:
    case WTAP_ENCAP_LOGCAT_PROCESS:
    case WTAP_ENCAP_LOGCAT_TAG:
    case WTAP_ENCAP_LOGCAT_THREAD:
    case WTAP_ENCAP_LOGCAT_TIME:
    case WTAP_ENCAP_LOGCAT_THREADTIME:
    case WTAP_ENCAP_LOGCAT_LONG:
        return true;
    default:
        return false;
    }
}

/* Takes err_info over. */
static char *reason_of(int err, char *err_info)
{
    char *reason = err_info ? g_strdup_printf("%s (%s)", library.wtap_strerror(err), err_info)
                            : g_strdup(library.wtap_strerror(err));
    g_free(err_info);
    return reason;
}

static int64_t time_of(const wtap_rec *rec)
{
    if (!(rec->presence_flags & WTAP_HAS_TS) || rec->ts.secs > INT64_MAX / 1000000000 - 1 ||
        rec->ts.secs < INT64_MIN / 1000000000 + 1)
        return INT64_MIN;
    return rec->ts.secs * (int64_t)1000000000 + rec->ts.nsecs;
}

/* Called with the lock held. */
static enum wiretap_status read_packet(struct wiretap *wiretap, struct daps_record *record, char **reason)
{
    enum wiretap_status status = WIRETAP_RECORD;
    int err = 0;
    gchar *err_info = NULL;
    gint64 offset;
    do { /* what is no packet (journal entries, custom blocks) has no number in libpcap's count either */
        library.wtap_rec_reset(&wiretap->record);
        if (!library.wtap_read(wiretap->file, &wiretap->record, &wiretap->buffer, &err, &err_info, &offset)) {
            status = err == 0 ? WIRETAP_END : err == WTAP_ERR_SHORT_READ ? WIRETAP_CUT : WIRETAP_ERROR;
            if (status != WIRETAP_END)
                *reason = reason_of(err, err_info);
            break;
        }
    } while (wiretap->record.rec_type != REC_TYPE_PACKET);
    if (status != WIRETAP_RECORD)
        return status;
    const wtap_packet_header *header = &wiretap->record.rec_header.packet_header;
    bool known = header->pkt_encap > 0 && header->pkt_encap < library.encaps;
    record->time_ns = time_of(&wiretap->record);
    record->linktype = known ? library.linktype[header->pkt_encap] : DAPS_LINKTYPE_NONE;
    record->caplen = header->caplen;
    record->len = header->len;
    record->data = ws_buffer_start_ptr(&wiretap->buffer);
    return WIRETAP_RECORD;
}

static bool is_pcap(wtap *file)
{
    int type = library.wtap_file_type_subtype(file);
    return type == library.wtap_pcap_file_type_subtype() || type == library.wtap_pcap_nsec_file_type_subtype() ||
           type == library.wtap_pcapng_file_type_subtype();
}

static void close_file(struct wiretap *wiretap)
{
    library.wtap_rec_cleanup(&wiretap->record);
    library.ws_buffer_free(&wiretap->buffer);
    library.wtap_close(wiretap->file);
    g_free(wiretap->first_reason);
    g_free(wiretap);
}

/*
 * Some formats have no signature, and the library takes text for one of them. So a file of a format other than pcap has
 * to begin with a readable packet before it counts as a capture.
 */
static struct wiretap *begin(wtap *file, char **reason, bool *not_capture)
{
    struct wiretap *wiretap = g_new0(struct wiretap, 1);
    wiretap->file = file;
    library.wtap_rec_init(&wiretap->record);
    library.ws_buffer_init(&wiretap->buffer, 1514);
    if (is_no_capture(file)) {
        *reason = g_strdup("not a capture file");
    } else {
        wiretap->first_status = read_packet(wiretap, &wiretap->first, &wiretap->first_reason);
        if (is_pcap(file) || wiretap->first_status == WIRETAP_RECORD)
            return wiretap;
        *reason = g_strdup_printf("not a capture file, or damaged where it begins: %s",
                                  wiretap->first_reason ? wiretap->first_reason : "there is no packet in it");
    }
    *not_capture = true;
    close_file(wiretap);
    return NULL;
}

struct wiretap *wiretap_open(const char *path, char **reason, bool *not_capture)
{
    *not_capture = false;
    const char *missing = wiretap_missing();
    if (missing) {
        *reason = g_strdup(missing);
        return NULL;
    }
    pthread_mutex_lock(&lock);
    int err = 0;
    gchar *err_info = NULL;
    wtap *file = library.wtap_open_offline(path, WTAP_TYPE_AUTO, &err, &err_info, FALSE);
    struct wiretap *wiretap = NULL;
    if (file) {
        wiretap = begin(file, reason, not_capture);
    } else {
        *not_capture = err == WTAP_ERR_FILE_UNKNOWN_FORMAT;
        *reason = *not_capture ? g_strdup("not a capture file of any known format") : reason_of(err, err_info);
    }
    pthread_mutex_unlock(&lock);
    return wiretap;
}

enum wiretap_status wiretap_next(struct wiretap *wiretap, struct daps_record *record, char **reason)
{
    if (!wiretap->first_given) {
        wiretap->first_given = true;
        *record = wiretap->first;
        *reason = g_strdup(wiretap->first_reason);
        return wiretap->first_status;
    }
    pthread_mutex_lock(&lock);
    enum wiretap_status status = read_packet(wiretap, record, reason);
    pthread_mutex_unlock(&lock);
    return status;
}

bool wiretap_is_pcap_variant(const struct wiretap *wiretap)
{
    static const char *const names[] = {"nokiapcap", "rh6_1pcap", "suse6_3pcap", "modpcap",
                                        "ss990417",  "ss990915",  NULL};
    const char *type = library.wtap_file_type_subtype_name(library.wtap_file_type_subtype(wiretap->file));
    return type && g_strv_contains(names, type);
}

uint64_t wiretap_offset(const struct wiretap *wiretap)
{
    return (uint64_t)library.wtap_read_so_far(wiretap->file);
}

void wiretap_close(struct wiretap *wiretap)
{
    if (!wiretap)
        return;
    pthread_mutex_lock(&lock);
    close_file(wiretap);
    pthread_mutex_unlock(&lock);
}

#else

#include <glib.h>

const char *wiretap_missing(void)
{
    return "this dapsaudit was built without it";
}

struct wiretap *wiretap_open(const char *path, char **reason, bool *not_capture)
{
    (void)path;
    *not_capture = false;
    *reason = g_strdup(wiretap_missing());
    return NULL;
}

enum wiretap_status wiretap_next(struct wiretap *wiretap, struct daps_record *record, char **reason)
{
    (void)wiretap;
    (void)record;
    *reason = g_strdup(wiretap_missing());
    return WIRETAP_ERROR;
}

bool wiretap_is_pcap_variant(const struct wiretap *wiretap)
{
    (void)wiretap;
    return false;
}

uint64_t wiretap_offset(const struct wiretap *wiretap)
{
    (void)wiretap;
    return 0;
}

void wiretap_close(struct wiretap *wiretap)
{
    (void)wiretap;
}

#endif
