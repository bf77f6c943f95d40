#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How the cost of an audit grows: each row at n, 10 n and 100 n, with exponents; 1 is linear.

    run.py PROGRAM [ROW...]             the table, a row after the other as it is measured; --list names them
    run.py PROGRAM --beside OTHER ...   each row of OTHER as well, in the same run
    run.py PROGRAM --check              the rows that are held, at n and 10 n; exit status 1 if one grows faster than EXPONENT
    run.py --self-test                  is a program that takes quadratic time refused?

Time is counted in instructions under valgrind (--tool=callgrind): noise cannot decide. Of it the start of the program is
taken off. Memory is the peak above that of the program's start, without valgrind. With --seconds processor time is
measured instead: sizes are ten times larger then, and noise is in it.
"""
import argparse
import math
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from rows import ROWS  # noqa: E402

EXPONENT, PATIENCE = 1.2, 60


def command(program, arguments):
    return [program, "audit", "-q", "--format", "ndjson", "-o", os.devnull, *arguments]


def instructions(words):
    """Millions; None if PATIENCE seconds of processor were not enough."""
    result = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *words],
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE)))
    if result.returncode in (-9, -24):
        return None
    counted = re.search(r"Collected : (\d+)", result.stderr)
    if counted is None or result.returncode not in (0, 1, 3):
        raise SystemExit(f"{' '.join(words)}: {result.stderr}")
    return int(counted.group(1)) / 1e6


# Runs a command, and says how it ended, its processor time and its peak memory. In C, as what a process was before it
# became the program counts as its peak, and this is small.
PEAK = r"""
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    struct rusage used;
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        freopen("/dev/null", "w", stdout);
        freopen("/dev/null", "w", stderr);
        const struct rlimit limit = {(rlim_t)atoi(argv[1]), (rlim_t)atoi(argv[1])};
        setrlimit(RLIMIT_CPU, &limit);
        execv(argv[2], argv + 2);
        _exit(127);
    }
    if (argc < 3 || child < 0 || wait4(child, &status, 0, &used) != child)
        return 1;
    const long microseconds = (long)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) +
                              1000000 * (long)(used.ru_utime.tv_sec + used.ru_stime.tv_sec);
    printf("%d %ld.%06ld %ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status),
           microseconds / 1000000, microseconds % 1000000, used.ru_maxrss);
    return 0;
}
"""


def build_peak(folder):
    path = os.path.join(folder, "peak")
    subprocess.run([os.environ.get("CC", "cc"), "-O1", "-w", "-x", "c", "-", "-o", path], input=PEAK, text=True, check=True)
    return path


def seconds_and_kib(peak, words):
    """Processor time and peak memory; None if PATIENCE seconds of processor were not enough."""
    result = subprocess.run([peak, str(PATIENCE), *words], capture_output=True, text=True, check=True)
    code, seconds, kib = result.stdout.split()
    if int(code) in (-9, -24): # by the limit
        return None, None
    if int(code) not in (0, 1, 3):
        raise SystemExit(f"{' '.join(words)} ended with {code}")
    return float(seconds), int(kib)


class Program:
    """What it costs to run it at all is taken off."""

    def __init__(self, path, folder, by_seconds):
        self.path, self.by_seconds = os.path.abspath(path), by_seconds
        empty = os.path.join(folder, "empty.pcap")
        with open(empty, "wb") as file:
            file.write(bytes.fromhex("d4c3b2a1020004000000000000000000000004009300000"[:47] + "0"))
        words = command(self.path, [empty])
        self.start = 0 if by_seconds else instructions(words)
        self.peak = build_peak(folder)
        self.kib = seconds_and_kib(self.peak, words)[1]

    def cost(self, arguments, with_memory=True):
        """(cost, KiB); None: PATIENCE was not enough."""
        words = command(self.path, arguments)
        seconds, kib = seconds_and_kib(self.peak, words) if with_memory or self.by_seconds else (None, None)
        if with_memory and kib is None:
            return None, None
        cost = seconds if self.by_seconds else instructions(words)
        return (None if cost is None else max(cost - self.start, 1e-3)), (None if kib is None else max(kib - self.kib, 1))


def exponent(small, large, times):
    return math.log(large / small) / math.log(times)


def measure(program, make, sizes, with_memory=True):
    """[(n, cost, KiB)], as far as patience lasts."""
    out = []
    for n in sizes:
        with tempfile.TemporaryDirectory() as folder:
            out.append((n, *program.cost(make(n, folder), with_memory)))
        if out[-1][1] is None:
            break
    return out


def line(words, measured, unit):
    whole = [m for m in measured if m[1] is not None]
    costs = " | ".join(f"{cost:.{1 if cost >= 10 else 2}f}" if cost is not None else f"> {PATIENCE} s" for _, cost, _ in measured)
    costs += " | -" * (3 - len(measured))
    kib = " | ".join(f"{k / 1024:.1f}" if k is not None else "-" for _, _, k in measured) + " | -" * (3 - len(measured))
    last = whole[-2:]
    steep = exponent(last[0][1], last[1][1], last[1][0] / last[0][0]) if len(last) == 2 else math.nan
    memory = exponent(max(last[0][2], 256), max(last[1][2], 256), last[1][0] / last[0][0]) if len(last) == 2 else math.nan
    return f"| {words} | {measured[0][0]:,} | {costs} | {steep:.2f} | {kib} | {memory:.2f} |"


def table(programs, names, scale):
    unit = "s" if programs[0].by_seconds else "million instructions"
    print(f"| n of what | n | n ({unit}) | 10 n | 100 n | exponent, last step | n (MiB) | 10 n | 100 n | exponent |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in names:
        words, n, make, _ = ROWS[name]
        for i, program in enumerate(programs):
            measured = measure(program, lambda size, folder: make(programs[0].path, folder, size),
                               [n * scale, 10 * n * scale, 100 * n * scale])
            print(line(words + (f" ({program.path})" if i > 0 else ""), measured, unit), flush=True)


def check(program, names):
    """Those that grow faster over a tenfold input than EXPONENT."""
    bad = []
    for name in names:
        words, n, make, held = ROWS[name]
        if not held:
            continue
        small, large = measure(program, lambda size, folder: make(program.path, folder, size), [held * n, 10 * held * n], False)
        steep = exponent(small[1], large[1], 10) if large[1] is not None else math.inf
        print(f"{name}: {words}: {small[1]:.1f} and {large[1] or 0:.1f} million instructions, exponent {steep:.2f}", flush=True)
        if not steep <= EXPONENT:
            bad.append(name)
    return bad


def self_test():
    """A loop over pairs has exponent 2, and is refused."""
    class Quadratic:
        path = "quadratic"
        by_seconds = False

        def cost(self, arguments, with_memory):
            n = int(arguments[0])
            return n * n / 1e6, None

    ROWS["quadratic"] = ("pairs", 100, lambda program, folder, n: [str(n)], 1)
    ROWS["linear"] = ("things", 100, lambda program, folder, n: ["0"], 1)
    linear = type("Linear", (Quadratic,), {"cost": lambda self, arguments, with_memory: (7.0, None)})
    if check(Quadratic(), ["quadratic"]) != ["quadratic"] or check(linear(), ["linear"]) != []:
        raise SystemExit("the check cannot tell quadratic from linear")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?")
    parser.add_argument("rows", nargs="*")
    parser.add_argument("--beside", metavar="OTHER")
    for flag in ("--check", "--list", "--seconds", "--self-test"):
        parser.add_argument(flag, action="store_true")
    options = parser.parse_intermixed_args()
    if options.list:
        for name, (words, n, _, held) in ROWS.items():
            print(f"{name:18} {n:6} {'held' if held else '    '} {words}")
        return 0
    if options.self_test:
        self_test()
        return 0
    if options.program is None:
        parser.error("which program?")
    if shutil.which("valgrind") is None and not options.seconds:
        print("valgrind is not installed: growth is not measured")
        return 77
    names = options.rows or list(ROWS)
    with tempfile.TemporaryDirectory() as folder:
        programs = [Program(path, folder, options.seconds) for path in (options.program, options.beside) if path]
        if not options.check:
            table(programs, names, 10 if options.seconds else 1)
            return 0
        bad = check(programs[0], names)
    for name in bad:
        print(f"{name} grows faster than its input (exponent above {EXPONENT})")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
