#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes first inputs for every harness, made of the samples and of layouts: DIRECTORY/HARNESS/...

usage: seeds.py DAPSAUDIT DIRECTORY
"""
import gzip
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import zipfile

import framing_seeds # finds tests/tools
import azm
import baseband
import sdm
import rrc_seeds

SAMPLES = pathlib.Path(__file__).resolve().parent.parent.parent / "samples"
NAMES = ["x", "\x1b[31mred", "\u202egpj", "a\u2028b", "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "a|b\n# c", '"><img src=x>',
         "`x` [y](z) *w* _v_", "&lt;", "]]>", "\\u003c", "'", "%s%n", "\u00ff" * 60]
FRAMINGS = ["upper-pdu", "gsmtap-v3", "mac-nr-dlt157", "rlc-nr", "pdcp-nr", "gsmtap-v3-both", "mac-lte-dlt147", "rlc-lte", "pdcp-lte"]


def synth(program, scenario, *options):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "made.pcap"
        subprocess.run([program, "synth", scenario, *options, "-o", out], capture_output=True, check=False)
        return out.read_bytes() if out.exists() else b"" # not all framings carry all messages


def records(capture):
    """(link type, octets) of each record of a pcap."""
    linktype = struct.unpack_from("<I", capture, 20)[0] if capture else 0
    at = 24
    while at < len(capture):
        length = struct.unpack_from("<I", capture, at + 8)[0]
        yield linktype, capture[at + 16:at + 16 + length]
        at += 16 + length


def mac_parts(octets, lte=False):
    """(flags, UEId, C-RNTI, PDU) of a MAC PDU behind Wireshark's context (link type 157, LTE 147)."""
    flags, ue_id, rnti, at = 4 if octets[1] == 1 else 0, 0, 0, 3
    flags |= 64 if octets[2] == 3 else 0
    while at < len(octets) and octets[at] != 1:
        if octets[at] == 2:
            rnti, flags = struct.unpack_from(">H", octets, at + 1)[0], flags | 2
        elif octets[at] == 3:
            ue_id, flags = struct.unpack_from(">H", octets, at + 1)[0], flags | 1
        at += {2: 3, 3: 3, 4: 3, 5: 2, 6: 2, 7: 2 if lte else 5}.get(octets[at], 2)
    return flags, ue_id, rnti, octets[at + 1:]


def session(frames):
    out = b"\1"
    for number, (linktype, octets) in enumerate(frames):
        out += b"\0\3" + framing_seeds.record(linktype, octets) + (bytes([6, max(0, number - 2) % 256]) if number % 5 == 4 else b"")
    return out + b"\7"


def session_of_pdus(frames):
    out = b"\1"
    for _, octets in frames:
        flags, ue_id, rnti, pdu = mac_parts(octets)
        out += b"\0\4" + struct.pack(">BBHHBBH", 3, flags, ue_id, rnti, 0, 0, len(pdu)) + pdu
    return out


def radio(frames, lte=False):
    out = b""
    for _, octets in frames:
        flags, ue_id, rnti, pdu = mac_parts(octets, lte)
        out += (b"\5" if lte else b"\0") + struct.pack(">BHHBBH", flags, ue_id, rnti, 0, 0, len(pdu)) + pdu
    return out


def of_sample(program, scenario):
    """(harness, name, octets) of one scenario."""
    name, text = scenario.stem, scenario.read_bytes()
    yield "scenario", name, text
    plain = synth(program, scenario)
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(plain)
        file.flush()
        yield "events", name, subprocess.run([program, "events", file.name], capture_output=True).stdout.replace(
            file.name.encode(), b"c")
    yield "capture", name, plain
    yield "session", name, session(records(plain))
    yield "life", name, text + b"\0"
    for framing in FRAMINGS:
        made = synth(program, scenario, "-f", framing)
        if made:
            yield "life", f"{name}-{framing}", b"\n".join(
                line for line in text.split(b"\n") if not line.startswith(b"framing")) .replace(
                    b"\n", b"\nframing " + framing.encode() + b"\n", 1) + b"\0" + bytes([3, 7, 0, 0, 0, 1, 9, 0, 20, 3])
        if made and framing == "mac-lte-dlt147":
            yield "radio", name, radio(records(made), True)
            yield "framing", name, b"".join(framing_seeds.record(*one) for one in records(made))
        if made and framing == "mac-nr-dlt157":
            yield "radio", name, radio(records(made))
            yield "session", name + "-pdus", session_of_pdus(records(made))
            yield "session", name + "-mac", session(records(made))
            yield "framing", name, b"".join(framing_seeds.record(*one) for one in records(made))


