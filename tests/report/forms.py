#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Other forms of `report`: the theory (read and run here as the prover would), the contribution draft, plots over many captures.

Usage: forms.py DAPSAUDIT
"""
import csv
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
from collections import defaultdict

import page

TOP = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = TOP / "samples"
REPEAT = SAMPLES / "daps-fallback-daps.pcap"
PROGRAM = None


def run(*arguments):
    return subprocess.run([PROGRAM, *map(os.fspath, arguments)], capture_output=True, timeout=200, check=False)


class Theory:
    """A theory of this program: its rules run in order, as each is the only one that fits the fact before it."""
    RULE = re.compile(r"rule (\w+):\n(?:  let (?P<let>.*?)\n  in |  )\[ (?P<left>[^\]]*) \]\s*(?:-->|--\[ (?P<action>.*?) \]->)\s*\[ (?P<right>[^\]]*?) ?\]\n",
                      re.S)

    def __init__(self, text):
        assert text.startswith("theory dapsaudit\nbegin\n") and text.endswith("end\n"), text[:40]
        bare = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        self.rules = list(self.RULE.finditer(bare))
        assert len(self.rules) == len(re.findall(r"^rule ", bare, re.M)), bare
        assert len({rule[1] for rule in self.rules}) == len(self.rules)
        self.lemmas = re.findall(r"^lemma (\w+): (exists-trace|all-traces)", bare, re.M)
        rest = self.RULE.sub("", bare)
        rest = re.sub(r'lemma \w+: [\w-]+\n  "[^"]*"', "", rest)
        assert rest.split() == ["theory", "dapsaudit", "begin", "functions:", "kdf/2", "end"], rest
        for constant in re.findall(r"'([^']*)'", bare):
            assert re.fullmatch(r"\w+", constant), constant
        self.keys, self.ends = defaultdict(list), defaultdict(list)
        self.play()

    @staticmethod
    def term(text, known):
        """A tuple for a term; variables by what they stand for."""
        tokens = re.findall(r"kdf|'\w+'|~?\w+|[(),<>]", text)
        at = 0

        def one():
            nonlocal at
            token = tokens[at]
            at += 1
            if token == "kdf":
                at += 1
                left = one()
                assert tokens[at] == ","
                at += 1
                right = one()
                assert tokens[at] == ")"
                at += 1
                return ("kdf", left, right)
            if token == "<":
                parts = [one()]
                while tokens[at] == ",":
                    at += 1
                    parts.append(one())
                assert tokens[at] == ">"
                at += 1
                return ("pair", *parts)
            return token if token[0] in "'~" else known[token]

        made = one()
        assert at == len(tokens), text
        return made

    def play(self):
        facts = {}
        for rule in self.rules:
            known = {}
            for fact, arguments in re.findall(r"(\w+)\(([^()]*)\)", rule["left"]):
                if fact != "Fr":
                    for name, value in zip(arguments.split(", "), facts.pop(fact), strict=True):
                        known[name] = value
            fresh = rule["left"].startswith("Fr(")
            for line in (rule["let"] or "").splitlines():
                name, text = line.strip().removeprefix("let ").split(" = ", 1)
                known[name] = self.term(text, known)
            if rule["right"]:
                name, text = re.fullmatch(r"(\w+)\((.*)\)", rule["right"], re.S).groups()
                core, active = text.split(", ", 1)
                facts[name] = ("~" + rule[1] if fresh else self.term(core, known),
                               self.term(active.replace("~core", "core"), {"core": "~" + rule[1]} if fresh else known))
            for action, key, attempt in re.findall(r"(\w+)\((?:(\w+), )?'(\w+)'\)", rule["action"] or ""):
                if key:
                    self.keys[action].append((known[key], attempt))
                else:
                    self.ends[action].append(attempt)
        assert not facts, facts

    def repeats(self, action):
        by_key = defaultdict(set)
        for key, attempt in self.keys[action]:
            by_key[key].add(attempt)
        return sum(len(attempts) > 1 for attempts in by_key.values())


class Tamarin(unittest.TestCase):
    def test_lemma_fails_with_the_trace_and_holds_with_the_mitigation(self):
        theory = Theory(run("report", "--tamarin", REPEAT).stdout.decode())
        self.assertEqual(theory.repeats("Derived"), 1)
        self.assertEqual(theory.repeats("DerivedIfRefreshed"), 0)
        self.assertEqual(theory.ends, {"End": ["ue_1"], "EndIfRefreshed": ["ue_1"]})
        self.assertEqual([name for name, kind in theory.lemmas if kind == "all-traces"],
                         ["no_key_is_derived_for_two_attempts", "no_key_is_derived_for_two_attempts_if_refreshed"])

    def test_samples(self):
        """As many keys repeat in the theory as the audit says; with the refresh as many as `--what-if refresh` says."""
        seen = 0
        for path in sorted(SAMPLES.glob("*.pcap*")):
            keys = ["--keys", path.with_suffix(".keys")] if path.with_suffix(".keys").exists() else []
            lines = [json.loads(line) for line in
                     run("audit", "--format", "ndjson", "--what-if", "refresh", *keys, path).stdout.splitlines()]
            repeats = sum(line["type"] == "finding" and line["rule"] == "repeated-key" for line in lines)
            what_if = next(line for line in lines if line["type"] == "what-if")
            stay = sum(f["rule"] == "repeated-key" for fate in ("weaker", "stays", "appears") for f in what_if[fate]["findings"])
            with self.subTest(path.name):
                theory = Theory(run("report", "--format", "tamarin", *keys, path).stdout.decode())
                if repeats == 0:
                    self.assertEqual(theory.rules, [])
                    continue
                seen += 1
                self.assertGreaterEqual(theory.repeats("Derived"), 1)
                self.assertEqual(theory.repeats("DerivedIfRefreshed") > 0, stay > 0)
        self.assertGreater(seen, 40)

    def test_one_capture(self):
        self.assertEqual(run("report", "--tamarin", REPEAT, REPEAT).returncode, 2)
        self.assertEqual(run("report", "--tamarin", SAMPLES).returncode, 2)


class Contribution(unittest.TestCase):
    def test_draft(self):
        text = run("report", "--tdoc", "--format", "markdown", REPEAT).stdout.decode()
        for part in ("1  Introduction", "2  Observations", "Observation 1", "Observation 6", "3  Proposals", "Proposal 1", "Annex A"):
            self.assertIn(part, text)
        self.assertIn("On Q1", text)
        self.assertLess(text.index("Observation 1"), text.index("Annex A"))
        self.assertLess(text.index("Annex A"), text.index("SHA-256"))
        self.assertRegex(text.replace("\\", ""), r"if refresh \([^)]*\), 2 of 2 findings vanish\. Added: RRC messages 2,")
        read = page.Page(run("report", "--tdoc", REPEAT).stdout.decode())
        self.assertEqual(read.problems, [])
        self.assertIn("Observation 6", read.text)
        self.assertEqual(run("report", "--tdoc", "--format", "json", REPEAT).returncode, 2)


class Plots(unittest.TestCase):
    def test_numbers_are_those_of_the_audits(self):
        paths = sorted(SAMPLES.glob("*.pcap"))[:60]
        rows = list(csv.DictReader(io.StringIO(run("report", "--format", "csv", *paths).stdout.decode())))
        lines = [json.loads(line) for line in run("audit", "--format", "ndjson", *paths).stdout.splitlines()]
        handovers = [line for line in lines if line["type"] == "handover"]
        total = {plot: sum(int(row["attempts"]) for row in rows if row["plot"] == plot) for plot in ("outcome", "cells", "ncc", "hour")}
        self.assertEqual(set(total.values()), {len(handovers)})
        for row in rows:
            if row["plot"] == "outcome":
                self.assertEqual(int(row["attempts"]), sum(h["outcome"] == row["group"] for h in handovers), row)
            if row["plot"] == "ncc" and row["group"] != "none":
                self.assertEqual(int(row["attempts"]), sum(h["ncc"] == int(row["group"][4:]) for h in handovers), row)
        fallbacks = sum(h["outcome"] == "daps-fallback" for h in handovers)
        self.assertEqual(sum(int(row["fallbacks"]) for row in rows if row["plot"] == "hour"), fallbacks)
        found = sum(int(row["findings"]) for row in rows if row["plot"] == "cells")
        self.assertGreater(found, 0)
        self.assertLessEqual(found, sum(line["type"] == "finding" for line in lines))

    def test_page(self):
        text = run("report", REPEAT, SAMPLES / "vertical.pcap", SAMPLES / "cfra.pcap").stdout.decode()
        read = page.Page(text)
        self.assertEqual(read.problems, [])
        self.assertEqual(text.count('<svg class="plot"'), 5)
        self.assertNotIn('<svg class="plot"', run("report", REPEAT).stdout.decode())

    def test_hostile_names(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = [pathlib.Path(folder) / name for name in ("<script>alert(1)<", "a,b\"c\n=1+1")]
            for path in paths:
                path.write_bytes(REPEAT.read_bytes())
            for form in ("csv", "html"):
                text = run("report", "--format", form, *paths).stdout.decode()
                self.assertNotIn("<script>alert", text)
            for path in paths:
                Theory(run("report", "--tamarin", path).stdout.decode())
            self.assertNotIn("<script>alert", run("report", "--tdoc", *paths).stdout.decode())


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
