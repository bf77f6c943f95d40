/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events to messages of a new log. */
#include "evidence/remake.h"

#include <string.h>

#include "audit_run.h"
#include "synth/carrier.h"
#include "synth/messages.h"

#define MOST_OCTETS     9000 /* of a message that keeps its length */
#define MOST_CANDIDATES 8

/* One event of a message, and whose. */
struct heard {
    unsigned ue;
    guint order; /* in which it was told */
    struct daps_event ev;
};

struct remaking {
    struct remade *remade;
    GArray *heard;       /* struct heard, in order */
    GHashTable *ues;     /* name to number */
    GHashTable *i_rntis; /* their value, long and short apart, to a number */
    GHashTable *digests; /* of messages, to a number: what differed goes on to differ */
    bool logs_cells, too_many;
    uint32_t number; /* of the newest record */
};

static guint number_in(GHashTable *table, uint64_t value)
{
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(table, &value));

    if (number == 0) {
        number = g_hash_table_size(table) + 1;
        g_hash_table_insert(table, g_memdup2(&value, sizeof value), GUINT_TO_POINTER(number));
    }
    return number;
}

/* ---- hearing ---- */

static void on_event(void *user, const char *ue, const struct daps_event *ev)
{
    struct remaking *r = user;
    struct heard heard = {.ev = *ev};

    if (daps_event_is_evidence(ev->kind) || ev->kind == DAPS_EV_SOURCE_IN_USE)
        return;
    if (ev->kind == DAPS_EV_SYSTEM_INFORMATION || ue[0] == '\0') {
        r->remade->broadcast++;
        return;
    }
    heard.ue = GPOINTER_TO_UINT(g_hash_table_lookup(r->ues, ue));
    if (heard.ue == 0) {
        heard.ue = g_hash_table_size(r->ues) + 1;
        g_hash_table_insert(r->ues, g_strdup(ue), GUINT_TO_POINTER(heard.ue));
    }
    r->logs_cells |= ev->logged_cell.pci >= 0;
    heard.order = r->heard->len;
    if (r->heard->len < REMADE_MOST)
        g_array_append_val(r->heard, heard);
    else
        r->too_many = true;
}

/* ---- one message ---- */

/* The events of one message: first, and n - 1 parts behind it. */
struct message {
    const struct heard *first;
    guint n;
};

static bool is_part(const struct daps_event *ev)
{
    return ev->kind == DAPS_EV_CANDIDATE || ev->kind == DAPS_EV_CANDIDATE_RELEASE || ev->kind == DAPS_EV_SCG_CHANGE;
}

static struct synth_cell cell_of(const struct daps_event *ev)
{
    return (struct synth_cell){.pci = ev->target.pci,
                               .ssb_arfcn = ev->target.ssb_arfcn,
                               .point_a = ev->point_a >= 0 ? ev->point_a : MAX(ev->target.ssb_arfcn, 0)};
}

static struct synth_command command_of(const struct daps_event *ev, const struct synth_cell *cell)
{
    struct synth_command command = {.rat = ev->rat,
                                    .target = cell,
                                    .transaction = (unsigned)MAX(ev->transaction, 0),
                                    .ncc = ev->key_update ? ev->ncc : -1,
                                    .key_set_change = ev->key_set_change,
                                    .daps = ev->daps,
                                    .same_frequency = ev->target.ssb_arfcn < 0,
                                    .nea = ev->ciphering,
                                    .nia = ev->integrity,
                                    .rach = ev->rach,
                                    .c_rnti = MAX(ev->c_rnti, 0),
                                    .sk_counter = ev->sk_counter,
                                    .source_release = ev->daps_source_release};

    g_snprintf(command.t304, sizeof command.t304, "ms%d", ev->t304_ms >= 0 ? ev->t304_ms : 1000);
    return command;
}

static const struct daps_event *part_of(const struct message *message, guint i)
{
    return &message->first[i].ev;
}

