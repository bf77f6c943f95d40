# SPDX-License-Identifier: GPL-2.0-or-later
"""What each random LTE message says, computed from pycrate's value and engine/include/daps/event.h alone."""
import expected
from expected import bit, contained, digest, get, scg_event
from expected_empty import EMPTY

LTE = dict(EMPTY, rat="lte")
T304 = {"ms50": 50, "ms100": 100, "ms150": 150, "ms200": 200, "ms500": 500, "ms1000": 1000, "ms2000": 2000,
        "ms10000-v1310": 10000}
DEDICATED = {"dl-ccch", "ul-ccch", "dl-dcch", "ul-dcch"}
NAMES = {"rrcConnectionResume-r13": "resume", "rrcConnectionRelease": "release",
         "securityModeCommand": "security-mode-command", "dlInformationTransfer": "nas-transfer",
         "counterCheck": "counter-check", "mobilityFromEUTRACommand": "mobility-from-eutra",
         "rrcConnectionReconfigurationComplete": "reconfiguration-complete",
         "rrcConnectionReestablishmentComplete": "reestablishment-complete",
         "rrcConnectionSetupComplete": "setup-complete", "securityModeComplete": "security-mode-complete",
         "securityModeFailure": "security-mode-failure", "ulInformationTransfer": "nas-transfer",
         "rrcConnectionResumeComplete-r13": "resume-complete", "failureInformation-r15": "failure-information",
         "failureInformation-r16": "failure-information", "rrcConnectionReestablishment": "reestablishment",
         "rrcConnectionReestablishmentReject": "release", "rrcConnectionReject": "reject",
         "rrcConnectionSetup": "setup", "rrcConnectionReestablishmentRequest": "reestablishment-request",
         "rrcConnectionRequest": "setup-request", "rrcConnectionResumeRequest-r13": "resume-request",
         "systemInformationBlockType1": "system-information"}
NOTHING = {"systemInformation"}
SILENT = {"nas-transfer", "counter-check", "reject", "setup-request"}  # nothing inside is wanted


def algorithm(name):
    """eea1, eia0-v920, eia3-v1130, spare4..."""
    name = name.split("-")[0]
    if name.startswith("spare"):
        return 8 - int(name[5:])
    return int(name[3:])


def algorithms(event, config):
    if config is not None:
        event["ciphering"] = algorithm(config["cipheringAlgorithm"])
        event["integrity"] = algorithm(config["integrityProtAlgorithm"])


def read_mobility(event, info):
    event["sync"] = event["key_update"] = 1
    event["pci"] = info["targetPhysCellId"]
    event["ssb_arfcn"] = get(info, "carrierFreq-v9e0", "dl-CarrierFreq-v9e0")
    if event["ssb_arfcn"] is None:
        event["ssb_arfcn"] = info["carrierFreq"]["dl-CarrierFreq"] if "carrierFreq" in info else -1
    event["t304_ms"] = T304[info["t304"]]
    event["c_rnti"] = info["newUE-Identity"][0]
    event["rach"] = "skip" if "rach-Skip-r14" in info else "cfra" if "rach-ConfigDedicated" in info else "cbra"
    event["daps_power"] = int(get(info, "daps-Config-r16", "daps-PowerCoordinationInfo-r16") is not None)


def read_security(event, handover):
    name, value = handover
    algorithms(event, value.get("securityAlgorithmConfig", value.get("securityAlgorithmConfig-r15")))
    if name in ("intraLTE", "intra5GC"):
        suffix = "" if name == "intraLTE" else "-r15"
        event["key_set_change"] = int(value["keyChangeIndicator" + suffix])
        event["ncc"] = value["nextHopChainingCount" + suffix]
        if "nas-Container-r15" in value:
            event["nas_container"] = 1
            event["nas_digest"] = digest(value["nas-Container-r15"])


def read_bearers(event, config):
    for srb in config.get("srb-ToAddModList", []):
        event["srb_added"] |= bit(srb["srb-Identity"])
    for drb in config.get("drb-ToAddModList", []) + config.get("drb-ToAddModList-r15", []):
        event["drb_added"] |= bit(drb["drb-Identity"])
        if "daps-HO-r16" in drb:
            event["drb_daps"] |= bit(drb["drb-Identity"])
            event["daps"] = 1
    for identity in config.get("drb-ToReleaseList", []) + config.get("drb-ToReleaseList-r15", []):
        event["drb_released"] |= bit(identity)


