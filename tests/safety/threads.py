#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Several captures at a time under ThreadSanitizer: no race, and the same output as one after the other.

    CC=clang cmake -S . -B build-tsan -G Ninja -DDAPS_TSAN=ON -DDAPS_TESTS=OFF -DDAPS_PLUGIN=OFF && ninja -C build-tsan dapsaudit
    threads.py build-tsan/analyzer/dapsaudit

The program's locks are pthread's in that build (thread_sanitizer_glib.c), GLib's slices are malloc's.
"""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SAMPLES = HERE.parent.parent / "samples"
RACE = 66


def main():
    program = sys.argv[1]
    env = dict(os.environ, G_SLICE="always-malloc",
               TSAN_OPTIONS=f"exitcode={RACE}:suppressions={HERE}/threads.supp:die_after_fork=0")
    wrong = runs = 0

    def run(*arguments, interrupt_after=None):
        nonlocal wrong, runs
        command = [program, *map(os.fspath, arguments)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
        if interrupt_after is not None:
            time.sleep(interrupt_after)
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=300)
        runs += 1
        if process.returncode == RACE or b"ThreadSanitizer" in err:
            wrong += 1
            print(" ".join(command), err.decode("utf-8", "replace")[:6000], sep="\n")
        return process.returncode, out

    with tempfile.TemporaryDirectory() as folder:
        keys = pathlib.Path(folder) / "all.keys"
        keys.touch(0o600)
        keys.write_bytes((SAMPLES / "air-daps-fallback.keys").read_bytes())
        broken = pathlib.Path(folder) / "broken.pcap.gz"
        broken.write_bytes(b"\x1f\x8b" + bytes(100)) # for libwiretap, which is loaded once for all threads
        paths = [broken, *sorted(SAMPLES.glob("*.pcap*"))[::3], broken, SAMPLES / "missing.pcap"]
        for command in (["audit", "-f", "text"], ["audit", "-f", "ndjson", "-v", "--why"], ["audit", "-f", "json", "--max-spool", "4K"],
                        ["audit", "-f", "csv", "-q"], ["events"], ["keys", "--show-keys"]):
            alone = run(*command, "-k", keys, "-j1", *paths)
            for jobs in ("-j2", "-j5"):
                if run(*command, "-k", keys, jobs, *paths) != alone:
                    wrong += 1
                    print(f"{command} {jobs}: other than -j1")
        for after in (0.1, 0.3, 0.6, 1):
            run("audit", "-j4", "-f", "ndjson", "-k", keys, *paths, interrupt_after=after)
    print(f"{runs} runs, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
