#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`report --anonymize`: what identified anybody in a capture is in no report and no excerpt, in no encoding and at no bit position.

Usage: anonymize.py DAPSAUDIT
"""
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = None
# RRC that holds identities (TS 38.331, encoded by pycrate); what is in it is in IDENTITIES
HEAD = """cell A pci 11 ssb-arfcn 630000
cell B pci 22 ssb-arfcn 632628
ue 1 c-rnti 17921 in A
framing {framing}
{broadcast}connect
wait 2s
raw ul-ccch 0b4793ce3648
raw dl-ccch 20400000
raw ul-dcch 10d0300100c620eb84df80105e400340403c440000000021c24850d958742b4793ce20
security nea 2 nia 2
raw ul-dcch 3a0e3f0020bc80068080788800000000438490a1b2a9a304091a2b3c4d5e00
raw ul-dcch 004000040b0182c0140da0208008069f0d7a7cedb486a0
"""
FALLBACK_ONLY = """daps-handover to B ncc 0
complete
fallback
daps-handover to B ncc 0
complete
source-release
"""
FALLBACK = FALLBACK_ONLY + """raw ul-dcch 3a0e3f0020bc80068080788800000000438490a1b2a9a304091a2b3c4d5e00
raw dl-dcch 122068af52f4e25bf1d480
raw ul-ccch 36fc752da568
"""
RESUMES = """raw dl-dcch 122068af52f4e25bf1d480
raw ul-ccch 36fc752da568
reject
raw ul-ccch 36fc752da568
resume
resume-complete
"""
NAME = "alice-001017890123456"
COMMENT = "subscriber +491701234567, IMEI 490154203237518"
INTERFACE = "wlan-of-alice"
MACS = ["02abcd123456", "02abcd654321"]
ADDRESSES = ["cb00714d", "c6336463"]  # 203.0.113.77, 198.51.100.99
# The same of LTE (TS 36.331)
LTE_HEAD = """rat lte
cell A pci 11 earfcn 1300
cell B pci 22 earfcn 3400
ue 1 c-rnti 17921 in A
framing {framing}
{broadcast}connect
wait 2s
raw ul-ccch 4c35a3c9e718
raw dl-ccch 600000000000
raw ul-dcch 202180080631075c3c1d05c8202440421c24850d940bc3c0
security eea 2 eia 2
raw ul-dcch 4802e0eac103464a8ed3175b9e017ec01e2211883aeb4793ce20
raw ul-dcch 08103250085900100cf9db6953e1a500
"""
LTE_RELEASE = """raw dl-dcch 2a0aada2bd4bd388
raw ul-ccch 8d15ea5e9c412348
raw ul-ccch 9b7e3a912348
"""
BROADCAST = {False: "raw bcch-dl-sch 400008200201a7c35e9f3b6d21a8\n", True: "raw bcch-dl-sch 40400403a7c39f3b6d282820003000\n"}
ADDRESSED = {
    "IPv4 1": (int(ADDRESSES[0], 16), 32), "IPv4 2": (int(ADDRESSES[1], 16), 32),
    "MAC 1": (int(MACS[0], 16), 48), "MAC 2": (int(MACS[1], 16), 48),
}
LTE_IDENTITIES = ADDRESSED | {
    "IMSI in the NAS": (0x0910108709214365, 64), "IMEI in the NAS": (0x1A32547698BADCF0, 64), "GUTI in the NAS": (0x8C41D75A3C9E71, 56),
    "S-TMSI": (0xC35A3C9E71, 40), "m-TMSI": (0x5A3C9E71, 32), "MME": (0x8C41D7, 24), "TAC and cellIdentity": (0xA7C39F3B6D2, 44),
    "cellIdentity": (0x9F3B6D2, 28), "resumeIdentity": (0xD15EA5E9C4, 40), "truncated resumeIdentity": (0xB7E3A9, 24),
}
IDENTITIES = ADDRESSED | {
    "MSIN in BCD": (0x8709214365, 40), "SUPI in the NAS": (0x0D0100F110, 40), "IMEI in the NAS": (0x123456789ABC, 48),
    "S-TMSI": (0xC3A15A3C9E71, 48), "S-TMSI part 1": (0x5A3C9E71B2 & (1 << 39) - 1, 39), "TMSI": (0x5A3C9E71, 32),
    "AMF": (0x8C41D7, 24), "fullI-RNTI": (0xD15EA5E9C4, 40), "shortI-RNTI": (0xB7E3A9, 24), "TAC": (0xA7C35E, 24),
    "cellIdentity": (0x9F3B6D21A, 36), "NCGI": (0x00F1109F3B6D21A, 60), "PLMN, cell": (0x00F110, 24),
}
WORDS = ["alice", "001017890123456", "7890123456", "491701234567", "490154203237518", "wlan", "203.0.113", "198.51.100", "02:ab:cd",
         "8709214365", "d15ea5e9c4", "b7e3a9", "a7c35e", "9f3b6d21a", "5a3c9e71", "c3a1", str(0xA7C35E), str(0x9F3B6D21A), str(0xB7E3A9),
         str(0xD15EA5E9C4), str(0x9F3B6D2), "9f3b6d2", str(0x5A3C9E71)]


def run(*arguments):
    return subprocess.run([PROGRAM, *map(os.fspath, arguments)], capture_output=True, timeout=120, check=False)


def bits_of(data):
    return bin(int.from_bytes(b"\x01" + data, "big"))[3:]


def found(data, identities=None):
    """What of the identities, those of NR unless others are given, is in these octets."""
    bits = bits_of(data)
    names = [name for name, (value, n) in (identities or IDENTITIES).items() if format(value, f"0{n}b") in bits]
    lower = data.lower()
    return names + [word for word in WORDS if word.lower().encode() in lower or word.lower().encode("utf-16-le") in lower]


def option(code, octets):
    return struct.pack("<HH", code, len(octets)) + octets + bytes(-len(octets) % 4)


def block(kind, body):
    length = len(body) + 12
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def records(path):
    data = path.read_bytes()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    link, at = struct.unpack_from(order + "I", data, 20)[0], 24
    out = []
    while at < len(data):
        seconds, part, caplen, _ = struct.unpack_from(order + "IIII", data, at)
        out.append((seconds, part, data[at + 16:at + 16 + caplen]))
        at += 16 + caplen
    nano = data[:4] in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")
    return link, nano, out


def with_addresses(frame):
    """Other MAC and IPv4 addresses, and the header's checksum."""
    head = bytearray(frame[14:34])
    head[10:12] = b"\0\0"
    head[12:20] = bytes.fromhex(ADDRESSES[0] + ADDRESSES[1])
    total = sum(struct.unpack(">10H", head))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    head[10:12] = struct.pack(">H", ~total & 0xFFFF)
    return bytes.fromhex(MACS[0] + MACS[1]) + frame[12:14] + bytes(head) + frame[34:]


