/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Derivations octet by octet, as a reader of TS 33.501 Annex A would write them; and what frames and messages are. */
#include <inttypes.h>
#include <string.h>

#include "daps/derivations.h"
#include "daps/rat.h"
#include "daps/words.h"

/* The inputs of one derivation, and which of them the capture shows. */
struct shown {
    enum daps_derive what;
    struct daps_inputs inputs;
    bool known[DAPS_INPUTS];
};

static void input_words(struct daps_s_part *part, const struct shown *shown, enum daps_input input, enum daps_rat rat)
{
    const uint32_t number = shown->inputs.number[input];
    const char *name = NULL;

    switch (input) {
    case DAPS_INPUT_USE:
        g_snprintf(part->says, sizeof part->says, "algorithm type distinguisher of %s",
                   daps_words_as_key((enum daps_key_use)number));
        return;
    case DAPS_INPUT_ACCESS:
        g_strlcpy(part->says, "access type distinguisher: 3GPP access", sizeof part->says);
        return;
    case DAPS_INPUT_SYNC:
        g_strlcpy(part->says, "SYNC: the initial KgNB, then the NH before", sizeof part->says);
        return;
    case DAPS_INPUT_ALGORITHM:
        name = "algorithm identity";
        break;
    case DAPS_INPUT_COUNT:
        name = "uplink NAS COUNT";
        break;
    case DAPS_INPUT_PCI:
        name = "PCI";
        break;
    case DAPS_INPUT_ARFCN:
        name = daps_rat_row(rat)->arfcn;
        break;
    default:
        name = "counter";
        break;
    }
    if (shown->known[input])
        g_snprintf(part->says, sizeof part->says, "%s %" PRIu32, name, number);
    else
        g_snprintf(part->says, sizeof part->says, "%s not in the log", name);
}

static unsigned parts_of(const struct shown *shown, enum daps_rat rat, struct daps_s_part parts[static DAPS_S_PARTS])
{
    const struct daps_derive_row *row = daps_derive_row(shown->what);
    uint8_t s[DAPS_S_MOST];
    const size_t length = daps_derive_s(shown->what, &shown->inputs, s);
    size_t at = 1;
    unsigned n = 1;

    memset(parts, 0, DAPS_S_PARTS * sizeof *parts);
    parts[0] = (struct daps_s_part){.name = "FC", .octets = {row->fc}, .n = 1, .known = true};
    g_strlcpy(parts[0].says, row->clause, sizeof parts[0].says);
    for (unsigned i = 0; i < 2 && row->inputs[i].input != DAPS_INPUT_NONE; i++) {
        const enum daps_input input = row->inputs[i].input;
        struct daps_s_part *value = &parts[n++], *octets = &parts[n++];
        /* How long an input is stands in the Ln behind it, or at the end of S. */
        size_t n_octets = i == 0 && row->inputs[1].input != DAPS_INPUT_NONE ? row->inputs[0].octets : length - at - 2;

        g_snprintf(value->name, sizeof value->name, "P%u", i % 10);
        g_snprintf(octets->name, sizeof octets->name, "L%u", i % 10);
        value->n = (uint8_t)n_octets;
        value->known = shown->known[input];
        if (value->known)
            memcpy(value->octets, s + at, n_octets);
        input_words(value, shown, input, rat);
        at += n_octets;
        octets->n = 2;
        octets->known = true;
        memcpy(octets->octets, s + at, 2);
        g_snprintf(octets->says, sizeof octets->says, "length of P%u in octets", i % 10);
        at += 2;
    }
    return n;
}

static void know(struct shown *shown, enum daps_input input, int64_t number)
{
    shown->known[input] = number >= 0;
    shown->inputs.number[input] = number >= 0 ? (uint32_t)number : 0;
}

unsigned daps_words_s(const struct daps_key_view *key, enum daps_rat rat, bool computed,
                      struct daps_s_part parts[static DAPS_S_PARTS])
{
    static const uint8_t no_sync[32];
    const struct daps_rat_row *row = daps_rat_row(rat);
    struct shown shown = {.inputs.sync = no_sync};

    switch (key->kind) {
    case DAPS_KEY_ROOT:
        shown.what = rat == DAPS_RAT_LTE ? DAPS_DERIVE_KENB : DAPS_DERIVE_KGNB;
        know(&shown, DAPS_INPUT_ACCESS, 1);
        break;
    case DAPS_KEY_NH:
        shown.what = row->nh;
        break;
    case DAPS_KEY_KSN:
        shown.what = row->sn;
        know(&shown, DAPS_INPUT_COUNTER, key->sk_counter);
        break;
    case DAPS_KEY_KGNB_STAR:
        shown.what = key->fc == daps_derive_row(DAPS_DERIVE_KNGENB_STAR)->fc ? DAPS_DERIVE_KNGENB_STAR : row->star_of;
        know(&shown, DAPS_INPUT_PCI, key->cell.pci);
        know(&shown, DAPS_INPUT_ARFCN, key->cell.ssb_arfcn);
        if (computed && key->computed_octets > 0) {
            know(&shown, DAPS_INPUT_ARFCN, key->computed_arfcn);
            shown.inputs.arfcn_octets = (uint8_t)key->computed_octets;
        }
        break;
    }
    return parts_of(&shown, rat, parts);
}

unsigned daps_words_as_key_s(enum daps_rat rat, enum daps_key_use use, unsigned algorithm,
                             struct daps_s_part parts[static DAPS_S_PARTS])
{
    struct shown shown = {.what = rat == DAPS_RAT_LTE ? DAPS_DERIVE_AS_KEY_LTE : DAPS_DERIVE_AS_KEY};

