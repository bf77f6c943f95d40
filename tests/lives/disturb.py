#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What happens to captures in the field: records lost, captured twice, late, out of order.

No finding may be untrue then, and what is missed must be counted as not judged. A record captured twice comes again within
5 ms: later, equal octets would be a new attempt by any reader's lights.
"""
import dataclasses
import random


def frames(made, seed):
    """The frames disturbed, and what was done to them in words."""
    rng = random.Random(f"disturb {seed}")
    ways = rng.sample(("drop", "double", "delay", "swap", "direction", "stretch lost"), rng.choice((1, 1, 2, 3)))
    if "direction" in ways and rng.random() < 0.7:
        ways.remove("direction")
        ways = ways or ["drop"]
    rate = rng.choice((0.03, 0.08, 0.2))
    result, words = list(made), []
    for way in ways:
        result = WAYS[way](result, rng, rate)
        words.append(f"{way} {rate}" if way not in ("direction", "stretch lost") else way)
    if random.Random(f"SRB0 {seed}").random() < 0.15:
        result, words = without_srb0(result), [*words, "no SRB0"]
    return result, ", ".join(words)


def drop(made, rng, rate):
    return [f for f in made if rng.random() >= rate]


def double(made, rng, rate):
    result = []
    for frame in made:
        result.append(frame)
        if rng.random() < rate:
            result.append(dataclasses.replace(frame, time=frame.time + rng.choice((0, 0.001, 0.005)), again=True))
    return sorted(result, key=lambda f: f.time)


def delay(made, rng, rate):
    """Some records come up to 100 ms late, with the time of their arrival."""
    return sorted((dataclasses.replace(f, time=f.time + rng.uniform(0.0, 0.1)) if rng.random() < rate else f for f in made),
                  key=lambda f: f.time)


def swap(made, rng, rate):
    """Neighbours in the wrong order, each with the time it had."""
    result = list(made)
    for number in range(len(result) - 1):
        if rng.random() < rate / 2:
            result[number], result[number + 1] = result[number + 1], result[number]
    return result


def direction(made, rng, rate):
    """Only one direction is in the capture."""
    uplink = rng.random() < 0.5
    return [f for f in made if f.message is None or f.message.uplink == uplink]


def stretch_lost(made, rng, rate):
    """A stretch is missing: the disk was full, the tool restarted."""
    if len(made) < 8:
        return made
    first = rng.randrange(1, len(made) - 4)
    return made[:first] + made[first + rng.randrange(2, min(20, len(made) - first)):]


def without_srb0(made):
    """PDCP alone: what goes without it is not there."""
    return [f for f in made if f.message is None or not f.message.channel.endswith("ccch")]


WAYS = {"drop": drop, "double": double, "delay": delay, "swap": swap, "direction": direction, "stretch lost": stretch_lost}
