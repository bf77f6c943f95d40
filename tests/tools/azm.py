#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Logs of AZENQOS (.azm): every scenario as one gives what its converted baseband log gives; forms, damage, what is doubted.

    azm.py DAPSAUDIT

The logs are made here, by Python's zipfile and sqlite3, with the tables and names that real ones have.
"""
import datetime
import io
import os
import random
import sqlite3
import struct
import sys
import tempfile
import zipfile

import baseband
from baseband import BELOW, TOP, check, frames, lines_of, run, wrong

COLUMNS = ("log_hash", "time", "modem_time", "posid", "seqid", "netid", "geom", "msg_id", "name", "symbol", "protocol",
           "info", "detail_hex", "detail_str")
NR = {1: ("NR BCCH BCH Mib", "recv"), 2: ("NR BCCH DL SCH SystemInformationBlockType1", "recv"), 3: ("NR DL CCCH RrcSetup", "recv"),
      4: ("NR DL DCCH RrcReconfiguration", "recv"), 5: ("NR PCCH Paging", "recv"), 6: ("NR UL CCCH RrcSetupRequest", "send"),
      7: ("NR UL CCCH1 RrcResumeRequest1", "send"), 8: ("NR UL DCCH RrcReconfigurationComplete", "send"),
      9: ("NR ENDC RRCReconfiguration", "recv"), 10: ("NR ENDC RRCReconfigurationComplete", "send"),
      25: ("NR ENDC RadioBearerConfig", "recv")}
LTE = {1: ("MasterInformationBlock (BCCH-BCH)", "recv"), 2: ("SystemInformationBlockType1 (BCCH-DL-SCH)", "recv"),
       5: ("Paging (PCCH)", "recv"), 6: ("RRCConnectionSetup (DL-CCCH)", "recv"),
       7: ("RRCConnectionReconfiguration (DL_DCCH)", "recv"), 8: ("RRCConnectionRequest (UL-CCCH)", "send"),
       9: ("RRCConnectionReconfigurationComplete (UL-DCCH)", "send")}


def row_of(command):
    """What the tool has of one item of a log that synth makes: phone, microseconds, protocol, direction, name, octets."""
    phone = 1
    if command[0] == 0x98:
        phone, command = struct.unpack_from("<L", command, 4)[0], command[8:]
    ticks = struct.unpack_from("<Q", command, 8)[0]
    us = 315964800000000 + (ticks >> 16) * 1250
    code, body = struct.unpack_from("<H", command, 6)[0], command[16:]
    at, kind, names, protocol = (19, 12, LTE, "ERRC") if code == 0xB0C0 else (24, 17, NR, "NR-RRC")
    name, direction = names[body[kind]]
    return phone, us, protocol, direction, name, body[at:at + struct.unpack_from("<H", body, at - 2)[0]]


def text_of(us):
    when = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=us)
    return when.strftime("%Y-%m-%d %H:%M:%S.%f")


def database(rows, swapped=False, wal=False, columns=COLUMNS, close=" "):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "azqdata.db")
        db = sqlite3.connect(path)
        if wal:
            db.execute("PRAGMA journal_mode=WAL")
        db.execute(f"CREATE TABLE signalling ({', '.join(columns)})")
        for number, (phone, us, protocol, direction, name, octets) in enumerate(rows):
            digits = None if octets is None else octets if isinstance(octets, str) else octets.hex(close or " ").upper() \
                if close else octets.hex()
            symbol, protocol = (protocol, direction) if swapped else (direction, protocol)
            values = {"log_hash": phone * 7919 << 33, "time": text_of(us + number * 7919 % 900000), "modem_time": text_of(us - rows[0][1]), "seqid": number,
                      "name": name, "symbol": symbol, "protocol": protocol, "detail_hex": digits, "detail_str": "text"}
            db.execute(f"INSERT INTO signalling VALUES ({', '.join('?' * len(columns))})", [values.get(c) for c in columns])
        db.commit()
        db.close()
        with open(path, "rb") as file:
            return file.read()


def archive(octets, method=zipfile.ZIP_DEFLATED, beside=(), name="azqdata.db", comment=b""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        file.writestr(name, octets)
        file.writestr("metadata.dat", "<a/>")
        for other, content in beside:
            file.writestr(other, content)
        file.comment = comment
    return out.getvalue()


def write(path, octets):
    with open(path, "wb") as file:
        file.write(octets)
    return path


def rows_of(program, folder, name):
    """Rows of a sample, and its baseband log converted: None where a baseband log cannot carry it."""
    scenario, log = os.path.join(TOP, "samples", name + ".scenario"), os.path.join(folder, "a.qmdl")
    with open(scenario, encoding="utf-8") as file:
        if any(word in file.read() for word in BELOW):
            return None
    if run(program, "synth", scenario, "-f", "diag", "-o", log).returncode != 0:
        return None
    with open(log, "rb") as file:
        return [row_of(command) for command in frames(file.read())]


def same(lines, expected):
    """Numbers of UEs and whatever a name of one goes into are the carrier's."""
    def plain(line):
        return {member: value for member, value in line.items() if member != "ue"}
    return [plain(line) for line in lines] == [plain(line) for line in expected]


