#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Random valid NR RRC messages, made from the full ASN.1 modules by pycrate's compiled types and encoded by pycrate.

Nothing here knows how our decoder works. Deterministic by seed. `unknown` appends extension additions that no release
has to the types themselves, so that a decoder meets extensions it cannot know.
"""
import random

from pycrate_asn1dir import RRCNR
from pycrate_asn1rt.asnobj_str import OCT_STR
from pycrate_asn1rt.utils import MODE_TYPE

NR = RRCNR.NR_RRC_Definitions
INTER = RRCNR.NR_InterNodeDefinitions

CHANNELS = {
    "dl-dcch": NR.DL_DCCH_Message,
    "ul-dcch": NR.UL_DCCH_Message,
    "dl-ccch": NR.DL_CCCH_Message,
    "ul-ccch": NR.UL_CCCH_Message,
    "ul-ccch1": NR.UL_CCCH1_Message,
    "bcch-bch": NR.BCCH_BCH_Message,
    "bcch-dl-sch": NR.BCCH_DL_SCH_Message,
    "rrc-reconfiguration": NR.RRCReconfiguration,
    "rrc-reconfiguration-complete": NR.RRCReconfigurationComplete,
    "radio-bearer-config": NR.RadioBearerConfig,
    "cell-group-config": NR.CellGroupConfig,
    "handover-command": INTER.HandoverCommand,
    "handover-preparation-information": INTER.HandoverPreparationInformation,
}

# Components that the audit looks at, and what leads to them: taken far more often than the rest.
STEERED = {name: 0.75 for name in (
    "radioBearerConfig nonCriticalExtension masterCellGroup spCellConfig reconfigurationWithSync spCellConfigCommon "
    "physCellId downlinkConfigCommon frequencyInfoDL absoluteFrequencySSB drb-ToAddModList srb-ToAddModList "
    "masterKeyUpdate rach-ConfigDedicated securityConfig securityAlgorithmConfig daps-Config-r16 suspendConfig "
    "failureInfoDAPS-r16 conditionalReconfiguration-r16 condReconfigToAddModList-r16 condRRCReconfig-r16 "
    "pdcp-Config cnAssociation keyToUse").split()}
STEERED.update({name: 0.4 for name in (
    "measConfig secondaryCellGroup radioBearerConfig2 mrdc-SecondaryCellGroupConfig sk-Counter daps-SourceRelease-r16 "
    "daps-UplinkPowerConfig-r16 cfra cfra-TwoStep-r16 reestablishPDCP recoverPDCP nas-Container fullConfig "
    "cipheringDisabled integrityProtection dedicatedNAS-MessageList condReconfigToRemoveList-r16 ltm-Config-r18 "
    "ltm-CandidateToAddModList-r18 ltm-CandidateConfig-r18 ltm-CandidateToReleaseList-r18 drb-ToReleaseList "
    "integrityProtAlgorithm as-Context reestablishmentInfo drb").split()})
CHOSEN = {"c1": 0.95, "rrcReconfiguration": 0.55, "handoverCommand": 0.85, "handoverPreparationInformation": 0.85,
          "setup": 0.8, "failureInformation": 0.2, "rrcReestablishmentRequest": 0.4, "measObjectNR": 0.8}


class Maker:
    channels, parts = CHANNELS, (NR, INTER)

    def __init__(self, seed, unknown=False):
        self.random = random.Random(seed)
        self.richness = 0.15
        self.grouped = 0  # inside an addition group: kept below 16K, which would put the group itself in fragments
        if unknown:
            add_unknown_additions(self.parts)

    def message(self, channel):
        """(octets, value) of one message."""
        obj = self.channels[channel]
        self.richness = self.random.choice((0.02, 0.08, 0.15, 0.3))
        while True:
            value = self.value(obj, 0)
            try:
                obj.set_val(value)
                return obj.to_uper(), value
            except Exception:  # pycrate refuses a few of its own types' corner values
                self.richness /= 2

    # -- values by type --
    def value(self, obj, depth):
        return getattr(self, "make_" + obj.TYPE.replace(" ", "_").lower())(obj, depth)

    def make_boolean(self, obj, depth):
        return self.random.random() < 0.5

    def make_null(self, obj, depth):
        return 0

    def make_integer(self, obj, depth):
        const = obj._const_val
        if const is None or const.lb is None:
            return self.random.choice((0, 1, -1, 127, 128, -32769, 2 ** 31))
        high = const.ub if const.ub is not None else const.lb + 100000
        return self.random.choice((const.lb, high, self.random.randint(const.lb, high),
                                   self.random.randint(const.lb, high)))

    def make_enumerated(self, obj, depth):
        names = list(obj._root)
        if obj._ext and self.random.random() < 0.1:
            names = list(obj._ext)
        return self.random.choice(names)

    def size(self, const, most):
        low, high = (const.lb or 0, const.ub) if const is not None else (0, None)
        if high is None:
            high = low + most
        if self.random.random() < 0.03 and high - low <= 64:
            return high
        return self.random.randint(low, min(high, low + most))

    def make_bit_string(self, obj, depth):
        n = self.size(obj._const_sz, 40)
        return (self.random.getrandbits(n) if n else 0, n)

    def make_octet_string(self, obj, depth):
        inner = obj._const_cont
        if inner is not None and inner.TYPE == "SEQUENCE" and depth < 60:
            named = find(inner, self.parts)
            if named is not None:
                kept = self.richness
                self.richness = min(kept, 0.1) if depth > 12 else kept
                value = self.value(named, depth + 8)
                self.richness = kept
                named.set_val(value)
                octets = named.to_uper()
                VALUES[named._name, octets] = value
                return octets
        n = self.size(obj._const_sz, self.random.choice((4, 20, 200)))
        if obj._const_sz is None and not self.grouped and self.random.random() < 0.002:
            n = self.random.choice((16384, 16400, 40000))
        return self.random.getrandbits(8 * n).to_bytes(n, "big") if n else b""

    def make_utf8string(self, obj, depth):
        return "x" * self.size(obj._const_sz, 10)

    make_printablestring = make_visiblestring = make_ia5string = make_numericstring = make_utf8string

    def make_sequence_of(self, obj, depth):
        n = self.size(obj._const_sz, 1 if depth > 10 else 2)
        if depth > 25:
            n = max(obj._const_sz.lb or 0, min(n, 1)) if obj._const_sz is not None else 0
        return [self.value(obj._cont, depth + 1) for _ in range(n)]

    def chance(self, name, depth):
        if name in STEERED:
            return STEERED[name] if depth < 40 else 0.2
        if name.startswith("zz-unknown"):
            return 0.1
        if name == "lateNonCriticalExtension":
            return 0.1
        return self.richness / (1 + depth / 6)

    def make_sequence(self, obj, depth):
        value = {}
        for name in obj._root:
            if name not in obj._root_opt or self.random.random() < self.chance(name, depth):
                value[name] = self.value(obj._cont[name], depth + 1)
        for entry in (obj._ext_nest or []) if obj._ext else []:
            names = entry if isinstance(entry, list) else [entry]
            self.grouped += 1
            for name in names:
                if self.random.random() < self.chance(name, depth):
                    value[name] = self.value(obj._cont[name], depth + 1)
            self.grouped -= 1
            if isinstance(entry, list) and any(name in value for name in names):
                group = obj._ext_group_obj[obj._ext_ident[names[0]]]
                for name in group._root_mand:
                    if name not in value:
                        value[name] = self.value(obj._cont[name], depth + 1)
        return value

    def make_choice(self, obj, depth):
        names = list(obj._root)
        if obj._ext and self.random.random() < 0.1:
            names = list(obj._ext)
        for name in names:
            if name in CHOSEN and self.random.random() < CHOSEN[name]:
                return (name, self.value(obj._cont[name], depth + 1))
        name = self.random.choice(names)
        return (name, self.value(obj._cont[name], depth + 1))


VALUES = {}  # contents of OCTET STRINGs by type and octets, for whoever computes what is expected


def find(inner, parts):
    """The module's own object of a contained type."""
    ref = getattr(inner, "_tr", None)
    name = getattr(ref, "_name", None) or getattr(inner, "_typeref", None) and inner._typeref.called[1]
    for part in parts:
        found = getattr(part, str(name).replace("-", "_"), None)
        if found is not None:
            return found
    return None


def each_sequence(obj, seen):
    if id(obj) in seen:
        return
    seen.add(id(obj))
    cont = getattr(obj, "_cont", None)
    if obj.TYPE == "SEQUENCE":
        yield obj
    if obj.TYPE in ("SEQUENCE", "CHOICE"):
        for part in cont.values():
            yield from each_sequence(part, seen)
    elif obj.TYPE == "SEQUENCE OF":
        yield from each_sequence(cont, seen)


def add_unknown_additions(parts):
    """Gives every extensible SEQUENCE two additions that no release defines."""
    seen = set()
    for part in parts:
        for obj in part._all_:
            for sequence in list(each_sequence(obj, seen)):
                if sequence._ext is None or "zz-unknown-1" in sequence._cont:
                    continue
                sequence._ext = list(sequence._ext)
                sequence._ext_nest = list(sequence._ext_nest or [])
                for name in ("zz-unknown-1", "zz-unknown-2"):
                    added = OCT_STR(name=name, mode=MODE_TYPE, opt=True)
                    added._const_sz = added._const_cont = None
                    sequence._cont[name] = added
                    sequence._ext.append(name)
                    sequence._ext_nest.append(name)