def later(ies, n):
    for _ in range(n):
        ies = ies.get("nonCriticalExtension", {})
    return ies


def read_reconfiguration(value, kind):
    """(event, IEs of r8); None instead of the IEs if they are from the future."""
    event = dict(LTE, kind=kind, transaction=value["rrc-TransactionIdentifier"])
    ies = get(value, "criticalExtensions", "c1", "rrcConnectionReconfiguration-r8")
    if ies is None:
        return event, None
    if "mobilityControlInfo" in ies:
        read_mobility(event, ies["mobilityControlInfo"])
    if "securityConfigHO" in ies:
        read_security(event, ies["securityConfigHO"]["handoverType"])
    if "securityConfigHO-v1530" in later(ies, 9):
        read_security(event, later(ies, 9)["securityConfigHO-v1530"]["handoverType-v1530"])
    read_bearers(event, ies.get("radioResourceConfigDedicated", {}))
    for name in ("nr-RadioBearerConfig1-r15", "nr-RadioBearerConfig2-r15"):
        if name in later(ies, 8):
            own = {member: event[member] for member in ("ciphering", "integrity", "daps")}
            expected.read_bearers(event, contained("RadioBearerConfig", later(ies, 8)[name]))
            event.update(own)
    event["full_config"] = int("fullConfig-r9" in later(ies, 2))
    counter = get(later(ies, 5), "scg-Configuration-r12", "setup", "scg-ConfigPartMCG-r12", "scg-Counter-r12")
    event["sk_counter"] = later(ies, 8).get("sk-Counter-r15", -1 if counter is None else counter)
    v1610 = later(ies, 10)
    event["daps_source_release"] = int("daps-SourceRelease-r16" in v1610)
    event["conditional"] = int("conditionalReconfiguration-r16" in v1610)
    event["attempt_conditional"] = int("attemptCondReconf-r16" in v1610.get("conditionalReconfiguration-r16", {}))
    return event, ies


def reconfiguration_events(value, octets, prepared):
    event, ies = read_reconfiguration(value, "reconfiguration")
    event.update(digest=digest(octets.rstrip(b"\0")), prepared=prepared)
    if ies is None:
        return [dict(event, kind="traffic")]
    conditional = later(ies, 10).get("conditionalReconfiguration-r16", {})
    events = [event] + [dict(LTE, kind="candidate-release", candidate_id=i)
                        for i in conditional.get("condReconfigurationToRemoveList-r16", [])]
    for item in conditional.get("condReconfigurationToAddModList-r16", []):
        inner = item.get("condReconfigurationToApply-r16")
        if inner is not None:
            candidate, _ = read_reconfiguration(contained("RRCConnectionReconfiguration", inner), "candidate")
            events.append(dict(candidate, candidate_id=item["condReconfigurationId-r16"], digest=digest(inner)))
    scg = get(later(ies, 8), "nr-Config-r15", "setup", "nr-SecondaryCellGroupConfig-r15")
    if scg is not None:
        group = get(contained("RRCReconfiguration", scg), "criticalExtensions", "rrcReconfiguration",
                    "secondaryCellGroup")
        if group is not None:
            found = scg_event(contained("CellGroupConfig", group), event["sk_counter"])
            events += [dict(e, channel="cell-group-config") for e in found]
    if "dedicatedInfoNASList" in ies or "dedicatedInfoNASList-r15" in later(ies, 9):
        events.append(dict(LTE, kind="nas-transfer"))
    return events


def read_release(event, ies):
    v1320, v1530 = later(ies, 4), later(ies, 5)
    inactive = v1530.get("rrc-InactiveConfig-r15")
    event["suspend"] = int(ies["releaseCause"] == "rrc-Suspend-v1320" or inactive is not None)
    if "resumeIdentity-r13" in v1320:
        event["i_rnti"] = v1320["resumeIdentity-r13"][0]
    event["ncc"] = v1530.get("nextHopChainingCount-r15", -1)
    if inactive is not None:
        event["i_rnti"] = inactive["fullI-RNTI-r15"][0]
        event["short_i_rnti"] = inactive["shortI-RNTI-r15"][0]
        event["ncc"] = inactive.get("nextHopChainingCount-r15", event["ncc"])