def scenarios(program, folder):
    log, capture, path, n, phones = (os.path.join(folder, "a.qmdl"), os.path.join(folder, "a.pcapng"),
                                     os.path.join(folder, "a.azm"), 0, 0)
    for name in sorted(os.listdir(os.path.join(TOP, "samples"))):
        rows = rows_of(program, folder, name[:-9]) if name.endswith(".scenario") else None
        if not rows:
            continue
        check(run(program, "convert", log, "-o", capture).returncode == 0, f"{name}: convert")
        reference, expected = lines_of(program, capture)
        write(path, archive(database(rows, swapped=n % 2 == 1, close=" " if n % 3 else "")))
        result, lines = lines_of(program, path)
        check(same(lines, expected) and result.returncode == reference.returncode,
              f"{name}: {result.returncode} where {reference.returncode}, {result.stderr} {len(lines)} {len(expected)}")
        baseband.judged_alike(program, path)
        n += 1
        phones += len({row[0] for row in rows}) > 1
    check(n > 50 and phones > 0, f"scenarios: {n}, of several phones {phones}")
    print("scenarios as logs of AZENQOS:", n, "of several phones:", phones)


def forms(program, folder):
    """A write-ahead header, stored, a comment behind it, a pipe, convert, other names of rows."""
    rows, path = rows_of(program, folder, "daps-fallback-daps"), os.path.join(folder, "b.azm")
    plain = archive(database(rows))
    reference, expected = lines_of(program, write(path, plain))
    check(reference.returncode == 1 and {line.get("rule") for line in expected} >= {"repeated-key"}, "the sample has a finding")
    large = [(1, row[1], "SIP", "send", "SIP Request", None) for row in rows for _ in range(40)]
    for what, octets in (("header of a write-ahead log", archive(database(rows, wal=True))),
                         ("stored", archive(database(rows), zipfile.ZIP_STORED)),
                         ("with a comment", archive(database(rows), comment=b"PK\5\6 no end" * 50)),
                         ("rows of SIP behind it", archive(database(rows + large))),
                         ("an empty journal", archive(database(rows), beside=[("azqdata.db-journal", b"")])),
                         ("a journal done with", archive(database(rows), beside=[("azqdata.db-journal", bytes(512))]))):
        result, lines = lines_of(program, write(path, octets))
        check(lines == expected and result.returncode == 1, f"{what}: {result.returncode}, {result.stderr}")
        check(('"azenqos":%d' % len(large)).encode() in result.stdout or "SIP" not in what, f"{what}: counted")
    write(path, plain)
    with open(path, "rb") as file:
        result = run(program, "audit", "--format", "ndjson", "-", stdin=file)
    check(result.returncode == 1 and result.stdout.count(b'"type":"finding"') == sum("rule" in line for line in expected),
          f"standard input: {result.stderr}")
    result = run(program, "audit", "--max-spool", "1000", path)
    check(result.returncode == 3 and b"--max-spool" in result.stderr, f"a bound: {result.returncode}, {result.stderr}")
    result = run(program, "convert", path, "-o", path + ".pcapng")
    _, lines = lines_of(program, path + ".pcapng")
    check(result.returncode == 0 and lines == expected, f"convert: {result.stderr}")
    print("forms of a log: eleven")


