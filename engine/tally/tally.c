/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Classes, counts, and what is lost. */
#include "tally/tally.h"

static const char *const class_names[DAPS_FRAMING_CLASS_COUNT] = {
    [DAPS_FRAMING_NR_RRC] = "nr-rrc",
    [DAPS_FRAMING_LTE_RRC] = "lte-rrc",
    [DAPS_FRAMING_NB_IOT_RRC] = "nb-iot-rrc",
    [DAPS_FRAMING_UMTS_RRC] = "umts-rrc",
    [DAPS_FRAMING_NAS] = "nas",
    [DAPS_FRAMING_MAC_NR] = "mac-nr",
    [DAPS_FRAMING_MAC_LTE] = "mac-lte",
    [DAPS_FRAMING_RLC_NR] = "rlc-nr",
    [DAPS_FRAMING_PDCP_NR] = "pdcp-nr",
    [DAPS_FRAMING_BLANK] = "blank-mac-nr",
    [DAPS_FRAMING_CRC_FAILED] = "mac-crc-failed",
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
    [DAPS_FRAMING_DIAG] = "diag",
    [DAPS_FRAMING_DIAG_PDCP] = "diag-pdcp",
    [DAPS_FRAMING_DIAG_CHECKSUM] = "diag-checksum-unused",
    [DAPS_FRAMING_DIAG_HEAD] = "diag-head",
    [DAPS_FRAMING_AZENQOS] = "azenqos",
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

bool daps_framing_class_is_followed(enum daps_framing_class class)
{
    return class == DAPS_FRAMING_NR_RRC || class == DAPS_FRAMING_LTE_RRC || class == DAPS_FRAMING_MAC_NR ||
           class == DAPS_FRAMING_RLC_NR || class == DAPS_FRAMING_PDCP_NR || class == DAPS_FRAMING_MAC_LTE ||
           class == DAPS_FRAMING_RLC || class == DAPS_FRAMING_PDCP || class == DAPS_FRAMING_DIAG_PDCP ||
           class == DAPS_FRAMING_S1AP || class == DAPS_FRAMING_X2AP;
}

void tally_unfollowed(const struct tally_place *place)
{
    const struct tally *tally = place->tally;

    if (tally->unfollowed != NULL)
        tally->unfollowed(tally->user, place->frame);
}

bool tally_has_radio(const struct tally *tally)
{
    const uint64_t *classes = tally->counts.classes;

    return classes[DAPS_FRAMING_NR_RRC] || classes[DAPS_FRAMING_LTE_RRC] || classes[DAPS_FRAMING_MAC_NR] ||
           classes[DAPS_FRAMING_RLC_NR] || classes[DAPS_FRAMING_PDCP_NR] || classes[DAPS_FRAMING_MAC_LTE] ||
           classes[DAPS_FRAMING_RLC] || classes[DAPS_FRAMING_PDCP];
}

/* Of what users send each other over the network nothing is said that is not radio. */
static bool is_private(const struct tally_place *place, enum daps_framing_class class)
{
    if (!place->user_plane)
        return false;
    if (daps_framing_class_is_problem(class))
        return !place->radio;
    return class == DAPS_FRAMING_IP_OTHER || class == DAPS_FRAMING_SCTP_OTHER || class == DAPS_FRAMING_NON_IP ||
           class == DAPS_FRAMING_IP_FRAGMENT || class == DAPS_FRAMING_GTP_U;
}

void tally_count(struct tally_place *place, enum daps_framing_class class)
{
    if (!is_private(place, class))
        place->tally->counts.classes[class]++;
}

static bool is_kind(const struct daps_framing_items *items, const struct daps_framing_items *kind)
{
    return items->code == kind->code && items->command == kind->command && items->samsung == kind->samsung &&
           items->version_unknown == kind->version_unknown && items->version == kind->version;
}

void tally_item(struct tally_place *place, struct daps_framing_items kind)
{
    struct daps_framing_counts *counts = &place->tally->counts;
    unsigned at = (kind.code * 2654435761U ^ kind.version * 40503U) >> 7;

    if (counts->items == NULL)
        counts->items = g_new0(struct daps_framing_items, DAPS_FRAMING_MAX_ITEMS);
    for (unsigned tries = 0; tries < DAPS_FRAMING_MAX_ITEMS; tries++, at++) {
        struct daps_framing_items *items = &counts->items[at % DAPS_FRAMING_MAX_ITEMS];
        if (items->n == 0) {
            *items = kind;
            items->n = 1;
        } else if (is_kind(items, &kind)) {
            items->n++;
        } else {
            continue;
        }
        return;
    }
    counts->more_items++;
}

void tally_clear(struct tally *tally)
{
    g_clear_pointer(&tally->counts.items, g_free);
}

enum daps_framing_class daps_problem_class(enum daps_problem what)
{
    switch (what) {
    case DAPS_PROBLEM_HEADER_CUT:
    case DAPS_PROBLEM_RRC_CUT:
    case DAPS_PROBLEM_PDCP_CUT:
    case DAPS_PROBLEM_FRAGMENT_CUT:
    case DAPS_PROBLEM_PAYLOAD_CUT:
    case DAPS_PROBLEM_MAC_CUT:
    case DAPS_PROBLEM_RLC_CUT:
    case DAPS_PROBLEM_DIAG_CUT:
        return DAPS_FRAMING_CUT;
    case DAPS_PROBLEM_RRC_CHANNEL:
    case DAPS_PROBLEM_LTE_RRC_SUBTYPE:
    case DAPS_PROBLEM_RRC_SUBTYPE:
    case DAPS_PROBLEM_PDU_TYPE:
    case DAPS_PROBLEM_DIAG_ENCRYPTED:
    case DAPS_PROBLEM_ROW_NAME:
        return DAPS_FRAMING_UNKNOWN;
    case DAPS_PROBLEM_FRAGMENTS_MISSING:
    case DAPS_PROBLEM_FRAGMENTS_UNENDED:
    case DAPS_PROBLEM_PARTS_MISSING:
    case DAPS_PROBLEM_RLC_INCOMPLETE:
        return DAPS_FRAMING_INCOMPLETE;
    default:
        return DAPS_FRAMING_MALFORMED;
    }
}

void tally_problem(struct tally_place *place, struct daps_framing_problem problem)
{
    const struct tally *tally = place->tally;

    problem.class = daps_problem_class(problem.what);
    problem.frame = place->frame;
    problem.time_ns = place->time_ns;
    tally_count(place, problem.class);
    if (tally->problem != NULL && !is_private(place, problem.class))
        tally->problem(tally->user, &problem);
}

/* What place cannot read of layer; the UE is that of ue_key, which may be NULL. */
static struct daps_framing_problem problem_of(enum daps_problem what, const char *layer, bool rrc,
                                              const uint64_t *ue_key)
{
    return (struct daps_framing_problem){.what = what,
                                         .layer = layer,
                                         .rrc_lost = rrc,
                                         .ue_known = ue_key != NULL,
                                         .ue_key = ue_key != NULL ? *ue_key : 0};
}

void tally_short(struct tally_place *place, const char *layer, bool rrc, const uint64_t *ue_key)
{
    tally_problem(place,
                  problem_of(place->cut ? DAPS_PROBLEM_HEADER_CUT : DAPS_PROBLEM_HEADER_SHORT, layer, rrc, ue_key));
}

bool tally_rrc(struct tally_place *place, const char *layer, enum daps_rat rat, uint64_t ue_key, struct octets pdu)
{
    enum daps_problem what = DAPS_PROBLEM_RRC_MISSING;

    place->radio = true;
    if (!pdu.bad && !place->cut && pdu.left > 0) {
        tally_count(place, rat == DAPS_RAT_LTE ? DAPS_FRAMING_LTE_RRC : DAPS_FRAMING_NR_RRC);
        return true;
    }
    if (pdu.bad || place->cut)
        what = place->cut ? DAPS_PROBLEM_RRC_CUT : DAPS_PROBLEM_RRC_SHORT;
    tally_problem(place, problem_of(what, layer, true, &ue_key));
    return false;
}
