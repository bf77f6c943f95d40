#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the Wireshark plugin costs, as ratios of tshark with it to tshark without it, run in turn.

    plugin.py BUILD [RUNS]     BUILD: a build folder without sanitizers; RUNS of each command (default 15)

    the one-line summary of a capture without RRC           (aim: at most 1.10)
    -T fields over an RRC-heavy log                         (aim: at most 1.15)
    the same with fields of the plugin; peak memory with and without it over that log
"""
import os
import random
import statistics
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "plugin"))
sys.path.insert(0, HERE)
from run import FIELDS  # noqa: E402
from shark import Shark, plugins_of  # noqa: E402

PLAIN_FRAMES = 200000
DAPS_FIELDS = "daps.rule daps.outcome daps.key".split()


def ip(protocol, source, payload):
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), random.randrange(65536), 0, 64, protocol, 0,
                       bytes(source), bytes((10, 1, 1, 1))) + payload


def without_rrc(path):
    """TCP, DNS and ping between fifty hosts."""
    random.seed(1)
    question = struct.pack(">HHHHHH", 7, 0x100, 1, 0, 0, 0) + b"\3www\7example\3com\0\0\1\0\1"
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i in range(PLAIN_FRAMES):
            host, port = (10, 0, i // 7 % 5, i % 50), 1024 + i % 500
            if i % 10 < 6:
                packet = ip(6, host, struct.pack(">HHIIBBHHH", port, (443, 80, 8080)[i % 3], i * 100, i * 7, 0x50, 0x18,
                                                 1000, 0, 0) + random.randbytes(40))
            elif i % 10 < 9:
                packet = ip(17, host, struct.pack(">HHHH", port, 53, 8 + len(question), 0) + question)
            else:
                packet = ip(1, host, struct.pack(">BBHHH", 8, 0, 0, 1, i & 0xffff) + b"x" * 32)
            frame = b"\1\2\3\4\5\6\7\10\11\12\13\14\10\0" + packet
            file.write(struct.pack("<IIII", i // 1000, i % 1000 * 1000, len(frame), len(frame)) + frame)


def once(shark, arguments):
    """Processor seconds and peak KiB of one run."""
    start = time.perf_counter()
    child = subprocess.Popen(shark.command("tshark", *arguments), env=shark.environment, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"tshark ended with {child.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss, time.perf_counter() - start


def in_turn(what, runs, a, b):
    """a and b: (shark, arguments); prints the ratio of a to b."""
    ratios, times, peaks = [], ([], []), [0, 0]
    for number in range(runs + 1):
        pair = []
        for side, (shark, arguments) in enumerate((a, b)):
            cpu, peak, _ = once(shark, arguments)
            pair.append(cpu)
            peaks[side] = max(peaks[side], peak)
            if number > 0:
                times[side].append(cpu)
        if number > 0:
            ratios.append(pair[0] / pair[1])
    print(f"{what}: {statistics.median(times[0]):.2f} s against {statistics.median(times[1]):.2f} s of processor time, "
          f"ratio {statistics.median(ratios):.3f} (of the quickest {min(times[0]) / min(times[1]):.3f}); "
          f"peak {peaks[0] / 1024:.0f} against {peaks[1] / 1024:.0f} MiB")


def main(arguments):
    build, runs = os.path.abspath(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 15
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # moving between processors costs more than what is measured
    program = os.path.join(build, "analyzer", "dapsaudit")
    with Shark(plugins_of(build)) as shark, Shark(None) as stock, tempfile.TemporaryDirectory() as folder:
        plain, rrc = os.path.join(folder, "plain.pcap"), os.path.join(folder, "rrc.pcap")
        scenario = os.path.join(folder, "rrc.scenario")
        without_rrc(plain)
        with open(os.path.join(HERE, "handovers.scenario"), encoding="utf-8") as file:
            text = file.read().replace("repeat 30000", "repeat 3000")
        with open(scenario, "w", encoding="utf-8") as file:
            file.write(text)
        subprocess.run([program, "synth", scenario, "-o", rrc], check=True)
        plain, rrc = shark.take(plain), shark.take(rrc)
        os.chmod(shark.folder, 0o755)
        summary = ["-n", "-r", plain]
        fields = ["-n", "-r", rrc, "-T", "fields", *[x for f in FIELDS for x in ("-e", f)]]
        ours = fields + [x for f in DAPS_FIELDS for x in ("-e", f)]
        in_turn(f"one-line summary, {PLAIN_FRAMES:,} frames without RRC", runs, (shark, summary), (stock, summary))
        in_turn("-T fields, 60,000 frames of RRC", runs, (shark, fields), (stock, fields))
        in_turn("-T fields with fields of the plugin against without", max(runs // 2, 1), (shark, ours), (stock, fields))


if __name__ == "__main__":
    main(sys.argv[1:])
