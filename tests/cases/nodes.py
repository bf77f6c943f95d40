#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of node interfaces for the cases node-*: S1AP and X2AP as pycrate encodes them, in SCTP over Ethernet or by
themselves. Keys are made here, with hmac.

    nodes.py [NAME...]      writes tests/cases/NAME/NAME.pcap; needs pycrate
    nodes.py --header       writes tests/unit/ap_pdus.h, the PDUs of some stories for a unit test
"""
import hashlib
import hmac
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "differential"))

from pycrate_asn1dir import RRCLTE, S1AP, X2AP  # noqa: E402

import random_messages  # noqa: E402
from modules import ApMaker  # noqa: E402

MME, A, B, C = "10.0.0.1", "10.0.1.1", "10.0.1.2", "10.0.1.3"
KENB = bytes(range(32))
KASME = bytes(range(100, 132))
CELLS = {A: (11, 1575), B: (7, 1575), C: (23, 3350)}


def kdf(key, s):
    return hmac.new(key, s, hashlib.sha256).digest()


def star(parent, pci, earfcn):  # TS 33.401 A.5
    n = 2 if earfcn < 65536 else 3
    return kdf(parent, b"\x13" + pci.to_bytes(2, "big") + b"\0\2" + earfcn.to_bytes(n, "big") + n.to_bytes(2, "big"))


def next_hop(sync):  # TS 33.401 A.4
    return kdf(KASME, b"\x12" + sync + b"\0\x20")


NH1 = next_hop(KENB)
NH2 = next_hop(NH1)
NH3 = next_hop(NH2)


# ---- RRC ----

def bits(value, n):
    return (value, n)


def command(pci, earfcn, c_rnti, ncc, transaction=1):
    """HandoverCommand (TS 36.331 10.2.2); earfcn None: that of the source."""
    mobility = {"targetPhysCellId": pci, "t304": "ms1000", "newUE-Identity": bits(c_rnti, 16),
                "radioResourceConfigCommon": {
                    "prach-Config": {"rootSequenceIndex": 1},
                    "pusch-ConfigCommon": {
                        "pusch-ConfigBasic": {"n-SB": 1, "hoppingMode": "interSubFrame", "pusch-HoppingOffset": 0,
                                              "enable64QAM": False},
                        "ul-ReferenceSignalsPUSCH": {"groupHoppingEnabled": False, "groupAssignmentPUSCH": 0,
                                                     "sequenceHoppingEnabled": False, "cyclicShift": 0}},
                    "ul-CyclicPrefixLength": "len1"}}
    if earfcn is not None:
        mobility["carrierFreq"] = {"dl-CarrierFreq": earfcn}
    message = {"message": ("c1", ("rrcConnectionReconfiguration", {
        "rrc-TransactionIdentifier": transaction,
        "criticalExtensions": ("c1", ("rrcConnectionReconfiguration-r8", {
            "mobilityControlInfo": mobility,
            "securityConfigHO": {"handoverType": ("intraLTE", {
                "securityAlgorithmConfig": {"cipheringAlgorithm": "eea2", "integrityProtAlgorithm": "eia2"},
                "keyChangeIndicator": False, "nextHopChainingCount": ncc})}}))}))}
    inner = RRCLTE.EUTRA_RRC_Definitions.DL_DCCH_Message
    inner.set_val(message)
    outer = RRCLTE.EUTRA_InterNodeDefinitions.HandoverCommand
    outer.set_val({"criticalExtensions": ("c1", ("handoverCommand-r8", {"handoverCommandMessage": inner.to_uper()}))})
    return outer.to_uper()


def preparation(pci, earfcn, c_rnti):
    """HandoverPreparationInformation of a source."""
    maker = random_messages.Maker(5)
    maker.richness = 0
    as_config = maker.value(RRCLTE.EUTRA_InterNodeDefinitions.AS_Config, 0)
    as_config["sourceUE-Identity"] = bits(c_rnti, 16)
    as_config["sourceDl-CarrierFreq"] = earfcn
    info = RRCLTE.EUTRA_InterNodeDefinitions.HandoverPreparationInformation
    info.set_val({"criticalExtensions": ("c1", ("handoverPreparationInformation-r8", {
        "ue-RadioAccessCapabilityInfo": [], "as-Config": as_config,
        "as-Context": {"reestablishmentInfo": {"sourcePhysCellId": pci, "targetCellShortMAC-I": bits(0, 16)}}}))})
    return info.to_uper()


# ---- S1AP, X2AP ----

TUNNEL = {"transportLayerAddress": (0x0a000901, 32), "gTP-TEID": b"\0\0\0\1"}
BEARERS = [{"id": 27, "criticality": "reject", "value": ("E-RABToBeSetupItemHOReq", {
    "e-RAB-ID": 5, **TUNNEL, "e-RABlevelQosParameters": {"qCI": 9, "allocationRetentionPriority": {
        "priorityLevel": 8, "pre-emptionCapability": "shall-not-trigger-pre-emption",
        "pre-emptionVulnerability": "not-pre-emptable"}}})}]


def pdu(module, part, choice, code, name, wanted):
    """A PDU with the mandatory IEs of the message; wanted: {id: value} for those that matter, others anything."""
    maker = ApMaker(1)
    maker.grouped = 1
    message = getattr(part, name)
    ies = []
    for entry in message._cont["protocolIEs"]._cont._cont["value"]._const_tab._val.root:
        if entry["id"] not in wanted and entry["presence"] != "mandatory":
            continue
        name_of = entry["Value"]._tr._name if entry["Value"]._tr else entry["Value"].TYPE
        for _ in range(200):
            try:
                value = wanted[entry["id"]] if entry["id"] in wanted else maker.value(entry["Value"], 0)
                entry["Value"].set_val(value)
                entry["Value"].to_aper()
                break
            except Exception:  # a corner that pycrate does not encode
                if entry["id"] in wanted:
                    raise
        else:
            continue
        ies.append({"id": entry["id"], "criticality": entry["criticality"], "value": (name_of, value)})
    top = getattr(module.__dict__[module.__name__.split(".")[-1] + "_PDU_Descriptions"],
                  module.__name__.split(".")[-1] + "_PDU")
    top.set_val((choice, {"procedureCode": code, "criticality": "reject", "value": (name, {"protocolIEs": ies})}))
    return top.to_aper()


def s1(choice, code, name, **wanted):
    ids = {"mme": 0, "enb": 8, "type": 1, "key": 73, "context": 40, "source": 104, "target": 123, "old_mme": 88, "pair": 99,
           "bearers": 53}
    return pdu(S1AP, S1AP.S1AP_PDU_Contents, choice, code, name, {ids[k]: v for k, v in wanted.items()})


def x2(choice, code, name, **wanted):
    ids = {"old": 10, "new": 9, "context": 14, "container": 12}
    return pdu(X2AP, X2AP.X2AP_PDU_Contents, choice, code, name, {ids[k]: v for k, v in wanted.items()})


def key_bits(key):
    return (int.from_bytes(key, "big"), 256)


def context_setup(mme, enb, key):
    return s1("initiatingMessage", 9, "InitialContextSetupRequest", mme=mme, enb=enb, key=key_bits(key))


def x2_request(old, mme, key, ncc, source):
    qos = {"qCI": 9, "allocationAndRetentionPriority": {
        "priorityLevel": 8, "pre-emptionCapability": "shall-not-trigger-pre-emption", "pre-emptionVulnerability": "not-pre-emptable"}}
    bearer = {"e-RAB-ID": 5, "e-RAB-Level-QoS-Parameters": qos, "uL-GTPtunnelEndpoint": TUNNEL}
    context = {"mME-UE-S1AP-ID": mme,
               "uESecurityCapabilities": {"encryptionAlgorithms": bits(0xe000, 16), "integrityProtectionAlgorithms": bits(0xe000, 16)},
               "aS-SecurityInformation": {"key-eNodeB-star": key_bits(key), "nextHopChainingCount": ncc},
               "uEaggregateMaximumBitRate": {"uEaggregateMaximumBitRateDownlink": 10**8, "uEaggregateMaximumBitRateUplink": 10**7},
               "e-RABs-ToBeSetup-List": [{"id": 4, "criticality": "ignore", "value": ("E-RABs-ToBeSetup-Item", bearer)}],
               "rRC-Context": preparation(*source)}
    return x2("initiatingMessage", 0, "HandoverRequest", old=old, context=context)


def x2_acknowledge(old, new, container):
    return x2("successfulOutcome", 0, "HandoverRequestAcknowledge", old=old, new=new, container=container)


def x2_failure(old):
    return x2("unsuccessfulOutcome", 0, "HandoverPreparationFailure", old=old)


def x2_status(old, new):
    return x2("initiatingMessage", 4, "SNStatusTransfer", old=old, new=new)


def x2_cancel(old):
    return x2("initiatingMessage", 1, "HandoverCancel", old=old)


def x2_release(old, new):
    return x2("initiatingMessage", 5, "UEContextRelease", old=old, new=new)


def source_container(source):
    outer = S1AP.S1AP_IEs.SourceeNB_ToTargeteNB_TransparentContainer
    cell = {"pLMNidentity": b"\x00\xf1\x10", "cell-ID": bits(1, 28)}
    outer.set_val({"rRC-Container": preparation(*source), "targetCell-ID": cell, "uE-HistoryInformation": [
        ("e-UTRAN-Cell", {"global-Cell-ID": cell, "cellType": {"cell-Size": "small"}, "time-UE-StayedInCell": 1})]})
    return outer.to_aper()


def target_container(rrc):
    outer = S1AP.S1AP_IEs.TargeteNB_ToSourceeNB_TransparentContainer
    outer.set_val({"rRC-Container": rrc})
    return outer.to_aper()


def pair(ncc, nh):
    return {"nextHopChainingCount": ncc, "nextHopParameter": key_bits(nh)}


def s1_handover(mme, enb, mme2, enb2, ncc, nh, source, rrc):
    """[(from, to, PDU)] of the preparation, from A to B."""
    there, back = source_container(source), target_container(rrc)
    return [
        (A, MME, s1("initiatingMessage", 0, "HandoverRequired", mme=mme, enb=enb, type="intralte", source=there)),
        (MME, B, s1("initiatingMessage", 1, "HandoverRequest", mme=mme2, type="intralte", context=pair(ncc, nh), source=there,
                    bearers=BEARERS)),
        (B, MME, s1("successfulOutcome", 1, "HandoverRequestAcknowledge", mme=mme2, enb=enb2, target=back)),
        (MME, A, s1("successfulOutcome", 0, "HandoverCommand", mme=mme, enb=enb, type="intralte", target=back)),
        (A, MME, s1("initiatingMessage", 24, "ENBStatusTransfer", mme=mme, enb=enb)),
    ]


def notify(mme, enb):
    return s1("initiatingMessage", 2, "HandoverNotify", mme=mme, enb=enb)


def released(mme, enb):
    return s1("initiatingMessage", 23, "UEContextReleaseCommand",
              pair=("uE-S1AP-ID-pair", {"mME-UE-S1AP-ID": mme, "eNB-UE-S1AP-ID": enb}))


def path_switch(mme, enb):
    return s1("initiatingMessage", 3, "PathSwitchRequest", old_mme=mme, enb=enb)


def path_switched(mme, enb, ncc, nh):
    return s1("successfulOutcome", 3, "PathSwitchRequestAcknowledge", mme=mme, enb=enb, context=pair(ncc, nh))


# ---- stories: [(from, to, PDU or [PDUs of one packet], how)] ----

def source_of(enb, c_rnti):
    return (*CELLS[enb], c_rnti)


def prepared(old, mme, key, ncc, source, to=B, new=1, c_rnti=0x3001, **rrc):
    """Request and acknowledge of a handover from A."""
    pci, earfcn = CELLS[to]
    return [(A, to, x2_request(old, mme, key, ncc, source)),
            (to, A, x2_acknowledge(old, new, command(pci, rrc.get("earfcn", earfcn), c_rnti, ncc, rrc.get("transaction", 1))))]


def x2_repeated():
    """The first attempt is cancelled after the command was sent; the second has the same KeNB*."""
    key = star(KENB, *CELLS[B])
    return [(MME, A, context_setup(1, 1, KENB)),
            *prepared(1, 1, key, 0, source_of(A, 0x2001)), (A, B, x2_status(1, 1)), (A, B, x2_cancel(1)),
            *prepared(1, 1, key, 0, source_of(A, 0x2001)), (A, B, x2_status(1, 1)), (B, A, x2_release(1, 1))]


def x2_retransmitted():
    """Every packet twice, as SCTP sends it again: one handover."""
    key = star(KENB, *CELLS[B])
    story = [(MME, A, context_setup(1, 1, KENB)), *prepared(1, 1, key, 0, source_of(A, 0x2001)), (A, B, x2_status(1, 1)),
             (B, A, x2_release(1, 1))]
    return [step for s in story for step in (s, s + ("again",))]


def x2_refused():
    """The target refuses, and is asked again with the same KeNB*: the UE was sent nothing in between."""
    key = star(KENB, *CELLS[B])
    return [(MME, A, context_setup(1, 1, KENB)),
            (A, B, x2_request(1, 1, key, 0, source_of(A, 0x2001))), (B, A, x2_failure(1)),
            *prepared(2, 1, key, 0, source_of(A, 0x2001)), (A, B, x2_status(2, 1)), (B, A, x2_release(2, 1))]


def x2_refreshed():
    """Between two attempts to one cell the source has refreshed its key within the cell, which no interface shows."""
    other = star(KENB, *CELLS[A])
    return [(MME, A, context_setup(1, 1, KENB)),
            *prepared(1, 1, star(KENB, *CELLS[B]), 0, source_of(A, 0x2001)), (A, B, x2_status(1, 1)), (A, B, x2_cancel(1)),
            *prepared(1, 1, star(other, *CELLS[B]), 0, source_of(A, 0x2001)), (A, B, x2_status(1, 1)),
            (B, A, x2_release(1, 1))]


def x2_two_ues():
    """Two UEs, their messages side by side and in one packet; one of them with the frequency of the source."""
    other = bytes(range(50, 82))
    one = prepared(1, 1, star(KENB, *CELLS[B]), 0, source_of(A, 0x2001), earfcn=None)
    two = prepared(2, 2, star(other, *CELLS[B]), 0, source_of(A, 0x2002), new=2, c_rnti=0x3002)
    return [(MME, A, [context_setup(1, 1, KENB), context_setup(2, 2, other)]), (A, B, [one[0][2], two[0][2]]), two[1], one[1],
            (A, B, [x2_status(2, 2), x2_status(1, 1)]), (B, A, [x2_release(1, 1), x2_release(2, 2)])]


def chain():
    """S1 from A to B with NH 2, X2 from B to C horizontally, path switch with NH 3, X2 back to B with it."""
    at_b = star(NH2, *CELLS[B])
    at_c = star(at_b, *CELLS[C])
    return [(MME, A, context_setup(1, 1, KENB)),
            *s1_handover(1, 1, 2, 5, 2, NH2, source_of(A, 0x2001), command(*CELLS[B], 0x3001, 2)), (B, MME, notify(2, 5)),
            (MME, A, released(1, 1)),
            (B, C, x2_request(3, 2, at_c, 2, source_of(B, 0x3001))), (C, B, x2_acknowledge(3, 4, command(*CELLS[C], 0x4001, 2))),
            (B, C, x2_status(3, 4)), (C, MME, path_switch(2, 9)), (MME, C, path_switched(2, 9, 3, NH3)), (C, B, x2_release(3, 4)),
            (C, B, x2_request(6, 2, star(NH3, *CELLS[B]), 3, source_of(C, 0x4001))),
            (B, C, x2_acknowledge(6, 7, command(*CELLS[B], 0x5001, 3))), (C, B, x2_status(6, 7)), (B, MME, path_switch(2, 11)),
            (MME, B, path_switched(2, 11, 4, next_hop(NH3))), (B, C, x2_release(6, 7)), (MME, B, released(2, 11))]


def s1_repeated():
    """The MME hands the same {NH, NCC} out for two handovers to one cell, the first of them cancelled."""
    first = s1_handover(1, 1, 2, 5, 2, NH2, source_of(A, 0x2001), command(*CELLS[B], 0x3001, 2))
    second = s1_handover(1, 1, 3, 6, 2, NH2, source_of(A, 0x2001), command(*CELLS[B], 0x3002, 2))
    return [(MME, A, context_setup(1, 1, KENB)), *first,
            (A, MME, s1("initiatingMessage", 4, "HandoverCancel", mme=1, enb=1)), (MME, B, released(2, 5)),
            *second, (B, MME, notify(3, 6)), (MME, A, released(1, 1))]


def s1_other_ncc():
    """The target's command has another NCC than the MME gave it with the NH: the two will not derive one key."""
    return [(MME, A, context_setup(1, 1, KENB)),
            *s1_handover(1, 1, 2, 5, 3, NH3, source_of(A, 0x2001), command(*CELLS[B], 0x3001, 2)), (B, MME, notify(2, 5))]


