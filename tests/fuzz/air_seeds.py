#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes first inputs for air_fuzz into a directory: the samples as MAC captures.

usage: air_seeds.py DAPSAUDIT DIRECTORY
"""
import pathlib
import struct
import subprocess
import sys
import tempfile


def main(program, folder):
    folder.mkdir(parents=True, exist_ok=True)
    samples = pathlib.Path(__file__).resolve().parent.parent.parent / "samples"
    for scenario in sorted(samples.glob("*.scenario")):
        with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
            made = subprocess.run([program, "synth", scenario, "-f", "mac-nr-dlt157", "-o", file.name],
                                  capture_output=True)
            octets = file.read() if made.returncode == 0 else b""
        out, at = b"", 24
        while at < len(octets):
            length = struct.unpack_from("<I", octets, at + 8)[0]
            out += struct.pack(">H", length) + octets[at + 16:at + 16 + length]
            at += 16 + length
        if out:
            (folder / scenario.stem).write_bytes(out)


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]))
