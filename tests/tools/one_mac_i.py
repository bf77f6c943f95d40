#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""One MAC-I has 32 bits: where many candidates are tried, one that fits by chance must not decide anything.

    one_mac_i.py DAPSAUDIT

Chance is made: a PDU of another hierarchy stands in the capture, so that exactly one MAC-I is right below a key of the key log
that is not this connection's, or below a parent that the standard does not give.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

OTHER, OWN = "11" * 32, "22" * 32
CELLS = "cell A pci 11 ssb-arfcn 630000\ncell B pci 22 ssb-arfcn 632628\n"
STORY = ["connect", "security nea 2 nia 2", "daps-handover to B ncc 0", "complete", "fallback", "daps-handover to B ncc 0",
         "complete", "source-release", "complete"]


def records(program, folder, key, story, quirk=""):
    """File header and records of the capture of a story."""
    scenario, capture = os.path.join(folder, "s.scenario"), os.path.join(folder, "s.pcap")
    with open(scenario, "w", encoding="utf-8") as file:
        file.write(CELLS + f"ue 1 c-rnti 17921 in A {key} {quirk}\nframing pdcp-nr\n" + "\n".join(story) + "\n")
    subprocess.run([program, "synth", scenario, "-o", capture], check=True, capture_output=True)
    with open(capture, "rb") as file:
        octets = file.read()
    result, at = [], 24
    while at < len(octets):
        end = at + 16 + struct.unpack_from("<I", octets, at + 8)[0]
        result.append(octets[at:end])
        at = end
    return octets[:24], result


def audit(program, folder, header, some, keys):
    capture, log = os.path.join(folder, "c.pcap"), os.path.join(folder, "c.keys")
    with open(capture, "wb") as file:
        file.write(header + b"".join(some))
    with open(log, "w", encoding="utf-8") as file:
        file.write("".join(line + "\n" for line in keys))
    os.chmod(log, 0o600)
    result = subprocess.run([program, "audit", "-q", "-f", "ndjson", "--keys", log, capture], capture_output=True, text=True)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return result.returncode, lines[-1], [line for line in lines if line["type"] in ("finding", "handover")]


def foreign(n):
    return [f"KGNB * {i:064x}" for i in range(1, n + 1)]


def claims(name, told, want_status, most_verified):
    status, summary, lines = told
    verified = summary["pdcp"]["verified"]
    if lines:
        yield f"{name}: {[line['type'] + ' ' + line.get('rule', line.get('procedure', '')) for line in lines]}"
    if status != want_status:
        yield f"{name}: exit status {status}, not {want_status}"
    if verified > most_verified:
        yield f"{name}: {verified} PDUs are called verified"


def main(program):
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        header, own = records(program, folder, f"kgnb {OWN}", STORY)
        _, other = records(program, folder, f"kgnb {OTHER}", STORY)
        smc = 3   # request, setup, complete, then the command
        # The test itself: with the right root among as many, everything is read.
        told = audit(program, folder, header, own, foreign(20) + [f"KGNB * {OWN}"])
        if told[0] != 1 or not any(line.get("rule") == "repeated-key" for line in told[2]):
            problems.append("the right root among 21 is not found")
        # Root: of 21 one fits the security mode command, and nothing that follows.
        mixed = own[:smc] + [other[smc]] + own[smc + 1:]
        told = audit(program, folder, header, mixed, foreign(20) + [f"KGNB * {OTHER}"])
        problems += claims("a root that fits the command alone", told, 3, 1)
        # Root and algorithms, behind the command: one PDU among those of an unknown key.
        for at in range(smc + 2, len(own)):
            mixed = own[smc + 2:at] + [other[at]] + own[at + 1:]
            told = audit(program, folder, header, mixed, foreign(8) + [f"KGNB * {OTHER}"])
            problems += claims(f"a root that fits PDU {at} alone", told, 3, 0)
        # Parent: an NH one step ahead explains one PDU, and there is no second.
        kamf = f"kamf {OWN} ul-nas-count 7"
        header, once = records(program, folder, kamf, STORY[:2] + ["handover to B ncc 2", "complete"], "quirk nh-ahead")
        status, _, lines = audit(program, folder, header, once, [f"KAMF * {OWN} ul_nas_count=7"])
        if status != 3 or any(line["type"] == "finding" for line in lines):
            problems.append(f"a parent that fits one PDU: exit status {status}, {lines}")
        header, twice = records(program, folder, kamf, STORY[:2] + ["handover to B ncc 2", "complete", "traffic dl", "traffic ul"],
                                "quirk nh-ahead")
        status, _, lines = audit(program, folder, header, twice, [f"KAMF * {OWN} ul_nas_count=7"])
        if not any(line.get("rule") == "key-mismatch" and line["evidence"] == "proven" for line in lines):
            problems.append("a parent that fits several PDUs is not found")
    print("\n".join(problems) or "one MAC-I decides nothing where many are tried")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
