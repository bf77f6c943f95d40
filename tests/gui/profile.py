#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What cmake --install puts where, and that Wireshark takes it from there.

    profile.py BUILD

The plugin and the profile DAPS are installed below an empty folder. tshark then runs with that folder as Wireshark's own,
and with the profile: it says nothing on standard error; the columns are the profile's; each colour rule that a sample has
a frame for colours it; each button's filter is valid and lets something through; MAC in UDP is opened.
"""
import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
sys.path.insert(0, os.path.join(TOP, "tests", "plugin"))
from shark import Shark, plugins_of  # noqa: E402

AIR = "air-daps-fallback"
COLOURS = {("daps-fallback-daps", 6): "DAPS: medium", ("daps-fallback-daps", 8): "DAPS: handover without finding",
           ("vertical-same-pair-other-cell", 9): "DAPS: low", ("exposed", 6): "DAPS: info", (AIR, 7): "DAPS: high",
           ("air-no-keys", 6): "DAPS: signalling not read"}


def install(build, folder):
    """Installs below the folder; returns where the plugins are and where the data is."""
    subprocess.run(["cmake", "--install", build, "--component", "wireshark"], check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, "DESTDIR": folder})
    found = {}
    for where, _, names in os.walk(folder):
        found.update((name, os.path.join(where, name)) for name in names)
    up = os.path.dirname
    return up(up(up(found["daps.so"]))), up(up(up(found["colorfilters"])))


class Checks:
    def __init__(self, shark):
        self.shark, self.failures = shark, 0
        self.captures = {}

    def expect(self, what, seen, wanted):
        if seen != wanted:
            self.failures += 1
            print(f"{what}: {seen!r} instead of {wanted!r}", file=sys.stderr)

    def tshark(self, sample, *arguments):
        if sample not in self.captures:
            self.captures[sample] = self.shark.take(os.path.join(TOP, "samples", sample + ".pcap"))
        options = []
        if sample == AIR:
            options = ["-o", "daps.keylog:" + self.shark.private(os.path.join(TOP, "samples", sample + ".keys"))]
        result = self.shark.tshark(self.captures[sample], "-C", "DAPS", "-2", *options, *arguments, heuristics=False)
        self.expect(f"{sample}: standard error", result.stderr, "")
        return result.stdout

    def of_colours(self):
        for (sample, frame), rule in COLOURS.items():
            lines = self.tshark(sample, "--color", "-T", "fields", "-e", "frame.coloring_rule.name").splitlines()
            self.expect(f"{sample}, frame {frame}: colour", lines[frame - 1], rule)

    def of_buttons(self, profile):
        with open(os.path.join(profile, "dfilter_buttons"), encoding="utf-8") as file:
            buttons = re.findall(r'^"TRUE","([^"]+)","([^"]+)"', file.read(), re.MULTILINE)
        self.expect("buttons", len(buttons) >= 6, True)
        for label, text in buttons:
            shown = self.tshark(AIR, "-Y", text.replace(r"\x22", '"'))
            self.expect(f"button {label}: lets something through", shown != "", True)

    def of_macros(self):
        for text, frames in (("${daps_ue:1}", 12), ("${daps_ue:2}", 0), ("${daps_key:1;K2}", 6), ("${daps_handover:6}", 3),
                             ("${daps_from:medium}", 4), ("${daps_from:high}", 0)):
            shown = self.tshark("daps-fallback-daps", "-Y", text).splitlines()
            self.expect(f"macro {text}: frames", len(shown), frames)

    def of_columns(self):
        lines = self.tshark("daps-fallback-daps", "-T", "tabs").splitlines()
        cells = [cell.strip() for cell in lines[5].rstrip("\t").split("\t")]  # a tab stands for the hidden ones
        self.expect("number of columns", len(cells), 8)
        self.expect("cells of frame 6", [cells[0], *cells[3:7]], ["6", "1", "RRCReconfiguration", "daps-fallback", "repeated-key"])

    def of_heuristics(self):
        protocols = self.tshark(AIR, "-T", "fields", "-e", "frame.protocols").splitlines()
        self.expect("protocols of MAC in UDP", "mac-nr:rlc-nr:pdcp-nr" in protocols[6], True)


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__)
    plugins_of(arguments[0])
    with tempfile.TemporaryDirectory() as folder:
        plugins, data = install(arguments[0], folder)
        subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
        with Shark(plugins, {"WIRESHARK_DATA_DIR": data}) as shark:
            checks = Checks(shark)
            checks.of_columns()
            checks.of_colours()
            checks.of_buttons(os.path.join(data, "profiles", "DAPS"))
            checks.of_heuristics()
            checks.of_macros()
    print(f"profile: {checks.failures} failures")
    return 1 if checks.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
