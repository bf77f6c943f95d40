# SPDX-License-Identifier: GPL-2.0-or-later
"""What each random message says, computed from pycrate's value and the contract of engine/include/daps/event.h alone."""
from expected_empty import EMPTY
from random_messages import VALUES

MASK64 = (1 << 64) - 1
T304 = {"ms50": 50, "ms100": 100, "ms150": 150, "ms200": 200, "ms500": 500, "ms1000": 1000, "ms2000": 2000,
        "ms10000": 10000}
TRAFFIC = set("""ueCapabilityEnquiry dlDedicatedMessageSegment-r16 ueInformationRequest-r16 dlInformationTransferMRDC-r16
loggedMeasurementConfiguration-r16 measurementReport locationMeasurementIndication ueCapabilityInformation
counterCheckResponse ueAssistanceInformation ulInformationTransferMRDC scgFailureInformation
scgFailureInformationEUTRA""".split())
KINDS = {"rrcResume": "resume", "rrcRelease": "release", "rrcReestablishment": "reestablishment",
         "securityModeCommand": "security-mode-command", "dlInformationTransfer": "nas-transfer",
         "counterCheck": "counter-check", "mobilityFromNRCommand": "mobility-from-nr",
         "rrcReconfigurationComplete": "reconfiguration-complete", "rrcSetupComplete": "setup-complete",
         "rrcReestablishmentComplete": "reestablishment-complete", "rrcResumeComplete": "resume-complete",
         "securityModeComplete": "security-mode-complete", "securityModeFailure": "security-mode-failure",
         "ulInformationTransfer": "nas-transfer", "failureInformation": "failure-information", "rrcReject": "reject",
         "rrcSetup": "setup", "rrcSetupRequest": "setup-request", "rrcResumeRequest": "resume-request",
         "rrcResumeRequest1": "resume-request", "rrcReestablishmentRequest": "reestablishment-request",
         "systemInformationBlockType1": "system-information"}
DEDICATED = {"dl-ccch", "ul-ccch", "ul-ccch1", "dl-dcch", "ul-dcch"}
DIGESTED = {"reestablishment", "security-mode-command", "reconfiguration-complete", "reestablishment-complete",
            "resume-complete"}


