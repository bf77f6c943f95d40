#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Baseband logs: an item of every version, an unknown one, one key's COUNT twice, disorder, and logs of other makers.

    baseband_items.py DAPSAUDIT
"""
import collections
import gzip
import io
import json
import os
import random
import struct
import sys
import tempfile
import zipfile

import baseband
from baseband import TOP, check, frames, leaves, lines_of, pack, pdcp_item, run, wrong

NR = {7: (4, 0, 0), 8: (4, 0, 0), 9: (4, 0, 0), 12: (3, 0, 0), 14: (3, 0, 0), 17: (3, 8, 0), 19: (3, 8, 1), 20: (3, 8, 1),
      23: (3, 8, 4), 24: (3, 8, 4), 25: (3, 8, 1), 26: (3, 8, 4), 28: (3, 8, 4)}  # octets of SFN, NCGI, before the PDU
NR_TYPES = (1, 2, 3, 4, 5, 6, 8)  # BCCH-BCH, DL-SCH, DL-CCCH, DL-DCCH, PCCH, UL-CCCH, UL-DCCH; with MCCH at 5:
NR_TYPES_MCCH = (1, 2, 3, 4, 6, 7, 9)
LTE = {1: (2, 3, 4, 6, 7, 8, 13, 22), 8: (9, 12), 0: (14, 15, 16, 20, 24, 25), 3: (19, 26, 27, 29, 30, 31)}
LTE_TYPES = {1: (1, 2, 4, 5, 6, 7, 8), 8: (8, 9, 11, 12, 13, 14, 15), 0: (1, 2, 5, 6, 7, 8, 9),
             3: (1, 3, 7, 8, 9, 10, 11)}  # BCCH-BCH, DL-SCH, PCCH, DL-CCCH, DL-DCCH, UL-CCCH, UL-DCCH
EXAMPLE = {"nr": ("daps-fallback-daps", 24), "lte": ("lte-daps-fallback-daps", 19)}


def log_command(near, code, body):
    packet = struct.pack("<HH", len(body) + 12, code) + near[8:16] + body
    return b"\x10\0" + packet[:2] + packet


def as_nr(command, version):
    """An item of version 9 as one of another version."""
    body, pdu = command[16:], command[16 + 24:]
    sfn, ncgi, more = NR[version]
    kind = body[17]
    if version in (20, 23, 24, 26, 28):
        kind = NR_TYPES_MCCH[NR_TYPES.index(kind)]
    return log_command(command, 0xB821, struct.pack("<I", version) + body[4:9] + bytes(ncgi) + body[9:13] + bytes(sfn) +
                       bytes([kind]) + bytes(4) + struct.pack("<H", len(pdu)) + bytes(more) + pdu)


def as_lte(command, version):
    """An item of version 20 as one of another version."""
    body, pdu = command[16:], command[16 + 19:]
    table = next(name for name, versions in LTE.items() if version in versions)
    kind = LTE_TYPES[table][LTE_TYPES[0].index(body[12])]
    earfcn = struct.unpack_from("<I", body, 6)[0]
    return log_command(command, 0xB0C0, bytes([version]) + body[1:3] + bytes(2 if version >= 25 else 0) + body[3:6] +
                       struct.pack("<I" if version >= 8 else "<H", earfcn) + bytes(2) + bytes([kind]) +
                       bytes(4 if version >= 5 else 0) + struct.pack("<H", len(pdu)) + bytes(3 if version >= 30 else 0) + pdu)


def versions(program, folder):
    log, other = (os.path.join(folder, name) for name in ("versions.qmdl", "other.qmdl"))
    for rat, known, convert, head in (("nr", sorted(NR), as_nr, 4), ("lte", sorted(sum(LTE.values(), ())), as_lte, 1)):
        sample = os.path.join(TOP, "samples", EXAMPLE[rat][0] + ".scenario")
        check(run(program, "synth", sample, "-f", "diag", "-o", log).returncode == 0, f"synth of {sample}")
        with open(log, "rb") as file:
            commands = list(frames(file.read()))
        reference, expected = lines_of(program, log)
        check(any(line["type"] == "finding" for line in expected), f"{rat}: the sample has a finding")
        for version in known:
            with open(other, "wb") as file:
                file.write(pack(convert(command, version) for command in commands))
            found, lines = lines_of(program, other)
            check(lines == expected and found.returncode == reference.returncode, f"{rat} version {version}: {found.stderr}")
        unknown = [command[:16] + struct.pack("<I", 99)[:head] + command[16 + head:] for command in commands]
        with open(other, "wb") as file:
            file.write(pack(commands[:1] + unknown[1:2] + commands[2:]))
        found, _ = lines_of(program, other)
        code = {"nr": "0xb821", "lte": "0xb0c0"}[rat]
        check(found.returncode == 3 and f'"diag-{code}-version-99":1'.encode() in found.stdout,
              f"{rat} version 99: {found.returncode}, {found.stderr}")
    print("versions:", len(NR), "of NR,", sum(map(len, LTE.values())), "of LTE")


def story(program, folder):
    root, scenario, log = bytes(range(32)), os.path.join(folder, "s.scenario"), os.path.join(folder, "s.qmdl")
    with open(scenario, "w", encoding="utf-8") as file:
        file.write("rat lte\ncell A pci 11 earfcn 1825\nue 1 c-rnti 17921 in A kenb " + root.hex() +
                   "\nconnect\nsecurity nea 2 nia 2\ntraffic dl\ntraffic ul\nrelease\n")
    check(run(program, "synth", scenario, "-f", "diag", "-o", log).returncode == 0, "the story")
    with open(log, "rb") as file:
        return list(frames(file.read())), leaves(root)


def audit_of(program, folder, commands):
    path = os.path.join(folder, "made.qmdl")
    with open(path, "wb") as file:
        file.write(pack(commands))
    result, lines = lines_of(program, path)
    baseband.judged_alike(program, path)
    return result, {(line["rule"], line["evidence"]) for line in lines if line["type"] == "finding"}


def by_value(program, folder):
    """COUNT twice under one key within one stay (TS 33.401 7.2.9): downlink proven, the same octets again are no use."""
    commands, keys = story(program, folder)
    for name, pdus, wanted in (("two COUNTs", ((3, b"\3one"), (4, b"\4two")), set()),
                               ("one PDU twice", ((3, b"\3one"), (3, b"\3one")), set()),
                               ("one COUNT twice", ((3, b"\3one"), (3, b"\3two")), {("count-reuse", "proven")}),
                               ("another size", ((3, b"\3one"), (3, b"\3one more")), {("count-reuse", "proven")})):
        made = commands[:6] + [pdcp_item(commands[5], 0xB0A3, keys, [pdu]) for pdu in pdus] + commands[6:]
        result, found = audit_of(program, folder, made)
        check(found == wanted, f"{name}: {found}, {result.stderr}")
    item = pdcp_item(commands[5], 0xB0A3, keys, [(3, b"\3one")])
    for name, at in (("item", 16), ("subpacket", 21)):
        unknown = bytearray(item)
        unknown[at] = 99
        result, found = audit_of(program, folder, commands[:6] + [bytes(unknown)] + commands[6:])
        check(result.returncode == 3 and not found and b"not known" in result.stderr and
              b'"diag-0xb0a3-version-' in result.stdout and b'"keys-unread"' in result.stdout,
              f"unknown version of a PDCP {name}: {result.returncode}, {result.stderr}")
    print("COUNT by value: four stories, two unknown versions")


def rach_item(near, c_rnti, version=3, result=0, messages=7, srb1=True):
    """Msg3 (TS 36.321 6.1.2): C-RNTI, short BSR, SRB1, padding; MobileInsight's and SCAT's layout of 0xB062."""
    mac = (bytes([0x3B, 0x3D, 0x21, 0x05, 0x1F]) if srb1 else bytes([0x3B, 0x1D])) + struct.pack(">H", c_rnti) + bytes(9)
    inside = bytes(0 if version == 2 else 2) + bytes([1, result, 1, messages]) + bytes([5, 255, 0, 0]) + \
        bytes(3 if version == 50 else 0) + struct.pack("<HBHH", 0, 1, 60001, 5) + struct.pack("<LHB", 0, 14, 7) + mac[:10] + \
        bytes(14 if version >= 49 else 0)
    return log_command(near, 0xB062, struct.pack("<BBHBBH", 1, 1, 0, 6, version, len(inside) + 4) + inside)


def random_access(program, folder):
    """The first message of a failed attempt left the phone, if its log of random access says so: nothing is assumed then."""
    log = os.path.join(folder, "r.qmdl")
    sample = os.path.join(TOP, "samples", "lte-daps-fallback-daps.scenario")
    check(run(program, "synth", sample, "-f", "diag", "-o", log).returncode == 0, "the story of random access")
    with open(log, "rb") as file:
        commands = list(frames(file.read()))
    events = [json.loads(line) for line in run(program, "events", log).stdout.decode().splitlines()]
    c_rnti = next(event["c_rnti"] for event in events if event.get("frame") == 6)
    for name, item, shown in ([(f"version {version}", rach_item(commands[6], c_rnti, version), True)
                               for version in (2, 3, 49, 50)] +
                              [("another C-RNTI", rach_item(commands[6], c_rnti ^ 1), False),
                               ("no message of SRB1", rach_item(commands[6], c_rnti, srb1=False), False),
                               ("no answer", rach_item(commands[6], c_rnti, result=1), False),
                               ("no Msg3", rach_item(commands[6], c_rnti, messages=3), False),
                               ("aborted", rach_item(commands[6], c_rnti, result=4), False),
                               ("cut", rach_item(commands[6], c_rnti)[:40], False),
                               ("version 99", rach_item(commands[6], c_rnti, 99), False)]):
        path = os.path.join(folder, "made.qmdl")
        with open(path, "wb") as file:
            file.write(pack(commands[:7] + [item] + commands[7:]))
        result, lines = lines_of(program, path)
        baseband.judged_alike(program, path)
        reuse = [line for line in lines if line.get("rule") == "keystream-reuse"]
        check(len(reuse) == 1 and reuse[0]["evidence"] == "inferred" and bool(reuse[0].get("assumes")) != shown,
              f"random access, {name}: {reuse}, {result.stderr}")
        check((b'"diag-0xb062-version-99":1' in result.stdout) == (name == "version 99"), f"random access, {name}: counted")
    print("random access: seven stories, four versions")


def cell_items(near, pci, arfcn, identity):
    """The phone's notes of a cell in every version that SCAT and MobileInsight read, and how many of each code."""
    lte = struct.pack("<BBLHLHBHB", 100, 100, identity, 1494, 3, 250, 2, 1, 0)
    nr = struct.pack("<LLHHQHBHBLH", arfcn, arfcn - 956, 90, 90, identity, 250, 2, 1, 0, 31017, 78)
    cgi, earfcn = struct.pack("<Q", 0x062F220 << 36 | identity), 1825
    for code, version, body in ((0xB0C1, b"\1", struct.pack("<HHHBB", pci, earfcn, 84, 2, 100)),
                                (0xB0C1, b"\2", struct.pack("<HLHBB", pci, earfcn, 84, 2, 100)),
                                (0xB0C1, b"\3", struct.pack("<HLHBBB", pci, earfcn, 84, 2, 100, 0)),
                                (0xB0C2, b"\2", struct.pack("<HHH", pci, earfcn, 19825) + lte),
                                (0xB0C2, b"\3", struct.pack("<HLL", pci, earfcn, 19825) + lte),
                                (0xB822, b"\3\0\0\0", struct.pack("<HLL", pci, arfcn, 0x3F00009A)),
                                (0xB822, b"\0\0\2\0", struct.pack("<HLLB", pci, arfcn, 0x1B6A031E, 12)),
                                (0xB823, b"\4\0\0\0", struct.pack("<H", pci) + nr),
                                (0xB823, b"\0\0\3\0", struct.pack("<H", pci) + cgi + nr),
                                (0xB823, b"\2\0\3\0\0\1\1", struct.pack("<H", pci) + cgi + nr),
                                (0xB823, b"\3\0\3\0\0\1\1", struct.pack("<H", pci) + cgi + nr)):
        yield code, log_command(near, code, version + body)


