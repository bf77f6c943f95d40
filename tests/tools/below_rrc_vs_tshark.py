#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""RRC in MAC captures of NR and LTE: what the program reads against what tshark reads.

    below_rrc_vs_tshark.py DAPSAUDIT [CAPTURE...]     default: every mac-nr and mac-lte capture of the shared folder

Both must find the same messages in the same frames. Where tshark reads RRC and calls the frame malformed, the program
must read nothing: those are blocks of zeros, random access responses and ciphertext.
"""
import collections
import glob
import json
import os
import subprocess
import sys

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SHARED = os.environ.get("DAPS_SHARED", os.path.join(TOP, "..", "shared"))
USER_DLT = 'uat:user_dlts:"User 2 (DLT=149)","udp","0","","0",""'
LTE_DLT = 'uat:user_dlts:"User 0 (DLT=147)","mac-lte-framed","0","","0",""'
ELEMENTS_LTE = {f"lte-rrc.{way}_{channel}_Message_element": f"{way}-{channel}".lower()
                for way in ("UL", "DL") for channel in ("CCCH", "DCCH")}
ELEMENTS = {"nr-rrc.UL_CCCH_Message_element": "ul-ccch", "nr-rrc.DL_CCCH_Message_element": "dl-ccch",
            "nr-rrc.UL_CCCH1_Message_element": "ul-ccch1", "nr-rrc.UL_DCCH_Message_element": "ul-dcch",
            "nr-rrc.DL_DCCH_Message_element": "dl-dcch"}


def of_tshark(path):
    lte = os.path.basename(path).startswith("mac-lte")
    elements_of = ELEMENTS_LTE if lte else ELEMENTS
    rat = "lte" if lte else "nr"
    command = ["tshark", "-r", path, "--enable-heuristic", f"mac_{rat}_udp", "-o", f"mac-{rat}.attempt_rrc_decode:TRUE",
               "-o", f"rlc-{rat}.call_pdcp_for_srb:TRUE", "-o", LTE_DLT if lte else USER_DLT]
    if lte:
        command += ["-o", "mac-lte.attempt_to_dissect_srb_sdus:TRUE", "-o", "rlc-lte.call_rrc_for_ccch:TRUE"]
    command += ["-T", "fields", "-e", "frame.number", "-e", "_ws.malformed", "-e", f"mac-{rat}.rnti",
                "-e", "pdcp-lte.seq-num" if lte else "pdcp-nr.seq-num"]
    for element in elements_of:
        command += ["-e", element]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    sound, malformed = set(), set()
    seen = collections.deque(maxlen=8 if lte else None)  # 32 SNs go round
    for line in lines:
        frame, bad, rnti, sn, *elements = line.split("\t")
        for name, value in zip(elements_of.values(), elements):
            if value and bad:
                malformed.add((int(frame), name))
            elif value and (not sn or (rnti, sn, name) not in seen):  # a retransmission says nothing new
                seen.append((rnti, sn, name))
                sound.add((int(frame), name))
    return sound, malformed


def of_program(program, path):
    out = subprocess.run([program, "events", path], capture_output=True, text=True).stdout
    events = [json.loads(line) for line in out.splitlines()]
    return {(e["frame"], e["channel"]) for e in events if e["type"] == "event" and e["channel"] != "none"}  # the rest is no message


def main(arguments):
    paths = arguments[1:] or sorted(glob.glob(os.path.join(SHARED, "captures", "mac-[nl]*")))
    if not paths:
        print("skipped: no captures in the shared folder")
        return 77
    wrong = 0
    total = collections.Counter()
    for path in paths:
        theirs, malformed = of_tshark(path)
        ours = of_program(arguments[0], path)
        for frame, channel in sorted(theirs ^ ours):
            print(f"{os.path.basename(path)}: frame {frame} {channel}: only "
                  f"{'tshark reads it' if (frame, channel) in theirs else 'the program reads it'}")
            wrong += 1
        total["messages"] += len(ours)
        total["nonsense"] += len(malformed - ours)
    print(f"{len(paths)} captures, {total['messages']} messages in both, {wrong} differences; "
          f"{total['nonsense']} of malformed frames that only tshark reads")
    return 1 if wrong or not total["messages"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
