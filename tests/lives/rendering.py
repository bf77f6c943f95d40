#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""One random life in one rendering: written to a capture, audited by dapsaudit, compared with brute force, told in words."""
import json
import os
import subprocess
import sys

import air
import beside
import capture
import compare
import disturb
import life
import log
import verdict
import verdict_air


def audit(program, path, keys=None):
    command = [program, "audit", "--format", "ndjson", "-j", "1", path] + (["--keys", keys] if keys else [])
    result = subprocess.run(command, capture_output=True, text=True, timeout=60,
                            env={**os.environ, "G_DEBUG": "fatal-criticals"})
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    if result.returncode not in (0, 1, 3) or not lines or lines[-1]["type"] != "summary":
        raise RuntimeError(f"status {result.returncode}: {result.stderr[-500:]}")
    return result.returncode, lines, result.stderr


class LogCase:
    """A life rendered as a log of RRC."""
    rendering = "log"

    def __init__(self, seed, steps=None, only=None, style=None, disturbed=False):
        self.seed, self.steps, self.only = seed, steps, only
        self.life = life.play(seed, steps=steps, only=only)
        self.style = style or log.choose(seed, self.life)
        self.disturbed, self.done = disturbed, ""
        if disturbed and style is None:
            self.style.copies, self.style.begins = "none", 0
        if self.style.metadata == "constant" and not self.moves():
            self.style.metadata = "none"

    def moves(self):
        """A log whose metadata stands still shows it only by a handover that it does not follow."""
        here = self.life.messages[0].cell
        return self.life.ues == 1 and self.style.begins == 0 and any(
            a.outcome == "completed" and a.procedure in ("handover", "daps-handover") and a.target.pci != here.pci
            and compare.later_downlink(None, a, self.life) for a in self.life.attempts)

    def plainer(self):
        return [("copies", "none"), ("begins", 0), ("segmented", 0.0)]

    def frames(self):
        made = log.frames(self.life, self.style, self.seed)
        if self.disturbed:
            made, self.done = disturb.frames(made, self.seed)
        return made

    def write(self, folder):
        path = os.path.join(folder, f"log-{self.seed}.pcap")
        self.made = self.frames()
        capture.write(path, log.link_type(self.style), self.made)
        return path

    def view(self):
        view = verdict.View(self.life, self.made, self.style.metadata == "cell")
        view.constant = self.style.metadata == "constant"
        return view

    def words(self):
        text = [f"seed {self.seed}: {self.style.words()}{self.done and ' disturbed: ' + self.done}"]
        for number, frame in enumerate(self.made, 1):
            m = frame.message
            if m is None:
                text.append(f"{number:4} {frame.time:8.3f} random access response")
                continue
            text.append(f"{number:4} {frame.time:8.3f} ue {m.ue} {m.cell.name} {m.channel:8} {'PDU ' if frame.layer == 'pdu' else ''}{'(again) ' if frame.again else ''}{f'(segment {frame.index + 1}/{frame.parts}) ' if frame.parts > 1 else ''}"
                        f"{m.words}{f' tx {m.transaction}' if m.transaction is not None else ''}"
                        f" {f'COUNT {m.count} ctx {m.context.number}' if m.count >= 0 else ''}"
                        f"{'' if m.sent else ' (not sent)'}")
        return text


class SharedCase(LogCase):
    """Lives of several UEs in one log of RRC that does not tell them apart: nothing is claimed across them, and it is said."""
    rendering = "shared"

    def __init__(self, seed, steps=None, only=None, style=None, disturbed=False):
        self.seed, self.steps, self.only = seed, steps, only
        self.life = life.play(seed, steps=steps, only=only, least=2)
        self.style = style or log.choose(seed, self.life)
        self.style.shared = True
        self.disturbed, self.done = disturbed, ""
        if style is None:
            self.style.copies, self.style.begins = "none", 0
        if self.style.metadata == "constant":
            self.style.metadata = "none"


