#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""NR RRC messages of the random lives (run.py), encoded by pycrate's compiled TS 38.331, not by this project.

Each function gives the UPER octets of one message. Nothing here knows what a message does to a key.
"""
from pycrate_asn1dir import RRCNR

from segmented import in_segments

_DEFINITIONS = RRCNR.NR_RRC_Definitions
_MSGA = {"msgA-MCS-r16": 0, "nrofSlotsMsgA-PUSCH-r16": 1, "nrofMsgA-PO-PerSlot-r16": "one",
         "msgA-PUSCH-TimeDomainOffset-r16": 1, "guardBandMsgA-PUSCH-r16": 0, "frequencyStartMsgA-PUSCH-r16": 0,
         "nrofPRBs-PerMsgA-PO-r16": 2, "nrofMsgA-PO-FDM-r16": "one", "msgA-DMRS-Config-r16": {},
         "nrofDMRS-Sequences-r16": 1}
T304 = ("ms50", "ms100", "ms150", "ms200", "ms500", "ms1000", "ms2000", "ms10000")


def encode(pdu, value):
    what = getattr(_DEFINITIONS, pdu)
    what.set_val(value)
    return bytes(what.to_uper())


def encode_variable(name, c_rnti, pci, cell_identity):
    """VarShortMAC-Input, VarResumeMAC-Input (38.331 7.4)."""
    fields = {"sourcePhysCellId": pci, "targetCellIdentity": (cell_identity, 36), "source-c-RNTI": c_rnti}
    what = getattr(RRCNR.NR_UE_Variables, name)
    what.set_val(fields)
    return bytes(what.to_uper())


def _c1(pdu, name, extensions, transaction=None):
    message = {"criticalExtensions": extensions}
    if transaction is not None:
        message["rrc-TransactionIdentifier"] = transaction
    return encode(pdu, {"message": ("c1", (name, message))})


def _dl(name, key, transaction, ies=None):
    return _c1("DL_DCCH_Message", name, (key, ies or {}), transaction)


def _ul(name, key, transaction, ies=None):
    return _c1("UL_DCCH_Message", name, (key, ies or {}), transaction)


def transparent(data):
    """NAS of no meaning: a security protected 5GMM message nobody can read."""
    return b"\x7e\x02" + data


# --- connection -------------------------------------------------------------------------------------------------

def setup_request(random_value):
    return encode("UL_CCCH_Message", {"message": ("c1", ("rrcSetupRequest", {"rrcSetupRequest": {
        "ue-Identity": ("randomValue", (random_value & (1 << 39) - 1, 39)),
        "establishmentCause": "mo-Signalling", "spare": (0, 1)}}))})


def _cell_group(srbs=(), drbs=(), sync=None):
    """CellGroupConfig: RLC bearers and reconfigurationWithSync."""
    group = {"cellGroupId": 0}
    bearers = [{"logicalChannelIdentity": srb, "servedRadioBearer": ("srb-Identity", srb), "rlc-Config": (
        "am", {"ul-AM-RLC": {"sn-FieldLength": "size12", "t-PollRetransmit": "ms45", "pollPDU": "infinity",
                             "pollByte": "infinity", "maxRetxThreshold": "t8"},
               "dl-AM-RLC": {"sn-FieldLength": "size12", "t-Reassembly": "ms35", "t-StatusProhibit": "ms0"}})}
               for srb in srbs]
    bearers += [{"logicalChannelIdentity": drb["lcid"], "servedRadioBearer": ("drb-Identity", drb["id"]),
                 "rlc-Config": _rlc(drb)} for drb in drbs]
    if bearers:
        group["rlc-BearerToAddModList"] = bearers
    if sync is not None:
        group["spCellConfig"] = {"reconfigurationWithSync": _sync(**sync)}
    return encode("CellGroupConfig", group)


def _rlc(drb):
    length = f"size{drb['rlc_sn']}"
    if drb["mode"] == "am":
        return ("am", {"ul-AM-RLC": {"sn-FieldLength": length, "t-PollRetransmit": "ms45", "pollPDU": "infinity",
                                     "pollByte": "infinity", "maxRetxThreshold": "t8"},
                       "dl-AM-RLC": {"sn-FieldLength": length, "t-Reassembly": "ms35", "t-StatusProhibit": "ms0"}})
    return ("um-Bi-Directional", {"ul-UM-RLC": {"sn-FieldLength": length},
                                  "dl-UM-RLC": {"sn-FieldLength": length, "t-Reassembly": "ms35"}})


def _sync(pci, arfcn, c_rnti, t304, rach, point_a=None, preamble=3):
    """reconfigurationWithSync; arfcn None: no frequencyInfoDL, which means the source's SSB frequency (5.3.5.5.2)."""
    common = {"physCellId": pci, "dmrs-TypeA-Position": "pos2", "ss-PBCH-BlockPower": 0}
    if arfcn is not None:
        common["downlinkConfigCommon"] = {"frequencyInfoDL": {
            "absoluteFrequencySSB": arfcn, "frequencyBandList": [78],
            "absoluteFrequencyPointA": arfcn - 600 if point_a is None else point_a,
            "scs-SpecificCarrierList": [{"offsetToCarrier": 0, "subcarrierSpacing": "kHz30", "carrierBandwidth": 51}]}}
    sync = {"spCellConfigCommon": common, "newUE-Identity": c_rnti, "t304": f"ms{t304}"}
    resources = ("ssb", {"ssb-ResourceList": [{"ssb": 0, "ra-PreambleIndex": preamble}], "ra-ssb-OccasionMaskIndex": 0})
    if rach == "cfra":
        sync["rach-ConfigDedicated"] = ("uplink", {"cfra": {"resources": resources}})
    elif rach == "cfra-2step":
        sync["rach-ConfigDedicated"] = ("uplink", {"cfra-TwoStep-r16": {
            "msgA-CFRA-PUSCH-r16": _MSGA, "msgA-TransMax-r16": "n4", "resourcesTwoStep-r16": {
                "ssb-ResourceList": [{"ssb": 0, "ra-PreambleIndex": preamble, "msgA-PUSCH-Resource-Index-r16": 0}],
                "ra-ssb-OccasionMaskIndex": 0}}})
    return sync


