/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Classes, counts, and the sentence that says what is lost. */
#include "tally/tally.h"

#include <stdarg.h>
#include <stdio.h>

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

bool daps_framing_class_is_followed(enum daps_framing_class class)
{
    return class == DAPS_FRAMING_NR_RRC || class == DAPS_FRAMING_MAC_NR || class == DAPS_FRAMING_RLC_NR ||
           class == DAPS_FRAMING_PDCP_NR;
}

bool tally_has_radio(const struct tally *tally)
{
    const uint64_t *classes = tally->counts.classes;

    return classes[DAPS_FRAMING_NR_RRC] || classes[DAPS_FRAMING_MAC_NR] || classes[DAPS_FRAMING_RLC_NR] ||
           classes[DAPS_FRAMING_PDCP_NR];
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

void tally_problem(struct tally_place *place, enum daps_framing_class class, const char *layer, const char *reason,
                   bool rrc, const uint64_t *ue_key, const char *format, ...)
{
    const struct tally *tally = place->tally;
    tally_count(place, class);
    if (!tally->problem || is_private(place, class))
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
        .frame = place->frame,
        .time_ns = place->time_ns,
        .layer = layer,
        .reason = reason,
        .detail = detail,
        .rrc_lost = rrc,
        .ue_known = ue_key != NULL,
        .ue_key = ue_key ? *ue_key : 0,
    };
    tally->problem(tally->user, &problem);
}

void tally_short(struct tally_place *place, const char *layer, bool rrc, const uint64_t *ue_key)
{
    if (place->cut)
        tally_problem(place, DAPS_FRAMING_CUT, layer, "cut by the snap length inside a header", rrc, ue_key, NULL);
    else
        tally_problem(place, DAPS_FRAMING_MALFORMED, layer, "a header or field runs past the end", rrc, ue_key, NULL);
}

bool tally_rrc(struct tally_place *place, const char *layer, uint64_t ue_key, struct octets pdu)
{
    place->radio = true;
    if (pdu.bad || place->cut)
        tally_problem(place, place->cut ? DAPS_FRAMING_CUT : DAPS_FRAMING_MALFORMED, layer,
                      place->cut ? "the RRC PDU is cut by the snap length" : "the RRC PDU ends early", true, &ue_key,
                      NULL);
    else if (!pdu.left)
        tally_problem(place, DAPS_FRAMING_MALFORMED, layer, "no RRC PDU behind the header", true, &ue_key, NULL);
    else {
        tally_count(place, DAPS_FRAMING_NR_RRC);
        return true;
    }
    return false;
}
