#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""PDUs that only a protocol tree shows.

    trees.py BUILD

Where Wireshark builds no tree (a list of packets), the plugin finds datagrams and records by itself. What comes in another
way needs the tree, and what is not taken must be said, not left out:

    a dissector of the user's (in Lua) hands RRC on to nr-rrc: with a tree, visible or not, the handovers are those of the
        program; without one every frame says that it was not followed, and there is no handover; loaded again in the same
        Wireshark, the capture is followed
    a link type of the user's table of DLTs: the plugin knows beforehand that it needs the tree, and nothing is missed
"""
import os
import re
import struct
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "tools")]
import agree  # noqa: E402
from carriers import ETHERNET, ipv4, records  # noqa: E402
from shark import SAMPLES, Shark, plugins_of, synth  # noqa: E402
from sharkd import Sharkd  # noqa: E402

SCENARIOS = ("daps-fallback-daps", "vertical-same-pair-same-cell", "two-ues")
CHANNELS = ("bcch.bch", "bcch.dl.sch", "dl.ccch", "dl.dcch", "ul.ccch", "ul.dcch")
PORT = 5555
LUA = f"""
local names = {{ {", ".join(f'"nr-rrc.{name}"' for name in CHANNELS)} }}
local wrapped = Proto("wrapped", "RRC behind a number")
function wrapped.dissector(tvb, pinfo, tree)
    Dissector.get(names[tvb(0, 1):uint() + 1]):call(tvb(1):tvb(), pinfo, tree)
