/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SQLite reads the database from memory that is a temporary file: so it opens nothing by itself, and the size of a log
 * is not that of the memory taken. Nothing in it is trusted: no view, no trigger, no function of its own.
 */
#include "azm.h"

#ifndef HAVE_SQLITE

bool azm_is_read(void)
{
    return false;
}

struct azm *azm_open(struct input *input, char **error)
{
    *error = g_strdup_printf("%s: is a log of AZENQOS, and this build is without SQLite", input->name);
    return NULL;
}

void azm_close(struct azm *azm)
{
    (void)azm;
}

enum daps_capture_status azm_next(struct azm *azm, struct daps_record *record, const char **reason)
{
    (void)azm;
    (void)record;
    (void)reason;
    return DAPS_CAPTURE_END;
}

#else

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bytes/octets.h"
#include "daps/bound.h"
#include "process.h"
#include "synth/put.h"
#include "unnamed.h"
#include "zip.h"

enum { MOST_ROW = 4 * 1024 * 1024, MOST_PHONES = DAPS_BOUND(1024, 2), STEPS = 100000, LEAST_ROW = 4 };
enum { SQLITE_HEADER = 100, WRITE_VERSION = 18, READ_VERSION = 19, OF_WAL = 2, OF_ROLLBACK = 1 };
enum { PAGE_SIZE = 16, PAGES = 28 }; /* in the header, big-endian; a size of 1 stands for 65536 */
enum { COLUMN_PHONE, COLUMN_TIME, COLUMN_MODEM_TIME, COLUMN_PROTOCOL, COLUMN_SYMBOL, COLUMN_NAME, COLUMN_OCTETS };
#define MOST_SECONDS INT64_C(4000000000)        /* before 1970 and behind it */
#define CLOCK_SET_NS (INT64_C(60) * 1000000000) /* clocks that drift further apart were set */

struct azm {
    uint8_t *map; /* of the database, private to us */
    size_t size;
    sqlite3 *db;
    sqlite3_stmt *rows;
    uint64_t n;
    GHashTable *phones; /* log_hash to number + 1 */
    GByteArray *row;
    bool has_ahead;
    int64_t ahead_ns;  /* of the modem's clock before the app's */
    const char *doubt; /* what is said behind the last row, NULL: nothing */
};

bool azm_is_read(void)
{
    return true;
}

void azm_close(struct azm *azm)
{
    if (azm == NULL)
        return;
    sqlite3_finalize(azm->rows);
    sqlite3_close(azm->db);
    if (azm->map != NULL)
        munmap(azm->map, azm->size);
    g_hash_table_unref(azm->phones);
    g_byte_array_unref(azm->row);
    g_free(azm);
}

/* A journal that the tool had not done with; its magic (SQLite's file format 3.) is gone where it had. */
static bool is_hot(int descriptor, const struct zip_member *journal)
{
    static const uint8_t magic[8] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    const int out = unnamed_file();
    uint8_t head[sizeof magic] = {0};
    const char *ignored;
    bool hot;

    if (out < 0)
        return true;
    (void)zip_unpack(descriptor, journal, out, &ignored);
    hot = pread(out, head, sizeof head, 0) == (ssize_t)sizeof head && memcmp(head, magic, sizeof magic) == 0;
    close(out);
    return hot;
}

/* What stands beside the database and would change it. */
static void look_beside(struct azm *azm, int descriptor, uint64_t most)
{
    struct zip_member beside;
    const char *ignored;

    if (zip_find(descriptor, "azqdata.db-journal", &beside, &ignored) && beside.there && beside.size > 0 &&
        (beside.size > most || is_hot(descriptor, &beside)))
        azm->doubt = "its database was being written (azqdata.db-journal)";
    if (zip_find(descriptor, "azqdata.db-wal", &beside, &ignored) && beside.there && beside.size > 0)
        azm->doubt = "its newest rows are in azqdata.db-wal, which is not read";
}

/* In memory there is no write-ahead log: SQLite is told so. */
static bool map_database(struct azm *azm, int spool)
{
    const off_t size = lseek(spool, 0, SEEK_END);
    void *map = size > SQLITE_HEADER
                    ? mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, spool, 0)
                    : MAP_FAILED;

    if (map == MAP_FAILED)
        return false;
    azm->map = map;
    azm->size = (size_t)size;
    if (azm->map[READ_VERSION] == OF_WAL)
        azm->map[WRITE_VERSION] = azm->map[READ_VERSION] = OF_ROLLBACK;
    return true;
}

