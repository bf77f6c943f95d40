/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LTE RRC PDUs by channel (TS 36.331 6.2.1, 6.2.2; inter-node messages 10.2.2) in unaligned PER (ITU-T X.691).
 *
 *   *-DCCH-Message   message: CHOICE { c1: CHOICE { one of 16 messages }, messageClassExtension: CHOICE { c2, ... } }
 *   HandoverCommand  criticalExtensions: CHOICE { c1: CHOICE { handoverCommand-r8 { handoverCommandMessage
 *                    (OCTET STRING with a DL-DCCH-Message), ... } }, ... }
 */
#include "per/tables_lte_rrc.h"
#include "rrc/reading.h"

#define RRC_SUSPEND   3 /* ReleaseCause rrc-Suspend-v1320 */
#define DAPSHO_FAILED 1 /* failureType-r16 dapsHO-failure */

static void identity_hit(struct rrc_message *m, const struct per_hit *hit)
{
    struct daps_event *ev = m->ev;

    switch ((enum lte_rrc_field)hit->field) {
    case LTE_RRC_FULL_I_RNTI:
        ev->i_rnti = (int64_t)rrc_bit_string(m->r, hit);
        break;
    case LTE_RRC_SHORT_I_RNTI:
        ev->short_i_rnti = (int32_t)rrc_bit_string(m->r, hit);
        break;
    case LTE_RRC_REQUEST_MAC:
        ev->request_mac = (int32_t)rrc_bit_string(m->r, hit);
        break;
    case LTE_RRC_CELL_IDENTITY:
        ev->cell_identity = (int64_t)rrc_bit_string(m->r, hit);
        break;
    case LTE_RRC_UE_C_RNTI:
        ev->ue_c_rnti = (int32_t)rrc_bit_string(m->r, hit);
        break;
    case LTE_RRC_UE_PHYS_CELL_ID:
    case LTE_RRC_SOURCE_PHYS_CELL_ID:
        ev->ue_pci = (int32_t)hit->value;
        break;
    case LTE_RRC_REESTABLISHMENT_CAUSE:
        ev->cause = hit->value < 3 ? (enum daps_reestablishment_cause)(hit->value + 1) : DAPS_REEST_NONE;
        break;
    default:
        break;
    }
}

static bool on_field(void *user, const struct per_hit *hit)
{
    struct rrc_message *m = user;
    struct daps_event *ev = m->ev;

    switch ((enum lte_rrc_field)hit->field) {
    case LTE_RRC_TRANSACTION:
        ev->transaction = (int8_t)hit->value;
        break;
    case LTE_RRC_CRITICAL: /* criticalExtensionsFuture, or a spare of c1 */
        m->future |= hit->value != 0;
        break;
    case LTE_RRC_CIPHERING_ALGORITHM:
        ev->ciphering = rrc_algorithm(hit->value);
        break;
    case LTE_RRC_INTEGRITY_ALGORITHM:
        ev->integrity = rrc_algorithm(hit->value);
        break;
    case LTE_RRC_FAILURE_TYPE:
        ev->daps_failure = hit->value == DAPSHO_FAILED;
        break;
    case LTE_RRC_RELEASE_CAUSE:
        ev->suspend |= hit->value == RRC_SUSPEND;
        break;
    case LTE_RRC_INACTIVE_CONFIG:
        ev->suspend = true;
        break;
    case LTE_RRC_NEXT_HOP_CHAINING_COUNT:
        ev->ncc = (int8_t)hit->value;
        break;
    case LTE_RRC_SK_COUNTER:
        ev->sk_counter = (int32_t)hit->value;
        break;
    case LTE_RRC_SEGMENT_NUMBER:
        m->segment.number = (uint8_t)hit->value;
        break;
    case LTE_RRC_SEGMENT_TYPE:
        m->segment.last = hit->value == 1; /* notLastSegment, lastSegment */
        break;
    case LTE_RRC_SEGMENT_CONTAINER:
    case LTE_RRC_HANDOVER_COMMAND_MESSAGE:
        m->container = rrc_span_of(m->r, hit);
        break;
    default:
        identity_hit(m, hit);
        break;
    }
    return true;
}

static const struct rrc_message_kind dl_dcch[16] = {
    RRC_OTHER("csfbParametersResponseCDMA2000"),
    {"dlInformationTransfer", DAPS_EV_NAS_TRANSFER, false, RRC_NOTHING},
    RRC_OTHER("handoverFromEUTRAPreparationRequest"),
    {"mobilityFromEUTRACommand", DAPS_EV_MOBILITY_FROM_EUTRA, false, RRC_NOTHING},
    {"rrcConnectionReconfiguration", DAPS_EV_RECONFIGURATION, true, RRC_FIELDS},
    {"rrcConnectionRelease", DAPS_EV_RELEASE, false, RRC_FIELDS},
    {"securityModeCommand", DAPS_EV_SECURITY_MODE_COMMAND, true, RRC_FIELDS},
    RRC_OTHER("ueCapabilityEnquiry"),
    {"counterCheck", DAPS_EV_COUNTER_CHECK, false, RRC_NOTHING},
    RRC_OTHER("ueInformationRequest"),
    RRC_OTHER("loggedMeasurementConfiguration"),
    RRC_OTHER("rnReconfiguration"),
    {"rrcConnectionResume", DAPS_EV_RESUME, true, RRC_FIELDS},
    {"dlDedicatedMessageSegment", DAPS_EV_TRAFFIC, false, RRC_FIELDS},
    RRC_SPARE,
    RRC_SPARE,
};

