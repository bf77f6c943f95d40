#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a random life is made of: cells, keys as terms, messages, attempts (life.py plays, verdict.py judges).

A key is the tuple of its derivation, so two keys are equal where the standard's inputs are (TS 33.501 A.9 to A.16):
    ("ROOT", ue, connection)           KgNB of a connection (A.9)
    ("ROOT", ue, "nas", n)             KgNB of a new key set, after the n-th NAS security mode command
    ("NH", root, n)                    the n-th NH of a root (A.10)
    ("STAR", parent, pci, arfcn)       KNG-RAN* (A.11)
    ("KSN", parent, counter)           KSN (A.16)
"""
import dataclasses
import itertools

import rat


@dataclasses.dataclass(frozen=True)
class Cell:
    name: str
    pci: int
    arfcn: int


# Some share a frequency, some a PCI: one may be taken for another where a log leaves something out.
CELLS = (Cell("A", 11, 630000), Cell("B", 22, 632628), Cell("C", 33, 632628), Cell("D", 22, 633216),
         Cell("E", 44, 630000), Cell("F", 11, 632628))


if rat.LTE:   # EARFCNs of two octets and of three
    CELLS = tuple(Cell(c.name, c.pci, {630000: 1300, 632628: 3400, 633216: 66786}[c.arfcn]) for c in CELLS)


class Context:
    """AS security context: a key, its algorithms, and COUNT of each signalling bearer (TS 38.323 7.1)."""
    numbers = itertools.count(1)

    def __init__(self, key, nea, nia):
        self.key, self.nea, self.nia = key, nea, nia
        self.number = next(Context.numbers)
        self.count = {}

    def next(self, srb, uplink):
        count = self.count.get((srb, uplink), 0)
        self.count[srb, uplink] = count + 1
        return count


@dataclasses.dataclass(eq=False)
class Message:
    """One RRC message (or, below RRC, one user data PDU) as it was handed to the radio."""
    ue: int
    time: float
    channel: str          # dl-ccch, dl-dcch, ul-ccch, ul-dcch, reconfiguration (bare, EN-DC)
    kind: str
    octets: bytes
    cell: Cell
    c_rnti: int
    words: str = ""
    srb: int = 1          # 0: CCCH
    context: object = None
    count: int = -1
    protection: str = "none"   # none, integrity, full
    transaction: int = None
    sent: bool = True     # left the UE or gNB (an RRC log holds it either way)
    heard: bool = True    # reached its receiver (a phone's log lacks a downlink message it never heard)
    logged: bool = True
    leg: int = 0          # a stretch on one RLC entity: new after each handover, re-establishment, fallback
    msg3: int = 0         # first message of a contention-based access: number of preamble attempts
    facts: dict = dataclasses.field(default_factory=dict)

    @property
    def uplink(self):
        return self.channel.startswith("ul")


@dataclasses.dataclass(eq=False)
class Attempt:
    """One derivation taken into use by a UE: a handover and its kin, a re-establishment, a resume, an sk-Counter."""
    ue: int
    procedure: str
    command: Message
    key: tuple            # None: no key change
    parent: tuple = None
    derivation: str = "none"
    ncc: int = None
    target: Cell = None
    source: Cell = None
    c_rnti: int = None
    rach: str = "cbra"
    t304: int = None
    named_frequency: bool = True   # frequencyInfoDL in the command
    nea: int = None
    nia: int = None
    first: Message = None          # first uplink message under the key: COUNT 0
    outcome: str = "unknown"
    settled: Message = None        # what shows the outcome in a log
    complete: Message = None
    stay: int = 0                  # number of the stay on one source context: same stay, same parent key
    complied: bool = True
    candidates: int = 1            # conditional handover: candidates armed that share what the log shows
    after_reject: bool = False     # a resume after RRCReject takes the same NCC by TS 38.331 5.3.13.3
    leg: int = 0
    connection: int = 0
    source_named: bool = False     # an earlier command of the log named the source's SSB frequency
    nas: int = 0                   # NAS messages that had gone by: a new key set may lie between
    failed: bool = False
    facts_recovered: bool = False  # a recovery is not recovered again (38.331 5.3.7.3)
    also: list = ()                # commands that armed the same octets
    armed: list = None             # the candidates that were armed beside this one


@dataclasses.dataclass
class Life:
    seed: int
    messages: list
    attempts: list
    ues: int
    steps: int = 0
    apart: bool = True
