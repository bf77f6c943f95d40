#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Security modes, re-establishments and resumes of the real captures, of NR and of LTE, against tshark's fields.

    real_procedures.py DAPSAUDIT

Every such message that tshark sees must be an event of ours in the same frame and no other: algorithms, C-RNTI, PCI, shortMAC-I and
cause of a request, NCC of what answers it. A baseband log is converted first, then both read the same capture. What F1AP,
S1AP or X2AP carry is left out (node_interfaces.py has the handovers). KeNB* of an X2 handover must be what derive makes. Exit status 77 (skipped) without the shared captures or without tshark.
"""
import collections
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

import tshark_fields

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SHARED = os.environ.get("DAPS_SHARED", os.path.join(TOP, "..", "shared"))
OPTIONS = ["-o", 'uat:user_dlts:"User 2 (DLT=149)","udp","0","","0",""', "-o",
           'uat:user_dlts:"User 0 (DLT=147)","mac-lte-framed","0","","0",""', "--enable-heuristic", "mac_nr_udp", "--enable-heuristic",
           "mac_lte_udp", "-o", "mac-nr.attempt_rrc_decode:TRUE", "-o", "rlc-nr.call_pdcp_for_srb:TRUE", "-o",
           "mac-lte.attempt_to_dissect_srb_sdus:TRUE", "-o", "rlc-lte.call_rrc_for_ccch:TRUE", "-o", "rlc-lte.call_pdcp_for_srb:TRUE"]
CAUSES = ["reconfiguration-failure", "handover-failure", "other-failure"]

REQUEST = {"ue_c_rnti": "c_RNTI", "ue_pci": "physCellId", "request_mac": "shortMAC_I", "cause": "reestablishmentCause"}
ALGORITHMS = {"ciphering": "cipheringAlgorithm", "integrity": "integrityProtAlgorithm"}
# Per technology: {element of tshark: (our event, {our member: field})}
MESSAGES = {
    "lte": {
        "securityModeCommand": ("security-mode-command", ALGORITHMS),
        "securityModeComplete": ("security-mode-complete", {}),
        "securityModeFailure": ("security-mode-failure", {}),
        "rrcConnectionReestablishmentRequest": ("reestablishment-request", REQUEST),
        "rrcConnectionReestablishment": ("reestablishment", {"ncc": "nextHopChainingCount"}),
        "rrcConnectionReestablishmentComplete": ("reestablishment-complete", {}),
        "rrcConnectionReestablishmentReject": ("release", {}),  # TS 36.331 5.3.7.8: the UE goes to idle
        "rrcConnectionResumeRequest_r13": ("resume-request", {"request_mac": "shortResumeMAC_I_r13"}),
        "rrcConnectionResume_r13": ("resume", {"ncc": "nextHopChainingCount_r13"}),
    },
    "nr": {
        "securityModeCommand": ("security-mode-command", ALGORITHMS),
        "securityModeComplete": ("security-mode-complete", {}),
        "securityModeFailure": ("security-mode-failure", {}),
        "rrcReestablishmentRequest": ("reestablishment-request", REQUEST),
        "rrcReestablishment": ("reestablishment", {"ncc": "nextHopChainingCount"}),
        "rrcReestablishmentComplete": ("reestablishment-complete", {}),
        "rrcResumeRequest": ("resume-request", {"request_mac": "resumeMAC_I"}),
        "rrcResume": ("resume", {}),
    },
}


def number(rat, member, text):
    """The value of one field as our events have it."""
    if member == "request_mac" or member == "ue_c_rnti" and rat == "lte":
        return int(text.replace(":", ""), 16)
    return CAUSES[int(text)] if member == "cause" else int(text)


def of_tshark(capture, rat):
    """[(frame, event, {member: value})], without PDUs that RLC sent again."""
    prefix = f"{rat}-rrc."
    fields = sorted({field for _, members in MESSAGES[rat].values() for field in members.values()})
    elements = {name: f"{prefix}{name}_element" for name in MESSAGES[rat]}
    rows = tshark_fields.rows(capture, "!f1ap && !s1ap && !x2ap && !_ws.malformed && (" + " || ".join(elements.values()) + ")",
                              [*elements.values(), *(prefix + field for field in fields)], OPTIONS)
    seen, messages = collections.deque(maxlen=8), []
    for frame, columns in rows:
        present = dict(zip(elements, columns))
        values = {field: texts[0] for field, texts in zip(fields, columns[len(elements):]) if texts}
        for name, (event, members) in MESSAGES[rat].items():
            told = {m: number(rat, m, values[f]) for m, f in members.items() if f in values} if present[name] else {}
            if present[name] and not ("mac-" in capture and (event, told) in seen):
                messages.append((frame, event, told))
                seen.append((event, told))
    return messages


def of_program(program, capture, rat):
    output = subprocess.run([program, "events", capture], capture_output=True, text=True).stdout
    kinds = {event: members for event, members in MESSAGES[rat].values()}
    messages = []
    for line in map(json.loads, output.splitlines()):
        event = line.get("event")
        if event in kinds and line.get("rat") == rat and (event != "release" or line["channel"] == "dl-ccch"):
            messages.append((line["frame"], event, {m: line[m] for m in kinds[event] if m in line}))
    return messages


def readable(program, folder):
    """The captures that both can read."""
    for path in sorted(glob.glob(os.path.join(SHARED, "captures", "*"))):
        if path.endswith(".qmdl"):
            target = os.path.join(folder, os.path.basename(path) + ".pcapng")
            subprocess.run([program, "convert", path, "-o", target], check=True, capture_output=True)
            yield target
        elif not path.endswith(".md"):
            yield path


def x2_handover(program):
    """1 if KeNB* on X2 is not what derive makes of the KeNB that S1 gave, PCI and EARFCN of the command behind it."""
    path = os.path.join(SHARED, "captures", "lte-x2-handover.pcap")
    if not os.path.exists(path):
        return 0
    names = ["s1ap.SecurityKey", "x2ap.key_eNodeB_star", "lte-rrc.targetPhysCellId", "lte-rrc.dl_CarrierFreq"]
    command = ["tshark", "-r", path, "-Y", " || ".join(names), "-T", "fields"] + [part for name in names for part in ("-e", name)]
    rows = [row.split("\t") for row in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()]
    kenb, star, pci, earfcn = (next(row[i] for row in rows if len(row) > i and row[i]) for i in range(4))
    derive = [program, "derive", "kenb-star", f"--key={kenb}", f"--pci={pci}", f"--arfcn={earfcn}", "--format", "json"]
    derived = subprocess.run(derive, capture_output=True, text=True, check=True).stdout
    if star.replace(":", "") not in derived:
        print(f"KeNB* for PCI {pci}, EARFCN {earfcn} is not that of X2")
        return 1
    return 0


def main(program):
    if not glob.glob(os.path.join(SHARED, "captures", "*")) or shutil.which("tshark") is None:
        print(f"SKIPPED: no captures in {SHARED}, or no tshark")
        return 77
    wrong, captures, counted = x2_handover(program), 0, collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        for capture in readable(program, folder):
            captures += 1
            for rat in MESSAGES:
                theirs, mine = of_tshark(capture, rat), of_program(program, capture, rat)
                for message in [m for m in theirs if m not in mine] + [m for m in mine if m not in theirs]:
                    print(f"{os.path.basename(capture)} frame {message[0]}: {'only tshark' if message in theirs else 'only we'}: "
                          f"{message[1]} {message[2]}")
                    wrong += 1
                counted.update((rat, event) for _, event, _ in mine)
    told = ", ".join(f"{n} {event} ({rat})" for (rat, event), n in sorted(counted.items()))
    print(f"{captures} captures: {told}; {wrong} differences")
    return 1 if wrong or not counted["lte", "reestablishment"] or not counted["nr", "security-mode-command"] else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
