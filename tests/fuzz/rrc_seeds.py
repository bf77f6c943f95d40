#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""First inputs of rrc_fuzz: messages of the differential test's corpus."""
import gzip
import json
import pathlib

CHANNELS = ["none", "bcch-bch", "bcch-dl-sch", "dl-ccch", "dl-dcch", "pcch", "ul-ccch", "ul-ccch1", "ul-dcch",
            "rrc-reconfiguration", "rrc-reconfiguration-complete", "handover-command",
            "handover-preparation-information", "radio-bearer-config", "cell-group-config", "other"]  # enum daps_channel
MOST_OCTETS = 70000
LTE = 128


def seeds():
    """(name, octets of an input) of each message."""
    folder = pathlib.Path(__file__).resolve().parent.parent / "differential"
    for corpus, technology in (("corpus.gz", 0), ("corpus_lte.gz", LTE)):
        with gzip.open(folder / corpus, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file):
                channel, text, *_ = json.loads(line)
                octets = bytes([technology + CHANNELS.index(channel.removeprefix("lte-"))]) + bytes.fromhex(text)
                if len(octets) <= MOST_OCTETS:
                    yield f"{channel}-{number:05}", octets
