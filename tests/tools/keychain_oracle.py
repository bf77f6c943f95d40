#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Recomputes every key that `dapsaudit keys --show-keys` prints, with Python's hmac alone, and compares.

    keychain_oracle.py DAPSAUDIT           all samples that have a key log

Only the inputs of each line (parent, FC, NCC, PCI, ARFCN, counter, algorithms) and the key log are believed; parents are
taken from this program's own recomputation, never from a printed value. TS 33.220 B.2, TS 33.501 Annex A, TS 33.401
Annex A.
"""
import glob
import hashlib
import hmac
import json
import os
import subprocess
import sys

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))


def kdf(key, fc, *parameters):
    s = bytes([fc])
    for parameter in parameters:
        s += parameter + len(parameter).to_bytes(2, "big")
    return hmac.new(key, s, hashlib.sha256).digest()


# FC of the root from the upper key, NH, star, the secondary node's key and the AS keys (TS 33.501 A.9 to A.11, A.16, A.8;
# TS 33.401 A.3 to A.5, A.15, A.7)
FC = {"nr": {"root": 0x6E, "nh": 0x6F, "star": 0x70, "sn": 0x79, "as": 0x69},
      "lte": {"root": 0x11, "nh": 0x12, "star": 0x13, "sn": 0x1C, "as": 0x15}}


def key_log(path):
    """{(rat, ue): [(KgNB or KeNB, KAMF or KASME or None)]} in the order of the connections."""
    roots = {}
    for line in open(path, encoding="ascii"):
        words = line.split()
        key = bytes.fromhex(words[2])
        rat = "lte" if words[0] in ("KENB", "KASME") else "nr"
        known = roots.setdefault((rat, words[1]), [])
        if words[0] in ("KGNB", "KENB"):
            known.append((key, None))
        elif words[0] in ("KAMF", "KASME"):
            count = int(words[3].split("=")[1]).to_bytes(4, "big")
            known.append((kdf(key, FC[rat]["root"], count, *([b"\1"] if rat == "nr" else [])), key))
    return roots


class Chain:
    """The keys of one UE as this program computes them."""

    def __init__(self, roots, rat):
        self.roots, self.next, self.keys, self.kamf, self.fc = roots, 0, {}, {}, FC[rat]
        self.rat = rat

    def root(self, identity):
        known = self.roots[self.next] if self.next < len(self.roots) else (None, None)
        self.next += 1
        self.keys[identity], self.kamf[identity] = known
        return known[0]

    def nh(self, identity, root):
        if self.kamf.get(root) is None:
            return None
        sync = self.keys[root]
        for _ in range(int(identity.split("/NH")[1])):
            sync = kdf(self.kamf[root], self.fc["nh"], sync)
        self.keys[identity] = sync
        return sync

    def value(self, line):
        if line["kind"] in ("kgnb", "kenb"):
            return self.root(line["id"])
        if line["kind"] == "nh":
            return self.nh(line["id"], line["parent"])
        parent = self.keys.get(line["parent"])
        if parent is None:
            value = None
        elif line["kind"] in ("ksn", "s-kenb"):
            value = kdf(parent, self.fc["sn"], line["sk_counter"].to_bytes(2, "big"))
        elif line["pci"] is None or line["arfcn"] is None:
            value = None
        else:
            arfcn = line["arfcn"]
            octets = 2 if self.rat == "lte" and arfcn < 65536 else 3
            if line["computed_octets"] is not None:  # what the network made of it, found by MAC-I
                arfcn, octets = line["computed_arfcn"], line["computed_octets"]
            value = kdf(parent, self.fc["star"], line["pci"].to_bytes(2, "big"), arfcn.to_bytes(octets, "big"))
        self.keys[line["id"]] = value
        return value


def as_keys(value, ciphering, integrity, rat):
    def last(use, algorithm):
        return kdf(value, FC[rat]["as"], bytes([use]), bytes([int(algorithm[3:])]))[16:].hex()
    return {"rrc_enc": last(3, ciphering), "rrc_int": last(4, integrity), "up_enc": last(5, ciphering),
            "up_int": last(6, integrity)}


def check(program, capture, keys):
    """(keys checked, differences) of one capture."""
    output = subprocess.run([program, "keys", "--show-keys", "--format", "ndjson", "--keys", keys, capture], check=True,
                            capture_output=True, text=True).stdout
    roots, chains, checked, wrong = key_log(keys), {}, 0, 0
    for line in map(json.loads, output.splitlines()):
        if line["type"] != "key":
            continue
        rat = line["rat"]
        known = roots.get((rat, line["ue"]), roots.get((rat, "*"), []))
        chain = chains.setdefault((rat, line["ue"]), Chain(known, rat))
        value = chain.value(line)
        checked += value is not None
        if line["value"] != (value.hex() if value is not None else None):
            print(f"{capture} frame {line['frame']} {line['id']}: printed {line['value']}, computed "
                  f"{value.hex() if value else None}")
            wrong += 1
        if value is not None and line["as_keys"] is not None:
            checked += 4
            if line["as_keys"] != as_keys(value, line["ciphering"], line["integrity"], rat):
                print(f"{capture} frame {line['frame']} {line['id']}: AS keys differ")
                wrong += 1
    return checked, wrong


def main(program):
    checked = wrong = captures = 0
    for keys in sorted(glob.glob(os.path.join(TOP, "samples", "*.keys"))):
        if os.path.basename(keys)[:-5] in ("air-nh-ahead", "air-failed-parent"):
            continue  # its network takes another parent than the command means, and the program follows it
        capture = glob.glob(keys[:-4] + "pcap*")[0]
        n, bad = check(os.path.abspath(program), capture, keys)
        captures, checked, wrong = captures + 1, checked + n, wrong + bad
    print(f"{captures} captures, {checked} keys checked, {checked - wrong} equal")
    return 1 if wrong or checked < 100 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
