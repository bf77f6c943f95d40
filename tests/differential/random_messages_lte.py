# SPDX-License-Identifier: GPL-2.0-or-later
"""Random valid LTE RRC messages, as random_messages.py makes those of NR."""
from pycrate_asn1dir import RRCLTE

import random_messages
from random_messages import VALUES

LTE = RRCLTE.EUTRA_RRC_Definitions
INTER = RRCLTE.EUTRA_InterNodeDefinitions

CHANNELS = {
    "lte-dl-dcch": LTE.DL_DCCH_Message,
    "lte-ul-dcch": LTE.UL_DCCH_Message,
    "lte-dl-ccch": LTE.DL_CCCH_Message,
    "lte-ul-ccch": LTE.UL_CCCH_Message,
    "lte-bcch-bch": LTE.BCCH_BCH_Message,
    "lte-bcch-dl-sch": LTE.BCCH_DL_SCH_Message,
    "lte-handover-command": INTER.HandoverCommand,
    "lte-handover-preparation-information": INTER.HandoverPreparationInformation,
}
STEERED = {name: 0.75 for name in (
    "mobilityControlInfo carrierFreq securityConfigHO securityAlgorithmConfig radioResourceConfigDedicated "
    "drb-ToAddModList daps-HO-r16 failureType-r16 resumeIdentity-r13 condReconfigurationToAddModList-r16 "
    "condReconfigurationToApply-r16 as-Context reestablishmentInfo").split()}
STEERED.update({name: 0.4 for name in (
    "dedicatedInfoNASList dedicatedInfoNASList-r15 fullConfig-r9 rach-ConfigDedicated carrierFreq-v9e0 "
    "makeBeforeBreak-r14 rach-Skip-r14 daps-Config-r16 daps-PowerCoordinationInfo-r16 scg-Configuration-r12 "
    "scg-ConfigPartMCG-r12 scg-Counter-r12 nr-Config-r15 nr-SecondaryCellGroupConfig-r15 sk-Counter-r15 "
    "nr-RadioBearerConfig1-r15 nr-RadioBearerConfig2-r15 "
    "securityConfigHO-v1530 nas-Container-r15 conditionalReconfiguration-r16 daps-SourceRelease-r16 "
    "attemptCondReconf-r16 condReconfigurationToRemoveList-r16 drb-ToReleaseList drb-ToAddModList-r15 "
    "drb-ToReleaseList-r15 srb-ToAddModList nextHopChainingCount-r15 rrc-InactiveConfig-r15").split()})
CHOSEN = {"c1": 0.8, "rrcConnectionReconfiguration": 0.55, "rrcConnectionReconfiguration-r8": 0.95,
          "handoverCommand-r8": 0.9, "handoverPreparationInformation-r8": 0.9, "setup": 0.8, "c2": 0.8,
          "failureInformation-r16": 0.3, "failureInformation-r16-IEs": 0.9, "rrcConnectionRelease-r8": 0.9,
          "securityModeCommand-r8": 0.9, "rrcConnectionReestablishment-r8": 0.9, "rrcConnectionResume-r13": 0.4,
          "rrcConnectionReestablishmentRequest": 0.4, "rrcConnectionReestablishmentRequest-r8": 0.9}
# Chains of nonCriticalExtension are long, and most of what is wanted stands at their end.
CHAIN = 0.93


class Maker(random_messages.Maker):
    channels, parts = CHANNELS, (LTE, INTER)

    def __init__(self, seed, unknown=False):
        super().__init__(seed, unknown)
        self.nr = random_messages.Maker(seed)
        self.chosen = CHOSEN

    def chance(self, name, depth):
        if name == "nonCriticalExtension":
            return CHAIN if depth < 50 else 0.2
        if name in STEERED:
            return STEERED[name] if depth < 40 else 0.2
        return super().chance(name, depth)

    def make_sequence(self, obj, depth):
        value = super().make_sequence(obj, depth)
        if "targetPhysCellId" in value and "carrierFreq" in value:  # 65535 refers to v9e0 (ARFCN-ValueEUTRA)
            if "carrierFreq-v9e0" in value and self.random.random() < 0.5:
                value["carrierFreq"]["dl-CarrierFreq"] = 65535
            elif "carrierFreq-v9e0" not in value:
                value["carrierFreq"]["dl-CarrierFreq"] %= 65535
        return value

    def make_octet_string(self, obj, depth):
        if obj._name == "nr-SecondaryCellGroupConfig-r15":  # an OCTET STRING of TS 38.331's RRCReconfiguration
            octets, value = self.nr.message("rrc-reconfiguration")
            VALUES["RRCReconfiguration", octets] = value
            return octets
        if obj._name in ("nr-RadioBearerConfig1-r15", "nr-RadioBearerConfig2-r15"):
            octets, value = self.nr.message("radio-bearer-config")
            VALUES["RadioBearerConfig", octets] = value
            return octets
        return super().make_octet_string(obj, depth)

    def make_choice(self, obj, depth):
        for name in obj._root:
            if name in CHOSEN and self.random.random() < CHOSEN[name]:
                return (name, self.value(obj._cont[name], depth + 1))
        return super().make_choice(obj, depth)