def setup(transaction):
    return _c1("DL_CCCH_Message", "rrcSetup", ("rrcSetup", {
        "radioBearerConfig": {"srb-ToAddModList": [{"srb-Identity": 1}]},
        "masterCellGroup": _cell_group(srbs=(1,))}), transaction)


def setup_complete(transaction, nas):
    return _ul("rrcSetupComplete", "rrcSetupComplete", transaction,
               {"selectedPLMN-Identity": 1, "dedicatedNAS-Message": transparent(nas)})


def reject():
    return encode("DL_CCCH_Message", {"message": ("c1", ("rrcReject", {
        "criticalExtensions": ("rrcReject", {"waitTime": 2})}))})


def security_mode_command(transaction, nea, nia):
    return _dl("securityModeCommand", "securityModeCommand", transaction, {"securityConfigSMC": {
        "securityAlgorithmConfig": {"cipheringAlgorithm": f"nea{nea}", "integrityProtAlgorithm": f"nia{nia}"}}})


def security_mode_complete(transaction):
    return _ul("securityModeComplete", "securityModeComplete", transaction)


def release(ncc=None, i_rnti=0):
    """RRCRelease; with ncc a suspendConfig (TS 33.501 6.8.2.1.1)."""
    ies = {}
    if ncc is not None:
        ies["suspendConfig"] = {"fullI-RNTI": (i_rnti & (1 << 40) - 1, 40), "shortI-RNTI": (i_rnti & (1 << 24) - 1, 24),
                                "ran-PagingCycle": "rf32", "nextHopChainingCount": ncc}
    return _dl("rrcRelease", "rrcRelease", 0, ies)


def resume_request(i_rnti, mac_i):
    return encode("UL_CCCH_Message", {"message": ("c1", ("rrcResumeRequest", {"rrcResumeRequest": {
        "resumeIdentity": (i_rnti & (1 << 24) - 1, 24), "resumeMAC-I": (mac_i, 16),
        "resumeCause": "mo-Data", "spare": (0, 1)}}))})


def resume(transaction):
    return _dl("rrcResume", "rrcResume", transaction)


