#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the captures of some cases out of a sample: the same radio frames, otherwise packed.

    reshape.py ID FILE

ID is one of SHAPES below. Samples are little-endian pcap files, of Ethernet, IPv4, UDP and MAC-NR unless OF names one, those of LTE of MAC-LTE.
"""
import os
import struct
import sys

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SAMPLE = os.path.join(TOP, "samples", "air-daps-fallback.pcap")
MAC_AT = 42  # Ethernet, IPv4, UDP


def records(path):
    """The file's header, and (seconds, fraction, captured octets, length) of each record."""
    with open(path, "rb") as file:
        data = file.read()
    at, found = 24, []
    while at < len(data):
        seconds, fraction, length, whole = struct.unpack_from("<IIII", data, at)
        found.append((seconds, fraction, data[at + 16:at + 16 + length], whole))
        at += 16 + length
    return data[:24], found


def write(path, head, found):
    with open(path, "wb") as file:
        file.write(head)
        for seconds, fraction, data, whole in found:
            file.write(struct.pack("<IIII", seconds, fraction, len(data), whole) + data)


def datagram(frame, payload):
    """The frame with another UDP payload; checksums are nobody's concern."""
    ip = frame[14:16] + struct.pack(">H", 28 + len(payload)) + frame[18:34]
    return frame[:14] + ip + frame[34:38] + struct.pack(">HH", 8 + len(payload), 0) + payload


class Mac:
    """MAC-NR in a UDP datagram: its context, and the subPDUs as the samples have them (SRBs and uplink CCCH)."""

    def __init__(self, frame):
        payload = frame[MAC_AT:]
        self.frame = frame
        self.downlink = payload[7] == 1
        at = 9
        while payload[at] != 1:
            at += 1 + {2: 2, 3: 2, 4: 2, 5: 1, 6: 1, 7: 4}[payload[at]]
        self.context, self.pdu = payload[:at + 1], payload[at + 1:]
        self.subs, self.tail = self.parse()

    def parse(self):
        pdu, at, subs = self.pdu, 0, []
        while at < len(pdu):
            first = pdu[at]
            lcid = first & 63
            if lcid == 63:
                break
            fixed = {52: 6, 0: 8, 57: 2, 58: 2, 59: 1, 61: 1} if not self.downlink else {60: 0, 61: 1, 62: 6}
            if lcid in fixed:
                end = at + 1 + fixed[lcid]
            elif first & 64:
                end = at + 3 + struct.unpack_from(">H", pdu, at + 1)[0]
            else:
                end = at + 2 + pdu[at + 1]
            subs.append(pdu[at:end])
            at = end
        return subs, pdu[at:]

    def with_pdu(self, pdu):
        return datagram(self.frame, self.context + pdu)

    def srb(self):
        """LCID and RLC PDU of the first subPDU of an SRB, or None."""
        for i, sub in enumerate(self.subs):
            if 1 <= sub[0] & 63 <= 3:
                return i, sub[0] & 63, sub[3 if sub[0] & 64 else 2:]
        return None

    def with_rlc(self, i, lcid, rlc):
        """The PDU with another RLC PDU in place of subPDU i."""
        return self.with_pdu(b"".join([*self.subs[:i], bytes([64 | lcid]) + struct.pack(">H", len(rlc)) + rlc,
                                       *self.subs[i + 1:], self.tail]))


def rlc_segment(whole, begin, end):
    """Octets [begin, end) of the SDU in an AM PDU with 12-bit SN (TS 38.322 6.2.2.4)."""
    sdu = whole[2:]
    first, last = begin == 0, end == len(sdu)
    si = 0 if first and last else 1 if first else 2 if last else 3
    head = bytes([whole[0] & 0xcf | si << 4, whole[1]])
    return head + (b"" if first else struct.pack(">H", begin)) + sdu[begin:end]


