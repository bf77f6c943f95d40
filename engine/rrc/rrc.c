/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NR RRC PDUs by channel (TS 38.331 6.2.1, 6.2.2; inter-node messages 11.2.2) in unaligned PER (ITU-T X.691).
 *
 *   *-DCCH-Message   message: CHOICE { c1: CHOICE { one of 16 messages }, messageClassExtension }
 *   HandoverCommand  criticalExtensions: CHOICE { c1: CHOICE { handoverCommand { handoverCommandMessage
 *                    (OCTET STRING with a DL-DCCH-Message), ... } }, ... }
 */
#include "rrc/rrc.h"

#include "rrc/reading.h"

/* Octets without the zero octets at their end: padding, which differs by how a message is wrapped. */
static uint32_t without_padding(const uint8_t *octets, size_t length)
{
    while (length > 0 && octets[length - 1] == 0)
        length--;
    return (uint32_t)length;
}

/* What the walk of a message finds. */
struct message {
    struct rrc_reading *r;
    struct daps_event *ev;
    bool future;
    int c2;
    struct rrc_span container;
    struct daps_rrc_segment segment;
};

/* The value of a BIT STRING of at most 64 bits. */
static uint64_t bit_string(const struct rrc_reading *r, const struct per_hit *hit)
{
    struct daps_bits bits = daps_bits_of(r->walked.octets, r->walked.length);

    bits.position = hit->bit;
    return daps_bits_take64(&bits, (unsigned)hit->value);
}

/* Who the UE is, and in which cell: what requests, setup and broadcast say. false: the rest of the message is not
 * wanted. */
static bool identity_field(struct message *m, const struct per_hit *hit)
{
    struct daps_event *ev = m->ev;

    switch ((enum nr_rrc_field)hit->field) {
    case NR_RRC_FULL_I_RNTI:
        ev->i_rnti = (int64_t)bit_string(m->r, hit);
        break;
    case NR_RRC_SHORT_I_RNTI:
        ev->short_i_rnti = (int32_t)bit_string(m->r, hit);
        break;
    case NR_RRC_REQUEST_MAC:
        ev->request_mac = (int32_t)bit_string(m->r, hit);
        break;
    case NR_RRC_CELL_IDENTITY:
        ev->cell_identity = (int64_t)bit_string(m->r, hit);
        return false; /* that of the first PLMN counts (TS 38.331 5.3.7.4), and the rest says nothing here */
    case NR_RRC_UE_C_RNTI:
        ev->ue_c_rnti = (int32_t)hit->value;
        break;
    case NR_RRC_UE_PHYS_CELL_ID:
    case NR_RRC_SOURCE_PHYS_CELL_ID:
        ev->ue_pci = (int32_t)hit->value;
        break;
    case NR_RRC_REESTABLISHMENT_CAUSE:
        ev->cause = hit->value < 3 ? (enum daps_reestablishment_cause)(hit->value + 1) : DAPS_REEST_NONE;
        break;
    default:
        break;
    }
    return true;
}

static bool on_field(void *user, const struct per_hit *hit)
{
    struct message *m = user;
    struct daps_event *ev = m->ev;

    switch ((enum nr_rrc_field)hit->field) {
    case NR_RRC_TRANSACTION:
        ev->transaction = (int8_t)hit->value;
        break;
    case NR_RRC_CRITICAL:
        m->future = hit->value != 0;
        break;
    case NR_RRC_CIPHERING_ALGORITHM:
        ev->ciphering = (int8_t)(hit->value <= 7 ? hit->value : 127);
        break;
    case NR_RRC_INTEGRITY_ALGORITHM:
        ev->integrity = (int8_t)(hit->value <= 7 ? hit->value : 127);
        break;
    case NR_RRC_FAILURE_INFO_DAPS:
        ev->daps_failure = true;
        break;
    case NR_RRC_SUSPEND_CONFIG:
        ev->suspend = true;
        break;
    case NR_RRC_NEXT_HOP_CHAINING_COUNT:
        ev->ncc = (int8_t)hit->value;
        break;
    case NR_RRC_SEGMENT_NUMBER:
        m->segment.number = (uint8_t)hit->value;
        break;
    case NR_RRC_SEGMENT_TYPE:
        m->segment.last = hit->value == 1; /* notLastSegment, lastSegment */
        break;
    case NR_RRC_SEGMENT_CONTAINER:
    case NR_RRC_HANDOVER_COMMAND_MESSAGE:
        m->container = rrc_span_of(m->r, hit);
        break;
    default:
        return identity_field(m, hit);
    }
    return true;
}

static bool on_extension(void *user, const struct per_hit *hit)
{
    struct message *m = user;

    if (hit->field == NR_RRC_C2)
        m->c2 = (int)hit->value;
    return on_field(user, hit);
}

