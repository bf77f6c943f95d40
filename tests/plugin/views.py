#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of keys, the flow graph, the response times and nested JSON, held against what the program says of the same capture.

    views.py BUILD [CAPTURE...]     default: all samples that have handovers

In one pass and in two: every key of a handover has one row, behind that of its parent, with the frames that lead to it; the
repeated ones are marked, and no others. In the graph every such frame has an arrow of that key from where its parent is
from, every finding stands beside its frames, and there are no lanes but the four. Response times are those from the
command to Complete and outcome. -T ek nests what belongs to one handover or finding.
"""
import collections
import concurrent.futures
import glob
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
from shark import Shark, plugins_of  # noqa: E402

LANES = ["UE", "Source", "Target", "Core"]
MOST_FRAMES = 8  # in a cell of a table


def audit(program, path, keys):
    command = [program, "audit", "-q", "--format", "ndjson", *(["--keys", keys] if keys else []), path]
    lines = [json.loads(line) for line in subprocess.run(command, capture_output=True, text=True).stdout.splitlines()]
    return ([line for line in lines if line["type"] == "handover" and not line.get("prepared")],
            [line for line in lines if line["type"] == "finding"])


def frame_of_key(handover):
    return handover.get("executed_frame") or handover["frame"]


def rows_of(text):
    """{(ue, key): (place, depth, derivation, times, frames, findings)} of -z daps,keys, in its order."""
    found = {}
    for line in text.splitlines():
        cells = line.split(" |")
        if re.match(r"\s*\d+\.\s*\d+", cells[0]) and len(cells) >= 8:
            place, ue, key, derivation, _, times, frames, findings = (cell.lstrip("|") for cell in cells[:8])
            depth = (len(key) - len(key.lstrip(" "))) // 2
            found[ue, key.strip(" -")] = (place, depth, derivation, int(times), frames.strip(), findings.strip())
    return found


def check_keys(text, handovers, findings):
    rows, wrong = rows_of(text), []
    frames = collections.defaultdict(set)
    for handover in handovers:
        if handover["key"] and handover["derivation"] != "none":
            frames[handover["ue"], handover["key"]].add(frame_of_key(handover))
    repeated = {(line["ue"], line["key"]["id"]) for line in findings if line["rule"] == "repeated-key"}
    order = list(rows)
    for name, its in frames.items():
        if name not in rows:
            wrong.append(f"{name}: no row")
            continue
        shown = rows[name][4].split(" and ")[0].split()
        if not {str(frame) for frame in sorted(its)[:MOST_FRAMES]} <= set(shown):
            wrong.append(f"{name}: frames {rows[name][4]!r}, not {sorted(its)}")
        parent = re.search(r"KDF\(([^,]+),", rows[name][2])
        above = (name[0], parent[1]) if parent else None
        if above and (above not in rows or order.index(above) > order.index(name) or rows[above][1] >= rows[name][1]):
            wrong.append(f"{name}: its parent {above[1]} does not stand above it")
    marked = {name for name, row in rows.items() if row[5].startswith("REPEATED")}
    if marked != repeated:
        wrong.append(f"marked {sorted(marked)}, repeated {sorted(repeated)}")
    return wrong


def lanes_of(text):
    """From left to right."""
    heads = [line for line in text.splitlines() if line.startswith(("|Time", "|         |"))][:2]
    found = [(match.start(), match[0]) for head in heads for match in re.finditer(r"[A-Za-z]+", head.replace("Time", "    "))]
    return [name for _, name in sorted(found)]


def check_flow(text, handovers, findings):
    wrong = []
    lanes = lanes_of(text)
    if lanes != LANES:
        wrong.append(f"lanes {lanes}")
    drawn = collections.Counter(re.findall(r"\|UE [^:|]*: (K[^ |]*) = KDF\([^)]*\)", text))
    derived = collections.Counter(handover["key"] for handover in handovers
                                  if handover["key"] and handover["derivation"] not in ("none", "new-key-set"))
    lost = {key: (number, drawn[key]) for key, number in derived.items() if drawn[key] != number}
    if lost:
        wrong.append(f"arrows of keys: {lost}")
    for line in findings:
        if f"{line['rule']} ({line['severity']}, {line['evidence']})" not in text:
            wrong.append(f"{line['rule']} of frames {line['frames']} is not in the graph")
    return wrong


def check_times(text, handovers):
    counted = {words: int(number) for words, number in re.findall(r"^([\w-]+: to \w+) \|\s*(\d+)", text, re.MULTILINE)}
    expected = collections.Counter()
    for handover in handovers:
        if handover.get("complete_frame") and handover["complete_frame"] > handover["frame"]:  # in their order
            expected[f"{handover['procedure']}: to Complete"] += 1
        if handover.get("settled_frame") and handover["settled_frame"] > handover["frame"]:
            expected[f"{handover['procedure']}: to outcome"] += 1
    return [] if counted == dict(expected) else [f"response times {counted}, not {dict(expected)}"]


def unique(pairs):
    names = [name for name, _ in pairs]
    twice = {name for name in names if names.count(name) > 1}
    if any(name.startswith("daps_") for name in twice):
        raise ValueError(f"{sorted(twice)} stand twice in one object")
    return dict(pairs)


def listed(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def check_nesting(text, handovers, findings):
    """-T ek: what belongs to one handover or finding stands in one object, and no name twice."""
    wrong, seen = [], {"daps_handover": collections.defaultdict(list), "daps_finding": collections.defaultdict(list)}
    number = 0
    for line in text.splitlines():
        try:
            packet = json.loads(line, object_pairs_hook=unique)
        except ValueError as error:
            return [f"{error}"]
        if "layers" not in packet:
            continue
        number += 1
        for ours in listed(packet["layers"].get("daps")):
            for kind, frames in seen.items():
                frames[number] += listed(ours.get(kind))
    for line in findings:
        for frame in line["frames"]:
            its = [one for one in seen["daps_finding"][frame]
                   if (one["daps_daps_rule_name"], one["daps_daps_severity_name"], one["daps_daps_evidence_name"]) ==
                   (line["rule"], line["severity"], line["evidence"])]
            keys = [key["daps_daps_key"] for one in its for key in listed(one.get("daps_derived"))]
            if not its or (line["key"] and line["key"]["id"] not in keys):
                wrong.append(f"frame {frame}: no {line['rule']} of {line['key'] and line['key']['id']} in an object")
    for line in handovers:
        its = [one for one in seen["daps_handover"][line["frame"]] if one["daps_daps_outcome_name"] == line["outcome"]]
        if line["key"] not in [key.get("daps_daps_key") for one in its for key in listed(one.get("daps_derived"))]:
            wrong.append(f"frame {line['frame']}: no handover to {line['key']} in an object")
    return wrong


def check(job):
    shark, program, path = job
    keys = os.path.splitext(path)[0] + ".keys"
    keys = keys if os.path.exists(keys) else None
    handovers, findings = audit(program, path, keys)
    if not handovers:
        return os.path.basename(path), 0, 0, []
    options = ["-o", f"daps.keylog:{shark.private(keys)}"] if keys else []
    copy, wrong = shark.take(path), []
    for passes in ([], ["-2"]):
        text = shark.tshark(copy, "-q", *passes, "-z", "daps,keys", *options).stdout
        wrong += [f"{passes} keys: {sentence}" for sentence in check_keys(text, handovers, findings)]
    text = shark.tshark(copy, "-q", "-2", "-z", "flow,daps,standard", *options).stdout
    wrong += [f"flow: {sentence}" for sentence in check_flow(text, handovers, findings)]
    text = shark.tshark(copy, "-q", "-2", "-z", "daps,rtd", *options).stdout
    wrong += check_times(text, handovers)
    text = shark.tshark(copy, "-2", "-T", "ek", "-J", "daps", *options).stdout
    wrong += [f"ek: {sentence}" for sentence in check_nesting(text, handovers, findings)]
    return os.path.basename(path), len(handovers), len(findings), wrong


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    program = os.path.join(os.path.abspath(arguments[0]), "analyzer", "dapsaudit")
    paths = arguments[1:] or sorted(glob.glob(os.path.join(TOP, "samples", "*.pcap")))
    with Shark(plugins_of(arguments[0])) as shark, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(check, ((shark, program, path) for path in paths)))
    for name, _, _, wrong in results:
        for sentence in wrong:
            print(f"{name}: {sentence}")
    seen = [result for result in results if result[1]]
    if not seen:
        print("no capture with a handover")
        return 1
    failed = sum(1 for result in results if result[3])
    print(f"{len(seen)} captures, {sum(result[1] for result in seen)} handovers, {sum(result[2] for result in seen)} findings in "
          f"keys, graph and times: {failed} captures differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
