#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Keys and protection of NR and LTE by the standards' text, with the library `cryptography`: nothing of the project is used.

TS 33.220 B.2 (KDF), TS 33.501 A.8 (algorithm keys), A.9 (KgNB), A.10 (NH), A.11 (KNG-RAN*), A.16 (KSN),
TS 33.501 D.2.1.2, D.3.1.2 (NEA2: AES-CTR, NIA2: AES-CMAC), TS 38.323 5.8, 5.9.
"""
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from rat import LTE

RRC_ENC, RRC_INT, UP_ENC, UP_INT = 3, 4, 5, 6


def kdf(key, fc, *parameters):
    s = bytes([fc])
    for parameter in parameters:
        s += parameter + struct.pack(">H", len(parameter))
    return hmac.new(key, s, hashlib.sha256).digest()


def algorithm_key(key, distinguisher, algorithm):
    return kdf(key, 0x15 if LTE else 0x69, bytes([distinguisher]), bytes([algorithm]))[16:]


def cipher(key, nea, count, bearer, downlink, data):
    if nea == 0:
        return data
    assert nea == 2
    block = struct.pack(">IB", count, bearer << 3 | downlink << 2) + bytes(11)
    encryptor = Cipher(algorithms.AES(key), modes.CTR(block)).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def mac_i(key, nia, count, bearer, downlink, data):
    assert nia == 2
    mac = CMAC(algorithms.AES(key))
    mac.update(struct.pack(">IB", count, bearer << 3 | downlink << 2) + bytes(3) + data)
    return mac.finalize()[:4]


class Values:
    """Value of every key term of a life; roots come from a KAMF of the UE and an uplink NAS COUNT of the connection."""

    def __init__(self, rng):
        self.rng, self.kamf, self.known, self.leaves = rng, {}, {}, {}

    def root(self, ue):
        if ue not in self.kamf:
            self.kamf[ue] = self.rng.randbytes(32)
        return self.kamf[ue]

    def nas_count(self, term):
        return 5 + 3 * term[2]

    def value(self, term):
        if term not in self.known:
            self.known[term] = self.derive(term)
        return self.known[term]

    def derive(self, term):
        return self.derive_lte(term) if LTE else self.derive_nr(term)

    def derive_lte(self, term):
        """TS 33.401 A.3 (KeNB), A.4 (NH), A.5 (KeNB*), A.15 (S-KeNB, S-KgNB)."""
        kind = term[0]
        if kind == "ROOT":
            return kdf(self.root(term[1]), 0x11, struct.pack(">I", self.nas_count(term)))
        if kind == "NH":
            _, root, number = term
            return kdf(self.root(root[1]), 0x12, self.value(root) if number == 1 else self.value(("NH", root, number - 1)))
        if kind == "STAR":
            _, parent, pci, earfcn = term
            return kdf(self.value(parent), 0x13, struct.pack(">H", pci), struct.pack(">I", earfcn)[1 if earfcn > 65535 else 2:])
        assert kind == "KSN"
        return kdf(self.value(term[1]), 0x1C, struct.pack(">H", term[2]))

    def derive_nr(self, term):
        kind = term[0]
        if kind == "ROOT":
            return kdf(self.root(term[1]), 0x6E, struct.pack(">I", self.nas_count(term)), b"\x01")
        if kind == "NH":
            _, root, number = term
            sync = self.value(root) if number == 1 else self.value(("NH", root, number - 1))
            return kdf(self.root(root[1]), 0x6F, sync)
        if kind == "STAR":
            _, parent, pci, arfcn = term
            return kdf(self.value(parent), 0x70, struct.pack(">H", pci), struct.pack(">I", arfcn)[1:])
        assert kind == "KSN"
        return kdf(self.value(term[1]), 0x79, struct.pack(">H", term[2]))

    def leaf(self, term, distinguisher, algorithm):
        what = (term, distinguisher, algorithm)
        if what not in self.leaves:
            self.leaves[what] = algorithm_key(self.value(term), distinguisher, algorithm)
        return self.leaves[what]


def signalling_pdu(values, message):
    """PDCP data PDU of an SRB (TS 38.323 6.2.2.1): R(4) SN(12), data, MAC-I."""
    header = bytes([message.count & 0x1F]) if LTE else struct.pack(">H", message.count & 0xFFF)   # LTE: 36.323 6.2.2
    bearer, downlink, context = message.srb - 1, not message.uplink, message.context
    if message.protection == "none":
        return header + message.octets + bytes(4)
    mac = mac_i(values.leaf(context.key, RRC_INT, context.nia), context.nia, message.count, bearer, downlink,
                header + message.octets)
    payload = message.octets + mac
    if message.protection == "full":
        payload = cipher(values.leaf(context.key, RRC_ENC, context.nea), context.nea, message.count, bearer, downlink,
                         payload)
    return header + payload


def data_pdu(values, message):
    """PDCP data PDU of a DRB (6.2.2.2, 6.2.2.3): D/C, R, SN of 12 or 18 bits, data."""
    drb, context = message.facts["drb"], message.context
    if drb["pdcp_sn"] == 7:   # LTE: 36.323 6.2.4
        header = bytes([0x80 | message.count & 0x7F])
    elif drb["pdcp_sn"] == 12:
        header = struct.pack(">H", 0x8000 | message.count & 0xFFF)
    else:
        header = struct.pack(">I", 0x800000 | message.count & 0x3FFFF)[1:]
    return header + cipher(values.leaf(context.key, UP_ENC, context.nea), context.nea, message.count, drb["id"] - 1,
                           not message.uplink, message.octets)
