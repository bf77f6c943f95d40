#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""dapsaudit-extcap: what Wireshark asks, a log that rests, one that grows, a pipe, and how a capture ends.

    extcap.py DAPSAUDIT DAPSAUDIT_EXTCAP

With tshark on this machine it is asked as well.
"""
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
wrong = []


def check(good, what):
    if not good:
        wrong.append(what)
        print("WRONG", what)


def packets(octets):
    """How many packets of a pcapng are there as a whole."""
    at = number = 0
    while at + 8 <= len(octets):
        kind, length = struct.unpack_from("<II", octets, at)
        if length < 12 or at + length > len(octets):
            break
        number += kind == 6
        at += length
    return number


class Capture:
    """One run with --capture; what it writes is read as it comes."""

    def __init__(self, extcap, log, *more, stdin=subprocess.DEVNULL):
        self.process = subprocess.Popen([extcap, "--capture", "--extcap-interface", "dapsaudit", "--log", log, "--fifo",
                                         "-", *more], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.octets = b""

    def wait_for(self, number, seconds=20):
        end = time.monotonic() + seconds
        while packets(self.octets) < number and time.monotonic() < end:
            self.octets += self.process.stdout.read() or b""
            time.sleep(0.02)
        return packets(self.octets)

    def end(self, seconds=20):
        """Exit status, and what it said; -1: it did not end."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = -1
        if not self.process.stdout.closed:
            os.set_blocking(self.process.stdout.fileno(), True)
            self.octets += self.process.stdout.read()
        return status, self.process.stderr.read()


def asked(extcap):
    def lines(*arguments):
        return subprocess.run([extcap, *arguments], capture_output=True, timeout=20).stdout.decode()
    check("interface {value=dapsaudit}" in lines("--extcap-interfaces", "--extcap-version=4.0"), "interfaces")
    of_interface = ("--extcap-interface", "dapsaudit")
    check("{number=252}" in lines("--extcap-dlts", *of_interface), "link types")
    check("{call=--log}" in lines("--extcap-config", *of_interface), "options")
    for arguments in ((), ("--capture", *of_interface), ("--extcap-dlts", "--extcap-interface", "eth0"), ("--none",)):
        status = subprocess.run([extcap, *arguments], capture_output=True, timeout=20).returncode
        check(status == 2, f"usage: {arguments}: {status}")


def rests(extcap, log, expected):
    capture = Capture(extcap, log, "--follow", "false")
    status, said = capture.end()
    check(status == 0 and capture.octets == expected, f"a log that rests: {status}, {said}")
    capture = Capture(extcap, log)
    check(capture.wait_for(packets(expected)) == packets(expected), "a log that rests, followed")
    capture.process.send_signal(signal.SIGTERM)
    status, said = capture.end()
    check(status == 0 and capture.octets == expected, f"SIGTERM: {status}, {said}")


def grows(extcap, whole, expected, folder):
    """Every beginning of the log gives packets at once; the last one is of the whole."""
    path = os.path.join(folder, "growing.qmdl")
    with open(path, "wb", buffering=0) as file:
        capture = Capture(extcap, path)
        time.sleep(0.3)  # the log is still empty
        file.write(whole[:7])  # not enough to tell what it is
        time.sleep(0.3)
        file.write(whole[7:len(whole) // 2])
        early = capture.wait_for(packets(expected) // 3)
        check(early >= packets(expected) // 3, f"half of a growing log: {early} packets")
        file.write(whole[len(whole) // 2:])
        check(capture.wait_for(packets(expected)) == packets(expected), "a growing log")
    capture.process.stdout.close()  # the reader goes away while nothing comes
    status, said = capture.end()
    check(status == 0 and capture.octets == expected, f"a closed pipe: {status}, {said}")


def piped(extcap, whole, expected, folder):
    capture = Capture(extcap, "-", stdin=subprocess.PIPE)
    capture.process.stdin.write(whole[:-40])
    capture.process.stdin.flush()
    check(capture.wait_for(packets(expected) - 2) >= packets(expected) - 2, "a pipe that is silent")
    capture.process.stdin.write(whole[-40:])
    capture.process.stdin.close()
    status, said = capture.end()
    check(status == 0 and capture.octets == expected, f"a pipe: {status}, {said}")
    fifo = os.path.join(folder, "log.pipe")
    os.mkfifo(fifo)
    capture = Capture(extcap, fifo)
    with open(fifo, "wb") as file:
        file.write(whole)
        file.flush()
        check(capture.wait_for(packets(expected)) == packets(expected), "a named pipe")
    check(capture.end()[0] == 0, "a named pipe whose writer has gone")


def not_logs(extcap, folder):
    for name, octets in (("capture", open(os.path.join(TOP, "samples", "other-cell.pcap"), "rb").read()),
                         ("text", b"no log\n" * 40000), ("missing", None)):
        path = os.path.join(folder, name)
        if octets is not None:
            with open(path, "wb") as file:
                file.write(octets)
        status, said = Capture(extcap, path).end()
        check(status == 3 and name.encode() in said, f"{name}: {status}, {said}")


def with_tshark(extcap, log, expected, folder):
    """Wireshark looks into the folder named by the environment only for who is not root."""
    home = os.path.join(folder, "home")
    os.mkdir(home)
    shutil.copy(extcap, home)
    for path, mode in ((folder, 0o755), (home, 0o777), (log, 0o644)):
        os.chmod(path, mode)
    environment = dict(os.environ, WIRESHARK_EXTCAP_DIR=home, HOME=home, XDG_CONFIG_HOME=home)
    other = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}
    options = {"capture_output": True, "timeout": 60, "env": environment, "cwd": home, **other}
    listed = subprocess.run(["tshark", "-D"], **options).stdout
    check(b"dapsaudit (DAPSaudit: baseband log)" in listed, f"tshark -D: {listed}")
    result = subprocess.run(["tshark", "-i", "dapsaudit", "-o", f"extcap.dapsaudit.log:{log}", "-o",
                             "extcap.dapsaudit.follow:false"], **options)
    check(len(result.stdout.splitlines()) == packets(expected), f"tshark -i: {result}")
    print("tshark reads it")


def main():
    program, extcap = (os.path.abspath(path) for path in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as folder:
        log, out = os.path.join(folder, "a.qmdl"), os.path.join(folder, "a.pcapng")
        for command in (("synth", os.path.join(TOP, "samples", "daps-fallback-daps.scenario"), "-f", "diag", "-o", log),
                        ("convert", log, "-o", out)):
            check(subprocess.run([program, *command], capture_output=True, timeout=60).returncode == 0, command[0])
        with open(log, "rb") as file:
            whole = file.read()
        with open(out, "rb") as file:
            expected = file.read()
        check(packets(expected) == 12, f"packets: {packets(expected)}")
        asked(extcap)
        rests(extcap, log, expected)
        grows(extcap, whole, expected, folder)
        piped(extcap, whole, expected, folder)
        not_logs(extcap, folder)
        if shutil.which("tshark"):
            with_tshark(extcap, log, expected, folder)
    print(len(wrong), "wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
