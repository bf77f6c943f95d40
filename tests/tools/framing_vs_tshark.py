#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares the NR and LTE RRC PDUs that our framing layer finds with what other readers find in the same captures.

usage: framing_vs_tshark.py FRAMING_DUMP [CAPTURE...]

Without captures: all of ${DAPS_SHARED:-<repo>/../shared}/captures; skipped (exit 77) where that folder is absent.
Upper PDUs are compared with tshark: the message element it dissects tells the channel. What tshark 4.0 does not read
(GSMTAP v3, the Qualcomm log on UDP 47928, UERANSIM RLS) is compared with the parser below, written from the layouts
alone and sharing nothing with the C code. Octets of every PDU are compared with that parser.
"""
import json
import os
import pathlib
import struct
import subprocess
import sys

# Element that tshark shows for a channel of ours.
ELEMENTS = {
    "bcch-bch": "nr-rrc.BCCH_BCH_Message_element",
    "bcch-dl-sch": "nr-rrc.BCCH_DL_SCH_Message_element",
    "dl-ccch": "nr-rrc.DL_CCCH_Message_element",
    "dl-dcch": "nr-rrc.DL_DCCH_Message_element",
    "pcch": "nr-rrc.PCCH_Message_element",
    "ul-ccch": "nr-rrc.UL_CCCH_Message_element",
    "ul-ccch1": "nr-rrc.UL_CCCH1_Message_element",
    "ul-dcch": "nr-rrc.UL_DCCH_Message_element",
}
ELEMENTS_LTE = {channel: element.replace("nr-rrc.", "lte-rrc.") for channel, element in ELEMENTS.items() if channel != "ul-ccch1"}
# Dissector names behind which tshark shows no message element of its own.
BARE = {
    "nr-rrc.rrc_reconf": "rrc-reconfiguration",
    "nr-rrc.rrc_reconf_msg": "rrc-reconfiguration",
    "nr-rrc.rrc_reconf_compl": "rrc-reconfiguration-complete",  # tshark 4.0 does not register it
    "nr-rrc.radiobearerconfig": "radio-bearer-config",
    "nr-rrc.cellgroupconfig_msg": "cell-group-config",
    "nr-rrc.handovercommand_msg": "handover-command",
    "nr-rrc.handoverpreparationinformation_msg": "handover-preparation-information",
}
V3_SUBTYPES = {1: "bcch-bch", 2: "bcch-dl-sch", 3: "dl-ccch", 4: "dl-dcch", 6: "pcch", 7: "ul-ccch", 8: "ul-ccch1",
               9: "ul-dcch", 0x201: "rrc-reconfiguration", 0x202: "rrc-reconfiguration-complete"}
V3_SUBTYPES_LTE = {1: "bcch-bch", 3: "bcch-dl-sch", 7: "pcch", 8: "dl-ccch", 9: "dl-dcch", 10: "ul-ccch", 11: "ul-dcch"}
V2_SUBTYPES_LTE = ["dl-ccch", "dl-dcch", "ul-ccch", "ul-dcch", "bcch-bch", "bcch-dl-sch", "pcch"]
RLS_CHANNELS = ["bcch-bch", "bcch-dl-sch", "dl-ccch", "dl-dcch", "pcch", "ul-ccch", "ul-ccch1", "ul-dcch"]


def records(path):
    """(frame, link type, octets) of a pcap or pcapng file."""
    data = path.read_bytes()
    magic = data[:4]
    if magic == b"\x0a\x0d\x0d\x0a":
        yield from records_pcapng(data)
        return
    order = "<" if magic in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    linktype = struct.unpack_from(order + "I", data, 20)[0]
    at, frame = 24, 0
    while at + 16 <= len(data):
        caplen = struct.unpack_from(order + "I", data, at + 8)[0]
        frame += 1
        yield frame, linktype, data[at + 16:at + 16 + caplen]
        at += 16 + caplen


def records_pcapng(data):
    at, frame, order, links = 0, 0, "<", []
    while at + 12 <= len(data):
        kind = struct.unpack_from(order + "I", data, at)[0]
        if kind == 0x0a0d0d0a:
            order = "<" if data[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            links = []
        size = struct.unpack_from(order + "I", data, at + 4)[0]
        if kind == 1:
            links.append(struct.unpack_from(order + "H", data, at + 8)[0])
        elif kind == 6:
            interface, _, _, caplen, _ = struct.unpack_from(order + "IIIII", data, at + 8)
            frame += 1
            yield frame, links[interface], data[at + 28:at + 28 + caplen]
        at += size


def udp_of(linktype, octets):
    """(source port, destination port, payload) or None; whole datagrams only."""
    if linktype == 1:
        ethertype, at = struct.unpack_from(">H", octets, 12)[0], 14
        while ethertype in (0x8100, 0x88a8):
            ethertype, at = struct.unpack_from(">H", octets, at + 2)[0], at + 4
        if ethertype != 0x0800:
            return None
        octets = octets[at:]
    elif linktype not in (101, 228):
        return None
    if len(octets) < 28 or octets[0] >> 4 != 4 or octets[9] != 17 or struct.unpack_from(">H", octets, 6)[0] & 0x3fff:
        return None
    udp = octets[(octets[0] & 15) * 4:struct.unpack_from(">H", octets, 2)[0]]
    source, destination, length = struct.unpack_from(">HHH", udp)
    return source, destination, udp[8:length]


def upper_pdu(octets):
    at, name = 0, ""
    while True:
        tag, length = struct.unpack_from(">HH", octets, at)
        if tag == 12:
            name = octets[at + 4:at + 4 + length].rstrip(b"\0").decode()
        at += 4 + length
        if tag == 0:
            return name, octets[at:]


def gsmtap3(payload):
    _, _, words, kind, subtype = struct.unpack_from(">BBHHH", payload)
    at = 8
    while words > 2:
        tag = struct.unpack_from(">H", payload, at)[0]
        if tag == 0xfffe:
            at += 2
            break
        at += 4 + struct.unpack_from(">H", payload, at + 2)[0]
    return kind, subtype, payload[at:]


def expected_by_layout(path):
    """frame -> (channel or None if only tshark can tell, octets)"""
    found = {}
    for frame, linktype, octets in records(path):
        if linktype == 252:
            name, pdu = upper_pdu(octets)
            if name.startswith(("nr-rrc.", "lte_rrc.", "lte-rrc.")) and ".nb" not in name:
                found[frame] = (None, pdu.hex())
            continue
        udp = udp_of(linktype, octets)
        if not udp or not udp[2]:
            continue
        source, destination, payload = udp
        if 4729 in (source, destination) and payload[0] == 3:
            kind, subtype, pdu = gsmtap3(payload)
            if kind == 0x0503:
                found[frame] = (V3_SUBTYPES.get(subtype, "other"), pdu.hex())
            elif kind == 0x0403 and subtype in V3_SUBTYPES_LTE:
                found[frame] = (V3_SUBTYPES_LTE[subtype], pdu.hex())
        elif 4729 in (source, destination) and payload[0] == 2 and payload[2] == 0x0d and payload[12] < len(V2_SUBTYPES_LTE):
            found[frame] = (V2_SUBTYPES_LTE[payload[12]], payload[payload[1] * 4:].hex())
        elif 4997 in (source, destination) and payload[0] == 3 and payload[4] == 6 and payload[13] == 1:
            channel, length = struct.unpack_from(">II", payload, 18)
            found[frame] = (RLS_CHANNELS[channel], payload[26:26 + length].hex())
    return found


def expected_by_tshark(path, frames):
    """Channels of upper PDUs as tshark sees them, for the frames given."""
    fields = ["frame.number", "exported_pdu.prot_name"] + list(ELEMENTS.values()) + list(ELEMENTS_LTE.values())
    command = ["tshark", "-n", "-r", str(path), "-T", "fields"] + [a for f in fields for a in ("-e", f)]
    output = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    channels = {}
    for line in output.splitlines():
        values = line.split("\t")
        frame = int(values[0])
        if frame not in frames:
            continue
        name = values[1].split(",")[0].strip('"').rstrip("\0")
        lte = name.startswith("lte")  # what nests in it is NR's
        own = values[2 + len(ELEMENTS):] if lte else values[2:2 + len(ELEMENTS)]
        shown = [channel for channel, value in zip(ELEMENTS_LTE if lte else ELEMENTS, own) if value]
        # Nested messages show elements, too: the dissector name decides for the bare ones.
        channels[frame] = BARE.get(name) or (shown[0] if len(shown) == 1 else shown or "other")
    return channels


def ours(dump, path):
    output = subprocess.run([dump, str(path)], stdout=subprocess.PIPE, text=True, check=True).stdout
    lines = [json.loads(line) for line in output.splitlines()]
    problems = [line for line in lines if "problem" in line]
    return {line["frame"]: line for line in lines if "channel" in line}, problems


def compare(dump, path):
    got, problems = ours(dump, path)
    expected = expected_by_layout(path)
    unknown = {frame for frame, (channel, _) in expected.items() if channel is None}
    by_tshark = expected_by_tshark(path, unknown) if unknown else {}
    differences = [f"frame {p['frame']}: problem {p['detail']}" for p in problems]
    for frame in sorted(set(got) | set(expected)):
        if frame not in got or frame not in expected:
            differences.append(f"frame {frame}: " + ("only we have it" if frame in got else "we do not have it"))
            continue
        channel, octets = expected[frame]
        channel = channel or by_tshark.get(frame)
        mine = got[frame]["channel"]
        if channel != mine and not (isinstance(channel, list) and mine in channel):
            differences.append(f"frame {frame}: we say {mine}, expected {channel}")
        if octets != got[frame]["octets"]:
            differences.append(f"frame {frame}: octets differ")
    print(f"{path.name}: {len(got)} RRC PDUs, {len(by_tshark)} compared with tshark, {len(differences)} differences")
    for difference in differences:
        print("   ", difference)
    return not differences, len(got)


def main():
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    here = pathlib.Path(__file__).resolve().parents[2]
    shared = pathlib.Path(os.environ.get("DAPS_SHARED", here.parent / "shared"))
    paths = [pathlib.Path(p) for p in sys.argv[2:]] or sorted((shared / "captures").glob("*.pcap*"))
    paths = [p for p in paths if not p.name.startswith(("mac-nr", "mac-lte"))]  # below_rrc_vs_tshark.py has those
    if not paths:
        print(f"skipped: no captures in {shared / 'captures'}")
        return 77
    results = [compare(sys.argv[1], path) for path in paths]
    total = sum(count for _, count in results)
    print(f"{len(paths)} captures, {total} RRC PDUs")
    return 0 if all(ok for ok, _ in results) and total else 1


if __name__ == "__main__":
    sys.exit(main())
