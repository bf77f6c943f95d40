#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Random lives of one or two UEs, audited from its RRC log and from below RRC: the verdicts must be the same.

    random_scenarios.py DAPSAUDIT SEED COUNT [--rat lte]

Each scenario strings DAPS, plain and conditional handovers, fallbacks, re-establishments, refreshes and traffic together.
Below RRC with keys every message must verify, and handovers and rules must be those of the log; with the log beside
the PDCP PDUs and no keys the rules must be the same; without either nothing may be claimed.
"""
import collections
import json
import os
import random
import re
import subprocess
import sys
import tempfile

CARRIERS = ["mac-nr", "mac-nr-dlt149", "rlc-nr", "pdcp-nr", "gsmtap-v3-mac", "gsmtap-v3-pdcp"]
CARRIERS_LTE = ["mac-lte", "mac-lte-dlt147", "mac-lte-dlt149", "mac-lte-upper", "rlc-lte", "pdcp-lte", "gsmtap-v2-mac", "gsmtap-v3-mac",
                "gsmtap-v3-pdcp"]


def algorithms(rng):
    return f" algorithms nea {rng.choice([1, 2, 3])} nia {rng.choice([1, 2, 3])}" if rng.random() < 0.15 else ""


def daps(rng, cell, ncc):
    end = rng.choices([["fallback"], ["source-release", "complete"], [f"reestablish in {cell} ncc {ncc}"]], [5, 4, 1])[0]
    options = rng.choice(["", "", " cfra-2step", " measconfig"]) + algorithms(rng)
    # A failure is reported when T304 ends (TS 38.331 5.3.5.8.3): what is lost meanwhile, a PDU a millisecond, is less.
    both_legs = user_data(rng, lost=500) + [user_data(rng, lost=500)[0] + " source"] if rng.random() < 0.3 else []
    return [f"daps-handover to {cell} ncc {ncc}{options}", "complete", *both_legs, *end]


def plain(rng, cell, ncc):
    end = ["traffic dl"] if rng.random() < 0.75 else [f"reestablish in {cell} ncc {ncc}"]
    return [f"handover to {cell} ncc {ncc}{algorithms(rng)}", "complete", *end]


def refresh(_, __, ncc):
    return [f"refresh ncc {ncc}", "complete", "traffic dl"]


def keep_key(rng, cell, _):
    return [f"daps-handover to {cell} no-key-update", "complete",
            *rng.choice([["fallback"], ["source-release", "complete"]])]


def conditional(_, cell, ncc):
    return [f"conditional-handover to {cell} ncc {ncc}", "complete", f"execute {cell}", "traffic dl"]


def user_data(rng, *_, lost=6000):
    """COUNT goes on whatever happens and whatever the capture misses, so none of it may be called reuse."""
    word, most = ("lose ", lost) if rng.random() < 0.2 else ("", 30)
    return [f"{word}data {rng.choice(['ul', 'dl'])} drb {rng.choice([1, 2])} count {rng.randrange(1, most)} sn SN"]


def traffic(rng, *_):
    return rng.choice([["nas ul", "nas dl"], ["measurement-report", "duplicate", "traffic dl", "counter-check"]])


def scenario(rng):
    lines = [f"cell C{i} pci {11 * (i + 1) + rng.randrange(9)} ssb-arfcn {630000 + 96 * rng.randrange(4)}" for i in range(4)]
    lines += [f"ue 1 c-rnti {rng.randrange(1, 60000)} in C0 kamf {rng.randbytes(32).hex()} ul-nas-count {rng.randrange(99)}",
              "connect", f"security nea {rng.choice([1, 2, 2, 3, 0])} nia {rng.choice([1, 2, 2, 3])}",
              "bearers sn SN", "complete"]
    ncc = 0
    for _ in range(rng.randrange(2, 9)):
        if rng.random() < 0.3:
            ncc = max(2, (ncc + rng.choice([1, 2])) % 8)
        part = rng.choices([daps, plain, refresh, keep_key, conditional, traffic, user_data],
                           [45, 30, 7, 4, 6, 8, 20])[0]
        lines += part(rng, f"C{rng.randrange(4)}", ncc)
    return "\n".join(lines).replace("SN", rng.choice(["12", "18"])) + "\n"


def two_ues(rng):
    """Two lives interleaved, their C-RNTIs so close that they meet in different cells."""
    first, second = (scenario(rng).splitlines() for _ in range(2))
    rnti = rng.randrange(100, 60000)
    lines = [line for line in first if line.startswith("cell")]
    lines += [re.sub(r"c-rnti \d+", f"c-rnti {rnti}", next(line for line in first if line.startswith("ue"))),
              re.sub(r"ue 1 c-rnti \d+", f"ue 2 c-rnti {rnti + rng.choice([1, 2, 3])}",
                     next(line for line in second if line.startswith("ue")))]
    left = [[line for line in part if not line.startswith(("cell", "ue", "duplicate"))] for part in (first, second)]
    while left[0] or left[1]:
        ue = rng.randrange(2) if left[0] and left[1] else int(bool(left[1]))
        n = rng.randrange(1, 4)
        lines += [f"as ue {ue + 1}", *left[ue][:n]]
        left[ue] = left[ue][n:]
    return "\n".join(lines) + "\n"


def in_lte(text):
    """The same lives in LTE, where every handover changes the key and random access has no two steps."""
    lines = []
    for line in text.splitlines():
        line = re.sub(r"ssb-arfcn (\d+)", lambda match: f"earfcn {1300 + (int(match[1]) - 630000) * 25}", line)
        line = line.replace("kamf", "kasme").replace(" no-key-update", " ncc 0").replace(" cfra-2step", "")
        lines.append(line)
    return "\n".join(["rat lte", *lines]) + "\n"


class Tool:
    def __init__(self, program, folder, lte):
        self.program, self.folder, self.text = program, folder, ""
        self.carriers = CARRIERS_LTE if lte else CARRIERS

    def audit(self, framing, with_keys):
        source, path, keys = (os.path.join(self.folder, name) for name in ("x.scenario", "x.pcap", "x.keys"))
        with open(source, "w", encoding="utf-8") as file:
            file.writelines(line for line in self.text.splitlines(True)
                            if framing != "gsmtap-v3" or not line.startswith(("data", "lose data")))
        subprocess.run([self.program, "synth", source, "-f", framing, "-o", path, "-k", keys], check=True)
        os.chmod(keys, 0o600)
        result = subprocess.run([self.program, "audit", "-q", "-f", "ndjson", path] + (["-k", keys] if with_keys else []),
                                capture_output=True, text=True)
        if result.returncode not in (0, 1, 3):
            raise SystemExit(f"{framing}: status {result.returncode}: {result.stderr}")
        return [json.loads(line) for line in result.stdout.splitlines()]


def rules(lines):
    return collections.Counter((line["ue"], line["rule"]) for line in lines if line["type"] == "finding")


def handovers(lines):
    return [(line["ue"], line["daps"], line["outcome"], line["derivation"], line["ncc"], line["pci"]) for line in lines
            if line["type"] == "handover"]


def problems(tool, rng, seen):
    log = tool.audit("gsmtap-v3", True)
    carrier = rng.choice(tool.carriers)
    air = tool.audit(carrier, True)
    pdcp = air[-1]["pdcp"]
    seen.update(rules(air))
    seen["handovers"] += len(handovers(air))
    if rules(air) != rules(log):
        yield f"{carrier}: {dict(rules(air))}, the log has {dict(rules(log))}"
    if handovers(air) != handovers(log):
        yield f"{carrier}: {handovers(air)}, the log has {handovers(log)}"
    if pdcp["unverified"] or pdcp["unreadable"] or (pdcp["unplaced"] and ("mac" in carrier)):
        yield f"{carrier}: {pdcp}"
    both = tool.audit("gsmtap-v3-both", False)
    if rules(both) != rules(log):
        yield f"log and PDCP without keys: {dict(rules(both))}, the log alone has {dict(rules(log))}"
    sealed = rules(tool.audit(carrier, False))
    if not any(rule == "null-security" for _, rule in rules(log)) and sealed:
        yield f"{carrier} without keys: {dict(sealed)}"


def main(arguments):
    program, seed, count = os.path.abspath(arguments[0]), int(arguments[1]), int(arguments[2])
    lte = arguments[3:] == ["--rat", "lte"]
    wrong, seen = 0, collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        tool = Tool(program, folder, lte)
        for number in range(count):
            rng = random.Random(f"{seed} {number}")
            text = two_ues(rng) if number % 3 == 2 else scenario(rng)
            tool.text = in_lte(text) if lte else text
            found = list(problems(tool, rng, seen))
            if found:
                wrong += 1
                print(f"seed {seed}, scenario {number}:", *found, tool.text, sep="\n")
    print(f"{count} random scenarios, {seen.pop('handovers')} handovers, {sum(seen.values())} findings, {wrong} wrong")
    return 1 if wrong or not seen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
