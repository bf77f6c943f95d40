#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""LTE RRC messages of the random lives, encoded by pycrate's compiled TS 36.331: the functions of rrc_messages.py in LTE."""
from pycrate_asn1dir import RRCLTE

from segmented import in_segments

_DEFINITIONS = RRCLTE.EUTRA_RRC_Definitions
T304 = ("ms50", "ms100", "ms150", "ms200", "ms500", "ms1000", "ms2000")
_CIPHERING = ("eea0", "eea1", "eea2", "eea3-v1130")
_INTEGRITY = ("eia0-v920", "eia1", "eia2", "eia3-v1130")
_COMMON = {"prach-Config": {"rootSequenceIndex": 0}, "ul-CyclicPrefixLength": "len1", "pusch-ConfigCommon": {
    "pusch-ConfigBasic": {"n-SB": 1, "hoppingMode": "interSubFrame", "pusch-HoppingOffset": 0, "enable64QAM": False},
    "ul-ReferenceSignalsPUSCH": {"groupHoppingEnabled": False, "groupAssignmentPUSCH": 0, "sequenceHoppingEnabled": False,
                                 "cyclicShift": 0}}}


def encode(pdu, value):
    what = getattr(_DEFINITIONS, pdu)
    what.set_val(value)
    return bytes(what.to_uper())


def encode_variable(name, c_rnti, pci, cell_identity):
    """VarShortMAC-Input (36.331 7.1)."""
    what = getattr(RRCLTE.EUTRA_UE_Variables, name)
    what.set_val({"cellIdentity": (cell_identity, 28), "physCellId": pci, "c-RNTI": (c_rnti, 16)})
    return bytes(what.to_uper())


def _message(pdu, name, extensions, transaction=None):
    message = {"criticalExtensions": extensions}
    if transaction is not None:
        message["rrc-TransactionIdentifier"] = transaction
    return encode(pdu, {"message": ("c1", (name, message))})


def _dl(name, transaction, ies):
    return _message("DL_DCCH_Message", name, ("c1", (name + "-r8", ies)), transaction)


def _ul(name, transaction=None, ies=None):
    return _message("UL_DCCH_Message", name, (name + "-r8", ies or {}), transaction)


# --- connection -------------------------------------------------------------------------------------------------

def setup_request(random_value):
    return _message("UL_CCCH_Message", "rrcConnectionRequest", ("rrcConnectionRequest-r8", {
        "ue-Identity": ("randomValue", (random_value & (1 << 40) - 1, 40)), "establishmentCause": "mo-Signalling",
        "spare": (0, 1)}))


def setup(transaction):
    return _message("DL_CCCH_Message", "rrcConnectionSetup", ("c1", ("rrcConnectionSetup-r8", {
        "radioResourceConfigDedicated": {"srb-ToAddModList": [_srb(1)]}})), transaction)


def _srb(identity):
    return {"srb-Identity": identity, "rlc-Config": ("defaultValue", 0), "logicalChannelConfig": ("defaultValue", 0)}


def setup_complete(transaction, nas):
    return _message("UL_DCCH_Message", "rrcConnectionSetupComplete", ("c1", ("rrcConnectionSetupComplete-r8", {
        "selectedPLMN-Identity": 1, "dedicatedInfoNAS": b"\x27" + nas})), transaction)


def security_mode_command(transaction, eea, eia):
    return _dl("securityModeCommand", transaction, {"securityConfigSMC": {"securityAlgorithmConfig": _algorithms(eea, eia)}})


def _algorithms(eea, eia):
    return {"cipheringAlgorithm": _CIPHERING[eea], "integrityProtAlgorithm": _INTEGRITY[eia]}


def security_mode_complete(transaction):
    return _ul("securityModeComplete", transaction)


def release():
    return _dl("rrcConnectionRelease", 0, {"releaseCause": "other"})


# --- reconfiguration --------------------------------------------------------------------------------------------

def _rlc(drb):
    if drb["mode"] == "am":
        return ("am", {"ul-AM-RLC": {"t-PollRetransmit": "ms45", "pollPDU": "pInfinity", "pollByte": "kBinfinity",
                                     "maxRetxThreshold": "t8"},
                       "dl-AM-RLC": {"t-Reordering": "ms35", "t-StatusProhibit": "ms0"}})
    length = f"size{drb['rlc_sn']}"
    return ("um-Bi-Directional", {"ul-UM-RLC": {"sn-FieldLength": length},
                                  "dl-UM-RLC": {"sn-FieldLength": length, "t-Reordering": "ms35"}})