def digest(octets):
    """engine/bytes/digest.h: words of eight octets in four lanes."""
    lanes = [0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f, 0x165667b19e3779f9, 0x27d4eb2f165667c5]
    for i in range(0, len(octets), 8):
        word = int.from_bytes(octets[i:i + 8].ljust(8, b"\0"), "big")
        lane = (lanes[i // 8 % 4] ^ word) * 0xff51afd7ed558ccd & MASK64
        lanes[i // 8 % 4] = lane ^ lane >> 29
    whole = len(octets) * 0x9e3779b97f4a7c15 & MASK64
    for lane in lanes:
        whole = (whole ^ lane) * 0xc4ceb9fe1a85ec53 & MASK64
        whole ^= whole >> 32
    return f"{whole or 1:016x}"


def reconfiguration_digest(octets, bare):
    """As a DL-DCCH-Message (five zero bits before a bare RRCReconfiguration) without zero octets at the end."""
    if bare:
        octets = (int.from_bytes(octets, "big") << 3).to_bytes(len(octets) + 1, "big")
    return digest(octets.rstrip(b"\0"))


def get(value, *path):
    """value[path...] through SEQUENCEs and CHOICEs, None where it is not there."""
    for step in path:
        if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str):
            value = value[1] if value[0] == step else None
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return None
        if value is None:
            return None
    return value


def bit(identity):
    return 1 << (identity - 1) if 1 <= identity <= 32 else 0


def algorithm(name):
    digits = name[3:] if name[3:].isdigit() else None
    if digits is not None and name[:3] in ("nea", "nia"):
        return int(digits)
    return {"spare4": 4, "spare3": 5, "spare2": 6, "spare1": 7}.get(name, 127)


def read_bearers(event, config):
    for srb in config.get("srb-ToAddModList", []):
        event["srb_added"] |= bit(srb["srb-Identity"])
        if "reestablishPDCP" in srb:
            event["srb_reestablish"] |= bit(srb["srb-Identity"])
    for drb in config.get("drb-ToAddModList", []):
        own = bit(drb["drb-Identity"])
        sdap = get(drb, "cnAssociation", "sdap-Config") or {}
        pdcp = drb.get("pdcp-Config", {})
        inner = pdcp.get("drb", {})
        for name, there in (
                ("drb_added", True), ("drb_daps", "daps-Config-r16" in drb),
                ("drb_reestablish", "reestablishPDCP" in drb), ("drb_recover", "recoverPDCP" in drb),
                ("drb_ul_sn12", inner.get("pdcp-SN-SizeUL") == "len12bits"),
                ("drb_ul_sn18", inner.get("pdcp-SN-SizeUL") == "len18bits"),
                ("drb_dl_sn12", inner.get("pdcp-SN-SizeDL") == "len12bits"),
                ("drb_dl_sn18", inner.get("pdcp-SN-SizeDL") == "len18bits"),
                ("drb_integrity", "integrityProtection" in inner),
                ("drb_ciphering_disabled", "cipheringDisabled" in pdcp),
                ("drb_sdap_ul", sdap.get("sdap-HeaderUL") == "present"),
                ("drb_sdap_dl", sdap.get("sdap-HeaderDL") == "present")):
            if there:
                event[name] |= own
        event["daps"] |= int("daps-Config-r16" in drb)
    for identity in config.get("drb-ToReleaseList", []):
        event["drb_released"] |= bit(identity)
    security = config.get("securityConfig", {})
    if security.get("keyToUse", "master") == "master" and "securityAlgorithmConfig" in security:
        event["ciphering"] = algorithm(security["securityAlgorithmConfig"]["cipheringAlgorithm"])
        if "integrityProtAlgorithm" in security["securityAlgorithmConfig"]:
            event["integrity"] = algorithm(security["securityAlgorithmConfig"]["integrityProtAlgorithm"])


def read_group(event, group):
    sync = get(group, "spCellConfig", "reconfigurationWithSync")
    if sync is None:
        return
    event["sync"] = 1
    event["c_rnti"] = sync["newUE-Identity"]
    event["t304_ms"] = T304[sync["t304"]]
    common = sync.get("spCellConfigCommon", {})
    event["pci"] = common.get("physCellId", -1)
    frequency = get(common, "downlinkConfigCommon", "frequencyInfoDL") or {}
    event["ssb_arfcn"] = frequency.get("absoluteFrequencySSB", -1)
    event["point_a"] = frequency.get("absoluteFrequencyPointA", -1)
    event["daps_power"] = int("daps-UplinkPowerConfig-r16" in sync)
    rach = sync.get("rach-ConfigDedicated", (None, {}))[1]
    event["rach"] = "cfra-2step" if "cfra-TwoStep-r16" in rach else "cfra" if "cfra" in rach else "cbra"


def contained(name, octets):
    """Value of an OCTET STRING's contents, a type of that name."""
    return VALUES[name, octets]


def read_reconfiguration(value, kind):
    """(event, its IEs) of an RRCReconfiguration value; None instead of the IEs if they are from the future."""
    event = dict(EMPTY, kind=kind, transaction=value["rrc-TransactionIdentifier"])
    name, ies = value["criticalExtensions"]
    if name != "rrcReconfiguration":
        return event, None
    read_bearers(event, ies.get("radioBearerConfig", {}))
    v1530 = ies.get("nonCriticalExtension", {})
    v1560 = get(v1530, "nonCriticalExtension", "nonCriticalExtension") or {}
    if "radioBearerConfig2" in v1560:
        read_bearers(event, contained("RadioBearerConfig", v1560["radioBearerConfig2"]))
    if "masterCellGroup" in v1530:
        read_group(event, contained("CellGroupConfig", v1530["masterCellGroup"]))
    event["full_config"] = int("fullConfig" in v1530)
    update = v1530.get("masterKeyUpdate")
    if update is not None:
        event["key_update"] = 1
        event["key_set_change"] = int(update["keySetChangeIndicator"])
        event["ncc"] = update["nextHopChainingCount"]
        if "nas-Container" in update:
            event["nas_container"] = 1
            event["nas_digest"] = digest(update["nas-Container"])
    event["sk_counter"] = v1560.get("sk-Counter", -1)
    v1610 = v1560.get("nonCriticalExtension", {})
    event["daps_source_release"] = int("daps-SourceRelease-r16" in v1610)
    event["conditional"] = int("conditionalReconfiguration-r16" in v1610)
    event["attempt_conditional"] = int("attemptCondReconfig-r16" in v1610.get("conditionalReconfiguration-r16", {}))
    return event, ies


def scg_event(group, sk_counter):
    event = dict(EMPTY, kind="scg-change")
    read_group(event, group)
    return [dict(event, sk_counter=sk_counter)] if event["sync"] else []


def candidate_events(removed, added, prefix, ltm):
    yield from (dict(EMPTY, kind="candidate-release", candidate_id=i, ltm=ltm) for i in removed)
    for item in added:
        octets = item.get(prefix + "-r16" if not ltm else prefix + "-r18")
        if octets is None:
            continue
        event, ies = read_reconfiguration(contained("RRCReconfiguration", octets), "candidate")
        identity = item["condReconfigId-r16" if not ltm else "ltm-CandidateId-r18"]
        yield dict(event, candidate_id=identity, ltm=ltm, digest=digest(octets))


def reconfiguration_events(value, octets, prepared, bare):
    event, ies = read_reconfiguration(value, "reconfiguration")
    event.update(digest=reconfiguration_digest(octets, bare), prepared=prepared)
    if ies is None:
        return [dict(event, kind="traffic")]
    v1530 = ies.get("nonCriticalExtension", {})
    v1560 = get(v1530, "nonCriticalExtension", "nonCriticalExtension") or {}
    v1610 = v1560.get("nonCriticalExtension", {})
    conditional = v1610.get("conditionalReconfiguration-r16", {})
    ltm_choice = get(v1610, "nonCriticalExtension", "nonCriticalExtension", "ltm-Config-r18")
    ltm = ltm_choice[1] if ltm_choice and ltm_choice[0] == "setup" else {}
    cho = list(candidate_events(conditional.get("condReconfigToRemoveList-r16", []),
                                conditional.get("condReconfigToAddModList-r16", []), "condRRCReconfig", 0))
    ltm = list(candidate_events(ltm.get("ltm-CandidateToReleaseList-r18", []),
                                ltm.get("ltm-CandidateToAddModList-r18", []), "ltm-CandidateConfig", 1))
    if ltm_choice and ltm_choice[0] == "release":
        ltm = [dict(EMPTY, kind="candidate-release", candidate_id=-1, ltm=1)]
    candidates = cho + ltm
    events = [event] + [e for e in candidates if e["kind"] == "candidate-release"]
    events += [e for e in candidates if e["kind"] == "candidate"]
    if "secondaryCellGroup" in ies:
        events += scg_event(contained("CellGroupConfig", ies["secondaryCellGroup"]), event["sk_counter"])
    nr_scg = get(v1560, "mrdc-SecondaryCellGroupConfig", "setup", "mrdc-SecondaryCellGroup", "nr-SCG")
    if nr_scg is not None:
        inner = get(contained("RRCReconfiguration", nr_scg), "criticalExtensions", "rrcReconfiguration", "secondaryCellGroup")
        if inner is not None:
            events += scg_event(contained("CellGroupConfig", inner), event["sk_counter"])
    if "dedicatedNAS-MessageList" in v1530:
        events.append(dict(EMPTY, kind="nas-transfer"))
    return events


def read_counts(event, name, body):
    """The highest COUNT of each direction; countMSB leaves the 7 least significant bits out (TS 38.331 6.2.2)."""
    items, shift, names = {
        "counterCheck": ("drb-CountMSB-InfoList", 7, ("countMSB-Uplink", "countMSB-Downlink")),
        "counterCheckResponse": ("drb-CountInfoList", 0, ("count-Uplink", "count-Downlink"))}[name]
    for item in get(body, "criticalExtensions", name, items) or []:
        for short, field in zip(("ul", "dl"), names):
            count = item[field] << shift
            if event[f"count_{short}_drb"] == 0 or count > event[f"count_{short}"]:
                event[f"count_{short}_drb"], event[f"count_{short}"] = item["drb-Identity"], count


def simple_event(name, body, octets):
    if name not in KINDS:
        event = dict(EMPTY, kind="traffic")
        if name == "counterCheckResponse":
            read_counts(event, name, body)
        return [event] if name in TRAFFIC else []
    kind = KINDS[name]
    event = dict(EMPTY, kind=kind)
    if kind in DIGESTED:
        event["digest"] = digest(octets)
    if not isinstance(body, dict):
        return [event]
    if kind not in ("nas-transfer", "counter-check", "mobility-from-nr"):
        event["transaction"] = body.get("rrc-TransactionIdentifier", -1)
    extensions = body.get("criticalExtensions")
    if kind == "security-mode-command":
        config = get(extensions, "securityModeCommand", "securityConfigSMC", "securityAlgorithmConfig")
        if config is not None:
            event["ciphering"] = algorithm(config["cipheringAlgorithm"])
            if "integrityProtAlgorithm" in config:
                event["integrity"] = algorithm(config["integrityProtAlgorithm"])
    elif kind == "counter-check":
        read_counts(event, name, body)
    elif kind == "failure-information":
        event["daps_failure"] = int(get(extensions, "failureInformation", "nonCriticalExtension",
                                        "failureInfoDAPS-r16") is not None)
    elif kind == "release":
        suspend = get(extensions, "rrcRelease", "suspendConfig")
        event["suspend"] = int(suspend is not None)
        if suspend is not None:
            event["ncc"] = suspend["nextHopChainingCount"]
            event["i_rnti"] = suspend["fullI-RNTI"][0]
            event["short_i_rnti"] = suspend["shortI-RNTI"][0]
    elif kind == "resume-request":
        field = "i_rnti" if name == "rrcResumeRequest1" else "short_i_rnti"
        event[field] = body[name]["resumeIdentity"][0]
        event["request_mac"] = body[name]["resumeMAC-I"][0]
    elif kind == "system-information":
        event["cell_identity"] = body["cellAccessRelatedInfo"]["plmn-IdentityInfoList"][0]["cellIdentity"][0]
    elif kind == "reestablishment":
        event["ncc"] = get(extensions, "rrcReestablishment", "nextHopChainingCount")
    elif kind == "reestablishment-request":
        request = body["rrcReestablishmentRequest"]
        event["ue_c_rnti"] = request["ue-Identity"]["c-RNTI"]
        event["ue_pci"] = request["ue-Identity"]["physCellId"]
        event["request_mac"] = request["ue-Identity"]["shortMAC-I"][0]
        event["cause"] = {"reconfigurationFailure": "reconfiguration-failure", "handoverFailure": "handover-failure",
                          "otherFailure": "other-failure"}.get(request["reestablishmentCause"], "none")
    if extensions is not None and extensions[0].startswith("criticalExtensionsFuture") and \
            kind in ("reestablishment", "failure-information"):
        event["kind"] = "traffic"
        event["ncc"] = -1
    return [event]


def message_events(value, octets):
    name, inner = value["message"]
    if name == "mib":
        return [dict(EMPTY, kind="system-information")]
    if name == "messageClassExtension":
        known = isinstance(inner, tuple) and inner[0] == "c2" and not inner[1][0].startswith("spare")
        return [dict(EMPTY, kind="traffic")] if known else []
    name, body = inner
    if name == "rrcReconfiguration":
        return reconfiguration_events(body, octets, 0, False)
    return simple_event(name, body, octets)


def events(channel, value, octets):
    """The events of engine/include/daps/event.h that the message must give, as rrc_dump prints them."""
    if channel == "rrc-reconfiguration":
        found = reconfiguration_events(value, octets, 0, True)
    elif channel == "rrc-reconfiguration-complete":
        found = simple_event("rrcReconfigurationComplete", value, octets)
    elif channel == "radio-bearer-config":
        found = [dict(EMPTY, kind="reconfiguration")]
        read_bearers(found[0], value)
    elif channel == "cell-group-config":
        found = scg_event(value, -1)
    elif channel == "handover-command":
        inner = get(value, "criticalExtensions", "c1", "handoverCommand", "handoverCommandMessage")
        found = [] if inner is None else reconfiguration_events(contained("RRCReconfiguration", inner), inner, 1, True)
        found = [] if found and found[0]["kind"] == "traffic" else found
    elif channel == "handover-preparation-information":
        found = [dict(EMPTY, kind="handover-preparation", ue_pci=-1)]
        source = get(value, "criticalExtensions", "c1", "handoverPreparationInformation", "as-Context",
                     "reestablishmentInfo", "sourcePhysCellId")
        found[0]["ue_pci"] = -1 if source is None else source
    else:
        found = message_events(value, octets)
    if channel in DEDICATED and found and found[0]["digest"] == EMPTY["digest"]:
        found[0] = dict(found[0], digest=digest(octets))
    return [dict(event, channel=channel, octets=len(octets)) for event in found]
