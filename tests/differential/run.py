#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Differential test of the RRC decoder.

    run.py RRC_DUMP --corpus FILE...       the committed messages with what pycrate says of them; needs nothing else
    run.py RRC_DUMP --fresh SEED COUNT     COUNT new messages of every channel; needs pycrate
    run.py RRC_DUMP --tshark SEED COUNT    the same against tshark's fields; needs pycrate and tshark
    run.py RRC_DUMP --mutate SEED COUNT    damaged messages: no crash, no hang (use a sanitizer build)
    run.py WALK_CHECK --walks TIMES SEED FILE...  the committed messages, and each TIMES times damaged: the generated
                                              walks against the tables; need nothing else
    run.py RRC_DUMP --write FILE SEED COUNT   makes a corpus
Options: --unknown: with extension additions that no release defines; --nr, --lte: only that technology.
"""
import gzip
import json
import os
import random
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def fresh(seed, count, options):
    import random_messages
    for maker, events in technologies(seed, options):
        for channel in maker.channels:
            for _ in range(count):
                octets, value = maker.message(channel)
                yield channel, octets.hex(), events(channel, value, octets)
                if len(random_messages.VALUES) > 20000:
                    random_messages.VALUES.clear()


def technologies(seed, options):
    """(maker of messages, what they say) of each technology"""
    import expected
    import expected_lte
    import random_messages
    import random_messages_lte
    unknown = "--unknown" in options
    if "--lte" not in options:
        yield random_messages.Maker(seed, unknown), expected.events
    if "--nr" not in options:
        yield random_messages_lte.Maker(seed, unknown), expected_lte.events


def corpus(paths):
    from expected_empty import EMPTY
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                channel, text, found = json.loads(line)
                own = dict(EMPTY, channel=channel.removeprefix("lte-"), octets=len(text) // 2)
                yield channel, text, [dict(own, **event) for event in found]


def write_corpus(path, messages):
    from expected_empty import EMPTY
    with gzip.GzipFile(path, "wb", mtime=0) as file:
        for channel, text, found in messages:
            own = dict(EMPTY, channel=channel.removeprefix("lte-"), octets=len(text) // 2)
            short = [{k: v for k, v in e.items() if v != own[k]} for e in found]
            file.write((json.dumps([channel, text, short], separators=(",", ":")) + "\n").encode())


def dump(program, lines, timeout=600):
    result = subprocess.run([program], input="".join(line + "\n" for line in lines), capture_output=True, text=True,
                            timeout=timeout)
    if result.returncode != 0:
        raise SystemExit(f"rrc_dump ended with {result.returncode}: {result.stderr[-2000:]}")
    return [json.loads(line) for line in result.stdout.splitlines()]


def compare(program, messages):
    """Prints every difference and a closing line; True if there is none."""
    total = fields = 0
    wrong, undecoded = [], []
    counts = {}
    batch = []

    def flush():
        nonlocal total, fields
        for (channel, text, want), got in zip(batch, dump(program, [f"{c} {t}" for c, t, _ in batch])):
            total += 1
            counts[channel] = counts.get(channel, 0) + 1
            fields += sum(len(event) for event in want)
            if got["status"] != "ok":
                undecoded.append((channel, text, got["error"], got["bit"]))
            elif got["events"] != want:
                wrong.append((channel, text, got["events"], want))
        batch.clear()

    for message in messages:
        batch.append(message)
        if len(batch) == 5000:
            flush()
    flush()
    for channel, text, error, bit in undecoded[:10]:
        print(f"false undecoded: {channel} {text[:200]}: {error} at bit {bit}")
    for channel, text, got, want in wrong[:10]:
        print(f"mismatch: {channel} {text[:400]}")
        if len(got) != len(want):
            print(f"  {len(got)} events {[e['kind'] for e in got]}, must be {[e['kind'] for e in want]}")
        for have, must in zip(got, want):
            print("  " + ", ".join(f"{k} is {have[k]} must be {must[k]}" for k in must if have[k] != must[k]))
    print(", ".join(f"{channel} {n}" for channel, n in counts.items()))
    print(f"{total} messages, {fields} fields compared, {len(wrong)} mismatches, {len(undecoded)} false undecoded")
    return not wrong and not undecoded and total > 0


def mutations(seed, count, options):
    rng = random.Random(seed)
    for maker, _ in technologies(seed, options):
        for channel in maker.channels:
            for _ in range(count):
                yield f"{channel} {damaged(rng, bytearray(maker.message(channel)[0])).hex()}"


def damaged(rng, octets):
    kind = rng.randrange(4)
    if kind == 0 and octets:
        for _ in range(rng.randint(1, 8)):
            octets[rng.randrange(len(octets))] ^= 1 << rng.randrange(8)
    elif kind == 1:
        del octets[rng.randrange(len(octets) + 1):]
    elif kind == 2:
        at = rng.randrange(len(octets) + 1)
        octets[at:at] = rng.randbytes(rng.randint(1, 20))
    else:
        octets = bytearray(rng.randbytes(rng.randint(0, 300)))
    return octets


def mutate(program, seed, count, options):
    total = undecoded = telling = 0
    batch = []
    for line in list(mutations(seed, count, options)) + [None]:
        if line is not None:
            batch.append(line)
        if len(batch) == 5000 or (line is None and batch):
            for got in dump(program, batch):
                total += 1
                undecoded += got["status"] != "ok"
                telling += any(e["sync"] for e in got["events"])
            batch.clear()
    print(f"{total} damaged messages, {undecoded} undecoded, {telling} still read as a handover command; no crash, no hang")
    return total > 0


def main(arguments):
    options = {a for a in arguments if a in ("--unknown", "--nr", "--lte")}
    program, mode, *rest = [a for a in arguments if a not in options]
    sys.path.insert(0, HERE)
    if mode == "--corpus":
        ok = compare(program, corpus(rest))
    elif mode == "--fresh":
        ok = compare(program, fresh(int(rest[0]), int(rest[1]), options))
    elif mode == "--mutate":
        ok = mutate(program, int(rest[0]), int(rest[1]), options)
    elif mode == "--tshark":
        import against_tshark
        ok = against_tshark.compare(program, dump, fresh(int(rest[0]), int(rest[1]), options))
    elif mode == "--walks":
        lines = "".join(f"{channel} {text}\n" for channel, text, _ in corpus(rest[2:]))
        ok = subprocess.run([program, *rest[:2]], input=lines, text=True, timeout=600).returncode == 0
    elif mode == "--write":
        write_corpus(rest[0], fresh(int(rest[1]), int(rest[2]), options))
        ok = True
    else:
        raise SystemExit(__doc__)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
