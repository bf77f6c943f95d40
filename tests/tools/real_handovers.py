#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Handovers and SCG changes of the real captures against tshark's fields.

    real_handovers.py DAPSAUDIT

Every frame in which tshark sees reconfigurationWithSync in an NR RRC PDU of its own (not inside LTE RRC or X2AP) must be a handover
or an SCG change of ours, or a command counted as logged again, and no other; PCI, SSB-ARFCN, C-RNTI, T304, NCC and keySetChangeIndicator must be tshark's.
Exit status 77 (skipped) without the shared captures or without tshark.
"""
import glob
import json
import os
import shutil
import subprocess
import sys

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SHARED = os.environ.get("DAPS_SHARED", os.path.join(TOP, "..", "shared"))
T304 = [50, 100, 150, 200, 500, 1000, 2000, 10000]
FIELDS = {"pci": "nr-rrc.physCellId", "arfcn": "nr-rrc.absoluteFrequencySSB", "c_rnti": "nr-rrc.newUE_Identity",
          "t304": "nr-rrc.t304", "ncc": "nr-rrc.nextHopChainingCount", "key_set_change": "nr-rrc.keySetChangeIndicator"}


def tshark(capture):
    """{frame: {our field: [values]}} of frames with reconfigurationWithSync and no LTE RRC."""
    command = ["tshark", "-r", capture, "-Y", "nr-rrc.reconfigurationWithSync_element && !lte_rrc && !x2ap", "-T", "fields", "-E",
               "occurrence=a", "-E", "aggregator=,", "-e", "frame.number"]
    for field in FIELDS.values():
        command += ["-e", field]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    frames = {}
    for line in output.splitlines():
        number, *columns = line.split("\t")
        columns += [""] * (len(FIELDS) - len(columns))
        frames[int(number)] = {name: [int(v) if v.isdigit() else v == "True" for v in column.split(",") if v]
                               for name, column in zip(FIELDS, columns)}
    return frames


def ours(program, capture):
    output = subprocess.run([program, "audit", "--format", "ndjson", capture], capture_output=True, text=True).stdout
    frames, duplicates = {}, 0
    for line in map(json.loads, output.splitlines()):
        if line["type"] in ("handover", "scg-change"):
            frames.setdefault(line["frame"], []).append(line)
        elif line["type"] == "summary":
            duplicates = line["duplicates"]
    return frames, duplicates


def differences(theirs, lines):
    """Yields what does not agree in one frame."""
    for line in lines:
        for name in FIELDS:
            value = line.get(name)
            if name == "t304" and value is not None:
                value = T304.index(value)
            if name == "key_set_change" and line.get("ncc") is None:
                continue
            shown = theirs[name]
            if value is None or (name == "arfcn" and not shown):  # not in the message: the serving frequency
                if value is None and len(shown) == len(lines) == 1 and name != "ncc":
                    yield f"{name} missing, tshark {shown}"
            elif value not in [bool(v) for v in shown] if name == "key_set_change" else value not in shown:
                yield f"{name} {value}, tshark {shown}"


def main(program):
    captures = sorted(glob.glob(os.path.join(SHARED, "captures", "*upper-pdu*.pcap")))
    if not captures or shutil.which("tshark") is None:
        print(f"SKIPPED: no captures in {SHARED}, or no tshark")
        return 77
    wrong = handovers = scg_changes = 0
    for capture in captures:
        theirs, (mine, duplicates) = tshark(capture), ours(os.path.abspath(program), capture)
        for frame in sorted(set(theirs) ^ set(mine)):
            if frame in theirs and duplicates > 0:
                duplicates -= 1
                continue
            print(f"{os.path.basename(capture)} frame {frame}: {'only tshark' if frame in theirs else 'only we'}")
            wrong += 1
        for frame in sorted(set(theirs) & set(mine)):
            handovers += sum(line["type"] == "handover" for line in mine[frame])
            scg_changes += sum(line["type"] == "scg-change" for line in mine[frame])
            for difference in differences(theirs[frame], mine[frame]):
                print(f"{os.path.basename(capture)} frame {frame}: {difference}")
                wrong += 1
    print(f"{len(captures)} captures, {handovers} handovers and {scg_changes} SCG changes compared, {wrong} differences")
    return 1 if wrong or not handovers else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
