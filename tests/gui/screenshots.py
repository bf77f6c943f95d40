#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin in the real Wireshark: every window of it opened on a display of its own, photographed and looked at.

    screenshots.py BUILD [FOLDER [SCENE...]]     FOLDER: where the pictures go; docs/images has those of the documentation

Xvfb is the display, xdotool the hands: menus and keys as a user would press them. Wireshark runs with a home of its own,
the plugin of BUILD and the profile of dissector/profile/DAPS. A window that does not appear, a colour of the profile or
of an expert item that is not in the picture, a Wireshark that died or complained: each ends the test.
"""
import collections
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
sys.path.insert(0, os.path.join(TOP, "tests", "plugin"))
from shark import Shark, plugins_of  # noqa: E402

PROFILE = os.path.join(TOP, "dissector", "profile", "DAPS")
NEEDED = ("wireshark", "Xvfb", "openbox", "xdotool", "import", "convert", "compare")
SIZE = (1280, 800)
PATIENCE = 40  # seconds until a window must be there
LARGEST = 250_000  # octets of a picture
DARK = "/usr/share/qt5ct/colors/darker.conf"
LARGE_FONT = "Liberation Mono"  # Wireshark takes no alias
FONT = "{},{},-1,5,50,0,0,0,0,0"  # as Qt writes it
EXPERT = {"warning": "#F7F253", "error": "#FF5C5C"}  # background of an expert item in Wireshark's tree
COMPLAINTS = re.compile(r"dissector bug|assertion|critical|segmentation|sanitizer|failing due|color filter|preferences",
                        re.IGNORECASE)


class Failure(Exception):
    pass


def wait_for(what, condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.2)
    raise Failure(f"{what}: not there after {PATIENCE} s")


class Display:
    """An X server without a screen, with a window manager, so that windows get the keyboard."""

    def __init__(self):
        self.server = subprocess.Popen(["Xvfb", "-displayfd", "1", "-screen", "0", "1640x1200x24", "-nolisten", "tcp"],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.name = ":" + self.server.stdout.readline().strip()
        self.environment = {**os.environ, "DISPLAY": self.name}
        self.manager = subprocess.Popen(["openbox"], env=self.environment, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)

    def close(self):
        for process in (self.manager, self.server):
            process.terminate()
            process.wait()

    def hands(self, *arguments):
        return subprocess.run(["xdotool", *map(str, arguments)], env=self.environment, capture_output=True, text=True).stdout

    def drag(self, window, start, end):
        self.hands("mousemove", "--window", window, *start)
        for movement in (("mousedown", 1), ("mousemove_relative", 3, 0), ("mousemove", "--window", window, *end),
                         ("mouseup", 1)):
            time.sleep(0.2)
            self.hands(*movement)

    def windows(self):
        """Titles of the visible windows, with their numbers."""
        numbers = self.hands("search", "--onlyvisible", "--name", ".").split()
        return {self.hands("getwindowname", number).strip(): number for number in numbers}

    def window(self, title):
        return wait_for(f"window '{title}'", lambda: self.windows().get(title))

    def snap(self, window, path):
        subprocess.run(["import", "-window", window, path], env=self.environment, check=True, capture_output=True)

    def settled(self, window):
        """Waits until the window no longer changes, but for a blinking cursor."""
        with tempfile.TemporaryDirectory() as folder:
            now, before = os.path.join(folder, "now.ppm"), os.path.join(folder, "before.ppm")
            self.snap(window, now)

            def stands_still():
                os.replace(now, before)
                time.sleep(0.5)
                self.snap(window, now)
                compared = subprocess.run(["compare", "-metric", "AE", before, now, "null:"], capture_output=True, text=True)
                return re.fullmatch(r"\d{1,2}", compared.stderr.strip()) is not None  # pixels that differ
            wait_for("a picture that stands still", stands_still)


class Wireshark:
    """One Wireshark with one capture. layout: lines of its file of recent settings."""

    def __init__(self, shark, display, sample, frame, options=(), layout=(), dark=False, font=None):
        self.display = display
        self.title = sample + ".pcap"
        capture = os.path.join(shark.home, self.title)
        shutil.copyfile(os.path.join(TOP, "samples", self.title), capture)
        self.prepare(shark, layout, font)
        command = shark.command("wireshark", "-C", "DAPS", "-o", "gui.update.enabled:FALSE", *options, "-r", capture, "-g",
                                str(frame))
        environment = {**shark.environment, "DISPLAY": display.name, "XDG_RUNTIME_DIR": os.path.join(shark.home, "run")}
        if dark:
            environment.update(self.darkness(shark))
        self.said = open(os.path.join(shark.folder, "said"), "w+", encoding="utf-8", errors="replace")
        self.process = subprocess.Popen(command, env=environment, cwd=shark.folder, stdout=self.said, stderr=self.said)
        try:
            self.main = display.window(self.title)
            self.settle(self.main)
        except Failure as failure:
            sentence = f"{failure}; there are {sorted(display.windows())}; Wireshark said: {self.words()}"
            self.close()
            raise Failure(sentence) from None

    @staticmethod
    def darkness(shark):
        """What makes Qt dark, as a desktop would."""
        folder = os.path.join(shark.home, "desktop")
        os.makedirs(os.path.join(folder, "qt5ct"), exist_ok=True)
        with open(os.path.join(folder, "qt5ct", "qt5ct.conf"), "w", encoding="utf-8") as file:
            file.write(f"[Appearance]\ncolor_scheme_path={DARK}\ncustom_palette=true\nstyle=Fusion\n"
                       f"[Fonts]\nfixed=\"{FONT.format('Monospace', 9)}\"\ngeneral=\"{FONT.format('DejaVu Sans', 9)}\"\n")
        subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
        return {"XDG_CONFIG_HOME": folder, "QT_QPA_PLATFORMTHEME": "qt5ct"}

    @staticmethod
    def prepare(shark, layout, font=None):
        config = os.path.join(shark.home, "config")
        shutil.rmtree(config, ignore_errors=True)
        profile = os.path.join(config, "profiles", "DAPS")
        shutil.copytree(PROFILE, profile)
        os.makedirs(os.path.join(shark.home, "run"), mode=0o700, exist_ok=True)
        with open(os.path.join(profile, "recent"), "a", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in layout))
        if font is not None:
            with open(os.path.join(profile, "preferences"), "a", encoding="utf-8") as file:
                file.write(f"\ngui.qt.font_name: {font}\n")
        with open(os.path.join(config, "recent_common"), "w", encoding="utf-8") as file:
            file.write(f"gui.geometry_main_x: 40\ngui.geometry_main_y: 60\ngui.geometry_main_width: {SIZE[0]}\n"
                       f"gui.geometry_main_height: {SIZE[1]}\ngui.geometry_main_maximized: FALSE\n"
                       "sys.warn_if_no_capture: FALSE\nprivs.warn_if_elevated: FALSE\n"
                       "gui.search_in: PACKET_DETAILS\ngui.search_type: STRING\n")
        if os.getuid() == 0:
            subprocess.run(["chown", "-R", "nobody:nogroup", shark.home], check=True)

    def words(self):
        self.said.flush()
        self.said.seek(0)
        return self.said.read().strip()

    def close(self):
        died = self.process.poll()
        self.process.terminate()
        self.process.wait()
        words = self.words()
        self.said.close()
        if died is not None:
            raise Failure(f"Wireshark ended by itself with status {died}: {words}")
        if COMPLAINTS.search(words):
            raise Failure(f"Wireshark complained: {words}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def settle(self, window):
        self.display.hands("windowactivate", "--sync", window)
        self.display.settled(window)

    def keys(self, *names):
        for name in names:
            self.display.hands("key", name)
            time.sleep(0.15)

    def find(self, words):
        """The next packet with a line of these words in its tree, opened at that line."""
        self.display.hands("windowactivate", "--sync", self.main)
        self.keys("ctrl+f")
        self.display.hands("type", "--delay", 30, words)
        self.keys("Return")
        self.settle(self.main)
        self.keys("ctrl+f")  # closes the search again

    def menu(self, letter, keys, title, size):
        """A window from the menu under Alt and that letter."""
        self.display.hands("windowactivate", "--sync", self.main)
        self.keys(f"alt+{letter}", *keys)
        window = self.display.window(f"Wireshark · {title} · {self.title}")
        self.display.hands("windowmove", window, 80, 80)
        self.display.hands("windowsize", "--sync", window, *size)
        self.settle(window)
        return window


# ---- what is photographed: each scene yields name, window and the colours that must be in the picture ----

LIST_AND_TREE = ("gui.byte_view_show: FALSE", "gui.packet_diagram_show: FALSE", "gui.geometry_main_upper_pane: 250")
LIST_TREE_AND_BYTES = ("gui.packet_diagram_show: FALSE", "gui.geometry_main_upper_pane: 250",
                       "gui.geometry_main_lower_pane: 820")


def finding(shark, display):
    with Wireshark(shark, display, "daps-fallback-daps", 8, layout=LIST_AND_TREE) as wireshark:
        wireshark.find("Rule: repeated-key")
        yield "wireshark-finding", wireshark.main, ("medium", "handover", "warning")


def handover(shark, display):
    with Wireshark(shark, display, "daps-fallback-daps", 5, layout=LIST_AND_TREE) as wireshark:
        wireshark.find("FC: 0x70")
        yield "wireshark-handover", wireshark.main, ("medium", "handover", "warning")


def keylog(shark):
    return "-o", "daps.keylog:" + shark.private(os.path.join(TOP, "samples", "air-daps-fallback.keys"))


def keystream(shark, display):
    with Wireshark(shark, display, "air-daps-fallback", 8, keylog(shark), LIST_AND_TREE) as wireshark:
        wireshark.find("XOR of the plaintexts")
        yield "wireshark-keystream", wireshark.main, ("high", "medium", "handover", "error")


def deciphered(shark, display):
    with Wireshark(shark, display, "air-daps-fallback", 8, keylog(shark), LIST_TREE_AND_BYTES) as wireshark:
        wireshark.find("daps-Config")
        yield "wireshark-deciphered", wireshark.main, ("high", "medium", "handover", "warning")


def expert(shark, display):
    with Wireshark(shark, display, "air-daps-fallback", 10, keylog(shark), LIST_AND_TREE) as wireshark:
        window = wireshark.menu("a", ("Up", "Return"), "Expert Information", (1280, 420))
        display.hands("mousemove", "--window", window, 300, 42, "click", 1)
        wireshark.keys("Right", "End", "Right")
        # A double click beside the head: the column becomes as wide as its text.
        display.hands("mousemove", "--window", window, 540, 22, "click", "--repeat", 2, "--delay", 60, 1)
        yield "wireshark-expert", window, ("warning", "error")


def dark(shark, display):
    if not os.path.exists(DARK):
        print("wireshark-dark: not taken, as qt5ct is not installed")
        return
    with Wireshark(shark, display, "air-daps-fallback", 7, keylog(shark), LIST_AND_TREE, dark=True) as wireshark:
        wireshark.find("Rule: keystream-reuse")
        yield "wireshark-dark", wireshark.main, ("high", "medium", "handover")


def large(shark, display):
    """Columns have the width of the font that Wireshark comes with: a larger one wants View > Resize All Columns."""
    with Wireshark(shark, display, "air-daps-fallback", 7, keylog(shark), LIST_AND_TREE,
                   font=FONT.format(LARGE_FONT, 14)) as wireshark:
        wireshark.keys("shift+ctrl+r")
        wireshark.find("Rule: keystream-reuse")
        yield "wireshark-large", wireshark.main, ("high", "medium", "handover")


def statistics(shark, display):
    """Places in the menu are those of Wireshark 4.0."""
    with Wireshark(shark, display, "ncc-wrap", 1, layout=LIST_AND_TREE) as wireshark:
        window = wireshark.menu("y", (*["Up"] * 6, "Return"), "DAPS: handovers", (1240, 420))
        yield "wireshark-handovers", window, ()
        window = wireshark.menu("y", (*["Up"] * 7, "Return"), "DAPS: findings", (1240, 300))
        yield "wireshark-findings", window, ()
        window = wireshark.menu("y", (*["Up"] * 5, "Return"), "DAPS: keys", (1240, 560))
        yield "wireshark-keys", window, ()
        window = wireshark.menu("s", ("Up", "Up", "Right", "Return"), "Findings by rule", (800, 360))
        yield "wireshark-rules", window, ()


def flow(shark, display):
    with Wireshark(shark, display, "air-daps-fallback", 1, keylog(shark), LIST_AND_TREE) as wireshark:
        window = wireshark.menu("s", (*["Up"] * 12, "Return"), "Flow", (1240, 620))
        display.hands("mousemove", "--window", window, 656, 565, "click", 1)  # the type of flow
        wireshark.keys("End", "Home", "D", "Return")
        wireshark.settle(window)
        wireshark.keys("minus")  # a little smaller, so that all lanes are to be seen
        yield "wireshark-flow", window, ("high", "medium", "handover")


SCENES = (finding, handover, keystream, deciphered, expert, dark, large, statistics, flow)


# ---- the picture ----

def colours_of_profile():
    """Background of every rule of the profile by the first word of its name, as ImageMagick writes it."""
    found = {}
    with open(os.path.join(PROFILE, "colorfilters"), encoding="utf-8") as file:
        for name, values in re.findall(r"^@DAPS: (\w+)[^@]*@[^@]*@\[([\d,]+)\]", file.read(), re.MULTILINE):
            found[name] = "#" + "".join(f"{int(value) // 257:02X}" for value in values.split(","))
    return found


def colours_in(path):
    text = subprocess.run(["convert", path, "-depth", "8", "-format", "%c", "histogram:info:-"], check=True,
                          capture_output=True, text=True).stdout
    counted = collections.Counter()
    for count, colour in re.findall(r"^\s*(\d+):.*?(#[0-9A-F]{6})", text, re.MULTILINE):
        counted[colour] += int(count)
    return counted


def ink_in(path, head=36):
    """Dark pixels between the head of a window and the buttons at its foot: what is written there."""
    command = ["convert", path, "-gravity", "North", "-crop", f"98%x60%+0+{head}", "-colorspace", "Gray", "-threshold", "35%",
               "-format", "%[fx:(1-mean)*w*h]", "info:-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return round(float(text))


def look_at(path, expected):
    counted = colours_in(path)
    known = {**colours_of_profile(), **EXPERT}
    if len(counted) < 20 or ink_in(path) < 1000:
        raise Failure(f"{path}: {len(counted)} colours, {ink_in(path)} dark pixels: nothing in the window")
    for name in expected:
        if counted[known[name]] < 500:
            raise Failure(f"{path}: nothing in the colour of {name} ({known[name]})")
    return len(counted)


def photograph(display, name, window, expected, folder):
    path = os.path.join(folder, name + ".png")
    raw = os.path.join(folder, name + ".tmp.png")
    display.hands("mousemove", 1630, 1190)
    display.settled(window)
    display.snap(window, raw)
    try:
        number = look_at(raw, expected)
        subprocess.run(["convert", raw, "-strip", "+dither", "-colors", "255", "png8:" + path], check=True)
    finally:
        os.unlink(raw)
    if os.path.getsize(path) > LARGEST:
        raise Failure(f"{path}: {os.path.getsize(path)} octets")
    print(f"{name}.png: {number} colours, {os.path.getsize(path)} octets")


def play(scene, shark, display, folder):
    with contextlib.closing(scene(shark, display)) as pictures:
        for name, window, expected in pictures:
            photograph(display, name, window, expected, folder)


def on_display(arguments, play, more=(), environment=None):
    """play(shark, display, folder for pictures) of BUILD [FOLDER ...] on a display of its own; the status. more: programs it needs."""
    missing = [program for program in (*NEEDED, *more) if shutil.which(program) is None]
    if missing:
        print("skipped: not installed:", *missing)
        return 77
    with tempfile.TemporaryDirectory() as nowhere, Shark(plugins_of(arguments[0]), environment) as shark:
        folder = arguments[1] if len(arguments) > 1 else nowhere
        os.makedirs(folder, exist_ok=True)
        display = Display()
        try:
            play(shark, display, folder)
        except Failure as failure:
            print(failure, file=sys.stderr)
            return 1
        finally:
            display.close()
    return 0


def main(arguments):
    if not arguments:
        sys.exit(__doc__)

    def scenes(shark, display, folder):
        for scene in SCENES:
            if not arguments[2:] or scene.__name__ in arguments[2:]:
                play(scene, shark, display, folder)

    return on_display(arguments, scenes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
