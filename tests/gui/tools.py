#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tools > DAPS in the real Wireshark: findings as text, the rules, and the export, whose lines are those of the program.

    tools.py BUILD [FOLDER]      FOLDER: keeps the pictures of the windows
"""
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import screenshots  # noqa: E402
from screenshots import Failure, LIST_AND_TREE, on_display, wait_for, Wireshark  # noqa: E402

SAMPLE = "daps-fallback-daps"
ENTRIES = ("Next finding", "Previous finding", "Show findings", "Show handovers", "Show what was not read",
           "Explain this frame", "Findings as text", "Export findings...", "Evidence of this capture...", "Read again",
           "Rules")


def choose(wireshark, entry):
    """DAPS is the last menu of Tools."""
    wireshark.display.hands("windowactivate", "--sync", wireshark.main)
    wireshark.keys("alt+t", "Up", "Right", *["Down"] * ENTRIES.index(entry))
    wireshark.keys(*(["Right", "Return"] if entry == "Rules" else ["Return"]))


def window_of(display, words):
    return wait_for(f"window '{words}'", lambda: next(
        (number for title, number in display.windows().items() if words in title), None))


def text_window(wireshark, entry, title, folder):
    choose(wireshark, entry)
    window = window_of(wireshark.display, title)
    wireshark.display.hands("windowsize", "--sync", window, 900, 600)
    wireshark.settle(window)
    path = os.path.join(folder, entry.split(".")[0].replace(" ", "-").lower() + ".png")
    wireshark.display.snap(window, path)
    ink = screenshots.ink_in(path)
    if ink < 3000:
        raise Failure(f"{title}: {ink} dark pixels: nothing in the window")
    wireshark.display.hands("windowclose", window)
    time.sleep(0.5)


def lines_of(text):
    """What the records say but for the path of the capture, in one order."""
    records = [json.loads(line) for line in text.splitlines()]
    for record in records:
        record.pop("capture", None)
    return sorted(json.dumps(record, sort_keys=True) for record in records if record["type"] in ("handover", "finding"))


def export(wireshark, shark, build, folder):
    path = os.path.join(shark.home, "exported.ndjson")
    choose(wireshark, "Export findings...")
    window = window_of(wireshark.display, "export findings")
    wireshark.display.hands("windowactivate", "--sync", window)
    wireshark.display.hands("mousemove", "--window", window, 300, 23, "click", 1)
    wireshark.keys("ctrl+a")
    wireshark.display.hands("type", "--delay", 20, path)
    time.sleep(0.5)
    wireshark.display.snap(window, os.path.join(folder, "export.png"))
    wireshark.keys("Return")
    wait_for(path, lambda: os.path.exists(path) and os.path.getsize(path) > 0)
    time.sleep(0.5)
    with open(path, encoding="utf-8") as file:
        ours = lines_of(file.read())
    command = [os.path.join(build, "analyzer", "dapsaudit"), "audit", "-q", "--format", "ndjson",
               os.path.join(screenshots.TOP, "samples", SAMPLE + ".pcap")]
    theirs = lines_of(subprocess.run(command, capture_output=True, text=True).stdout)
    if ours != theirs or not ours:
        raise Failure(f"exported {len(ours)} lines, the program has {len(theirs)}; "
                      f"first other: {next((pair for pair in zip(ours, theirs) if pair[0] != pair[1]), None)}")
    return len(ours)


def main(arguments):
    if not arguments:
        sys.exit(__doc__)

    def play(shark, display, folder):
        with Wireshark(shark, display, SAMPLE, 9, layout=LIST_AND_TREE) as wireshark:
            text_window(wireshark, "Explain this frame", "DAPS: findings of the frame", folder)
            text_window(wireshark, "Findings as text", "DAPS: findings", folder)
            text_window(wireshark, "Rules", "repeated-key", folder)
            exported = export(wireshark, shark, arguments[0], folder)
            choose(wireshark, "Read again")
            wireshark.settle(wireshark.main)
        print(f"three windows of text; {exported} lines exported, those of the program")

    return on_display(arguments, play)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
