/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NR RRC PDUs by channel (TS 38.331 6.2.1, 6.2.2; inter-node messages 11.2.2) in unaligned PER (ITU-T X.691).
 *
 *   *-DCCH-Message   message: CHOICE { c1: CHOICE { one of 16 messages }, messageClassExtension }
 *   HandoverCommand  criticalExtensions: CHOICE { c1: CHOICE { handoverCommand { handoverCommandMessage
 *                    (OCTET STRING with an RRCReconfiguration), ... } }, ... }
 */
#include "per/tables_nr_rrc.h"
#include "rrc/reading.h"

/* Who the UE is, and in which cell: what requests, setup and broadcast say. false: the rest of the message is not
 * wanted. */
static bool identity_field(struct rrc_message *m, const struct per_hit *hit)
{
    struct daps_event *ev = m->ev;

    switch ((enum nr_rrc_field)hit->field) {
    case NR_RRC_FULL_I_RNTI:
        ev->i_rnti = (int64_t)rrc_bit_string(m->r, hit);
        break;
    case NR_RRC_SHORT_I_RNTI:
        ev->short_i_rnti = (int32_t)rrc_bit_string(m->r, hit);
        break;
    case NR_RRC_REQUEST_MAC:
        ev->request_mac = (int32_t)rrc_bit_string(m->r, hit);
        break;
    case NR_RRC_CELL_IDENTITY:
        ev->cell_identity = (int64_t)rrc_bit_string(m->r, hit);
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

#define COUNT_LSB_BITS 7 /* that countMSB leaves out (TS 38.331 6.2.2, CounterCheck) */

static void note_count(struct rrc_message *m, unsigned direction, uint64_t count)
{
    struct daps_drb_counts *counts = &m->ev->counts;

    if (counts->drb[direction] != 0 && count <= counts->count[direction])
        return;
    counts->drb[direction] = m->drb;
    counts->count[direction] = (uint32_t)count;
}

/* true: it was one of these. */
static bool count_field(struct rrc_message *m, const struct per_hit *hit)
{
    const uint64_t value = (uint64_t)hit->value;

    switch ((enum nr_rrc_field)hit->field) {
    case NR_RRC_COUNT_DRB:
        m->drb = (uint8_t)value;
        return true;
    case NR_RRC_COUNT_UPLINK:
        note_count(m, 0, value);
        return true;
    case NR_RRC_COUNT_DOWNLINK:
        note_count(m, 1, value);
        return true;
    case NR_RRC_COUNT_MSB_UPLINK:
        note_count(m, 0, value << COUNT_LSB_BITS);
        return true;
    case NR_RRC_COUNT_MSB_DOWNLINK:
        note_count(m, 1, value << COUNT_LSB_BITS);
        return true;
    default:
        return false;
    }
}

static bool on_field(void *user, const struct per_hit *hit)
{
    struct rrc_message *m = user;
    struct daps_event *ev = m->ev;

    switch ((enum nr_rrc_field)hit->field) {
    case NR_RRC_TRANSACTION:
        ev->transaction = (int8_t)hit->value;
        break;
    case NR_RRC_CRITICAL:
        m->future = hit->value != 0;
        break;
    case NR_RRC_CIPHERING_ALGORITHM:
        ev->ciphering = rrc_algorithm(hit->value);
        break;
    case NR_RRC_INTEGRITY_ALGORITHM:
        ev->integrity = rrc_algorithm(hit->value);
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
        return count_field(m, hit) || identity_field(m, hit);
    }
    return true;
}

static bool on_extension(void *user, const struct per_hit *hit)
{
    struct rrc_message *m = user;

    if (hit->field == NR_RRC_C2)
        m->c2 = (int)hit->value;
    return on_field(user, hit);
}

static const struct rrc_message_kind dl_dcch[16] = {
    {"rrcReconfiguration", DAPS_EV_RECONFIGURATION, true, RRC_FIELDS},
    {"rrcResume", DAPS_EV_RESUME, false, RRC_FIELDS},
    {"rrcRelease", DAPS_EV_RELEASE, false, RRC_FIELDS},
    {"rrcReestablishment", DAPS_EV_REESTABLISHMENT, true, RRC_FIELDS},
    {"securityModeCommand", DAPS_EV_SECURITY_MODE_COMMAND, true, RRC_FIELDS},
    {"dlInformationTransfer", DAPS_EV_NAS_TRANSFER, false, RRC_NOTHING},
    RRC_OTHER("ueCapabilityEnquiry"),
    {"counterCheck", DAPS_EV_COUNTER_CHECK, false, RRC_FIELDS},
    {"mobilityFromNRCommand", DAPS_EV_MOBILITY_FROM_NR, false, RRC_NOTHING},
    {"dlDedicatedMessageSegment", DAPS_EV_TRAFFIC, false, RRC_FIELDS},
    RRC_OTHER("ueInformationRequest"),
    RRC_OTHER("dlInformationTransferMRDC"),
    RRC_OTHER("loggedMeasurementConfiguration"),
    RRC_SPARE,
    RRC_SPARE,
    RRC_SPARE,
};

static const struct rrc_message_kind ul_dcch[16] = {
    RRC_OTHER("measurementReport"),
    {"rrcReconfigurationComplete", DAPS_EV_RECONFIGURATION_COMPLETE, true, RRC_TRANSACTION},
    {"rrcSetupComplete", DAPS_EV_SETUP_COMPLETE, false, RRC_TRANSACTION},
    {"rrcReestablishmentComplete", DAPS_EV_REESTABLISHMENT_COMPLETE, true, RRC_TRANSACTION},
    {"rrcResumeComplete", DAPS_EV_RESUME_COMPLETE, true, RRC_TRANSACTION},
    {"securityModeComplete", DAPS_EV_SECURITY_MODE_COMPLETE, false, RRC_TRANSACTION},
    {"securityModeFailure", DAPS_EV_SECURITY_MODE_FAILURE, false, RRC_TRANSACTION},
    {"ulInformationTransfer", DAPS_EV_NAS_TRANSFER, false, RRC_NOTHING},
    RRC_OTHER("locationMeasurementIndication"),
    RRC_OTHER("ueCapabilityInformation"),
    {"counterCheckResponse", DAPS_EV_TRAFFIC, false, RRC_FIELDS},
    RRC_OTHER("ueAssistanceInformation"),
    {"failureInformation", DAPS_EV_FAILURE_INFORMATION, false, RRC_FIELDS},
    RRC_OTHER("ulInformationTransferMRDC"),
    RRC_OTHER("scgFailureInformation"),
    RRC_OTHER("scgFailureInformationEUTRA"),
};

static const struct rrc_message_kind dl_ccch[4] = {{"rrcReject", DAPS_EV_REJECT, false, RRC_NOTHING},
                                                   {"rrcSetup", DAPS_EV_SETUP, false, RRC_FIELDS},
                                                   RRC_SPARE,
                                                   RRC_SPARE};

static const struct rrc_message_kind ul_ccch[4] = {
    {"rrcSetupRequest", DAPS_EV_SETUP_REQUEST, false, RRC_NOTHING},
    {"rrcResumeRequest", DAPS_EV_RESUME_REQUEST, false, RRC_FIELDS},
    {"rrcReestablishmentRequest", DAPS_EV_REESTABLISHMENT_REQUEST, false, RRC_FIELDS},
    {"rrcSystemInfoRequest", DAPS_EV_KIND_COUNT, false, RRC_NOTHING},
};

static const struct rrc_message_kind ul_ccch1[4] = {
    {"rrcResumeRequest1", DAPS_EV_RESUME_REQUEST, false, RRC_FIELDS}, RRC_SPARE, RRC_SPARE, RRC_SPARE};

static const struct rrc_message_kind bcch_dl_sch[2] = {
    {"systemInformation", DAPS_EV_KIND_COUNT, false, RRC_NOTHING},
    {"systemInformationBlockType1", DAPS_EV_SYSTEM_INFORMATION, false, RRC_FIELDS},
};

static const struct rrc_message_kind bcch_bch = {"mib", DAPS_EV_SYSTEM_INFORMATION, false, RRC_NOTHING};

/* TS 38.331 6.2.1: UL-DCCH is the one channel whose extension class has messages; behind the eleventh all are spare. */
static void read_extension(struct rrc_reading *r, struct rrc_span span, uint32_t root)
{
    struct rrc_message m = {.r = r, .c2 = -1};

    r->out->message = "messageClassExtension";
    if (root != NR_RRC_ROOT_UL_DCCH_MESSAGE)
        return;
    m.ev = rrc_add_event(r, DAPS_EV_TRAFFIC);
    if (m.ev == NULL || !rrc_walk(r, root, span, on_extension, &m))
        return;
    if (m.c2 < 0 || m.c2 >= 11)
        r->out->n_events = 0;
    else
        rrc_take_segment(r, &m);
}

/* TS 38.331 11.2.2: the command as the target node made it, an RRCReconfiguration in an OCTET STRING. */
static void read_handover_command(struct rrc_reading *r)
{
    struct rrc_message m = {.r = r};

    r->out->message = "handoverCommand";
    if (!rrc_walk(r, NR_RRC_ROOT_HANDOVERCOMMAND, rrc_whole(r), on_field, &m) || !m.container.present)
        return;
    rrc_reconfiguration(r, m.container, true, rrc_digest_as_dcch(m.container));
    if (r->out->n_events > 0 && r->out->events[0].kind != DAPS_EV_RECONFIGURATION)
        r->out->n_events = 0; /* criticalExtensionsFuture */
}

static const struct rrc_message_class classes[DAPS_CH_COUNT] = {
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
    static const struct rrc_message_kind complete = {"rrcReconfigurationComplete", DAPS_EV_RECONFIGURATION_COMPLETE,
                                                     true, RRC_FIELDS};
    static const struct rrc_message_kind preparation = {"handoverPreparationInformation", DAPS_EV_HANDOVER_PREPARATION,
                                                        false, RRC_FIELDS};
    const struct rrc_span whole = rrc_whole(r);

    switch (channel) {
    case DAPS_CH_BCCH_BCH:
    case DAPS_CH_BCCH_DL_SCH:
    case DAPS_CH_DL_CCCH:
    case DAPS_CH_DL_DCCH:
    case DAPS_CH_UL_CCCH:
    case DAPS_CH_UL_CCCH1:
    case DAPS_CH_UL_DCCH:
        rrc_read_message(r, &classes[channel]);
        break;
    case DAPS_CH_RECONFIGURATION:
        r->out->message = "rrcReconfiguration";
        rrc_reconfiguration(r, whole, false, rrc_digest_as_dcch(whole));
        break;
    case DAPS_CH_RECONFIGURATION_COMPLETE:
        rrc_read_fields(r, whole, NR_RRC_ROOT_RRCRECONFIGURATIONCOMPLETE, &complete);
        break;
    case DAPS_CH_HANDOVER_COMMAND:
        read_handover_command(r);
        break;
    case DAPS_CH_HANDOVER_PREPARATION:
        rrc_read_fields(r, whole, NR_RRC_ROOT_HANDOVERPREPARATIONINFORMATION, &preparation);
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

const struct rrc_technology rrc_nr = {
    .rat = DAPS_RAT_NR,
    .walk = nr_rrc_walk,
    .table = &nr_rrc_table,
    .on_field = on_field,
    .classes = classes,
    .read_channel = read_channel,
    .read_extension = read_extension,
    .reconfiguration = rrc_reconfiguration,
};
