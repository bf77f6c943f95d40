#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The table generator and the reader on every other 3GPP module: LTE RRC (unaligned), NGAP, XnAP, S1AP, X2AP, F1AP, E1AP
(aligned, with information object open types). Makes tables from modules/*.manifest, lets pycrate encode random messages
and compares the fields read with the values encoded.

    modules.py FOLDER [COUNT]       FOLDER for generated files; needs pycrate and a C compiler
"""
import importlib
import os
import random
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.normpath(os.path.join(HERE, "..", ".."))
sys.path.insert(0, HERE)

import random_messages  # noqa: E402

# manifest, module part with the messages, choice of the PDU, procedure code, message type
PROTOCOLS = [
    ("ngap", "NGAP", "NGAP_PDU_Contents", "initiatingMessage", 13, "HandoverRequest"),
    ("ngap", "NGAP", "NGAP_PDU_Contents", "initiatingMessage", 14, "InitialContextSetupRequest"),
    ("ngap", "NGAP", "NGAP_PDU_Contents", "successfulOutcome", 25, "PathSwitchRequestAcknowledge"),
    ("xnap", "XnAP", "XnAP_PDU_Contents", "initiatingMessage", 0, "HandoverRequest"),
    ("s1ap", "S1AP", "S1AP_PDU_Contents", "initiatingMessage", 9, "InitialContextSetupRequest"),
    ("x2ap", "X2AP", "X2AP_PDU_Contents", "initiatingMessage", 0, "HandoverRequest"),
    ("f1ap", "F1AP", "F1AP_PDU_Contents", "initiatingMessage", 12, "DLRRCMessageTransfer"),
    ("e1ap", "E1AP", "E1AP_PDU_Contents", "initiatingMessage", 8, "BearerContextSetupRequest"),
]
STRINGS = {"SECURITY_KEY", "NH", "KEY_NG_RAN_STAR", "KEY_ENODEB_STAR"}
OCTETS = {"RRC_CONTAINER", "ENCRYPTION_KEY"}


class ApMaker(random_messages.Maker):
    """Random values of aligned modules; extension containers stay out, they are open types of their own."""

    def chance(self, name, depth):
        return 0 if name in ("iE-Extensions", "iE-Extension") or depth > 20 else 0.4

    def make_open_type(self, obj, depth):
        raise ValueError("open type")

    def make_choice(self, obj, depth):
        names = [n for n in obj._root if n not in ("choice-Extensions", "choice-extension", "choice-Extension")]
        name = self.random.choice(names)
        return (name, self.value(obj._cont[name], depth + 1))


def message(maker, obj, choice, code, name):
    """An *AP PDU with every IE of the message that can be made, or None."""
    item = obj._cont["protocolIEs"]._cont._cont["value"]
    ies = []
    for entry in item._const_tab._val.root:
        if maker.random.random() < 0.3 and entry["presence"] != "mandatory":
            continue
        try:
            value = maker.value(entry["Value"], 0)
            entry["Value"].set_val(value)
            entry["Value"].to_aper()
        except Exception:  # an open type inside, or a corner that pycrate does not encode
            continue
        ies.append({"id": entry["id"], "criticality": entry["criticality"],
                    "value": (entry["Value"]._tr._name if entry["Value"]._tr else entry["Value"].TYPE, value)})
    return (choice, {"procedureCode": code, "criticality": "reject", "value": (name, {"protocolIEs": ies})})


def sections(manifest):
    fields, paths = [], []
    for line in open(manifest, encoding="utf-8"):
        words = line.split("#")[0].split()
        if len(words) == 3 and words[1] == "=":
            if words[2] not in fields:
                fields.append(words[2])
            paths.append((words[0], words[2]))
    return fields, paths


def pick(value, steps):
    """Values at a manifest path below value, in document order."""
    if not steps or steps == ["."]:
        return [value]
    step, rest = steps[0], steps[1:]
    if step == "[]":
        return [v for item in value for v in pick(item, rest)]
    if step.startswith("<"):  # the open type's key is the sibling that the caller checked
        return pick(value[1], rest)
    if isinstance(value, tuple):
        return pick(value[1], rest) if value[0] == step else []
    if rest and rest[0].startswith("<"):
        key = value.get("id", value.get("procedureCode"))
        return pick(value[step], rest) if f"<{key}>" == rest[0] else []
    return pick(value[step], rest) if step in value else []


def as_hit(field, value):
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, tuple) and isinstance(value[1], int):
        return f"{value[1]}:{value[0]:0{value[1]}b}"[:len(str(value[1])) + 257]
    if isinstance(value, bytes) and not value:
        return "0"
    if isinstance(value, bytes):
        bits = "".join(f"{octet:08b}" for octet in value)
        return f"{len(value)}:{bits[:len(value)]}"
    return str(value)


def build(folder, prefix, root):
    program = os.path.join(folder, "modules_" + prefix)
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "glib-2.0"], capture_output=True, text=True,
                           check=True).stdout.split()
    subprocess.run(["cc", "-std=gnu17", "-g", "-O1", "-fsanitize=address,undefined", f"-DTABLES=\"{prefix}.h\"",
                    f"-DTABLE={prefix}_table", f"-DROOT={prefix.upper()}_ROOT_{root}", "-I", folder, "-I",
                    os.path.join(TOP, "engine"), os.path.join(HERE, "modules_dump.c"),
                    os.path.join(folder, prefix + ".c"), os.path.join(TOP, "engine", "per", "per.c"), "-o", program,
                    *flags], check=True)
    return program


def compare(program, manifest, cases):
    """cases: (octets, value). Compares the numbers and strings of the manifest's fields; returns (fields, wrong)."""
    names, paths = sections(manifest)
    output = subprocess.run([program], input="".join(o.hex() + "\n" for o, _ in cases), capture_output=True, text=True,
                            check=True).stdout.splitlines()
    fields = wrong = 0
    for (octets, value), line in zip(cases, output, strict=True):
        got = sorted(h for h in line.split()[1:] if "=" in h)
        want = []
        for path, field in paths:
            for found in pick(value, path.split(".")):
                if field in STRINGS or field in OCTETS or isinstance(found, (int, bool)):
                    want.append(f"{names.index(field) + 1}={as_hit(field, found)}")
        fields += len(want)
        kept = [h if ":" in h and any(h.split("=")[0] == str(names.index(f) + 1) for f in STRINGS | OCTETS if f in names)
                else h.split(":")[0] for h in got]
        telling = {w.split("=")[0] for w in want}
        if "error" in line or sorted(k for k in kept if k.split("=")[0] in telling) != sorted(want):
            wrong += 1
            if wrong <= 3:
                print(f"{os.path.basename(manifest)}: {octets.hex()[:200]}\n  read {line[:300]}\n  must {want}")
    return fields, wrong


def ap_cases(part, count, module, choice, code, name, seed):
    maker = ApMaker(seed)
    maker.grouped = 1  # an open type of 16K and more would be in fragments, which the reader reports
    pdu = getattr(importlib.import_module("pycrate_asn1dir." + module), module + "_PDU_Descriptions")
    pdu = getattr(pdu, module + "_PDU")
    cases = []
    for _ in range(count * 5):
        value = message(maker, getattr(part, name), choice, code, name)
        try:
            pdu.set_val(value)
            cases.append((pdu.to_aper(), value))
        except Exception:
            continue
        if len(cases) == count:
            break
    return cases


def lte_cases(count):
    from pycrate_asn1dir import RRCLTE
    maker = random_messages.Maker(1)
    random_messages.STEERED.update({"mobilityControlInfo": 0.7, "securityConfigHO": 0.7, "carrierFreq": 0.7})
    random_messages.CHOSEN.update({"rrcConnectionReconfiguration": 0.8, "rrcConnectionReconfiguration-r8": 0.9,
                                   "intraLTE": 0.8})
    obj, cases = RRCLTE.EUTRA_RRC_Definitions.DL_DCCH_Message, []
    while len(cases) < count:
        try:
            maker.richness = random.Random(len(cases)).choice((0.02, 0.1))
            value = maker.value(obj, 0)
            obj.set_val(value)
            cases.append((obj.to_uper(), value))
        except Exception:
            continue
    return cases


def main(arguments):
    folder = os.path.abspath(arguments[0])
    count = int(arguments[1]) if len(arguments) > 1 else 200
    manifests = sorted(os.path.join(HERE, "modules", m) for m in os.listdir(os.path.join(HERE, "modules")))
    subprocess.run([sys.executable, os.path.join(TOP, "engine", "per", "generate", "generate.py"), *manifests],
                   check=True, env=dict(os.environ, DAPS_TABLES_DIR=folder))
    messages = fields = wrong = 0
    jobs = [("lte_rrc", "DL_DCCH_MESSAGE", lte_cases(count))]
    for i, (prefix, module, part, choice, code, name) in enumerate(PROTOCOLS):
        source = getattr(importlib.import_module("pycrate_asn1dir." + module), part)
        cases = ap_cases(source, count, module, choice, code, name, i)
        jobs.append((prefix, prefix.upper() + "_PDU", cases))
    for prefix, root, cases in jobs:
        found, bad = compare(build(folder, prefix, root), os.path.join(HERE, "modules", prefix + ".manifest"), cases)
        print(f"{prefix}: {len(cases)} messages, {found} fields, {bad} wrong")
        messages, fields, wrong = messages + len(cases), fields + found, wrong + bad
        if not cases or not found:
            wrong += 1
    print(f"{messages} messages of other modules, {fields} fields compared, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
