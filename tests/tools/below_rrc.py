#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every sample scenario again, below RRC: MAC, RLC and PDCP captures with real ciphering and integrity.

    below_rrc.py DAPSAUDIT

With keys: the handovers and rules of the RRC log, and every reuse of different plaintexts proven, the XOR in the finding
being that of the two PDUs in the file. Without keys: nothing that was ciphered is read, and nothing is claimed from it.
RRC in clear beside the PDCP PDUs it went in: the same rules, reuse observed.
"""
import collections
import glob
import json
import os
import struct
import subprocess
import sys
import tempfile

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BELOW = ("mac-nr mac-nr-dlt149 mac-nr-dlt157 mac-nr-upper mac-nr-upper-udp rlc-nr pdcp-nr pdcp-nr-2018 gsmtap-v3-mac "
         "gsmtap-v3-pdcp").split()
BELOW_LTE = ("mac-lte mac-lte-dlt147 mac-lte-dlt149 mac-lte-upper rlc-lte pdcp-lte gsmtap-v2-mac gsmtap-v3-mac "
             "gsmtap-v3-pdcp").split()
# What a capture below RRC cannot know, although an RRC log does.
LESS = {
    "same-frequency": "the frequency of the first cell is nowhere in the capture, so the key cannot be computed",
    "new-connection-between": "the key log has the key of one of the two connections",
    "resume-rejected": "the cell of the resume is nowhere in the capture",
    "resume-rejected-unnamed": "likewise",
    "suspend-without-ncc": "likewise",
    "failed-handover-reestablishment-elsewhere": "the cell of the re-establishment is nowhere in the capture",
    "middle": "the capture begins in a connection whose key nobody has",
}
# Where below RRC more is known than the RRC log says.
MORE = {
    "failed-handover-reestablishment-unnamed": "the MAC-I tells which cell the UE was re-established in",
    "starts-behind-command": "MAC-Is tell of two messages under one key, of whose commands the log holds one",
}
REUSE = ("keystream-reuse", "mac-nonce-reuse")


class Tool:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def make(self, scenario, framing):
        path, keys = os.path.join(self.folder, "x.pcap"), os.path.join(self.folder, "x.keys")
        command = [self.program, "synth", scenario, "-o", path, "-k", keys]
        if framing:
            command += ["-f", framing]
        subprocess.run(command, check=True)
        os.chmod(keys, 0o600)
        return path, keys if os.path.getsize(keys) else None

    def audit(self, path, keys=None):
        command = [self.program, "audit", "-q", "-f", "ndjson", path] + (["--keys", keys] if keys else [])
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode not in (0, 1, 3):
            raise SystemExit(f"{path}: status {result.returncode}: {result.stderr}")
        return [json.loads(line) for line in result.stdout.splitlines()]


def rules(lines):
    return collections.Counter(line["rule"] for line in lines if line["type"] == "finding")


def handovers(lines):
    return [(line["daps"], line["outcome"], line["derivation"], line["ncc"], line["pci"], line["c_rnti"])
            for line in lines if line["type"] == "handover"]


def reuse(lines):
    return [line for line in lines if line["type"] == "finding" and line["rule"] in REUSE]


def frames_of(path):
    """Octets of every frame of a classic pcap."""
    octets = open(path, "rb").read()
    at, frames = 24, []
    while at < len(octets):
        length = struct.unpack_from("<I", octets, at + 8)[0]
        frames.append(octets[at + 16:at + 16 + length])
        at += 16 + length
    return frames


def xor_in_file(path, finding):
    """XOR of the ends of the first two frames named: in PDCP framings the PDU is the end of its frame."""
    frames, n = frames_of(path), finding["keystream"]["overlap_octets"]
    a, b = (frames[f - 1] for f in finding["frames"][:2])
    shorter = min(len(a), len(b))
    if len(a) != len(b):
        return None
    return bytes(x ^ y for x, y in zip(a[shorter - n:], b[shorter - n:])).hex()


def check_keyed(name, framing, tool, scenario, base):
    path, keys = tool.make(scenario, framing)
    lines = tool.audit(path, keys)
    if keys and name not in LESS and name not in MORE:
        if handovers(lines) != handovers(base):
            yield "other handovers than the RRC log"
        if rules(lines) != rules(base):
            yield f"rules {dict(rules(lines))}, the RRC log has {dict(rules(base))}"
    if (not keys or name in LESS) and rules(lines) - rules(base):
        yield f"rules {dict(rules(lines))}, the RRC log has only {dict(rules(base))}"
    for finding in reuse(lines):
        tuple_ = finding["keystream"]
        if not tuple_["plaintext_differs"]:
            continue
        if keys and name not in LESS and finding["evidence"] != "proven":
            yield f"{finding['rule']} is {finding['evidence']}, not proven"
        if finding["rule"] == "keystream-reuse" and finding["evidence"] == "proven":
            if tuple_["xor_ciphertext"] != tuple_["xor_plaintext"]:
                yield "XOR of ciphertexts is not that of plaintexts"
            in_file = xor_in_file(path, finding) if "pdcp" in framing else None
            if in_file is not None and in_file != tuple_["xor_ciphertext"]:
                yield f"XOR {tuple_['xor_ciphertext']}, in the file it is {in_file}"


def check_keyless(framing, tool, scenario, base):
    path, _ = tool.make(scenario, framing)
    lines = tool.audit(path)
    null = rules(base)["null-security"] > 0
    if not null and rules(lines):
        yield f"without keys: {dict(rules(lines))} from ciphertext"
    totals = lines[-1].get("pdcp", {})
    if totals.get("deciphered") or totals.get("verified"):
        yield "without keys: something was deciphered"
    if not null and not totals.get("unreadable"):
        yield "without keys: nothing is said to be unreadable"


def check_both(name, tool, scenario, base):
    path, keys = tool.make(scenario, "gsmtap-v3-both")
    lines, with_keys = tool.audit(path), tool.audit(path, keys)
    if name not in MORE and rules(lines) != rules(base):
        yield f"rules {dict(rules(lines))}, the RRC log has {dict(rules(base))}"
    for finding in reuse(lines):
        if finding["keystream"]["plaintext_differs"] and finding["evidence"] != "observed" and name != "middle":
            yield f"{finding['rule']} is {finding['evidence']}, not observed"
    for finding in reuse(with_keys):
        if keys and finding["keystream"]["plaintext_differs"] and finding["evidence"] != "proven":
            yield f"with keys {finding['rule']} is {finding['evidence']}, not proven"


def main(arguments):
    done = proven = wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        tool = Tool(os.path.abspath(arguments[0]), folder)
        for scenario in sorted(glob.glob(os.path.join(TOP, "samples", "*.scenario"))):
            name = os.path.basename(scenario)[:-len(".scenario")]
            text = open(scenario, encoding="utf-8").read()
            if "scg-change" in text or name.startswith(("air-", "beside-", "lte-air-")):
                continue  # nothing of the UE itself on the air; or made for what it is below RRC
            lte = "\nrat lte" in text
            path, keys = tool.make(scenario, "gsmtap-v3")
            base = tool.audit(path, keys)
            for framing in (BELOW_LTE if lte else BELOW) + ["gsmtap-v3-both"]:
                if framing == "gsmtap-v3-both":
                    problems = list(check_both(name.removeprefix("lte-"), tool, scenario, base))
                else:
                    problems = [*check_keyed(name.removeprefix("lte-"), framing, tool, scenario, base),
                                *check_keyless(framing, tool, scenario, base)]
                done += 1
                for problem in problems:
                    print(f"{name}, {framing}: {problem}")
                    wrong += 1
            proven += sum(rules(base)[rule] for rule in REUSE)
    print(f"{done} captures below RRC, {proven} kinds of reuse in their RRC logs, {wrong} wrong")
    return 1 if wrong or done < 100 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
