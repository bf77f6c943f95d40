#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin against the program: the same handovers, findings and SCG changes, field by field.

    agree.py BUILD [CAPTURE...]

For every sample (with its key log, and without), for scenarios in every framing, and for every file of
../shared/captures, what tshark's fields say is held against `dapsaudit audit --format ndjson`:

    agree.py BUILD --quick     a part of it

    two passes  every handover and finding of the program is shown, word for word, on every frame it names, on no other
                frame, and nothing else is shown
    one pass    what was said last of each handover and finding, less what was withdrawn, is what the program says
"""
import concurrent.futures
import glob
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
from shark import Shark, plugins_of, synth  # noqa: E402

FRAMINGS = ("gsmtap-v3", "qcsuper", "rls", "mac-nr", "mac-nr-dlt149", "mac-nr-dlt157", "mac-nr-upper",
            "mac-nr-upper-udp", "rlc-nr", "pdcp-nr", "pdcp-nr-2018", "gsmtap-v3-mac", "gsmtap-v3-pdcp", "gsmtap-v3-both")
LTE = (("lte-daps-fallback-daps", "gsmtap-v2"), ("lte-daps-fallback-daps", "gsmtap-v3"), ("lte-two-ues-upper-pdu", "gsmtap-v3"),
       ("lte-conditional-recovery", "gsmtap-v2"), ("lte-scg-change", "gsmtap-v3"))
SCENARIOS = ("daps-fallback-daps", "cfra", "failed-handover-reestablishment", "resume-rejected", "vertical-same-pair-same-cell",
             "daps-fallback-conditional")


# ---- what tshark says ----

def pairs(items):
    """JSON objects of tshark repeat their keys: lists of (key, value)."""
    return items


class Tree(list):
    """Items of one subtree."""

    def all(self, name):
        return [value for key, value in self if key == name]

    def one(self, name, default=None):
        values = self.all(name)
        return values[0] if values else default

    def number(self, name):
        value = self.one(name)
        return None if value is None else int(value, 0)

    def octets(self, name):
        value = self.one(name)
        return None if value is None else value.replace(":", "")

    def truth(self, name):
        return self.one(name, "0") in ("1", "True", "true")


ENUMERATIONS = {}  # of tshark, whose JSON has the numbers


def know(shark):
    """What the numbers of enumerations stand for; a direction is a number in the program as well."""
    ENUMERATIONS.update({name: words for name, words in shark.enumerations().items() if not name.endswith(".direction")})


def tree(items):
    return Tree((key, ENUMERATIONS[key][value]) if key in ENUMERATIONS and isinstance(value, str) else (key, value)
                for key, value in items)


def key_of(derived):
    return {"id": derived.one("daps.key"), "kind": derived.one("daps.key.kind"),
            "derivation": derived.one("daps.derivation"), "parent": derived.one("daps.key.parent"),
            "ncc": derived.number("daps.ncc"), "pci": derived.number("daps.pci"), "arfcn": derived.number("daps.arfcn"),
            "value": derived.octets("daps.key.value"), "fc": derived.number("daps.key.fc"),
            "same_frequency": derived.truth("daps.same_frequency"), "sk_counter": derived.number("daps.sk_counter")}


# What only the frames of the command show; the other frames of a handover link to it.
OF_COMMAND = ("rat", "daps", "c_rnti", "rach", "t304", "prepared")


def handover_of(item, frame):
    handover = whole_handover_of(item)
    if frame not in (handover["frame"], handover["executed_frame"]):
        return {k: v for k, v in handover.items() if k not in OF_COMMAND}
    return handover


def whole_handover_of(item):
    derived = item.one("daps.derived")
    return {"ue": item.one("daps.handover.ue"), "rat": item.one("daps.rat"), "frame": item.number("daps.command_frame"),
            "daps": item.truth("daps.daps"), "derivation": derived.one("daps.derivation"),
            "ncc": derived.number("daps.ncc"), "pci": item.number("daps.pci"), "arfcn": item.number("daps.arfcn"),
            "c_rnti": item.number("daps.c_rnti"), "rach": item.one("daps.rach"), "outcome": item.one("daps.outcome"),
            "key": derived.one("daps.key"), "procedure": item.one("daps.procedure"),
            "key_set_change": derived.truth("daps.key_set_change"), "t304": item.number("daps.t304"),
            "source_pci": item.number("daps.source.pci"), "source_arfcn": item.number("daps.source.arfcn"),
            "complete_frame": item.number("daps.complete_frame"), "settled_frame": item.number("daps.outcome_frame"),
            "executed_frame": item.number("daps.executed_frame"), "same_frequency": item.truth("daps.same_frequency"),
            "ciphering": item.one("daps.ciphering"), "integrity": item.one("daps.integrity"),
            "prepared": item.truth("daps.prepared")}


def keystream_of(item):
    if item is None:
        return None
    return {"algorithm": item.one("daps.keystream.algorithm"), "bearer": item.number("daps.keystream.bearer"),
            "direction": item.number("daps.keystream.direction"), "count": item.number("daps.keystream.count"),
            "plaintext_differs": item.truth("daps.keystream.plaintext_differs"),
            "overlap_octets": item.number("daps.keystream.overlap"),
            "xor_ciphertext": item.octets("daps.keystream.xor_ciphertext"),
            "xor_plaintext": item.octets("daps.keystream.xor_plaintext")}


def finding_of(item):
    derived = item.one("daps.derived")
    return {"rule": item.one("daps.rule"), "severity": item.one("daps.severity"), "evidence": item.one("daps.evidence"),
            "rat": item.one("daps.rat"), "ue": item.one("daps.finding.ue"),
            "frames": [int(f) for f in item.all("daps.finding.frame")], "liaison": item.all("daps.liaison"),
            "key": key_of(derived) if derived is not None else None,
            "procedures": item.all("daps.finding.procedure"), "clauses": item.all("daps.clause"),
            "title": item.one("daps.finding.title"), "detail": item.one("daps.finding.detail"),
            "exposure": item.one("daps.exposure"), "assumes": item.one("daps.finding.assumes"),
            "keystream": keystream_of(item.one("daps.keystream"))}


def scg_change_of(frame, item):
    return {"frame": frame, "pci": item.number("daps.pci"), "arfcn": item.number("daps.arfcn"),
            "c_rnti": item.number("daps.c_rnti"), "t304": item.number("daps.t304"), "rach": item.one("daps.rach"),
            "sk_counter": item.number("daps.sk_counter")}


def as_key(value):
    return json.dumps(value, sort_keys=True)


def handover_id(handover):
    return as_key([handover["ue"], handover["frame"], handover["procedure"], handover["executed_frame"]])


def finding_id(finding):
    keystream = finding["keystream"] or {}
    return as_key([finding["ue"], finding["rule"], finding["frames"][0], (finding["key"] or {}).get("id"),
                   [keystream.get(k) for k in ("algorithm", "bearer", "direction", "count")]])


class Shown:
    """What tshark showed: [(frame, handover)], [(frame, finding)], [(frame, withdrawn)]."""

    def __init__(self, text, what):
        self.handovers, self.findings, self.withdrawn, self.scg_changes = [], [], [], []
        if not text.strip():
            return
        try:
            packets = json.loads(text, object_pairs_hook=tree)
        except ValueError as error:
            raise SystemExit(f"{what}: tshark's JSON cannot be read: {error}") from error
        for packet in packets:
            layers = packet.one("_source").one("layers")
            frame = int(layers.one("frame").one("frame.number"))
            for daps in layers.all("daps"):
                if not isinstance(daps, Tree):
                    continue
                self.handovers += [(frame, handover_of(item, frame)) for item in daps.all("daps.handover")]
                self.findings += [(frame, finding_of(item)) for item in daps.all("daps.finding")]
                self.scg_changes += [scg_change_of(frame, item) for item in daps.all("daps.scg_change")]
                self.withdrawn += [(frame, (rule, where.number("daps.finding.frame"), where.one("daps.finding.ue"),
                                            where.one("daps.key")))
                                   for rule, where in zip(daps.all("daps.withdrawn"), daps.all("daps.withdrawn_tree"))]


# ---- what the program says ----

def plain_finding(line):
    finding = {k: line.get(k) for k in ("rule", "severity", "evidence", "rat", "ue", "frames", "liaison", "key",
                                        "procedures", "clauses", "title", "detail", "exposure", "assumes", "keystream")}
    finding["procedures"] = [p for p in finding["procedures"] if p not in (None, "", "unknown", "none")]
    if finding["keystream"] is not None:
        finding["keystream"] = {k: finding["keystream"].get(k) for k in (
            "algorithm", "bearer", "direction", "count", "plaintext_differs", "overlap_octets", "xor_ciphertext",
            "xor_plaintext")}
    return finding


def said_by_program(program, capture, keys, options=()):
    command = [program, "audit", "-q", "--format", "ndjson", "--show-keys", *options]
    if keys:
        command += ["--keys", keys]
    result = subprocess.run([*command, capture], capture_output=True, text=True)
    if result.returncode not in (0, 1, 3):
        raise SystemExit(f"{capture}: {result.stderr}")
    handovers, findings, scg_changes = [], [], []
    for line in map(json.loads, result.stdout.splitlines()):
        for member in ("key_frame", "key_verified"):  # of node interfaces; no fields of the plugin
            line.pop(member, None)
        if line["type"] == "handover":
            handovers.append({k: v for k, v in line.items() if k not in ("type", "capture", "time")})
        elif line["type"] == "finding":
            findings.append(plain_finding(line))
        elif line["type"] == "scg-change":
            scg_changes.append({k: v for k, v in line.items() if k not in ("type", "capture", "time", "ue", "rat")})
    return handovers, findings, scg_changes


# ---- held against one another ----

def frames_of_handover(handover):
    return {handover[k] for k in ("frame", "complete_frame", "settled_frame", "executed_frame")} - {None}


def differences(ours, theirs):
    return {k: (ours.get(k), theirs[k]) for k in theirs if ours.get(k) != theirs[k]}


def compare_two_passes(what, said, shown, frames_of, id_of, problems):
    by_id = {}
    for frame, item in shown:
        by_id.setdefault(id_of(item), []).append((frame, item))
    for item in said:
        seen = by_id.pop(id_of(item), [])
        for frame, other in seen:
            if differences(item, other):
                problems.append(f"frame {frame}: {what} differs (program, plugin): {differences(item, other)}")
        missing = frames_of(item) - {frame for frame, _ in seen}
        beyond = {frame for frame, _ in seen} - frames_of(item)
        if missing or beyond:
            problems.append(f"{what} {id_of(item)}: not on frames {sorted(missing)}, wrongly on {sorted(beyond)}")
    for key in by_id:
        problems.append(f"{what} {key}: only the plugin has it")


def compare_one_pass(what, said, shown, id_of, gone, problems):
    last = {}
    for frame, item in shown:
        last[id_of(item)] = (frame, {**last.get(id_of(item), (0, {}))[1], **item})
    for key in [key for key, (frame, item) in last.items() if gone(frame, item)]:
        del last[key]
    for item in said:
        _, other = last.pop(id_of(item), (0, None))
        if other is None:
            problems.append(f"one pass: {what} {id_of(item)} was never said")
        elif differences(item, other) or set(item) - set(other):
            problems.append(f"one pass: {what} differs (program, plugin): {differences(item, other)}")
    for key in last:
        problems.append(f"one pass: {what} {key}: only the plugin has it")


def gone_by(withdrawn):
    def gone(frame, finding):
        name = (finding["rule"], finding["frames"][0], finding["ue"], (finding["key"] or {}).get("id"))
        return any(at >= frame and which == name for at, which in withdrawn)
    return gone


def check(shark, program, capture, keys, label):
    options = ["-T", "json", "-J", "frame daps", "-o", "daps.show_keys:TRUE",
               "-o", "protocols.display_hidden_proto_items:TRUE"]
    if keys:
        options += ["-o", f"daps.keylog:{shark.private(keys)}"]
    copy = shark.take(capture)
    handovers, findings, scg_changes = said_by_program(program, capture, keys)
    problems = []
    for passes in ([], ["-2"]):
        result = shark.tshark(copy, *passes, *options)
        if result.returncode not in (0, 2):
            problems.append(f"tshark ended with {result.returncode}: {result.stderr.strip()[-300:]}")
        shown = Shown(result.stdout, capture)
        if sorted(map(as_key, shown.scg_changes)) != sorted(map(as_key, scg_changes)):
            problems.append(f"SCG changes differ: {scg_changes} in the program, {shown.scg_changes} in the plugin")
        if passes:
            compare_two_passes("handover", handovers, shown.handovers, frames_of_handover, handover_id, problems)
            compare_two_passes("finding", findings, shown.findings, lambda f: set(f["frames"]), finding_id, problems)
            if shown.withdrawn:
                problems.append("two passes: something was withdrawn")
        else:
            compare_one_pass("handover", handovers, shown.handovers, handover_id, lambda *_: False, problems)
            compare_one_pass("finding", findings, shown.findings, finding_id, gone_by(shown.withdrawn), problems)
            proven = {frame for frame, finding in shown.findings if finding["evidence"] in ("observed", "proven")}
            problems += [f"one pass: {which[0]} withdrawn in frame {frame}, which proves nothing else"
                         for frame, which in shown.withdrawn if which[0] != "exposed-fallback" and frame not in proven]
    os.remove(copy)
    return label, len(handovers), len(findings), len(scg_changes), problems


def in_framings(program, folder):
    for scenario in SCENARIOS:
        for framing in FRAMINGS:
            yield synth(program, folder, scenario, framing)
    for scenario, framing in LTE:
        yield synth(program, folder, scenario, framing)


def jobs(program, folder, named):
    def with_keys(path):
        keys = os.path.splitext(path)[0] + ".keys"
        return [None, keys] if os.path.exists(keys) else [None]

    quick = "--quick" in named
    if named and not quick:
        return [(path, keys) for path in named for keys in with_keys(path)]
    found = [(path, keys) for path in sorted(glob.glob(os.path.join(ROOT, "samples", "*.pcap*")))
             for keys in with_keys(path)[-1 if quick else 0:]]
    found += list(in_framings(program, folder))[::4 if quick else 1]
    shared = os.path.join(os.path.dirname(ROOT), "shared", "captures")
    if os.path.isdir(shared):
        found += [(path, None) for path in sorted(glob.glob(os.path.join(shared, "*.pcap*")))]
    else:
        print("../shared/captures is not here: its real captures are skipped")
    return found


def main(arguments):
    build = os.path.abspath(arguments[0])
    program = os.path.join(build, "analyzer", "dapsaudit")
    handovers = findings = changes = wrong = 0
    with Shark(plugins_of(build)) as shark, tempfile.TemporaryDirectory() as folder:
        know(shark)
        todo = jobs(program, folder, arguments[1:])
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = pool.map(lambda job: check(shark, program, job[0], job[1], os.path.basename(job[0]) +
                                                 (" with keys" if job[1] else "")), todo)
            for label, n_handovers, n_findings, n_changes, problems in results:
                handovers, findings, changes = handovers + n_handovers, findings + n_findings, changes + n_changes
                wrong += len(problems)
                for problem in problems:
                    print(f"{label}: {problem}")
    print(f"{len(todo)} captures: {handovers} handovers, {findings} findings and {changes} SCG changes of the program, in one "
          f"pass and in two: {wrong} differences")
    if handovers + findings + changes == 0:
        raise SystemExit("nothing was compared")
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
