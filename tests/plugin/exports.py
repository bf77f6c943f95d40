#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What is exported of a capture shows the findings that the whole capture shows.

    exports.py BUILD [CAPTURE...]      default: all samples that have findings, each in one file that Wireshark can write

`tshark -2 -Y daps.finding -w FILE` writes the frames with findings, and the frames that these depend on, as Wireshark's
*Export Specified Packets* does. The program must find in that file what it finds in the whole: the same rules, evidence
and severity at the same packets (told apart by their times), and no more. And the file is an excerpt, not the whole.
"""
import concurrent.futures
import glob
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
from shark import Shark, plugins_of  # noqa: E402


PDUS = "DAPS: RRC that was deciphered, or that Wireshark did not find"  # export.c

# Proven, or taken back, by a frame behind those of the finding, of which a first pass over the file knows nothing yet when
# it marks what is to be written. Wireshark's window does.
BY_LATER_FRAMES = {"air-failed-parent.pcap", "air-nh-ahead.pcap", "air-stored-ncc.pcap", "vertical-same-pair-other-cell.pcap"}


def times_of(shark, path):
    text = shark.tshark(path, "-T", "fields", "-e", "frame.time_epoch", heuristics=False).stdout
    return text.split()


def findings_of(program, path, keys, times):
    """Sorted (rule, severity, evidence, times of its frames)."""
    command = [program, "audit", "-q", "--format", "ndjson", *(["--keys", keys] if keys else []), path]
    lines = map(json.loads, subprocess.run(command, capture_output=True, text=True).stdout.splitlines())
    return sorted((line["rule"], line["severity"], line["evidence"], *(times[frame - 1] for frame in line["frames"]))
                  for line in lines if line["type"] == "finding")


def check(job):
    shark, program, path = job
    name = os.path.basename(path)
    keys = os.path.splitext(path)[0] + ".keys"
    keys = keys if os.path.exists(keys) else None
    copy = shark.take(path)
    times = times_of(shark, copy)
    before = findings_of(program, path, keys, times)
    if not before or len(set(times)) != len(times):
        return name, 0, 0, 0, None
    excerpt = os.path.join(shark.home, os.path.basename(copy) + ".excerpt")
    options = ["-o", f"daps.keylog:{shark.private(keys)}"] if keys else []
    made = shark.tshark(copy, "-2", "-Y", "daps.finding", "-w", excerpt, *options)
    if made.returncode not in (0, 2) or not os.path.exists(excerpt):
        return name, 0, 0, 0, f"tshark -w ended with {made.returncode}: {made.stderr[-200:]}"
    kept = times_of(shark, excerpt)
    after = findings_of(program, excerpt, keys, kept)
    wrong = None
    if before != after:
        lost, new = [f for f in before if f not in after], [f for f in after if f not in before]
        wrong = f"{len(kept)} of {len(times)} frames: lost {lost[:2]}, new {new[:2]}"
    return name, len(before), len(times), len(kept), wrong


def as_pdus(shark, program):
    """Export PDUs: RRC that the plugin has and Wireshark does not, as a capture with the findings that RRC alone shows."""
    wrong = 0
    for name, frames in (("air-daps-fallback", 7), ("framing-qcsuper", None), ("framing-rls", None)):
        path, out = os.path.join(TOP, "samples", name + ".pcap"), os.path.join(shark.home, name + ".pdus")
        keys = shark.private(os.path.splitext(path)[0] + ".keys")
        shark.tshark(shark.take(path), "-o", f"daps.keylog:{keys}", "-U", PDUS, "-w", out)
        times = times_of(shark, out) if os.path.exists(out) else []
        repeats = [[finding[0] for finding in findings_of(program, one, None, at) if finding[0] == "repeated-key"]
                   for one, at in ((path, times_of(shark, shark.take(path))), (out, times)) if at]
        whole = [["repeated-key"], ["repeated-key"]] if frames else repeats[:1] * 2
        if (repeats[-1:] != whole[-1:] or len(repeats) != 2 or not repeats[1] or
                (frames is not None and len(times) != frames)):
            wrong += 1
            print(f"{name}: {len(times)} PDUs exported, repeated keys {repeats}")
    return wrong


def main(arguments):
    build = os.path.abspath(arguments[0])
    program = os.path.join(build, "analyzer", "dapsaudit")
    captures = arguments[1:] or sorted(glob.glob(os.path.join(TOP, "samples", "*.pcap*")))
    findings = whole = kept = wrong = later = 0
    with Shark(plugins_of(build)) as shark:
        wrong += as_pdus(shark, program)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for name, found, frames, exported, problem in pool.map(check, [(shark, program, path) for path in captures]):
                findings, whole, kept = findings + found, whole + frames, kept + exported
                if problem and name in BY_LATER_FRAMES:
                    later += 1
                elif problem:
                    wrong += 1
                    print(f"{name}: {problem}")
    print(f"{findings} findings in {whole} frames, exported {kept} frames: {wrong} captures with other findings, "
          f"{later} whose findings rest on later frames")
    if findings == 0:
        raise SystemExit("nothing was compared")
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
