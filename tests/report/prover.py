#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The theories of `report --tamarin` before the Tamarin prover itself: each is well-formed, its story can happen, the
lemma is false where the audit repeats a key, and with a refresh after each DAPS fallback it is what `--what-if refresh`
says.

Usage: prover.py DAPSAUDIT [CAPTURE...] (all samples if none is named; $TAMARIN: the prover, else the one on PATH)
Ends with 77 where there is no prover. forms.py holds the same theories against an interpreter of its own, everywhere.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "samples"
LEMMA = "no_key_is_derived_for_two_attempts"


def audited(program, path, keys):
    """Does a key repeat, and does one still with the refresh?"""
    lines = [json.loads(line) for line in
             subprocess.run([program, "audit", "--format", "ndjson", "--what-if", "refresh", *keys, path],
                            capture_output=True, timeout=200, check=False).stdout.splitlines()]
    what_if = next(line for line in lines if line["type"] == "what-if")
    return (any(line["type"] == "finding" and line["rule"] == "repeated-key" for line in lines),
            any(finding["rule"] == "repeated-key" for fate in ("weaker", "stays", "appears") for finding in what_if[fate]["findings"]))


def proven(prover, theory, folder):
    """What the prover says: {lemma: (kind, verified)}, or the reason why it says nothing."""
    path = pathlib.Path(folder) / "theory.spthy"
    path.write_bytes(theory)
    out = subprocess.run([prover, "--prove", path], capture_output=True, timeout=300, check=False)
    text = out.stdout.decode()
    if out.returncode != 0 or "All wellformedness checks were successful" not in text:
        return None, (text + out.stderr.decode())[-2000:]
    summary = text.split("summary of summaries:")[1]
    return {name: (kind, said == "verified")
            for name, kind, said in re.findall(r"(\w+) \((exists-trace|all-traces)\): (verified|falsified)", summary)}, summary


def main():
    program, paths = sys.argv[1], [pathlib.Path(path) for path in sys.argv[2:]] or sorted(SAMPLES.glob("*.pcap*"))
    prover = os.environ.get("TAMARIN") or shutil.which("tamarin-prover")
    if prover is None:
        print("skipped: no tamarin-prover")
        return 77
    theories = wrong = empty = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            keys = ["--keys", path.with_suffix(".keys")] if path.with_suffix(".keys").exists() else []
            repeats, stay = audited(program, path, keys)
            theory = subprocess.run([program, "report", "--tamarin", *keys, path], capture_output=True, timeout=200, check=False).stdout
            if not repeats:
                empty += 1
                wrong += b"\nlemma" in theory
                continue
            theories += 1
            said, text = proven(prover, theory, folder)
            stories = [verified for kind, verified in (said or {}).values() if kind == "exists-trace"]
            if said is None or not stories or not all(stories) or said.get(LEMMA) != ("all-traces", False) or \
                    said.get(LEMMA + "_if_refreshed") != ("all-traces", not stay):
                wrong += 1
                print(f"{path.name}: with a refresh a key {'repeats' if stay else 'does not repeat'}, but:\n{text}")
    print(f"{theories} theories proven, {empty} captures without a repeated key, {wrong} wrong")
    return wrong > 0 or theories == 0


if __name__ == "__main__":
    sys.exit(main())
