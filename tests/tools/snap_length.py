#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture that is cut is not called clean: at every snap length either nothing is missed, or it is said.

    snap_length.py DAPSAUDIT

In every framing: what the program finds in the cut capture is part of what is in the whole one, and where less is
found the exit status is 3, unless the cut capture shows no radio at all.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from carriers import CARRIERS, carry, records  # noqa: E402

SAMPLES = os.path.normpath(os.path.join(HERE, "..", "..", "samples"))
SCENARIO = "air-daps-fallback"
FRAMINGS = ("gsmtap-v3", "upper-pdu", "qcsuper", "rls", "mac-nr", "mac-nr-dlt157", "rlc-nr", "pdcp-nr")
CARRIED = ("vxlan", "erspan_2", "mpls", "pppoe", "gtp_u")


def cut(path, out, length):
    head, found = records(path)
    with open(out, "wb") as file:
        file.write(head)
        for seconds, fraction, data in found:
            file.write(struct.pack("<IIII", seconds, fraction, min(length, len(data)), len(data)) + data[:length])
    return max(len(data) for _, _, data in found)


def said(program, capture, keys):
    result = subprocess.run([program, "audit", "--format", "ndjson", "--keys", keys, capture], capture_output=True, text=True,
                            timeout=60)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    summary = lines[-1]
    return result.returncode, {(line["rule"], *line["frames"]) for line in lines if line["type"] == "finding"}, summary


def check(program, plain, keys, out, name):
    status, wanted, _ = said(program, plain, keys)
    longest = cut(plain, out, 1 << 20)
    wrong = n = 0
    for length in range(14, longest):
        cut(plain, out, length)
        status, found, summary = said(program, out, keys)
        radio = summary["rrc_messages"] + summary["undecoded"] + summary.get("pdcp", {}).get("pdus", 0)
        n += 1
        if found - wanted or (found != wanted and status != 3 and radio):
            wrong += 1
            print(f"{name} cut to {length}: exit status {status}, {sorted(found)}")
    return n, wrong


def main(arguments):
    program = os.path.abspath(arguments[0])
    captures = wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        plain, keys, carried, out = (os.path.join(folder, name) for name in ("plain", "keys", "carried", "out"))
        for framing in FRAMINGS:
            made = subprocess.run([program, "synth", os.path.join(SAMPLES, SCENARIO + ".scenario"), "-f", framing, "-o", plain,
                                   "--keys-out", keys], capture_output=True, timeout=60)
            if made.returncode != 0:
                raise SystemExit(f"{framing}: {made.stderr}")
            os.chmod(keys, 0o600)
            n, bad = check(program, plain, keys, out, framing)
            captures, wrong = captures + n, wrong + bad
            for wrap in CARRIERS if framing == "mac-nr" else ():
                if wrap.__name__ in CARRIED:
                    carry(plain, carried, wrap)
                    n, bad = check(program, carried, keys, out, f"{framing} in {wrap.__name__}")
                    captures, wrong = captures + n, wrong + bad
    print(f"{captures} captures cut short: {wrong} called clean, or with findings of their own")
    return 1 if wrong or not captures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
