#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Many findings of one UE; and expert items where nobody wants a tree.

    many.py BUILD

One pass of tshark over a UE's log that repeats keys thousands of times takes at most twice as long as two passes: what a
frame brings is told without looking through all that was told before. Taken is the processor time of both, in one run.
And the column of expert severities of a mere list of packets, for which no tree is built, has what the findings say.
"""
import os
import resource
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from shark import SAMPLES, Shark, plugins_of, synth  # noqa: E402

ROUNDS = 6000  # 84,000 frames, 12,000 repeated keys
ROUND = """daps-handover to {0} ncc 0
complete
fallback
daps-handover to {0} ncc 0
complete
source-release
complete
"""
SEVERITIES = {"info": "Chat", "low": "Note", "medium": "Warning", "high": "Error"}


def scenario():
    with open(os.path.join(SAMPLES, "daps-fallback-daps.scenario"), encoding="utf-8") as file:
        head = file.read().partition("\nconnect\n")[0]
    return f"{head}\nconnect\nsecurity nea 2 nia 2\nrepeat {ROUNDS}\n{ROUND.format('B')}{ROUND.format('A')}end\n"


def seconds(shark, *arguments):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    result = shark.tshark(*arguments, heuristics=False)
    if result.returncode != 0:
        raise SystemExit(f"tshark {arguments}: {result.stderr[-300:]}")
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, result.stdout


def one_pass_and_two(shark, program, folder):
    text, capture = os.path.join(folder, "many.scenario"), os.path.join(folder, "many.pcap")
    with open(text, "w", encoding="utf-8") as file:
        file.write(scenario())
    subprocess.run([program, "synth", text, "-o", capture], check=True)
    copy = shark.take(capture)
    one, said = seconds(shark, copy, "-T", "fields", "-e", "daps.rule")
    two, _ = seconds(shark, copy, "-2", "-T", "fields", "-e", "daps.rule")
    repeated = sum("repeated-key" in line for line in said.splitlines())
    print(f"{len(said.splitlines())} frames, {repeated} with a repeated key: one pass {one:.1f} s, two {two:.1f} s, "
          f"ratio {one / two:.2f}")
    return one <= 2 * two and repeated >= 2 * ROUNDS


def experts_without_a_tree(shark, program, folder):
    """Each frame's gravest finding, as the tree has it, against the expert column of a list."""
    capture, keys = synth(program, folder, "air-daps-fallback", "mac-nr")
    copy, options = shark.take(capture), ["-o", f"daps.keylog:{shark.private(keys)}"]
    level = shark.tshark(copy, "-2", "-T", "fields", "-e", "daps.severity_level", *options).stdout.splitlines()
    column = shark.tshark(copy, "-2", "-o", 'gui.column.format:"Expert","%a"', *options).stdout.splitlines()
    expected = [max((int(n) for n in cell.split(",") if n), default=None) for cell in level]
    wrong = [(frame, cell, list(SEVERITIES.values())[n]) for frame, (cell, n) in enumerate(zip(column, expected), 1)
             if n is not None and cell.strip() != list(SEVERITIES.values())[n]]
    print(f"{sum(n is not None for n in expected)} frames with findings in a list without a tree: "
          f"{len(wrong)} lack their expert item {wrong[:3]}")
    return not wrong and any(n is not None for n in expected)


def main():
    build = os.path.abspath(sys.argv[1])
    program = os.path.join(build, "analyzer", "dapsaudit")
    with Shark(plugins_of(build)) as shark, tempfile.TemporaryDirectory() as folder:
        good = [experts_without_a_tree(shark, program, folder), one_pass_and_two(shark, program, folder)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("many.py BUILD")
    sys.exit(main())