end
DissectorTable.get("udp.port"):add({PORT}, wrapped)
"""


def upper_pdu(record):
    """Dissector name, ports and payload of an upper PDU."""
    at, tags = 0, {}
    while True:
        tag, length = struct.unpack_from(">HH", record, at)
        at += 4 + length
        if tag == 0:
            return tags[12].rstrip(b"\0").decode(), tags, record[at:]
        tags[tag] = record[at - length:at]


def wrap(path, out):
    """The same frames over UDP, for the dissector above."""
    head, found = records(path)
    head = head[:20] + struct.pack("<I", 1)
    with open(out, "wb") as file:
        file.write(head)
        for seconds, fraction, record in found:
            name, tags, rrc = upper_pdu(record)
            assert name.startswith("nr-rrc."), name
            payload = bytes([CHANNELS.index(name[7:])]) + rrc
            source, destination = (int.from_bytes(tags[tag], "big") if tag in tags else 0x0a000001 for tag in (20, 21))
            frame = ETHERNET + b"\x08\0" + ipv4(17, struct.pack(">HHHH", PORT, PORT, 8 + len(payload), 0) + payload, source,
                                              destination)
            file.write(struct.pack("<IIII", seconds, fraction, len(frame), len(frame)) + frame)
    return len(found)


def user_link_type(path, out):
    """UDP datagrams as records of DLT 161."""
    head, found = records(path)
    with open(out, "wb") as file:
        file.write(head[:20] + struct.pack("<I", 161))
        for seconds, fraction, record in found:
            datagram = record[14 + 20:]
            file.write(struct.pack("<IIII", seconds, fraction, len(datagram), len(datagram)) + datagram)


class Checks:
    def __init__(self):
        self.done = self.wrong = 0

    def __call__(self, right, what):
        self.done += 1
        if not right:
            self.wrong += 1
            print(what)


def results_of(text):
    shown = agree.Shown(text, "tshark")
    return {agree.as_key(item) for _, item in shown.handovers + shown.findings}


def listed_handovers(text):
    """Lines of the table of handovers."""
    table = text.partition("DAPS: handovers")[2].partition("DAPS: findings")[0]
    return len(re.findall(r"^ *\d+ *\|", table, re.MULTILINE))


def by_lua(check, shark, program, folder, scenario):
    (plain, key_log), wrapped = synth(program, folder, scenario, "upper-pdu"), os.path.join(folder, "wrapped.pcap")
    frames = wrap(plain, wrapped)
    capture, keys = shark.take(wrapped), f"daps.keylog:{shark.private(key_log)}"
    common = ["-o", keys, "-o", "daps.show_keys:TRUE"]
    as_json = ["-T", "json", "-J", "frame daps", "-o", "protocols.display_hidden_proto_items:TRUE"]
    handovers, findings, _ = agree.said_by_program(program, plain, key_log)
    with_tree = shark.tshark(capture, *common, "-2", "-R", "frame", *as_json)
    shown = agree.Shown(with_tree.stdout, wrapped)
    check({agree.handover_id(h) for h in handovers} == {agree.handover_id(h) for _, h in shown.handovers} and
          {agree.finding_id(f) for f in findings} == {agree.finding_id(f) for _, f in shown.findings},
          f"{scenario}: with a tree the handovers or findings of the plugin are not those of the program")
    check("daps.not_followed" not in with_tree.stdout, f"{scenario}: something is said to be missed with a tree")
    tables = ["-z", "daps,handovers", "-z", "daps,findings"]
    hidden = shark.tshark(capture, *common, *tables, "-Y", "frame").stdout
    check(listed_handovers(hidden) == len(handovers), f"{scenario}: the table behind a filter lacks handovers")
    summary = shark.tshark(capture, *common, *tables).stdout
    listed = summary.split("\n\n")[0].split("\n=")[0]
    check(listed.count(" | not followed") == frames, f"{scenario}: {listed.count(' | not followed')} frames without a "
          f"tree are said to be missed, of {frames}")
    check(listed_handovers(summary) == 0, f"{scenario}: without a tree there are handovers")
    missed = shark.tshark(capture, *common, "-2", "-T", "fields", "-e", "daps.not_followed").stdout.split("\n")
    check(sum(line != "" for line in missed) == frames, f"{scenario}: daps.not_followed is not on every frame")


def loaded_again(check, shark, program, folder, scenario):
    (plain, _), wrapped = synth(program, folder, scenario, "upper-pdu"), os.path.join(folder, "wrapped.pcap")
    frames = wrap(plain, wrapped)
    handovers, _, _ = agree.said_by_program(program, plain, None)
    capture, sharkd = shark.take(wrapped), Sharkd(shark)
    for number, (missed, commands) in enumerate(((frames, 0), (0, len(handovers)))):
        sharkd.load(capture)
        said = [sharkd.ask("frames", filter=f"({test}) && frame.number >= {number}")  # answers are kept by filter
                for test in ("daps.not_followed", "daps.executed_frame || daps.t304")]
        check([len(one) for one in said] == [missed, commands], f"{scenario}: {[len(one) for one in said]} frames are missed "
              f"and have handover commands, expected {[missed, commands]}")
    sharkd.close()


def by_link_type(check, shark, program, folder, scenario):
    (plain, key_log), records_of_it = synth(program, folder, scenario, "mac-nr"), os.path.join(folder, "user.pcap")
    user_link_type(plain, records_of_it)
    common = ["-o", 'uat:user_dlts:"User 14 (DLT=161)","udp","0","","0",""', "-o",
              f"daps.keylog:{shark.private(key_log)}", "-o", "daps.show_keys:TRUE"]
    as_json = ["-2", "-T", "json", "-J", "frame daps", "-o", "protocols.display_hidden_proto_items:TRUE"]
    expected = results_of(shark.tshark(shark.take(plain), *common, *as_json).stdout)
    got = shark.tshark(shark.take(records_of_it), *common, *as_json).stdout
    check(expected and results_of(got) == expected, f"{scenario}: a link type of the user's gives other results")
    check("daps.not_followed" not in got, f"{scenario}: something is said to be missed of a link type of the user's")


def whose(check, shark):
    """The UE and its context stand on every frame that brings RRC or PDCP of it, also where it says nothing."""
    for name, frames, contexts in (("middle", 13, 13), ("lte-middle", 13, 13), ("air-data-um", 510, 507)):
        path, keys = (os.path.join(SAMPLES, name + ending) for ending in (".pcap", ".keys"))
        options = ["-o", f"daps.keylog:{shark.private(keys)}"] if os.path.exists(keys) else []
        rows = [line.split("\t") for line in shark.tshark(shark.take(path), "-T", "fields", "-e", "daps.ue", "-e",
                                                          "daps.context.source", *options).stdout.splitlines()]
        check([row[0] for row in rows] == ["1"] * frames, f"{name}: not every frame names its UE")
        check(sum(row[1] != "" for row in rows) == contexts, f"{name}: not every frame shows the context in force")


def main(arguments):
    build = os.path.abspath(arguments[0])
    program, check = os.path.join(build, "analyzer", "dapsaudit"), Checks()
    with Shark(plugins_of(build)) as shark, tempfile.TemporaryDirectory() as folder:
        agree.know(shark)
        scripts = os.path.join(shark.home, ".local", "lib", "wireshark", "plugins")
        os.makedirs(scripts)
        with open(os.path.join(scripts, "wrapped.lua"), "w", encoding="ascii") as file:
            file.write(LUA)
        whose(check, shark)
        for scenario in SCENARIOS:
            by_lua(check, shark, program, folder, scenario)
            loaded_again(check, shark, program, folder, scenario)
            by_link_type(check, shark, program, folder, scenario)
    print(f"PDUs that only a tree shows, in {len(SCENARIOS)} captures: {check.done} checks, {check.wrong} failed")
    return check.wrong != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
