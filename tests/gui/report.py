#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tools > DAPS > Evidence of this capture in the real Wireshark: what is saved is what `dapsaudit report` writes.

    report.py BUILD [FOLDER]      FOLDER: keeps the pictures of the windows

The browser is a script that notes what it is given. Held are: the file under the proposed name, which only its owner may
read, octet for octet that of the program with the key log and the preferences of the window, and opened; a second one
beside it; a file of the user's, which stays as it is; a capture that cannot be judged whole; a program that is not there,
one that fails, and one that takes long and is stopped; no capture, one that runs, one in no file of the user's.
"""
import os
import shutil
import stat
import subprocess
import sys
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import screenshots  # noqa: E402
from live import Live, records_of, SAMPLE  # noqa: E402
from screenshots import Failure, LIST_AND_TREE, keylog, on_display, wait_for, Wireshark  # noqa: E402
from tools import choose, window_of  # noqa: E402

ENTRY = "Evidence of this capture..."
TITLE = "DAPS: evidence of this capture"
BROWSER = "#!/bin/sh\nfor word; do echo \"$word\"; done >> {}\n"
SLOW = "#!/bin/sh\necho $$ > {}\nexec sleep 600\n"
FAILING = "#!/bin/sh\necho 'a sentence of the program' >&2\nexit 2\n"


class Desk:
    """What stands around the window: the browser, other programs, the files that are written."""

    def __init__(self, shark, display, build, folder):
        self.shark, self.display, self.folder = shark, display, folder
        self.program = self.script("dapsaudit", None, os.path.join(build, "analyzer", "dapsaudit"))
        self.opened = os.path.join(shark.home, "opened")
        self.script("xdg-open", BROWSER.format(self.opened))
        shark.environment["PATH"] = self.path("bin") + ":" + shark.environment["PATH"]

    def path(self, *names):
        return os.path.join(self.shark.home, *names)

    def script(self, name, text, copy_of=None):
        os.makedirs(self.path("bin"), exist_ok=True)
        path = self.path("bin", name)
        if text is None:
            shutil.copyfile(copy_of, path)
        else:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        os.chmod(path, 0o755)
        return path

    def given(self):
        """The addresses that the browser was given since this was last asked."""
        if not os.path.exists(self.opened):
            return []
        with open(self.opened, encoding="utf-8") as file:
            lines = file.read().split()
        os.unlink(self.opened)
        return lines

    def picture(self, window, name):
        self.display.hands("windowsize", "--sync", window, 900, 400)
        self.display.settled(window)
        path = os.path.join(self.folder, f"report-{name}.png")
        self.display.snap(window, path)
        if screenshots.ink_in(path, 14) < 200:
            raise Failure(f"{name}: nothing in the window")

    def says(self, name):
        """Waits for the window with a sentence, and closes it."""
        window = window_of(self.display, TITLE)
        self.picture(window, name)
        self.display.hands("windowactivate", "--sync", window, "key", "Escape")
        wait_for("no window", lambda: TITLE not in self.display.windows())

    def ask(self, wireshark, name=None):
        """Chooses the entry and answers with that name, or with the one that is proposed."""
        choose(wireshark, ENTRY)
        window = window_of(self.display, TITLE)
        self.display.hands("windowactivate", "--sync", window)
        if name is not None:
            self.display.hands("mousemove", "--window", window, 400, 23, "click", 1)
            wireshark.keys("ctrl+a")
            self.display.hands("type", "--delay", 20, name)
        time.sleep(0.5)
        self.display.snap(window, os.path.join(self.folder, "report-dialog.png"))
        wireshark.keys("Return")
        wait_for("the dialog is gone", lambda: window not in self.display.windows().values())

    def holds(self, capture, saved, options):
        """The browser was given that file, which is what the program writes."""
        given = wait_for(f"{saved} in the browser", self.given)
        if [urllib.parse.unquote(line) for line in given] != ["file://" + saved]:
            raise Failure(f"the browser was given {given} instead of {saved}")
        mode = stat.S_IMODE(os.stat(saved).st_mode)
        if mode != 0o600:
            raise Failure(f"{saved} has mode {mode:o}")
        with open(saved, encoding="utf-8") as file:
            ours = file.read()
        os.unlink(saved)
        self.shark.run(self.program, "report", *options, "-o", saved, "--", capture)
        with open(saved, encoding="utf-8") as file:
            theirs = file.read()
        if ours != theirs or "</html>" not in ours:
            raise Failure(f"{saved}: {len(ours)} octets, those of the program {len(theirs)}")
        return ours


def whole_and_again(desk):
    """With a key log; then once more, beside the first; then onto a file of the user's."""
    options = keylog(desk.shark)
    keys = options[1].split(":", 1)[1]
    with Wireshark(desk.shark, desk.display, "air-daps-fallback", 8, options, LIST_AND_TREE) as wireshark:
        capture, saved = desk.path("air-daps-fallback.pcap"), desk.path("air-daps-fallback-evidence.html")
        desk.ask(wireshark)
        page = desk.holds(capture, saved, ("--keys", keys))
        if "proven" not in page:
            raise Failure("the key log was not given on: nothing is proven")
        desk.ask(wireshark)
        desk.holds(capture, desk.path("air-daps-fallback-evidence-2.html"), ("--keys", keys))
        kept = desk.path("kept.html")
        with open(kept, "w", encoding="utf-8") as file:
            file.write("the user's")
        desk.ask(wireshark, kept)
        desk.says("exists")
        with open(kept, encoding="utf-8") as file:
            if file.read() != "the user's" or desk.given():
                raise Failure("a file of the user's was written over, or opened")
        wireshark.keys("ctrl+w")
        wait_for("no capture", lambda: wireshark.title not in desk.display.windows())
        wireshark.main = window_of(desk.display, "Wireshark")
        choose(wireshark, ENTRY)
        desk.says("no-capture")