def read_resume_request(event, extensions):
    name, ies = extensions
    suffix = "-r13" if name.endswith("-r13") else "-r15"
    choice, identity = ies["resumeIdentity" + suffix]
    event["i_rnti" if choice in ("resumeID-r13", "fullI-RNTI-r15") else "short_i_rnti"] = identity[0]
    event["request_mac"] = ies["shortResumeMAC-I" + suffix][0]


def read_request(event, ies):
    event["ue_c_rnti"] = ies["ue-Identity"]["c-RNTI"][0]
    event["ue_pci"] = ies["ue-Identity"]["physCellId"]
    event["request_mac"] = ies["ue-Identity"]["shortMAC-I"][0]
    event["cause"] = {"reconfigurationFailure": "reconfiguration-failure", "handoverFailure": "handover-failure",
                      "otherFailure": "other-failure"}.get(ies["reestablishmentCause"], "none")


def simple_event(name, body, octets):
    if name.startswith("spare") or name in NOTHING:
        return []
    kind = NAMES.get(name, "traffic")
    event = dict(LTE, kind=kind)
    if kind in ("security-mode-command", "reestablishment", "resume", "reconfiguration-complete",
                "reestablishment-complete", "resume-complete"):
        event["digest"] = digest(octets)
    if kind == "traffic" or kind in SILENT or name in ("rrcConnectionReestablishmentReject", "failureInformation-r15",
                                                       "mobilityFromEUTRACommand"):
        return [event]
    event["transaction"] = body.get("rrc-TransactionIdentifier", -1)
    extensions = body.get("criticalExtensions")
    ies = get(extensions, "c1", name + "-r8")
    if kind == "security-mode-command":
        algorithms(event, get(ies, "securityConfigSMC", "securityAlgorithmConfig"))
    elif kind == "release" and ies is not None:
        read_release(event, ies)
    elif kind == "reestablishment":
        event["ncc"] = -1 if ies is None else ies["nextHopChainingCount"]
        event["kind"] = "traffic" if ies is None else kind
    elif kind == "resume":
        ies = get(extensions, "c1", "rrcConnectionResume-r13")
        if ies is not None:
            event["ncc"] = ies["nextHopChainingCount-r13"]
            event["sk_counter"] = later(ies, 2).get("sk-Counter-r15", -1)
    elif kind == "failure-information":
        ies = get(extensions, "failureInformation-r16")
        event["kind"] = "traffic" if ies is None else kind
        event["daps_failure"] = int(ies is not None and ies.get("failureType-r16") == "dapsHO-failure")
    elif kind == "reestablishment-request":
        ies = get(extensions, "rrcConnectionReestablishmentRequest-r8")
        if ies is not None:
            read_request(event, ies)
    elif kind == "resume-request":
        read_resume_request(event, extensions)
    elif kind == "system-information":
        event["cell_identity"] = body["cellAccessRelatedInfo"]["cellIdentity"][0]
    return [event]


def message_events(channel, value, octets):
    if channel == "bcch-bch":
        return [dict(LTE, kind="system-information")]
    name, inner = value["message"]
    if name == "messageClassExtension":
        if channel not in ("ul-dcch", "ul-ccch") or inner[0] != "c2":
            return []
        inner = inner[1]
    name, body = inner
    if name == "rrcConnectionReconfiguration":
        return reconfiguration_events(body, octets, 0)
    return simple_event(name, body, octets)


def command_events(value):
    inner = get(value, "criticalExtensions", "c1", "handoverCommand-r8", "handoverCommandMessage")
    if inner is None:
        return []
    message = contained("DL-DCCH-Message", inner)
    body = get(message, "message", "c1", "rrcConnectionReconfiguration")
    found = [] if body is None else reconfiguration_events(body, inner, 1)
    return [] if found and found[0]["kind"] == "traffic" else found


def events(channel, value, octets):
    """As expected.events()."""
    channel = channel.removeprefix("lte-")
    if channel == "handover-command":
        found = command_events(value)
    elif channel == "handover-preparation-information":
        source = get(value, "criticalExtensions", "c1", "handoverPreparationInformation-r8", "as-Context",
                     "reestablishmentInfo", "sourcePhysCellId")
        found = [dict(LTE, kind="handover-preparation", ue_pci=-1 if source is None else source)]
    else:
        found = message_events(channel, value, octets)
    if channel in DEDICATED and found and found[0]["digest"] == EMPTY["digest"]:
        found[0] = dict(found[0], digest=digest(octets))
    return [dict(event, channel=event["channel"] or channel, octets=len(octets)) for event in found]