static GByteArray *conditional(const struct message *message, char **error)
{
    struct synth_command candidates[MOST_CANDIDATES];
    struct synth_cell cells[MOST_CANDIDATES];
    unsigned n = 0;

    for (guint i = 1; i < message->n && n < MOST_CANDIDATES; i++) {
        const struct daps_event *ev = part_of(message, i);
        if (ev->kind != DAPS_EV_CANDIDATE)
            continue;
        cells[n] = cell_of(ev);
        candidates[n] = command_of(ev, &cells[n]);
        candidates[n].attempt_conditional = message->first->ev.attempt_conditional;
        n++;
    }
    return n > 0 ? synth_conditional(candidates, n, (unsigned)MAX(message->first->ev.transaction, 0), error) : NULL;
}

static GByteArray *reconfiguration(const struct message *message, char **error)
{
    const struct daps_event *ev = &message->first->ev, *part = message->n > 1 ? part_of(message, 1) : NULL;
    const struct synth_cell cell = cell_of(part != NULL && part->kind == DAPS_EV_SCG_CHANGE ? part : ev);
    struct synth_command command = command_of(ev, ev->sync ? &cell : NULL);

    if (ev->sync && ev->target.pci < 0)
        return NULL;
    if (part == NULL || ev->sync)
        return synth_reconfiguration(&command, error);
    if (part->kind == DAPS_EV_SCG_CHANGE && part->target.pci >= 0) {
        command = command_of(part, &cell);
        command.rat = ev->rat;
        command.transaction = (unsigned)MAX(ev->transaction, 0);
        return synth_scg_change(&command, error);
    }
    return conditional(message, error);
}

static const char *cause_of(const struct daps_event *ev)
{
    return ev->cause == DAPS_REEST_HANDOVER_FAILURE          ? "handoverFailure"
           : ev->cause == DAPS_REEST_RECONFIGURATION_FAILURE ? "reconfigurationFailure"
                                                             : "otherFailure";
}

/* Its name in the scenario language, NULL none. */
static const char *name_of(const struct daps_event *ev)
{
    static const char *const names[DAPS_EV_KIND_COUNT] = {
        [DAPS_EV_SETUP_REQUEST] = "setup-request",
        [DAPS_EV_SETUP] = "setup",
        [DAPS_EV_SETUP_COMPLETE] = "setup-complete",
        [DAPS_EV_REJECT] = "reject",
        [DAPS_EV_SECURITY_MODE_COMMAND] = "security-mode-command",
        [DAPS_EV_SECURITY_MODE_COMPLETE] = "security-mode-complete",
        [DAPS_EV_SECURITY_MODE_FAILURE] = "security-mode-failure",
        [DAPS_EV_RECONFIGURATION_COMPLETE] = "complete",
        [DAPS_EV_REESTABLISHMENT_REQUEST] = "reestablishment-request",
        [DAPS_EV_REESTABLISHMENT] = "reestablishment",
        [DAPS_EV_REESTABLISHMENT_COMPLETE] = "reestablishment-complete",
        [DAPS_EV_RESUME_REQUEST] = "resume-request",
        [DAPS_EV_RESUME] = "resume",
        [DAPS_EV_RESUME_COMPLETE] = "resume-complete",
        [DAPS_EV_MOBILITY_FROM_NR] = "mobility-from-nr",
        [DAPS_EV_MOBILITY_FROM_EUTRA] = "mobility-from-eutra",
        [DAPS_EV_COUNTER_CHECK] = "counter-check",
    };
    const bool up = ev->channel == DAPS_CH_UL_DCCH;

    switch (ev->kind) {
    case DAPS_EV_FAILURE_INFORMATION:
        return ev->daps_failure ? "daps-failure" : "rlc-failure";
    case DAPS_EV_RELEASE:
        if (!ev->suspend)
            return "release";
        return ev->ncc >= 0 || ev->rat != DAPS_RAT_LTE ? "suspend" : "suspend-without-ncc";
    case DAPS_EV_NAS_TRANSFER:
        return up ? "nas-ul" : "nas-dl";
    case DAPS_EV_TRAFFIC:
        return up ? "measurement-report" : "capability-enquiry";
    default:
        return names[ev->kind];
    }
}