/* Are all its pages there? */
static bool has_pages(const struct azm *azm)
{
    struct octets header = octets_of(azm->map, azm->size);
    uint16_t page;

    octets_skip(&header, PAGE_SIZE);
    page = octets_u16(&header);
    octets_skip(&header, PAGES - PAGE_SIZE - 2);
    return (uint64_t)octets_u32(&header) * (page == 1 ? 65536U : page) <= azm->size;
}

/* NULL, or why not: static storage. */
static const char *unpack(struct azm *azm, int descriptor, uint64_t most)
{
    struct zip_member member;
    const char *reason;
    int spool;

    if (!zip_find(descriptor, "azqdata.db", &member, &reason))
        return reason;
    if (!member.there)
        return "azqdata.db is not in its zip archive";
    if (member.size > most)
        return "must be unpacked to a temporary file to be read, and is longer than --max-spool allows";
    if ((spool = unnamed_file()) < 0)
        return "could not be unpacked to a temporary file";
    if (!zip_unpack(descriptor, &member, spool, &reason))
        azm->doubt = reason;
    if (!map_database(azm, spool))
        reason = reason != NULL ? reason : "its database is damaged";
    else
        reason = NULL;
    close(spool);
    if (azm->doubt == NULL)
        look_beside(azm, descriptor, most);
    if (azm->doubt == NULL && azm->map != NULL && !has_pages(azm))
        azm->doubt = "its database is damaged: pages of it are missing";
    return reason;
}

static int on_steps(void *user)
{
    (void)user;
    return process_interrupted();
}

static void trust_nothing(sqlite3 *db)
{
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, MOST_ROW);
    sqlite3_progress_handler(db, STEPS, on_steps, NULL);
}