/* One row a message of a channel's c1. */
struct message_kind {
    const char *name; /* NULL: spare */
    enum daps_event_kind kind;
    bool digest; /* rules compare its octets */
    bool fields; /* something inside is wanted */
};

#define OTHER(name)                                                                                                    \
    {                                                                                                                  \
        name, DAPS_EV_TRAFFIC, false, false                                                                            \
    }
#define SPARE                                                                                                          \
    {                                                                                                                  \
        NULL, DAPS_EV_KIND_COUNT, false, false                                                                         \
    }

static const struct message_kind dl_dcch[16] = {
    {"rrcReconfiguration", DAPS_EV_RECONFIGURATION, true, true},
    {"rrcResume", DAPS_EV_RESUME, false, true},
    {"rrcRelease", DAPS_EV_RELEASE, false, true},
    {"rrcReestablishment", DAPS_EV_REESTABLISHMENT, true, true},
    {"securityModeCommand", DAPS_EV_SECURITY_MODE_COMMAND, true, true},
    {"dlInformationTransfer", DAPS_EV_NAS_TRANSFER, false, false},
    OTHER("ueCapabilityEnquiry"),
    {"counterCheck", DAPS_EV_COUNTER_CHECK, false, false},
    {"mobilityFromNRCommand", DAPS_EV_MOBILITY_FROM_NR, false, false},
    {"dlDedicatedMessageSegment", DAPS_EV_TRAFFIC, false, true},
    OTHER("ueInformationRequest"),
    OTHER("dlInformationTransferMRDC"),
    OTHER("loggedMeasurementConfiguration"),
    SPARE,
    SPARE,
    SPARE,
};

static const struct message_kind ul_dcch[16] = {
    OTHER("measurementReport"),
    {"rrcReconfigurationComplete", DAPS_EV_RECONFIGURATION_COMPLETE, true, true},
    {"rrcSetupComplete", DAPS_EV_SETUP_COMPLETE, false, true},
    {"rrcReestablishmentComplete", DAPS_EV_REESTABLISHMENT_COMPLETE, true, true},
    {"rrcResumeComplete", DAPS_EV_RESUME_COMPLETE, true, true},
    {"securityModeComplete", DAPS_EV_SECURITY_MODE_COMPLETE, false, true},
    {"securityModeFailure", DAPS_EV_SECURITY_MODE_FAILURE, false, true},
    {"ulInformationTransfer", DAPS_EV_NAS_TRANSFER, false, false},
    OTHER("locationMeasurementIndication"),
    OTHER("ueCapabilityInformation"),
    OTHER("counterCheckResponse"),
    OTHER("ueAssistanceInformation"),
    {"failureInformation", DAPS_EV_FAILURE_INFORMATION, false, true},
    OTHER("ulInformationTransferMRDC"),
    OTHER("scgFailureInformation"),
    OTHER("scgFailureInformationEUTRA"),
};

static const struct message_kind dl_ccch[4] = {
    {"rrcReject", DAPS_EV_REJECT, false, false}, {"rrcSetup", DAPS_EV_SETUP, false, true}, SPARE, SPARE};

static const struct message_kind ul_ccch[4] = {
    {"rrcSetupRequest", DAPS_EV_SETUP_REQUEST, false, false},
    {"rrcResumeRequest", DAPS_EV_RESUME_REQUEST, false, true},
    {"rrcReestablishmentRequest", DAPS_EV_REESTABLISHMENT_REQUEST, false, true},
    {"rrcSystemInfoRequest", DAPS_EV_KIND_COUNT, false, false},
};

static const struct message_kind ul_ccch1[4] = {
    {"rrcResumeRequest1", DAPS_EV_RESUME_REQUEST, false, true}, SPARE, SPARE, SPARE};

static const struct message_kind bcch_dl_sch[2] = {
    {"systemInformation", DAPS_EV_KIND_COUNT, false, false},
    {"systemInformationBlockType1", DAPS_EV_SYSTEM_INFORMATION, false, true},
};

static const struct message_kind bcch_bch = {"mib", DAPS_EV_SYSTEM_INFORMATION, false, false};

/* Contents from a later release (criticalExtensionsFuture): what is left when nothing inside can be known. */
static enum daps_event_kind kind_without_contents(enum daps_event_kind kind)
{
    switch (kind) {
    case DAPS_EV_REESTABLISHMENT: /* without its NCC it derives nothing */
    case DAPS_EV_FAILURE_INFORMATION:
        return DAPS_EV_TRAFFIC;
    default:
        return kind;
    }
}