class AirCase(LogCase):
    """A life rendered as a capture of MAC, RLC or PDCP, with a key log that knows all, some or nothing."""
    rendering = "air"

    def __init__(self, seed, steps=None, only=None, style=None, disturbed=False):
        self.seed, self.steps, self.only = seed, steps, only
        self.life = life.play(seed, air=True, steps=steps, only=only)
        self.style = style or air.choose(seed, self.life)
        self.disturbed, self.done = disturbed, ""

    def plainer(self):
        return [("twice", 0.0), ("retransmit", 0.0), ("segment", 0), ("responses", False), ("ueid", "ue"), ("keys", "full")]

    def write(self, folder):
        path = os.path.join(folder, f"{self.rendering}-{self.seed}.pcap")
        self.made, self.radio = air.frames(self.life, self.style, self.seed)
        if self.disturbed:
            self.made, self.done = disturb.frames(self.made, self.seed)
        capture.write(path, 1, self.made)
        write_keys(path, air.key_log(self.radio, self.style))
        return path

    def view(self):
        return verdict_air.AirView(self.life, self.made, air.known_roots(self.radio, self.style))


class BesideCase(LogCase):
    """A life rendered as a log of RRC with the PDCP PDUs beside it."""
    rendering = "beside"

    def __init__(self, seed, steps=None, only=None, style=None, disturbed=False):
        self.seed, self.steps, self.only = seed, steps, only
        self.life = life.play(seed, air=True, steps=steps, only=only)
        self.style = style or beside.choose(seed, self.life)
        self.disturbed, self.done = disturbed, ""

    def plainer(self):
        return [("copies", "none"), ("late", 0.0), ("keys", "none")]

    def write(self, folder):
        path = os.path.join(folder, f"{self.rendering}-{self.seed}.pcap")
        self.made, self.radio = beside.frames(self.life, self.style, self.seed)
        if self.disturbed:
            self.made, self.done = disturb.frames(self.made, self.seed)
        capture.write(path, 1, self.made)
        write_keys(path, air.key_log(self.radio, self.style))
        return path

    def view(self):
        return beside.BesideView(self.life, self.made, self.style.metadata == "cell",
                                 air.known_roots(self.radio, self.style))


def write_keys(path, lines):
    keys = path.replace(".pcap", ".keys")
    with open(keys, "w") as file:
        file.write("".join(line + "\n" for line in lines))
    os.chmod(keys, 0o600)


def judge(program, case, folder):
    path = case.write(folder)
    keys = path.replace(".pcap", ".keys")
    keys = keys if os.path.exists(keys) and os.path.getsize(keys) else None
    status, lines, errors = audit(program, path, keys)
    view = case.view()
    strict = not case.disturbed and (not isinstance(case, AirCase) or view.all_read())
    if case.rendering == "shared":
        return compare.shared(view, lines, status), lines, path
    differences = compare.compare(view, lines, status, strict)
    wanted = 1 if any(line["type"] == "finding" and line["severity"] != "info" for line in lines) else 0
    if case.disturbed or isinstance(case, AirCase) and not view.all_read():
        pass
    elif status == 3 and getattr(case.style, "begins", 0) == 0:   # the start of a log that begins in the middle is lost
        reasons = lines[-1].get("not_judged") or {}
        # a key that the key log does not lead to; a key made for a cell that nothing names
        allowed = {"no-key"} if case.rendering == "beside" else set()
        allowed |= {"cell-unknown"} if view.unnamed(perhaps=True) else set()
        if not set(reasons) <= allowed:
            differences.append((f"OTHER exit 3 {'+'.join(sorted(reasons))}", errors.strip() or "exit 3"))
    elif status != 3 and case.rendering == "log" and view.unnamed():
        differences.append(("OTHER no exit 3 cell-unknown", f"{status} not 3"))
    elif status not in (wanted, 3):
        differences.append(("OTHER exit status", f"{status} not {wanted}"))
    return differences, lines, path


def report(case, differences, lines, file=sys.stdout):
    print("\n".join(case.words()), file=file)
    for kind, sentence in differences:
        print(f"  - {kind}: {sentence}", file=file)
    for line in lines:
        if line["type"] == "handover":
            print("    ", {k: line[k] for k in ("ue", "frame", "procedure", "derivation", "ncc", "pci", "arfcn", "outcome", "key",
                                          "complete_frame", "settled_frame", "executed_frame")}, file=file)
        elif line["type"] == "finding":
            print("    ", line["rule"], "ue", line["ue"], line["frames"], line["evidence"], line.get("exposure"),
                  line["detail"], line["assumes"], file=file)
        elif line["type"] == "summary":
            print("    ", {k: line.get(k) for k in ("ues", "not_judged", "pdcp", "unreadable")}, file=file)


RENDERINGS = {"log": LogCase, "shared": SharedCase, "air": AirCase, "beside": BesideCase}
