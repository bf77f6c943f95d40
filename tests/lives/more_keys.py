#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A key log can only add findings: no true finding may vanish because true keys are given.

    more_keys.py DAPSAUDIT [--lives N] [--seed N]

Audits random lives below RRC (run.py) without keys, with KgNB alone, with the keys of some connections, with all. A finding
is its rule and frames; reuse is the same finding if two of its frames are. Brute force says which findings are true.
(tests/tools/keys_only_add.py does it for samples and scenarios.) `exposed-fallback` is left out: a repeat that keys bring to light ends it.
"""
import argparse
import os
import sys
import tempfile

import compare
from rendering import AirCase, audit

REUSES = ("keystream-reuse", "mac-nonce-reuse", "count-reuse")


def findings(lines):
    return [(line["rule"], tuple(line["frames"])) for line in lines
            if line["type"] == "finding" and line["rule"] != "exposed-fallback"]


def vanished(without, given):
    """Findings of the first that the second lacks."""
    gone = []
    for rule, frames in without:
        for other, others in given:
            common = len(set(frames) & set(others))
            if other == rule and (common == len(set(frames)) or rule in REUSES and common > 1):
                break
        else:
            gone.append((rule, frames))
    return gone


def lives(program, first, count):
    wrong = compared = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            results = {}
            for how in ("none", "kgnb", "some", "full"):
                case = AirCase(seed)
                case.style.keys = how
                path = case.write(folder)
                keys = path.replace(".pcap", ".keys")
                _, lines, _ = audit(program, path, keys if os.path.getsize(keys) else None)
                results[how] = lines
            view = case.view()
            for less, more in (("none", "kgnb"), ("none", "some"), ("none", "full"), ("some", "full"), ("kgnb", "full")):
                true = [(line["rule"], tuple(line["frames"])) for line in results[less] if line["type"] == "finding"
                        and line["rule"] != "exposed-fallback" and compare.truth_of(view, line) is None]
                compared += len(true)
                for rule, frames in vanished(true, findings(results[more])):
                    wrong += 1
                    print(f"seed {seed}: {rule} of frames {list(frames)} with keys {less} vanishes with keys {more}")
    return wrong, compared


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--lives", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    gone, compared = lives(options.program, options.seed, options.lives)
    print(f"{options.lives} lives, {compared} findings compared, {gone} vanished")
    return 1 if gone else 0


if __name__ == "__main__":
    sys.exit(main())
