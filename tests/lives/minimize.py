#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes a life that is judged wrongly small: fewer steps, one UE, a plainer log, and less of what goes by.

Only what changes nothing of the truth is left out, so that the life is still judged by the same brute force.
"""
import copy
import os
import re
import tempfile

SMALL_TALK = ("measurement-report", "nas", "counter-check", "counter-check-response", "rlc-failure", "scg", "data")


def still(program, case, kind, judge):
    with tempfile.TemporaryDirectory() as folder:
        try:
            differences, _, _ = judge(program, case, folder)
        except RuntimeError:
            return kind.startswith("OTHER crash")
    return any(k == kind for k, _ in differences)


def again(case, **changes):
    """The same case with other steps, UEs or style; None if it has no such."""
    arguments = {"steps": case.steps, "only": case.only, "style": copy.copy(case.style), "disturbed": case.disturbed} | changes
    new = type(case)(case.seed, **arguments)
    return new


def shrink(program, case, kind, judge):
    """The smallest case found with a difference of that kind."""
    if case.disturbed:
        return case   # another length would be disturbed otherwise
    for ue in range(1, case.life.ues + 1):
        if case.life.ues > 1:
            small = again(case, only=ue)
            if small.life.messages and still(program, small, kind, judge):
                case = small
                break
    for steps in range(1, case.life.steps):
        small = again(case, steps=steps)
        if still(program, small, kind, judge):
            case = small
            break
    for name, value in case.plainer():
        style = copy.copy(case.style)
        setattr(style, name, value)
        small = again(case, style=style)
        if still(program, small, kind, judge):
            case = small
    return without_small_talk(program, case, kind, judge)


def without_small_talk(program, case, kind, judge):
    units = []
    messages = case.life.messages
    for number, message in enumerate(messages):
        if message.kind in SMALL_TALK:
            units.append([message])
        elif message.kind == "reconfiguration" and number + 1 < len(messages) and messages[number + 1].kind == "complete":
            units.append([message, messages[number + 1]])
    for unit in reversed(units):
        for message in unit:
            message.logged = False
        if not still(program, case, kind, judge):
            for message in unit:
                message.logged = True
    return case


def keep(program, case, kind, folder, judge, report):
    """Writes the smallest life of a kind: its capture and, in words, what happens and what differs."""
    case = shrink(program, case, kind, judge)
    name = re.sub(r"[^a-z0-9]+", "-", kind.lower()).strip("-")
    with tempfile.TemporaryDirectory() as place:
        differences, lines, path = judge(program, case, place)
        os.replace(path, os.path.join(folder, name + ".pcap")) if os.stat(place).st_dev == os.stat(
            folder).st_dev else open(os.path.join(folder, name + ".pcap"), "wb").write(open(path, "rb").read())
        keys = path.replace(".pcap", ".keys")
        if os.path.exists(keys):
            with open(os.path.join(folder, name + ".keys"), "w") as file:
                file.write(open(keys).read())
    with open(os.path.join(folder, name + ".txt"), "w") as file:
        report(case, differences, lines, file)