/* NULL, or why not: static storage. */
static const char *open_database(struct azm *azm)
{
    static const char *const selects[] = {
        "SELECT log_hash, time, modem_time, protocol, symbol, name, detail_hex FROM main.signalling",
        "SELECT log_hash, time, NULL, protocol, symbol, name, detail_hex FROM main.signalling"};
    int status = SQLITE_ERROR;

    if (sqlite3_open_v2(":memory:", &azm->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return "SQLite cannot be used";
    trust_nothing(azm->db);
    if (sqlite3_deserialize(azm->db, "main", azm->map, (sqlite3_int64)azm->size, (sqlite3_int64)azm->size,
                            SQLITE_DESERIALIZE_READONLY) != SQLITE_OK)
        return "its database is damaged";
    for (size_t i = 0; i < G_N_ELEMENTS(selects) && status == SQLITE_ERROR; i++)
        status = sqlite3_prepare_v2(azm->db, selects[i], -1, &azm->rows, NULL);
    switch (status) {
    case SQLITE_OK:
        return NULL;
    case SQLITE_ERROR:
        return "its database has no table signalling with the columns log_hash, time, protocol, symbol, name, "
               "detail_hex";
    default:
        return "its database is damaged";
    }
}

struct azm *azm_open(struct input *input, char **error)
{
    const char *path = input_reopen_path(input, UINT64_MAX, error), *reason;
    const int descriptor = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    struct azm *azm;

    if (path == NULL)
        return NULL;
    azm = g_new0(struct azm, 1);
    azm->phones = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    azm->row = g_byte_array_new();
    reason = descriptor < 0 ? g_strerror(errno) : unpack(azm, descriptor, input->max_spool);
    if (descriptor >= 0)
        close(descriptor);
    if (reason == NULL)
        reason = open_database(azm);
    if (reason == NULL)
        return azm;
    *error = g_strdup_printf("%s: is a log of AZENQOS (AZM) that cannot be read: %s", input->name, reason);
    azm_close(azm);
    return NULL;
}

/* The first is 0, as where there is only one; beyond MOST_PHONES they share the last number. */
static unsigned phone_of(struct azm *azm, gint64 log_hash)
{
    unsigned number = GPOINTER_TO_UINT(g_hash_table_lookup(azm->phones, &log_hash));
    gint64 *key;

    if (number == 0 && g_hash_table_size(azm->phones) < MOST_PHONES) {
        key = g_new(gint64, 1);
        *key = log_hash;
        number = g_hash_table_size(azm->phones) + 1;
        g_hash_table_insert(azm->phones, key, GUINT_TO_POINTER(number));
    } else if (number == 0) {
        number = MOST_PHONES + 1;
        azm->doubt = "it is of more phones than are told apart";
    }
    return number - 1;
}

/* "2021-08-20 15:52:43.984" */
static int64_t time_of(const char *text)
{
    static const char form[] = "dddd-dd-dd dd:dd:dd";
    GTimeZone *utc;
    GDateTime *time;
    int64_t ns = INT64_MIN;
    char whole[sizeof form];

    for (size_t i = 0; i + 1 < sizeof form; i++) {
        if (form[i] == 'd' ? !g_ascii_isdigit(text[i]) : text[i] != form[i])
            return INT64_MIN;
    }
    g_strlcpy(whole, text, sizeof whole);
    utc = g_time_zone_new_utc();
    time = g_date_time_new_from_iso8601(whole, utc);
    if (time != NULL && llabs(g_date_time_to_unix(time)) < MOST_SECONDS) {
        ns = g_date_time_to_unix(time) * INT64_C(1000000000);
        text += sizeof form - 1;
        for (int64_t part = *text == '.' ? 100000000 : 0; part > 0 && g_ascii_isdigit(*++text); part /= 10)
            ns += part * g_ascii_digit_value(*text);
    }
    if (time != NULL)
        g_date_time_unref(time);
    g_time_zone_unref(utc);
    return ns;
}

static const char *text_of(const struct azm *azm, int column)
{
    const char *text = (const char *)sqlite3_column_text(azm->rows, column);

    return text != NULL ? text : "";
}

/*
 * time is when the app got the message, up to a second late and not evenly so; modem_time is even, but often of a clock
 * that was never set. So intervals are the modem's, and the date is the app's.
 */
static int64_t time_of_row(struct azm *azm)
{
    const int64_t app = time_of(text_of(azm, COLUMN_TIME)), modem = time_of(text_of(azm, COLUMN_MODEM_TIME));

    if (app == INT64_MIN || modem == INT64_MIN)
        return app;
    if (!azm->has_ahead || llabs(modem - app - azm->ahead_ns) > CLOCK_SET_NS)
        azm->ahead_ns = modem - app;
    azm->has_ahead = true;
    return modem - azm->ahead_ns;
}

static void put_text(struct azm *azm, int column)
{
    const char *text = text_of(azm, column);

    g_byte_array_append(azm->row, (const guint8 *)text, (guint)strlen(text) + 1);
}

/* Two digits an octet, with spaces or without; anything else, and the message is not there. */
static void put_octets(struct azm *azm)
{
    const char *text = text_of(azm, COLUMN_OCTETS);
    const guint before = azm->row->len;

    while (*text != '\0') {
        const int high = g_ascii_xdigit_value(text[0]), low = high < 0 ? -1 : g_ascii_xdigit_value(text[1]);
        const guint8 octet = (guint8)((unsigned)high << 4 | (unsigned)low);
        if (low >= 0)
            g_byte_array_append(azm->row, &octet, 1);
        else if (*text != ' ')
            break;
        text += low >= 0 ? 2 : 1;
    }
    if (*text != '\0')
        g_byte_array_set_size(azm->row, before);
}

static void take_row(struct azm *azm, struct daps_record *record)
{
    g_byte_array_set_size(azm->row, 0);
    put_number(azm->row, phone_of(azm, sqlite3_column_int64(azm->rows, COLUMN_PHONE)), 4);
    put_text(azm, COLUMN_PROTOCOL);
    put_text(azm, COLUMN_SYMBOL);
    put_text(azm, COLUMN_NAME);
    put_octets(azm);
    *record = (struct daps_record){.time_ns = time_of_row(azm),
                                   .linktype = DAPS_LINKTYPE_AZENQOS,
                                   .caplen = azm->row->len,
                                   .len = azm->row->len,
                                   .data = azm->row->data};
}

/* A damaged tree of pages may lead round and round: no more rows than there is room for. */
enum daps_capture_status azm_next(struct azm *azm, struct daps_record *record, const char **reason)
{
    const int status = azm->n <= azm->size / LEAST_ROW ? sqlite3_step(azm->rows) : SQLITE_CORRUPT;

    if (status == SQLITE_ROW) {
        azm->n++;
        take_row(azm, record);
        return DAPS_CAPTURE_RECORD;
    }
    *reason = azm->doubt;
    if (status == SQLITE_INTERRUPT)
        *reason = "interrupted";
    else if (status == SQLITE_TOOBIG)
        *reason = "a row is longer than 4 MiB";
    else if (status != SQLITE_DONE && azm->doubt == NULL)
        *reason = "its database is damaged";
    return *reason != NULL ? DAPS_CAPTURE_ERROR : DAPS_CAPTURE_END;
}

#endif