def cells(program, folder):
    """What a phone notes of its cell changes no verdict, late or wrong as it may be; it is told, and versions are counted."""
    path = os.path.join(folder, "cells.qmdl")
    for sample in ("daps-fallback-daps", "lte-daps-fallback-daps", "failed-handover-reestablishment"):
        scenario = os.path.join(TOP, "samples", sample + ".scenario")
        check(run(program, "synth", scenario, "-f", "diag", "-o", path).returncode == 0, f"cells: {sample}")
        with open(path, "rb") as file:
            commands = list(frames(file.read()))
        reference, expected = lines_of(program, path)
        made, numbers, told = [], [], 0  # number of each item of the log among all; notes that have an identity
        for at, command in enumerate(commands):
            made.append(command)
            numbers.append(len(made))
            for code, item in cell_items(command, (11, 22)[at % 2], (632628, 1825)[at % 3 > 0], 0x1234567 + at):
                made.append(item)
                told += code in (0xB0C2, 0xB823)
        with open(path, "wb") as file:
            file.write(pack(made))
        result, lines = lines_of(program, path)
        baseband.judged_alike(program, path)
        check(result.returncode == reference.returncode and len(lines) == len(expected), f"cells in {sample}: {result.stderr}")
        for line, other in zip(lines, expected):
            check(all(line.get(member) == other.get(member) for member in ("type", "rule", "evidence", "outcome", "key")) and
                  [numbers[frame - 1] for frame in other.get("frames", [])] == line.get("frames", []),
                  f"cells in {sample}: {line}")
        notes = [event for event in map(json.loads, run(program, "events", path).stdout.decode().splitlines())
                 if event.get("of_phone")]
        check(len(notes) == told and {note["logged_pci"] for note in notes} == {11, 22} and
              all(note["cell_identity"] >= 0x1234567 and note["logged_arfcn"] in (1825, 632628) for note in notes),
              f"cells in {sample}: {len(notes)} notes of {told}")
    unknown = [(0xB0C1, b"\x09"), (0xB0C2, b"\x09"), (0xB822, b"\x01\0\3\0"), (0xB823, b"\4\0\3\0")]
    with open(path, "wb") as file:
        file.write(pack(commands + [log_command(commands[0], code, head + bytes(60)) for code, head in unknown]))
    result, lines = lines_of(program, path)
    check(result.returncode == reference.returncode and lines == expected and
          all(f'"diag-0x{code:04x}-version-{int.from_bytes(head, "little")}":1'.encode() in result.stdout
              for code, head in unknown), f"cells of unknown versions: {result.returncode}")
    print("notes of cells: three stories, eleven versions, four unknown")


