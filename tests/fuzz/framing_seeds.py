#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""First inputs of framing_fuzz: one or more records of every framing, made from the layouts."""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from carriers import CARRIERS  # noqa: E402

LINKTYPES = [252, 1, 101, 228, 229, 113, 276, 0, 108, 149, 9, 147, 152, 105, 157, 156, 219, 104, 51, -1, -5, -6]  # as in fuzz.c


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
    for protocol, symbol, name in ((b"NR-RRC", b"recv", b"NR DL DCCH RrcReconfiguration"), (b"send", b"ERRC", b"X (UL_DCCH)"),
                                   (b"NR-RRC", b"send", b"NR ENDC RRCReconfigurationComplete"), (b"RRC", b"recv", b"SCG (DL-DCCH)"),
                                   (b"ERRC", b"send", b"X (DL-DCCH)"), (b"SIP", b"recv", b"SIP Request"), (b"EMM", b"", b"")):
        yield record(-5, b"\0\0\0\1" + b"\0".join((protocol, symbol, name, b"abc")))
    for code, bodies in ((b"\x02\x52", (b"\4\0\3\0abc", b"\4\1\3\0abc")), (b"\x41\x08", (b"\2\1\7\4\0\2\0ab", b"\2\2\7\4\0\1\0c"))):
        yield b"".join(record(-6, b"\xa0" + code + bytes(4) + body) for body in bodies)
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
    yield from tunnel_seeds(datagram)
    yield from radio_seeds()
    yield from lte_seeds()
    for header in ("03000008 05030004 0000000c 000000006955b90000000000 00020004 0009c6c0",
                   "03072100 0bb80000 00000000 03000000 000000006955b900 00000000",
                   "03092100 0bb80000 00000000 03000000 000000006955b900 00000000 0009c6c0 0016 0000",
                   "02042200 0bb80000 00000000 03000000 02010302460101"):
        yield record(228, ipv4(udp(1, 4729, bytes.fromhex(header) + b"\x12\xa6")))


def tunnel_seeds(datagram):
    frame = bytes(12) + b"\x08\0" + ipv4(datagram)
    for carrier in CARRIERS:
        yield b"".join(record(1, piece) for piece in carrier(frame, 1))
    yield record(219, b"\0\1\1\x40" + ipv4(datagram))
    yield record(104, b"\x0f\0\x08\0" + ipv4(datagram))
    yield record(51, b"\x11\0\0\1\0\0\0\x21" + ipv4(datagram))


def lte_seeds():
    """SRB1 of LTE over several AMD PDUs, in segments, again, with CEs, length indicators and every tag in front."""
    tags = "02 0046 03 0007 04 0123 06 00 07 01 08 0a 00 0b 02 ffff 0c 0d 0e 01 0f 00 10 64 01"
    for direction, ces in ((0, "3b 3e 3a"), (1, "3c 3d 3b 38")):
        head = bytes([1, direction, 3]) + bytes.fromhex(tags)
        body = bytes.fromhex("0046 010203 11" if direction == 0 else "010203040506 11 02 01020304")
        for style in ("01", "21%02x1f"):
            yield b"".join(record(147, head + bytes.fromhex(ces) + bytes.fromhex(style % len(rlc) if "%" in style else style) + body + rlc)
                           for rlc in map(bytes.fromhex, ("8c07 0010 ee 001122", "d808 0000 33", "d808 8001 44", "9009 556677", "9808 3344",
                                                          "00e0", "8407 803803 00f0 aabbccddeeff0102030405060708090a0b0c0d0e0f10")))
    yield record(147, bytes.fromhex("010003 02 0046 03 0007 07 01 01 00 401122334455")) + record(147, bytes.fromhex("010103 02 0046 01 60"))
    yield record(147, bytes.fromhex("010003 11 0002 0001 0046 0002 0047")) + record(147, bytes.fromhex("010003 09 05 01"))
    for mode, pdus in (("04 02 0a", ("8c07 0010 ee 001122", "9808 3344", "9009 556677")), ("04 02 10", ("c8 1234 0000 0011", "d2 1234 0002 2233")),
                       ("02 02 05", ("68 0020 aabb cc", "81 dd")), ("02 02 0a 08", ("0c05 0003 aabbcc 0102", "1006 03"))):
        context = b"rlc-lte" + bytes.fromhex(mode + "03 00 04 01 05 0007 06 0004 07 0001 01")
        yield b"".join(record(149, udp(1, 2, context + bytes.fromhex(pdu))) for pdu in pdus)
    yield record(149, udp(1, 2, b"pdcp-lte" + bytes.fromhex(
        "00 01 00 02 05 03 01 04 01 05 02 06 0004 07 00 08 00 09 01 0a 00 0b 00 0c 0000 0d 0002 0e 0009 01 03 1122 00000000")))


def radio_seeds():
    """SRB1 in segments, again, with CEs and extended LCIDs around them, in both directions."""
    for direction, ces in ((0, "2c c1c1 31 ff 22 f2 22 fc c1c1c1c1"), (1, "22 fc 1234 22 fb ff 3d 20 3c")):
        head = bytes([2, direction, 3, 2, 0x46, 1, 3, 0, 1, 1])
        blocks = [bytes.fromhex(p) for p in ("01 05 9003 000122", "01 06 a003 0003 3344", "01 07 8003 0001223344",
                                             "01 05 b003 0002 22", "04 03 800000", "34 112233445566", "80 112233445566")]
        yield b"".join(record(157, head + (block + bytes.fromhex(ces) if direction == 0 else bytes.fromhex(ces) + block))
                       for block in blocks)
    rlc = b"rlc-nr" + bytes.fromhex("04 0c 02 00 03 0007 04 04 05 01 01")
    yield b"".join(record(149, udp(1, 2, rlc + bytes.fromhex(p))) for p in ("9003 000122", "8003 0001223344", "a003 0003 3344"))
    yield record(149, udp(1, 2, b"pdcp-nr" + bytes.fromhex("01 03 00 04 01 05 01 06 0001 01 0000 10 00000000")))
