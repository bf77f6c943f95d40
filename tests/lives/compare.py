#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what dapsaudit says of a capture with what is true (verdict.View). Gives (kind, sentence) of each difference.

Kinds begin with FALSE (something untrue is said), MISSED (what the capture shows is not said) or OTHER.
"""
from rat import CIPHERING, INTEGRITY
from verdict import HANDOVERS

CONFIRMS = ("dl-dcch",)


def outcomes(view, attempt):
    """Outcomes that may be said, the best first; one: it must be said."""
    if attempt.failed:
        if attempt.outcome == "superseded":
            after = view.life.attempts[view.life.attempts.index(attempt) + 1]
            if not view.named(after) or after.complete not in view.first or after.command not in view.first:
                return ("superseded", "reestablished", "unknown", "completed")   # what came after it is not shown
            return ("superseded", "unknown") if attempt.procedure != "conditional-handover" else ("superseded",)
        if attempt.settled in view.first:
            return (attempt.outcome,)
        return (attempt.outcome, "unknown")
    if attempt.outcome in ("released", "completed") and attempt.settled in view.first:
        return (attempt.outcome,)
    if attempt.outcome == "released":
        return ("released", "completed", "unknown")
    heard = later_downlink(view, attempt)
    if attempt.outcome == "reestablished":
        return ("completed", "reestablished") if heard else ("completed", "reestablished", "unknown")
    return ("completed",) if heard and attempt.procedure != "daps-handover" else ("completed", "unknown")


def later_downlink(view, attempt, life=None):
    """Is a downlink message of the target, after the attempt and before anything else, in the log?"""
    seen = False
    for message in (life or view.life).messages:
        if message is attempt.complete:
            seen = True
        elif seen and message.ue == attempt.ue and message.channel in ("ul-ccch", "dl-ccch"):
            return False
        elif seen and message.ue == attempt.ue and message.channel == "dl-dcch" and (
                life is not None or message in view.first):
            return True
    return False


def ambiguous(view, attempt):
    return attempt.procedure == "conditional-handover" and not view.named(attempt)


def handovers(view, lines, differences):
    """Handover lines against attempts, and which key names stand for which keys."""
    expected = [a for a in view.attempts if a.procedure in HANDOVERS]
    said = [line for line in lines if line["type"] == "handover"]
    matched = {}
    for attempt in expected:
        number = view.frame(attempt.command)
        here = [line for line in said if line["frame"] in view.places(attempt.command, attempt.also) and id(line) not in matched]
        of_cell = [line for line in here if line["pci"] == attempt.target.pci
                   and (line["arfcn"] in (attempt.target.arfcn, None) or view.constant)] or [line for line in here if line["pci"] is None]
        if not of_cell:
            if not ambiguous(view, attempt):
                differences.append((f"MISSED handover line {attempt.procedure}", f"frame {number} {attempt.procedure} to "
                                    f"{attempt.target.name}: no line"))
            continue
        line = of_cell[0]
        matched[id(line)] = attempt
        fields(view, attempt, line, differences)
    for line in said:
        if id(line) not in matched:
            armed = view.by_frame.get(line["frame"])
            excused = line["pci"] is None and armed is not None and "arms" in armed.facts and any(
                a.ue == armed.ue and ambiguous(view, a) for a in view.attempts)
            if not excused:
                differences.append((f"FALSE handover line {line['procedure']} {line['outcome']}",
                                    f"frame {line['frame']} {line['procedure']} pci {line['pci']} {line['outcome']}: "
                                    "no such attempt"))
    names(view, matched, said, differences)
    return matched


def fields(view, attempt, line, differences):
    number = line["frame"]
    whole = (attempt.ue, attempt.connection) in view.whole

    def check(name, allowed):
        if line[name] not in allowed:
            differences.append((f"{'FALSE' if line[name] not in (None, 'unknown') else 'MISSED'} {name} {attempt.procedure} "
                                f"{line[name]} not {allowed[0]}" if name in ("outcome", "derivation", "procedure")
                                else f"{'MISSED' if line[name] in (None, 'unknown') else 'FALSE'} {name}", f"frame {number} {attempt.procedure} {name}: want "
                                f"{'|'.join(map(str, allowed))} got {line[name]}"))

    if ambiguous(view, attempt):
        if line["pci"] is not None and line["pci"] != attempt.target.pci:
            check("pci", (attempt.target.pci, None))
        return
    check("outcome", outcomes(view, attempt))
    check("daps", (attempt.procedure == "daps-handover",))
    check("derivation", (attempt.derivation,) if whole else (attempt.derivation, "unknown"))
    check("ncc", (attempt.ncc,))
    check("pci", (attempt.target.pci,))
    constant = view.constant and (not attempt.named_frequency)
    check("arfcn", (attempt.target.arfcn,) if view.arfcn_shown(attempt) else
          (attempt.target.arfcn, None, *([view.life.messages[0].cell.arfcn] if constant else [])))
    check("c_rnti", (attempt.c_rnti,))
    check("rach", (attempt.rach,))
    check("t304", (attempt.t304,))
    if attempt.procedure == "intra-cell-refresh" and not view.cells_known or view.constant:
        # a log whose metadata stands still does not show it from its first frame on
        check("procedure", (attempt.procedure, "intra-cell-refresh", "handover"))
    else:
        check("procedure", (attempt.procedure,))
    if whole:
        check("ciphering", (f"{CIPHERING}{attempt.nea}",))
        check("integrity", (f"{INTEGRITY}{attempt.nia}",))
    check("complete_frame", tuple(sorted(view.places(attempt.complete))) or (None,))


def names(view, matched, said, differences):
    """Two lines of a UE have one key name exactly if the keys are equal."""
    pairs = [(line, matched[id(line)]) for line in said if id(line) in matched]
    for i, (line, attempt) in enumerate(pairs):
        for other, before in pairs[:i]:
            if before.ue != attempt.ue or line["ue"] != other["ue"] or attempt.key is None or before.key is None:
                continue
            same = line["key"] is not None and line["key"] == other["key"]
            if same and attempt.key != before.key and not ambiguous(view, attempt) and not ambiguous(view, before):
                differences.append(("FALSE key equal", f"frames {other['frame']} and {line['frame']}: both {line['key']}"))
            shown = view.keys.get(attempt)
            if not same and shown is not None and shown == view.keys.get(before) and view.distinct([before, attempt]):
                differences.append(("MISSED key equal", f"frames {other['frame']} and {line['frame']}: "
                                    f"{other['key']} and {line['key']} are one key"))


def demand(view, lines, rule, messages, differences, note=""):
    """A finding of that rule must list the first frames of these messages (or the PDUs beside them)."""
    alias = {a.command: a.also for a in view.attempts}
    wanted = [view.places(m, alias.get(m, ())) for m in messages]
    for line in lines:
        if line["type"] == "finding" and line["rule"] == rule and all(w & set(line["frames"]) for w in wanted):
            return
    numbers = sorted({view.frame(m) for m in messages})
    near = [line["frames"] for line in lines if line["type"] == "finding" and line["rule"] == rule]
    differences.append((f"MISSED {rule}{note}", f"{rule} of frames {numbers} missing{f', there is {near}' if near else ''}"))


def found(view, lines, differences):
    for group in view.repeated():
        note = " " + "+".join(sorted({a.procedure for a in group}))
        demand(view, lines, "repeated-key", [a.command for a in group], differences, note)
    for group in view.nh_reused():
        note = " " + "+".join(sorted({a.procedure for a in group}))
        demand(view, lines, "nh-reuse", [a.command for a in group], differences, note)
    for rule, which in (("keystream-reuse", "nea"), ("mac-nonce-reuse", "nia")):
        for _, messages in view.reuses(which):
            demand(view, lines, rule, messages, differences)
    for where, pairs in getattr(view, "shared", dict)().items():
        some = [set(line["frames"]) for line in lines if line["type"] == "finding"
                and line["rule"] in ("keystream-reuse", "count-reuse")]
        if not any(len(frames & set(pair)) > 1 for frames in some for pair in pairs):
            differences.append((f"MISSED keystream-reuse {where[3][0]} {'up' if where[4] else 'down'}",
                                f"keystream-reuse of frames {pairs[0]} missing"))
    for attempt in exposed(view):
        demand(view, lines, "exposed-fallback", [attempt.command, attempt.settled], differences)


def exposed(view):
    """DAPS fallbacks after which the source key is in use at the end of the log, and the key has not been repeated."""
    result = []
    for attempt in view.attempts:
        if attempt.outcome != "daps-fallback" or attempt.derivation not in ("horizontal", "vertical") or attempt.settled not in view.first:
            continue
        later = [m for m in view.life.messages if m.ue == attempt.ue and m.time > attempt.settled.time]
        if any(m.kind in ("release", "mobility", "reestablishment-request", "setup", "setup-request") for m in later):
            continue
        if any(a.ue == attempt.ue and a.stay == attempt.stay and a is not attempt and (a.key == attempt.key or not a.failed)
               and a.key is not None and a.procedure != "sk-counter" for a in view.life.attempts):
            continue
        result.append(attempt)
    return result


def truth_of(view, line):
    """Is a finding so? None: yes, else what is wrong with it."""
    numbers, rule = line["frames"], line["rule"]
    if rule == "repeated-key":
        return None if view.one_key(numbers) else "different keys"
    if rule == "nh-reuse":
        if not view.one_key(numbers, lambda a: a.parent if a.derivation == "vertical" else None):
            return "different pairs"
        who = [a for n in numbers for a in view.attempts_at(n) if a.derivation == "vertical"]
        if who[0].procedure == "resume" and all(a.after_reject for a in who[1:]):
            return "a resume after RRCReject takes the same NCC (TS 38.331 5.3.13.3)"
        return None if any(a.failed for a in who) else "no attempt failed"
    if rule in ("keystream-reuse", "mac-nonce-reuse"):
        if not view.one_tuple(numbers, "nea" if rule == "keystream-reuse" else "nia"):
            return "tuples differ: " + "; ".join(describe(view, n) for n in numbers)
        messages = [view.by_frame[n] for n in numbers]
        if rule == "keystream-reuse" and messages[0].context.nea == 0:
            return None if line["keystream"]["algorithm"] is None and "ciphering is on" in line["assumes"] else "NEA0"
        if rule == "mac-nonce-reuse" and messages[0].context.nia == 2:
            return "NIA2"
        if not all(m.sent for m in messages) and not line["assumes"]:
            return "one was never sent, and nothing is assumed"
        return None
    if rule == "exposed-fallback":
        who = [a for a in view.attempts_at(numbers[0]) if a.outcome == "daps-fallback"]
        return None if who else "no fallback"
    if rule == "null-security":
        return None if any(m.context is not None and m.context.nea == 0 for m in view.life.messages) else "no NEA0"
    if rule == "ncc-ambiguity":
        return None if any(a.outcome == "daps-fallback" for a in view.attempts_at(numbers[0])) else "no fallback"
    if rule == "count-reuse":
        return None if view.derived_twice_without_change(numbers) else "no COUNT twice: " + "; ".join(
            describe(view, n) for n in numbers)
    return "nothing of the kind happened"


def unseen_change(view, line):
    """A key change of which the capture has lost every trace: nobody can know of it."""
    times = [view.by_frame[n].time for n in line["frames"] if n in view.by_frame]
    ues = {view.by_frame[n].ue for n in line["frames"] if n in view.by_frame}
    chain = line["rule"] in ("nh-reuse", "ncc-ambiguity") or line["key"] and line["key"]["derivation"] == "vertical"
    for attempt in view.life.attempts:
        if attempt.ue in ues and attempt.key is not None and attempt.command.time < max(times) and (
                chain or attempt.command.time > min(times)):
            traces = [attempt.command, attempt.complete, attempt.settled]
            if not attempt.failed and not any(m in view.first for m in traces if m is not None):
                return True
    setups = [m for m in view.life.messages if m.ue in ues and m.kind in ("setup", "security-mode-command")
              and m.time < max(times) and (chain or m.time > min(times))]
    return any(m not in view.first for m in setups if m.kind == "security-mode-command")


def said_to_be_missed(view, line):
    """The finding says that it assumes no handover was missed, and a message of one, to whichever system, is missing."""
    if view.constant and "cells which the log names" in (line["assumes"] or ""):
        return True   # the log names one cell all the time, and nothing in it shows that the UE was elsewhere
    if "missed" not in (line["assumes"] or ""):
        return False
    ues = {view.by_frame[n].ue for n in line["frames"] if n in view.by_frame}
    seen = set(view.by_frame.values())
    changes = [m for a in view.life.attempts if a.ue in ues for m in (a.command, a.complete, a.settled)]
    changes += [m for m in view.life.messages if m.ue in ues and m.kind == "mobility"]
    return any(m is not None and m not in seen for m in changes)


def exposure(view, line):
    """What a repeated key says of messages sent under it: none and unlikely must be so, logged must be in the log."""
    who = {a for n in line["frames"] for a in view.attempts_at(n) if a.first is not None}
    said = line["exposure"]
    for a in who:
        for b in who:
            if a is b or a.key != b.key or a.ue != b.ue or not (a.first.sent and b.first.sent):
                continue
            if said == "none" and (a.nia == b.nia or a.nea == b.nea):
                return f"{said}, but {a.first.words} and {b.first.words} were both sent"
            if said == "unlikely" and a.failed and a.rach != "cfra" and {a.first, b.first} <= set(view.by_frame.values()):
                return f"{said}, but {a.first.words} of a {a.rach} attempt was sent"
    if said == "logged" and sum(a.first in view.first for a in who) < 2:
        return "logged, but the log holds no two such messages"
    return None


def describe(view, number):
    message = view.by_frame.get(number)
    if message is None:
        return f"{number} is no message"
    return f"{number} {message.kind} ctx {message.context.number if message.context else None} COUNT {message.count}"


def compare(view, lines, status, strict=True):
    """strict: the capture is whole, and everything it shows must be said. Else nothing untrue may be said, and what is
    missed must be owned up to."""
    differences = []
    if strict:
        handovers(view, lines, differences)
        found(view, lines, differences)
    for line in lines:
        if line["type"] == "finding":
            wrong = truth_of(view, line)
            if wrong is not None and not (not strict and (unseen_change(view, line) or said_to_be_missed(view, line))):
                procedures = "+".join(sorted(set(line.get("procedures") or [])))
                assumes = f" [assumes {line['assumes']}]" if line["assumes"] else ""
                differences.append((f"{'ASSUMED' if assumes else 'FALSE'} {line['rule']} {procedures} {line['evidence']}",
                                    f"{line['rule']} of frames {line['frames']} is not so: {wrong}{assumes}"))
    for line in lines:
        if strict and line["type"] == "finding" and line["rule"] == "repeated-key" and truth_of(view, line) is None:
            wrong = exposure(view, line)
            if wrong is not None:
                differences.append((f"FALSE exposure {line['exposure']}", f"repeated-key of frames {line['frames']}: {wrong}"))
    if not strict:
        missed = []
        found(view, lines, missed)
        how = "OWNED UP" if owns_up(lines, status) else "SILENT"
        differences += [(f"{how} {kind}", sentence) for kind, sentence in missed if "exposed-fallback" not in kind]
    return differences


def across(view):
    """The first frame in which a UE goes on where it was although another UE's connection has begun since. 0 none."""
    turn = None
    for number, message in sorted(view.by_frame.items()):
        if message.kind == "setup":
            turn = message.ue
        elif turn not in (None, message.ue) and message.srb > 0 and message.kind in (
                "command", "complete", "reconfiguration", "release", "failure", "reestablishment", "resume"):
            return number
    return 0


def shared(view, lines, status):
    """One log of several UEs that are not told apart: what is claimed must be true all the same, and that it is of several
    must be said."""
    differences = []
    for line in lines:
        wrong = truth_of(view, line) if line["type"] == "finding" else None
        if wrong is not None:
            who = {view.by_frame[n].ue for n in line["frames"] if n in view.by_frame}
            differences.append((f"{'ACROSS' if len(who) > 1 else 'FALSE'} {line['rule']} {line['evidence']}",
                                f"{line['rule']} of frames {line['frames']} is not so: {wrong} [assumes {line['assumes']}]"))
    missed = []
    found(view, lines, missed)
    if status != 3:
        differences += [(f"SILENT {kind}", sentence) for kind, sentence in missed if "exposed-fallback" not in kind]
        if across(view):
            differences.append(("SILENT shared", f"frame {across(view)} goes on with a connection of one of several UEs: exit {status}"))
    elif missed or across(view):
        differences.append(("OWNED UP shared", "not judged"))
    return differences


def owns_up(lines, status):
    """Does the program say that something could not be judged?"""
    return status == 3 or any(line.get("not_judged") or line.get("sealed") for line in lines
                              if line["type"] in ("capture", "summary"))
