#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs every case: a capture, its keys, what must be found and the whole expected output.

    run.py DAPSAUDIT [--update] [ID...]

A case is a folder with case.json:
    capture, keys   paths from the repository's top (keys optional)
    scenario        (optional) a scenario that must still give exactly that capture and those keys
    reshaped        (optional) true: the capture is what reshape.py makes under the case's name
    arguments       (optional) further arguments of dapsaudit audit
    status          (optional) expected exit status; default: 1 if a finding of low or more is expected, else 0
    must            what the standards demand, written before the program ran: findings (exact counts by rule),
                    handovers, daps, fallbacks, ues, scg_changes, outcomes, derivations, procedures and exposure of
                    the repeated key, frames of every repeated key and keystream finding, ...
and expect.ndjson, the lines of `audit --format ndjson`, compared octet by octet. --update rewrites expect.ndjson, but
never what must be found. Every line is validated against docs/schema.json where python3-jsonschema is installed.
"""
import json
import os
import subprocess
import sys
import tempfile

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))


def validator():
    try:
        import jsonschema
    except ImportError:
        return None
    path = os.path.join(TOP, "docs", "schema.json")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    return jsonschema.validators.validator_for(schema)(schema)


def audit(program, case, extra=()):
    command = [program, "audit", "--format", "ndjson", *case.get("arguments", []), *extra]
    if "keys" in case:
        command += ["--keys", case["keys"]]
    result = subprocess.run(command + [case["capture"]], cwd=TOP, capture_output=True, text=True, timeout=120)
    return result.returncode, result.stdout, result.stderr


def by_rule(lines, rule):
    return [line for line in lines if line["type"] == "finding" and line["rule"] == rule]


def check_must(must, lines):
    """Yields a sentence for each demand that is not met."""
    summary = lines[-1]
    handovers = [line for line in lines if line["type"] == "handover"]
    repeated, keystream = by_rule(lines, "repeated-key"), by_rule(lines, "keystream-reuse")
    found = {
        "findings": summary["findings"],
        "handovers": summary["handovers"],
        "daps": summary["daps_handovers"],
        "fallbacks": summary["fallbacks"],
        "ues": summary["ues"],
        "scg_changes": summary["scg_changes"],
        "outcomes": [h["outcome"] for h in handovers],
        "derivations": [h["derivation"] for h in handovers],
        "procedures": repeated[0]["procedures"] if repeated else None,
        "exposure": repeated[0]["exposure"] if repeated else None,
        "repeated": [f["frames"] for f in repeated],
        "keystream": [f["frames"] for f in keystream],
        "copies": [f.get("copies", 0) for f in keystream],
        "keystream_severity": keystream[0]["severity"] if keystream else None,
        "same_frequency": repeated[0]["key"]["same_frequency"] if repeated else None,
        "assumes": bool(repeated and repeated[0]["assumes"]),
        "evidence": {line["rule"]: line["evidence"] for line in lines if line["type"] == "finding"},
        "counts": [f["keystream"]["count"] for f in keystream + by_rule(lines, "count-reuse")],
        "unreadable": summary.get("pdcp", {}).get("unreadable", 0),
        "unverified": summary.get("pdcp", {}).get("unverified", 0),
        "not_judged": summary.get("not_judged", {}),
        "needs": [row["needs"] for line in lines if line["type"] == "capture" for row in line.get("sealed", [])],
        "count_reuse": [f["frames"] for f in by_rule(lines, "count-reuse")],
    }
    for name, wanted in must.items():
        if name not in found:
            yield f"must names {name}, which this runner does not know"
        elif found[name] != wanted:
            yield f"{name}: must be {wanted}, is {found[name]}"


def check_scenario(program, case):
    """The committed capture is what its scenario gives today."""
    with tempfile.TemporaryDirectory() as folder:
        made = os.path.join(folder, os.path.basename(case["capture"]))
        keys = os.path.join(folder, "keys")
        subprocess.run([program, "synth", case["scenario"], "-o", made, "--keys-out", keys], cwd=TOP, check=True,
                       timeout=60)
        logs = case.get("keys") if case.get("keys", "").startswith("samples/") else None  # a case may have its own
        for old, new in ((case["capture"], made), (logs, keys)):
            if old and open(os.path.join(TOP, old), "rb").read() != open(new, "rb").read():
                yield f"{old} is not what {case['scenario']} gives: run samples/make.sh"


def check_reshaped(name, case):
    with tempfile.TemporaryDirectory() as folder:
        made = os.path.join(folder, "made.pcap")
        subprocess.run([sys.executable, os.path.join(TOP, "tests", "cases", "reshape.py"), name, made], check=True)
        if open(made, "rb").read() != open(os.path.join(TOP, case["capture"]), "rb").read():
            yield f"{case['capture']} is not what reshape.py gives"


def expected_status(case, lines):
    if "status" in case:
        return case["status"]
    return 1 if any(line["type"] == "finding" and line["severity"] != "info" for line in lines) else 0


def run_case(program, folder, update, schema):
    with open(os.path.join(folder, "case.json"), encoding="utf-8") as file:
        case = json.load(file)
    status, output, errors = audit(program, case)
    problems = []
    lines = [json.loads(line) for line in output.splitlines()]
    if not lines or lines[-1]["type"] != "summary":
        return [f"no summary; standard error: {errors.strip()}"]
    for line in lines if schema else []:
        problems += [f"schema: {error.message}" for error in schema.iter_errors(line)]
    problems += check_must(case.get("must", {}), lines)
    if status != expected_status(case, lines):
        problems.append(f"exit status {status}, not {expected_status(case, lines)}; {errors.strip()}")
    if "scenario" in case:
        problems += check_scenario(program, case)
    if case.get("reshaped"):
        problems += check_reshaped(os.path.basename(folder), case)
    expect = os.path.join(folder, "expect.ndjson")
    if update:
        with open(expect, "w", encoding="utf-8") as file:
            file.write(output)
    elif not os.path.exists(expect):
        problems.append("no expect.ndjson")
    elif open(expect, encoding="utf-8").read() != output:
        problems.append("the output differs from expect.ndjson")
    return problems


def main(arguments):
    program = os.path.abspath(arguments[0])
    update = "--update" in arguments
    chosen = [a for a in arguments[1:] if not a.startswith("--")]
    cases = os.path.dirname(os.path.abspath(__file__))
    schema = validator()
    if schema is None:
        print("python3-jsonschema is not installed: lines are not validated against docs/schema.json")
    passed = failed = 0
    for name in sorted(os.listdir(cases)):
        folder = os.path.join(cases, name)
        if not os.path.exists(os.path.join(folder, "case.json")) or (chosen and name not in chosen):
            continue
        problems = run_case(program, folder, update, schema)
        passed += not problems
        failed += bool(problems)
        for problem in problems:
            print(f"{name}: {problem}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
