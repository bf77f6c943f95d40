#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A DAPS handover that falls back, and its retry, as captures below RRC that lose, repeat and disorder PDUs.

    air_disorder.py DAPSAUDIT [N] [SEED]

The clock of the target's capture is up to 100 ms before or behind the source's, messages are missing or come twice. However
that turns out: no COUNT was used twice within one stay, no key is wrong, and where both Completes and a command are there, the
keystream that they share is proven.
"""
import json
import os
import random
import subprocess
import sys
import tempfile

HEAD = """cell A pci 11 ssb-arfcn 630000
cell B pci 22 ssb-arfcn 632628
ue 1 c-rnti 17921 in A kamf f1f2f3f4f5f6f7f8f9fafbfcfdfeff00112233445566778899aabbccddeeff00 ul-nas-count 7
framing {framing}
connect
security nea {nea} nia {nia}
"""
# (statement, leg, what it is for the expectation)
LIFE = [("nas dl", "A", ""), ("measurement-report", "A", ""), ("{first}handover to B ncc 0", "A", "command"), ("complete", "B", "first"),
        ("{answer}", "B", ""), ("fallback", "A", ""), ("nas ul", "A", ""), ("{second}handover to B ncc 0", "A", "command"),
        ("complete", "B", "second"), ("traffic dl", "B", ""), ("nas ul", "B", "")]
ALLOWED = {"repeated-key", "keystream-reuse", "mac-nonce-reuse", "exposed-fallback"}


def make(rng):
    """Scenario, and whether the reuse must be proven."""
    offset = rng.choice([0, 0, rng.randrange(-100, 101)])
    words = {"first": "daps-", "second": rng.choice(["daps-", ""]),
             "answer": rng.choice(["nas dl", "source-release unheard"])}
    lines, there = [], {"command": 0, "first": 0, "second": 0, "": 0}
    lose = rng.choice([0, 0.15, 0.3])
    for statement, leg, role in LIFE:
        statement = statement.format(**words)
        if statement == "nas dl" and leg == "B" and rng.random() < 0.5:
            continue
        prefix = ""
        if leg == "B" and offset:
            prefix = f"{'late' if offset > 0 else 'early'} {abs(offset)}ms "
        if rng.random() < lose:
            prefix = "lose "
        else:
            there[role] += 1
        lines.append(prefix + statement)
        if not prefix.startswith("lose") and rng.random() < 0.15:
            lines.append(prefix + "duplicate")
        if statement == "fallback" and rng.random() < 0.3:
            lines.append(f"wait {rng.choice(['200ms', '1s'])}")
    framing = rng.choice(["mac-nr", "rlc-nr", "pdcp-nr"])
    text = HEAD.format(framing=framing, nea=rng.choice([1, 2, 3]), nia=rng.choice([1, 2, 3])) + "\n".join(lines) + "\n"
    return text, there["command"] > 0 and there["first"] > 0 and there["second"] > 0


def wrong_with(program, folder, text, proven):
    paths = [os.path.join(folder, name) for name in ("x.scenario", "x.pcap", "x.keys")]
    with open(paths[0], "w", encoding="utf-8") as file:
        file.write(text)
    subprocess.run([program, "synth", paths[0], "-o", paths[1], "-k", paths[2]], check=True)
    os.chmod(paths[2], 0o600)
    result = subprocess.run([program, "audit", "-q", "-f", "ndjson", "-k", paths[2], paths[1]], capture_output=True, text=True)
    if result.returncode not in (0, 1, 3):
        return f"status {result.returncode}: {result.stderr}"
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    findings = [line for line in lines if line["type"] == "finding"]
    untrue = {line["rule"] for line in findings} - ALLOWED
    if untrue:
        return f"says {', '.join(sorted(untrue))}"
    if proven and not any(line["rule"] == "keystream-reuse" and line["evidence"] == "proven" for line in findings):
        return "the reuse is not proven"
    unverified = lines[-1].get("pdcp", {}).get("unverified", 0)
    return f"{unverified} PDUs did not verify" if proven and unverified else None


def main(arguments):
    n, seed = int(arguments[1]) if len(arguments) > 1 else 200, int(arguments[2]) if len(arguments) > 2 else 1
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for i in range(seed, seed + n):
            text, proven = make(random.Random(i))
            problem = wrong_with(os.path.abspath(arguments[0]), folder, text, proven)
            if problem is not None:
                wrong += 1
                print(f"seed {i}: {problem}")
                if len(arguments) > 2:
                    print(text)
    print(f"{n} captures, {wrong} judged wrongly")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
