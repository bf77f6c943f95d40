#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A life as the log of RRC in clear that a phone tool writes: GSMTAP version 3, or upper PDUs (link type 252).

Layouts: upper PDU: u16 tag, u16 length, value, ..., 0 0, PDU; tag 12 names the dissector, 20 the IPv4 source.
GSMTAP v3: u8 3, u8 0, u16 words of header, u16 type 0x0503, u16 channel, TLVs (u16 tag, u16 length, value), 0xfffe, PDU;
tag 0 time, 2 NR-ARFCN, 5 PCI.
"""
import dataclasses
import random
import struct

from capture import BASE, Frame, udp
from rat import LTE, rrc

UPPER_NAMES = {"dl-ccch": "nr-rrc.dl.ccch", "dl-dcch": "nr-rrc.dl.dcch", "ul-ccch": "nr-rrc.ul.ccch",
               "ul-dcch": "nr-rrc.ul.dcch", "reconfiguration": "nr-rrc.rrc_reconf"}
GSMTAP_CHANNELS = {"dl-ccch": 3, "dl-dcch": 4, "ul-ccch": 7, "ul-dcch": 9, "reconfiguration": 0x201}

if LTE:
    UPPER_NAMES = {name: f"lte_rrc.{name[:2]}_{name[3:]}" for name in ("dl-ccch", "dl-dcch", "ul-ccch", "ul-dcch")}
    GSMTAP_CHANNELS = {"dl-ccch": 8, "dl-dcch": 9, "ul-ccch": 10, "ul-dcch": 11}


@dataclasses.dataclass
class Style:
    """How a log is written. metadata: none, cell (follows the UE), constant (the same in every frame)."""
    form: str = "gsmtap"
    metadata: str = "cell"
    begins: int = 0              # messages missing at the start
    copies: str = "none"         # some (commands twice), all (every message again, 4 ms later), stretch (stored twice)
    segmented: float = 0.0       # share of handover commands that come in DLDedicatedMessageSegments
    shared: bool = False         # nothing tells the UEs apart: two tools write to one port

    def words(self):
        return (f"{self.form}, metadata {self.metadata}, begins at message {self.begins + 1}, copies {self.copies}"
                f"{', commands in segments' if self.segmented else ''}")


def choose(seed, life):
    """The style of a seed's log."""
    rng = random.Random(f"log {seed}")
    style = Style()
    style.form = rng.choice(("gsmtap", "gsmtap", "upper"))
    style.metadata = rng.choice(("cell", "cell", "cell", "none", "constant")) if style.form == "gsmtap" else "none"
    if rng.random() < 0.12:
        style.begins = rng.randrange(1, max(2, len(life.messages) // 2))
    style.copies = rng.choices(("none", "some", "all", "stretch"), (70, 12, 10, 8))[0]
    if style.copies in ("none", "all"):
        style.segmented = rng.choice((0.0, 0.0, 0.0, 0.0, 0.0, 0.5))
    return style


def link_type(style):
    return 1 if style.form == "gsmtap" else 252


def octets_of(message, style, constant, octets=None):
    octets, who = octets or message.octets, 1 if style.shared else message.ue
    if style.form == "upper":
        name = UPPER_NAMES[message.channel].encode()
        name += bytes(-len(name) % 4)
        return (struct.pack(">HH", 12, len(name)) + name + struct.pack(">HH4B", 20, 4, 10, 0, 0, who)
                + bytes(4) + octets)
    cell = constant if style.metadata == "constant" else message.cell
    second, nano = BASE + int(message.time), int(message.time % 1 * 1e9)
    tlv = struct.pack(">HHQI", 0, 12, second, nano)
    if style.metadata != "none":
        tlv += struct.pack(">HHI", 2, 4, cell.arfcn) + struct.pack(">HHH", 5, 2, cell.pci)
    tlv += struct.pack(">HHI", 8, 4, int(message.time * 100) % 1024) + b"\xff\xfe"
    header = struct.pack(">BBHHH", 3, 0, (8 + len(tlv) + 3) // 4, 0x0403 if LTE else 0x0503, GSMTAP_CHANNELS[message.channel])
    return udp(header + tlv + octets, (127, 0, 0, who), 13337, 4729)


def frames(life, style, seed):
    """The log, in order of time; a phone's log holds no downlink message that the phone never heard."""
    rng = random.Random(f"copies {seed}")
    shown = [m for m in life.messages if m.srb >= 0 and (m.uplink or m.heard) and m.logged]  # user data has srb -1
    shown = shown[style.begins:]
    constant = life.messages[0].cell
    log = []
    for message in shown:
        parts = [message.octets]
        if message.kind == "command" and rng.random() < style.segmented:
            parts = rrc.segments(message.octets, int(len(message.octets) / rng.choice((1.5, 2.5))) + 1)
        log += [Frame(message.time + 0.0005 * number, octets_of(message, style, constant, part), message, False, number,
                      len(parts)) for number, part in enumerate(parts)]
    if style.copies == "some":
        log += [dataclasses.replace(f, time=f.time + 0.002, again=True) for f in log
                if f.message.kind in ("command", "complete", "failure") and rng.random() < 0.4]
    elif style.copies == "all":
        log += [dataclasses.replace(f, time=f.time + 0.004, again=True) for f in log]
    log.sort(key=lambda f: f.time)
    if style.copies == "stretch" and len(log) > 6:
        first = rng.randrange(len(log) - 4)
        last = rng.randrange(first + 2, min(first + 20, len(log)) + 1)
        log[last:last] = [dataclasses.replace(f, again=True) for f in log[first:last]]
    return log
