#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Handovers and keys on the node interfaces of real captures, against tshark's fields and Python's hmac.

    node_interfaces.py DAPSAUDIT

Every frame in which tshark sees mobilityControlInfo inside S1AP or X2AP must be a handover of ours, or one that the message before it
brought (HandoverRequestAcknowledge, HandoverCommand), with tshark's PCI, EARFCN, C-RNTI and NCC; and no other. The frame that carried the
key must hold a key and that NCC. A KeNB* on X2 that is said to be verified must be KDF(KeNB of an earlier frame, 0x13, PCI, EARFCN), in
the audit without a key log and with one. No value may be printed unasked.
Exit status 77 (skipped) without the shared captures or without tshark.
"""
import glob
import hashlib
import hmac
import json
import os
import shutil
import subprocess
import sys
import tempfile

import tshark_fields

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SHARED = os.environ.get("DAPS_SHARED", os.path.join(TOP, "..", "shared"))


def tshark(capture, wanted, fields):
    return {frame: [[value.replace(":", "") for value in column] for column in columns]
            for frame, columns in tshark_fields.rows(capture, wanted, fields)}


def star(parent, pci, earfcn):
    octets = 2 if earfcn < 65536 else 3
    s = b"\x13" + pci.to_bytes(2, "big") + b"\0\2" + earfcn.to_bytes(octets, "big") + octets.to_bytes(2, "big")
    return hmac.new(bytes.fromhex(parent), s, hashlib.sha256).hexdigest()


def audit(program, capture, keys=None):
    command = [program, "audit", "--format", "ndjson", capture] + (["--keys", keys] if keys else [])
    output = subprocess.run(command, capture_output=True, text=True).stdout
    lines = [json.loads(line) for line in output.splitlines()]
    return output, [line for line in lines if line["type"] == "handover" and "key_frame" in line]


def check_command(handovers, commands, capture):
    """Every command that tshark sees is one of ours, and every one of ours is one that tshark sees."""
    unmatched = list(handovers)
    for frame, (pci, earfcn, c_rnti, ncc) in sorted(commands.items()):
        ours = [h for h in handovers if h["frame"] <= frame and str(h["pci"]) in pci and str(h["arfcn"]) in earfcn
                and any(h["c_rnti"] == int(value, 16) for value in c_rnti) and str(h["ncc"]) in ncc]
        if not ours:
            yield f"{capture}: frame {frame}: a command that is no handover of ours"
        unmatched = [h for h in unmatched if h not in ours[-1:]]
    for handover in unmatched:
        yield f"{capture}: frame {handover['frame']}: a handover without its command"


def check_keys(handovers, carried, roots, capture):
    for handover in handovers:
        x2, s1, x2_ncc, s1_ncc = carried.get(handover["key_frame"], ([], [], [], []))
        if len(x2 + s1) != 1 or str(handover["ncc"]) not in x2_ncc + s1_ncc:
            yield f"{capture}: frame {handover['key_frame']}: no key with NCC {handover['ncc']}"
        elif x2 and handover["key_verified"]:
            values = [star(key, handover["pci"], handover["arfcn"]) for frame, (keys,) in roots.items() for key in keys
                      if frame < handover["key_frame"]]
            if x2[0] not in values and handover["derivation"] == "horizontal":
                yield f"{capture}: frame {handover['key_frame']}: KeNB* does not follow from a KeNB before it"


def check(program, capture):
    output, handovers = audit(program, capture)
    carried = tshark(capture, "x2ap.key_eNodeB_star || s1ap.nextHopParameter",
                     ["x2ap.key_eNodeB_star", "s1ap.nextHopParameter", "x2ap.nextHopChainingCount", "s1ap.nextHopChainingCount"])
    roots = tshark(capture, "s1ap.SecurityKey", ["s1ap.SecurityKey"])
    commands = tshark(capture, "(s1ap || x2ap) && lte-rrc.mobilityControlInfo_element",
                      ["lte-rrc.targetPhysCellId", "lte-rrc.dl_CarrierFreq", "lte-rrc.newUE_Identity", "lte-rrc.nextHopChainingCount"])
    wrong = list(check_command(handovers, commands, capture)) + list(check_keys(handovers, carried, roots, capture))
    values = [v for row in carried.values() for v in row[0] + row[1]] + [v for row in roots.values() for v in row[0]]
    if any(value in output for value in values):
        wrong.append(f"{capture}: a key value in the output")
    with tempfile.NamedTemporaryFile("w", suffix=".keys") as keys:
        os.chmod(keys.name, 0o600)
        keys.write("".join(f"KENB * {value}\n" for row in roots.values() for value in row[0]))
        keys.flush()
        if audit(program, capture, keys.name)[1] != handovers:
            wrong.append(f"{capture}: a key log with the KeNBs changes what is said")
    return len(handovers), sum(h["key_verified"] for h in handovers), wrong


def main(arguments):
    captures = sorted(glob.glob(os.path.join(SHARED, "captures", "lte-*-handover.pcap")))
    if not captures or shutil.which("tshark") is None:
        print("skipped: no shared captures, or no tshark")
        return 77
    total = verified = 0
    wrong = []
    for capture in captures:
        n, fits, problems = check(arguments[0], capture)
        total, verified, wrong = total + n, verified + fits, wrong + problems
    for problem in wrong:
        print(problem)
    print(f"{len(captures)} captures, {total} handovers on node interfaces, {verified} keys verified, {len(wrong)} wrong")
    return 1 if wrong or total < 3 or verified < 3 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
