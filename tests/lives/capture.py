#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames and the pcap file they are written to: own writer, so that no reader's notion of a format is shared."""
import dataclasses
import struct

BASE = 1767225600   # 2026-01-01T00:00:00Z


@dataclasses.dataclass(eq=False)
class Frame:
    """One record of a capture and the message, or messages, it holds a part of."""
    time: float
    octets: bytes
    message: object = None        # the whole message this frame completes or stands for
    again: bool = False           # the same transmission captured once more
    index: int = 0                # which RLC segment of the message it holds
    parts: int = 1                # of how many
    layer: str = "rrc"            # pdu: a PDCP PDU logged beside the RRC message it carries


def write(path, link_type, frames):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 0x40000, link_type))
        for frame in frames:
            micros = round(frame.time * 1e6)
            file.write(struct.pack("<IIII", BASE + micros // 1000000, micros % 1000000, len(frame.octets),
                                   len(frame.octets)))
            file.write(frame.octets)


def udp(payload, source, port_from, port_to, node=1):
    """Ethernet, IPv4, UDP; checksums as tools write them (none, or wrong)."""
    length = 28 + len(payload)
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, length, 0, 0x4000, 64, 17, 0, bytes(source), bytes((127, 0, 0, 1)))
    total = sum(struct.unpack(">10H", ip))
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    ip = ip[:10] + struct.pack(">H", 0xFFFF - total) + ip[12:]
    return bytes(12) + b"\x08\x00" + ip + struct.pack(">HHHH", port_from, port_to, 8 + len(payload), 0) + payload
