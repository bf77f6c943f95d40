#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture that runs: when it stops, the rows say what they say when the same capture is read anew. And the text of the findings
follows it by itself, a table when its Apply is pressed.

    live.py BUILD [FOLDER]      FOLDER: keeps the pictures of the three lists

The frames of a sample come into the real Wireshark through dumpcap, from a pipe, as from a network. Rows are drawn while
the capture runs, and what later frames make of them is not in them: that is the first picture, without which the test would
show nothing. The second is of the list once the capture has stopped, the third of it after View > Reload: these are equal.
"""
import os
import shutil
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import screenshots  # noqa: E402
import tools  # noqa: E402
from screenshots import Failure, on_display, wait_for, Wireshark  # noqa: E402

SAMPLE = os.path.join(screenshots.TOP, "samples", "daps-fallback-daps.pcap")
HELD_BACK = 4  # frames: the second command, which repeats the key, and what follows
APPLY = (849, 345)  # the button, in the window of a table at 900x400
LIST = "1480x330+10+170"  # of the window: where the rows are


def records_of(path):
    """The file's header, and its records."""
    with open(path, "rb") as file:
        head, rest, at, records = file.read(24), file.read(), 0, []
    order = "<" if head[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    while at < len(rest):
        length = struct.unpack_from(order + "I", rest, at + 8)[0]
        records.append(rest[at:at + 16 + length])
        at += 16 + length
    return head, records


class Live(Wireshark):
    """Wireshark with a capture that comes through a pipe."""

    def __init__(self, shark, display):
        self.display = display
        self.pipe = os.path.join(shark.home, "wire")
        self.prepare(shark, screenshots.LIST_AND_TREE)
        os.mkfifo(self.pipe, 0o644)
        if os.getuid() == 0:
            shutil.chown(self.pipe, "nobody", "nogroup")
        command = shark.command("wireshark", "-C", "DAPS", "-o", "gui.update.enabled:FALSE", "-k", "-i", self.pipe)
        environment = {**shark.environment, "DISPLAY": display.name, "XDG_RUNTIME_DIR": os.path.join(shark.home, "run")}
        self.said = open(os.path.join(shark.folder, "said"), "w+", encoding="utf-8", errors="replace")
        self.process = subprocess.Popen(command, env=environment, cwd=shark.folder, stdout=self.said, stderr=self.said)
        self.wire = open(self.pipe, "wb", buffering=0)  # when dumpcap opens its side
        self.main = None

    def window(self):
        self.main = wait_for("the window of a capture", lambda: next(
            (number for title, number in self.display.windows().items() if "wire" in title and "·" not in title), None))
        return self.main


def pixels_that_differ(one, other):
    compared = subprocess.run(["compare", "-metric", "AE", one, other, "null:"], capture_output=True, text=True)
    return int(float(compared.stderr.strip().split()[0]))


def snap_list(wireshark, path):
    wireshark.display.hands("mousemove", 1630, 1190)
    wireshark.settle(wireshark.main)
    wireshark.display.snap(wireshark.main, path)
    subprocess.run(["mogrify", "-crop", LIST, "+repage", path], check=True)


def snap(wireshark, window, path):
    wireshark.settle(window)
    wireshark.display.snap(window, path)
    return path


class Follower:
    """The findings as text and as a table, opened while the capture runs."""

    def __init__(self, wireshark, folder):
        self.wireshark, self.folder = wireshark, folder
        self.text = self.open_text()
        wireshark.display.hands("windowactivate", "--sync", wireshark.main)
        wireshark.keys("alt+y", *["Up"] * 7, "Return")
        self.table = tools.window_of(wireshark.display, "DAPS: findings · ")
        wireshark.display.hands("windowsize", "--sync", self.table, 900, 400)
        self.before = self.pictures("before")

    def open_text(self):
        tools.choose(self.wireshark, "Findings as text")
        window = tools.window_of(self.wireshark.display, "DAPS: findings")
        self.wireshark.display.hands("windowsize", "--sync", window, 900, 600)
        return window

    def check_running(self):
        """The text is another one by itself; the table once it is asked, which is as much as Wireshark's tables can do."""
        display, after = self.wireshark.display, self.pictures("after")
        text, table = (pixels_that_differ(*pair) for pair in zip(self.before, after))
        display.hands("windowactivate", "--sync", self.table)
        display.hands("mousemove", "--window", self.table, *APPLY, "click", 1)
        time.sleep(1)
        asked = pixels_that_differ(after[1], self.pictures("asked")[1])
        if text < 3000:
            raise Failure(f"the findings as text differ by {text} pixels only from what they were before the second command")
        if asked < 500:
            raise Failure(f"the table of findings differs by {asked} pixels only once Apply was pressed")
        print(f"while the capture ran: findings as text changed by themselves ({text} pixels), the table by {table} and, "
              f"when Apply was pressed, by {asked}")

    def check_stopped(self):
        """The text that followed is that of a new window."""
        followed = self.pictures("stopped")[0]
        for window in (self.text, self.table):
            self.shut(window)
        anew = self.open_text()
        differ = pixels_that_differ(followed, snap(self.wireshark, anew, os.path.join(self.folder, "live-text-anew.png")))
        self.shut(anew)
        if differ > 50:
            raise Failure(f"the text that followed differs by {differ} pixels from a new one")

    def shut(self, window):
        self.wireshark.display.hands("windowactivate", "--sync", window)
        self.wireshark.keys("Escape")
        time.sleep(0.5)

    def pictures(self, when):
        return [snap(self.wireshark, window, os.path.join(self.folder, f"live-{name}-{when}.png"))
                for name, window in (("text", self.text), ("table", self.table))]


def play(shark, display, folder):
    head, records = records_of(SAMPLE)
    pictures = [os.path.join(folder, f"live-{name}.png") for name in ("running", "stopped", "reloaded")]
    wireshark = Live(shark, display)
    try:
        wireshark.wire.write(head + b"".join(records[:-HELD_BACK]))
        wireshark.window()
        time.sleep(2)
        wireshark.settle(wireshark.main)
        follower = Follower(wireshark, folder)
        wireshark.wire.write(b"".join(records[-HELD_BACK:]))
        time.sleep(3)
        follower.check_running()
        snap_list(wireshark, pictures[0])
        wireshark.wire.close()
        time.sleep(3)
        follower.check_stopped()
        wireshark.keys("ctrl+Home")
        snap_list(wireshark, pictures[1])
        wireshark.keys("ctrl+r")
        time.sleep(3)
        wireshark.keys("ctrl+Home")
        snap_list(wireshark, pictures[2])
        changed, wrong = pixels_that_differ(*pictures[:2]), pixels_that_differ(*pictures[1:])
    finally:
        wireshark.close()
    if changed < 500:
        raise Failure(f"rows that were drawn while the capture ran differ by {changed} pixels only from those afterwards")
    if wrong > 50:
        raise Failure(f"{wrong} pixels of the list differ from those after a reload")
    print(f"rows drawn while the capture ran: {changed} pixels others than when it had stopped; a reload changes {wrong}")


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    return on_display(arguments, play, ("dumpcap", "mogrify"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
