#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Damaged captures: every capture of the samples and of the shared folder, cut at random points and with bits flipped.

    damage.py DAPSAUDIT CUTS [SEED]     CUTS cuts and CUTS flips of every capture

Every other one is read with the key log of its sample, so that what is deciphered is damaged as well. Whatever the
damage: exit status 0, 1 or 3; with 3 a sentence that names the file; no sanitizer report, no hang, a summary line at the
end. Also an empty file, a PNG, a text, a folder without captures and a missing file.
"""
import glob
import json
import os
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SHARED = os.environ.get("DAPS_SHARED", os.path.join(TOP, "..", "shared"))


def damaged(octets, kind, rng):
    if kind == "cut":
        return octets[:rng.randrange(len(octets))]
    out = bytearray(octets)
    for _ in range(rng.choice((1, 3, 20, 200))):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


ENVIRONMENT = dict(os.environ, LSAN_OPTIONS="suppressions=" + os.path.join(TOP, "tests", "lsan.supp") +
                   ":print_suppressions=0", ASAN_OPTIONS="fast_unwind_on_malloc=0")


def run(program, path, keys):
    """None, or what is wrong with how the program took it."""
    command = [program, "audit", "--format", "ndjson", "-v", path] + (["--keys", keys] if keys else [])
    try:
        result = subprocess.run(command, capture_output=True, timeout=60,
                                env=ENVIRONMENT)
    except subprocess.TimeoutExpired:
        return "no end after 60 s"
    errors = result.stderr.decode("utf-8", "replace")
    if b"Sanitizer" in result.stderr or b"runtime error" in result.stderr or result.returncode not in (0, 1, 3):
        return f"status {result.returncode}: {errors[-1500:]}"
    if result.returncode == 3 and os.path.basename(path) not in errors:
        return f"status 3 without a sentence that names the file: {errors[-300:]}"
    lines = result.stdout.splitlines()
    try:
        if json.loads(lines[-1])["type"] != "summary":
            return "no summary"
    except (IndexError, ValueError):
        return f"no readable summary: {result.stdout[-200:]}"
    return None


def foreign(folder):
    """Paths of things that are no captures."""
    made = {"empty.pcap": b"", "picture.pcap": b"\x89PNG\r\n\x1a\n" + bytes(100), "text.pcap": b"not a capture\n" * 50,
            "magic-only.pcap": bytes.fromhex("d4c3b2a1"), "magic-only.pcapng": bytes.fromhex("0a0d0d0a")}
    for name, octets in made.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(octets)
        yield os.path.join(folder, name)
    yield os.path.join(folder, "missing.pcap")


def main(arguments):
    program, cuts = os.path.abspath(arguments[0]), int(arguments[1])
    seed = int(arguments[2]) if len(arguments) > 2 else 1
    captures = sorted(glob.glob(os.path.join(TOP, "samples", "*.pcap*")))
    if os.path.isdir(os.path.join(SHARED, "captures")):
        captures += sorted(glob.glob(os.path.join(SHARED, "captures", "*.pcap*")))
    else:
        print(f"SKIPPED: real captures, no {SHARED}")
    total = bad = 0
    statuses = {}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        for path in foreign(folder):
            result = subprocess.run([program, "audit", path], capture_output=True, timeout=60)
            total += 1
            if result.returncode != 3 or os.path.basename(path).encode() not in result.stderr:
                bad += 1
                print(f"{os.path.basename(path)}: status {result.returncode}, {result.stderr.decode()[:200]}")

        def one(job):
            capture, kind, number = job
            rng = random.Random(f"{seed} {os.path.basename(capture)} {kind} {number}")
            with open(capture, "rb") as file:
                octets = damaged(file.read(), kind, rng)
            path = os.path.join(folder, f"{kind}-{number}-{os.path.basename(capture)}")
            with open(path, "wb") as file:
                file.write(octets)
            keys = os.path.splitext(capture)[0] + ".keys"
            problem = run(program, path, keys if number % 2 and os.path.exists(keys) else None)
            if problem is None:
                os.unlink(path)
            return job, problem

        jobs = [(c, kind, n) for c in captures for kind in ("cut", "flip") for n in range(cuts)]
        for (capture, kind, number), problem in pool.map(one, jobs):
            total += 1
            statuses[kind] = statuses.get(kind, 0) + 1
            if problem is not None:
                bad += 1
                print(f"{os.path.basename(capture)} {kind} {number} (seed {seed}): {problem}")
    print(f"{len(captures)} captures, {total} damaged or foreign files, {bad} not taken well")
    return 1 if bad or not total else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