def each(change):
    """A shape that makes of every record those that change gives: pairs of octets and length."""
    def make(found):
        return [(seconds, fraction + i, data, whole) for seconds, fraction, frame, _ in found
                for i, (data, whole) in enumerate(change(frame))]
    return make


def whole(frame):
    return frame, len(frame)


def mac_ces(frame):
    """CEs of fixed size and extended LCIDs of Releases 16 to 18 around the SDUs, where TS 38.321 6.1.2 has them."""
    mac = Mac(frame)
    fixed_downlink = bytes([34, 252, 0x12, 0x34, 34, 251, 0xff, 34, 230, 0xc1, 34, 236, 1, 2, 3, 49, 1, 2, 3, 60])
    fixed_uplink = bytes([44, 0xc1, 0xc1, 49, 0xff, 48, 0xc1, 0xc1, 0xc1, 0xc1, 34, 242, 34, 247, 7, 0xff,
                          34, 252, 0xc1, 0xc1, 0xc1, 0xc1, 34, 250, 2, 0xff, 0xff])
    subs = b"".join(mac.subs)
    return [whole(mac.with_pdu(fixed_downlink + subs + b"\x3f\0" if mac.downlink else subs + fixed_uplink + b"\x3f\0"))]


def rlc_repeats(frame):
    """Every SDU of an SRB in two segments, then whole, then in other segments of which some are missing."""
    mac = Mac(frame)
    if not mac.srb():
        return [whole(frame)]
    i, lcid, rlc = mac.srb()
    n = len(rlc) - 2
    pieces = [rlc_segment(rlc, 0, n // 2), rlc, rlc_segment(rlc, n // 3, n), rlc_segment(rlc, n // 2, n)]
    return [whole(mac.with_rlc(i, lcid, piece)) for piece in pieces]


def snap_length(frame):
    return [(frame[:100], len(frame))]


def from_frame(n):
    """A capture that begins in a connection."""
    return lambda found: found[n - 1:]


def without(n):
    """A capture that lacks that record."""
    return lambda found: found[:n - 1] + found[n:]


def swapped(*numbers):
    """Each of these records and the one behind it in the wrong order, with the times they had."""
    def make(found):
        found = list(found)
        for n in numbers:
            found[n - 1], found[n] = found[n], found[n - 1]
        return found
    return make


def one_address(record):
    """An upper PDU with the address of the first UE, so that nothing names whose it is."""
    seconds, fraction, frame, whole = record
    at = frame.index(struct.pack(">HH", 20, 4)) + 4
    return seconds, fraction, frame[:at] + bytes((10, 0, 0, 1)) + frame[at + 4:], whole


class Access:
    """Random access in records of MAC of either technology: contexts without UEId, responses, contention."""

    def __init__(self, lte):
        self.lte, self.at, self.name = lte, 0 if lte else MAC_AT, b"" if lte else b"mac-nr"

    def parts(self, frame):
        """Context and PDU; no context of the samples has other tags."""
        payload = frame[self.at:]
        at = len(self.name) + 3
        while payload[at] != 1:
            at += 1 + {2: 2, 3: 2, 4: 2, 7: 1 if self.lte else 4}[payload[at]]
        return payload[:at + 1], payload[at + 1:]

    def frame(self, like, payload):
        return payload if self.lte else datagram(like, payload)

    def nameless(self, frame):
        """Without its UEId."""
        context, pdu = self.parts(frame)
        at = context.index(b"\x03\x00", len(self.name) + 3)
        return self.frame(frame, context[:at] + context[at + 3:] + pdu)

    def response(self, like, rnti):
        """RAPID 1, timing advance and grant, temporary C-RNTI (TS 38.321, TS 36.321 6.1.5, 6.2.3)."""
        context = self.name + bytes([1 if self.lte else 2, 1, 2, 2, 0, 2, 1])
        return self.frame(like, context + b"\x41" + bytes(4 if self.lte else 5) + struct.pack(">H", rnti))

    def rnti(self, frame):
        context, _ = self.parts(frame)
        return struct.unpack_from(">H", context, context.index(b"\x02", len(self.name) + 3) + 1)[0]

    def common(self, frame):
        """The uplink CCCH message in a record."""
        return self.parts(frame)[1][1:7]

    def rival(self, frame, message):
        """The same Msg3 of another UE, which asks for a connection."""
        context, pdu = self.parts(frame)
        return self.frame(frame, context + pdu[:1] + message + pdu[7:])

    def resolved(self, frame, msg3):
        """The record with the UE Contention Resolution Identity in front."""
        context, pdu = self.parts(frame)
        heads = 3 if self.lte else 0  # CCCH with a length, padding
        front = b"\x3c" + pdu[:heads] if self.lte else b"\x3e"
        return self.frame(frame, context + front + msg3 + pdu[heads:])


def contention(lte):
    """No UEIds; a re-establishment request wins against another UE's request that came later over the same C-RNTI."""
    access, request = Access(lte), 8
    rival = bytes.fromhex("512233445560") if lte else bytes.fromhex("112233445560")

    def make(found):
        made = []
        for number, (seconds, fraction, frame, _) in enumerate(found, 1):
            frame = access.nameless(frame)
            records = [frame]
            if number in (1, request - 1, request):
                records.insert(0, access.response(frame, access.rnti(frame)))
            if number == request:
                won = access.common(frame)
                records.append(access.rival(frame, rival))
            if number == request + 1:
                records = [access.resolved(frame, won)]
            made += [(seconds, fraction + i, octets, len(octets)) for i, octets in enumerate(records)]
        return made
    return make


def c_rnti_free(lte):
    """No UEIds; a response gives a released UE's C-RNTI to another one, whose Msg3 and Msg4 (7, 8) are not there."""
    access = Access(lte)

    def make(found):
        made = []
        for number, (seconds, fraction, frame, _) in enumerate(found, 1):
            octets = access.response(frame, access.rnti(frame)) if number == 7 else access.nameless(frame)
            made += [(seconds, fraction, octets, len(octets))] if number != 8 else []
        return made
    return make


OF = {"air-bearer-no-setup": "air-bearer-again-pdcp", "air-bearer-behind-security": "air-bearer-again-pdcp",
      "one-log-of-two-ues": "log-of-two-ues", "one-log-of-two-ues-released": "log-of-two-ues-released",
      "swapped-complete": "daps-fallback-daps", "swapped-release": "daps-fallback-daps",
      "air-c-rnti-assigned": "air-c-rnti-free", "lte-air-c-rnti-assigned": "lte-air-c-rnti-free",
      "lte-air-answer-first": "lte-air-unanswered",
      "air-contention": "air-reestablishment", "lte-air-contention": "lte-air-plain-failure"}  # of another sample
SHAPES = {
    "air-contention": contention(False),
    "air-c-rnti-assigned": c_rnti_free(False),
    "lte-air-c-rnti-assigned": c_rnti_free(True),
    "lte-air-contention": contention(True),
    "lte-air-answer-first": swapped(7),
    "swapped-complete": swapped(6, 9),
    "swapped-release": swapped(10),
    "air-starts-at-setup-complete": from_frame(3),
    "air-starts-at-security-command": from_frame(4),
    "air-starts-at-security-complete": from_frame(5),
    "air-starts-behind-security": from_frame(6),
    "air-mac-ces": each(mac_ces),
    "one-log-of-two-ues": lambda found: [one_address(record) for record in found],
    "one-log-of-two-ues-released": lambda found: [one_address(record) for record in found],
    "air-bearer-no-setup": without(2),
    "air-bearer-behind-security": from_frame(6),
    "air-rlc-repeats": each(rlc_repeats),
    "air-snap-length": each(snap_length),
}


def main(arguments):
    shape, path = arguments
    head, found = records(os.path.join(TOP, "samples", OF[shape] + ".pcap") if shape in OF else SAMPLE)
    write(path, head, SHAPES[shape](found))


if __name__ == "__main__":
    main(sys.argv[1:])
