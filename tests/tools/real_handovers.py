#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Handovers and SCG changes of the real captures, of NR and of LTE, against tshark's fields.

    real_handovers.py DAPSAUDIT

Every frame in which tshark sees reconfigurationWithSync in an NR RRC PDU of its own (not inside LTE RRC or X2AP) must be a handover
or an SCG change of ours, or a command counted as logged again, and no other; PCI, SSB-ARFCN, C-RNTI, T304, NCC and keySetChangeIndicator must be tshark's.
So with mobilityControlInfo in LTE RRC, EARFCN and keyChangeIndicator. A log that is there as upper PDUs and as GSMTAP has the same in
both.
Exit status 77 (skipped) without the shared captures or without tshark.
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
T304 = [50, 100, 150, 200, 500, 1000, 2000, 10000]
NR = {"pci": "nr-rrc.physCellId", "arfcn": "nr-rrc.absoluteFrequencySSB", "c_rnti": "nr-rrc.newUE_Identity",
      "t304": "nr-rrc.t304", "ncc": "nr-rrc.nextHopChainingCount", "key_set_change": "nr-rrc.keySetChangeIndicator"}
LTE = {"pci": "lte-rrc.targetPhysCellId", "arfcn": "lte-rrc.dl_CarrierFreq", "c_rnti": "lte-rrc.newUE_Identity",
       "t304": "lte-rrc.t304", "ncc": "lte-rrc.nextHopChainingCount", "key_set_change": "lte-rrc.keyChangeIndicator"}
FILTERS = {"nr": "nr-rrc.reconfigurationWithSync_element && !lte_rrc && !x2ap",
           "lte": "lte-rrc.mobilityControlInfo_element && !x2ap && !s1ap"}


def number(rat, name, value):
    if rat == "lte" and name == "c_rnti":
        return int(value, 16)
    return int(value) if value.isdigit() else value == "True"


def tshark(capture, rat):
    """{frame: {our field: [values]}} of frames with a handover of that technology, or a change of NR's secondary cells."""
    fields = NR if rat == "nr" else LTE
    return {frame: {name: [number(rat, name, value) for value in column] for name, column in zip(fields, columns)}
            for frame, columns in tshark_fields.rows(capture, FILTERS[rat], list(fields.values()))}


def within_lte(capture):
    return {frame for frame, _ in tshark_fields.rows(capture, "lte_rrc", [])}


def ours(program, capture, rat, lte_frames):
    """{frame: lines}, and how many were logged again. Changes of NR cells that LTE RRC carries are left out."""
    output = subprocess.run([program, "audit", "--format", "ndjson", capture], capture_output=True, text=True).stdout
    frames, duplicates = {}, 0
    for line in map(json.loads, output.splitlines()):
        if "key_frame" in line:
            continue  # of a node interface: node_interfaces.py
        if line["type"] in ("handover", "scg-change") and line["rat"] == rat and (rat == "lte" or line["frame"] not in lte_frames):
            frames.setdefault(line["frame"], []).append(line)
        elif line["type"] == "summary":
            duplicates = line["duplicates"]
    return frames, duplicates


def differences(theirs, lines):
    """Yields what does not agree in one frame."""
    for line in lines:
        for name in NR:
            value = line.get(name)
            if name == "t304" and value is not None:
                value = T304.index(value)
            if name == "key_set_change" and line.get("ncc") is None or name == "arfcn" and line.get("same_frequency"):
                continue
            shown = theirs[name]
            if value is None or (name == "arfcn" and not shown):  # not in the message: the serving frequency
                if value is None and len(shown) == len(lines) == 1 and name != "ncc":
                    yield f"{name} missing, tshark {shown}"
            elif value not in [bool(v) for v in shown] if name == "key_set_change" else value not in shown:
                yield f"{name} {value}, tshark {shown}"


def compare(theirs, mine, duplicates):
    """Yields what does not agree in one capture."""
    for frame in sorted(set(theirs) ^ set(mine)):
        if frame in theirs and duplicates > 0:
            duplicates -= 1
            continue
        yield f"frame {frame}: {'only tshark' if frame in theirs else 'only we'}"
    for frame in sorted(set(theirs) & set(mine)):
        for difference in differences(theirs[frame], mine[frame]):
            yield f"frame {frame}: {difference}"


def same_in_two_forms(program):
    """How many handovers and SCG changes of a log that is there in two forms are not the same in both."""
    forms = []
    for path in glob.glob(os.path.join(SHARED, "captures", "endc-drive-2.*")):
        found = collections.Counter()
        for rat in ("nr", "lte"):
            for lines in ours(program, path, rat, set())[0].values():
                found.update(tuple([line["type"], rat, line.get("outcome"), line.get("rach"), *(line.get(name) for name in NR)])
                             for line in lines)
        forms.append(found)
    return sum(((forms[0] - forms[1]) + (forms[1] - forms[0])).values()) if len(forms) == 2 else 0


def main(program):
    captures = sorted(glob.glob(os.path.join(SHARED, "captures", "*upper-pdu*.pcap")))
    if not captures or shutil.which("tshark") is None:
        print(f"SKIPPED: no captures in {SHARED}, or no tshark")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        return compare_all(os.path.abspath(program), captures + converted(os.path.abspath(program), folder))


def converted(program, folder):
    """Baseband logs, as captures that tshark reads too."""
    made = []
    for path in sorted(glob.glob(os.path.join(SHARED, "captures", "*.qmdl"))):
        made.append(os.path.join(folder, os.path.basename(path) + ".pcapng"))
        subprocess.run([program, "convert", path, "-o", made[-1]], check=True, capture_output=True)
    return made


def compare_all(program, captures):
    wrong, counted = 0, collections.Counter()
    for capture in captures:
        lte_frames = within_lte(capture)
        for rat in ("nr", "lte"):
            theirs, (mine, duplicates) = tshark(capture, rat), ours(program, capture, rat, lte_frames)
            for problem in compare(theirs, mine, duplicates):
                print(f"{os.path.basename(capture)} {problem}")
                wrong += 1
            counted.update((rat, line["type"]) for frame in set(theirs) & set(mine) for line in mine[frame])
    wrong += same_in_two_forms(program)
    print(f"{len(captures)} captures, {counted['nr', 'handover']} handovers of NR, {counted['lte', 'handover']} of LTE and "
          f"{counted['nr', 'scg-change']} SCG changes compared, {wrong} differences")
    return 1 if wrong or not counted["nr", "handover"] or not counted["lte", "handover"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
