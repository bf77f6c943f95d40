#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What Wireshark unwraps, the plugin takes: the same findings whatever is around the PDUs.

    carried.py BUILD

Captures over IP are carried again in the layers of tests/tools/carriers.py (tunnels, tags), and in IP fragments, of
which the last one completes the PDU. The plugin must say of them what the program says of the capture as it was, frame
by frame, or, for fragments, by the frame of the last one. tests/tools/carried.py holds the program to the same.
"""
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "tools")]
import agree  # noqa: E402
from carriers import CARRIERS, carry, fragments, gre, ip_in_ip, mpls, vlans, vxlan  # noqa: E402
from shark import Shark, plugins_of, synth  # noqa: E402

SCENARIOS = ("daps-fallback-daps", "vertical-same-pair-same-cell", "two-ues")
FRAMINGS = ("gsmtap-v3", "mac-nr", "rlc-nr", "pdcp-nr")


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
        agree.know(shark)
        for scenario in SCENARIOS:
            for framing in FRAMINGS:
                for wrap in CARRIERS if scenario == SCENARIOS[0] else (vxlan, gre, ip_in_ip, mpls, vlans, fragments):
                    n, differ = check(shark, program, folder, scenario, framing, wrap)
                    captures, compared, wrong = captures + 1, compared + n, wrong + differ
    print(f"{captures} captures carried otherwise, {compared} handovers and findings: {wrong} differences")
    if compared == 0:
        raise SystemExit("nothing was compared")
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
