#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Brute force: what must be found in a capture of a life, and what must not (docs/rules.md, and the standards' clauses).

Every pair of attempts of a UE is compared by the terms of their keys; nothing is remembered, nothing is clever. A finding
must be *true* in the life; what the capture shows must be *found*. The two differ: a log that does not name the cell of a
re-establishment shows less than what happened.
"""
import collections

HANDOVERS = ("handover", "daps-handover", "conditional-handover", "intra-cell-refresh")


class View:
    """What a log of RRC shows of a life: frames of messages, and keys as far as the log tells them apart.

    cells_known: metadata beside each message names its cell.
    """

    pdus = {}
    constant = False       # metadata that is the same in every frame

    def __init__(self, life, frames, cells_known=False):
        self.life, self.frames, self.cells_known = life, frames, cells_known
        self.first, self.by_frame, seen = {}, {}, {}
        for number, frame in enumerate(frames, 1):
            if frame.message is None:
                continue
            segments = seen.setdefault(frame.message, set())
            segments.add(frame.index)
            if len(segments) == frame.parts:
                self.by_frame[number] = frame.message
                if frame.layer == "rrc" and self.readable(frame.message):
                    self.first.setdefault(frame.message, number)
        # connections whose security mode command the capture holds: algorithms and NCC are known from it
        self.whole = {(m.ue, m.facts["root"][2]) for m in self.first if m.kind == "security-mode-command"}
        self.keys, self.active, self.frequency, self.arfcns, self.inputs = {}, {}, {}, {}, {}
        for attempt in life.attempts:
            self.show(attempt)
        self.attempts = [a for a in life.attempts if a.command in self.first]

    def readable(self, message):
        return True

    def frame(self, message):
        return self.first.get(message)

    def places(self, message, also=()):
        """Frames that may be named for a message: its first, and that of the PDU beside it."""
        return {where.get(m) for where in (self.first, self.pdus) for m in (message, *also)} - {None}

    def named(self, attempt):
        """Which of several armed candidates was executed: the cell beside the Complete, or its transaction."""
        if attempt.procedure != "conditional-handover":
            return True
        if attempt.complete not in self.first:
            return False
        if self.cells_known:
            return True
        transaction = attempt.complete.transaction
        return sum(after["transaction"] == transaction for _, _, after, _ in attempt.armed) == 1

    def cell_shown(self, attempt):
        """RRC does not name the cell of a re-establishment or resume."""
        if attempt.procedure in ("reestablishment", "resume"):
            return self.cells_known
        return self.named(attempt)

    def arfcn_shown(self, attempt):
        return self.arfcns[attempt]

    def show(self, attempt):
        """The key of an attempt as the capture shows it; a cell that is not shown makes a key like no other."""
        here = (attempt.ue, attempt.stay)
        shown = self.cell_shown(attempt)
        # what a command said that is not in the log, or that came later, names no frequency
        self.arfcns[attempt] = attempt.command in self.first and attempt.named_frequency or self.frequency.get(
            here, self.cells_known)
        frequency = self.arfcn_shown(attempt) if attempt.procedure not in ("reestablishment", "resume") else shown
        if attempt.key is not None:
            self.keys[attempt] = self.shown_key(attempt, here, shown, frequency)
        if not attempt.failed and attempt.procedure != "sk-counter":
            stay = attempt.stay + (attempt.key is not None)
            self.frequency[attempt.ue, stay] = frequency and shown
            if attempt.key is not None:
                self.active[attempt.ue, stay] = self.keys[attempt]

    def shown_key(self, attempt, here, shown, frequency):
        parent = attempt.parent
        if attempt.derivation in ("horizontal", "sk-counter"):
            parent = self.active.get(here, ("key", *here))
        if attempt.command not in self.first or (attempt.ue, attempt.connection) not in self.whole:
            # begun in the middle: only attempts from one stay with one NCC compare
            parent = ("stay", *here, attempt.ncc, attempt.derivation)
        if attempt.procedure == "sk-counter":
            return ("KSN", parent, attempt.key[2])
        self.inputs[attempt] = (parent, attempt.target.pci if shown else None,
                                attempt.target.arfcn if shown and frequency else None)
        if not shown:
            return ("unknown", id(attempt))
        if frequency:
            return ("STAR", parent, attempt.target.pci, attempt.target.arfcn)
        return ("STAR", parent, attempt.target.pci, ("that of the source", *here))

    # --- what must be found -------------------------------------------------------------------------------------

    def repeated(self):
        """[attempts of one key, as the log shows it]"""
        groups = collections.defaultdict(list)
        for attempt in self.attempts:
            if attempt in self.keys and self.named(attempt):
                groups[attempt.ue, self.keys[attempt]].append(attempt)
        return [group for group in groups.values() if len(group) > 1 and self.distinct(group)]

    def unnamed(self, perhaps=False):
        """Pairs of one parent that may be of one cell, of which the log does not name one: neither a repeat nor none.
        perhaps: candidates count of which the log does not show that they were executed."""
        def may_be(a, b):
            (parent, *cell), (other, *its) = self.inputs[a], self.inputs[b]
            return (a.ue, parent) == (b.ue, other) and self.keys[a] != self.keys[b] and None in (*cell, *its) and all(
                x == y or None in (x, y) for x, y in zip(cell, its))
        tell = [a for a in self.attempts if a in self.inputs and (perhaps or self.named(a)) and (a.complied or a.procedure == "resume")]
        return [(a, b) for i, b in enumerate(tell) for a in tell[:i] if may_be(a, b)]

    def distinct(self, group):
        """keySetChangeIndicator twice: one key only if no NAS security mode command ran between; NAS is not read."""
        if group[0].derivation != "new-key-set":
            return True
        return len({a.nas for a in group}) == 1

    def nh_reused(self):
        """[attempts that took one {NH, NCC} pair, one of them after another had failed]"""
        groups = collections.defaultdict(list)
        for attempt in self.attempts:
            if attempt.derivation == "vertical" and not attempt.after_reject and self.named(attempt) and (
                    attempt.ue, attempt.connection) in self.whole and not attempt.facts_recovered:
                groups[attempt.ue, attempt.parent].append(attempt)
        return [g for g in groups.values() if any(a.failed for a in g[:-1])]

    def first_messages(self, group):
        """First uplink messages under one key that may have been on the air, and are in the log (COUNT 0)."""
        return [a for a in group if a.first in self.first and a.first.count == 0 and a.complied
                and not (a.rach == "cfra" and (a.failed or not self.goes_on(a)))]

    def goes_on(self, attempt):
        """Is anything of the UE in the log behind its first message? With cfra nothing else shows that it was sent."""
        return any(m.ue == attempt.ue and m.time > attempt.first.time for m in self.first)

    def algorithms_shown(self, attempt):
        """By the security mode command, or by a command that took effect."""
        if (attempt.ue, attempt.connection) in self.whole:
            return True
        return any("algorithms" in a.command.words and a.command in self.first and (a is attempt or not a.failed)
                   for a in self.life.attempts[:self.life.attempts.index(attempt) + 1]
                   if (a.ue, a.connection) == (attempt.ue, attempt.connection))

    def reuses(self, which):
        """[(key attribute, messages)] of keystream (nea) or integrity input (nia) used twice, uplink SRB1 COUNT 0."""
        result = []
        for group in self.repeated():
            by_algorithm = collections.defaultdict(list)
            for attempt in self.first_messages(group):
                by_algorithm[getattr(attempt, which), self.algorithms_shown(attempt)].append(attempt)
            for (algorithm, _), some in by_algorithm.items():
                if which == "nia" and (some[0].ue, some[0].connection) not in self.whole:
                    continue   # the algorithm is not in the log
                if which == "nia" and len({a.first.octets for a in some}) == 1:
                    continue   # one message made twice has one MAC-I
                if len(some) > 1 and (algorithm != 0 if which == "nea" else algorithm in (1, 3)):
                    result.append((algorithm, [a.first for a in some]))
        return result

    # --- what is true -------------------------------------------------------------------------------------------

    def attempts_at(self, number):
        message = self.by_frame.get(number)
        return [a for a in self.life.attempts if a.command is message or message in a.also
                or a.procedure == "resume" and a.settled is message]

    def one_key(self, numbers, what=lambda a: a.key):
        """Do these frames hold commands of different attempts of one UE that share a key (or a parent)?"""
        sets = [{(a.ue, what(a)) for a in self.attempts_at(n) if what(a) is not None} for n in numbers]
        if not sets or any(not s for s in sets):
            return False
        common = set.intersection(*sets)
        for ue_key in common:
            who = {a for n in numbers for a in self.attempts_at(n) if (a.ue, what(a)) == ue_key}
            if len(who) >= 2:
                return True
        return False

    def one_tuple(self, numbers, which):
        """Do these frames hold different PDUs of one UE with equal key, algorithm, COUNT, BEARER, DIRECTION?"""
        tuples, messages = set(), set()
        for number in numbers:
            message = self.by_frame.get(number)
            if message is None or message.context is None or message.context.key is None or message.srb == 0:
                return False
            messages.add(message)
            plane = "data" if message.srb < 0 else "signalling"
            bearer = message.facts["drb"]["id"] if message.srb < 0 else message.srb
            tuples.add((message.ue, message.context.key, getattr(message.context, which), plane, bearer,
                        message.uplink, message.count))
        return len(tuples) == 1 and len(messages) > 1

    def derived_twice_without_change(self, numbers):
        """count-reuse: different PDUs of one bearer and one key with the same COUNT, no handover between."""
        return self.one_tuple(numbers, "nea") and len({self.by_frame[n].context.number for n in numbers}) == 1
