#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The rooms of engine/ as the build has them, and that no include goes round them.

    rooms.py           checks: every include of a room names a room it may see; every room that may be seen is used; a
                       back include does not compile
    rooms.py --graph   prints the picture of docs/tour.md: a line a room, what it sees
"""
import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
ENGINE = os.path.join(TOP, "engine")


def declared():
    """[(room, sees, knots)] in the order of engine/CMakeLists.txt."""
    text = open(os.path.join(ENGINE, "CMakeLists.txt"), encoding="utf-8").read()
    rooms = []
    for line in re.findall(r"^daps_room\(([^)]*)\)", text, re.M):
        words = line.split()
        parts, current = {"SEES": [], "KNOT": []}, None
        for word in words[1:]:
            if word in parts:
                current = word
            else:
                parts[current].append(word)
        rooms.append((words[0], parts["SEES"], parts["KNOT"]))
    return rooms


def includes(room):
    """{included room: a file that does so}; an include by a path that climbs is an error."""
    found = {}
    folder = os.path.join(ENGINE, room)
    for name in sorted(os.listdir(folder)):
        if not name.endswith((".c", ".h")):
            continue
        for target in re.findall(r'^#include "([^"]+)"', open(os.path.join(folder, name), encoding="utf-8").read(), re.M):
            if target.startswith((".", "/")):
                sys.exit(f"{room}/{name}: includes {target}: rooms are named, not climbed to")
            if "/" in target and not target.startswith("daps/"):
                found.setdefault(target.split("/")[0], name)
    found.pop(room, None)
    return found


def compiles(directories, header):
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "a.c")
        with open(source, "w", encoding="utf-8") as out:
            out.write(f'#include "{header}"\n')
        glib = subprocess.run(["pkg-config", "--cflags", "glib-2.0"], capture_output=True, text=True, check=True).stdout.split()
        flags = [f"-I{d}" for d in directories]
        return subprocess.run(["cc", "-std=c17", "-fsyntax-only", *glib, *flags, source], capture_output=True).returncode == 0


def graph(rooms):
    return "\n".join(f"    {room:10} {' '.join(sees)}{'  (still: ' + ' '.join(knots) + ')' if knots else ''}".rstrip()
                     for room, sees, knots in rooms)


def check_back_include(rooms, build):
    """A header of the last room that has any, seen from the first one, as the build would compile it, and from itself."""
    headers_of = lambda room: sorted(n for n in os.listdir(os.path.join(ENGINE, room)) if n.endswith(".h"))
    first, last = rooms[0][0], [r[0] for r in rooms if headers_of(r[0])][-1]
    headers = headers_of(last)
    public = os.path.join(ENGINE, "include")
    at = lambda room: os.path.join(build, "rooms", room)
    assert headers and os.path.isdir(at(first)), "nothing to try"
    header = f"{last}/{headers[0]}"
    assert compiles([public] + [at(r[0]) for r in rooms], header), f"{header} does not compile even where all is seen"
    assert not compiles([public, at(first)], header), f"{first} can include {header}"


def main():
    rooms = declared()
    if "--graph" in sys.argv:
        print(graph(rooms))
        return
    wrong = 0
    folders = sorted(n for n in os.listdir(ENGINE) if os.path.isdir(os.path.join(ENGINE, n)) and n != "include")
    for folder in folders:
        if folder not in [r[0] for r in rooms]:
            print(f"engine/{folder} is no declared room")
            wrong += 1
    for i, (room, sees, knots) in enumerate(rooms):
        above = {r[0] for r in rooms[:i]}
        for seen in sees:
            if seen not in above:
                print(f"{room} sees {seen}, which is not above it")
                wrong += 1
        for target, name in includes(room).items():
            if target not in sees + knots:
                print(f"{room}/{name} includes {target}, which {room} may not see")
                wrong += 1
        for knot in knots:
            if knot not in includes(room):
                print(f"{room}: the knot to {knot} is undone: take it off engine/CMakeLists.txt")
                wrong += 1
    tour = open(os.path.join(TOP, "docs", "tour.md"), encoding="utf-8").read()
    if graph(rooms) not in tour:
        print("docs/tour.md draws other rooms: put in what rooms.py --graph prints")
        wrong += 1
    if len(sys.argv) > 1:
        check_back_include(rooms, sys.argv[1])
    print(f"{len(rooms)} rooms, {sum(len(r[1]) for r in rooms)} arrows, {sum(len(r[2]) for r in rooms)} knots, {wrong} wrong")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
