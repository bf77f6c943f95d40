#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A scenario of an RRC log as field logs are: no two stretches alike.

    mix.py [FRAMES [SEED]] > mix.scenario      (default 600,000 frames)

Measurement reports and measurement configurations with contents that differ, handovers with all their options, DAPS
fallbacks, re-establishments, releases and resumes. A stretch of 20,000 frames is played again and again: scenarios have
a bound.
"""
import random
import sys

STRETCH = 20000
CELLS = {"A": (11, 630000), "B": (22, 632628), "C": (33, 630000), "D": (44, 520110), "E": (55, 152650)}


class Bits:
    """Unaligned PER, as far as it is needed here."""

    def __init__(self):
        self.bits = []

    def add(self, value, width):
        self.bits += [value >> i & 1 for i in range(width - 1, -1, -1)]
        return self

    def hex(self):
        bits = self.bits + [0] * (-len(self.bits) % 8)
        return "".join(f"{int(''.join(map(str, bits[i:i + 8])), 2):02x}" for i in range(0, len(bits), 8))


def measured_cell(bits, rng):
    """TS 38.331 6.3.2 MeasResultNR: physCellId, RSRP and RSRQ of its SSB."""
    bits.add(0b01, 2).add(rng.randrange(1008), 10).add(0, 1).add(0b10, 2).add(0b110, 3)
    bits.add(rng.randrange(128), 7).add(rng.randrange(128), 7)


def measurement_report(rng):
    """6.2.2: the serving cell and up to eight neighbours."""
    bits, neighbours = Bits(), rng.randrange(9)
    bits.add(0, 1).add(0, 4).add(0, 1).add(0, 2)
    bits.add(0, 1).add(neighbours > 0, 1).add(rng.randrange(64), 6).add(0, 5)
    bits.add(0b00, 2).add(0, 5)
    measured_cell(bits, rng)
    if neighbours > 0:
        bits.add(0, 1).add(neighbours - 1, 3)
        for _ in range(neighbours):
            measured_cell(bits, rng)
    return f"raw ul-dcch {bits.hex()}"


def measurement_configuration(rng, transaction):
    """6.2.2, 6.3.2: measObjects and measIds that go, measIds that come."""
    bits = Bits()
    bits.add(0, 1).add(0, 4).add(transaction, 2).add(0, 1).add(0b00100, 5)
    bits.add(0, 1).add(0b1000110000, 10)
    for width, fields in ((6, 1), (6, 1), (6, 3)):
        n = rng.randrange(1, 12)
        bits.add(n - 1, width)
        for _ in range(n * fields):
            bits.add(rng.randrange(64), 6)
    return f"raw dl-dcch {bits.hex()}"


def completed(transaction):
    return f"raw ul-dcch {Bits().add(0, 1).add(1, 4).add(transaction, 2).add(0, 1).add(0, 2).hex()}"


class Mix:
    def __init__(self, seed):
        self.rng, self.cell, self.lines, self.frames = random.Random(seed), "A", [], 0

    def say(self, *lines):
        self.lines += lines
        self.frames += len(lines)

    def connect(self):
        self.lines.append("connect in A")
        self.lines.append("security nea 2 nia 2")
        self.frames += 5
        self.cell = "A"

    def options(self):
        rng = self.rng
        options = [rng.choice(["ncc 0", "ncc 0", "ncc 1", "no-key-update"]), rng.choice(["cbra", "cfra"]),
                   f"c-rnti {rng.randrange(1, 65000)}", f"t304 {rng.choice(['ms100', 'ms500', 'ms1000'])}"]
        if rng.random() < 0.7:
            options.append("measconfig")
        if rng.random() < 0.1:
            options.append(f"algorithms nea {rng.choice([1, 2, 3])} nia {rng.choice([1, 2, 3])}")
        return " ".join(options)

    def handover(self):
        target = self.rng.choice([c for c in CELLS if c != self.cell])
        if self.rng.random() < 0.15:
            self.say(f"daps-handover to {target} {self.options().replace('no-key-update', 'ncc 0')}", "complete")
            if self.rng.random() < 0.3:
                self.say("fallback")
                return
            self.say("source-release")
        else:
            self.say(f"handover to {target} {self.options()}", "complete")
        self.cell = target

    def step(self):
        rng, dice = self.rng, self.rng.random()
        if dice < 0.45:
            self.say(measurement_report(rng))
        elif dice < 0.62:
            transaction = rng.randrange(4)
            self.say(measurement_configuration(rng, transaction), completed(transaction))
        elif dice < 0.76:
            self.handover()
        elif dice < 0.88:
            self.say(rng.choice(["nas ul", "nas dl"]))
        elif dice < 0.97:
            self.say(rng.choice(["traffic ul", "traffic dl"]))
        elif dice < 0.985:
            self.lines.append(f"reestablish in {self.cell} ncc 0 cause otherFailure")
            self.frames += 3
        else:
            self.say("release")
            self.connect()


def main(arguments):
    frames = int(arguments[0]) if arguments else 600000
    mix = Mix(int(arguments[1]) if len(arguments) > 1 else 1)
    for name, (pci, arfcn) in CELLS.items():
        print(f"cell {name} pci {pci} ssb-arfcn {arfcn}")
    print("ue 1 c-rnti 17921 in A")
    mix.connect()
    while mix.frames < min(frames, STRETCH):
        mix.step()
    mix.say("release")
    print(f"repeat {max(1, round(frames / mix.frames))}", *mix.lines, "end", sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
