#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`events | judge` says of random lives what `audit` says, line for line.

    same_by_events.py DAPSAUDIT [--lives N] [--seed N] [--disturbed]
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

from rendering import RENDERINGS


def run(command, data=None):
    return subprocess.run(command, input=data, capture_output=True, timeout=60, check=False).stdout


def lines(text):
    return sorted(line for line in text.decode().splitlines() if json.loads(line)["type"] in ("handover", "finding", "scg-change"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--lives", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--disturbed", action="store_true")
    options = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in sorted(RENDERINGS):
            for seed in range(options.seed, options.seed + options.lives):
                path = RENDERINGS[name](seed, disturbed=options.disturbed and name != "beside").write(folder)
                keys = path.replace(".pcap", ".keys")
                given = ["--keys", keys] if os.path.exists(keys) and os.path.getsize(keys) else []
                audit = lines(run([options.program, "audit", "--format", "ndjson", *given, path]))
                events = run([options.program, "events", *given, path])
                judged = lines(run([options.program, "judge", "--format", "ndjson", *given], events))
                if audit != judged:
                    wrong += 1
                    other = [line for line in audit if line not in judged] + [line for line in judged if line not in audit]
                    print(f"{name} seed {seed}: {len(other)} lines differ, the first: {other[0][:300]}")
    print(f"{options.lives} lives of each rendering, {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
