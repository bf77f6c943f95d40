#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a capture below RRC shows of a life, given a key log: which messages can be read, and which PDUs share a tuple."""
import collections

from verdict import View


class AirView(View):
    """known: values of roots ("kamf": with it every NH; "kgnb": that key alone) by root term."""

    def __init__(self, life, frames, known):
        self.known = known
        self.contexts = {None: False}
        self.cells = set()        # cells that a readable command has named with their frequency: candidates for MAC-I
        self.resolve(life, frames)
        super().__init__(life, frames, False)

    # --- which keys can be computed -----------------------------------------------------------------------------

    def resolve(self, life, frames):
        segments = collections.defaultdict(set)
        for frame in frames:
            segments[frame.message].add(frame.index)
        captured = {f.message for f in frames if f.message is not None and len(segments[f.message]) == f.parts}
        self.captured = captured
        self.located, self.freq, self.freq_then = {}, {}, {}
        by_command = collections.defaultdict(list)
        for attempt in life.attempts:
            by_command[attempt.command].append(attempt)
        self.verifiable = set()
        for ue in range(1, life.ues + 1):
            values, stays, named = {}, {}, set()
            for message in (m for m in life.messages if m.ue == ue):
                root = message.facts.get("root")
                if root is not None:
                    values[root] = root in self.known and message in captured
            for attempt in (a for a in life.attempts if a.ue == ue):
                self.locate(attempt, values, named, captured)
            self.verifiable |= {key for key, is_known in values.items() if is_known}

    def locate(self, attempt, values, named, captured):
        """Can the key of an attempt be computed? Its parent must be, and its cell be known or found by MAC-I."""
        here = (attempt.ue, attempt.stay)
        frequency = self.freq_then[attempt] = attempt.named_frequency or self.freq.get(here, False)
        if attempt.procedure in ("reestablishment", "resume"):
            located = frequency = (attempt.target.pci, attempt.target.arfcn) in named
        else:
            located = frequency
        self.located[attempt] = located
        if attempt.command in captured and self.can_read(attempt.command, values) and attempt.named_frequency and (
                attempt.procedure not in ("reestablishment", "resume", "sk-counter")):
            named.add((attempt.target.pci, attempt.target.arfcn))
        if attempt.key is not None:
            parent = attempt.parent
            if parent[0] == "NH":
                is_known = self.known.get(parent[1]) == "kamf"
            else:
                is_known = values.get(parent, False)
            read = attempt.command in captured and self.can_read(attempt.command, values)
            if attempt.procedure == "resume":
                read = self.can_read(attempt.command.facts["suspended_in"], values)
            values[attempt.key] = values.get(attempt.key, False) or (is_known and located and read)
        if attempt.procedure in ("reestablishment", "resume"):
            frequency = located and values.get(attempt.key, False)   # only a MAC-I tells in which named cell it was
        if not attempt.failed and attempt.procedure != "sk-counter":
            self.freq[attempt.ue, attempt.stay + (attempt.key is not None)] = frequency
        self.values = values

    def can_read(self, message, values):
        context = message.context
        return (message.protection != "full" or context.nea == 0 or values.get(context.key, False))

    def readable(self, message):
        context = message.context
        return message.srb >= 0 and (message.protection != "full" or context.nea == 0 or context.key in self.verifiable)

    def all_read(self):
        """Every signalling PDU of the capture can be read and verified."""
        return all(self.readable(m) and (m.protection == "none" or m.context.key in self.verifiable)
                   for m in self.by_frame.values() if m.srb > 0)

    def named(self, attempt):
        if attempt.procedure == "conditional-handover" and attempt.key in self.verifiable and attempt.complete in self.first:
            return True
        return super().named(attempt)

    def cell_shown(self, attempt):
        if attempt.procedure in ("reestablishment", "resume"):
            # only a message under the new key can tell in which of the named cells it was derived
            return self.located[attempt] and attempt.key in self.verifiable and not attempt.failed
        return self.named(attempt)

    def arfcn_shown(self, attempt):
        return self.freq_then[attempt]   # a later command of the same stay says nothing of an earlier one

    # --- what must be found -------------------------------------------------------------------------------------

    def shared(self):
        """[{frames of PDUs of one tuple}] by key, bearer and direction: keystream used twice, both PDUs in the capture."""
        tuples = collections.defaultdict(dict)
        for number, message in sorted(self.by_frame.items()):
            context = message.context
            if message.srb == 0 or message.protection != "full" or context.nea == 0 or context.key not in self.verifiable:
                continue
            plane = ("data", message.facts["drb"]["id"]) if message.srb < 0 else ("srb", message.srb)
            where = (message.ue, context.key, context.nea, plane, message.uplink, message.count)
            tuples[where].setdefault(message, number)
        result = collections.defaultdict(list)
        for where, messages in tuples.items():
            if len(messages) > 1:
                result[where[:5]].append(sorted(messages.values()))
        return result

    def reuses(self, which):
        return []
