#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A life as it goes over the air: MAC-NR, RLC-NR or PDCP-NR of Wireshark's UDP framings, ciphered and integrity protected.

mac-nr: "mac-nr", radio type, direction, RNTI type, tags (2 RNTI, 3 UEId, 6 HARQ, 7 frame and slot), 1, MAC PDU.
rlc-nr: "rlc-nr", mode, SN length, tags (2 direction, 3 UEId, 4 bearer type, 5 bearer id), 1, RLC PDU.
pdcp-nr: "pdcp-nr", plane, tags (2 SN length, 3 direction, 4 bearer type, 5 bearer id, 6 UEId, 15 MAC-I), 1, PDCP PDU.
LTE: mac-lte (mac_lte below), rlc-lte: "rlc-lte", mode, tags (2 SN length, 3 direction, 5 UEId, 6 channel type, 7 channel id), 1, RLC PDU;
pdcp-lte: "pdcp-lte", 0, plane, 0, tags (2 SN length, 3 direction, 4 channel type, 13 channel id, 14 UEId), 1, PDCP PDU.
"""
import dataclasses
import random
import struct

import protect
from capture import Frame, udp
from rat import FRAMING, KEY, LTE, ROOT, rrc


@dataclasses.dataclass
class Style:
    form: str = "mac-nr"          # mac-nr, rlc-nr, pdcp-nr
    ueid: str = "ue"              # mac-nr only: ue (one each), rnti (one for each RNTI), leg (given again), none
    keys: str = "full"            # full (KAMF), kgnb, some (of one connection only), none
    segment: int = 0              # octets of data in an RLC PDU; 0: whole
    retransmit: float = 0.0       # RLC PDUs sent again
    twice: float = 0.0            # records captured twice
    responses: bool = False       # random access responses are in the capture

    def words(self):
        return (f"{self.form}, ueid {self.ueid}, keys {self.keys}, segment {self.segment}, retransmit {self.retransmit}, "
                f"twice {self.twice}")


def choose(seed, life):
    rng = random.Random(f"air {seed}")
    style = Style(rng.choice(("mac", "mac", "mac", "rlc", "pdcp")) + "-" + FRAMING, rng.choice(("ue", "ue", "rnti", "leg", "none")),
                  rng.choice(("full", "full", "full", "kgnb", "some", "none")))
    style.segment = rng.choice((0, 0, 0, 12, 40)) if not style.form.startswith("pdcp") and not LTE else 0
    style.retransmit = rng.choice((0.0, 0.0, 0.15)) if not style.form.startswith("pdcp") else 0.0
    style.twice = rng.choice((0.0, 0.0, 0.0, 0.1))
    style.responses = rng.random() < 0.5
    if not life.apart and style.ueid in ("none", "rnti"):
        style.ueid = "ue"   # one C-RNTI in two cells: nothing else would tell the UEs apart
    return style


class Radio:
    """RLC and MAC of all UEs of a life. Gives frames; the last RLC PDU of an SDU completes its message."""

    def __init__(self, life, style, seed):
        self.life, self.style = life, style
        self.rng = random.Random(f"radio {seed}")
        self.values = protect.Values(random.Random(f"values {seed}"))
        self.sn, self.ids, self.frames = {}, {}, []
        self.temporary = 40000
        self.heard = {}   # (UE, C-RNTI): its Msg3, of which the network repeats 48 bits
        self.given = give_numbers(life)
        self.frame_number = 0

    # --- PDCP and RLC -------------------------------------------------------------------------------------------

    def sdu(self, message):
        if message.srb < 0:
            return protect.data_pdu(self.values, message)
        if message.kind in ("reestablishment-request", "resume-request"):
            self.sign(message)
        return message.octets if message.srb == 0 else protect.signalling_pdu(self.values, message)

    def sign(self, message):
        """shortMAC-I, resumeMAC-I: COUNT, BEARER, DIRECTION all ones (38.331 5.3.7.4, 5.3.13.3)."""
        c_rnti, pci = message.facts["named"]
        source = message.facts["source"]
        name = "VarShortMAC_Input" if message.kind == "reestablishment-request" else "VarResumeMAC_Input"
        mac = 0
        if source.key is not None:
            message_in = rrc.encode_variable(name, c_rnti, pci, message.cell.pci << 8 | 1)
            key = self.values.leaf(source.key, protect.RRC_INT, source.nia)
            mac = struct.unpack(">H", protect.mac_i(key, source.nia, 0xFFFFFFFF, 31, 1, message_in)[2:])[0]
        if message.kind == "reestablishment-request":
            message.octets = rrc.reestablishment_request(c_rnti, pci, mac, message.facts["cause"])
        else:
            message.octets = rrc.resume_request(message.facts["i_rnti"], mac)

    def rlc(self, message, sdu):
        """[RLC PDUs] of an SDU (38.322 6.2.2): SI 0 whole, 1 first, 2 last, 3 in the middle."""
        if message.srb == 0:
            return [sdu]
        drb = message.facts.get("drb")
        mode, length = (drb["mode"], drb["rlc_sn"]) if drb else ("am", 10 if LTE else 12)
        bearer = ("drb", drb["id"]) if drb else ("srb", message.srb)
        entity = (message.ue, message.leg, bearer, message.uplink)
        sn = self.sn.get(entity, 0)
        size = self.style.segment or len(sdu)
        parts = [(at, sdu[at:at + size]) for at in range(0, len(sdu), size)]
        if mode == "am" or len(parts) > 1 or LTE:
            self.sn[entity] = (sn + 1) % (1 << length)   # UM counts only segmented SDUs
        result = []
        for number, (offset, part) in enumerate(parts):
            si = 0 if len(parts) == 1 else 1 if number == 0 else 2 if number == len(parts) - 1 else 3
            result.append(header(mode, length, si, sn, offset) + part)
        return result

    # --- MAC ----------------------------------------------------------------------------------------------------

    def ueid(self, message, rnti):
        style = self.style.ueid
        if style == "ue" or not self.style.form.startswith("mac"):
            return message.ue
        if style == "none":
            return None
        if style == "rnti":
            return self.ids.setdefault((rnti, message.cell.name), len(self.ids) + 1)
        return self.given[message.ue, message.c_rnti]

    def mac_lte(self, message, pdu, lcid, rnti, controls):
        """mac-lte: radio type, direction, RNTI type, tags (2 RNTI, 3 UEId, 4 frame and subframe, 7 CRC), 1, MAC PDU (36.321 6.1.2).
        controls: [(LCID, octets)]; padding as two subheaders in front, or behind."""
        ueid = self.ueid(message, rnti)
        self.frame_number += 1
        body = b"mac-lte" + bytes([1, 0 if message.uplink else 1, 3]) + struct.pack(">BH", 2, rnti)
        if ueid is not None:
            body += struct.pack(">BH", 3, ueid)
        body += struct.pack(">BH", 4, self.frame_number // 10 % 1024 << 4 | self.frame_number % 10) + bytes([7, 1, 1])
        heads = b"".join(bytes([0x20 | lcid_of_control]) for lcid_of_control, _ in controls)
        padding = self.rng.choice((0, 0, 1, 2, 9))
        if padding in (1, 2):   # 36.321 6.1.2: one or two octets of padding go in front of everything
            heads, padding = bytes([0x3F] * padding) + heads, 0
        if padding:
            size = bytes([len(pdu)]) if len(pdu) < 128 else struct.pack(">H", 0x8000 | len(pdu))
            heads += bytes([0x20 | lcid]) + size + b"\x1f"
        else:
            heads += bytes([lcid])
        return body + heads + b"".join(octets for _, octets in controls) + pdu + bytes(padding)

    def mac(self, message, pdu, lcid, rnti, control=b""):
        if LTE:
            known = {0x3A: 27, 0x3D: 29, 0x3E: 28}   # C-RNTI, short BSR, contention resolution identity
            return self.mac_lte(message, pdu, lcid, rnti, [(known[control[0]], control[1:])] if control else [])
        uplink = message.uplink
        ueid = self.ueid(message, rnti)
        self.frame_number += 1
        body = b"mac-nr" + bytes([1, 0 if uplink else 1, 3]) + struct.pack(">BH", 2, rnti)
        if ueid is not None:
            body += struct.pack(">BH", 3, ueid)
        body += struct.pack(">BHH", 7, self.frame_number // 10 % 1024, self.frame_number % 10) + b"\x01"
        if lcid == 0 and uplink:
            body += bytes([52]) + pdu          # CCCH of 48 bits: no length field (38.321 6.1.2)
        else:
            body += control + (struct.pack(">BB", lcid, len(pdu)) if len(pdu) < 256
                               else struct.pack(">BH", 0x40 | lcid, len(pdu))) + pdu
        return body + self.rng.choice((b"", b"\x3f", b"\x3f" + bytes(7)))

    def other(self, message, pdu):
        drb = message.facts.get("drb")
        if LTE:
            return self.other_lte(message, pdu, drb)
        if self.style.form.startswith("rlc"):
            mode = 1 if message.srb == 0 else 2 if drb and drb["mode"] == "um" else 4
            length = 0 if mode == 1 else drb["rlc_sn"] if drb else 12
            kind, bearer = (1, 0) if message.srb == 0 else (5, drb["id"]) if drb else (4, message.srb)
            return (b"rlc-nr" + bytes([mode, length, 2, 0 if message.uplink else 1, 3]) + struct.pack(">H", message.ue)
                    + bytes([4, kind, 5, bearer, 1]) + pdu)
        kind = 4 if message.srb == 0 else 1
        length = drb["pdcp_sn"] if drb else 12
        tags = bytes([2, length, 3, 0 if message.uplink else 1])
        if not drb:
            tags += bytes([4, kind])
        tags += bytes([5, drb["id"] if drb else message.srb, 6]) + struct.pack(">H", message.ue)
        if not drb and message.srb > 0:
            tags += b"\x0f"
        return b"pdcp-nr" + bytes([2 if drb else 1]) + tags + b"\x01" + pdu

    def other_lte(self, message, pdu, drb):
        way = bytes([3, 0 if message.uplink else 1])
        if self.style.form.startswith("rlc"):
            mode = 1 if message.srb == 0 else 2 if drb and drb["mode"] == "um" else 4
            kind, bearer = (1, 0) if message.srb == 0 else (5, drb["id"]) if drb else (4, message.srb)
            length = bytes([2, drb["rlc_sn"]]) if mode == 2 else b""
            return (b"rlc-lte" + bytes([mode]) + length + way + b"\x05" + struct.pack(">H", message.ue) + b"\x06"
                    + struct.pack(">H", kind) + b"\x07" + struct.pack(">H", bearer) + b"\x01" + pdu)
        tags = bytes([2, drb["pdcp_sn"] if drb else 5]) + way + bytes([4, 3 if message.srb == 0 else 1])
        tags += b"\x0d" + struct.pack(">H", drb["id"] if drb else message.srb) + b"\x0e" + struct.pack(">H", message.ue)
        return b"pdcp-lte" + bytes([0, 2 if drb else 1, 0]) + tags + b"\x01" + pdu

    # --- the whole ----------------------------------------------------------------------------------------------

    def send(self, message):
        if not message.sent or not message.logged or message.channel == "reconfiguration":
            return
        sdu = self.sdu(message)
        pdus = [sdu] if self.style.form.startswith("pdcp") else self.rlc(message, sdu)
        for number, pdu in enumerate(pdus):
            where = number, len(pdus)
            self.carry(message, pdu, where)
            if message.srb != 0 and self.rng.random() < self.style.retransmit:
                self.carry(message, pdu, where, 0.0008)

    def carry(self, message, pdu, where, later=0.0):
        """One RLC PDU; later: sent again."""
        time, first = message.time + later, where[0] == 0
        if not self.style.form.startswith("mac"):
            self.add(time, self.other(message, pdu), message, where, later > 0.0)
            return
        drb = message.facts.get("drb")
        lcid = 0 if message.srb == 0 else drb["lcid"] if drb else message.srb
        rnti, control = message.c_rnti, b""
        if message.srb == 0 and not message.uplink and self.rng.random() < 0.5:
            # contention resolution identity (38.321 6.1.3.3); at random: of a Msg3 that nobody captured
            own = self.heard.get((message.ue, message.c_rnti), b"")[:6]
            control = b"\x3e" + (own if len(own) == 6 else self.rng.randbytes(6))
        if message.srb == 0 and message.uplink:
            self.heard[message.ue, message.c_rnti] = pdu
        attempts = message.msg3 if first and message.msg3 and later == 0.0 else 1
        for attempt in range(attempts):
            if message.msg3 and first and later == 0.0:
                # Msg3: a temporary C-RNTI, and the C-RNTI in a control element (38.321 5.1.5)
                self.temporary += 1
                rnti, control = self.temporary, b"\x3a" + struct.pack(">H", message.c_rnti)
                if self.style.responses:
                    self.add(time - 0.0005, self.response(rnti), None, (0, 1))
            elif message.uplink and self.rng.random() < 0.2:
                control = b"\x3d" + self.rng.randbytes(1)   # short BSR
            self.add(time + 0.0003 * attempt, self.mac(message, pdu, lcid, rnti, control), message, where, attempt > 0)

    def response(self, rnti):
        if LTE:   # E/T/RAPID, R, timing advance of 11 bits, grant of 20, temporary C-RNTI (36.321 6.2.3)
            return b"mac-lte" + bytes([1, 1, 2]) + struct.pack(">BH", 2, 2) + b"\x04\x00\x01\x01\x43" + bytes([0, 0, 1, 2]) + struct.pack(">H", rnti)
        """Random access response: E/T/RAPID, timing advance and grant, temporary C-RNTI (38.321 6.2.3)."""
        return (b"mac-nr" + bytes([1, 1, 2]) + struct.pack(">BH", 2, 11) + b"\x01" + b"\x43"
                + bytes([0, 0, 1, 2, 3]) + struct.pack(">H", rnti))

    def add(self, time, payload, message, where, again=False):
        octets = udp(payload, (10, 0, 0, 1), 9999, 9999)
        self.frames.append(Frame(time, octets, message, again, *where))
        if self.rng.random() < self.style.twice:
            self.frames.append(Frame(time, octets, message, True, *where))


def give_numbers(life):
    """UEId of each C-RNTI a UE has: the lowest number that nobody has; free again when the UE has left it."""
    spans = {}
    for message in life.messages:
        first, last = spans.get((message.ue, message.c_rnti), (message.time, message.time))
        spans[message.ue, message.c_rnti] = min(first, message.time), max(last, message.time)
    given = {}
    for who, (first, last) in sorted(spans.items(), key=lambda item: item[1]):
        taken = {given[other] for other in given if spans[other][1] + 0.05 > first}
        given[who] = next(n for n in range(1, len(spans) + 2) if n not in taken)
    return given


def header(mode, length, si, sn, offset):
    if LTE:   # whole SDUs alone: FI 0 (36.322 6.2.1)
        return bytes([sn & 31]) if length == 5 else struct.pack(">H", (0x8000 if mode == "am" else 0) | sn & 1023)
    if mode == "um":
        if si == 0:
            return b"\x00"
        head = bytes([si << 6 | sn]) if length == 6 else struct.pack(">H", si << 14 | sn)
    elif length == 12:
        head = struct.pack(">H", 0x8000 | si << 12 | sn)
    else:
        head = struct.pack(">I", 0x800000 | si << 20 | sn)[1:]
    return head + (struct.pack(">H", offset) if si in (2, 3) else b"")


def frames(life, style, seed):
    radio = Radio(life, style, seed)
    for message in life.messages:
        radio.send(message)
    return sorted(radio.frames, key=lambda f: f.time), radio


def known_roots(radio, style):
    """Roots whose value the key log gives: kgnb alone, or kamf and with it every NH."""
    roots = [m.facts["root"] for m in radio.life.messages if m.kind == "security-mode-command"]
    if style.keys == "none":
        return {}
    if style.keys == "some":
        roots = roots[:max(1, len(roots) // 2)]
    return {root: "kgnb" if style.keys == "kgnb" else "kamf" for root in roots}


def key_log(radio, style):
    """Lines of the key log, as `audit --keys` takes them."""
    values = radio.values
    return [f"{KEY} * {values.value(root).hex()}" if how == "kgnb" else
            f"{ROOT} * {values.root(root[1]).hex()} ul_nas_count={values.nas_count(root)}"
            for root, how in known_roots(radio, style).items()]