def as_headed(commands):
    return b"a container's head" + b"".join(b"\0\xff" + command for command in commands)


def as_packets(commands):
    return b"".join(command[4:] for command in commands)


def disorder(program, folder):
    """Items in another order, doubled, or with octets between them, in every kind of file: never a crash, and said."""
    log, broken = os.path.join(folder, "d.qmdl"), os.path.join(folder, "d.broken")
    run(program, "synth", os.path.join(TOP, "samples", "daps-fallback-daps.scenario"), "-f", "diag", "-o", log)
    with open(log, "rb") as file:
        commands = list(frames(file.read()))
    _, expected = lines_of(program, log)
    dice, seen = random.Random(1128), collections.Counter()
    for kind, write in (("hdlc", pack), ("dlf", as_packets), ("hdf", as_headed)):
        with open(broken, "wb") as file:
            file.write(write(commands))
        result, lines = lines_of(program, broken)
        check(lines == expected and result.returncode == 1, f"{kind}: {result.returncode}, {result.stderr}")
        for packed in (False, True):
            for what in ("shuffle", "swap", "flip", "cut", "length"):
                for _ in range(6):
                    moved = list(commands)
                    if what == "shuffle":
                        dice.shuffle(moved)
                    elif what == "swap":
                        at = dice.randrange(len(moved) - 1)
                        moved[at:at + 2] = reversed(moved[at:at + 2])
                    octets = bytearray(write(moved))
                    if what == "flip":
                        octets[dice.randrange(60, len(octets))] ^= 1 << dice.randrange(8)
                    elif what == "length":  # of one item, said wrong
                        at = bytes(octets).index(commands[5][4:12] if kind != "hdlc" else commands[5][4:8])
                        octets[at] ^= 1 << dice.randrange(1, 6)
                    octets = gzip.compress(octets, mtime=0) if packed else octets
                    if what == "cut":
                        octets = octets[:dice.randrange(len(octets) // 2, len(octets) - 1)]
                    with open(broken, "wb") as file:
                        file.write(octets)
                    result = run(program, "audit", broken)
                    seen[what, result.returncode] += 1
                    check(result.returncode in (1, 3) or (result.returncode == 0 and  # without a checksum a cell may be another
                                                             (what == "shuffle" or (what == "flip" and kind != "hdlc"))),
                          f"{kind} {what}: {result.returncode}, {result.stderr}")
                    check(what not in ("length", "cut" if kind != "hdf" or packed else "") or result.returncode == 3,
                          f"{kind} {what}, packed {packed}: {result.returncode} {result.stderr}")
    for bit in range(48):  # of an item's head in a container that holds other octets as well
        octets = bytearray(as_headed(commands))
        octets[bytes(octets).index(commands[5]) + bit // 8] ^= 1 << bit % 8
        with open(broken, "wb") as file:
            file.write(octets)
        result = run(program, "audit", broken)
        check(result.returncode == 3, f"hdf, bit {bit} of a head: {result.returncode}, {result.stderr}")
    print("disorder, by exit status:", dict(seen))


def of_others(program, folder):
    azm = io.BytesIO()
    with zipfile.ZipFile(azm, "w") as file:
        file.writestr("settings.xml", "<a/>")
        file.writestr("azqdata.db", b"SQLite format 3\0" + bytes(4000))
    for name, octets, word in (("a.azm", azm.getvalue(), b"AZENQOS"),):
        path = os.path.join(folder, "others", name + ".log")  # known by content
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(octets)
        for command in (("audit", path), ("audit", os.path.dirname(path)), ("convert", path, "-o", path + ".pcapng"),
                        ("audit", "-")):
            with open(path, "rb") as file:
                result = run(program, *command, stdin=file)
            check(result.returncode == 3 and word in result.stderr, f"{command} of {name}: {result.returncode} {result.stderr}")
    print("a log of another kind is named")


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        versions(program, folder)
        by_value(program, folder)
        random_access(program, folder)
        cells(program, folder)
        disorder(program, folder)
        of_others(program, folder)
    print(len(wrong), "wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
