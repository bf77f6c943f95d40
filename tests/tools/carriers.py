# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers that a capture over IP may be carried in again: tunnels, tags, fragments.

Each carrier takes a frame (Ethernet, IPv4, UDP) and its number and gives the frames to write in its place.
"""
import struct

ETHERNET = bytes(12)
IPV4, IPV6 = b"\x08\0", b"\x86\xdd"


def records(path):
    """The file's header, and (seconds, fraction, octets) of each record."""
    with open(path, "rb") as file:
        data = file.read()
    at, found = 24, []
    while at < len(data):
        seconds, fraction, length, whole = struct.unpack_from("<IIII", data, at)
        found.append((seconds, fraction, data[at + 16:at + 16 + length]))
        assert length == whole
        at += 16 + length
    return data[:24], found


def ipv4(protocol, payload, source=0x0a000001, destination=0x0a000002, offset=0, more=False, number=7):
    head = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(payload), number, more << 13 | offset // 8, 64, protocol, 0, source,
                       destination)
    total = sum(struct.unpack(">10H", head))
    total = (total & 0xffff) + (total >> 16)
    return head[:10] + struct.pack(">H", ~(total + (total >> 16)) & 0xffff) + head[12:] + payload


def ipv6(protocol, payload):
    return struct.pack(">IHBB", 0x60000000, len(payload), protocol, 64) + bytes(15) + b"\1" + bytes(15) + b"\2" + payload


def udp(port, payload):
    return ETHERNET + IPV4 + ipv4(17, struct.pack(">HHHH", 40000, port, 8 + len(payload), 0) + payload)


def gre_header(protocol, flags=0, fields=b""):
    return struct.pack(">HH", flags, protocol) + fields


def vxlan(frame, _):
    return [udp(4789, b"\x08\0\0\0\0\0\x2a\0" + frame)]


def geneve(frame, _):
    return [udp(6081, b"\x02\0\x65\x58\0\0\x2a\0" + b"\x01\x02\x03\x01\xaa\xbb\xcc\xdd" + frame)]


def gre(frame, _):
    return [ETHERNET + IPV4 + ipv4(47, gre_header(0x0800) + frame[14:])]


def gre_key(frame, number):
    """With checksum (0: nobody looks), key and sequence number."""
    return [ETHERNET + IPV4 + ipv4(47, gre_header(0x6558, 0x3000, struct.pack(">II", 7, number)) + frame)]


def erspan_1(frame, _):
    return [ETHERNET + IPV4 + ipv4(47, gre_header(0x88be) + frame)]


def erspan_2(frame, number):
    return [ETHERNET + IPV4 + ipv4(47, gre_header(0x88be, 0x1000, struct.pack(">III", number, 0x10050000, 7)) + frame)]


def erspan_3(frame, number):
    return [ETHERNET + IPV4 + ipv4(47, gre_header(0x22eb, 0x1000, struct.pack(">IIII", number, 0x20050000, 0, 0)) + frame)]


def ip_in_ip(frame, _):
    return [ETHERNET + IPV4 + ipv4(4, frame[14:])]


def ip_in_ipv6(frame, _):
    return [ETHERNET + IPV6 + ipv6(4, frame[14:])]


LABEL = struct.pack(">I", 16 << 12 | 1 << 8 | 64)


def mpls(frame, _):
    return [ETHERNET + b"\x88\x47" + LABEL + frame[14:]]


def mpls_ethernet(frame, _):
    """A pseudowire with a control word."""
    return [ETHERNET + b"\x88\x47" + struct.pack(">I", 17 << 12 | 64) + LABEL + bytes(4) + frame]


def vlans(frame, _):
    return [frame[:12] + b"\x88\xa8\0\x05\x81\0\0\x06" + frame[12:]]


def old_vlans(frame, _):
    return [frame[:12] + b"\x91\0\0\x05\x81\0\0\x06" + frame[12:]]


def pppoe(frame, _):
    packet = b"\0\x21" + frame[14:]
    return [ETHERNET + b"\x88\x64\x11\0\0\1" + struct.pack(">H", len(packet)) + packet]


def l2tp(frame, _):
    return [udp(1701, b"\0\2\0\1\0\2\xff\3\0\x21" + frame[14:])]


def gtp_u(frame, number):
    """Of a user: with a PDU session container, as on N3."""
    packet = b"\0\0\0\x85\1\0\x09\0" + frame[14:]
    return [udp(2152, struct.pack(">BBHI", 0x34, 255, len(packet), 1) + packet)]


def nested(frame, number):
    """A mirrored port of a data centre: ERSPAN II around VXLAN around a tagged frame in MPLS."""
    (inner,) = mpls(frame, number)
    (inner,) = vlans(inner, number)
    (inner,) = vxlan(inner, number)
    return erspan_2(inner, number)


def fragments(frame, number):
    """The UDP datagram in three pieces or so, each in a frame of its own."""
    source, destination = struct.unpack_from(">II", frame, 26)
    datagram, size = frame[34:], 32
    return [ETHERNET + IPV4 + ipv4(17, datagram[at:at + size], source, destination, at, at + size < len(datagram),
                                   number) for at in range(0, len(datagram), size)]


def tunnel_fragments(frame, number):
    """IP in IP, the outer packet in pieces."""
    packet, size = frame[14:], 48
    return [ETHERNET + IPV4 + ipv4(4, packet[at:at + size], offset=at, more=at + size < len(packet), number=number)
            for at in range(0, len(packet), size)]


CARRIERS = (vxlan, geneve, gre, gre_key, erspan_1, erspan_2, erspan_3, ip_in_ip, ip_in_ipv6, mpls, mpls_ethernet, vlans,
            old_vlans, pppoe, l2tp, gtp_u, nested, fragments, tunnel_fragments)


def carry(path, out, wrap):
    """Writes the capture again; returns the new number of each frame's last record."""
    head, found = records(path)
    last, number = {}, 0
    with open(out, "wb") as file:
        file.write(head)
        for frame, (seconds, fraction, data) in enumerate(found, 1):
            for piece in wrap(data, frame):
                file.write(struct.pack("<IIII", seconds, fraction, len(piece), len(piece)) + piece)
                number += 1
            last[frame] = number
    return last
