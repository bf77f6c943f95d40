#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What Wireshark unwraps, the plugin takes: the same findings whatever is around the PDUs.

    carried.py BUILD

Captures over IP are carried again in layers that only Wireshark opens (VXLAN, GRE, IP in IP, MPLS, a VLAN in a VLAN) and
in IP fragments, of which the last one completes the PDU. The plugin must say of them what the program says of the
capture as it was, frame by frame, or, for fragments, by the frame of the last one.
"""
import os
import struct
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import agree  # noqa: E402
from shark import Shark, plugins_of, synth  # noqa: E402

SCENARIOS = ("daps-fallback-daps", "vertical-same-pair-same-cell", "two-ues")
FRAMINGS = ("gsmtap-v3", "mac-nr", "rlc-nr", "pdcp-nr")
ETHERNET = bytes(12)


def records(path):
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


def vxlan(frame, _):
    inner = b"\x08\0\0\0\0\0\x2a\0" + frame
    return [ETHERNET + b"\x08\0" + ipv4(17, struct.pack(">HHHH", 40000, 4789, 8 + len(inner), 0) + inner)]


def gre(frame, _):
    return [ETHERNET + b"\x08\0" + ipv4(47, b"\0\0\x08\0" + frame[14:])]


def ip_in_ip(frame, _):
    return [ETHERNET + b"\x08\0" + ipv4(4, frame[14:])]


def mpls(frame, _):
    return [ETHERNET + b"\x88\x47" + struct.pack(">I", 16 << 12 | 1 << 8 | 64) + frame[14:]]


def vlans(frame, _):
    return [frame[:12] + b"\x88\xa8\0\x05\x81\0\0\x06" + frame[12:]]


def fragments(frame, number):
    """The UDP datagram in three pieces or so, each in a frame of its own."""
    source, destination = struct.unpack_from(">II", frame, 26)
    datagram, size = frame[34:], 32
    return [ETHERNET + b"\x08\0" + ipv4(17, datagram[at:at + size], source, destination, at, at + size < len(datagram),
                                        number) for at in range(0, len(datagram), size)]


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


def moved(item, last):
    """The same handover or finding, its frames renumbered; texts name frames, too, and are left out."""
    item = {k: v for k, v in item.items() if k not in ("detail", "assumes", *agree.OF_COMMAND)}
    for name in ("frame", "complete_frame", "settled_frame", "executed_frame"):
        if item.get(name) is not None:
            item[name] = last[item[name]]
    if "frames" in item:
        item["frames"] = [last[frame] for frame in item["frames"]]
    return agree.as_key(item)


def check(shark, program, folder, scenario, framing, wrap):
    plain, keys = synth(program, folder, scenario, framing)
    carried = os.path.join(folder, "carried.pcap")
    last = carry(plain, carried, wrap)
    handovers, findings, _ = agree.said_by_program(program, plain, keys)
    said = {moved(item, last) for item in handovers + findings}
    wrong = 0
    for options in ([], ["-R", "frame"]):  # without a tree when frames are first dissected, and with one
        seen = shown_by_plugin(shark, carried, keys, options, max(last.values()))
        for item in sorted(said ^ seen):
            print(f"{scenario} as {framing} in {wrap.__name__} {options}: only "
                  f"{'the program' if item in said else 'the plugin'}: {item}")
        wrong += len(said ^ seen)
    return len(said), wrong


def shown_by_plugin(shark, capture, keys, options, frames):
    result = shark.tshark(shark.take(capture), "-2", *options, "-T", "json", "-J", "frame daps", "-o", "daps.show_keys:TRUE", "-o",
                          "protocols.display_hidden_proto_items:TRUE", "-o",
                          f"daps.keylog:{shark.private(keys)}")
    shown = agree.Shown(result.stdout, capture)
    same = {frame: frame for frame in range(frames + 1)}
    return {moved(item, same) for _, item in shown.handovers + shown.findings}


def main(arguments):
    build = os.path.abspath(arguments[0])
    program = os.path.join(build, "analyzer", "dapsaudit")
    captures = compared = wrong = 0
    with Shark(plugins_of(build)) as shark, tempfile.TemporaryDirectory() as folder:
        for scenario in SCENARIOS:
            for framing in FRAMINGS:
                for wrap in (vxlan, gre, ip_in_ip, mpls, vlans, fragments):
                    n, differ = check(shark, program, folder, scenario, framing, wrap)
                    captures, compared, wrong = captures + 1, compared + n, wrong + differ
    print(f"{captures} captures carried otherwise, {compared} handovers and findings: {wrong} differences")
    if compared == 0:
        raise SystemExit("nothing was compared")
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
