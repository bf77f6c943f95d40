# SPDX-License-Identifier: GPL-2.0-or-later
"""The same messages through tshark: every value we report must be one that tshark shows in that frame, and where tshark
shows a field once and we report it once, the two are equal. tshark also looks into places that no rule reads (measured
cells, nested secondary groups), so its list may be longer than ours, never shorter."""
import os
import struct
import subprocess
import tempfile

NAMES = {"dl-dcch": "nr-rrc.dl.dcch", "ul-dcch": "nr-rrc.ul.dcch", "dl-ccch": "nr-rrc.dl.ccch",
         "ul-ccch": "nr-rrc.ul.ccch", "ul-ccch1": "nr-rrc.ul.ccch1", "bcch-bch": "nr-rrc.bcch.bch",
         "bcch-dl-sch": "nr-rrc.bcch.dl.sch", "rrc-reconfiguration": "nr-rrc.rrc_reconf",
         "radio-bearer-config": "nr-rrc.radiobearerconfig", "cell-group-config": "nr-rrc.cellgroupconfig_msg",
         "handover-command": "nr-rrc.handovercommand_msg",
         "handover-preparation-information": "nr-rrc.handoverpreparationinformation_msg"}
NAMES.update({"lte-" + channel: "lte_rrc." + name for channel, name in {
    "dl-dcch": "dl_dcch", "ul-dcch": "ul_dcch", "dl-ccch": "dl_ccch", "ul-ccch": "ul_ccch", "bcch-bch": "bcch_bch",
    "bcch-dl-sch": "bcch_dl_sch", "handover-preparation-information": "handover_prep_info"}.items()})
T304 = [50, 100, 150, 200, 500, 1000, 2000, 10000]
FIELDS = ["nr-rrc.newUE_Identity", "nr-rrc.t304", "nr-rrc.physCellId", "nr-rrc.absoluteFrequencySSB",
          "nr-rrc.nextHopChainingCount", "nr-rrc.keySetChangeIndicator", "nr-rrc.daps_Config_r16",
          "nr-rrc.daps_SourceRelease_r16", "nr-rrc.cipheringAlgorithm", "nr-rrc.rrc_TransactionIdentifier",
          "nr-rrc.sk_Counter", "nr-rrc.c_RNTI", "nr-rrc.condReconfigId_r16", "nr-rrc.failureInfoDAPS_r16_element"]
LTE_FIELDS = ["lte-rrc.newUE_Identity", "lte-rrc.t304", "lte-rrc.targetPhysCellId", "lte-rrc.dl_CarrierFreq",
              "lte-rrc.dl_CarrierFreq_v9e0", "lte-rrc.nextHopChainingCount", "lte-rrc.nextHopChainingCount_r15",
              "lte-rrc.nextHopChainingCount_r13", "lte-rrc.keyChangeIndicator", "lte-rrc.keyChangeIndicator_r15",
              "lte-rrc.daps_HO_r16", "lte-rrc.daps_SourceRelease_r16", "lte-rrc.cipheringAlgorithm",
              "lte-rrc.integrityProtAlgorithm", "lte-rrc.rrc_TransactionIdentifier", "lte-rrc.sk_Counter_r15",
              "lte-rrc.scg_Counter_r12", "lte-rrc.c_RNTI", "lte-rrc.physCellId", "lte-rrc.condReconfigurationId_r16",
              "lte-rrc.failureType_r16", "lte-rrc.reestablishmentCause", "lte-rrc.shortMAC_I"]
NCC = ["lte-rrc.nextHopChainingCount", "lte-rrc.nextHopChainingCount_r15", "lte-rrc.nextHopChainingCount_r13"]
CAUSES = ["reconfiguration-failure", "handover-failure", "other-failure"]


def write_capture(path, messages):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 0x7FFFFFFF, 252))
        for i, (channel, text, _) in enumerate(messages):
            name = NAMES[channel].encode()
            name += b"\0" * (-len(name) % 4)
            octets = struct.pack(">HH", 12, len(name)) + name + b"\0\0\0\0" + bytes.fromhex(text)
            file.write(struct.pack("<IIII", i, 0, len(octets), len(octets)) + octets)