def doubted(program, folder):
    """What makes a message, a row or the log be lost is said, and the exit status is 3."""
    rows, path = rows_of(program, folder, "daps-fallback-daps"), os.path.join(folder, "c.azm")

    def changed(at, **fields):
        names = ("phone", "us", "protocol", "direction", "name", "octets")
        return rows[:at] + [tuple(fields.get(name, value) for name, value in zip(names, rows[at]))] + rows[at + 1:]

    whole = database(rows)
    for what, octets, said in (
            ("a direction against the name", archive(database(changed(5, direction="send"))), "other way"),
            ("a name that says no channel", archive(database(changed(5, name="RrcReconfiguration"))), "no channel"),
            ("a name of LTE that says none", archive(database(changed(5, protocol="ERRC", name="Setup (XX-DCCH)"))), "no channel"),
            ("digits that are none", archive(database(changed(5, octets="08 0Z"))), "no RRC PDU"),
            ("half an octet", archive(database(changed(5, octets="08 0"))), "no RRC PDU"),
            ("no octets", archive(database(changed(5, octets=None))), "no RRC PDU"),
            ("another table", archive(database(rows, columns=COLUMNS[:8] + COLUMNS[9:])), "no table signalling"),
            ("no database", archive(b"text " * 100), "damaged"),
            ("a journal in use", archive(whole, beside=[("azqdata.db-journal", bytes.fromhex("d9d505f920a163d7") + bytes(504))]),
             "being written"),
            ("rows beside it", archive(whole, beside=[("azqdata.db-wal", b"x" * 900)]), "azqdata.db-wal"),
            ("a database cut", archive(whole[:len(whole) - 2000]), "damaged")):
        result = run(program, "audit", write(path, octets))
        check(result.returncode == 3 and said.encode() in result.stderr, f"{what}: {result.returncode}, {result.stderr}")
    view = sqlite3.connect(":memory:")
    view.execute("CREATE VIEW signalling AS WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n) SELECT x log_hash, "
                 "x time, x protocol, x symbol, x name, x detail_hex FROM n")
    view.commit()
    result = run(program, "audit", write(path, archive(view.serialize() if hasattr(view, "serialize") else serialized(view))))
    check(result.returncode == 3, f"a view without an end: {result.returncode}, {result.stderr}")
    capability = (1, rows[5][1], "NR-RRC", "send", "NR UL DCCH UeCapabilityInformation", None)
    result = run(program, "audit", write(path, archive(database(rows + [capability]))))
    check(result.returncode == 1, f"capabilities that the tool left out: {result.returncode}, {result.stderr}")
    print("doubted: thirteen")


def serialized(db):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "v.db")
        other = sqlite3.connect(path)
        db.backup(other)
        other.close()
        with open(path, "rb") as file:
            return file.read()


def damage(program, folder):
    """Bits flipped, cut, octets lost: said wherever it is, for a zip archive has checksums."""
    rows, path = rows_of(program, folder, "daps-fallback-daps"), os.path.join(folder, "d.azm")
    seen = {}
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        whole = archive(database(rows), method)
        _, expected = lines_of(program, write(path, whole))
        data = whole.index(b"azqdata.db") + 10, whole.index(b"metadata.dat") - 30  # the packed database
        dice = random.Random(20261128)
        for kind in ("flip", "cut", "drop", "page"):
            for _ in range(20):
                octets = bytearray(whole)
                at = dice.randrange(data[0], data[1]) if kind != "cut" else dice.randrange(4, len(whole))
                if kind == "flip":
                    octets[at] ^= 1 << dice.randrange(8)
                elif kind == "cut":
                    del octets[at:]
                elif kind == "drop":
                    del octets[at:at + dice.randrange(1, 60)]
                else:
                    octets[at:at + 64] = dice.randbytes(64)
                result = run(program, "audit", "--format", "ndjson", write(path, octets))
                check(result.returncode == 3 and b"d.azm" in result.stderr, f"{kind} at {at}: {result.returncode}, {result.stderr}")
                seen[kind] = seen.get(kind, 0) + 1
    print("damage:", seen)


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        path = write(os.path.join(folder, "one.azm"), archive(database([])))
        if b"without SQLite" in run(program, "audit", path).stderr:
            print("SKIPPED: this build is without SQLite")
            return 0
        scenarios(program, folder)
        forms(program, folder)
        doubted(program, folder)
        damage(program, folder)
    print(len(wrong), "wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