def resume_complete(transaction):
    return _ul("rrcResumeComplete", "rrcResumeComplete", transaction)


# --- reconfiguration --------------------------------------------------------------------------------------------

def _drb(drb, daps=False, reestablish=False):
    one = {"drb-Identity": drb["id"]}
    if drb.get("new"):
        one["cnAssociation"] = ("sdap-Config", {
            "pdu-Session": 1, "sdap-HeaderDL": "absent", "sdap-HeaderUL": "absent", "defaultDRB": drb["id"] == 1,
            **({"mappedQoS-FlowsToAdd": [1]} if drb["id"] == 1 else {})})
        body = {"discardTimer": "infinity", "pdcp-SN-SizeUL": f"len{drb['pdcp_sn']}bits",
                "pdcp-SN-SizeDL": f"len{drb['pdcp_sn']}bits",
                "headerCompression": ("notUsed", 0)}
        if drb.get("integrity"):
            body["integrityProtection"] = "enabled"
        one["pdcp-Config"] = {"drb": body}
    if reestablish:
        one["reestablishPDCP"] = "true"
    if daps:
        one["daps-Config-r16"] = "true"
    return one


def radio_bearers(drbs=(), daps=(), srb_reestablish=(), drb_reestablish=(), release_drbs=(), srb2=False):
    config = {}
    srbs = [{"srb-Identity": s, "reestablishPDCP": "true"} for s in srb_reestablish]
    if srb2:
        srbs = [s for s in srbs if s["srb-Identity"] != 2] + [{"srb-Identity": 2}]
    if srbs:
        config["srb-ToAddModList"] = srbs
    many = [_drb(d, d["id"] in daps, d["id"] in drb_reestablish) for d in drbs]
    if many:
        config["drb-ToAddModList"] = many
    if release_drbs:
        config["drb-ToReleaseList"] = list(release_drbs)
    return config


def reconfiguration(transaction, sync=None, key=None, bearers=None, srbs=(), rlc_drbs=(), algorithms=None,
                    candidates=(), remove=(), meas=False, source_release=False, sk_counter=None, scg=None,
                    bare=False, attempt_recovery=False):
    """RRCReconfiguration. key: None or (keySetChangeIndicator, NCC). candidates: [(id, bare octets)].
    scg: parameters of a reconfigurationWithSync of the secondary cell group, as EN-DC logs hold it."""
    ies, v1530, v1560, v1610 = {}, {}, {}, {}
    config = dict(bearers or {})
    if algorithms is not None:
        config["securityConfig"] = {"securityAlgorithmConfig": {
            "cipheringAlgorithm": f"nea{algorithms[0]}", "integrityProtAlgorithm": f"nia{algorithms[1]}"},
            "keyToUse": "master"}
    if config:
        ies["radioBearerConfig"] = config
    if scg is not None:
        ies["secondaryCellGroup"] = _cell_group_bytes(scg)
    if meas:
        ies["measConfig"] = {"quantityConfig": {"quantityConfigNR-List": [{"quantityConfigCell": {
            "ssb-FilterConfig": {}, "csi-RS-FilterConfig": {}}}]}}
    if sync is not None or srbs or rlc_drbs:
        v1530["masterCellGroup"] = _cell_group(srbs=srbs, drbs=rlc_drbs, sync=sync)
    if key is not None:
        v1530["masterKeyUpdate"] = {"keySetChangeIndicator": key[0], "nextHopChainingCount": key[1]}
    if sk_counter is not None:
        v1560["sk-Counter"] = sk_counter
    if candidates or remove:
        conditional = {}
        if attempt_recovery:
            conditional["attemptCondReconfig-r16"] = "true"
        if remove:
            conditional["condReconfigToRemoveList-r16"] = list(remove)
        if candidates:
            conditional["condReconfigToAddModList-r16"] = [
                {"condReconfigId-r16": number, "condExecutionCond-r16": [1], "condRRCReconfig-r16": octets}
                for number, octets in candidates]
        v1610["conditionalReconfiguration-r16"] = conditional
    if source_release:
        v1610["daps-SourceRelease-r16"] = "true"
    if v1610:
        v1560["nonCriticalExtension"] = v1610
    if v1560:
        v1540 = {"nonCriticalExtension": v1560}
        v1530["nonCriticalExtension"] = v1540
    if v1530:
        ies["nonCriticalExtension"] = v1530
    if bare:
        return encode("RRCReconfiguration", {"rrc-TransactionIdentifier": transaction,
                                             "criticalExtensions": ("rrcReconfiguration", ies)})
    return _dl("rrcReconfiguration", "rrcReconfiguration", transaction, ies)


