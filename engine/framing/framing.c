/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The context of one capture: what was counted, and how results and problems reach the caller. */
#include "daps/framing.h"

#include <glib.h>
#include <stdarg.h>
#include <stdio.h>

#include "framing/peel.h"

enum { MOST_LAYERS = 32 }; /* as many as peel_then is called for one record */

static const char *const class_names[DAPS_FRAMING_CLASS_COUNT] = {
    [DAPS_FRAMING_NR_RRC] = "nr-rrc",
    [DAPS_FRAMING_LTE_RRC] = "lte-rrc",
    [DAPS_FRAMING_UMTS_RRC] = "umts-rrc",
    [DAPS_FRAMING_NAS] = "nas",
    [DAPS_FRAMING_MAC_NR] = "mac-nr",
    [DAPS_FRAMING_MAC_LTE] = "mac-lte",
    [DAPS_FRAMING_RLC_NR] = "rlc-nr",
    [DAPS_FRAMING_PDCP_NR] = "pdcp-nr",
    [DAPS_FRAMING_BLANK] = "blank-mac-nr",
    [DAPS_FRAMING_BEARER_UNKNOWN] = "bearer-not-configured",
    [DAPS_FRAMING_RLC] = "rlc-lte",
    [DAPS_FRAMING_PDCP] = "pdcp-lte",
    [DAPS_FRAMING_NGAP] = "ngap",
    [DAPS_FRAMING_XNAP] = "xnap",
    [DAPS_FRAMING_F1AP] = "f1ap",
    [DAPS_FRAMING_E1AP] = "e1ap",
    [DAPS_FRAMING_E2AP] = "e2ap",
    [DAPS_FRAMING_S1AP] = "s1ap",
    [DAPS_FRAMING_X2AP] = "x2ap",
    [DAPS_FRAMING_GTP_U] = "gtp-u",
    [DAPS_FRAMING_GSMTAP_OTHER] = "other-gsmtap",
    [DAPS_FRAMING_RLS_OTHER] = "other-rls",
    [DAPS_FRAMING_UPPER_OTHER] = "other-upper-pdu",
    [DAPS_FRAMING_SCTP_OTHER] = "other-sctp",
    [DAPS_FRAMING_IP_OTHER] = "other-ip",
    [DAPS_FRAMING_IP_FRAGMENT] = "ip-fragment",
    [DAPS_FRAMING_SEGMENT] = "log-segment",
    [DAPS_FRAMING_NON_IP] = "non-ip",
    [DAPS_FRAMING_LINK_OTHER] = "other-link-type",
    [DAPS_FRAMING_UNKNOWN] = "unknown",
    [DAPS_FRAMING_CUT] = "cut",
    [DAPS_FRAMING_INCOMPLETE] = "incomplete",
    [DAPS_FRAMING_MALFORMED] = "malformed",
};

const char *daps_framing_class_name(enum daps_framing_class class)
{
    return (unsigned)class < DAPS_FRAMING_CLASS_COUNT ? class_names[class] : "unknown";
}

bool daps_framing_class_is_problem(enum daps_framing_class class)
{
    return class >= DAPS_FRAMING_UNKNOWN && class < DAPS_FRAMING_CLASS_COUNT;
}

struct daps_framing *daps_framing_new(const struct daps_framing_sink *sink)
{
    struct daps_framing *framing = g_new0(struct daps_framing, 1);
    framing->sink = *sink;
    framing->radio = radio_new();
    framing->identity = identity_new(&(struct identity_sink){.user = sink->user, .join = sink->join});
    framing->trial = g_new0(struct daps_rrc_result, 1);
    return framing;
}

void daps_framing_unwrap(struct daps_framing *framing, const struct daps_record *record)
{
    struct peel peel = {
        .framing = framing,
        .frame = record->frame,
        .time_ns = record->time_ns,
        .cut = record->caplen < record->len,
        .missing = record->caplen < record->len ? record->len - record->caplen : 0,
    };
    framing->frame = record->frame;
    framing->counts.frames++;
    peel_link(&peel, record->linktype, octets_of(record->data, record->caplen));
    peel_run(&peel);
}

void daps_framing_finish(struct daps_framing *framing)
{
    struct peel peel = {.framing = framing, .frame = framing->frame, .time_ns = INT64_MIN};
    if (framing->fragments)
        fragments_finish(framing->fragments, &peel);
    if (framing->segments)
        segments_finish(framing->segments, &peel);
    if (framing->reassembly)
        reassembly_finish(framing->reassembly, &peel);
    identity_finish(framing->identity);
}

void daps_framing_learn(struct daps_framing *framing, uint64_t ue_key, const struct daps_rrc_result *result)
{
    radio_learn(framing->radio, ue_key, result);
    identity_learn(framing->identity, ue_key, result->events, result->n_events);
}

