#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A key log can only add findings: none that is true may vanish, or grow weaker, because keys are given.

    more_keys.py DAPSAUDIT [--as air|beside] [--lives N] [--seed N] [--only WHAT,...] [--verbose]

Audits random lives (run.py) without keys, with right key logs (KgNB alone, the keys of some connections, all, AS keys by value, both),
and with wrong ones: foreign roots alone, in front of and among the right ones, NHs under the NCC of others, UL NAS COUNTs
one off, a KgNB said to be met with an NCC it was not met with. Brute force says which findings are true. It counts

    vanished  true, found with fewer of the right keys, and not with more, nor with wrong ones beside them
    weaker    the same finding with less evidence
    untrue    found with keys and not without, and not so
    silent    wrong keys alone for a capture that cannot be judged without the right ones, and no word of it

A finding is its rule and its messages; reuse is the same finding if two of its messages are. `exposed-fallback` is left
out: a repeat that keys bring to light ends it. (tests/tools/keys_only_add.py does it for samples and scenarios.)
"""
import argparse
import collections
import os
import sys
import tempfile

try:
    import cryptography  # noqa: F401
    import pycrate_asn1dir  # noqa: F401
except ImportError as error:
    print(f"{error.name} is not installed (PyPI: pycrate, cryptography): the random lives are skipped")
    sys.exit(77)

import air
import compare
import protect
from rendering import RENDERINGS, audit, write_keys

REUSES = ("keystream-reuse", "mac-nonce-reuse", "count-reuse")
EVIDENCE = ("derived", "inferred", "observed", "proven")
RIGHT = ("none", "kgnb", "some", "full", "leaf", "both")
# What a wrong key log holds beside its mistake, so what must be found all the same.
WRONG = {"foreign": "none", "foreign-first": "full", "foreign-among": "full", "other-nh": "full", "kgnb-other-nh": "kgnb",
         "count-off": "full", "ncc-off": "kgnb"}


# --- key logs ---------------------------------------------------------------------------------------------------


def foreign(seed, number, kind="KAMF"):
    key = protect.kdf(b"foreign", seed & 0xFF, f"{seed} {number}".encode()).hex()
    return f"KAMF * {key} ul_nas_count={number}" if kind == "KAMF" else f"KGNB * {key}"


def other_nhs(radio, root):
    """The value of each NH under the NCC of the one before it."""
    return [f"NH * {n % 8} {radio.values.value(('NH', root, n + 1)).hex()}" for n in range(1, 8)]


def leaves(radio):
    """RRC keys of every context, by value."""
    contexts = {m.context.key: m.context for m in radio.life.messages
                if m.context is not None and m.context.key is not None and m.protection != "none"}
    return [f"LEAF * {name} {radio.values.leaf(key, which, algorithm).hex()}" for key, context in contexts.items()
            for name, which, algorithm in (("rrcenc", protect.RRC_ENC, context.nea), ("rrcint", protect.RRC_INT, context.nia))]


def key_log(case, what):
    """Lines of the key log of that name."""
    radio, style = case.radio, case.style
    if what == "both":
        return key_log(case, "full") + leaves(radio)
    style.keys = {**dict.fromkeys(WRONG, "full"), "kgnb-other-nh": "kgnb", "ncc-off": "kgnb"}.get(what, what)
    if what == "leaf":
        return leaves(radio)
    lines, roots = air.key_log(radio, style), list(air.known_roots(radio, style))
    if what == "foreign":
        return [foreign(case.seed, n) for n in range(len(lines))]
    if what == "foreign-first":
        return [foreign(case.seed, 0, "KGNB"), foreign(case.seed, 1)] + lines
    if what == "foreign-among":
        return [line for n, right in enumerate(lines) for line in (right, foreign(case.seed, n, "KGNB"), foreign(case.seed, n))]
    if what in ("other-nh", "kgnb-other-nh"):
        return [line for right, root in zip(lines, roots) for line in (right, *other_nhs(radio, root))]
    if what == "count-off":
        return [f"KAMF * {radio.values.root(root[1]).hex()} ul_nas_count={radio.values.nas_count(root) + 1}" for root in roots]
    if what == "ncc-off":
        return [f"{line} ncc=3" for line in lines]
    return lines


# --- findings -----------------------------------------------------------------------------------------------------


def findings(lines):
    return [line for line in lines if line["type"] == "finding" and line["rule"] != "exposed-fallback"]


def is_same(view, finding, other):
    mine, its = ({view.by_frame.get(n) for n in line["frames"]} for line in (finding, other))
    return finding["rule"] == other["rule"] and (mine <= its or finding["rule"] in REUSES and len(mine & its) > 1)


def lost(view, without, given):
    """(kind, finding) of those of the first that the second lacks, or has weaker."""
    for finding in without:
        same = [other for other in given if is_same(view, finding, other)]
        if not same:
            yield "vanished", finding
        elif max(EVIDENCE.index(other["evidence"]) for other in same) < EVIDENCE.index(finding["evidence"]):
            yield "weaker", finding


def is_key_logs_matter(line, what):
    """A count that is one off is told, as a note about the key log; so is what rests on the key log being right."""
    return what in WRONG and line["rule"] == "key-mismatch" and (
        line["severity"] == "info" or "the key log is right" in (line["assumes"] or ""))


def untrue(view, bare, lines, what):
    """Findings that only keys bring, and that are not so."""
    for line in findings(lines):
        if is_key_logs_matter(line, what) or any(is_same(view, line, other) for other in bare):
            continue
        if compare.truth_of(view, line) is not None and not compare.unseen_change(view, line) and (
                not compare.said_to_be_missed(view, line)):
            yield "untrue", line


def is_silent(view, status):
    """Something was ciphered under a key that nobody has, and the exit status does not say so."""
    return status != 3 and any(m.protection == "full" and m.context.nea != 0 and m.srb > 0 for m in view.by_frame.values())


class Life:
    """One life, audited with every key log."""

    def __init__(self, program, case, folder):
        self.program, self.case, self.folder, self.done = program, case, folder, {}
        case.style.keys = "full"
        self.path = case.write(folder)
        self.view = case.view()

    def audit(self, what):
        if what not in self.done:
            write_keys(self.path, key_log(self.case, what))
            keys = self.path.replace(".pcap", ".keys")
            status, lines, _ = audit(self.program, self.path, keys if os.path.getsize(keys) else None)
            self.done[what] = status, findings(lines)
        return self.done[what]

    def true(self, what):
        return [line for line in self.audit(what)[1] if compare.truth_of(self.view, line) is None]

    def judge(self, only):
        """(kind, what against what, finding); and how many findings were compared."""
        pairs = [("none", right) for right in RIGHT[1:]] + [("some", "full"), ("kgnb", "full"), ("leaf", "both"), ("full", "both")]
        pairs += [("none", wrong) for wrong in WRONG] + [(right, wrong) for wrong, right in WRONG.items() if right != "none"]
        for less, more in pairs:
            if only and more not in only:
                continue
            true = self.true(less)
            yield len(true), ((kind, f"{less} -> {more}", line) for kind, line in lost(self.view, true, self.audit(more)[1]))
        for what in (*RIGHT[1:], *WRONG):
            if only and what not in only:
                continue
            status, lines = self.audit(what)
            yield 0, ((kind, what, line) for kind, line in untrue(self.view, self.audit("none")[1], lines, what))
            if what == "foreign" and is_silent(self.view, status):
                yield 0, [("silent", what, None)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--as", dest="rendering", choices=("air", "beside"), default="air")
    parser.add_argument("--lives", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", help="key logs, with commas between them", default="")
    options = parser.parse_args()
    only = [what for what in options.only.split(",") if what]
    kinds, compared, wrong = collections.Counter(), 0, 0
    for seed in range(options.seed, options.seed + options.lives):
        with tempfile.TemporaryDirectory() as folder:
            before = sum(kinds.values())
            for n, differences in Life(options.program, RENDERINGS[options.rendering](seed), folder).judge(only):
                compared += n
                for kind, what, line in differences:
                    kinds[kind, what] += 1
                    print(f"seed {seed}: {kind} {what}: " + (f"{line['rule']} of frames {line['frames']} {line['evidence']}"
                                                             if line else "not a word"), flush=True)
            wrong += sum(kinds.values()) > before
    for (kind, what), count in sorted(kinds.items()):
        print(f"{count:6} {kind} {what}")
    print(f"{options.lives} lives, {compared} findings compared, {wrong} lives judged worse for their key log")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
