#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes first inputs for framing_fuzz into a directory: one or more records of every framing, made from the layouts.

usage: framing_seeds.py DIRECTORY
"""
import pathlib
import struct
import sys

LINKTYPES = [252, 1, 101, 228, 229, 113, 276, 0, 108, 149, 9, 147, 152, 105, -1]  # as in framing_fuzz.c


def record(linktype, octets):
    return struct.pack(">BBH", LINKTYPES.index(linktype), 0, len(octets)) + octets


def udp(source, destination, payload):
    return struct.pack(">HHHH", source, destination, 8 + len(payload), 0) + payload


def ipv4(payload, protocol=17, identification=0, offset_field=0):
    return struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(payload), identification, offset_field, 64, protocol, 0, 1,
                       2) + payload


def ipv6(payload, next_header):
    return struct.pack(">IHBB", 0x60000000, len(payload), next_header, 64) + b"\x20" * 16 + b"\x21" * 16 + payload


def gsmtap3(kind, subtype, pdu):
    metadata = bytes.fromhex("0002 0004 0007b49e 0005 0002 0202 fffe")
    return struct.pack(">BBHHH", 3, 0, 7, kind, subtype) + metadata + pdu


def qualcomm(version, pdu_type, segment, pdu):
    out = bytes([version, 0, 0, 0, 15, 6, 1]) + struct.pack("<H", 5)
    out += bytes(8) if version >= 17 else b""
    out += struct.pack("<I", 504990) + bytes(4 if version < 12 else 3) + bytes([pdu_type]) + bytes(4)
    out += struct.pack("<H", len(pdu))
    if version in (19, 20, 25):
        out += bytes(1)
    elif version in (23, 24, 26, 28):
        out += bytes([0, 0, 0, segment])
    return out + pdu


def upper(name, pdu):
    return struct.pack(">HH", 12, len(name)) + name + bytes(4) + pdu


def fragments4(datagram):
    return [record(228, ipv4(datagram[i:i + 16], 17, 7, (0x2000 if i + 16 < len(datagram) else 0) | i // 8))
            for i in range(0, len(datagram), 16)]


def fragments6(datagram):
    return [record(229, ipv6(bytes([17, 0]) + struct.pack(">HI", i | (i + 16 < len(datagram)), 9) + datagram[i:i + 16],
                             44)) for i in range(0, len(datagram), 16)]


def seeds():
    for name in (b"nr-rrc.dl.dcch", b"nr-rrc.rrc_reconf_msg\0", b"lte_rrc.dl_dcch", b"udp", b"ip", b"gsmtap", b"sctp"):
        yield record(252, upper(name, udp(1, 4729, gsmtap3(0x0503, 4, b"abc"))))
    for version in (7, 8, 9, 12, 14, 17, 19, 20, 23, 24, 25, 26, 28):
        yield b"".join(record(228, ipv4(udp(47928, 47928, qualcomm(version, t, 0, b"abc")))) for t in (4, 9, 10))
    for version in (23, 28):
        yield b"".join(record(228, ipv4(udp(47928, 47928, qualcomm(version, 4, s, b"abc")))) for s in (1, 2, 7))
    rls = bytes.fromhex("03030200061122334455667788 01 00000000 00000003 00000002") + b"ab"
    yield record(228, ipv4(udp(4997, 5000, rls))) + record(229, ipv6(udp(5000, 4997, rls), 17))
    datagram = udp(1, 4729, gsmtap3(0x0503, 4, b"x" * 40))
    yield b"".join(fragments4(datagram))
    yield b"".join(fragments4(datagram)[::-1] + fragments4(datagram))
    yield b"".join(fragments6(datagram)[::-1])
    yield record(229, ipv6(bytes([60]) + bytes(7) + bytes([17]) + bytes(7) + datagram, 0))
    for linktype, header in ((1, "ffffffffffff0000000000018100000588a800060800"), (0, "02000000"), (9, "ff030021"),
                             (113, "00000304000600000000000000000800"), (276, "0800000000000001030400060000000000000000")):
        yield record(linktype, bytes.fromhex(header) + ipv4(datagram))
    sctp = bytes(12) + struct.pack(">BBHIIII", 0, 3, 19, 1, 0, 60, 0)
    yield record(228, ipv4(sctp, 132))
    yield record(149, udp(0xbeef, 0xdead, b"mac-nr\1\0\3"))


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()):
        (directory / f"seed-{number:02}").write_bytes(seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