void daps_framing_assume_drbs(struct daps_framing *framing, const struct daps_framing_drb *drbs, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        radio_assume(framing->radio, &drbs[i]);
}

int32_t daps_framing_ue_id(const struct daps_framing *framing)
{
    const struct identity_link *link = identity_last(framing->identity);

    return link != NULL ? link->ue_id : -1;
}

uint64_t daps_framing_evicted(const struct daps_framing *framing)
{
    return identity_evicted(framing->identity) + radio_evicted(framing->radio);
}

bool daps_framing_class_is_followed(enum daps_framing_class class)
{
    return class == DAPS_FRAMING_NR_RRC || class == DAPS_FRAMING_MAC_NR || class == DAPS_FRAMING_RLC_NR ||
           class == DAPS_FRAMING_PDCP_NR;
}

const struct daps_framing_counts *daps_framing_counts(const struct daps_framing *framing)
{
    return &framing->counts;
}

void daps_framing_free(struct daps_framing *framing)
{
    if (!framing)
        return;
    fragments_free(framing->fragments);
    segments_free(framing->segments);
    reassembly_free(framing->reassembly);
    radio_free(framing->radio);
    identity_free(framing->identity);
    g_free(framing->trial);
    g_free(framing);
}

void peel_then(struct peel *peel, peel_layer *layer, struct octets packet)
{
    peel->next = layer;
    peel->rest = packet;
}

void peel_run(struct peel *peel)
{
    while (peel->next) {
        peel_layer *layer = peel->next;
        peel->next = NULL;
        if (++peel->depth > MOST_LAYERS) {
            peel_problem(peel, DAPS_FRAMING_MALFORMED, "tunnel", "more layers inside one another than are followed",
                         peel_has_radio(peel), NULL, "%u", (unsigned)MOST_LAYERS);
            return;
        }
        layer(peel, peel->rest);
    }
}

bool peel_has_radio(const struct peel *peel)
{
    const uint64_t *classes = peel->framing->counts.classes;
    return classes[DAPS_FRAMING_NR_RRC] || classes[DAPS_FRAMING_MAC_NR] || classes[DAPS_FRAMING_RLC_NR] ||
           classes[DAPS_FRAMING_PDCP_NR];
}

/* Of what users send each other over the network nothing is said that is not radio. */
static bool is_private(const struct peel *peel, enum daps_framing_class class)
{
    if (!peel->user_plane)
        return false;
    if (daps_framing_class_is_problem(class))
        return !peel->radio;
    return class == DAPS_FRAMING_IP_OTHER || class == DAPS_FRAMING_SCTP_OTHER || class == DAPS_FRAMING_NON_IP ||
           class == DAPS_FRAMING_IP_FRAGMENT || class == DAPS_FRAMING_GTP_U;
}

void peel_count(struct peel *peel, enum daps_framing_class class)
{
    if (!is_private(peel, class))
        peel->framing->counts.classes[class]++;
}

void peel_deliver(struct peel *peel, const char *layer, const struct pdu_context *context, struct octets pdu)
{
    peel->radio = true;
    if (pdu.bad || peel->cut) {
        peel_problem(peel, peel->cut ? DAPS_FRAMING_CUT : DAPS_FRAMING_MALFORMED, layer,
                     peel->cut ? "the RRC PDU is cut by the snap length" : "the RRC PDU ends early", true,
                     &context->ue_key, NULL);
        return;
    }
    if (!pdu.left) {
        peel_problem(peel, DAPS_FRAMING_MALFORMED, layer, "no RRC PDU behind the header", true, &context->ue_key, NULL);
        return;
    }
    peel_count(peel, DAPS_FRAMING_NR_RRC);
    const struct daps_framing_sink *sink = &peel->framing->sink;
    if (!sink->pdu)
        return;
    struct daps_pdu out = {
        .frame = peel->frame,
        .time_ns = peel->time_ns,
        .ue_key = context->ue_key,
        .rat = DAPS_RAT_NR,
        .channel = context->channel,
        .logged_cell = context->cell,
        .octets = pdu.at,
        .length = pdu.left,
    };
    sink->pdu(sink->user, &out);
}

void peel_pdcp(struct peel *peel, const char *layer, struct daps_pdcp_pdu *out, struct octets pdu)
{
    if (pdu.bad || peel->cut) {
        peel_problem(peel, peel->cut ? DAPS_FRAMING_CUT : DAPS_FRAMING_MALFORMED, layer,
                     peel->cut ? "the PDCP PDU is cut by the snap length" : "the PDCP PDU ends early", out->srb,
                     &out->ue_key, NULL);
        return;
    }
    if (!pdu.left)
        return;
    if (!out->bearer || (out->sn_bits != 12 && out->sn_bits != 18)) {
        peel_count(peel, DAPS_FRAMING_BEARER_UNKNOWN);
        return;
    }
    if (!peel->framing->sink.pdcp)
        return;
    out->frame = peel->frame;
    out->time_ns = peel->time_ns;
    out->octets = pdu.at;
    out->length = pdu.left;
    peel->framing->sink.pdcp(peel->framing->sink.user, out);
}

