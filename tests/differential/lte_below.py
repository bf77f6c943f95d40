#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Random LTE connections below RRC, encoded here from the clauses alone, against what the program reads of them.

    lte_below.py DAPSAUDIT [--lives N] [--seed N]

RRC (TS 36.331, unaligned PER by hand), PDCP with COUNT, EEA2 and EIA2 (TS 36.323 6.2.2, TS 33.401 A.7, B.1.3, B.2.3),
RLC AM with concatenation, length indicators, segments, re-segmentation, retransmissions and disorder (TS 36.322 6.2.1.4,
6.2.1.5), MAC with control elements and padding (TS 36.321 6.1.2), link type 147. Every message must be read, in the frame
that completes it, with its length, and verify; cut and bit-flipped captures must end well and claim nothing.
"""
import argparse
import collections
import hashlib
import hmac
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

try:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.cmac import CMAC
except ImportError:
    print("skipped: no Python package cryptography")
    sys.exit(77)


def bits_to_octets(bits):
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


def octet_string(octets):
    n = len(octets)
    return (f"{n:08b}" if n < 128 else f"10{n:014b}") + "".join(f"{o:08b}" for o in octets)


# TS 36.331 6.2.2
def setup_request(rng):
    return bits_to_octets("01" + "0" + "1" + f"{rng.getrandbits(40):040b}" + "011" + "0")


SETUP = bits_to_octets("0" + "11" + "00" + "0" + "000" + "0" + "0" + "000000")


def setup_complete(nas):
    return bits_to_octets("0" + "0100" + "00" + "0" + "00" + "00" + "000" + octet_string(nas))


def security_mode_command(eea, eia):
    return bits_to_octets("0" + "0110" + "01" + "0" + "00" + "0" + "0" + f"0{eea:03b}" + f"0{eia:03b}")


SECURITY_MODE_COMPLETE = bits_to_octets("0" + "0101" + "01" + "0" + "0")


def information_transfer(downlink, nas):
    head = "0" + "0001" + "00" + "0" + "00" if downlink else "0" + "1001" + "0" + "00"
    return bits_to_octets(head + "0" + "00" + octet_string(nas))


# TS 33.401
def leaf(kenb, use, algorithm):
    return hmac.new(kenb, bytes([0x15, use, 0, 1, algorithm, 0, 1]), hashlib.sha256).digest()[16:]


class Pdcp:
    def __init__(self, kenb):
        self.enc, self.int = leaf(kenb, 3, 2), leaf(kenb, 4, 2)
        self.count = [0, 0]
        self.secured, self.ciphered = False, False

    def pdu(self, downlink, rrc, ciphered=None):
        count = self.count[downlink]
        self.count[downlink] += 1
        head = struct.pack(">IB", count, downlink << 2) + bytes(3)  # BEARER 0
        pdu = bytes([count & 31]) + rrc
        mac = bytes(4)
        if self.secured:
            cmac = CMAC(algorithms.AES(self.int))
            cmac.update(head + pdu)
            mac = cmac.finalize()[:4]
        data = rrc + mac
        if self.ciphered if ciphered is None else ciphered:
            stream = Cipher(algorithms.AES(self.enc), modes.CTR(head + bytes(8))).encryptor()
            data = stream.update(data)
        return pdu[:1] + data


class RlcAm:
    """Sender of one direction: SDUs into AMD PDUs with SNs of 10 bits."""

    def __init__(self, rng):
        self.rng, self.sn, self.queue, self.begun = rng, 0, [], False

    def send(self, ident, sdu):
        self.queue.append([ident, sdu])

    def pdus(self):
        """Everything that waits: (SN, [(ident or None, octets, starts, ends)])."""
        out = []
        while self.queue:
            room, stretches = self.rng.choice((3, 7, 20, 60, 200)), []
            while self.queue and room > 0 and len(stretches) < 6:
                ident, sdu = self.queue[0]
                part = sdu[:room]
                ends = len(part) == len(sdu)
                stretches.append((ident, part, not self.begun, ends))
                room -= len(part)
                self.begun = not ends
                if ends:
                    self.queue.pop(0)
                else:
                    self.queue[0][1] = sdu[len(part):]
            out.append((self.sn, stretches))
            self.sn = (self.sn + 1) & 1023
        return out


def amd(sn, stretches, segment=None):
    """segment: (offset, last) of a part of the PDU."""
    fi = (0 if stretches[0][2] else 2) | (0 if stretches[-1][3] else 1)
    head = 0x8000 | (0x4000 if segment else 0) | fi << 11 | (0x0400 if len(stretches) > 1 else 0) | sn
    out = struct.pack(">H", head)
    if segment:
        out += struct.pack(">H", segment[1] << 15 | segment[0])
    pairs = "".join(f"{int(i < len(stretches) - 2)}{len(s[1]):011b}" for i, s in enumerate(stretches[:-1]))
    return out + bits_to_octets(pairs) + b"".join(s[1] for s in stretches)


def cut(stretches, at):
    """The data field in two parts."""
    first, second, left = [], [], at
    for ident, part, starts, ends in stretches:
        if left >= len(part):
            first.append((ident, part, starts, ends))
        elif left <= 0:
            second.append((ident, part, starts, ends))
        else:
            first.append((ident, part[:left], starts, False))
            second.append((ident, part[left:], False, ends))
        left -= len(part)
    return first, second


def transmissions(rng, pdus):
    """AMD PDUs as they go: (octets, [(SN, from, to)]); some are lost and come again, whole or in parts."""
    out, late = [], []
    for sn, stretches in pdus:
        size = sum(len(s[1]) for s in stretches)
        whole = (amd(sn, stretches), [(sn, 0, size)])
        if rng.random() < 0.25 and size > 1:
            at = rng.randrange(1, size)
            first, second = cut(stretches, at)
            parts = [(amd(sn, first, (0, 0)), [(sn, 0, at)]), (amd(sn, second, (at, 1)), [(sn, at, size)])]
            if rng.random() < 0.5:
                parts.reverse()
            late += parts
            if rng.random() < 0.3:
                late.append(whole)  # acknowledged too late
        else:
            out.append(whole)
            if rng.random() < 0.1:
                late.append(whole)
        if late and rng.random() < 0.5:
            out.append(late.pop(0))
    return out + late


def mac(rng, downlink, sdus):
    """sdus: (LCID, octets); control elements and padding at random."""
    ces = []
    if downlink:
        ces += [(29, bytes([rng.getrandbits(6)]))] * rng.randrange(2) + [(30, b"")] * rng.randrange(2)
        ces += [(27, b"\x02")] * rng.randrange(2) + [(24, bytes(4))] * rng.randrange(2)
    else:
        ces += [(26, bytes([rng.getrandbits(6)]))] * rng.randrange(2)
        ces += rng.choice(([], [(29, b"\x11")], [(30, b"\x01\x02\x03")], [(28, b"\x40")]))
    heads = [bytes([0x20 | lcid]) for lcid, _ in ces]
    for lcid, sdu in sdus:
        n = len(sdu)
        heads.append(bytes([0x20 | lcid]) + (bytes([n]) if n < 128 and rng.random() < 0.8 else struct.pack(">H", 0x8000 | n)))
    style = rng.randrange(3)
    if style == 0:  # padding behind
        heads.append(b"\x1f")
    else:           # the last one has no length; one or two octets of padding in front
        heads[-1] = bytes([sdus[-1][0]])
        heads[:0] = [b"\x3f"] * (style - 1)
    body = b"".join(ce for _, ce in ces) + b"".join(sdu for _, sdu in sdus)
    return b"".join(heads) + body + (bytes(rng.randrange(5)) if style == 0 else b"")


class Life:
    def __init__(self, seed):
        self.rng = rng = random.Random(seed)
        self.kenb = rng.randbytes(32)
        self.pdcp, self.frames, self.expected = Pdcp(self.kenb), [], []
        self.rlc = [RlcAm(rng), RlcAm(rng)]
        self.c_rnti, self.ue_id = rng.randrange(1, 60000), rng.choice((0, rng.randrange(1, 900)))
        self.have, self.need = collections.defaultdict(set), {}

    def frame(self, downlink, pdu):
        self.frames.append(struct.pack(">BBBBHBHBHBBB", 1, downlink, 3, 2, self.c_rnti, 3, self.ue_id, 4, 0x0123, 7, 1, 1) + pdu)

    def send(self, downlink, messages, orderly=True):
        """messages: (kind, RRC). What is whole is expected in the frame that makes it so."""
        rlc, waiting = self.rlc[downlink], {}
        for i, (kind, rrc, pdu) in enumerate(messages):
            rlc.send(i, pdu)
            waiting[i] = (kind, len(rrc))
        pdus = rlc.pdus()
        need = collections.defaultdict(set)
        for sn, stretches in pdus:
            at = 0
            for ident, part, _, _ in stretches:
                need[ident] |= {(sn, o) for o in range(at, at + len(part))}
                at += len(part)
        sent = [(amd(sn, s), [(sn, 0, sum(len(p[1]) for p in s))]) for sn, s in pdus] if orderly else transmissions(self.rng, pdus)
        have = set()
        for octets, ranges in sent:
            self.frame(downlink, mac(self.rng, downlink, [(1, octets)]))
            have |= {(sn, o) for sn, a, b in ranges for o in range(a, b)}
            for ident in [i for i in waiting if need[i] <= have]:
                self.expected.append((len(self.frames), *waiting.pop(ident)))
        assert not waiting

    def say(self, downlink, kind, rrc, ciphered=None):
        self.send(downlink, [(kind, rrc, self.pdcp.pdu(downlink, rrc, ciphered))])

    def live(self):
        rng = self.rng
        self.frame(0, b"\x00" + setup_request(rng))
        self.expected.append((1, "setup-request", 6))
        self.frame(1, mac(rng, 1, [(0, SETUP)]))
        self.expected.append((2, "setup", len(SETUP)))
        self.say(0, "setup-complete", setup_complete(rng.randbytes(40)))
        self.pdcp.secured = True
        self.say(1, "security-mode-command", security_mode_command(2, 2))
        self.say(0, "security-mode-complete", SECURITY_MODE_COMPLETE)
        self.pdcp.ciphered = True
        for _ in range(rng.randrange(3, 12)):
            downlink = rng.randrange(2)
            batch = []
            for _ in range(rng.randrange(1, 5)):
                rrc = information_transfer(downlink, rng.randbytes(rng.choice((1, 8, 30, 127, 128, 400))))
                batch.append(("nas-transfer", rrc, self.pdcp.pdu(downlink, rrc)))
            self.send(downlink, batch, orderly=False)


def write(path, frames, cut_at=None):
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 147))
        for i, octets in enumerate(frames):
            kept = octets[:cut_at] if cut_at else octets
            out.write(struct.pack("<IIII", 1700000000 + i // 100, i % 100 * 10000, len(kept), len(octets)) + kept)


def events(program, path, keys):
    out = subprocess.run([program, "events", "--keys", keys, path], capture_output=True, text=True, timeout=60)
    if out.returncode not in (0, 1, 3):
        raise SystemExit(f"{path}: status {out.returncode}: {out.stderr[-300:]}")
    return [json.loads(line) for line in out.stdout.splitlines()]


def differences(life, lines):
    read = collections.Counter((e["frame"], e["event"], e.get("octets")) for e in lines
                               if e["type"] == "event" and e["channel"] != "none")
    wanted = collections.Counter(life.expected)
    for item in sorted((wanted - read).elements()):
        yield f"not read: {item}"
    for item in sorted((read - wanted).elements()):
        yield f"read, but not sent: {item}"
    counts = [e for e in lines if e["type"] == "capture"][-1]["pdcp"]
    if counts["verified"] < len(life.expected) - 3:  # what comes again verifies again
        yield f"{counts['verified']} verified of {len(life.expected) - 3}"
    if counts["unverified"] or counts["unreadable"] or counts["malformed"]:
        yield f"not read: {counts}"
    if any(e.get("event") == "collision" for e in lines):
        yield "a collision"


def damaged(program, life, path, keys):
    """Octets flipped, or frames cut: it ends well, and no reuse is proven that there is not."""
    rng = random.Random(life.c_rnti)
    frames = [bytearray(f) for f in life.frames]
    for _ in range(max(1, len(frames) // 6)):
        frame = rng.choice(frames)
        frame[rng.randrange(len(frame))] ^= 1 << rng.randrange(8)
    write(path, [bytes(f) for f in frames], rng.choice((None, None, 40)))
    out = subprocess.run([program, "audit", "-q", "-f", "ndjson", "--keys", keys, path], capture_output=True, text=True, timeout=60)
    if out.returncode not in (0, 1, 3):
        yield f"damaged: status {out.returncode}: {out.stderr[-300:]}"
    for line in out.stdout.splitlines():
        line = json.loads(line)
        if line["type"] == "finding" and line["evidence"] == "proven":
            yield f"damaged: {line['rule']} proven in frames {line['frames']}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--lives", type=int, default=150)
    parser.add_argument("--seed", type=int, default=36322)
    options = parser.parse_args()
    wrong = messages = 0
    with tempfile.TemporaryDirectory() as folder:
        path, keys = os.path.join(folder, "x.pcap"), os.path.join(folder, "x.keys")
        for i in range(options.lives):
            life = Life(options.seed + i)
            life.live()
            write(path, life.frames)
            with open(keys, "w", encoding="utf-8") as out:
                out.write(f"KENB * {life.kenb.hex()}\n")
            os.chmod(keys, 0o600)
            problems = list(differences(life, events(options.program, path, keys)))
            problems += damaged(options.program, life, path, keys)
            messages += len(life.expected)
            wrong += bool(problems)
            for problem in problems[:4]:
                print(f"seed {options.seed + i}: {problem}")
    print(f"{options.lives} connections, {messages} messages, {wrong} with differences")
    return 1 if wrong or not messages else 0


if __name__ == "__main__":
    sys.exit(main())