static const struct rrc_message_kind ul_dcch[16] = {
    RRC_OTHER("csfbParametersRequestCDMA2000"),
    RRC_OTHER("measurementReport"),
    {"rrcConnectionReconfigurationComplete", DAPS_EV_RECONFIGURATION_COMPLETE, true, RRC_TRANSACTION},
    {"rrcConnectionReestablishmentComplete", DAPS_EV_REESTABLISHMENT_COMPLETE, true, RRC_TRANSACTION},
    {"rrcConnectionSetupComplete", DAPS_EV_SETUP_COMPLETE, false, RRC_TRANSACTION},
    {"securityModeComplete", DAPS_EV_SECURITY_MODE_COMPLETE, false, RRC_TRANSACTION},
    {"securityModeFailure", DAPS_EV_SECURITY_MODE_FAILURE, false, RRC_TRANSACTION},
    RRC_OTHER("ueCapabilityInformation"),
    RRC_OTHER("ulHandoverPreparationTransfer"),
    {"ulInformationTransfer", DAPS_EV_NAS_TRANSFER, false, RRC_NOTHING},
    RRC_OTHER("counterCheckResponse"),
    RRC_OTHER("ueInformationResponse"),
    RRC_OTHER("proximityIndication"),
    RRC_OTHER("rnReconfigurationComplete"),
    RRC_OTHER("mbmsCountingResponse"),
    RRC_OTHER("interFreqRSTDMeasurementIndication"),
};

/* c2 of messageClassExtension. failureInformation-r15 names a bearer: it is no failure of a handover. */
static const struct rrc_message_kind ul_dcch_c2[16] = {
    RRC_OTHER("ueAssistanceInformation"),
    RRC_OTHER("inDeviceCoexIndication"),
    RRC_OTHER("mbmsInterestIndication"),
    RRC_OTHER("scgFailureInformation"),
    RRC_OTHER("sidelinkUEInformation"),
    RRC_OTHER("wlanConnectionStatusReport"),
    {"rrcConnectionResumeComplete", DAPS_EV_RESUME_COMPLETE, true, RRC_FIELDS},
    RRC_OTHER("ulInformationTransferMRDC"),
    RRC_OTHER("scgFailureInformationNR"),
    RRC_OTHER("measReportAppLayer"),
    {"failureInformation-r15", DAPS_EV_FAILURE_INFORMATION, false, RRC_NOTHING},
    {"ulDedicatedMessageSegment", DAPS_EV_TRAFFIC, false, RRC_FIELDS},
    RRC_OTHER("purConfigurationRequest"),
    {"failureInformation-r16", DAPS_EV_FAILURE_INFORMATION, false, RRC_FIELDS},
    RRC_OTHER("mcgFailureInformation"),
    RRC_OTHER("ulInformationTransferIRAT"),
};

static const struct rrc_message_kind dl_ccch[4] = {
    {"rrcConnectionReestablishment", DAPS_EV_REESTABLISHMENT, true, RRC_FIELDS},
    {"rrcConnectionReestablishmentReject", DAPS_EV_RELEASE, false, RRC_NOTHING}, /* TS 36.331 5.3.7.8: to idle */
    {"rrcConnectionReject", DAPS_EV_REJECT, false, RRC_NOTHING},
    {"rrcConnectionSetup", DAPS_EV_SETUP, false, RRC_FIELDS},
};

static const struct rrc_message_kind ul_ccch[2] = {
    {"rrcConnectionReestablishmentRequest", DAPS_EV_REESTABLISHMENT_REQUEST, false, RRC_FIELDS},
    {"rrcConnectionRequest", DAPS_EV_SETUP_REQUEST, false, RRC_NOTHING},
};

static const struct rrc_message_kind ul_ccch_c2 = {"rrcConnectionResumeRequest", DAPS_EV_RESUME_REQUEST, false,
                                                   RRC_FIELDS};

static const struct rrc_message_kind bcch_dl_sch[2] = {
    {"systemInformation", DAPS_EV_KIND_COUNT, false, RRC_NOTHING},
    {"systemInformationBlockType1", DAPS_EV_SYSTEM_INFORMATION, false, RRC_FIELDS},
};

static const struct rrc_message_kind bcch_bch = {"mib", DAPS_EV_SYSTEM_INFORMATION, false, RRC_NOTHING};

