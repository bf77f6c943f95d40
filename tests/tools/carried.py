#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What is around the PDUs changes nothing: the program says the same of a capture that is carried in other layers.

    carried.py DAPSAUDIT

tests/plugin/carried.py holds the plugin to the same carriers.
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from carriers import CARRIERS, carry  # noqa: E402

SAMPLES = os.path.normpath(os.path.join(HERE, "..", "..", "samples"))
SCENARIOS = ("daps-fallback-daps", "vertical-same-pair-same-cell", "two-ues")
FRAMINGS = ("gsmtap-v3", "mac-nr", "rlc-nr", "pdcp-nr")
FRAMES = ("frame", "complete_frame", "settled_frame", "executed_frame")
OF_WORDS = ("detail", "explanation", "capture", "assumes")


def said(program, capture, keys, last):
    """Handovers and findings, frames renumbered; words name frames, too, and are left out."""
    command = [program, "audit", "--format", "ndjson", capture]
    if os.path.exists(keys) and os.path.getsize(keys):
        command += ["--keys", keys]
    output = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    lines = []
    for line in map(json.loads, output.splitlines()):
        if line["type"] not in ("handover", "finding", "scg-change"):
            continue
        item = {k: v for k, v in line.items() if k not in OF_WORDS}
        for name in FRAMES:
            if item.get(name) is not None:
                item[name] = last[item[name]]
        if "frames" in item:
            item["frames"] = [last[frame] for frame in item["frames"]]
        lines.append(json.dumps(item, sort_keys=True))
    return lines


def main(arguments):
    program = os.path.abspath(arguments[0])
    captures = compared = wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        plain, keys, out = (os.path.join(folder, name) for name in ("plain.pcap", "plain.keys", "carried.pcap"))
        for scenario in SCENARIOS:
            for framing in FRAMINGS:
                subprocess.run([program, "synth", os.path.join(SAMPLES, scenario + ".scenario"), "-f", framing, "-o", plain,
                                "--keys-out", keys], check=True, timeout=60)
                for wrap in CARRIERS:
                    last = carry(plain, out, wrap)
                    wanted = said(program, plain, keys, last)
                    found = said(program, out, keys, {frame: frame for frame in range(max(last.values()) + 1)})
                    captures, compared = captures + 1, compared + len(wanted)
                    if wanted != found:
                        wrong += 1
                        print(f"{scenario} as {framing} in {wrap.__name__}: {len(found)} of {len(wanted)}")
                        for item in sorted(set(wanted) ^ set(found))[:4]:
                            print(f"    only {'plain' if item in wanted else 'carried'}: {item}")
    print(f"{captures} captures carried otherwise, {compared} handovers and findings: {wrong} differences")
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
