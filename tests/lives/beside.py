#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A life as a phone tool logs both: RRC in clear, and beside it the PDCP PDUs as they went over the air (GSMTAP version 3).

Layout of a PDCP record: u8 3, u8 0, u16 2 words, u16 type 0x0502 (LTE: 0x0402), u16 0, then the framing of pdcp-nr (pdcp-lte) without its name.
The two come from two places in the phone, so one may be late by some 10 ms.
"""
import dataclasses
import random
import struct

import air
import log
from capture import Frame, udp
from rat import FRAMING, LTE
from verdict import View
from verdict_air import AirView


@dataclasses.dataclass
class Style(log.Style):
    late: float = 0.0             # seconds by which the records of RRC come later than the PDUs; negative: earlier
    keys: str = "none"

    def words(self):
        return f"RRC {self.late * 1000:+.0f} ms beside PDCP, metadata {self.metadata}, keys {self.keys}, copies {self.copies}"


def choose(seed, life):
    rng = random.Random(f"beside {seed}")
    style = Style()
    style.metadata = rng.choice(("cell", "cell", "none"))
    style.late = rng.choice((0.0, 0.0, 0.002, 0.03, -0.03))
    style.keys = rng.choice(("none", "none", "none", "kgnb", "full"))
    style.copies = rng.choice(("none", "none", "none", "all"))
    return style


def frames(life, style, seed):
    """The records in order of time, and the radio that made them."""
    radio = air.Radio(life, air.Style(form="pdcp-" + FRAMING), seed)
    made = []
    for message in life.messages:
        heard = message.uplink or message.heard
        if not message.logged or not heard:
            continue
        if message.sent and message.srb != 0:
            pdu = radio.other(message, radio.sdu(message))[len("pdcp-" + FRAMING):]
            octets = udp(struct.pack(">BBHHH", 3, 0, 2, 0x0402 if LTE else 0x0502, 0) + pdu, (127, 0, 0, message.ue), 13337, 4729)
            made.append(Frame(message.time, octets, message, layer="pdu"))
        elif message.srb == 0 and message.kind in ("reestablishment-request", "resume-request"):
            radio.sdu(message)
    for frame in log.frames(life, style, seed):
        made.append(dataclasses.replace(frame, time=max(0.0, frame.time + style.late)))
    return sorted(made, key=lambda f: f.time), radio


class BesideView(View):
    """RRC records show what is said; PDUs show what was on the air."""

    def __init__(self, life, made, cells_known, known):
        self.pdus = {}
        for number, frame in enumerate(made, 1):
            if frame.message is not None and frame.layer == "pdu":
                self.pdus.setdefault(frame.message, number)
        super().__init__(life, made, cells_known)
        self.verifiable = AirView(life, made, known).verifiable if known else set()

    def first_messages(self, group):
        return [a for a in super().first_messages(group) if a.first in self.pdus]
