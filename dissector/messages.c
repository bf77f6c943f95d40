/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TS 38.331 6.2.1, TS 36.331 6.2.1: the message types of a channel begin with one bit, 0 for c1, and as many as c1
 * needs to say which of its messages follows.
 */
#include "messages.h"

enum { MOST_MESSAGES = 16 };

struct channel {
    const char *dissector;
    unsigned bits; /* of the place in c1 */
    const char *names[MOST_MESSAGES];
};

static const struct channel nr[DAPS_CH_COUNT] = {
    [DAPS_CH_BCCH_BCH] = {"nr-rrc.bcch.bch", 0, {"MIB"}},
    [DAPS_CH_BCCH_DL_SCH] = {"nr-rrc.bcch.dl.sch", 1, {"SystemInformation", "SIB1"}},
    [DAPS_CH_DL_CCCH] = {"nr-rrc.dl.ccch", 2, {"RRCReject", "RRCSetup"}},
    [DAPS_CH_DL_DCCH] = {"nr-rrc.dl.dcch",
                         4,
                         {"RRCReconfiguration", "RRCResume", "RRCRelease", "RRCReestablishment", "SecurityModeCommand",
                          "DLInformationTransfer", "UECapabilityEnquiry", "CounterCheck", "MobilityFromNRCommand",
                          "DLDedicatedMessageSegment", "UEInformationRequest", "DLInformationTransferMRDC",
                          "LoggedMeasurementConfiguration"}},
    [DAPS_CH_PCCH] = {"nr-rrc.pcch", 1, {"Paging"}},
    [DAPS_CH_UL_CCCH] = {"nr-rrc.ul.ccch",
                         2,
                         {"RRCSetupRequest", "RRCResumeRequest", "RRCReestablishmentRequest", "RRCSystemInfoRequest"}},
    [DAPS_CH_UL_CCCH1] = {"nr-rrc.ul.ccch1", 2, {"RRCResumeRequest1"}},
    [DAPS_CH_UL_DCCH] = {"nr-rrc.ul.dcch",
                         4,
                         {"MeasurementReport", "RRCReconfigurationComplete", "RRCSetupComplete",
                          "RRCReestablishmentComplete", "RRCResumeComplete", "SecurityModeComplete",
                          "SecurityModeFailure", "ULInformationTransfer", "LocationMeasurementIndication",
                          "UECapabilityInformation", "CounterCheckResponse", "UEAssistanceInformation",
                          "FailureInformation", "ULInformationTransferMRDC", "SCGFailureInformation",
                          "SCGFailureInformationEUTRA"}},
};

static const struct channel lte[DAPS_CH_COUNT] = {
    [DAPS_CH_BCCH_BCH] = {"lte_rrc.bcch_bch", 0, {"MasterInformationBlock"}},
    [DAPS_CH_BCCH_DL_SCH] = {"lte_rrc.bcch_dl_sch", 1, {"SystemInformation", "SystemInformationBlockType1"}},
    [DAPS_CH_DL_CCCH] = {"lte_rrc.dl_ccch",
                         2,
                         {"RRCConnectionReestablishment", "RRCConnectionReestablishmentReject", "RRCConnectionReject",
                          "RRCConnectionSetup"}},
    [DAPS_CH_DL_DCCH] = {"lte_rrc.dl_dcch",
                         4,
                         {"CSFBParametersResponseCDMA2000", "DLInformationTransfer",
                          "HandoverFromEUTRAPreparationRequest", "MobilityFromEUTRACommand",
                          "RRCConnectionReconfiguration", "RRCConnectionRelease", "SecurityModeCommand",
                          "UECapabilityEnquiry", "CounterCheck", "UEInformationRequest",
                          "LoggedMeasurementConfiguration", "RNReconfiguration", "RRCConnectionResume",
                          "DLDedicatedMessageSegment"}},
    [DAPS_CH_PCCH] = {"lte_rrc.pcch", 0, {"Paging"}},
    [DAPS_CH_UL_CCCH] = {"lte_rrc.ul_ccch", 1, {"RRCConnectionReestablishmentRequest", "RRCConnectionRequest"}},
    [DAPS_CH_UL_DCCH] = {"lte_rrc.ul_dcch",
                         4,
                         {"CSFBParametersRequestCDMA2000", "MeasurementReport", "RRCConnectionReconfigurationComplete",
                          "RRCConnectionReestablishmentComplete", "RRCConnectionSetupComplete", "SecurityModeComplete",
                          "SecurityModeFailure", "UECapabilityInformation", "ULHandoverPreparationTransfer",
                          "ULInformationTransfer", "CounterCheckResponse", "UEInformationResponse",
                          "ProximityIndication", "RNReconfigurationComplete", "MBMSCountingResponse",
                          "InterFreqRSTDMeasurementIndication"}},
};

static const struct channel *channel_of(enum daps_rat rat, enum daps_channel channel)
{
    return &(rat == DAPS_RAT_LTE ? lte : nr)[(unsigned)channel < DAPS_CH_COUNT ? channel : DAPS_CH_NONE];
}

const char *messages_name(enum daps_rat rat, enum daps_channel channel, const uint8_t *octets, size_t length)
{
    const struct channel *about = channel_of(rat, channel);
    const char *name = NULL;

    if (channel == DAPS_CH_BCCH_BCH) /* no CHOICE of messages */
        name = about->names[0];
    else if (length > 0 && octets[0] < 0x80)
        name = about->names[octets[0] >> (7 - about->bits) & (MOST_MESSAGES - 1)];
    return name != NULL ? name : "RRC";
}

const char *messages_dissector(enum daps_rat rat, enum daps_channel channel)
{
    return channel_of(rat, channel)->dissector;
}
