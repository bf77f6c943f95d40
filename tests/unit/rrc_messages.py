#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes rrc_messages.h: the NR RRC messages of rrc_nr_test.c, written as ASN.1 values and encoded by pycrate 0.8.1.

    rrc_messages.py > rrc_messages.h
"""
from pycrate_asn1dir import RRCNR

NR = RRCNR.NR_RRC_Definitions
INTER = RRCNR.NR_InterNodeDefinitions
MESSAGES = []


def encode(obj, value):
    obj.set_val(value)
    return obj.to_uper()


def add(name, obj, value):
    MESSAGES.append((name, encode(obj, value)))


def cell_group(sync, **more):
    return encode(NR.CellGroupConfig, dict(more, **{"cellGroupId": more.pop("cellGroupId", 0),
                                                    "spCellConfig": {"reconfigurationWithSync": sync}}))


def common(pci=None, ssb=None, point_a=None):
    value = {"ss-PBCH-BlockPower": -16, "dmrs-TypeA-Position": "pos2"}
    if pci is not None:
        value["physCellId"] = pci
    if ssb is not None or point_a is not None:
        frequency = {"frequencyBandList": [78], "absoluteFrequencyPointA": point_a, "scs-SpecificCarrierList": [
            {"offsetToCarrier": 0, "subcarrierSpacing": "kHz30", "carrierBandwidth": 106}]}
        if ssb is not None:
            frequency["absoluteFrequencySSB"] = ssb
        value["downlinkConfigCommon"] = {"frequencyInfoDL": frequency, "initialDownlinkBWP": {
            "genericParameters": {"locationAndBandwidth": 28875, "subcarrierSpacing": "kHz30"},
            "pdcch-ConfigCommon": ("setup", {"controlResourceSetZero": 12, "searchSpaceZero": 0})}}
    return value


RACH_OCCASIONS = {"rach-ConfigGeneric": {
    "prach-ConfigurationIndex": 98, "msg1-FDM": "one", "msg1-FrequencyStart": 0, "zeroCorrelationZoneConfig": 11,
    "preambleReceivedTargetPower": -104, "preambleTransMax": "n10", "powerRampingStep": "dB4",
    "ra-ResponseWindow": "sl20"}, "ssb-perRACH-Occasion": "one"}
CFRA = {"occasions": RACH_OCCASIONS, "resources": ("ssb", {"ssb-ResourceList": [{"ssb": 3, "ra-PreambleIndex": 60}],
                                                          "ra-ssb-OccasionMaskIndex": 0})}
TWO_STEP = {"msgA-CFRA-PUSCH-r16": {
    "msgA-MCS-r16": 4, "nrofSlotsMsgA-PUSCH-r16": 1, "nrofMsgA-PO-PerSlot-r16": "one",
    "msgA-PUSCH-TimeDomainOffset-r16": 4, "mappingTypeMsgA-PUSCH-r16": "typeA",
    "frequencyStartMsgA-PUSCH-r16": 0, "nrofPRBs-PerMsgA-PO-r16": 8, "nrofMsgA-PO-FDM-r16": "one",
    "guardBandMsgA-PUSCH-r16": 0, "msgA-DMRS-Config-r16": {},
    "nrofDMRS-Sequences-r16": 1},
    "resourcesTwoStep-r16": {"ssb-ResourceList": [{"ssb": 3, "ra-PreambleIndex": 60, "msgA-PUSCH-Resource-Index-r16": 1}],
                             "ra-ssb-OccasionMaskIndex": 0}}


def reconfiguration(transaction, **ies):
    """An RRCReconfiguration; components by release: first ies, v1530, v1560, v1610."""
    value = dict(ies.get("ies", {}))
    v1610 = ies.get("v1610")
    v1560 = ies.get("v1560", {} if v1610 is not None else None)
    v1530 = ies.get("v1530", {} if v1560 is not None else None)
    if v1610 is not None:
        v1560 = dict(v1560, nonCriticalExtension=v1610)
    if v1560 is not None:
        v1530 = dict(v1530, nonCriticalExtension={"nonCriticalExtension": v1560})
    if v1530 is not None:
        value["nonCriticalExtension"] = v1530
    return {"rrc-TransactionIdentifier": transaction, "criticalExtensions": ("rrcReconfiguration", value)}


def dcch(value):
    return {"message": ("c1", ("rrcReconfiguration", value))}


def command(name, transaction, **ies):
    add(name, NR.DL_DCCH_Message, dcch(reconfiguration(transaction, **ies)))


PDCP = {"headerCompression": ("notUsed", 0), "pdcp-SN-SizeUL": "len18bits", "pdcp-SN-SizeDL": "len12bits"}
SDAP = {"pdu-Session": 1, "sdap-HeaderDL": "absent", "sdap-HeaderUL": "present", "defaultDRB": True,
        "mappedQoS-FlowsToAdd": [1, 9]}
BEARERS = {
    "srb-ToAddModList": [{"srb-Identity": 1, "reestablishPDCP": "true"}, {"srb-Identity": 2}],
    "drb-ToAddModList": [
        {"cnAssociation": ("sdap-Config", SDAP), "drb-Identity": 1, "pdcp-Config": {"drb": PDCP},
         "daps-Config-r16": "true"},
        {"drb-Identity": 2, "reestablishPDCP": "true", "recoverPDCP": "true", "pdcp-Config": {
            "drb": dict(PDCP, **{"pdcp-SN-SizeUL": "len12bits", "pdcp-SN-SizeDL": "len18bits",
                                 "integrityProtection": "enabled"}), "cipheringDisabled": "true"}},
        {"cnAssociation": ("eps-BearerIdentity", 5), "drb-Identity": 32}],
    "drb-ToReleaseList": [5, 17],
    "securityConfig": {"securityAlgorithmConfig": {"cipheringAlgorithm": "nea2", "integrityProtAlgorithm": "nia1"},
                       "keyToUse": "master"}}
SYNC = {"spCellConfigCommon": common(500, 632628, 632196), "newUE-Identity": 17942, "t304": "ms1000",
        "rach-ConfigDedicated": ("uplink", {"cfra": CFRA}),
        "daps-UplinkPowerConfig-r16": {"p-DAPS-Source-r16": 20, "p-DAPS-Target-r16": 23,
                                       "uplinkPowerSharingDAPS-Mode-r16": "semi-static-mode1"}}
KEY = {"keySetChangeIndicator": True, "nextHopChainingCount": 5, "nas-Container": bytes.fromhex("0123456789abcdef01")}
FULL = {"ies": {"radioBearerConfig": BEARERS}, "v1530": {
    "masterCellGroup": cell_group(SYNC), "fullConfig": "true", "masterKeyUpdate": KEY}}

# ---- reconfiguration ----
command("daps_handover", 3, **FULL)
add("bare_daps_handover", NR.RRCReconfiguration, reconfiguration(3, **FULL))
add("prepared_daps_handover", INTER.HandoverCommand, {"criticalExtensions": ("c1", ("handoverCommand", {
    "handoverCommandMessage": encode(NR.RRCReconfiguration, reconfiguration(3, **FULL))}))})
add("handover_command_future", INTER.HandoverCommand, {"criticalExtensions": ("criticalExtensionsFuture", {})})
add("handover_command_spare", INTER.HandoverCommand, {"criticalExtensions": ("c1", ("spare2", 0))})
command("empty_reconfiguration", 0)
add("future_reconfiguration", NR.DL_DCCH_Message, dcch({
    "rrc-TransactionIdentifier": 2, "criticalExtensions": ("criticalExtensionsFuture", {})}))
command("same_cell_same_frequency", 1, v1530={
    "masterCellGroup": cell_group({"newUE-Identity": 1, "t304": "ms50"}),
    "masterKeyUpdate": {"keySetChangeIndicator": False, "nextHopChainingCount": 0}})
command("without_ssb", 1, v1530={"masterCellGroup": cell_group(
    {"spCellConfigCommon": common(0, None, 1234), "newUE-Identity": 65535, "t304": "ms10000",
     "rach-ConfigDedicated": ("uplink", {"ra-Prioritization": {"powerRampingStepHighPriority": "dB2"}})})})
command("two_step", 1, v1530={"masterCellGroup": cell_group(
    {"spCellConfigCommon": common(1007, 3279165, 3279165), "newUE-Identity": 0, "t304": "ms2000",
     "rach-ConfigDedicated": ("supplementaryUplink", {"cfra-TwoStep-r16": TWO_STEP})})})
command("no_sync", 0, v1530={"masterCellGroup": encode(NR.CellGroupConfig, {
    "cellGroupId": 0, "spCellConfig": {"rlmInSyncOutOfSyncThreshold": "n1"}}),
    "dedicatedNAS-MessageList": [b"\x7e\x00", b"\x7e\x01\x02"]})
command("source_release", 1, v1610={"daps-SourceRelease-r16": "true"})

INNER = {7: reconfiguration(0, v1530={"masterCellGroup": cell_group(
    {"spCellConfigCommon": common(22, 632628, 632196), "newUE-Identity": 100, "t304": "ms500"}),
    "masterKeyUpdate": {"keySetChangeIndicator": False, "nextHopChainingCount": 2}}),
    8: reconfiguration(2, ies={"radioBearerConfig": {"drb-ToAddModList": [{"drb-Identity": 4,
                                                                           "reestablishPDCP": "true"}]}},
                       v1530={"masterCellGroup": cell_group(SYNC)})}
command("conditional", 2, v1610={"conditionalReconfiguration-r16": {
    "attemptCondReconfig-r16": "true", "condReconfigToRemoveList-r16": [1, 3],
    "condReconfigToAddModList-r16": [
        {"condReconfigId-r16": 7, "condExecutionCond-r16": [1],
         "condRRCReconfig-r16": encode(NR.RRCReconfiguration, INNER[7])},
        {"condReconfigId-r16": 5, "condExecutionCond-r16": [2]},
        {"condReconfigId-r16": 8, "condRRCReconfig-r16": encode(NR.RRCReconfiguration, INNER[8])}]}})
add("candidate_7", NR.RRCReconfiguration, INNER[7])

LTM = {"ltm-CandidateToReleaseList-r18": [4], "ltm-CandidateToAddModList-r18": [
    {"ltm-CandidateId-r18": 6, "ltm-CandidateConfig-r18": encode(NR.RRCReconfiguration, INNER[7])}]}
command("ltm", 0, v1610={"nonCriticalExtension": {"nonCriticalExtension": {"ltm-Config-r18": ("setup", LTM)}}})
command("ltm_release", 0, v1610={"nonCriticalExtension": {"nonCriticalExtension": {"ltm-Config-r18": ("release", 0)}}})

SCG = cell_group({"spCellConfigCommon": common(301, 627264, 626000), "newUE-Identity": 300, "t304": "ms200",
                  "rach-ConfigDedicated": ("uplink", {"cfra": CFRA})}, cellGroupId=1)
command("endc_scg", 1, ies={"secondaryCellGroup": SCG})
command("nrdc_scg", 1, v1560={
    "mrdc-SecondaryCellGroupConfig": ("setup", {"mrdc-SecondaryCellGroup": (
        "nr-SCG", encode(NR.RRCReconfiguration, reconfiguration(0, ies={"secondaryCellGroup": SCG})))}),
    "radioBearerConfig2": encode(NR.RadioBearerConfig, {
        "drb-ToAddModList": [{"drb-Identity": 9, "pdcp-Config": {"drb": PDCP}}],
        "securityConfig": {"securityAlgorithmConfig": {"cipheringAlgorithm": "nea3", "integrityProtAlgorithm": "nia3"},
                           "keyToUse": "secondary"}}),
    "sk-Counter": 65535})
command("bearers_of_both", 1, ies={"radioBearerConfig": {"securityConfig": {
    "securityAlgorithmConfig": {"cipheringAlgorithm": "nea0"}}}},
    v1560={"radioBearerConfig2": encode(NR.RadioBearerConfig, {"drb-ToReleaseList": [3], "securityConfig": {
        "securityAlgorithmConfig": {"cipheringAlgorithm": "nea1", "integrityProtAlgorithm": "nia2"}}})})
add("radio_bearer_config", NR.RadioBearerConfig, BEARERS)
MESSAGES.append(("cell_group_config", SCG))
add("cell_group_config_no_sync", NR.CellGroupConfig, {"cellGroupId": 1})


# ---- the others ----
def message(name, channel, which, body):
    obj = {"dl": NR.DL_DCCH_Message, "ul": NR.UL_DCCH_Message, "dl_ccch": NR.DL_CCCH_Message,
           "ul_ccch": NR.UL_CCCH_Message, "ul_ccch1": NR.UL_CCCH1_Message}[channel]
    add(name, obj, {"message": ("c1", (which, body))})


def simple(which, extensions=None, transaction=1):
    return {"rrc-TransactionIdentifier": transaction, "criticalExtensions": (which, extensions or {})}


message("complete", "ul", "rrcReconfigurationComplete", simple("rrcReconfigurationComplete", transaction=2))
add("bare_complete", NR.RRCReconfigurationComplete, simple("rrcReconfigurationComplete", transaction=2))
message("security_mode_command", "dl", "securityModeCommand", simple("securityModeCommand", {
    "securityConfigSMC": {"securityAlgorithmConfig": {"cipheringAlgorithm": "nea1", "integrityProtAlgorithm": "nia3"}}}))
message("security_mode_command_no_integrity", "dl", "securityModeCommand", simple("securityModeCommand", {
    "securityConfigSMC": {"securityAlgorithmConfig": {"cipheringAlgorithm": "nea0"}}}))
message("security_mode_complete", "ul", "securityModeComplete", simple("securityModeComplete"))
message("security_mode_failure", "ul", "securityModeFailure", simple("securityModeFailure"))
message("daps_failure", "ul", "failureInformation", {"criticalExtensions": ("failureInformation", {
    "nonCriticalExtension": {"failureInfoDAPS-r16": {"failureType-r16": "daps-failure"}}})})
message("rlc_failure", "ul", "failureInformation", {"criticalExtensions": ("failureInformation", {
    "failureInfoRLC-Bearer": {"cellGroupId": 1, "logicalChannelIdentity": 4, "failureType": "rlc-failure"}})})
message("empty_failure_extension", "ul", "failureInformation", {"criticalExtensions": ("failureInformation", {
    "nonCriticalExtension": {}})})
message("reestablishment_request", "ul_ccch", "rrcReestablishmentRequest", {"rrcReestablishmentRequest": {
    "ue-Identity": {"c-RNTI": 17942, "physCellId": 22, "shortMAC-I": (0x1234, 16)},
    "reestablishmentCause": "handoverFailure", "spare": (0, 1)}})
message("reestablishment", "dl", "rrcReestablishment", simple("rrcReestablishment", {"nextHopChainingCount": 3}))
message("reestablishment_future", "dl", "rrcReestablishment", simple("criticalExtensionsFuture"))
message("reestablishment_complete", "ul", "rrcReestablishmentComplete", simple("rrcReestablishmentComplete"))
message("release", "dl", "rrcRelease", simple("rrcRelease"))
message("suspend", "dl", "rrcRelease", simple("rrcRelease", {"suspendConfig": {
    "fullI-RNTI": (0x123456789A, 40), "shortI-RNTI": (0x123456, 24), "ran-PagingCycle": "rf32",
    "nextHopChainingCount": 6}}))
message("resume_request", "ul_ccch", "rrcResumeRequest", {"rrcResumeRequest": {
    "resumeIdentity": (1, 24), "resumeMAC-I": (2, 16), "resumeCause": "mo-Signalling", "spare": (0, 1)}})
message("resume_request_1", "ul_ccch1", "rrcResumeRequest1", {"rrcResumeRequest1": {
    "resumeIdentity": (1, 40), "resumeMAC-I": (2, 16), "resumeCause": "mo-Data", "spare": (0, 1)}})
message("resume", "dl", "rrcResume", simple("rrcResume"))
message("resume_complete", "ul", "rrcResumeComplete", simple("rrcResumeComplete", transaction=3))
message("setup_request", "ul_ccch", "rrcSetupRequest", {"rrcSetupRequest": {
    "ue-Identity": ("randomValue", (5, 39)), "establishmentCause": "mo-Data", "spare": (0, 1)}})
message("setup", "dl_ccch", "rrcSetup", simple("rrcSetup", {"radioBearerConfig": {}, "masterCellGroup": b"\x00"}, 0))
message("reject", "dl_ccch", "rrcReject", {"criticalExtensions": ("rrcReject", {"waitTime": 16})})
message("counter_check", "dl", "counterCheck", simple("counterCheck", {"drb-CountMSB-InfoList": [
    {"drb-Identity": 1, "countMSB-Uplink": 0, "countMSB-Downlink": 0}]}))
add("mib", NR.BCCH_BCH_Message, {"message": ("mib", {
    "systemFrameNumber": (1, 6), "subCarrierSpacingCommon": "scs30or120", "ssb-SubcarrierOffset": 0,
    "dmrs-TypeA-Position": "pos2", "pdcch-ConfigSIB1": {"controlResourceSetZero": 1, "searchSpaceZero": 0},
    "cellBarred": "notBarred", "intraFreqReselection": "allowed", "spare": (0, 1)})})
add("preparation", INTER.HandoverPreparationInformation, {"criticalExtensions": ("c1", (
    "handoverPreparationInformation", {"ue-CapabilityRAT-List": [], "as-Context": {"reestablishmentInfo": {
        "sourcePhysCellId": 321, "targetCellShortMAC-I": (7, 16)}}}))})
add("preparation_without_source", INTER.HandoverPreparationInformation, {"criticalExtensions": ("c1", (
    "handoverPreparationInformation", {"ue-CapabilityRAT-List": []}))})


def main():
    print("/* SPDX-License-Identifier: GPL-2.0-or-later */")
    print("/* made by rrc_messages.py with pycrate 0.8.1; do not edit */")
    print("#ifndef DAPS_TEST_RRC_MESSAGES_H\n#define DAPS_TEST_RRC_MESSAGES_H\n\n/* clang-format off */")
    for name, octets in MESSAGES:
        text = octets.hex()
        lines = [text[i:i + 112] for i in range(0, len(text), 112)]
        print(f"static const char {name}[] =\n    \"" + "\"\n    \"".join(lines) + "\";")
    print("/* clang-format on */\n\n#endif")


if __name__ == "__main__":
    main()