/* Numbers of long and short I-RNTIs are apart; one suspendConfig gives the same one to both of its. */
static int64_t i_rnti_of(struct remaking *r, const struct daps_event *ev)
{
    const uint64_t short_one = (uint64_t)ev->short_i_rnti | UINT64_C(1) << 62, long_one = (uint64_t)ev->i_rnti;
    guint number = 0;

    if (ev->i_rnti < 0 && ev->short_i_rnti < 0)
        return 0;
    number = number_in(r->i_rntis, ev->short_i_rnti >= 0 ? short_one : long_one);
    if (ev->i_rnti >= 0 && ev->short_i_rnti >= 0 && !g_hash_table_contains(r->i_rntis, &long_one))
        g_hash_table_insert(r->i_rntis, g_memdup2(&long_one, sizeof long_one), GUINT_TO_POINTER(number));
    return number;
}

static bool has_nas(const struct daps_event *ev)
{
    return ev->kind == DAPS_EV_NAS_TRANSFER || ev->kind == DAPS_EV_SETUP_COMPLETE || ev->nas_container;
}

static GByteArray *simple(struct remaking *r, const struct daps_event *ev, enum daps_channel *channel, char **error)
{
    const char *name = name_of(ev);
    const struct synth_simple values = {.rat = ev->rat,
                                        .transaction = (unsigned)MAX(ev->transaction, 0),
                                        .nea = ev->ciphering,
                                        .nia = ev->integrity,
                                        .ncc = ev->ncc,
                                        .c_rnti = MAX(ev->ue_c_rnti, 0),
                                        .pci = MAX(ev->ue_pci, 0),
                                        .i_rnti = i_rnti_of(r, ev),
                                        .cause = cause_of(ev)};

    return name != NULL ? synth_message(name, &values, channel, error) : NULL;
}

/* Messages that differed have other octets behind them, where there is room: a reader of RRC passes over them. */
static void keep_length(struct remaking *r, GByteArray *pdu, const struct daps_event *ev)
{
    const guint length = MIN(ev->octets, MOST_OCTETS), made = pdu->len, number = number_in(r->digests, ev->digest);

    if (length <= made)
        return;
    g_byte_array_set_size(pdu, length);
    memset(pdu->data + made, 0, length - made);
    pdu->data[length - 1] = (uint8_t)number;
    if (length > made + 1)
        pdu->data[length - 2] = (uint8_t)(number >> 8);
}

static GByteArray *message_of(struct remaking *r, const struct message *message, enum daps_channel *channel)
{
    const struct daps_event *ev = &message->first->ev;
    GByteArray *pdu;
    char *error = NULL;

    *channel = DAPS_CH_DL_DCCH;
    if (ev->prepared || ev->kind == DAPS_EV_HANDOVER_PREPARATION)
        pdu = NULL; /* between nodes */
    else if (ev->kind == DAPS_EV_RECONFIGURATION)
        pdu = reconfiguration(message, &error);
    else
        pdu = simple(r, ev, channel, &error);
    g_free(error);
    if (pdu != NULL)
        keep_length(r, pdu, ev);
    return pdu;
}

