#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes first inputs for rrc_nr_fuzz into a directory: messages of the differential test's corpus.

usage: rrc_nr_seeds.py DIRECTORY
"""
import gzip
import json
import pathlib
import sys

CHANNELS = ["none", "bcch-bch", "bcch-dl-sch", "dl-ccch", "dl-dcch", "pcch", "ul-ccch", "ul-ccch1", "ul-dcch",
            "rrc-reconfiguration", "rrc-reconfiguration-complete", "handover-command",
            "handover-preparation-information", "radio-bearer-config", "cell-group-config", "other"]  # enum daps_channel


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    corpus = pathlib.Path(__file__).resolve().parent.parent / "differential" / "corpus.gz"
    with gzip.open(corpus, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file):
            channel, text, _ = json.loads(line)
            octets = bytes([CHANNELS.index(channel)]) + bytes.fromhex(text)
            if len(octets) <= 8192:
                (folder / f"{channel}-{number:05}").write_bytes(octets)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