def of_layouts(program):
    for number, seed in enumerate(framing_seeds.seeds()):
        yield "framing", f"layout-{number:02}", seed
        yield "session", f"layout-{number:02}", b"\0\0\3" + seed
    yield from (("rrc", name, octets) for name, octets in rrc_seeds.seeds())
    for keys in sorted(SAMPLES.glob("*.keys")):
        yield "keylog", keys.stem, keys.read_bytes()
    secret = "00:11-22 33" + "44" * 28
    for number, line in enumerate((f"kgnb * 0x{secret} ncc=3", f"NH ue1 2 {secret}", f"LEAF a rrcenc {secret[:11]}{'55' * 12} frame=7",
                                   f"KASME * {secret} ul_nas_count=4294967295\r\nKENB * {secret}", f"\ufeff# {secret}\nKGNB * {secret}x")):
        yield "keylog", f"line-{number}", line.encode()
    for form in range(18):
        for number, name in enumerate(NAMES):
            octets = name.encode()[:199]
            yield "report", f"{form:02}-{number:02}", bytes([form, len(octets)]) + octets + octets
    first = SAMPLES / "daps-fallback-daps.scenario"
    for option in ("--pcapng", "--nanoseconds"):
        yield "capture", option[2:], synth(program, first, option)
    plain = synth(program, first)
    yield "capture", "swapped", b"".join(plain[i:i + 4][::-1] for i in range(0, 4, 4)) + struct.pack(
        ">HHIIII", 2, 4, 0, 0, 262144, 252) + b"".join(
            struct.pack(">IIII", 5, number, len(octets), len(octets)) + octets for number, (_, octets) in enumerate(records(plain)))


def pdcp_item(code, keys, count, octets, version=1, algorithms=b"\3\3", configuration=0x4021):
    """A log command with one PDU of LTE PDCP."""
    pdu = struct.pack("<HHHHI", configuration, len(octets) + 9, len(octets), 700, count) + bytes(version >= 3) + octets
    inside = keys + algorithms + struct.pack("<H", 1) + pdu
    body = struct.pack("<BBHBBH", 1, 1, 0, 0xC3, version, len(inside) + 4) + inside
    packet = struct.pack("<HHQ", len(body) + 12, code, 0x0109_7654_3210_0000 + count) + body
    return b"\x10\0" + packet[:2] + packet


def commands_of(log):
    for chunk in log.split(b"\x7e"):
        parts = chunk.split(b"\x7d")
        plain = parts[0] + b"".join(bytes([part[0] ^ 0x20]) + part[1:] for part in parts[1:] if part)
        if plain:
            yield plain[:-2]


def packed(commands):
    return b"\1" + b"".join(struct.pack(">H", len(one)) + one for one in commands)


def of_logs(program):
    """Baseband logs, with keys by value beside RRC."""
    cases = SAMPLES.parent / "tests" / "cases"
    for name in ("baseband-lte", "baseband-two-sims"):
        log = (cases / name / "log.qmdl").read_bytes()
        commands = [*commands_of(log)]
        yield "baseband", name, b"\0" + log
        yield "baseband", name + "-commands", packed(commands)
        mixed = []
        for number, one in enumerate(commands):
            key = bytes([1 + number % 3]) * 32
            mixed += [one, pdcp_item(0xB0A3, key, number % 4, bytes([number, 7])), pdcp_item(0xB0B3, key, number % 4, b"\1\2", 26)]
        yield "baseband", name + "-keys", packed(mixed)
    with tempfile.NamedTemporaryFile(suffix=".dlf") as file:
        subprocess.run([program, "synth", SAMPLES / "daps-fallback-daps.scenario", "-o", file.name], check=True)
        yield "baseband", "dlf", b"\0" + pathlib.Path(file.name).read_bytes()
    yield "baseband", "hdf", b"\0head" + b"between".join(mixed)
    yield "baseband", "gz", b"\0" + gzip.compress(log, mtime=0)
    rows = [azm.row_of(command) for command in baseband.frames(log)]
    for name, octets in (("azm", azm.archive(azm.database(rows))), ("azm-wal", azm.archive(azm.database(rows, wal=True))),
                         ("azm-stored", azm.archive(azm.database(rows, swapped=True), zipfile.ZIP_STORED))):
        yield "baseband", name, b"\0" + octets
    for raw in (False, True):
        yield "baseband", f"sdm-{raw}", b"\0" + b"".join(sdm.packets(rows, raw, 9))
    yield "baseband", "encrypted", packed([b"\x9e\1\2\3", mixed[1], b"\x60\0"])


def of_nodes():
    """Stories of node interfaces, by themselves and in SCTP; some messages twice."""
    header = (SAMPLES.parent / "tests" / "unit" / "ap_pdus.h").read_text(encoding="utf-8")
    for name, rows in re.findall(r"given (\w+)\[\] = \{(.*?)\};", header, re.S):
        alone = sctp = b""
        for number, (source, target, octets) in enumerate(re.findall(r'\{(\d), (\d), "(\w+)"\}', rows)):
            octets = bytes.fromhex(octets)
            kind, nodes = int("0" not in (source, target)), int(source) << 4 | int(target)
            head = struct.pack(">BH", nodes, len(octets))
            alone += bytes([kind]) + head + octets
            sctp += (bytes([kind | 2]) + head + bytes([3, number]) + octets) * (1 + number % 2)
        yield "nodes", name, alone
        yield "nodes", name + "-sctp", sctp


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    program, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    made = [*of_layouts(program), *of_logs(program), *of_nodes()]
    for scenario in sorted(SAMPLES.glob("*.scenario")):
        made += of_sample(program, scenario)
    for harness, name, octets in made:
        (directory / harness).mkdir(parents=True, exist_ok=True)
        (directory / harness / name).write_bytes(octets)
    return 0


if __name__ == "__main__":
    sys.exit(main())