    know(&shown, DAPS_INPUT_USE, (int64_t)use);
    know(&shown, DAPS_INPUT_ALGORITHM, algorithm);
    return parts_of(&shown, rat, parts);
}

const char *daps_words_as_key(enum daps_key_use use)
{
    static const char *const names[] = {
        [DAPS_USE_NAS_ENC] = "KNASenc", [DAPS_USE_NAS_INT] = "KNASint", [DAPS_USE_RRC_ENC] = "KRRCenc",
        [DAPS_USE_RRC_INT] = "KRRCint", [DAPS_USE_UP_ENC] = "KUPenc",   [DAPS_USE_UP_INT] = "KUPint",
    };

    return (unsigned)use < G_N_ELEMENTS(names) && names[use] != NULL ? names[use] : "an AS key";
}

const char *daps_words_role(enum daps_role role)
{
    static const char *const words[DAPS_ROLE_COUNT] = {
        [DAPS_ROLE_COMMAND] = "leads to the key",
        [DAPS_ROLE_FAILURE] = "failure of the attempt before it",
        [DAPS_ROLE_MESSAGE] = "protected with it",
        [DAPS_ROLE_STORED] = "failed command whose NCC was stored",
        [DAPS_ROLE_SELECTED] = "selects the algorithm",
        [DAPS_ROLE_FAILED] = "first message that does not verify",
        [DAPS_ROLE_REQUEST] = "request whose MAC fits nothing",
        [DAPS_ROLE_GAP] = "something may be missing here",
        [DAPS_ROLE_ARMED] = "conditional candidate that would do the same",
        [DAPS_ROLE_PARENT] = "attempt whose key was taken as parent",
    };

    return (unsigned)role < DAPS_ROLE_COUNT ? words[role] : "";
}

/* Those that have another name in LTE (TS 36.331 6.2.2). */
static const char *lte_message(enum daps_event_kind kind)
{
    static const char *const names[DAPS_EV_KIND_COUNT] = {
        [DAPS_EV_SETUP_REQUEST] = "RRCConnectionRequest",
        [DAPS_EV_SETUP] = "RRCConnectionSetup",
        [DAPS_EV_SETUP_COMPLETE] = "RRCConnectionSetupComplete",
        [DAPS_EV_REJECT] = "RRCConnectionReject",
        [DAPS_EV_RECONFIGURATION] = "RRCConnectionReconfiguration",
        [DAPS_EV_RECONFIGURATION_COMPLETE] = "RRCConnectionReconfigurationComplete",
        [DAPS_EV_REESTABLISHMENT_REQUEST] = "RRCConnectionReestablishmentRequest",
        [DAPS_EV_REESTABLISHMENT] = "RRCConnectionReestablishment",
        [DAPS_EV_REESTABLISHMENT_COMPLETE] = "RRCConnectionReestablishmentComplete",
        [DAPS_EV_RELEASE] = "RRCConnectionRelease",
        [DAPS_EV_RESUME_REQUEST] = "RRCConnectionResumeRequest",
        [DAPS_EV_RESUME] = "RRCConnectionResume",
        [DAPS_EV_RESUME_COMPLETE] = "RRCConnectionResumeComplete",
    };

    return (unsigned)kind < DAPS_EV_KIND_COUNT ? names[kind] : NULL;
}

const char *daps_words_message(enum daps_event_kind kind, bool downlink, enum daps_rat rat)
{
    static const char *const names[DAPS_EV_KIND_COUNT] = {
        [DAPS_EV_SETUP_REQUEST] = "RRCSetupRequest",
        [DAPS_EV_SETUP] = "RRCSetup",
        [DAPS_EV_SETUP_COMPLETE] = "RRCSetupComplete",
        [DAPS_EV_REJECT] = "RRCReject",
        [DAPS_EV_SECURITY_MODE_COMMAND] = "SecurityModeCommand",
        [DAPS_EV_SECURITY_MODE_COMPLETE] = "SecurityModeComplete",
        [DAPS_EV_SECURITY_MODE_FAILURE] = "SecurityModeFailure",
        [DAPS_EV_RECONFIGURATION] = "RRCReconfiguration",
        [DAPS_EV_SCG_CHANGE] = "RRCReconfiguration",
        [DAPS_EV_RECONFIGURATION_COMPLETE] = "RRCReconfigurationComplete",
        [DAPS_EV_FAILURE_INFORMATION] = "FailureInformation",
        [DAPS_EV_REESTABLISHMENT_REQUEST] = "RRCReestablishmentRequest",
        [DAPS_EV_REESTABLISHMENT] = "RRCReestablishment",
        [DAPS_EV_REESTABLISHMENT_COMPLETE] = "RRCReestablishmentComplete",
        [DAPS_EV_RELEASE] = "RRCRelease",
        [DAPS_EV_RESUME_REQUEST] = "RRCResumeRequest",
        [DAPS_EV_RESUME] = "RRCResume",
        [DAPS_EV_RESUME_COMPLETE] = "RRCResumeComplete",
        [DAPS_EV_MOBILITY_FROM_NR] = "MobilityFromNRCommand",
        [DAPS_EV_MOBILITY_FROM_EUTRA] = "MobilityFromEUTRACommand",
        [DAPS_EV_COUNTER_CHECK] = "CounterCheck",
        [DAPS_EV_HANDOVER_PREPARATION] = "HandoverPreparationInformation",
    };

    if (rat == DAPS_RAT_LTE && lte_message(kind) != NULL)
        return lte_message(kind);
    if (kind == DAPS_EV_NAS_TRANSFER)
        return downlink ? "DLInformationTransfer" : "ULInformationTransfer";
    return (unsigned)kind < DAPS_EV_KIND_COUNT && names[kind] != NULL ? names[kind] : "other RRC message";
}
