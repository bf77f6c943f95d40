#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Logs of Samsung's modems (.sdm, .sdmraw): every scenario as one gives what it gives as a log of AZENQOS; parts, damage.

    sdm.py DAPSAUDIT [FOLDER]     FOLDER: keeps two logs and what is in them, for another reader to be held against

The logs are made here from the layouts that SCAT reads. A .sdmraw has no times.
"""
import os
import random
import struct
import sys
import tempfile

import azm
import baseband
from baseband import TOP, check, lines_of, run, wrong

CHANNELS = {"NR BCCH BCH Mib": (2, 0), "NR BCCH DL SCH SystemInformationBlockType1": (3, 0), "NR DL CCCH RrcSetup": (0, 0),
            "NR DL DCCH RrcReconfiguration": (4, 0), "NR PCCH Paging": (1, 0), "NR UL CCCH RrcSetupRequest": (0, 1),
            "NR UL DCCH RrcReconfigurationComplete": (4, 1), "MasterInformationBlock (BCCH-BCH)": (2, 0),
            "SystemInformationBlockType1 (BCCH-DL-SCH)": (3, 0), "Paging (PCCH)": (1, 0), "RRCConnectionSetup (DL-CCCH)": (0, 0),
            "RRCConnectionReconfiguration (DL_DCCH)": (4, 0), "RRCConnectionRequest (UL-CCCH)": (0, 1),
            "RRCConnectionReconfigurationComplete (UL-DCCH)": (4, 1)}


def bodies(row, number, most=None):
    """Group and command, and the bodies of one row: NR in parts of most octets."""
    _, _, protocol, _, name, octets = row
    channel, direction = CHANNELS[name]
    if protocol == "ERRC":
        return 0x02, 0x52, [struct.pack("<BBH", channel, direction, len(octets)) + octets]
    size = most or max(1, len(octets))
    pieces = [octets[at:at + size] for at in range(0, len(octets), size)]
    return 0x01, 0x08, [struct.pack("<BBBBBH", len(pieces), part, number & 255, channel, direction, len(piece)) + piece
                        for part, piece in enumerate(pieces, 1)]


def packets(rows, raw, most=None, other=True):
    out = []
    for number, row in enumerate(rows):
        group, command, parts = bodies(row, number, most)
        if other and number == 2:  # LTE RRC status
            out.append(one(raw, row[1], row[0], 0x02, 0x51, b"\0"))
        out += [one(raw, row[1], row[0], group, command, body) for body in parts]
    return out


def one(raw, us, phone, group, command, body):
    tail = struct.pack("<BBBL", 0xA0, group | phone << 5, command, 0x12345678) + body
    if raw:
        length = len(tail) + 7
        return b"\x7f" + struct.pack("<HBHH", length, 0, length - 3, 0xFFBB) + tail + b"\x7e"
    ms = us // 1000
    packet = struct.pack("<HHLH", 0x7F39, ms & 0xFFFF, ms >> 16, 7) + tail
    return struct.pack("<H", len(packet)) + packet


def rows_of(program, folder, name):
    rows = azm.rows_of(program, folder, name)
    return [(row[0], row[1] // 1000 * 1000) + row[2:] for row in rows] \
        if rows and all(row[4] in CHANNELS and row[0] <= 2 and row[5] for row in rows) and len(rows) > 4 else None


def numbers(lines):
    """What a line says but the numbers of its frames, which are of other records."""
    return [(line["type"], line.get("rule"), line.get("evidence"), line.get("severity"), line.get("outcome"), line.get("pci"),
             line.get("ncc"), line.get("key", {}).get("id") if isinstance(line.get("key"), dict) else line.get("key"))
            for line in lines]


def scenarios(program, folder):
    path, reference, n, two = os.path.join(folder, "a.sdm"), os.path.join(folder, "r.azm"), 0, 0
    for name in sorted(os.listdir(os.path.join(TOP, "samples"))):
        rows = rows_of(program, folder, name[:-9]) if name.endswith(".scenario") else None
        if not rows:
            continue
        expected_result, expected = lines_of(program, azm.write(reference, azm.archive(azm.database(rows))))
        for what, octets in (("plain", b"a header, whatever it has" + b"".join(packets(rows, False, other=False))),
                             ("with others", b"".join(packets(rows, False))), ("in parts", b"".join(packets(rows, False, 9)))):
            result, lines = lines_of(program, azm.write(path, octets))
            check(numbers(lines) == numbers(expected) and result.returncode == expected_result.returncode,
                  f"{name}, {what}: {result.returncode} where {expected_result.returncode}, {result.stderr}")
        baseband.judged_alike(program, path)
        n += 1
        two += len({row[0] for row in rows}) > 1
    check(n > 50 and two > 0, f"scenarios: {n}, of two SIMs {two}")
    print("scenarios as logs of Samsung's modems:", n, "of two SIMs:", two)


def forms(program, folder):
    rows, path = rows_of(program, folder, "daps-fallback-daps"), os.path.join(folder, "b.sdmraw")
    _, expected = lines_of(program, azm.write(os.path.join(folder, "b.sdm"), b"".join(packets(rows, False, other=False))))
    result, lines = lines_of(program, azm.write(path, b"".join(packets(rows, True))))
    check(result.returncode == 1 and [line for line in numbers(lines) if line[0] == "finding"] ==
          [line for line in numbers(expected) if line[0] == "finding"], f"raw: {result.returncode}, {result.stderr}")
    check(b'"sdm-0x0251":1' in result.stdout, "what is not followed is counted")
    result = run(program, "convert", os.path.join(folder, "b.sdm"), "-o", path + ".pcapng")
    _, lines = lines_of(program, path + ".pcapng")
    check(result.returncode == 0 and numbers(lines) == numbers(expected), f"convert: {result.stderr}")
    whole = packets(rows, False, 9)
    middle = next(at for at, packet in enumerate(whole) if packet[13] & 31 == 1 and packet[14] == 8 and 1 < packet[20] < packet[19])
    last = next(at for at, packet in enumerate(whole) if packet[13] & 31 == 1 and packet[14] == 8 and 1 < packet[20] == packet[19])
    for what, octets, said in (
            ("a part missing", b"".join(whole[:middle] + whole[middle + 1:]), b"missing"),
            ("the last part missing", b"".join(whole[:last] + whole[last + 1:]), b"missing"),
            ("a part twice", b"".join(whole[:middle] + whole[middle:middle + 1] + whole[middle:]), b"missing"),
            ("an unknown channel", b"".join(whole) + one(False, rows[-1][1], 1, 2, 0x52, b"\5\0\1\0x"), b"unknown PDU type"),
            ("an unknown direction", b"".join(whole) + one(False, rows[-1][1], 1, 2, 0x52, b"\4\2\1\0x"), b"unknown PDU type"),
            ("a length that is none", b"".join(whole) + one(False, rows[-1][1], 1, 2, 0x52, b"\4\0\3\0x"), b"lengths disagree"),
            ("part 0", b"".join(whole) + one(False, rows[-1][1], 1, 1, 8, b"\1\0\1\4\0\1\0x"), b"lengths disagree"),
            ("octets in between", b"".join(whole[:9]) + b"whatever" + b"".join(whole[9:]), b"8 octets"),
            ("a cut last packet", b"".join(whole)[:-3], b"in the middle of an item")):
        result = run(program, "audit", azm.write(path, octets))
        check(result.returncode == 3 and said in result.stderr, f"{what}: {result.returncode}, {result.stderr}")
    print("forms and faults of a log: twelve")


def damage(program, folder):
    """Never a crash; whatever moves a packet is said. A bit inside a packet nobody can see: there is no checksum."""
    rows, path, seen = rows_of(program, folder, "daps-fallback-daps"), os.path.join(folder, "d.sdm"), {}
    dice = random.Random(20261128)
    for raw in (False, True):
        pieces = packets(rows, raw)
        whole, ends, at = b"".join(pieces), set(), 0
        for piece in pieces:
            at += len(piece)
            ends.add(at)
        for kind in ("flip", "cut", "drop", "foreign"):
            for _ in range(25):
                octets = bytearray(whole)
                at = dice.randrange(len(pieces[0]) + len(pieces[1]) + len(pieces[2]), len(whole) - 1)
                lost = dice.randrange(1, 12)  # less than a packet
                if kind == "flip":
                    octets[at] ^= 1 << dice.randrange(8)
                elif kind == "cut":
                    del octets[at:]
                elif kind == "drop":
                    del octets[at:at + lost]
                else:
                    octets[at:at] = dice.randbytes(30)
                result = run(program, "audit", "--format", "ndjson", azm.write(path, octets))
                check(result.returncode in (0, 1, 3) and (kind == "flip" or at in ends or result.returncode == 3),
                      f"{kind} at {at}, raw {raw}: {result.returncode}, {result.stderr}")
                seen[kind, result.returncode] = seen.get((kind, result.returncode), 0) + 1
    print("damage, by exit status:", seen)


def keep(program, folder, target):
    """For another reader: two logs, and the octets of each message."""
    for name in ("daps-fallback-daps", "lte-daps-fallback-daps"):
        rows = rows_of(program, folder, name)
        azm.write(os.path.join(target, name + ".sdm"), b"".join(packets(rows, False)))
        azm.write(os.path.join(target, name + ".sdmraw"), b"".join(packets(rows, True)))
        azm.write(os.path.join(target, name + ".txt"), "\n".join(row[5].hex() for row in rows).encode())


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        if len(sys.argv) > 2:
            keep(program, folder, sys.argv[2])
        if b"without SQLite" in run(program, "audit", azm.write(os.path.join(folder, "one.azm"), azm.archive(azm.database([])))).stderr:
            print("SKIPPED: what the logs are compared with needs a build with SQLite")
            return 0
        scenarios(program, folder)
        forms(program, folder)
        damage(program, folder)
    print(len(wrong), "wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
