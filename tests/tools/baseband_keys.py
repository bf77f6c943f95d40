#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Baseband logs with keys by value: every LTE scenario as one says what its RRC says, and proves what it can; and what
convert makes of them.

    baseband_keys.py DAPSAUDIT
"""
import collections
import os
import re
import struct
import sys
import tempfile

from baseband import TOP, check, frames, judged_alike, lines_of, pack, packets_of, run, wrong

EVIDENCE = ("derived", "inferred", "observed", "proven")
NEEDS_BELOW = (b"needs a framing below", b"cannot carry")
# The scenario's network takes one KeNB for two connections: RRC cannot show that, its value does.
ONE_KENB_TWICE = {"lte-new-connection-between"}


def message_numbers(path):
    """Which message of RRC each item is, or stands behind."""
    numbers, seen = {}, 0
    with open(path, "rb") as file:
        for number, command in enumerate(frames(file.read()), 1):
            command = command[8:] if command[0] == 0x98 else command
            seen += struct.unpack_from("<H", command, 6)[0] in (0xB0C0, 0xB821)
            numbers[number] = seen
    return numbers


def found(lines, numbers=None):
    return {(line["rule"], tuple(numbers[frame] if numbers else frame for frame in line["frames"])): line["evidence"]
            for line in lines if line["type"] == "finding"}


def outcomes(lines, numbers=None):
    return [(numbers[line["frame"]] if numbers else line["frame"], line.get("kind"), line.get("outcome"))
            for line in lines if line["type"] == "handover"]


def compare(name, log, expected, status, lines, result, counts):
    numbers = message_numbers(log)
    by_value, derived = found(lines, numbers), found(expected)
    check(outcomes(lines, numbers) == outcomes(expected), f"{name}: handovers")
    for finding, evidence in derived.items():
        check(EVIDENCE.index(by_value.get(finding, "derived")) >= EVIDENCE.index(evidence) and finding in by_value,
              f"{name}: {finding} is {by_value.get(finding)}, {evidence} by RRC alone")
        counts["stronger"] += by_value.get(finding) != evidence
    more = set(by_value) - set(derived)
    check(not more or name.split(" ")[0] in ONE_KENB_TWICE and all(by_value[one] == "proven" for one in more),
          f"{name}: only with keys: {more}")
    check(result.returncode == status or more, f"{name}: {result.returncode}, {result.stderr}")
    counts["findings"] += len(derived)


def rrc_only(program, folder):
    """User data has no place in a log of RRC; nor has what an NR log says of keys a known layout."""
    log, plain = os.path.join(folder, "nr.qmdl"), os.path.join(folder, "plain.qmdl")
    sample = os.path.join(TOP, "samples", "daps-fallback-daps.scenario")
    for framing, path in (("diag-keys", log), ("diag", plain)):
        check(run(program, "synth", sample, "-f", framing, "-o", path).returncode == 0, f"synth as {framing}")
    with open(log, "rb") as one, open(plain, "rb") as other:
        check(one.read() == other.read(), "NR has no items of keys")


# ---- convert ----

def without_keys(log, path):
    with open(log, "rb") as file:
        commands = list(frames(file.read()))
    kept = [command for command in commands if struct.unpack_from("<H", command[8:] if command[0] == 0x98 else command, 6)[0]
            in (0xB0C0, 0xB821)]
    with open(path, "wb") as file:
        file.write(pack(kept))


def downlink(log):
    """Octets of every ciphered downlink PDU that is whole."""
    with open(log, "rb") as file:
        for command in frames(file.read()):
            command = command[8:] if command[0] == 0x98 else command
            if struct.unpack_from("<H", command, 6)[0] == 0xB0A3:  # one PDU in each item here
                size, logged = struct.unpack_from("<HH", command, 16 + 46)
                yield command[16 + 57:] if size == logged else None


def converted(program, folder, name, log, proven, counts):
    """PDCP downlink, octet by octet, in a capture that says what one of the RRC alone says, and what its PDUs show of
    what the log proves."""
    capture, bare_log, bare = (os.path.join(folder, part) for part in ("v.pcapng", "bare.qmdl", "bare.pcapng"))
    without_keys(log, bare_log)
    result = run(program, "convert", log, "-o", capture)
    check(result.returncode == 0 and run(program, "convert", bare_log, "-o", bare).returncode == 0, f"{name}: convert")
    with open(capture, "rb") as file:
        packets = list(packets_of(file.read()))
    is_pdcp = [re.fullmatch(r"item \d+, [SD]RB\d+, downlink, COUNT \d+(, subscription \d+)?", said) is not None
               for said, _ in packets]
    got = [octets[octets.index(b"\x0d\0") + 4:] for (_, octets), below in zip(packets, is_pdcp) if below]
    check(got == list(downlink(log)), f"{name}: PDCP downlink")
    numbers, seen = {}, 0
    for number, below in enumerate(is_pdcp, 1):
        seen += not below
        numbers[number] = seen
    _, lines = lines_of(program, capture)
    _, expected = lines_of(program, bare)
    said, of_rrc = found(lines, numbers), found(expected)
    more = {finding: evidence for finding, evidence in said.items() if of_rrc.get(finding) != evidence}
    check(outcomes(lines, numbers) == outcomes(expected) and set(of_rrc) <= set(said),
          f"{name}: converted, {said}, of RRC {of_rrc}")
    check(all(evidence == "observed" and proven.get(finding) == "proven" for finding, evidence in more.items()),
          f"{name}: converted, {more}; the log proves {proven}")
    counts["PDCP converted"] += len(got)
    counts["converted, by PDUs"] += len(more)


def scenarios(program, folder):
    counts = collections.Counter()
    pcap, slow = os.path.join(folder, "k.pcap"), os.path.join(folder, "k.scenario")
    for sample in sorted(os.listdir(os.path.join(TOP, "samples"))):
        with open(os.path.join(TOP, "samples", sample), "rb") as file:
            text = file.read()
        if not sample.endswith(".scenario") or b"rat lte" not in text:
            continue
        for pace in (b"", b"step 250ms\n"):  # within what a phone may be late, and beyond
            name = f"{sample[:-len('.scenario')]} {pace.decode().strip()}"
            with open(slow, "wb") as file:
                file.write(pace + text)
            made = run(program, "synth", slow, "-f", "gsmtap-v3", "-o", pcap)
            reference, expected = lines_of(program, pcap) if made.returncode == 0 else (None, None)
            check(made.returncode == 0 or any(word in made.stderr for word in NEEDS_BELOW), f"{name}: {made.stderr}")
            for output, framing in (("k.qmdl", "diag-keys"), ("k.dlf", "diag-keys"), ("k2.qmdl", "diag-keys-segments")):
                log = os.path.join(folder, output)
                made = run(program, "synth", slow, "-f", framing, "-o", log)
                if made.returncode != 0:
                    check(output == "k.dlf" and b"not supported" in made.stderr, f"{name}: {made.stderr}")
                    continue
                result, lines = lines_of(program, log)
                counts[output] += 1
                judged_alike(program, log)
                if output == "k.qmdl":
                    whole, status = lines, result.returncode
                    converted(program, folder, name, log, found(lines, message_numbers(log)), counts)
                    if reference is not None:
                        compare(name, log, expected, reference.returncode, lines, result, counts)
                elif output == "k.dlf":
                    check(lines == whole and result.returncode == status, f"{name} as .dlf")
                else:
                    check(sorted(found(lines).values()) == sorted(found(whole).values()) and result.returncode == status,
                          f"{name} in parts: {found(lines)}, {found(whole)}")
    check(counts["k.qmdl"] > 80 and counts["k.dlf"] > 70 and counts["stronger"] > 20, f"scenarios: {counts}")
    print("scenarios as logs with keys:", dict(counts))


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        rrc_only(program, folder)
        scenarios(program, folder)
    print(len(wrong), "wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
