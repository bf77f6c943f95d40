#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Plays random lives of UEs, has dapsaudit audit them, and compares with what brute force says.

    run.py DAPSAUDIT [--lives N] [--seed N] [--as log|air|beside|shared] [--disturbed] [--keep FOLDER] [--verbose] ...
    run.py DAPSAUDIT ... --rat lte  in LTE (rat.py), instead of in NR
    run.py DAPSAUDIT --short        some of each rendering, deterministic; fails for what known.json does not allow
    run.py DAPSAUDIT --short --update   writes known.json: only ever with fewer entries, or with a reason

A life (life.py, handovers.py) is the truth: what UE and network do, each key as the term of its derivation. It is rendered
as a log of RRC (log.py), as MAC, RLC or PDCP over the air (air.py), or as both beside each other (beside.py), whole or
disturbed (disturb.py). Nothing of the project is used but the program: RRC is encoded by pycrate, keys and protection by
`cryptography`, and what must be found is said by comparing every pair of attempts (verdict.py, compare.py).

Kinds of difference: FALSE, something untrue is said; ASSUMED, the same with a stated assumption; MISSED, what a whole
capture shows is not said; SILENT, what a disturbed capture shows is missed and nothing is said to be unjudged; OTHER.

Exit status 0: every verdict is right (--short: or known); 1: some are not; 77: pycrate or cryptography is not installed.
Needs pycrate 0.8.1 and cryptography from PyPI. A long run takes an hour on one core:
    for as in log air beside; do run.py build/analyzer/dapsaudit --lives 10000 --as $as; done
    run.py build/analyzer/dapsaudit --lives 10000 --disturbed; run.py build/analyzer/dapsaudit --lives 2000 --as air --disturbed
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile

try:
    import cryptography  # noqa: F401
    import pycrate_asn1dir  # noqa: F401
except ImportError as error:
    print(f"{error.name} is not installed (PyPI: pycrate, cryptography): the random lives are skipped")
    sys.exit(77)

if "--rat" in sys.argv[1:-1] and sys.argv[sys.argv.index("--rat") + 1] == "lte":
    os.environ["DAPS_LIVES_RAT"] = "lte"   # before whatever asks for it (rat.py)

import minimize
import rat
from rendering import RENDERINGS, judge, report

KNOWN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "known.json")
SHORT = (("log", False, 150), ("log", True, 100), ("air", False, 60), ("air", True, 30), ("beside", False, 40),
         ("shared", False, 60), ("shared", True, 40))


class Tally:
    """Differences by kind, with the smallest life of each."""

    def __init__(self):
        self.kinds, self.smallest, self.found = collections.Counter(), {}, []
        self.judged = self.wrong = self.owned = 0

    def add(self, case, differences):
        self.judged += 1
        self.owned += any(kind.startswith("OWNED") for kind, _ in differences)
        differences = [(kind, sentence) for kind, sentence in differences if not kind.startswith("OWNED")]
        self.wrong += bool(differences)
        for kind in {k for k, _ in differences}:
            self.kinds[kind] += 1
            self.found.append((kind, case.seed, case.style.words(), len(case.made)))
            if kind not in self.smallest or len(case.made) < self.smallest[kind][0]:
                self.smallest[kind] = len(case.made), case.seed

    def show(self):
        print(f"{self.judged} lives, {self.wrong} judged wrongly ({100 * self.wrong / max(self.judged, 1):.1f} %)"
              f"{f', {self.owned} with something missed and said to be unjudged' if self.owned else ''}")
        for kind, count in self.kinds.most_common():
            print(f"{count:6} {kind}   (smallest: seed {self.smallest[kind][1]}, {self.smallest[kind][0]} frames)")


def wanted(case, options):
    return all(value is None or getattr(case.style, name, None) == value
               for name, value in (("copies", options.copies), ("metadata", options.metadata), ("keys", options.keys)))


def measure(program, make, seeds, options):
    """Judges the lives of some seeds."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            case = make(seed)
            if not wanted(case, options):
                continue
            try:
                differences, lines, _ = judge(program, case, folder)
            except (RuntimeError, ValueError, subprocess.TimeoutExpired) as error:
                differences, lines = [("OTHER crash", str(error))], []
            tally.add(case, differences)
            if options.verbose and any(not k.startswith("OWNED") and (not options.kind or options.kind in k) for k, _ in differences):
                report(case, differences, lines)
            for name in os.listdir(folder):
                os.unlink(os.path.join(folder, name))
    return tally


def short(options):
    """Some lives of every rendering against what is known to be wrong: {rendering: {kind: lives}}."""
    known, now, worse = {}, {}, 0
    if os.path.exists(KNOWN):
        with open(KNOWN, encoding="utf-8") as file:
            known = json.load(file)
    for name, disturbed, lives in SHORT:
        title = ("lte " if rat.LTE else "") + name + (" disturbed" if disturbed else "")
        tally = measure(options.program, lambda seed: RENDERINGS[name](seed, disturbed=disturbed), range(lives), options)
        now[title] = dict(sorted(tally.kinds.items()))
        print(f"{title}: {tally.judged} lives, {tally.wrong} judged wrongly")
        for kind, count in tally.kinds.items():
            allowed = known.get(title, {}).get(kind, 0)
            if count > allowed:
                worse += 1
                print(f"  {kind}: {count} lives, known {allowed} (smallest: seed {tally.smallest[kind][1]})")
    if options.update:
        with open(KNOWN, "w", encoding="utf-8") as file:
            json.dump({**known, **now}, file, indent=1, sort_keys=True)
            file.write("\n")
        return 0
    return 1 if worse else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--lives", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--as", dest="rendering", choices=sorted(RENDERINGS), default="log")
    parser.add_argument("--rat", choices=("nr", "lte"), default="nr")
    parser.add_argument("--disturbed", action="store_true")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--keep", help="folder for the smallest life of each kind: capture, key log, words")
    parser.add_argument("--verbose", action="store_true", help="tell every life that is judged wrongly")
    parser.add_argument("--kind", help="tell and keep only lives with a difference whose kind contains this")
    parser.add_argument("--copies", help="only logs of this style of copies")
    parser.add_argument("--metadata", help="only logs with this style of metadata")
    parser.add_argument("--keys", help="only captures with this style of key log")
    parser.add_argument("--json", help="write what was found to this file")
    options = parser.parse_args()
    if options.short:
        return short(options)
    make = lambda seed: RENDERINGS[options.rendering](seed, disturbed=options.disturbed)  # noqa: E731
    tally = measure(options.program, make, range(options.seed, options.seed + options.lives), options)
    tally.show()
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"judged": tally.judged, "wrong": tally.wrong, "owned": tally.owned, "found": tally.found}, file)
    if options.keep:
        os.makedirs(options.keep, exist_ok=True)
        for kind, (_, seed) in sorted(tally.smallest.items()):
            if not options.kind or options.kind in kind:
                minimize.keep(options.program, make(seed), kind, options.keep, judge, report)
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