static void remake(struct remaking *r, const struct message *message)
{
    const struct daps_event *ev = &message->first->ev;
    struct synth_frame frame = {.rat = ev->rat,
                                .ue = message->first->ue,
                                .many_ues = g_hash_table_size(r->ues) > 1,
                                .cell = ev->logged_cell,
                                .time_ns = MAX(ev->time_ns, 0),
                                .number = ++r->number};
    const enum synth_framing framing = r->logs_cells ? SYNTH_GSMTAP_V3 : SYNTH_UPPER_PDU;
    GByteArray *pdu = message_of(r, message, &frame.channel), *octets = NULL;
    struct daps_record record = {
        .frame = r->remade->records->len + 1, .time_ns = ev->time_ns, .linktype = synth_link_type(framing)};

    frame.octets = pdu;
    if (pdu != NULL)
        octets = synth_wrap(framing, &frame);
    if (octets == NULL) {
        r->remade->unmade++;
    } else {
        r->remade->messages++;
        r->remade->nas += has_nas(ev);
        r->remade->requests += ev->request_mac >= 0;
        record.caplen = record.len = octets->len;
        record.data = g_byte_array_free(octets, FALSE);
        g_array_append_val(r->remade->records, record);
        g_array_append_val(r->remade->sources, ev->frame);
    }
    if (pdu != NULL)
        g_byte_array_unref(pdu);
}

/* ---- all of them ---- */

static void clear_record(gpointer data)
{
    g_free((gpointer)(guintptr)((struct daps_record *)data)->data);
}

/* What was held back until a key told is told late: a log has it where it was. */
static gint by_frame(gconstpointer a, gconstpointer b)
{
    const struct heard *x = a, *y = b;

    if (x->ev.frame != y->ev.frame)
        return x->ev.frame < y->ev.frame ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static void hear(struct remaking *r, const struct options *options, const GArray *records)
{
    const struct daps_sink sink = {.user = r, .event = on_event};
    struct daps_engine *engine = audit_engine(options, &sink);

    for (guint i = 0; i < records->len && !r->too_many; i++)
        daps_engine_record(engine, &g_array_index(records, struct daps_record, i));
    daps_engine_drain(engine);
    daps_engine_finish(engine);
    daps_engine_free(engine);
    g_array_sort(r->heard, by_frame);
}

static void remake_all(struct remaking *r)
{
    for (guint i = 0; i < r->heard->len;) {
        struct message message = {&g_array_index(r->heard, struct heard, i), 1};
        while (i + message.n < r->heard->len) {
            const struct heard *next = &g_array_index(r->heard, struct heard, i + message.n);
            if (next->ue != message.first->ue || next->ev.frame != message.first->ev.frame || !is_part(&next->ev))
                break;
            message.n++;
        }
        remake(r, &message);
        i += message.n;
    }
}

static uint64_t count_without(const struct remaking *r, const GArray *records)
{
    GHashTable *frames = g_hash_table_new(g_int64_hash, g_int64_equal);
    uint64_t without = 0;

    for (guint i = 0; i < r->heard->len; i++)
        g_hash_table_add(frames, &g_array_index(r->heard, struct heard, i).ev.frame);
    for (guint i = 0; i < records->len; i++)
        without += !g_hash_table_contains(frames, &g_array_index(records, struct daps_record, i).frame);
    g_hash_table_unref(frames);
    return without;
}

struct remade *remade_of(const struct options *options, const GArray *records)
{
    struct remaking r = {.remade = g_new0(struct remade, 1),
                         .heard = g_array_new(FALSE, FALSE, sizeof(struct heard)),
                         .ues = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                         .i_rntis = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
                         .digests = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL)};
    struct remade *remade = r.remade;

    remade->records = g_array_new(FALSE, FALSE, sizeof(struct daps_record));
    g_array_set_clear_func(remade->records, clear_record);
    remade->sources = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    hear(&r, options, records);
    if (!r.too_many)
        remake_all(&r);
    remade->i_rntis = g_hash_table_size(r.i_rntis);
    remade->without = count_without(&r, records);
    g_hash_table_unref(r.ues);
    g_hash_table_unref(r.i_rntis);
    g_hash_table_unref(r.digests);
    g_array_unref(r.heard);
    if (r.too_many) {
        remade_free(remade);
        return NULL;
    }
    return remade;
}

void remade_free(struct remade *remade)
{
    if (remade == NULL)
        return;
    g_array_unref(remade->records);
    g_array_unref(remade->sources);
    g_free(remade);
}
