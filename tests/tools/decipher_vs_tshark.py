#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Deciphered RRC against tshark's, which is given the AS keys that the program derived.

    decipher_vs_tshark.py DAPSAUDIT

A UE goes through ten handovers with DAPS fallbacks between them, as a MAC capture with NEA2 and NIA2. tshark keeps one
key and one row of COUNTs a UE, so it is run once for every key of the chain, over just the frames of that key. Its octets
of every message and its verdict on every MAC-I must agree with what `dapsaudit decrypt` writes; and over the whole
capture with the first key it must fail behind the first handover, where the program goes on.
"""
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

KAMF = "00112233445566778899aabbccddeeff102132435465768798a9bacbdcedfe0f"
PREFERENCES = ["--enable-heuristic", "mac_nr_udp", "-o", "mac-nr.attempt_rrc_decode:TRUE",
               "-o", "rlc-nr.call_pdcp_for_srb:TRUE"]
ALGORITHMS = ["-o", "pdcp-nr.default_ciphering_algorithm:nea2", "-o", "pdcp-nr.default_integrity_algorithm:nia2"]


def scenario():
    lines = [f"cell C{i} pci {20 + i} ssb-arfcn {630000 + 96 * i}" for i in range(4)]
    lines += [f"ue 1 c-rnti 17921 in C0 kamf {KAMF} ul-nas-count 3", "connect", "security nea 2 nia 2", "nas ul", "nas dl"]
    for i in range(10):
        ncc = 0 if i == 0 else (i + 1) % 8 if i % 2 else i % 8
        if i % 3 == 1:
            lines += [f"daps-handover to C{(i + 2) % 4} ncc {ncc}", "complete", "fallback", "nas ul"]
        lines += [f"{'daps-' if i % 3 else ''}handover to C{(i + 1) % 4} ncc {ncc}", "complete", "measurement-report",
                  "traffic dl", "nas ul", "nas dl"]
        if i % 3:
            lines += ["source-release", "complete"]
    return "\n".join(lines) + "\n"


def rrc_octets(tree):
    """Hex of the RRC message in a packet of tshark's raw JSON, however deep; None if there is none."""
    if isinstance(tree, list):
        tree = dict(enumerate(tree))
    if not isinstance(tree, dict):
        return None
    raw = tree.get("nr-rrc_raw")
    if raw:
        return raw[0] if isinstance(raw[0], str) else raw[0][0]
    return next((found for found in map(rrc_octets, tree.values()) if found), None)


def cut_out(path, target, wanted):
    """The wanted frames (from 1) of a classic pcap as another one."""
    octets = open(path, "rb").read()
    out, at, number = [octets[:24]], 24, 0
    while at < len(octets):
        end = at + 16 + struct.unpack_from("<I", octets, at + 8)[0]
        number += 1
        if number in wanted:
            out.append(octets[at:end])
        at = end
    with open(target, "wb") as file:
        file.write(b"".join(out))


def tshark(path, row, frames=None):
    """Position (of frames, if given) -> (octets of its RRC message, MAC-I is right), of what tshark deciphers with this row of keys."""
    ue_id, keys = row
    table = 'uat:pdcp_nr_ue_keys:"' + ue_id + '"' + "".join(f',"{key}"' for key in keys)
    options = PREFERENCES + (ALGORITHMS if frames else [])
    if frames:
        cut_out(path, path + ".cut", frames)
        path += ".cut"
    out = subprocess.run(["tshark", "-r", path, *options, "-o", table, "-T", "jsonraw", "-J", "mac-nr rlc-nr pdcp-nr nr-rrc"],
                         capture_output=True, text=True, check=True).stdout
    text = subprocess.run(["tshark", "-r", path, *options, "-o", table, "-T", "fields", "-e", "frame.number", "-e",
                           "pdcp-nr.mac", "-e", "_ws.expert.message", "-e", "_ws.malformed"], capture_output=True, text=True,
                          check=True).stdout
    right = {}
    for line in text.splitlines():
        frame, mac, expert, malformed = line.split("\t")
        right[int(frame)] = bool(mac) and "MAC-I" not in expert and not malformed
    messages = {}
    for number, packet in enumerate(json.loads(out), 1):
        rrc = rrc_octets(packet["_source"]["layers"])
        if rrc:
            messages[frames[number - 1] if frames else number] = (rrc, right[number])
    return messages


def key_rows(program, path, keys):
    """Name of each key -> (UEId, AS keys), from the key table."""
    out = subprocess.run([program, "keys", "--wireshark", "--keys", keys, path], capture_output=True, text=True,
                         check=True).stdout.splitlines()
    rows = {}
    for comment, row in zip(out[1::2], out[2::2]):
        fields = re.findall(r"[0-9a-f]+", row)
        rows[re.search(r"key (\S+),", comment).group(1)] = (fields[0], fields[1:])
    return rows


def decrypted(program, path, keys, folder):
    """frame -> (octets, key), for what was deciphered."""
    target = os.path.join(folder, "out.pcapng")
    subprocess.run([program, "decrypt", "--keys", keys, path, "-o", target], check=True, capture_output=True)
    comments = subprocess.run(["tshark", "-r", target, "-T", "fields", "-e", "frame.comment"], capture_output=True,
                              text=True, check=True).stdout.splitlines()
    packets = json.loads(subprocess.run(["tshark", "-r", target, "-T", "jsonraw", "-J", "nr-rrc"], capture_output=True,
                                        text=True, check=True).stdout)
    found = {}
    for comment, packet in zip(comments, packets):
        if "deciphered" in comment:
            found[int(re.match(r"frame (\d+)", comment).group(1))] = (
                rrc_octets(packet["_source"]["layers"]), comment.split()[-1])
    return found


def main(arguments):
    program = os.path.abspath(arguments[0])
    with tempfile.TemporaryDirectory() as folder:
        source, path, keys = (os.path.join(folder, name) for name in ("x.scenario", "x.pcap", "x.keys"))
        with open(source, "w", encoding="utf-8") as file:
            file.write(scenario())
        subprocess.run([program, "synth", source, "-f", "mac-nr", "-o", path, "-k", keys], check=True)
        os.chmod(keys, 0o600)
        ours = decrypted(program, path, keys, folder)
        rows = key_rows(program, path, keys)
        agreed, wrong = set(), 0
        for key, row in rows.items():
            frames = sorted(frame for frame in ours if ours[frame][1] == key)
            if not frames:
                continue
            for frame, (octets, right) in tshark(path, row, frames).items():
                if not right:
                    continue
                agreed.add(frame)
                if octets != ours[frame][0]:
                    print(f"frame {frame}: tshark {octets}, the program {ours[frame][0]}")
                    wrong += 1
        whole = tshark(path, rows["K1"])
    first = {frame for frame, (octets, right) in whole.items() if right and frame in ours and ours[frame][0] == octets}
    agreed |= first  # the security mode complete is not ciphered yet, which tshark knows only from what is before it
    handovers = len(rows) - 1
    missing = sorted(set(ours) - agreed)
    if missing:
        print(f"frames that tshark verifies with none of the keys: {missing}")
    lost = sorted(set(ours) - first)
    print(f"{handovers} key changes, {len(ours)} messages deciphered, {len(agreed)} verified by tshark with the key of their "
          f"time, {wrong} differ; with the first key alone tshark verifies {len(first & set(ours))}, and not {len(lost)}")
    return 1 if wrong or missing or handovers < 10 or len(lost) < 20 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