void peel_problem(struct peel *peel, enum daps_framing_class class, const char *layer, const char *reason, bool rrc,
                  const uint64_t *ue_key, const char *format, ...)
{
    peel_count(peel, class);
    const struct daps_framing_sink *sink = &peel->framing->sink;
    if (!sink->problem || is_private(peel, class))
        return;
    char numbers[160] = "";
    if (format) {
        va_list arguments;
        va_start(arguments, format);
        /* Begun a line above; clang-tidy forgets it in the second file of a run. */
        vsnprintf(numbers, sizeof numbers, format, arguments); /* NOLINT(clang-analyzer-valist.Uninitialized) */
        va_end(arguments);
    }
    char detail[320];
    snprintf(detail, sizeof detail, "%s: %s%s%s%s", layer, reason, format ? " (" : "", numbers, format ? ")" : "");
    struct daps_framing_problem problem = {
        .class = class,
        .frame = peel->frame,
        .time_ns = peel->time_ns,
        .layer = layer,
        .reason = reason,
        .detail = detail,
        .rrc_lost = rrc,
        .ue_known = ue_key != NULL,
        .ue_key = ue_key ? *ue_key : 0,
    };
    sink->problem(sink->user, &problem);
}

void peel_short(struct peel *peel, const char *layer, bool rrc, const uint64_t *ue_key)
{
    if (peel->cut)
        peel_problem(peel, DAPS_FRAMING_CUT, layer, "cut by the snap length inside a header", rrc, ue_key, NULL);
    else
        peel_problem(peel, DAPS_FRAMING_MALFORMED, layer, "a header or field runs past the end", rrc, ue_key, NULL);
}

void peel_short_carrier(struct peel *peel, const char *layer)
{
    peel_short(peel, layer, peel->cut && peel_has_radio(peel) && !peel->user_plane, NULL);
}

void peel_no_context(struct peel *peel, const char *layer, const struct octets *payload)
{
    if (payload->bad)
        peel_short(peel, layer, true, NULL);
    else
        peel_problem(peel, DAPS_FRAMING_MALFORMED, layer, "unknown tag in its context", true, NULL, NULL);
}

void peel_keep(struct peel *peel, struct octets *payload, size_t length)
{
    peel->missing = length > payload->left ? length - payload->left : 0;
    peel->cut = peel->missing > 0;
    octets_trim(payload, length);
}

struct daps_cell peel_cell(uint32_t pci, uint32_t arfcn)
{
    struct daps_cell cell = NO_CELL;
    /* Loggers write 0 and 0 where they know neither; 0 MHz is no cell's frequency. */
    if (arfcn > 0 && arfcn <= 3279165)
        cell.ssb_arfcn = (int32_t)arfcn;
    if (pci <= 1007 && (pci > 0 || arfcn != 0))
        cell.pci = (int32_t)pci;
    return cell;
}

static uint64_t mix(uint64_t state, uint64_t value)
{
    state = (state ^ value) * 0x9e3779b97f4a7c15u;
    return state ^ state >> 29;
}

static uint64_t endpoint_hash(uint64_t state, const struct endpoint *e, bool with_port)
{
    return mix(mix(mix(state, e->high), e->low), with_port ? e->port : 0);
}

static bool endpoint_before(const struct endpoint *a, const struct endpoint *b, bool with_ports)
{
    if (a->high != b->high)
        return a->high < b->high;
    if (a->low != b->low)
        return a->low < b->low;
    return with_ports && a->port < b->port;
}

/* Absent, or what tools write that have no address: 0.0.0.0, 127.0.0.1 and the same of IPv6. */
static bool says_nothing(const struct endpoint *e, bool with_port)
{
    bool address = e->high || (e->low > 1 && e->low != 0xffff00000000u && e->low != 0xffff7f000001u);
    return !address && !(with_port && e->port);
}

uint64_t peel_pair_key(const struct endpoint *a, const struct endpoint *b, bool with_ports)
{
    if (says_nothing(a, with_ports) && says_nothing(b, with_ports))
        return 0;
    bool swap = endpoint_before(b, a, with_ports);
    uint64_t key = endpoint_hash(1, swap ? b : a, with_ports);
    key = endpoint_hash(key, swap ? a : b, with_ports);
    return key ? key : 1;
}

uint64_t peel_endpoint_key(const struct endpoint *a)
{
    uint64_t key = endpoint_hash(2, a, true);
    return key ? key : 1;
}