def _drb(drb, daps):
    one = {"drb-Identity": drb["id"]}
    if drb.get("new"):
        one["eps-BearerIdentity"] = 4 + drb["id"]
        pdcp = {"headerCompression": ("notUsed", 0)}
        if drb["mode"] == "um":
            pdcp["rlc-UM"] = {"pdcp-SN-Size": f"len{drb['pdcp_sn']}bits"}
        else:
            pdcp["rlc-AM"] = {"statusReportRequired": True}
        one.update({"pdcp-Config": pdcp, "rlc-Config": _rlc(drb), "logicalChannelIdentity": drb["lcid"],
                    "logicalChannelConfig": {"ul-SpecificParameters": {
                        "priority": 10, "prioritisedBitRate": "infinity", "bucketSizeDuration": "ms50"}}})
    if daps:
        one["daps-HO-r16"] = "true"
    return one


def radio_bearers(drbs=(), daps=(), srb_reestablish=(), drb_reestablish=(), release_drbs=(), srb2=False):
    """What LTE says of bearers; a handover re-establishes them without saying so (36.331 5.3.5.4)."""
    config = {}
    if srb2:
        config["srb-ToAddModList"] = [_srb(2)]
    many = [_drb(d, d["id"] in daps) for d in drbs if d.get("new") or d["id"] in daps]
    if many:
        config["drb-ToAddModList"] = many
    if release_drbs:
        config["drb-ToReleaseList"] = list(release_drbs)
    return config


def _mobility(pci, arfcn, c_rnti, t304, rach, daps):
    info = {"targetPhysCellId": pci, "t304": f"ms{t304}", "newUE-Identity": (c_rnti, 16),
            "radioResourceConfigCommon": _COMMON}
    if arfcn is not None:
        info["carrierFreq"] = {"dl-CarrierFreq": min(arfcn, 65535)}
        if arfcn >= 65535:
            info["carrierFreq-v9e0"] = {"dl-CarrierFreq-v9e0": arfcn}
    if rach == "cfra":
        info["rach-ConfigDedicated"] = {"ra-PreambleIndex": 3, "ra-PRACH-MaskIndex": 0}
    if daps:
        info["daps-Config-r16"] = {}
    return info


def _later(ies, extensions):
    """ies with {n: IEs} n nonCriticalExtensions further in."""
    inner = {}
    for n in range(max(extensions, default=0), 0, -1):
        inner = {**extensions.get(n, {}), **({"nonCriticalExtension": inner} if inner else {})}
    return {**ies, **({"nonCriticalExtension": inner} if inner else {})}


def reconfiguration(transaction, sync=None, key=None, bearers=None, srbs=(), rlc_drbs=(), algorithms=None,
                    candidates=(), remove=(), meas=False, source_release=False, sk_counter=None, scg=None,
                    bare=False, attempt_recovery=False):
    """RRCConnectionReconfiguration. key: None or (keyChangeIndicator, NCC). candidates: [(id, bare octets)]."""
    ies, extensions, v1610 = {}, {}, {}
    if meas:
        ies["measConfig"] = {"measGapConfig": ("release", 0)}
    if sync is not None:
        daps = any("daps-HO-r16" in drb for drb in (bearers or {}).get("drb-ToAddModList", ()))
        ies["mobilityControlInfo"] = _mobility(**sync, daps=daps)
    if bearers:
        ies["radioResourceConfigDedicated"] = bearers
    if key is not None:
        chain = {"keyChangeIndicator": key[0], "nextHopChainingCount": key[1]}
        if algorithms is not None:
            chain["securityAlgorithmConfig"] = _algorithms(*algorithms)
        ies["securityConfigHO"] = {"handoverType": ("intraLTE", chain)}
    if sk_counter is not None:
        extensions[8] = {"sk-Counter-r15": sk_counter}
    if candidates or remove:
        conditional = v1610["conditionalReconfiguration-r16"] = {}
        if candidates:
            conditional["condReconfigurationToAddModList-r16"] = [
                {"condReconfigurationId-r16": number, "triggerCondition-r16": [1], "condReconfigurationToApply-r16": octets}
                for number, octets in candidates]
        if remove:
            conditional["condReconfigurationToRemoveList-r16"] = list(remove)
        if attempt_recovery:
            conditional["attemptCondReconf-r16"] = "true"
    if source_release:
        v1610["daps-SourceRelease-r16"] = "true"
    if v1610:
        extensions[10] = v1610
    ies = _later(ies, extensions)
    if bare:
        return encode("RRCConnectionReconfiguration", {"rrc-TransactionIdentifier": transaction, "criticalExtensions": (
            "c1", ("rrcConnectionReconfiguration-r8", ies))})
    return _dl("rrcConnectionReconfiguration", transaction, ies)


