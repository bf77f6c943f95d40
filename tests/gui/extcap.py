#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A baseband log that grows, in the real Wireshark: through dapsaudit-extcap, with the findings of the plugin.

    extcap.py BUILD [FOLDER]      FOLDER: keeps the pictures

The first picture is of the list while half of the log is there, the second when all of it is: rows have come.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import screenshots  # noqa: E402
from live import pixels_that_differ  # noqa: E402
from screenshots import Failure, on_display, wait_for, Wireshark  # noqa: E402

SAMPLE = os.path.join(screenshots.TOP, "samples", "daps-fallback-daps.scenario")


class Followed(Wireshark):
    """Wireshark that captures from the interface of a baseband log."""

    def __init__(self, shark, display, log):
        self.display = display
        self.prepare(shark, screenshots.LIST_AND_TREE)
        command = shark.command("wireshark", "-C", "DAPS", "-o", "gui.update.enabled:FALSE", "-o",
                                f"extcap.dapsaudit.log:{log}", "-k", "-i", "dapsaudit")
        environment = {**shark.environment, "DISPLAY": display.name, "XDG_RUNTIME_DIR": os.path.join(shark.home, "run")}
        self.said = open(os.path.join(shark.folder, "said"), "w+", encoding="utf-8", errors="replace")
        self.process = subprocess.Popen(command, env=environment, cwd=shark.folder, stdout=self.said, stderr=self.said)
        self.main = None

    def window(self):
        self.main = wait_for("the window of a capture", lambda: next(
            (number for title, number in self.display.windows().items() if "baseband log" in title and "·" not in title),
            None))


def play(shark, display, folder, whole, log):
    pictures = [os.path.join(folder, f"extcap-{name}.png") for name in ("half", "whole")]
    with open(log, "wb", buffering=0) as file:
        file.write(whole[:len(whole) // 2])
        os.chmod(log, 0o644)
        wireshark = Followed(shark, display, log)
        try:
            wireshark.window()
            time.sleep(3)
            wireshark.settle(wireshark.main)
            display.snap(wireshark.main, pictures[0])
            file.write(whole[len(whole) // 2:])
            time.sleep(3)
            wireshark.settle(wireshark.main)
            display.snap(wireshark.main, pictures[1])
            changed = pixels_that_differ(*pictures)
        finally:
            wireshark.close()
    if changed < 2000:
        raise Failure(f"a log that grew changed {changed} pixels only")
    print(f"a log that grew changed {changed} pixels")


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    analyzer = os.path.join(arguments[0], "analyzer")
    with tempfile.TemporaryDirectory() as logs, tempfile.TemporaryDirectory() as extcaps:
        for path in (logs, extcaps):
            os.chmod(path, 0o755)
        shutil.copy(os.path.join(analyzer, "extcap", "dapsaudit-extcap"), extcaps)
        log = os.path.join(logs, "a.qmdl")
        subprocess.run([os.path.join(analyzer, "dapsaudit"), "synth", SAMPLE, "-f", "diag", "-o", log], check=True)
        with open(log, "rb") as file:
            whole = file.read()
        return on_display(arguments, lambda shark, display, folder: play(shark, display, folder, whole, log), ("dumpcap",),
                          {"WIRESHARK_EXTCAP_DIR": extcaps})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