def x2_rekeyed():
    """The MME gives another KeNB, which the source takes up within its cell; KeNB* comes from what that gives."""
    new = bytes(range(60, 92))
    return [(MME, A, context_setup(1, 1, KENB)),
            (MME, A, s1("initiatingMessage", 21, "UEContextModificationRequest", mme=1, enb=1, key=key_bits(new))),
            (A, MME, s1("successfulOutcome", 21, "UEContextModificationResponse", mme=1, enb=1)),
            *prepared(1, 1, star(star(new, *CELLS[A]), *CELLS[B]), 0, source_of(A, 0x2001)), (A, B, x2_status(1, 1)),
            (B, A, x2_release(1, 1))]


STORIES = {
    "node-x2-repeated-key": (x2_repeated, "sctp"),
    "node-x2-repeated-key-exported": (x2_repeated, "upper"),
    "node-x2-retransmitted": (x2_retransmitted, "sctp"),
    "node-x2-refused": (x2_refused, "sctp"),
    "node-x2-refreshed": (x2_refreshed, "sctp"),
    "node-x2-two-ues": (x2_two_ues, "pieces"),
    "node-x2-rekeyed": (x2_rekeyed, "sctp"),
    "node-s1-x2-chain": (chain, "sctp"),
    "node-s1-other-ncc": (s1_other_ncc, "sctp"),
    "node-s1-repeated-pair": (s1_repeated, "sctp"),
    "node-s1-repeated-pair-dlt150": (s1_repeated, "dlt150"),
}