/* Octets of an OCTET STRING, which UPER does not align: they go to the end of the scratch room. */
static void take_segment(struct rrc_reading *r, struct message *m)
{
    const size_t length = (size_t)(m->container.bits / 8);
    struct daps_bits bits = daps_bits_of(m->container.octets, m->container.length);
    uint8_t *room = r->out->scratch + r->scratch;

    if (!m->container.present || m->future || length > DAPS_RRC_SCRATCH - r->scratch)
        return;
    bits.position = m->container.bit;
    for (size_t i = 0; i < length; i++)
        room[i] = (uint8_t)daps_bits_take(&bits, 8);
    if (bits.error != NULL)
        return;
    m->segment.present = true;
    m->segment.octets = room;
    m->segment.length = length;
    r->scratch += length;
    r->out->segment = m->segment;
}

/* Reads span, of type root, into one event: the message called kind->name. */
static void read_fields(struct rrc_reading *r, struct rrc_span span, uint32_t root, const struct message_kind *kind)
{
    struct message m = {.r = r};

    r->out->message = kind->name != NULL ? kind->name : "spare";
    if (kind->kind == DAPS_EV_KIND_COUNT)
        return;
    m.ev = rrc_add_event(r, kind->kind);
    if (m.ev == NULL)
        return;
    if (kind->fields && !rrc_walk(r, root, span, on_field, &m)) {
        if (kind->kind == DAPS_EV_SYSTEM_INFORMATION) { /* broadcast is not what is audited: its cell is not known */
            r->out->status = DAPS_RRC_OK;
            r->out->error = NULL;
        }
        return;
    }
    if (m.future)
        m.ev->kind = kind_without_contents(kind->kind);
    if (kind->digest)
        m.ev->digest = r->out->digest = daps_digest(r->octets, r->length);
    if (kind->kind == DAPS_EV_TRAFFIC && kind->fields)
        take_segment(r, &m);
}

/* TS 38.331 6.2.1: UL-DCCH is the one channel whose extension class has messages; behind the eleventh all are spare. */
static void read_extension(struct rrc_reading *r, struct rrc_span span, uint32_t root)
{
    struct message m = {.r = r, .c2 = -1};

    r->out->message = "messageClassExtension";
    if (root != NR_RRC_ROOT_UL_DCCH_MESSAGE)
        return;
    m.ev = rrc_add_event(r, DAPS_EV_TRAFFIC);
    if (m.ev == NULL || !rrc_walk(r, root, span, on_extension, &m))
        return;
    if (m.c2 < 0 || m.c2 >= 11)
        r->out->n_events = 0;
    else
        take_segment(r, &m);
}

struct message_class {
    uint32_t root;
    const struct message_kind *kinds; /* 2 to the power of c1_bits of them */
    unsigned c1_bits;                 /* 0: no c1, one message */
};

/*
 * Reads a message of that class. Which one it is stands in the first bits, and for most that is all that matters:
 *
 *   | 0 c1, 1 extension | index in c1 | the message
 */
static void read_message(struct rrc_reading *r, const struct message_class *class)
{
    const struct rrc_span span = rrc_whole(r);
    struct daps_bits bits = daps_bits_of(r->octets, r->length);
    uint32_t extension = daps_bits_take(&bits, 1), c1 = 0;
    const struct message_kind *kind;

    if (extension == 0)
        c1 = daps_bits_take(&bits, class->c1_bits);
    kind = &class->kinds[c1];
    if (bits.error != NULL) {
        r->out->status = DAPS_RRC_UNDECODED;
        r->out->error = bits.error;
    } else if (extension != 0) {
        read_extension(r, span, class->root);
    } else if (kind->kind == DAPS_EV_RECONFIGURATION) {
        struct rrc_span inner = span;
        inner.bit = bits.position;
        inner.bits = span.bits - bits.position;
        r->out->message = kind->name;
        rrc_reconfiguration(r, inner, false, daps_digest(r->octets, without_padding(r->octets, r->length)));
    } else {
        read_fields(r, span, class->root, kind);
    }
}

/* TS 38.331 11.2.2: the command as the target node made it, an RRCReconfiguration in an OCTET STRING. */
static void read_handover_command(struct rrc_reading *r)
{
    struct message m = {.r = r};

    r->out->message = "handoverCommand";
    if (!rrc_walk(r, NR_RRC_ROOT_HANDOVERCOMMAND, rrc_whole(r), on_field, &m) || !m.container.present)
        return;
    rrc_reconfiguration(r, m.container, true, rrc_digest_as_dcch(m.container));
    if (r->out->n_events > 0 && r->out->events[0].kind != DAPS_EV_RECONFIGURATION)
        r->out->n_events = 0; /* criticalExtensionsFuture */
}

