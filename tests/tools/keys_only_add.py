#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A key log can only add findings and strengthen evidence: no finding goes away by giving the true keys.

    keys_only_add.py DAPSAUDIT

Every sample that has keys, every case that has keys of its own, and every scenario as a log beside the air it went through, is audited with and without its
key log. A finding of the latter must be among the former: the same rule over the same frames or more.
"""
import glob
import json
import os
import subprocess
import sys
import tempfile

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
REPEATS = {"repeated-key", "nh-reuse", "keystream-reuse", "mac-nonce-reuse"}
# MAC-Is show two values for what the commands say is one key: between two readings of the standard, or with a parent that
# none of them has. A repeat that is not true is none to keep.
DECIDED = {"air-stored-ncc": REPEATS, "air-failed-parent": REPEATS}
EVIDENCE = ["derived", "inferred", "observed", "proven"]


def findings(program, capture, keys=None):
    command = [program, "audit", "-q", "-f", "ndjson", capture] + (["--keys", keys] if keys else [])
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if result.returncode not in (0, 1, 3):
        raise SystemExit(f"{capture}: status {result.returncode}: {result.stderr}")
    return [line for line in map(json.loads, result.stdout.splitlines()) if line["type"] == "finding"]


def is_same(finding, other):
    """Of the same commands: without keys the frames of a log are named, with keys those of the PDUs beside it."""
    if set(finding["frames"]) <= set(other["frames"]):
        return True
    return finding["rule"] in REPEATS and finding["repeats"] <= other["repeats"] and all(
        finding["key"][name] == other["key"][name] for name in ("ncc", "pci", "arfcn"))


def is_in(finding, others):
    return any(other["rule"] == finding["rule"] and is_same(finding, other) and
               EVIDENCE.index(other["evidence"]) >= EVIDENCE.index(finding["evidence"]) for other in others)


def is_worse_now(finding, others):
    """A key that could be made again, without keys; with them it shows that it was."""
    return finding["rule"] == "exposed-fallback" and any(
        other["rule"] == "repeated-key" and finding["frames"][0] in other["frames"] for other in others)


def compare(program, name, capture, keys):
    without, with_keys = findings(program, capture), findings(program, capture, keys)
    for finding in without:
        if is_worse_now(finding, with_keys):
            continue
        if finding["rule"] not in DECIDED.get(name, ()) and not is_in(finding, with_keys):
            yield f"{name}: {finding['rule']} of frames {finding['frames']} is gone, or weaker, with the keys"


def cases():
    """Cases with a key log of their own."""
    for path in sorted(glob.glob(os.path.join(TOP, "tests", "cases", "*", "case.json"))):
        with open(path, encoding="utf-8") as file:
            case = json.load(file)
        if case.get("keys", "").startswith("tests/"):
            yield os.path.basename(os.path.dirname(path)), os.path.join(TOP, case["capture"]), os.path.join(TOP, case["keys"])


def main(program):
    problems, captures = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for keys in sorted(glob.glob(os.path.join(TOP, "samples", "*.keys"))):
            name = os.path.basename(keys)[:-5]
            capture = os.path.join(folder, "both.pcap")
            made = subprocess.run([program, "synth", keys[:-4] + "scenario", "-o", capture, "-f", "gsmtap-v3-both"],
                                  capture_output=True, check=False)
            paths = glob.glob(keys[:-4] + "pcap*")  # a scenario with inter-node messages has no such log
            for path in paths + [capture] * (made.returncode == 0):
                captures += 1
                problems += compare(program, name, path, keys)
    for name, capture, keys in cases():
        captures += 1
        problems += compare(program, name, capture, keys)
    print("\n".join(problems))
    print(f"{captures} captures with and without their keys, {len(problems)} findings gone")
    return 1 if problems or captures < 50 else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