# ---- captures ----

def ip(text):
    return bytes(map(int, text.split(".")))


class Associations:
    """Packets of SCTP; TSNs go on by direction."""

    def __init__(self):
        self.tsn = {}

    def chunk(self, ends, ppid, octets, flags, again):
        tsn = self.tsn.get(ends, 1000) + (0 if again else 1)
        self.tsn[ends] = tsn
        head = struct.pack(">BBHIHHI", 0, flags, 16 + len(octets), tsn, 1, tsn & 0xffff, ppid)
        return head + octets + b"\0" * (-len(octets) % 4)

    def packet(self, source, destination, chunks):
        port = 36412 if MME in (source, destination) else 36422
        tag = sum(ip(destination)) * 65537 + sum(ip(source))
        sctp = struct.pack(">HHII", port, port, tag, 0) + b"".join(chunks)
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(sctp), 0, 0x4000, 64, 132, 0) + ip(source) + ip(destination)
        return b"\x02\0\0\0\0\1\x02\0\0\0\0\2\x08\0" + head + sctp


def ppid_of(source, destination):
    return 18 if MME in (source, destination) else 27


def over_sctp(story, pieces):
    associations, packets = Associations(), []
    for source, destination, pdus, *how in story:
        pdus = pdus if isinstance(pdus, list) else [pdus]
        ends, ppid = (source, destination), ppid_of(source, destination)
        if pieces and len(pdus[0]) > 120:  # the first PDU in three pieces, the last of which comes first
            cut = [pdus[0][:50], pdus[0][50:100], pdus[0][100:]]
            parts = [associations.chunk(ends, ppid, part, flags, False) for part, flags in zip(cut, (2, 0, 1))]
            for part in (parts[2], parts[0], parts[1]):
                packets.append(associations.packet(source, destination, [part]))
            pdus = pdus[1:]
        if pdus:
            packets.append(associations.packet(source, destination, [associations.chunk(ends, ppid, p, 3, bool(how)) for p in pdus]))
    return 1, packets


