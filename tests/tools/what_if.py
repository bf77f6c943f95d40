#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`audit --what-if` against captures in which the mitigation really is: the same verdicts; and, with none, the audit itself.

Usage: what_if.py DAPSAUDIT
"""
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

TOP = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = None
FATES = ("vanishes", "weaker", "stays", "appears")
NR = "cell A pci 11 ssb-arfcn 630000\ncell B pci 22 ssb-arfcn 632628\ncell C pci 33 ssb-arfcn 632628\nue 1 c-rnti 17921 in A\n"
LTE = "rat lte\ncell A pci 11 earfcn 1300\ncell B pci 22 earfcn 2850\ncell C pci 33 earfcn 2850\nue 1 c-rnti 17921 in A\n"
OPEN = "connect\nsecurity nea 2 nia 2\n"
AIR = "framing mac-nr\n"
KGNB = "11" * 32
# mitigation: (what a network did, what it would have done); {a} stands for the attempt to B, {f} for its failure
TRY = "daps-handover to B ncc {n}\ncomplete\nfallback\n"
LAST = "daps-handover to B ncc {n}\ncomplete\nsource-release\ntraffic ul\n"
HORIZONTAL = TRY.format(n=0) + LAST.format(n=0)
VERTICAL = TRY.format(n=2) + LAST.format(n=2)
THREE = TRY.format(n=2) * 2 + LAST.format(n=2)
PAIRS = {
    "refresh": [
        (HORIZONTAL, TRY.format(n=0) + "refresh ncc 0\ncomplete\n" + LAST.format(n=0)),
        (VERTICAL, TRY.format(n=2) + "refresh ncc 2\ncomplete\n" + LAST.format(n=2)),
        (THREE, (TRY.format(n=2) + "refresh ncc 2\ncomplete\n") * 2 + LAST.format(n=2)),
        (TRY.format(n=0), TRY.format(n=0) + "refresh ncc 0\ncomplete\ntraffic dl\n"),
        (TRY.format(n=0) + "reestablish in B ncc 0\n", TRY.format(n=0) + "refresh ncc 0\ncomplete\nreestablish in B ncc 0\n"),
    ],
    "fresh-nh": [
        (HORIZONTAL, TRY.format(n=0) + LAST.format(n=1)),
        (VERTICAL, TRY.format(n=2) + LAST.format(n=3)),
        (THREE, TRY.format(n=2) + TRY.format(n=3) + LAST.format(n=4)),
        # what follows goes on with the pairs behind the new one
        (VERTICAL + "handover to A ncc 3\ncomplete\ntraffic dl\n", TRY.format(n=2) + LAST.format(n=3) +
         "handover to A ncc 4\ncomplete\ntraffic dl\n"),
    ],
    "nh-consumed": [
        (HORIZONTAL, HORIZONTAL),
        (VERTICAL, TRY.format(n=2) + LAST.format(n=0)),
        (THREE, TRY.format(n=2) + TRY.format(n=0) + LAST.format(n=0)),
    ],
    "other-cell": [
        (HORIZONTAL, TRY.format(n=0) + LAST.format(n=0).replace("to B", "to C")),
        (VERTICAL, TRY.format(n=2) + LAST.format(n=2).replace("to B", "to C")),
    ],
    "other-algorithms": [
        (HORIZONTAL, TRY.format(n=0) + "daps-handover to B ncc 0 algorithms nea 1 nia 1\ncomplete\nsource-release\ntraffic ul\n"),
        (VERTICAL, TRY.format(n=2) + "daps-handover to B ncc 2 algorithms nea 1 nia 1\ncomplete\nsource-release\ntraffic ul\n"),
        (THREE, TRY.format(n=2) + "daps-handover to B ncc 2 algorithms nea 1 nia 1\ncomplete\nfallback\n" +
         "daps-handover to B ncc 2 algorithms nea 3 nia 3\ncomplete\nsource-release\ntraffic ul\n"),
    ],
    "cfra": [
        (HORIZONTAL, TRY.format(n=0).replace("ncc 0", "ncc 0 cfra") + LAST.format(n=0).replace("ncc 0", "ncc 0 cfra")),
        (VERTICAL, TRY.format(n=2).replace("ncc 2", "ncc 2 cfra") + LAST.format(n=2).replace("ncc 2", "ncc 2 cfra")),
    ],
}


def run(*arguments):
    return subprocess.run([PROGRAM, *map(os.fspath, arguments)], capture_output=True, timeout=120, check=False)


def records(path, *options):
    result = run("audit", "--format", "ndjson", *options, path)
    assert result.returncode in (0, 1, 3), result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def predicted(path, mitigation, *options):
    return next(r for r in records(path, "--what-if", mitigation, *options) if r["type"] == "what-if")


def make(folder, name, text):
    scenario, path, keys = folder / (name + ".scenario"), folder / (name + ".pcap"), folder / (name + ".keys")
    scenario.write_text(text)
    made = run("synth", scenario, "-o", path, "--keys-out", keys)
    assert made.returncode == 0, made.stderr + text.encode()
    return path, (["--keys", keys] if keys.exists() else [])


def verdict_of_trace(path, keys):
    """Rules of the findings, and of repeated keys whether anything is exposed."""
    return collections.Counter((r["rule"], r.get("exposure") == "none") for r in records(path, *keys) if r["type"] == "finding")


def rules(counter):
    return collections.Counter({rule: sum(n for (r, _), n in counter.items() if r == rule) for rule, _ in counter})


def rules_predicted(result):
    counter = collections.Counter()
    for fate in ("weaker", "stays", "appears"):
        assert len(result[fate]["findings"]) == result[fate]["count"]
        counter.update(finding["rule"] for finding in result[fate]["findings"])
    return counter


class WhatIf(unittest.TestCase):
    def setUp(self):
        room = tempfile.TemporaryDirectory(prefix="dapsaudit-what-if-")
        self.addCleanup(room.cleanup)
        self.folder = pathlib.Path(room.name)

    def compare(self, mitigation, opening, before, after):
        bad, bad_keys = make(self.folder, "bad", opening + before)
        good, good_keys = make(self.folder, "good", opening + after)
        result = predicted(bad, mitigation, *bad_keys)
        self.assertEqual(rules_predicted(result), rules(verdict_of_trace(good, good_keys)), (mitigation, result))
        audited = rules(verdict_of_trace(bad, bad_keys))
        self.assertEqual(sum(audited.values()), sum(result[f]["count"] for f in ("vanishes", "weaker", "stays")))
        return result

    def test_log(self):
        for mitigation, pairs in PAIRS.items():
            for head in (NR, LTE):
                for before, after in pairs:
                    with self.subTest(mitigation, rat=head[:7], before=before):
                        self.compare(mitigation, head + OPEN, before, after)

    def test_air(self):
        """PDUs under the keys: what they would have shown follows from what they are."""
        head = AIR + NR.replace("in A\n", "in A kgnb " + KGNB + "\n")
        for mitigation, pairs in PAIRS.items():
            for before, after in pairs[:2]:
                # on the air a refused preamble sends nothing, so the Complete of a contention-free attempt is not there
                after = after.replace("cfra\ncomplete\nfallback", "cfra\nunsent complete\nfallback")
                with self.subTest(mitigation, before=before):
                    self.compare(mitigation, head + OPEN, before, after)

    def test_costs(self):
        path, _ = make(self.folder, "cost", NR + OPEN + THREE)
        wanted = {"refresh": (2, 4, 0), "fresh-nh": (2, 0, 2), "nh-consumed": (2, 0, 0), "other-cell": (2, 0, 0),
                  "other-algorithms": (2, 0, 0), "cfra": (3, 0, 0), "fresh-input": (3, 0, 0), "count-kept": (2, 0, 0)}
        seen = {}
        for record in records(path, "--what-if", "all"):
            if record["type"] == "what-if":
                seen[record["mitigation"]] = (record["applied"], record["messages"], record["amf_round_trips"])
        self.assertEqual(seen, wanted)

    def test_what_no_standard_has(self):
        for head in (NR + OPEN, AIR + NR.replace("in A\n", "in A kgnb " + KGNB + "\n") + OPEN):
            for before in (HORIZONTAL, VERTICAL, THREE):
                path, keys = make(self.folder, "bad", head + before)
                with self.subTest(before=before, head=head[:8]):
                    fresh = rules_predicted(predicted(path, "fresh-input", *keys))
                    self.assertEqual(set(fresh) - {"nh-reuse", "ncc-ambiguity"}, set())
                    kept = predicted(path, "count-kept", *keys)
                    self.assertIn("repeated-key", rules_predicted(kept))
                    self.assertNotIn("keystream-reuse", rules_predicted(kept))
                    self.assertIn("keystream-reuse", [f["rule"] for f in kept["vanishes"]["findings"]])

    def test_new_findings_appear(self):
        """With the pair consumed the second try is new, and the third repeats it."""
        path, _ = make(self.folder, "three", NR + OPEN + THREE)
        result = predicted(path, "nh-consumed")
        self.assertEqual(result["vanishes"]["count"] + result["weaker"]["count"] + result["stays"]["count"],
                         sum(verdict_of_trace(path, []).values()))
        self.assertIn("nh-reuse", [f["rule"] for f in result["vanishes"]["findings"]])
        self.assertIn("repeated-key", rules_predicted(result))

    def test_key_not_known(self):
        """A log that begins in the middle does not show the NCC of the active key."""
        path, _ = make(self.folder, "middle", NR + VERTICAL)
        self.assertEqual(predicted(path, "nh-consumed")["unable"], 1)
        self.assertEqual(predicted(path, "nh-consumed")["vanishes"]["count"], 0)

    def test_usage(self):
        path, _ = make(self.folder, "usage", NR + OPEN + HORIZONTAL)
        self.assertEqual(run("audit", "--what-if", "nothing", path).returncode, 2)
        self.assertEqual(run("audit", "--what-if", "refresh", "--format", "csv", path).returncode, 2)
        text = run("audit", "--what-if", "refresh", path).stdout.decode()
        self.assertIn("What if: refresh", text)
        self.assertIn("2 findings vanish", text)


class Nothing(unittest.TestCase):
    def test_none_says_what_the_audit_says(self):
        def one(job):
            path, keys = job
            return path, keys, predicted(path, "none", *keys)

        jobs = []
        for path in sorted((TOP / "samples").glob("*.pcap*")):
            jobs.append((path, []))
            if path.with_suffix(".keys").exists():
                jobs.append((path, ["--keys", path.with_suffix(".keys")]))
        self.assertGreater(len(jobs), 150)
        with ThreadPoolExecutor() as pool:
            for path, keys, result in pool.map(one, jobs):
                with self.subTest(path.name, keys=bool(keys)):
                    self.assertEqual([result[f]["count"] for f in ("vanishes", "weaker", "appears")], [0, 0, 0], result)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