/*
 * Behind the bit that says messageClassExtension: CHOICE { c2, future }, then an index in c2. What is none of these is
 * of a release to come.
 */
static void read_extension(struct rrc_reading *r, struct rrc_span span, uint32_t root)
{
    struct daps_bits bits = daps_bits_of(r->octets, r->length);
    uint32_t future, index = 0;

    r->out->message = "messageClassExtension";
    if (root != LTE_RRC_ROOT_UL_DCCH_MESSAGE && root != LTE_RRC_ROOT_UL_CCCH_MESSAGE)
        return;
    bits.position = 1;
    future = daps_bits_take(&bits, 1);
    if (root == LTE_RRC_ROOT_UL_DCCH_MESSAGE && future == 0)
        index = daps_bits_take(&bits, 4);
    if (bits.error != NULL) {
        r->out->status = DAPS_RRC_UNDECODED;
        r->out->error = bits.error;
    } else if (future == 0) {
        rrc_read_fields(r, span, root, root == LTE_RRC_ROOT_UL_CCCH_MESSAGE ? &ul_ccch_c2 : &ul_dcch_c2[index]);
    }
}

static const struct rrc_message_class classes[DAPS_CH_COUNT] = {
    [DAPS_CH_BCCH_DL_SCH] = {LTE_RRC_ROOT_BCCH_DL_SCH_MESSAGE, bcch_dl_sch, 1},
    [DAPS_CH_DL_CCCH] = {LTE_RRC_ROOT_DL_CCCH_MESSAGE, dl_ccch, 2},
    [DAPS_CH_DL_DCCH] = {LTE_RRC_ROOT_DL_DCCH_MESSAGE, dl_dcch, 4},
    [DAPS_CH_UL_CCCH] = {LTE_RRC_ROOT_UL_CCCH_MESSAGE, ul_ccch, 1},
    [DAPS_CH_UL_DCCH] = {LTE_RRC_ROOT_UL_DCCH_MESSAGE, ul_dcch, 4},
};

/* TS 36.331 10.2.2: the command as the target node made it, a DL-DCCH-Message in an OCTET STRING. */
static void read_handover_command(struct rrc_reading *r)
{
    struct rrc_message m = {.r = r};
    struct daps_bits bits;
    struct rrc_span inner;

    r->out->message = "handoverCommand";
    if (!rrc_walk(r, LTE_RRC_ROOT_HANDOVERCOMMAND, rrc_whole(r), on_field, &m) || !m.container.present || m.future)
        return;
    bits = daps_bits_of(m.container.octets, m.container.length);
    bits.position = m.container.bit;
    bits.limit = m.container.bit + m.container.bits;
    if (daps_bits_take(&bits, 1) != 0 || dl_dcch[daps_bits_take(&bits, 4)].kind != DAPS_EV_RECONFIGURATION)
        return;
    inner = m.container;
    inner.bits = m.container.bit + m.container.bits - bits.position;
    inner.bit = bits.position;
    rrc_lte_reconfiguration(r, inner, true, rrc_digest(rrc_without_padding(m.container)));
    if (r->out->n_events > 0 && r->out->events[0].kind != DAPS_EV_RECONFIGURATION)
        r->out->n_events = 0; /* criticalExtensionsFuture */
}

static void read_bare_reconfiguration(struct rrc_reading *r)
{
    const struct rrc_span whole = rrc_whole(r);

    r->out->message = "rrcConnectionReconfiguration";
    rrc_lte_reconfiguration(r, whole, false, rrc_digest(rrc_without_padding(whole)));
}

static void read_channel(struct rrc_reading *r, enum daps_channel channel)
{
    static const struct rrc_message_kind preparation = {"handoverPreparationInformation", DAPS_EV_HANDOVER_PREPARATION,
                                                        false, RRC_FIELDS};

    if (classes[channel].kinds != NULL)
        rrc_read_message(r, &classes[channel]);
    else if (channel == DAPS_CH_BCCH_BCH) /* no CHOICE of messages */
        rrc_read_fields(r, rrc_whole(r), LTE_RRC_ROOT_BCCH_BCH_MESSAGE, &bcch_bch);
    else if (channel == DAPS_CH_RECONFIGURATION)
        read_bare_reconfiguration(r);
    else if (channel == DAPS_CH_HANDOVER_COMMAND)
        read_handover_command(r);
    else if (channel == DAPS_CH_HANDOVER_PREPARATION)
        rrc_read_fields(r, rrc_whole(r), LTE_RRC_ROOT_HANDOVERPREPARATIONINFORMATION, &preparation);
}

const struct rrc_technology rrc_lte = {
    .rat = DAPS_RAT_LTE,
    .walk = lte_rrc_walk,
    .table = &lte_rrc_table,
    .on_field = on_field,
    .classes = classes,
    .read_channel = read_channel,
    .read_extension = read_extension,
    .reconfiguration = rrc_lte_reconfiguration,
};