def make(folder, framing, text):
    """A pcapng with comments and an interface, of frames with real addresses."""
    scenario, plain = folder / "plain.scenario", folder / "plain.pcap"
    broadcast = "" if framing in ("mac-nr", "pdcp-nr", "mac-lte", "pdcp-lte") else BROADCAST[text.startswith("rat lte")]
    scenario.write_text(text.format(framing=framing, broadcast=broadcast))
    made = run("synth", scenario, "-o", plain)
    assert made.returncode == 0, made.stderr
    link, nano, frames = records(plain)
    path = folder / f"{NAME}-{framing}.pcapng"
    out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + option(1, COMMENT.encode()) + option(0, b""))
    out += block(1, struct.pack("<HHI", link, 0, 0) + option(2, INTERFACE.encode()) + option(9, b"\x09") + option(0, b""))
    for seconds, part, frame in frames:
        if link == 1:
            frame = with_addresses(frame)
        time = seconds * 10**9 + part * (1 if nano else 1000)
        out += block(6, struct.pack("<IIIII", 0, time >> 32, time & 0xFFFFFFFF, len(frame), len(frame)) + frame +
                     bytes(-len(frame) % 4) + option(1, COMMENT.encode()) + option(0, b""))
    path.write_bytes(out)
    return path


class Anonymized(unittest.TestCase):
    def setUp(self):
        room = tempfile.TemporaryDirectory(prefix="dapsaudit-anonymize-")
        self.addCleanup(room.cleanup)
        self.folder = pathlib.Path(room.name)

    def outputs(self, path, *options):
        """Every form of the report, and the excerpt, with what an audit of both says."""
        excerpt = self.folder / "excerpt-alice.pcapng"
        written = {}
        for form in ("html", "markdown", "json"):
            result = run("report", "--anonymize", "--liaison", "--format", form, "--excerpt", excerpt, *options, path)
            self.assertIn(result.returncode, (0, 1, 3), result.stderr)
            written[form] = result.stdout
        return written, excerpt.read_bytes() if excerpt.exists() else b"", excerpt

    def test_the_source_has_them(self):
        """The search would find what is there."""
        names = found(make(self.folder, "gsmtap-v3", HEAD + FALLBACK).read_bytes())
        self.assertEqual(set(IDENTITIES) - set(names), {"NCGI"})
        self.assertIn("wlan", names)
        names = found(make(self.folder, "gsmtap-v3", LTE_HEAD + FALLBACK_ONLY + LTE_RELEASE).read_bytes(), LTE_IDENTITIES)
        self.assertEqual(set(LTE_IDENTITIES) - set(names), set())

    def test_none_is_left(self):
        for framing in ("upper-pdu", "gsmtap-v3", "qcsuper", "mac-nr", "pdcp-nr"):
            for text in (HEAD + FALLBACK, HEAD + "daps-handover to B ncc 0\ncomplete\nfallback\n" + RESUMES):
                with self.subTest(framing):
                    path = make(self.folder, framing, text)
                    written, excerpt, _ = self.outputs(path)
                    for form, octets in written.items():
                        self.assertEqual(found(octets), [], form)
                    self.assertEqual(found(excerpt), [], "excerpt")
                    self.assertTrue(excerpt)
                    path.unlink()

    def test_none_of_lte_is_left(self):
        for framing in ("upper-pdu", "gsmtap-v3", "gsmtap-v2", "mac-lte", "pdcp-lte"):
            with self.subTest(framing):
                path = make(self.folder, framing, LTE_HEAD + FALLBACK_ONLY + LTE_RELEASE)
                written, excerpt, _ = self.outputs(path)
                for form, octets in written.items():
                    self.assertEqual(found(octets, LTE_IDENTITIES), [], form)
                self.assertEqual(found(excerpt, LTE_IDENTITIES), [], "excerpt")
                self.assertTrue(excerpt)
                path.unlink()

    def test_verdict_and_hash_stay(self):
        path = make(self.folder, "gsmtap-v3", HEAD + FALLBACK)
        written, _, excerpt = self.outputs(path)
        told = json.loads(written["json"])["captures"][0]
        plain = json.loads(run("report", "--liaison", "--format", "json", path).stdout)["captures"][0]
        self.assertEqual(told["file"]["name"], "capture-1")
        self.assertEqual(told["file"]["sha256"], plain["file"]["sha256"])
        self.assertEqual(told["verdict"], plain["verdict"])
        self.assertEqual([f["finding"]["rule"] for f in told["findings"]], [f["finding"]["rule"] for f in plain["findings"]])
        self.assertIn("Anonymized", told["file"]["anonymized"])
        for form in ("html", "markdown"):
            self.assertIn(b"Removed: every other file name", written[form])
        audited = [json.loads(line) for line in run("audit", "--format", "ndjson", excerpt).stdout.splitlines()]
        keys = {(r["rule"], r["key"]["pci"], r["key"]["arfcn"], r["key"]["ncc"]) for r in audited if r["type"] == "finding"}
        self.assertEqual(keys, {(f["finding"]["rule"], f["finding"]["key"]["pci"], f["finding"]["key"]["arfcn"],
                                 f["finding"]["key"]["ncc"]) for f in plain["findings"]})
        c_rntis = [r["c_rnti"] for r in audited if r["type"] == "handover"]
        self.assertEqual(c_rntis, [r["c_rnti"] for r in map(json.loads, run("audit", "--format", "ndjson", path).stdout.splitlines())
                                   if r["type"] == "handover"])
        self.assertIn(b"no integrity can be checked", excerpt.read_bytes())

    def test_xors_are_not_shown(self):
        """The XOR with a message that anyone can guess is the other message."""
        seen = 0
        for keys in sorted((TOP / "samples").glob("air-*.keys"))[:24]:
            path = keys.with_suffix(".pcap")
            if not path.exists() or b'"xor_ciphertext":"' not in run("report", "--format", "json", "--keys", keys, path).stdout:
                continue
            seen += 1
            written, _, _ = self.outputs(path, "--keys", keys)
            self.assertNotRegex(written["json"], rb'"xor_(cipher|plain)text":"[0-9a-f]+"')
            for form in ("html", "markdown"):
                self.assertNotIn(b"ciphertexts  ", written[form])
        self.assertGreater(seen, 3)

    def test_samples(self):
        """Every sample, with its key log if it has one: rules of the findings stay in the report, and the excerpt shows of them what RRC
        in clear shows, in the order of the source."""
        kept = lost = 0
        for path in sorted((TOP / "samples").glob("*.pcap*"))[::3]:
            keys = path.with_suffix(".keys")
            with self.subTest(path.name):
                copy = self.folder / ("Q7x" + path.name)
                copy.write_bytes(path.read_bytes())
                excerpt = self.folder / "x.pcapng"
                excerpt.unlink(missing_ok=True)
                result = run("report", "--anonymize", "--format", "json", "--excerpt", excerpt,
                             *(["--keys", keys] if keys.exists() else []), copy)
                self.assertIn(result.returncode, (0, 1, 3), result.stderr)
                told = json.loads(result.stdout)["captures"][0]
                self.assertNotIn(b"Q7x", result.stdout)
                note = told["file"]["excerpt"]
                wanted = {f["finding"]["rule"] for f in told["findings"]}
                self.assertEqual(note.startswith("none was written"), not excerpt.exists(), note)
                if not excerpt.exists():
                    lost += len(wanted)
                    continue
                self.assertTrue(wanted)
                self.assertIn("it proves no use of a key or keystream", note)
                octets = excerpt.read_bytes()
                self.assertIn(b"it proves no use of a key or keystream", octets)
                self.assertNotIn(b"Q7x", octets)
                frames = [int(number) for number in re.findall(rb"frame (\d+) of the source", octets)]
                self.assertEqual(frames, sorted(frames))
                audited = run("audit", "--format", "ndjson", excerpt)
                self.assertIn(audited.returncode, (0, 1, 3))
                lines = [json.loads(line) for line in audited.stdout.splitlines()]
                self.assertEqual(lines[-1]["undecoded"], 0)
                findings = [r for r in lines if r["type"] == "finding"]
                self.assertLessEqual({f["evidence"] for f in findings}, {"derived", "inferred"})
                said = {r["rule"] for r in findings}
                self.assertTrue(said)
                for rule in said | wanted:  # the report says what the excerpt says
                    self.assertRegex(note, rf"{rule} {sum(r['rule'] == rule for r in findings)} times?[ ,]")
                kept += len(said & wanted)
                lost += len(wanted - said)
        self.assertGreater(kept, 3 * lost, (kept, lost))

    def test_a_keystream_that_was_proven_is_inferred(self):
        """What MAC-Is proved is not in it, and that is said."""
        sample = TOP / "samples" / "air-daps-fallback.pcap"
        written, octets, excerpt = self.outputs(sample, "--keys", sample.with_suffix(".keys"))
        note = json.loads(written["json"])["captures"][0]["file"]["excerpt"]
        self.assertIn("keystream-reuse 1 time, inferred (the source: 1, proven)", note)
        self.assertIn(b"nothing below RRC is in it", octets)
        lines = [json.loads(line) for line in run("audit", "--format", "ndjson", excerpt).stdout.splitlines()]
        self.assertEqual({f["rule"]: f["evidence"] for f in lines if f["type"] == "finding"},
                         {"repeated-key": "derived", "keystream-reuse": "inferred", "mac-nonce-reuse": "inferred"})

    def test_what_only_pdus_show_gives_no_excerpt(self):
        sample = TOP / "samples" / "air-count-reuse.pcap"
        written, octets, _ = self.outputs(sample, "--keys", sample.with_suffix(".keys"))
        told = json.loads(written["json"])["captures"][0]
        self.assertTrue(told["findings"])
        self.assertEqual(octets, b"")
        self.assertIn("none was written: the findings rest on what is below RRC", told["file"]["excerpt"])

    def test_with_keys_shown_it_is_refused(self):
        self.assertEqual(run("report", "--anonymize", "--show-keys", TOP / "samples" / "daps-fallback-daps.pcap").returncode, 2)

    def test_what_cannot_be_read_is_not_named(self):
        path = self.folder / (NAME + ".pcap")
        path.write_bytes((TOP / "samples" / "daps-fallback-daps.pcap").read_bytes()[:300])
        for form in ("html", "markdown", "json"):
            octets = run("report", "--anonymize", "--format", form, path, self.folder / ("none-" + NAME + ".pcap")).stdout
            self.assertNotIn(b"alice", octets)
            self.assertIn(b"capture-1", octets)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
