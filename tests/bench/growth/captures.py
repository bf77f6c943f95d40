# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of any size from small ones: scenarios for `dapsaudit synth`, and frames of one UE copied for many."""
import os
import struct
import subprocess

CELL = "cell A pci 11 ssb-arfcn 630000\n"
SECURED = CELL + "ue 1 c-rnti 4660 in A\nconnect\nsecurity nea 2 nia 2\n"
UE_ID = {"pdcp-nr": (b"pdcp-nr", b"\x06\x00\x01"), "rlc-nr": (b"rlc-nr", b"\x03\x00\x01"),
         "mac-nr": (b"mac-nr", b"\x03\x00\x01")}


def synth(program, folder, text, framing="upper-pdu", keys=False):
    """[capture], or [capture, "-k", key log]"""
    scenario, capture, log = (os.path.join(folder, name) for name in ("s.scenario", "s.pcap", "s.keys"))
    with open(scenario, "w", encoding="utf-8") as file:
        file.write(text)
    subprocess.run([program, "synth", scenario, "-f", framing, "-o", capture, *(["--keys-out", log] if keys else [])],
                   check=True)
    return [capture, "-k", log] if keys else [capture]


def cells(n, first=1):
    return "".join(f"cell C{i} pci {i % 1008} ssb-arfcn {600000 + i}\n" for i in range(first, first + n))


def frames_of(path):
    """The file's header, and (seconds, nanoseconds or microseconds, octets) of each record of a classic pcap."""
    with open(path, "rb") as file:
        data = file.read()
    records, at = [], 24
    while at < len(data):
        seconds, fraction, length, _ = struct.unpack_from("<IIII", data, at)
        records.append((seconds, fraction, data[at + 16:at + 16 + length]))
        at += 16 + length
    return data[:24], records


def write(path, header, records):
    with open(path, "wb") as file:
        file.write(header)
        for seconds, fraction, octets in records:
            file.write(struct.pack("<IIII", seconds, fraction, len(octets), len(octets)) + octets)


def with_checksum(header):
    """An IPv4 header of 20 octets with its checksum right."""
    header = header[:10] + b"\0\0" + header[12:]
    total = sum(struct.unpack("!10H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return header[:10] + struct.pack("!H", total ^ 0xFFFF) + header[12:]


def from_address(octets, number):
    """The frame (Ethernet, IPv4) from another source address."""
    address = struct.pack("!I", 0x0A000000 + number)
    return octets[:14] + with_checksum(octets[14:26] + address + octets[30:34]) + octets[34:]


def between_others(octets, number, nodes):
    """The frame (Ethernet, IPv4) between nodes with addresses of that number; nodes has the addresses met so far."""
    ends = [struct.pack("!I", 0x0B000000 + 8 * number + nodes.setdefault(octets[at:at + 4], len(nodes))) for at in (26, 30)]
    return octets[:14] + with_checksum(octets[14:26] + ends[0] + ends[1]) + octets[34:]


def of_ue(octets, framing, number):
    """The frame with another UEId; beyond 65,000 the writer is another one as well."""
    name, tag = UE_ID[framing]
    at = octets.index(name) + len(name)
    at = octets.index(tag, at)
    octets = octets[:at + 1] + struct.pack("!H", number % 65000 + 1) + octets[at + 3:]
    return from_address(octets, number // 65000 + 1)


def many(program, folder, text, framing, n, interleaved=False):
    """The frames of a scenario of one UE, once for each of n UEs."""
    capture = synth(program, folder, text, framing)[0]
    header, records = frames_of(capture)
    named = (lambda octets, i: of_ue(octets, framing, i)) if framing in UE_ID else from_address
    rows = ([(i, record) for record in records for i in range(n)] if interleaved else
            [(i, record) for i in range(n) for record in records])
    start = records[0][0]
    write(capture, header, ((start + j // 1000, j % 1000 * 1000, named(octets, i + 1))
                            for j, (i, (_, _, octets)) in enumerate(rows)))
    return [capture]


def in_fragments(path):
    """Every datagram in two fragments."""
    header, records = frames_of(path)
    out = []
    for i, (seconds, fraction, octets) in enumerate(records):
        ip, payload = octets[14:34], octets[34:]
        half = len(payload) // 16 * 8
        for part, offset in ((payload[:half], 0x2000), (payload[half:], half // 8)):
            fields = struct.pack("!BBHHH", 0x45, 0, 20 + len(part), i & 0xFFFF, offset)
            out.append((seconds, fraction, octets[:14] + with_checksum(fields + ip[8:]) + part))
    write(path, header, out)
    return path