static const struct message_class classes[DAPS_CH_COUNT] = {
    [DAPS_CH_BCCH_BCH] = {NR_RRC_ROOT_BCCH_BCH_MESSAGE, &bcch_bch, 0},
    [DAPS_CH_BCCH_DL_SCH] = {NR_RRC_ROOT_BCCH_DL_SCH_MESSAGE, bcch_dl_sch, 1},
    [DAPS_CH_DL_CCCH] = {NR_RRC_ROOT_DL_CCCH_MESSAGE, dl_ccch, 2},
    [DAPS_CH_DL_DCCH] = {NR_RRC_ROOT_DL_DCCH_MESSAGE, dl_dcch, 4},
    [DAPS_CH_UL_CCCH] = {NR_RRC_ROOT_UL_CCCH_MESSAGE, ul_ccch, 2},
    [DAPS_CH_UL_CCCH1] = {NR_RRC_ROOT_UL_CCCH1_MESSAGE, ul_ccch1, 2},
    [DAPS_CH_UL_DCCH] = {NR_RRC_ROOT_UL_DCCH_MESSAGE, ul_dcch, 4},
};

static void read_channel(struct rrc_reading *r, enum daps_channel channel)
{
    static const struct message_kind complete = {"rrcReconfigurationComplete", DAPS_EV_RECONFIGURATION_COMPLETE, true,
                                                 true};
    static const struct message_kind preparation = {"handoverPreparationInformation", DAPS_EV_HANDOVER_PREPARATION,
                                                    false, true};
    const struct rrc_span whole = rrc_whole(r);

    switch (channel) {
    case DAPS_CH_BCCH_BCH:
    case DAPS_CH_BCCH_DL_SCH:
    case DAPS_CH_DL_CCCH:
    case DAPS_CH_DL_DCCH:
    case DAPS_CH_UL_CCCH:
    case DAPS_CH_UL_CCCH1:
    case DAPS_CH_UL_DCCH:
        read_message(r, &classes[channel]);
        break;
    case DAPS_CH_RECONFIGURATION:
        r->out->message = "rrcReconfiguration";
        rrc_reconfiguration(r, whole, false, rrc_digest_as_dcch(whole));
        break;
    case DAPS_CH_RECONFIGURATION_COMPLETE:
        read_fields(r, whole, NR_RRC_ROOT_RRCRECONFIGURATIONCOMPLETE, &complete);
        break;
    case DAPS_CH_HANDOVER_COMMAND:
        read_handover_command(r);
        break;
    case DAPS_CH_HANDOVER_PREPARATION:
        read_fields(r, whole, NR_RRC_ROOT_HANDOVERPREPARATIONINFORMATION, &preparation);
        break;
    case DAPS_CH_RADIO_BEARER_CONFIG:
        r->out->message = "radioBearerConfig";
        rrc_radio_bearer_config(r, whole);
        break;
    case DAPS_CH_CELL_GROUP_CONFIG:
        r->out->message = "cellGroupConfig";
        rrc_secondary_cell_group(r, whole, -1);
        break;
    case DAPS_CH_PCCH:
    case DAPS_CH_OTHER:
    case DAPS_CH_NONE:
    case DAPS_CH_COUNT:
        break;
    }
}

static bool is_dedicated(enum daps_channel channel)
{
    switch (channel) {
    case DAPS_CH_DL_CCCH:
    case DAPS_CH_DL_DCCH:
    case DAPS_CH_UL_CCCH:
    case DAPS_CH_UL_CCCH1:
    case DAPS_CH_UL_DCCH:
        return true;
    default:
        return false;
    }
}

enum daps_rrc_status daps_rrc_decode_nr(enum daps_channel channel, const uint8_t *octets, size_t length,
                                        struct daps_rrc_result *out)
{
    struct rrc_reading r = {.octets = octets, .length = length, .out = out};

    out->status = DAPS_RRC_OK;
    out->message = "";
    out->error = NULL;
    out->error_bit = 0;
    out->n_events = 0;
    out->n_rlc = 0;
    out->segment.present = false;
    out->digest = 0;
    if (length > DAPS_RRC_MAX_OCTETS) {
        out->status = DAPS_RRC_UNDECODED;
        out->error = "longer than any RRC message";
        return out->status;
    }
    read_channel(&r, channel);
    if (out->status != DAPS_RRC_OK)
        out->n_events = 0;
    for (uint32_t i = 0; i < out->n_events; i++)
        out->events[i].channel = channel;
    /* Whatever a message says, it must be told from the same message logged again. */
    if (out->n_events > 0 && out->events[0].digest == 0 && is_dedicated(channel))
        out->events[0].digest = out->digest = daps_digest(octets, length);
    return out->status;
}