def _cell_group_bytes(scg):
    return encode("CellGroupConfig", {"cellGroupId": 1, "spCellConfig": {
        "servCellIndex": 1, "reconfigurationWithSync": _sync(**scg)}})


def reconfiguration_complete(transaction, conditional=None):
    """RRCReconfigurationComplete; uplinkTxDirectCurrent and the like are left out: two octets, as phones send it."""
    return _ul("rrcReconfigurationComplete", "rrcReconfigurationComplete", transaction)


def failure_information():
    """FailureInformation with failureInfoDAPS (5.7.5)."""
    return encode("UL_DCCH_Message", {"message": ("c1", ("failureInformation", {
        "criticalExtensions": ("failureInformation", {"nonCriticalExtension": {
            "failureInfoDAPS-r16": {"failureType-r16": "daps-failure"}}})}))})


def rlc_failure():
    """FailureInformation that is no DAPS failure."""
    return encode("UL_DCCH_Message", {"message": ("c1", ("failureInformation", {
        "criticalExtensions": ("failureInformation", {"failureInfoRLC-Bearer": {
            "cellGroupId": 0, "logicalChannelIdentity": 4, "failureType": "rlc-failure"}})}))})


# --- re-establishment -------------------------------------------------------------------------------------------

def reestablishment_request(c_rnti, pci, mac_i, cause):
    return encode("UL_CCCH_Message", {"message": ("c1", ("rrcReestablishmentRequest", {"rrcReestablishmentRequest": {
        "ue-Identity": {"c-RNTI": c_rnti, "physCellId": pci, "shortMAC-I": (mac_i, 16)},
        "reestablishmentCause": cause, "spare": (0, 1)}}))})


def reestablishment(transaction, ncc):
    return _dl("rrcReestablishment", "rrcReestablishment", transaction, {"nextHopChainingCount": ncc})


def reestablishment_complete(transaction):
    return _ul("rrcReestablishmentComplete", "rrcReestablishmentComplete", transaction)


# --- what else goes by ------------------------------------------------------------------------------------------

def dl_information(transaction, nas):
    return _dl("dlInformationTransfer", "dlInformationTransfer", transaction,
               {"dedicatedNAS-Message": transparent(nas)})


def ul_information(nas):
    return encode("UL_DCCH_Message", {"message": ("c1", ("ulInformationTransfer", {
        "criticalExtensions": ("ulInformationTransfer", {"dedicatedNAS-Message": transparent(nas)})}))})


def measurement_report(pci, rsrp):
    return encode("UL_DCCH_Message", {"message": ("c1", ("measurementReport", {
        "criticalExtensions": ("measurementReport", {"measResults": {"measId": 1, "measResultServingMOList": [
            {"servCellId": 0, "measResultServingCell": {"physCellId": pci, "measResult": {"cellResults": {
                "resultsSSB-Cell": {"rsrp": rsrp}}}}}]}})}))})


def counter_check(transaction, drb):
    return _dl("counterCheck", "counterCheck", transaction, {"drb-CountMSB-InfoList": [
        {"drb-Identity": drb, "countMSB-Uplink": 0, "countMSB-Downlink": 0}]})


def counter_check_response(transaction):
    return _ul("counterCheckResponse", "counterCheckResponse", transaction, {"drb-CountInfoList": []})


def mobility_from_nr(transaction, octets):
    return _dl("mobilityFromNRCommand", "mobilityFromNRCommand", transaction,
               {"targetRAT-Type": "eutra", "targetRAT-MessageContainer": octets})


def segments(octets, size):
    """DLDedicatedMessageSegments of a DL-DCCH message (5.7.7)."""
    return in_segments(encode, octets, size)
