#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How long an audit takes, as ratios to what it is measured against in the same run.

    run.py BUILD [RUNS [PDUS]] BUILD: a build folder without sanitizers; RUNS of each command, in turn (default 5)
    DAPSAUDIT=PROGRAM run.py ... measures another program, such as one that ./try built, optimised when linking

    a row a capture: processor time and time on the wall, and both as ratios to a bare libpcap loop over the same file
        600,000 frames of handovers, of a mix as field logs have it (mix.py)           (aim: at most 3, and 2 on the wall)
        600,000 PDCP PDUs of user data, 1,200 and 100 octets each                      (aim: at most 1.2 and 1.5)
        the events of the handovers, judged, against the same loop over their capture
    tshark extracting the same fields from a tenth of handovers and mix, against the audit      (aim: at least 200 times)
    start-up (aim: below 5 ms); two files on two cores against one
    peak memory over a file and over one ten times as long; over 3 and over 30 million PDUs of one bearer; run.py BUILD
    RUNS 100000000 for as many as that
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


HEAD = f"{'':34}{'processor':>10} {'wall':>7}  {'loop':>6}  {'ratio':>5} {'wall':>5}  aim"


def show(what, ours, loop, aim=""):
    """One row: seconds of processor and on the wall, those of the loop's processor, both ratios."""
    print(f"{what:34}{ours[1]:10.3f} {ours[0]:7.3f}  {loop[1]:6.3f}  {ours[1] / loop[1]:5.1f} {ours[0] / loop[0]:5.1f}  {aim}",
          flush=True)


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


def user_plane(build, program, bare, folder, runs):
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
        show(f"600,000 PDCP PDUs, {octets:,} octets", audited, looped, "1.2" if octets == 1200 else "1.5")
        os.remove(path)


def streams(build, program, folder, most):
    few, many = streamed(build, program, folder, most // 10), streamed(build, program, folder, most)
    print(f"peak memory: {few / 1024:.1f} MiB for {most // 10:,} PDUs of one bearer, {many / 1024:.1f} MiB for {most:,}")


def synthesize(program, path, text):
    with open(path + ".scenario", "w", encoding="utf-8") as file:
        file.write(text)
    subprocess.run([program, "synth", path + ".scenario", "-o", path], check=True)


def mix(frames):
    return subprocess.run([sys.executable, os.path.join(HERE, "mix.py"), str(frames)], stdout=subprocess.PIPE, text=True,
                          check=True).stdout


def against_tshark(what, path, audit):
    fields = [x for f in FIELDS for x in ("-e", f)]
    shark, ours = in_turn([["tshark", "-r", path, "-T", "fields", *fields], audit + [path]], 1)
    print(f"{what}: tshark {shark[0]:.2f} s on the wall, {shark[1]:.2f} s of processor; the audit takes {ours[0]:.3f} and "
          f"{ours[1]:.3f}: {shark[0] / ours[0]:.0f} and {shark[1] / ours[1]:.0f} times as quick (aim 200)")


def main(arguments):
    build, runs = os.path.abspath(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 5
    program = os.environ.get("DAPSAUDIT", os.path.join(build, "analyzer", "dapsaudit"))
    bare = os.path.join(build, "tests", "bench", "bare_loop")
    most = int(arguments[2]) if len(arguments) > 2 else 30000000
    text = open(os.path.join(HERE, "handovers.scenario"), encoding="utf-8").read()
    audit = [program, "audit", "-q", "--allow-partial", "--format", "ndjson", "-o", "/dev/null"]
    with tempfile.TemporaryDirectory() as folder:
        long, short, mixed, some, again, events = (
            os.path.join(folder, name) for name in
            ("long.pcap", "short.pcap", "mixed.pcap", "some.pcap", "again.pcap", "events.ndjson"))
        synthesize(program, long, text)
        synthesize(program, short, text.replace("repeat 30000", "repeat 3000"))
        synthesize(program, mixed, mix(600000))
        synthesize(program, some, mix(60000))
        print(HEAD)
        audited, looped = in_turn([audit + [long], [bare, long]], runs)
        show("600,000 frames of handovers", audited, looped, "3, wall 2")
        show("600,000 frames of a mix", *in_turn([audit + [mixed], [bare, mixed]], runs), "3, wall 2")
        user_plane(build, program, bare, folder, runs)
        with open(events, "w", encoding="utf-8") as file:
            subprocess.run([program, "events", long], stdout=file, check=True)
        judged = in_turn([[program, "judge", "-q", "--format", "ndjson", "-o", "/dev/null", events]], runs)[0]
        show("the events of the handovers, judged", judged, looped)
        print(f"  {600005 / audited[0] / 1e6:.2f} million frames audited a second, "
              f"{600005 / judged[0] / 1e6:.2f} million events judged")
        if shutil.which("tshark"):
            against_tshark("60,000 frames of handovers", short, audit)
            against_tshark("60,000 frames of a mix", some, audit)
        print(f"start-up: {in_turn([[program, '--version']], runs)[0][0] * 1000:.1f} ms (aim 5)")
        shutil.copy(long, again)
        two, one = in_turn([audit + ["-j2", long, again], audit + [long]], runs)
        print(f"two files on {os.cpu_count()} cores against one: ratio {two[0] / one[0]:.2f}")
        small, big = peak_kib(audit + [short]), peak_kib(audit + [long])
        print(f"peak memory: {small / 1024:.1f} MiB for 60,000 frames, {big / 1024:.1f} MiB for 600,000")
        streams(build, program, folder, most)


if __name__ == "__main__":
    main(sys.argv[1:])
