#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Wireshark's own read filter changes nothing but which frames there are.

    read_filter.py BUILD

Wireshark's window dissects each frame for the read filter first, in a tree that it prepares for the filter alone; to the
plugin that is the frame's first visit. tshark -2 -R is another thing: it prepares the tree for plugins, too. So this opens
captures in the real Wireshark, without and with filters that let every frame in, and a script in Lua notes what the plugin
says of each frame.
"""
import os
import shutil
import subprocess
import sys

from screenshots import NEEDED, TOP, Display, Failure, Wireshark, wait_for  # and with it the folder of the next one
from shark import Shark, plugins_of

SAMPLES = ("daps-fallback-conditional-armed", "air-daps-fallback")
FILTERS = ("frame.number > 0", "nr-rrc.rrcReconfiguration_element || frame")
LUA = """
local fields = {{ Field.new("daps.event"), Field.new("daps.deciphered.key"), Field.new("daps.not_followed") }}
local said, last = {{}}, 0
local tap = Listener.new("frame")
function tap.packet(pinfo)
    local words = {{}}
    for _, field in ipairs(fields) do
        for _, info in ipairs({{ field() }}) do table.insert(words, info.name .. "=" .. tostring(info.value)) end
    end
    said[pinfo.number], last = table.concat(words, " "), math.max(last, pinfo.number)
end
function tap.reset() said, last = {{}}, 0 end
function tap.draw()
    local file = io.open("{path}.part", "w")
    for number = 1, last do file:write(number, " ", said[number] or "", "\\n") end
    file:close()
    os.rename("{path}.part", "{path}")
end
"""


def said_of(shark, display, sample, options):
    """What the plugin says of every frame when Wireshark reads the capture: of the frame itself, which no later one changes.
    Reading it again would forget the read filter."""
    path = os.path.join(shark.home, "said-of-frames")
    if os.path.exists(path):
        os.remove(path)
    scripts = os.path.join(shark.home, ".local", "lib", "wireshark", "plugins")
    os.makedirs(scripts, exist_ok=True)
    with open(os.path.join(scripts, "said.lua"), "w", encoding="utf-8") as file:
        file.write(LUA.format(path=path))
    if os.getuid() == 0:
        subprocess.run(["chown", "-R", "nobody:nogroup", shark.home], check=True)
    keys = os.path.join(TOP, "samples", sample + ".keys")
    window = Wireshark(shark, display, sample, 1, ("-o", f"daps.keylog:{shark.private(keys)}", *options))
    try:
        wait_for("what the script notes", lambda: os.path.exists(path))
        with open(path, encoding="utf-8") as file:
            return file.read().splitlines()
    finally:
        window.close()


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__)
    plugins = plugins_of(arguments[0])
    missing = [program for program in NEEDED if shutil.which(program) is None]
    if missing:
        print(f"skipped: needs {', '.join(missing)}")
        return 77
    failures = frames = 0
    with Shark(plugins) as shark:
        display = Display()
        try:
            for sample in SAMPLES:
                plain = said_of(shark, display, sample, ())
                frames += sum("=" in line for line in plain)
                for test in FILTERS:
                    filtered = said_of(shark, display, sample, ("-R", test))
                    for a, b in zip(plain, filtered):
                        if a != b:
                            print(f"{sample}, read filter '{test}': {b!r}, without {a!r}")
                    failures += plain != filtered
        except Failure as failure:
            print(failure)
            failures += 1
        finally:
            display.close()
    if frames == 0:
        print("nothing was said of any frame")
    print(f"read filters: {len(SAMPLES)} captures, {frames} frames that the plugin speaks of, {failures} failures")
    return 1 if failures or not frames else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
