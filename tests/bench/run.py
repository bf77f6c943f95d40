#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How long an audit takes, as ratios to what it is measured against in the same run.

    run.py BUILD [RUNS [PDUS]] BUILD: a build folder without sanitizers; RUNS of each command, in turn (default 5)
    DAPSAUDIT=PROGRAM run.py ... measures another program, such as one that ./try built, optimised when linking

    the audit against a bare libpcap loop over the same file, handovers and a mix as field logs have it (mix.py)
                                                                 (aim: at most 3 in processor time, 2 on the wall)
    tshark extracting the same fields against the audit          (aim: at least 200)
    the audit against the bare loop over 600,000 PDCP PDUs of user data, 1,200 and 100 octets each
                                                                 (aim: at most 1.2 and 1.5)
    peak memory over 3 and over 30 million PDUs of one bearer; run.py BUILD RUNS 100000000 for as many as that
    start-up; peak memory over a file and over one ten times as long; two files on two cores against one
"""
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FIELDS = ("frame.number nr-rrc.nextHopChainingCount nr-rrc.physCellId nr-rrc.absoluteFrequencySSB "
          "nr-rrc.newUE_Identity nr-rrc.t304 nr-rrc.keySetChangeIndicator nr-rrc.daps_Config_r16 "
          "nr-rrc.rrc_TransactionIdentifier nr-rrc.cipheringAlgorithm nr-rrc.integrityProtAlgorithm").split()


def once(command):
    """(seconds on the wall, seconds of processor)"""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if result.returncode not in (0, 1):
        raise SystemExit(f"{command[0]} ended with {result.returncode}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def in_turn(commands, runs):
    """Medians of wall and processor time of each command, run A B A B ..."""
    times = [[] for _ in commands]
    for _ in range(runs + 1):
        for slot, command in zip(times, commands):
            slot.append(once(command))
    return [tuple(statistics.median(t[i] for t in slot[1:]) for i in (0, 1)) for slot in times]


def peak_kib(command):
    script = ("import resource,subprocess,sys;subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL);"
              "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    return int(subprocess.run([sys.executable, "-c", script, *command], capture_output=True, text=True).stdout)


def show(what, a, b):
    print(f"{what}: {a[0]:.3f} s against {b[0]:.3f} s, ratio {a[0] / b[0]:.1f} (processor time {a[1] / b[1]:.1f})")


def streamed(build, program, folder, pdus):
    """Peak KiB of an audit that reads that many PDUs from a pipe."""
    stream = subprocess.Popen([os.path.join(build, "tests", "bench", "pdcp_stream"), os.path.join(folder, "start.pcap"),
                               str(pdus), "16"], stdout=subprocess.PIPE)
    script = ("import resource,subprocess,sys;subprocess.run(sys.argv[1:],stdin=0,stdout=subprocess.DEVNULL);"
              "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    out = subprocess.run([sys.executable, "-c", script, program, "audit", "-q", "--format", "ndjson", "-o", "/dev/null", "-"],
                         stdin=stream.stdout, capture_output=True, text=True)
    stream.stdout.close()
    if stream.wait() != 0:
        raise SystemExit("the stream broke")
    return int(out.stdout)


def user_plane(build, program, bare, folder, runs, most):
    start = os.path.join(folder, "start.scenario")
    with open(start, "w", encoding="utf-8") as file:
        file.write("cell A pci 11 ssb-arfcn 630000\nue 1 in A\nconnect\nsecurity nea 2 nia 2\n")
    subprocess.run([program, "synth", start, "-f", "pdcp-nr", "-o", os.path.join(folder, "start.pcap")], check=True)
    for octets in (1200, 100):
        path = os.path.join(folder, "user.pcap")
        with open(path, "wb") as file:
            subprocess.run([os.path.join(build, "tests", "bench", "pdcp_stream"), os.path.join(folder, "start.pcap"),
                            "600000", str(octets)], stdout=file, check=True)
        audited, looped = in_turn([[program, "audit", "-q", "--format", "ndjson", "-o", "/dev/null", path], [bare, path]], runs)
        show(f"600,000 PDCP PDUs of {octets} octets, audit against bare libpcap loop", audited, looped)
        os.remove(path)
    few, many = streamed(build, program, folder, most // 10), streamed(build, program, folder, most)
    print(f"peak memory: {few / 1024:.1f} MiB for {most // 10:,} PDUs of one bearer, {many / 1024:.1f} MiB for {most:,}")


def main(arguments):
    build, runs = os.path.abspath(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 5
    program = os.environ.get("DAPSAUDIT", os.path.join(build, "analyzer", "dapsaudit"))
    bare = os.path.join(build, "tests", "bench", "bare_loop")
    with tempfile.TemporaryDirectory() as folder:
        long, short = os.path.join(folder, "long.pcap"), os.path.join(folder, "short.pcap")
        text = open(os.path.join(HERE, "handovers.scenario"), encoding="utf-8").read()
        for path, times in ((long, 30000), (short, 3000)):
            scenario = path + ".scenario"
            with open(scenario, "w", encoding="utf-8") as file:
                file.write(text.replace("repeat 30000", f"repeat {times}"))
            subprocess.run([program, "synth", scenario, "-o", path], check=True)
        audit = [program, "audit", "--format", "ndjson", "-o", "/dev/null"]
        audited, looped = in_turn([audit + [long], [bare, long]], runs)
        show("600,000 frames, audit against bare libpcap loop", audited, looped)
        print(f"  {600005 / audited[0] / 1e6:.2f} million frames a second")
        mixed, scenario = os.path.join(folder, "mixed.pcap"), os.path.join(folder, "mixed.scenario")
        with open(scenario, "w", encoding="utf-8") as file:
            subprocess.run([sys.executable, os.path.join(HERE, "mix.py")], stdout=file, check=True)
        subprocess.run([program, "synth", scenario, "-o", mixed], check=True)
        show("600,000 frames of a mix, audit against bare libpcap loop", *in_turn([audit + [mixed], [bare, mixed]], runs))
        if shutil.which("tshark"):
            fields = [x for f in FIELDS for x in ("-e", f)]
            shark, ours = in_turn([["tshark", "-r", short, "-T", "fields", *fields], audit + [short]], 1)
            show("60,000 frames, tshark extracting the same fields against audit", shark, ours)
        user_plane(build, program, bare, folder, runs, int(arguments[2]) if len(arguments) > 2 else 30000000)
        start = in_turn([[program, "--version"], [program, "audit", os.devnull + "/none", "-q"]][:1], runs)[0]
        print(f"start-up: {start[0] * 1000:.1f} ms")
        small, big = peak_kib(audit + [short]), peak_kib(audit + [long])
        print(f"peak memory: {small / 1024:.1f} MiB for 60,000 frames, {big / 1024:.1f} MiB for 600,000")
        shutil.copy(long, os.path.join(folder, "again.pcap"))
        two, one = in_turn([audit + ["-j2", long, os.path.join(folder, "again.pcap")], audit + [long]], runs)
        print(f"two files on {os.cpu_count()} cores against one: ratio {two[0] / one[0]:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