def reconfiguration_complete(transaction, conditional=None):
    return _ul("rrcConnectionReconfigurationComplete", transaction)


def _failure(name, ies):
    return encode("UL_DCCH_Message", {"message": ("messageClassExtension", ("c2", (name, ies)))})


def failure_information():
    """FailureInformation-r16 with dapsHO-failure (5.6.21)."""
    return _failure("failureInformation-r16", {"criticalExtensions": ("failureInformation-r16", {
        "failureType-r16": "dapsHO-failure"})})


def rlc_failure():
    """FailureInformation-r15, which is no failure of a handover."""
    return _failure("failureInformation-r15", {"failedLogicalChannelInfo-r15": {
        "failedLogicalChannelIdentity-r15": {"cellGroupIndication-r15": "mn", "logicalChannelIdentity-r15": 4},
        "failureType": "duplication"}})


# --- re-establishment -------------------------------------------------------------------------------------------

def reestablishment_request(c_rnti, pci, mac_i, cause):
    return _message("UL_CCCH_Message", "rrcConnectionReestablishmentRequest", ("rrcConnectionReestablishmentRequest-r8", {
        "ue-Identity": {"c-RNTI": (c_rnti, 16), "physCellId": pci, "shortMAC-I": (mac_i, 16)},
        "reestablishmentCause": cause, "spare": (0, 2)}))


def reestablishment(transaction, ncc):
    """On SRB0, without protection (36.331 5.3.7.5)."""
    return _message("DL_CCCH_Message", "rrcConnectionReestablishment", ("c1", ("rrcConnectionReestablishment-r8", {
        "radioResourceConfigDedicated": {"srb-ToAddModList": [_srb(1)]}, "nextHopChainingCount": ncc})), transaction)


def reestablishment_complete(transaction):
    return _ul("rrcConnectionReestablishmentComplete", transaction)


# --- what else goes by ------------------------------------------------------------------------------------------

def dl_information(transaction, nas):
    return _dl("dlInformationTransfer", transaction, {"dedicatedInfoType": ("dedicatedInfoNAS", b"\x27" + nas)})


def ul_information(nas):
    return _message("UL_DCCH_Message", "ulInformationTransfer", ("c1", ("ulInformationTransfer-r8", {
        "dedicatedInfoType": ("dedicatedInfoNAS", b"\x27" + nas)})))


def measurement_report(pci, rsrp):
    return _message("UL_DCCH_Message", "measurementReport", ("c1", ("measurementReport-r8", {
        "measResults": {"measId": 1, "measResultPCell": {"rsrpResult": rsrp % 98, "rsrqResult": pci % 35}}})))


def counter_check(transaction, drb):
    return _dl("counterCheck", transaction, {"drb-CountMSB-InfoList": [
        {"drb-Identity": drb, "countMSB-Uplink": 0, "countMSB-Downlink": 0}]})


def counter_check_response(transaction):
    return _ul("counterCheckResponse", transaction, {"drb-CountInfoList": []})


def mobility_from_nr(transaction, octets):
    """MobilityFromEUTRACommand to NR."""
    return _dl("mobilityFromEUTRACommand", transaction, {"cs-FallbackIndicator": False, "purpose": ("handover", {
        "targetRAT-Type": "geran", "targetRAT-MessageContainer": octets})})


def segments(octets, size):
    """DLDedicatedMessageSegments of a DL-DCCH message (36.331 5.6.22)."""
    return in_segments(encode, octets, size)