def partly(desk):
    """A preference that changes verdicts, a filter, a packet that is ignored in the window, and a capture that cannot be
    judged whole: opened, and said."""
    with Wireshark(desk.shark, desk.display, "starts-behind-command", 1, ("-o", "daps.ncc:stored", "-Y", "daps.ue"),
                   LIST_AND_TREE) as wireshark:
        wireshark.keys("ctrl+d")
        desk.ask(wireshark)
        desk.holds(desk.path("starts-behind-command.pcap"), desk.path("starts-behind-command-evidence.html"), ("--ncc=stored",))
        desk.says("partial")


def live(desk):
    """A capture that runs, and the same when it has stopped but is in no file of the user's."""
    head, records = records_of(SAMPLE)
    wireshark = Live(desk.shark, desk.display)
    try:
        wireshark.wire.write(head + b"".join(records))
        wireshark.window()
        time.sleep(2)
        for name in ("running", "unsaved"):
            wireshark.settle(wireshark.main)
            choose(wireshark, ENTRY)
            desk.says(name)
            if name == "running":
                wireshark.wire.close()
                time.sleep(2)
    finally:
        wireshark.close()


def programs(desk):
    """Not there; failing; taking long, and stopped by closing its window."""
    note = desk.path("slow-pid")
    cases = {"missing": (desk.path("nowhere"), None), "failing": (desk.script("failing", FAILING), "failing.html"),
             "slow": (desk.script("slow", SLOW.format(note)), "slow.html")}
    for name, (program, answer) in cases.items():
        with Wireshark(desk.shark, desk.display, "daps-fallback-daps", 8, ("-o", f"daps.program:{program}"),
                       LIST_AND_TREE) as wireshark:
            if answer is None:
                choose(wireshark, ENTRY)
            else:
                desk.ask(wireshark, desk.path(answer))
            desk.says(name)
            if name == "slow":
                with open(note, encoding="ascii") as file:
                    number = file.read().strip()
                wait_for("the program's end", lambda: not os.path.exists(f"/proc/{number}"))
                time.sleep(0.5)
                if TITLE in desk.display.windows():
                    raise Failure("a report that was stopped is still talked of")
            if desk.given() or (answer is not None and os.path.exists(desk.path(answer))):
                raise Failure(f"{name}: something was left or opened")


def main(arguments):
    if not arguments:
        sys.exit(__doc__)

    def play(shark, display, folder):
        desk = Desk(shark, display, arguments[0], folder)
        if os.getuid() == 0:
            subprocess.run(["chown", "-R", "nobody:nogroup", shark.home], check=True)
        whole_and_again(desk)
        partly(desk)
        live(desk)
        programs(desk)
        print("three reports saved and opened, those of the program; seven refusals told")

    return on_display(arguments, play, ("dumpcap",))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
