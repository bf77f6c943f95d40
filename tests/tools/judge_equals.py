#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`events | judge` says what `audit` says, octet for octet in NDJSON: every sample, in every carrier, and every case, with and
without their keys, and real captures where they are at hand.

    judge_equals.py DAPSAUDIT [--quick] [CAPTURE[:KEYS]...]

--quick: the samples as they are, and three carriers below RRC. With captures: those only.
"""
import glob
import json
import os
import subprocess
import sys
import tempfile

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
REAL = os.path.join(TOP, "..", "shared", "captures")
CARRIERS = ("mac-nr mac-nr-dlt149 mac-nr-dlt157 mac-nr-upper mac-nr-upper-udp rlc-nr pdcp-nr pdcp-nr-2018 gsmtap-v3-mac "
            "gsmtap-v3-pdcp gsmtap-v3-both").split()
QUICK = ("mac-nr", "pdcp-nr", "gsmtap-v3-both")


def run(command, stdin=None):
    result = subprocess.run(command, input=stdin, capture_output=True)
    if result.returncode not in (0, 1, 3):
        sys.exit(f"{' '.join(command)}: status {result.returncode}: {result.stderr.decode()}")
    return result.stdout, result.returncode


def differences(program, capture, keys):
    """What audit said and judge did not, and the other way round, what-if included; None if they are equal."""
    given = ["--keys", keys] if keys else []
    wanted = ["-q", "-f", "ndjson", "--what-if", "refresh", *given]
    audit, audit_status = run([program, "audit", *wanted, capture])
    events, _ = run([program, "events", "-q", *given, capture])
    judge, judge_status = run([program, "judge", *wanted, "-"], events)
    if audit == judge and audit_status == judge_status:
        return None
    a, b = audit.decode().splitlines(), judge.decode().splitlines()
    shown = [f"status {audit_status} and {judge_status}"] if audit_status != judge_status else []
    shown += [f"audit {line[:260]}" for line in a if line not in b][:4] + [f"judge {line[:260]}" for line in b if line not in a][:4]
    return shown or ["the same lines in another order"]


def samples(program, carriers, folder):
    """(name, capture, keys or None) of every sample, as it is and in the carriers."""
    for capture in sorted(glob.glob(os.path.join(TOP, "samples", "*.pcap*"))):
        keys = capture.rsplit(".", 1)[0] + ".keys"
        yield os.path.basename(capture), capture, keys if os.path.exists(keys) else None
    for path in sorted(glob.glob(os.path.join(TOP, "tests", "cases", "*", "case.json"))):
        with open(path, encoding="utf-8") as file:
            case = json.load(file)
        if not case["capture"].startswith("samples/"):
            keys = os.path.join(TOP, case["keys"]) if "keys" in case else None
            yield os.path.basename(os.path.dirname(path)), os.path.join(TOP, case["capture"]), keys
    for scenario in sorted(glob.glob(os.path.join(TOP, "samples", "*.scenario"))):
        name = os.path.basename(scenario)[:-9]
        if name.startswith("air-"):
            continue
        for carrier in carriers:
            capture, keys = os.path.join(folder, "x.pcap"), os.path.join(folder, "x.keys")
            made = subprocess.run([program, "synth", scenario, "-f", carrier, "-o", capture, "-k", keys], capture_output=True)
            if b"cannot carry" in made.stderr:
                continue
            if made.returncode != 0:
                sys.exit(made.stderr.decode())
            yield f"{name} as {carrier}", capture, keys if os.path.getsize(keys) else None


def main():
    program, quick = sys.argv[1], "--quick" in sys.argv
    named = [a for a in sys.argv[2:] if a != "--quick"]
    compared = wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        if named:
            todo = [(c, *(c.split(":") + [None])[:2]) for c in named]
        else:
            todo = samples(program, QUICK if quick else CARRIERS, folder)
        def one(name, capture, keys):
            nonlocal compared, wrong
            for given in {None, keys}:
                if given:
                    private = os.path.join(folder, "private.keys")
                    with open(given, "rb") as octets, open(os.open(private, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as out:
                        out.write(octets.read())
                    given = private
                found = differences(program, capture, given)
                compared += 1
                if found:
                    wrong += 1
                    print(f"{name}{' with keys' if given else ''}:", *found, sep="\n    ")
        for item in todo:
            one(*item)
        real = sorted(p for p in glob.glob(os.path.join(REAL, "*")) if not p.endswith((".md", ".keys"))) if not named else []
        for capture in real:
            one(os.path.basename(capture), capture, None)
    if not named and not real:
        print("no real captures here: samples only")
    print(f"{compared} captures through both ways, {wrong} differ")
    sys.exit(wrong > 0 or compared == 0)


if __name__ == "__main__":
    main()