def tshark(path):
    command = ["tshark", "-r", path, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=,"]
    fields = FIELDS + LTE_FIELDS
    for field in fields + ["_ws.malformed"]:
        command += ["-e", field]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for line in output.split("\n")[:-1]:
        columns = line.split("\t")
        yield {field: [v for v in column.split(",") if v] for field, column in zip(fields + ["malformed"], columns)}


def ours(events):
    """{tshark field: values we report}, as tshark would print them."""
    found = {field: [] for field in FIELDS}

    def add(field, value, absent=-1):
        if value != absent:
            found[field].append(str(value))

    for e in events:
        if e["rat"] == "lte":
            continue
        if e["ltm"]:
            continue  # Rel-18: tshark 4.0 knows V17.1.0 of TS 38.331 and steps over it, as we step over what we do not know
        add("nr-rrc.newUE_Identity", e["c_rnti"])
        if e["t304_ms"] >= 0:
            add("nr-rrc.t304", T304.index(e["t304_ms"]))
        add("nr-rrc.physCellId", e["pci"])
        add("nr-rrc.physCellId", e["ue_pci"] if e["kind"] == "reestablishment-request" else -1)
        add("nr-rrc.absoluteFrequencySSB", e["ssb_arfcn"])
        add("nr-rrc.nextHopChainingCount", e["ncc"])
        if e["key_update"]:
            add("nr-rrc.keySetChangeIndicator", e["key_set_change"])
        add("nr-rrc.cipheringAlgorithm", e["ciphering"] if e["ciphering"] < 8 else -1)
        add("nr-rrc.rrc_TransactionIdentifier", e["transaction"])
        if e["kind"] != "scg-change":
            add("nr-rrc.sk_Counter", e["sk_counter"])
        add("nr-rrc.c_RNTI", e["ue_c_rnti"])
        if e["daps"]:
            add("nr-rrc.daps_Config_r16", 0)
        if e["daps_source_release"]:
            add("nr-rrc.daps_SourceRelease_r16", 0)
        if e["kind"] == "candidate" and not e["ltm"]:
            add("nr-rrc.condReconfigId_r16", e["candidate_id"])
    return found


def number(text):
    """tshark shows BIT STRINGs as octets ("12:34", "1234") and the rest as numbers."""
    return int(text.replace(":", ""), 16)


def ours_lte(events, theirs):
    """[(fields of which one must show it, value)] of the LTE events; BIT STRINGs of tshark are made numbers."""
    for field in ("lte-rrc.newUE_Identity", "lte-rrc.c_RNTI", "lte-rrc.shortMAC_I"):
        theirs[field] = [str(number(v)) for v in theirs[field]]
    for e in events:
        if e["rat"] != "lte":
            continue
        yield from (([field], e[name]) for field, name in (
            ("lte-rrc.newUE_Identity", "c_rnti"), ("lte-rrc.targetPhysCellId", "pci"), ("lte-rrc.c_RNTI", "ue_c_rnti"),
            ("lte-rrc.cipheringAlgorithm", "ciphering"), ("lte-rrc.integrityProtAlgorithm", "integrity"),
            ("lte-rrc.rrc_TransactionIdentifier", "transaction")) if e[name] >= 0)
        if e["kind"] == "reestablishment-request" and e["ue_pci"] >= 0:
            yield ["lte-rrc.physCellId"], e["ue_pci"]
            yield ["lte-rrc.shortMAC_I"], e["request_mac"]
        if e["t304_ms"] >= 0:
            yield ["lte-rrc.t304"], T304.index(e["t304_ms"])
        if e["ssb_arfcn"] >= 0:
            yield ["lte-rrc.dl_CarrierFreq", "lte-rrc.dl_CarrierFreq_v9e0"], e["ssb_arfcn"]
        if e["ncc"] >= 0:
            yield NCC, e["ncc"]
        if e["key_set_change"]:
            yield ["lte-rrc.keyChangeIndicator", "lte-rrc.keyChangeIndicator_r15"], 1
        if e["daps"]:
            yield ["lte-rrc.daps_HO_r16"], 0
        if e["daps_source_release"]:
            yield ["lte-rrc.daps_SourceRelease_r16"], 0
        if e["sk_counter"] >= 0:
            yield ["lte-rrc.sk_Counter_r15", "lte-rrc.scg_Counter_r12"], e["sk_counter"]
        if e["kind"] == "candidate":
            yield ["lte-rrc.condReconfigurationId_r16"], e["candidate_id"]
        if e["daps_failure"]:
            yield ["lte-rrc.failureType_r16"], 1
        if e["cause"] != "none":
            yield ["lte-rrc.reestablishmentCause"], CAUSES.index(e["cause"])


def missing_lte(events, theirs):
    """Values that tshark does not show: (count compared, [(fields, value)])."""
    values = list(ours_lte(events, theirs))
    lacking = []
    for fields, value in values:
        shown = [v for f in fields for v in theirs[f]]
        shown = ["1" if v == "True" else "0" if v == "False" else v for v in shown]
        if str(value) not in shown:
            lacking.append((fields, value, shown))
    return len(values), lacking


def missing(mine, theirs):
    left = list(theirs)
    for value in mine:
        if value not in left:
            return True
        left.remove(value)
    return len(theirs) == 1 and len(mine) > 1


def compare(program, dump, messages):
    messages = [m for m in messages if m[0] in NAMES]
    total = fields = differ = malformed = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "random.pcap")
        for start in range(0, len(messages), 20000):
            part = messages[start:start + 20000]
            write_capture(path, part)
            read = dump(program, [f"{c} {t}" for c, t, _ in part])
            for (channel, text, _), theirs, got in zip(part, tshark(path), read):
                total += 1
                if theirs["malformed"]:
                    malformed += 1
                    continue
                n, lacking = missing_lte(got["events"], theirs)
                fields += n
                differ += len(lacking)
                for field, value, shown in lacking[:1] if differ <= 10 else []:
                    print(f"{channel} {text[:160]}: {field}: we say {value}, tshark {shown}")
                for field, values in ours(got["events"]).items():
                    fields += len(values)
                    shown = theirs[field]
                    if field == "nr-rrc.keySetChangeIndicator":
                        shown = ["1" if v in ("1", "True") else "0" for v in shown]
                    if missing(values, shown):
                        differ += 1
                        if differ <= 10:
                            print(f"{channel} {text[:160]}: {field}: we say {values}, tshark {shown}")
    print(f"{total} messages through tshark, {fields} values compared, {differ} differ, "
          f"{malformed} called malformed by tshark (not compared)")
    return differ == 0 and total > 0