def exported(story):
    packets = []
    for source, destination, one, *_ in story:
        name = b"s1ap" if MME in (source, destination) else b"x2ap"
        tags = struct.pack(">HH", 12, 4) + name + struct.pack(">HH", 20, 4) + ip(source) + struct.pack(">HH", 21, 4) + ip(destination)
        packets.append(tags + struct.pack(">HH", 0, 0) + one)
    return 252, packets


def write(path, linktype, packets):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, linktype))
        for n, packet in enumerate(packets):
            file.write(struct.pack("<IIII", 1767225600 + n // 10, n % 10 * 100000 + 137, len(packet), len(packet)) + packet)


def made(name):
    story, carrier = STORIES[name]
    if carrier == "dlt150":
        return 150, [one for _, _, one, *_ in story()]
    return exported(story()) if carrier == "upper" else over_sctp(story(), carrier == "pieces")


def header():
    """PDUs by node: 0 the MME, then A, B, C."""
    lines = ["/* SPDX-License-Identifier: GPL-2.0-or-later */",
             "/* Made by tests/cases/nodes.py; do not edit. PDUs of S1AP and X2AP as pycrate encodes them. */",
             "/* clang-format off */", "#ifndef DAPS_AP_PDUS_H", "#define DAPS_AP_PDUS_H", "",
             "struct given {", "    unsigned from, to; /* 0: the MME; 1, 2, 3: eNBs */", "    const char *octets;", "};", ""]
    for name, story in (("x2_repeated", x2_repeated), ("chain", chain), ("s1_repeated", s1_repeated)):
        lines.append(f"static const struct given {name}[] = {{")
        for source, destination, one, *_ in story():
            nodes = (MME, A, B, C)
            lines.append(f'    {{{nodes.index(source)}, {nodes.index(destination)}, "{one.hex()}"}},')
        lines += ["};", ""]
    return "\n".join(lines + ["#endif", ""])


def main(arguments):
    if arguments[:1] == ["--header"]:
        with open(os.path.join(HERE, "..", "unit", "ap_pdus.h"), "w", encoding="utf-8") as file:
            file.write(header())
        return 0
    for name in arguments or STORIES:
        folder = os.path.join(HERE, name)
        os.makedirs(folder, exist_ok=True)
        write(os.path.join(folder, name + ".pcap"), *made(name))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
