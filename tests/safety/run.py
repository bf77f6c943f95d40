#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds dapsaudit to docs/security.md: hostile files, names and folders, and a machine that refuses.

Usage: run.py DAPSAUDIT FAIL_NTH SANDBOX_PROBE [-k PART_OF_A_TEST_NAME]
FAIL_NTH is the library of fail_nth.c, SANDBOX_PROBE the program of sandbox_probe.c. What cannot be tried here (no readelf, no /dev/full, sanitizers) is skipped with a
word.
"""
import csv
import gzip
import io
import json
import os
import pathlib
import platform
import re
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = TOP / "samples"
REPEAT = SAMPLES / "daps-fallback-daps.pcap"
QUIET = SAMPLES / "ping-pong.pcap"
AIR = SAMPLES / "air-daps-fallback.pcap"
AIR_KEYS = SAMPLES / "air-daps-fallback.keys"
SCENARIO = SAMPLES / "air-daps-fallback.scenario"
PROGRAM = FAIL_NTH = PROBE = None
SANITIZED = COVERED = False
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def run(*arguments, stdin=b"", **options):
    """The finished process with octets on both streams. Never one that a signal ended."""
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    if not hasattr(stdin, "fileno"):
        options["input"] = stdin
    else:
        options["stdin"] = stdin
    return subprocess.run([PROGRAM, *map(os.fspath, arguments)], timeout=120, check=False, **options)


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dapsaudit-safety-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.keys = self.folder / "k.keys"
        self.keys.write_bytes(AIR_KEYS.read_bytes())
        self.keys.chmod(0o600)

    def expect(self, result, status, says=None):
        self.assertEqual(result.returncode, status, result.stderr)
        if says is not None:
            self.assertIn(says, result.stderr.decode())

    def copy(self, source, name):
        return shutil.copy(source, self.folder / name)

    def nothing_left(self):
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith(".dapsaudit")], [])


class Binary(Case):
    def readelf(self, *arguments):
        if shutil.which("readelf") is None:
            self.skipTest("no readelf")
        return subprocess.run(["readelf", "-W", *arguments], capture_output=True, text=True, check=True).stdout

    def test_hardening(self):
        self.assertIn("DYN", self.readelf("-h", PROGRAM).split("Type:")[1].splitlines()[0])
        dynamic, segments = self.readelf("-d", PROGRAM), self.readelf("-l", PROGRAM)
        self.assertRegex(dynamic, r"FLAGS_1.*NOW.*PIE")
        self.assertIn("GNU_RELRO", segments)
        self.assertRegex(segments, r"GNU_STACK.* RW ")
        symbols = self.readelf("--dyn-syms", PROGRAM)
        self.assertIn("__stack_chk_fail", symbols)
        if not SANITIZED and not COVERED:
            self.assertRegex(symbols, r"__\w+_chk@")

    def test_control_flow(self):
        if platform.machine() != "x86_64":
            self.skipTest("-fcf-protection is of x86")
        objects = list(pathlib.Path(PROGRAM).parent.glob("CMakeFiles/*.dir/*.o"))
        self.assertGreater(len(objects), 0)
        for path in objects:
            self.assertIn("IBT, SHSTK", self.readelf("-n", path), path.name)


class Outputs(Case):
    def test_no_output_is_an_input(self):
        capture = self.copy(AIR, "a.pcap")
        scenario = self.copy(SCENARIO, "s.scenario")
        before = {path: pathlib.Path(path).read_bytes() for path in (capture, scenario, self.keys)}
        (self.folder / "sub").mkdir()
        for source in (capture, scenario, self.keys):
            os.link(source, os.fspath(source) + ".hard")
            os.symlink(os.path.basename(source), os.fspath(source) + ".soft")
        for path in (capture, self.keys, scenario):
            name = os.path.basename(path)
            others = [name, "./" + name, "sub/../" + name, self.folder / name, name + ".hard", name + ".soft"]
            for other in others:
                commands = [["audit", "-k", self.keys, capture, "-o", other],
                            ["events", "-k", self.keys, capture, "-o", other],
                            ["keys", "-k", self.keys, capture, "-o", other],
                            ["audit", self.folder, "-k", self.keys, "-o", other],
                            ["decrypt", "-k", self.keys, capture, "-o", other]]
                if path == scenario:
                    commands = [["synth", scenario, "-o", other], ["synth", scenario, "-o", "new", "-k", other]]
                for command in commands:
                    with self.subTest(command):
                        self.expect(run(*command, cwd=self.folder), 2, "both")
        self.assertEqual(before, {path: pathlib.Path(path).read_bytes() for path in before})
        self.assertFalse((self.folder / "new").exists())
        self.nothing_left()

    def test_no_output_is_another(self):
        for output, keys in (("x", "x"), ("x", "./x"), ("l", "x"), ("x", "l"), ("a", "b")):
            os.symlink("x", self.folder / "l")
            (self.folder / "a").write_text("a")
            os.link(self.folder / "a", self.folder / "b")
            self.expect(run("synth", SCENARIO, "-o", output, "-k", keys, cwd=self.folder), 2, "are one file")
            self.assertFalse((self.folder / "x").exists())
            for name in ("l", "a", "b"):
                (self.folder / name).unlink()

    def test_standard_output_is_an_input(self):
        capture = pathlib.Path(self.copy(AIR, "a.pcap"))
        for path in (capture, self.keys):
            with open(path, "ab") as out:
                self.expect(run("audit", "-k", self.keys, capture, stdout=out), 2, "both")
        self.assertEqual(capture.read_bytes(), AIR.read_bytes())

    def test_standard_error_is_an_input(self):
        capture = pathlib.Path(self.copy(AIR, "a.pcap"))
        for path in (capture, self.keys):
            before = path.read_bytes()
            with open(path, "ab") as err:
                result = run("audit", "-k", self.keys, capture, stderr=err)
            self.assertEqual(result.returncode, 2)
            self.assertIn(b"standard error is both", result.stdout)
            self.assertEqual(path.read_bytes(), before)
        with open(self.folder / "log", "wb") as both:
            self.assertEqual(run("audit", "-k", self.keys, capture, stdout=both, stderr=both).returncode, 1)

    def test_written_beside_and_renamed(self):
        out = self.folder / "out"
        out.write_text("before")
        os.link(out, self.folder / "other")
        os.symlink("out", self.folder / "link")
        self.expect(run("audit", REPEAT, "-o", self.folder / "link"), 1)
        self.assertIn("repeated-key", out.read_text())
        self.assertTrue((self.folder / "link").is_symlink())
        self.assertEqual((self.folder / "other").read_text(), "before")
        self.nothing_left()

    def test_killed_leaves_what_was_there(self):
        for number in (signal.SIGKILL, signal.SIGINT, signal.SIGTERM):
            out, fifo = self.folder / "out", self.folder / f"fifo{number}"
            out.write_text("before")
            os.mkfifo(fifo)
            for command in (["synth", "-", "-o", out], ["audit", fifo, "-o", out]):
                process = subprocess.Popen([PROGRAM, *map(os.fspath, command)], stdin=subprocess.PIPE,
                                           stderr=subprocess.DEVNULL)
                time.sleep(0.2)
                process.send_signal(number)
                process.communicate(timeout=20)
                if number == signal.SIGKILL or command[0] == "synth":
                    self.assertEqual(out.read_text(), "before")
            if number == signal.SIGKILL:
                for path in self.folder.glob(".dapsaudit-*"):
                    path.unlink() # nobody can tidy up behind SIGKILL
            self.nothing_left()

    def test_secrets_are_the_owners(self):
        old = os.umask(0o022)
        self.addCleanup(os.umask, old)
        for existing in (False, True):
            secret = [(["audit", "-k", self.keys, AIR], True), (["events", "-k", self.keys, AIR], True),
                      (["keys", "-k", self.keys, "--show-keys", AIR], True),
                      (["keys", "-k", self.keys, "--wireshark", AIR], True), (["decrypt", "-k", self.keys, AIR], True),
                      (["decrypt", AIR], True), (["audit", AIR], False)]
            for command, is_secret in secret:
                out = self.folder / "out"
                if existing:
                    out.write_text("")
                    out.chmod(0o644)
                run(*command, "-o", out)
                self.assertEqual(stat.S_IMODE(out.stat().st_mode), 0o600 if is_secret else 0o644, command)
                out.unlink()
            self.expect(run("synth", SCENARIO, "-o", self.folder / "c", "-k", self.folder / "k"), 0)
            self.assertEqual(stat.S_IMODE((self.folder / "k").stat().st_mode), 0o600)

    def test_full_and_closed(self):
        commands = (["audit", REPEAT], ["decrypt", AIR, "-o", "-"], ["synth", SCENARIO, "-o", "-"], ["explain"])
        if os.path.exists("/dev/full"):
            for command in commands:
                with open("/dev/full", "wb") as full:
                    self.expect(run(*command, stdout=full), 3, "No space left")
            self.expect(run("audit", REPEAT, "-o", "/dev/full"), 3, "/dev/full: No space left")
            self.expect(run("synth", SCENARIO, "-o", "/dev/full"), 3, "No space left")
        else:
            print("skipped: no /dev/full", file=sys.stderr)
        for command in commands:
            closed = run(*command, stdout=None, preexec_fn=lambda: os.close(1))
            self.expect(closed, 3, "standard output")

    def test_file_size_limit(self):
        if COVERED:
            self.skipTest("the limit would damage the profile that this build writes")
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        out = self.folder / "out"
        out.write_text("before")
        for command in (["audit", REPEAT], ["synth", SCENARIO], ["decrypt", AIR]):
            self.expect(run(*command, "-o", out, preexec_fn=limit), 3, "File too large")
            self.assertEqual(out.read_text(), "before")
            self.nothing_left()
        with open(self.folder / "direct", "wb") as direct:
            self.expect(run("audit", REPEAT, stdout=direct, preexec_fn=limit), 3, "File too large")

    def test_descriptors_are_reserved(self):
        missing = self.folder / "missing"
        for closed in ((0,), (1,), (2,), (0, 1, 2)):
            out = self.folder / "out"
            def close(closed=closed):
                for descriptor in closed:
                    os.close(descriptor)
            result = run("audit", missing, REPEAT, "-f", "ndjson", "-o", out, preexec_fn=close,
                         stderr=None if 2 in closed else subprocess.PIPE)
            self.assertEqual(result.returncode, 3)
            for line in out.read_text().splitlines():
                json.loads(line)
            self.assertNotIn("dapsaudit:", out.read_text())

    def test_reader_that_leaves(self):
        for command in (["audit", "-f", "ndjson", SAMPLES], ["events", SAMPLES], ["decrypt", AIR, "-o", "-"]):
            read, write = os.pipe()
            os.close(read)
            result = run(*command, stdout=write)
            os.close(write)
            self.assertGreaterEqual(result.returncode, 0)
            self.assertNotIn(b"Broken pipe", result.stderr)


class Inputs(Case):
    def test_endless_streams(self):
        spool = self.folder / "tmp"
        spool.mkdir()
        env = dict(os.environ, TMPDIR=os.fspath(spool))
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 20, 8 << 20))
        for path in ("/dev/zero", "/dev/urandom"):
            if os.path.exists(path):
                result = run("audit", path, env=env, preexec_fn=limit)
                self.expect(result, 3, path)
                self.assertNotRegex(result.stderr, b"too large|--max-spool")
        yes = subprocess.Popen(["yes", "a line of text"], stdout=subprocess.PIPE)
        self.expect(run("audit", "-", stdin=yes.stdout, env=env, preexec_fn=limit), 3, "standard input")
        yes.stdout.close()
        yes.wait(20)
        self.assertEqual(os.listdir(spool), [])

    def test_max_spool(self):
        packed = gzip.compress(REPEAT.read_bytes(), mtime=0)
        first = run("audit", "-", stdin=packed)
        if b"libwiretap is needed" in first.stderr:
            print("skipped: no libwiretap", file=sys.stderr)
        else:
            self.expect(first, 1)
            self.expect(run("audit", "--max-spool", "100", "-", stdin=packed), 3, "--max-spool")
            self.expect(run("audit", "--max-spool", "1k", "-", stdin=packed), 1)
        for wrong in ("", "x", "-1", "1T", "99999999999999999999", "9999999999999G"):
            self.expect(run("audit", "--max-spool", wrong, REPEAT), 2, "--max-spool")
        paths = [SAMPLES] * 3
        whole = run("audit", "-j4", "-f", "ndjson", *paths)
        self.assertEqual(run("audit", "-j4", "-f", "ndjson", "--max-spool", "1000", *paths).stdout, whole.stdout)
        few = run("audit", "--max-spool", "100", SAMPLES / "three-attempts.pcap")
        self.assertIn(b"not shown here (--max-spool)", few.stdout)

    def test_folder_is_not_left(self):
        outside = self.folder / "outside"
        inside = self.folder / "inside"
        outside.mkdir()
        inside.mkdir()
        shutil.copy(REPEAT, outside / "secret.pcap")
        shutil.copy(REPEAT, inside / "a.pcap")
        os.symlink(outside, inside / "b")
        os.symlink(outside / "secret.pcap", inside / "c.pcap")
        os.symlink("/proc", inside / "d")
        os.symlink(".", inside / "e")
        os.symlink("a.pcap", inside / "f.pcap")
        os.mkfifo(inside / "g.pcap")
        result = run("audit", "-f", "ndjson", inside)
        self.expect(result, 1)
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual([line["capture"] for line in lines if line["type"] == "capture"], [os.fspath(inside / "a.pcap")])
        self.assertEqual(lines[-1]["skipped"], 6)
        listed = run("audit", "-v", inside).stderr.decode()
        self.assertEqual(listed.count("links in a folder are not followed"), 5)
        os.symlink(inside, self.folder / "named")
        self.expect(run("audit", self.folder / "named"), 1)

    def test_procfs(self):
        if not os.path.isdir("/proc/self"):
            self.skipTest("no /proc")
        self.expect(run("audit", "/proc/self"), 3, "procfs")

    def test_folders_that_cannot_be_opened(self):
        logs = self.folder / "logs"
        logs.mkdir()
        for name in ("a.qmdl", "b.hdf"):
            (logs / name).write_bytes(b"\x1d\x1c\x98\x00nothing known" * 99)
        for form in ("text", "ndjson", "csv", "json"):
            self.expect(run("audit", "-f", form, logs), 3)
        self.assertEqual(json.loads(run("audit", "-f", "ndjson", logs).stdout)["skipped"], 2)
        self.assertRegex(run("audit", logs).stdout.decode(), r"nothing could be audited\.\s+2\s+files\s+of\s+no\s+known")
        self.assertRegex(run("audit", "-f", "csv", logs).stdout.decode(), r",not-read,.*,2,.*,skipped,")
        if os.getuid() != 0:
            logs.chmod(0)
            self.addCleanup(logs.chmod, 0o700)
            result = run("audit", "-f", "ndjson", logs)
            self.expect(result, 3, "Permission denied")
            self.assertEqual(json.loads(result.stdout)["unreadable"], 1)

    def test_what_is_not_read_is_named(self):
        for name, magic, word in (("a.pcap.xz", b"\xfd7zXZ\x00", "xz"), ("b.pcap.bz2", b"BZh91AY&SY", "bzip2")):
            path = self.folder / name
            path.write_bytes(magic + bytes(100))
            self.expect(run("audit", path), 3, f"is compressed with {word}")
        self.expect(run("audit", self.folder), 3, "is compressed with bzip2")


class Sandbox(Case):
    """A capture cannot be made to misbehave on purpose here, so the program is asked for what a sandbox would refuse."""

    def confined(self):
        result = run("audit", "-v", QUIET)
        if b"without a sandbox" in result.stderr:
            self.skipTest("no Landlock here, or a build with sanitizers")

    def test_folder_is_a_wall(self):
        self.confined()
        inside = self.folder / "inside"
        inside.mkdir()
        shutil.copy(REPEAT, self.folder / "secret.pcap")
        os.symlink("../secret.pcap", inside / "link.pcap")
        # Named by the user the link is followed, and is then what may be read; below a folder it is neither.
        self.expect(run("audit", inside / "link.pcap"), 1)
        self.expect(run("audit", inside), 3)

    def test_what_is_needed_is_there(self):
        packed = self.folder / "a.pcap.gz"
        packed.write_bytes(gzip.compress(REPEAT.read_bytes()))
        out = self.folder / "out"
        for options in ([], ["--no-sandbox"]):
            for path, feed in ((packed, b""), ("-", packed.read_bytes()), (REPEAT, b"")):
                result = run("audit", *options, "-f", "ndjson", path, stdin=feed)
                if b"libwiretap is needed" not in result.stderr:
                    self.expect(result, 1)
            with open(packed, "rb") as file:
                result = run("audit", *options, "-", stdin=file)
                if b"libwiretap is needed" not in result.stderr:
                    self.expect(result, 1)
            self.expect(run("audit", *options, REPEAT, "-o", out), 1)
            self.expect(run("audit", *options, REPEAT, "-o", "relative", cwd=self.folder), 1)
            self.expect(run("audit", *options, "--allow-partial", "-j4", SAMPLES, SAMPLES, "-o", out), 1)
            self.expect(run("events", *options, REPEAT, "-o", "/dev/null"), 0)

    def test_outputs_outside_the_folder_for_temporary_files(self):
        temporary, out = self.folder / "tmp", self.folder / "out"
        for folder in (temporary, out):
            folder.mkdir()
        env = dict(os.environ, TMPDIR=os.fspath(temporary))
        self.expect(run("audit", REPEAT, "-o", out / "audit", env=env), 1)
        self.expect(run("report", REPEAT, "-o", out / "report", "--excerpt", out / "excerpt", env=env), 1)
        self.expect(run("report", "-", "-o", out / "report", stdin=REPEAT.read_bytes(), env=env), 1)
        self.assertEqual(sorted(os.listdir(out)), ["audit", "excerpt", "report"])
        self.assertEqual(os.listdir(temporary), [])

    def test_nothing_else_is(self):
        self.confined()
        read, write, other = (self.folder / name / name for name in ("read", "write", "other"))
        for path in (read, write, other):
            path.parent.mkdir()
            path.write_text("here")
        elsewhere = self.folder / "tmp"
        elsewhere.mkdir()
        probe = subprocess.run([PROBE, read, write, other], capture_output=True, text=True, timeout=20, check=True,
                               env=dict(os.environ, TMPDIR=os.fspath(elsewhere)))
        tried = dict(line.split() for line in probe.stdout.splitlines())
        self.assertEqual({name for name, came in tried.items() if came == "done"}, {"read-input", "write-output"}, probe)
        self.assertEqual(tried["start-program"], "refused")
        self.assertTrue(other.exists())


class Ending(Case):
    def interrupted(self, command, feed, number, again=False):
        process = subprocess.Popen([PROGRAM, *map(os.fspath, command)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        process.stdin.write(feed)
        process.stdin.flush()
        time.sleep(0.7 if SANITIZED else 0.4)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err.decode()

    def test_interrupt_delivers(self):
        events = run("events", REPEAT).stdout
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            status, out, err = self.interrupted(["audit", "-f", "ndjson", "-"], REPEAT.read_bytes(), number)
            self.assertEqual(status, 3, err)
            self.assertIn("interrupted after frame 12", err)
            self.assertEqual(json.loads(out.splitlines()[-1])["findings"]["repeated-key"], 1)
        status, out, err = self.interrupted(["judge", "-f", "ndjson", "--allow-partial"], events, signal.SIGINT)
        self.assertEqual(status, 3, err)
        self.assertIn("interrupted after line", err)
        self.assertEqual(json.loads(out.splitlines()[-1])["findings"]["repeated-key"], 1)

    def test_interrupt_of_many(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        for jobs in ("1", "2", "4"):
            out = self.folder / "out"
            status, _, err = self.interrupted(["audit", "-j", jobs, "-f", "ndjson", "-o", out, REPEAT, fifo, REPEAT, fifo], b"",
                                              signal.SIGINT)
            self.assertEqual(status, 3, err)
            self.assertIn("interrupted", err)
            summary = json.loads(out.read_text().splitlines()[-1])
            self.assertGreaterEqual(summary["findings"]["repeated-key"], 1)
            self.assertGreaterEqual(summary["unreadable"], 1)

    def test_second_interrupt_ends(self):
        if SANITIZED:
            self.skipTest("sanitizers slow it down unpredictably")
        read, write = os.pipe()
        process = subprocess.Popen([PROGRAM, "events", *map(os.fspath, [SAMPLES] * 9)], stdout=write, stderr=subprocess.DEVNULL)
        os.close(write)
        time.sleep(0.4)
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        process.wait(20)
        os.close(read)
        self.assertIn(process.returncode, (-signal.SIGINT, 3))

    def test_little_memory(self):
        if SANITIZED:
            self.skipTest("sanitizers need their address space")
        wanted = run("audit", "-j2", "-f", "ndjson", "-k", self.keys, AIR, REPEAT).stdout
        seen = set()
        for kibibytes in [*range(8000, 40000, 700), *range(40000, 300000, 20000)]:
            def limit(octets=kibibytes << 10):
                resource.setrlimit(resource.RLIMIT_AS, (octets, octets))
            if run("--version", preexec_fn=limit).returncode != 0:
                continue # the loader and constructors of libraries end before main() begins
            result = run("audit", "-j2", "-f", "ndjson", "-k", self.keys, AIR, REPEAT, preexec_fn=limit)
            self.assertIn(result.returncode, (1, 3), (kibibytes, result.stderr))
            if result.returncode == 1:
                self.assertEqual(result.stdout, wanted)
            elif result.returncode == 3:
                self.assertIn(b"dapsaudit: ", result.stderr)
            seen.add(result.returncode)
        self.assertIn(1, seen)

    def verdict_or_sentence(self, command, env, wanted, nth):
        """The output wanted, or status 3 with a sentence and no line that the output wanted does not have."""
        result = run(*command, env=env)
        if result.returncode == wanted.returncode and result.returncode != 3:
            self.assertEqual(result.stdout, wanted.stdout, (command, nth))
            return
        self.assertIn(result.returncode, (3, 127), (command, nth, result.stderr)) # 127: the loader could not begin
        self.assertRegex(result.stderr, rb"(?s)dapsaudit: \S+.*\n$|error while loading shared libraries", (command, nth))
        if "ndjson" in command:
            for line in result.stdout[:result.stdout.rfind(b"\n") + 1].splitlines():
                self.no_other_verdict(line, wanted.stdout.splitlines(), (command, nth))

    def no_other_verdict(self, line, wanted, what):
        """A line that is wanted; or one that says of a capture, or of the run, that it could not be read."""
        if line in wanted: # all of them where memory ends behind the last, as while a coverage build writes its counts
            return
        said = json.loads(line)
        self.assertIn(said["type"], ("capture", "summary"), what)
        if said["type"] == "capture":
            self.assertTrue(said["error"], what)
        else:
            self.assertGreater(said["unreadable"], 0, what)

    def test_failed_allocation_is_no_verdict(self):
        if SANITIZED:
            self.skipTest("sanitizers have their own malloc")
        count, events = self.folder / "count", self.folder / "events"
        events.write_bytes(run("events", "-k", self.keys, AIR).stdout)
        for command, tries in ((["audit", "-j1", "-f", "ndjson", "-k", self.keys, AIR], 250),
                               (["audit", "-j1", "-f", "ndjson", SAMPLES / "air-algorithm-unread.pcap"], 60),
                               (["audit", "-j2", "-f", "ndjson", "-k", self.keys, AIR, REPEAT], 60),
                               (["judge", "-f", "ndjson", "-k", self.keys, events], 60),
                               (["audit", "-j1", "-f", "text", "-k", self.keys, AIR], 60),
                               (["report", "-f", "markdown", "-k", self.keys, AIR], 60)):
            env = dict(os.environ, LD_PRELOAD=FAIL_NTH, FAIL_COUNT=os.fspath(count))
            wanted = run(*command, env=env)
            self.assertIn(wanted.returncode, (0, 1), wanted.stderr)
            n = int(count.read_text())
            del env["FAIL_COUNT"]
            for nth in [*range(1, n, max(1, n // tries)), *range(max(1, n - 20), n + 1)]:
                self.verdict_or_sentence(command, dict(env, FAIL_NTH=str(nth)), wanted, nth)
            for nth in range(1, n, max(1, n // 30)): # and none succeeds from there on
                self.verdict_or_sentence(command, dict(env, FAIL_NTH=str(nth), FAIL_ON="1"), wanted, nth)


class Words(Case):
    NAMES = [b"\x1b[31mred\x1b[0m", "\u202egpj.pcap".encode(), "a\u2028b\u2029c".encode(), "\u0085\u009b1m".encode(),
             b"line\nfeed\rback", b"\xff\xfe\x80", b"tab\tdel\x7f", "\u2066i\u2069\u061c".encode()]

    def check(self, octets, what):
        text = octets.decode()
        found = UNSAFE.search(text.replace("\r\n", "\n"))
        self.assertIsNone(found, (what, found and text[max(0, found.start() - 60):found.end() + 20]))

    def test_names_in_outputs_and_messages(self):
        for number, name in enumerate(self.NAMES):
            folder = os.path.join(os.fsencode(self.folder), b"%d" % number)
            os.mkdir(folder)
            path = os.path.join(folder, name)
            shutil.copy(os.fsencode(AIR), path)
            missing = path + b".missing"
            damaged = path + b".cut"
            with open(damaged, "wb") as file:
                file.write(AIR.read_bytes()[:-5])
            for command in (["audit"], ["events"], ["keys"], ["audit", "--table", "handovers"]):
                for form in ("text", "ndjson", "json", "csv"):
                    result = run(*command, "-v", "-f", form, "-k", self.keys, missing, folder)
                    self.check(result.stdout, (name, command, form))
                    self.check(result.stderr, (name, command, form))
            for command in (["keys", "-k", self.keys, "--wireshark", path], ["audit", "-k", path, AIR], ["audit", "-k", missing, AIR],
                            ["audit", "-o", missing + b"/x", AIR], ["decrypt", path, "-o", missing], ["decrypt", missing, "-o", "x"],
                            ["decrypt", damaged, "-o", "-"], ["synth", missing, "-o", "x"], ["synth", path, "-o", "x"],
                            ["synth", SCENARIO, "-o", missing + b"/x"], [name], ["audit", b"--" + name], ["derive", name],
                            ["derive", "kgnb", "--key-file", missing], ["explain", name], ["audit", "--format", name, AIR],
                            ["audit", "--cell", name, AIR], ["audit", "--drb", name, AIR], ["judge", missing], ["audit", path, "-o", path],
                            ["audit", "--max-spool", name, AIR]):
                result = run(*command, cwd=self.folder)
                if command[0] != "decrypt":
                    self.check(result.stdout, command)
                self.check(result.stderr, command)

    def test_names_in_key_logs_events_and_scenarios(self):
        for name in self.NAMES:
            word = name.decode("utf-8", "replace").replace("\n", "").replace("\r", "").replace("\t", "")[:30]
            line = json.dumps(word)[1:-1]
            events = run("events", "-k", self.keys, AIR).stdout.decode()
            for member in ("ue", "capture", "root_name"):
                events = re.sub(f'"{member}":"[^"]*"', lambda found, member=member: f'"{member}":"{line}"', events)
            events += f'{{"type":"gap","capture":"{line}","ue":null,"frame":1,"reason":"{line}"}}\n{{"type":"{line}","capture":"{line}"}}\n'
            keys = self.folder / "names.keys"
            keys.write_text(f"KGNB {word.replace(' ', '')} {'ab' * 32}\nKAMF {word} x\n")
            keys.chmod(0o600)
            self.check(run("audit", "-k", keys, AIR).stderr, word)
            keys.write_text(f"KGNB {word.replace(' ', '')} {'ab' * 32}\n" + self.keys.read_text())
            for form in ("text", "ndjson", "json", "csv"):
                for command, feed in ((["judge"], events.encode()), (["judge", "--table", "handovers"], events.encode()),
                                      (["audit", "-k", keys, AIR], b""), (["events", "-k", keys, AIR], b""),
                                      (["keys", "-k", keys, AIR], b"")):
                    result = run(*command, "-f", form, stdin=feed)
                    self.check(result.stdout, (word, form, command))
                    self.check(result.stderr, (word, form, command))
            for statement in (f"cell {word} pci 1", word, f"cell A pci 1 ssb-arfcn 2\nue 1 in {word}", f"framing {word}",
                              f"repeat {word}"):
                self.check(run("synth", "-", "-o", self.folder / "x", stdin=statement.encode()).stderr, statement)

    def test_formulas(self):
        for start in "=+-@\t\r":
            name = f"{start}cmd|' C calc'!A0,x"
            shutil.copy(REPEAT, self.folder / name)
            result = run("audit", "-f", "csv", "--", name, cwd=self.folder)
            rows = list(csv.DictReader(io.StringIO(result.stdout.decode(), newline="")))
            self.assertGreater(len(rows), 0)
            for row in rows:
                self.assertTrue(row["capture"].startswith("'"), row["capture"])
        for form in ("audit", "events", "keys"):
            for row in csv.reader(io.StringIO(run(form, "-f", "csv", AIR, "-k", self.keys).stdout.decode(), newline="")):
                for cell in row:
                    self.assertNotRegex(cell, r"^[=+@\t\r]|^-(?!\d+$)")

    def test_no_digit_of_a_key_is_quoted(self):
        key = "c0ffee11" * 8
        for line in (f"KGNB {key}", f"KGNB * {key[:-1]}", f"KGNB * {key}ff", f"KGNB * {key} {key}", f"{key}", f"NH * {key}",
                     f"NH * {key} {key}", f"LEAF * {key} {key}", f"LEAF * rrcenc {key}", f"KAMF * {key}", f"KAMF * {key} ul_nas_count={key}",
                     f"KGNB * {key} ncc={key}", f"KGNB * {key}\x00", f"{key} " * 200, f"KGNB * {key[:20]}zz{key}"):
            path = self.folder / "bad.keys"
            path.write_text(line + "\n")
            path.chmod(0o600)
            result = run("audit", "-k", path, AIR)
            self.expect(result, 2, "line 1")
            self.assertNotRegex(result.stderr.decode(), "c0ff|ee11|11c0")
        for statement in (f"kgnb {key}f", f"kgnb {key[:20]}", f"kamf {key}x", f"kgnb {key} {key}"):
            text = f"cell A pci 1 ssb-arfcn 2\nue 1 in A {statement}\n"
            result = run("synth", "-", "-o", self.folder / "x", stdin=text.encode())
            self.expect(result, 2)
            self.assertNotRegex(result.stderr.decode(), "c0ff|ee11|11c0")
        for arguments in (["--key", key[:-1]], ["--key", key + "0"], ["--key", key, "--sync", key[:-2]]):
            result = run("derive", "nh", *arguments)
            self.expect(result, 2)
            self.assertNotRegex(result.stderr.decode(), "c0ff|ee11|11c0")


class Scenarios(Case):
    def play(self, text, says):
        result = run("synth", "-", "-o", self.folder / "x", stdin=text.encode())
        self.expect(result, 2, says)
        self.assertFalse((self.folder / "x").exists())

    def test_bounds(self):
        begin = "cell A pci 1 ssb-arfcn 632628\nue 1 in A\n"
        self.play(begin + "wait 2305843009213693951ns\n" * 4 + "connect\n", "line 4: time leaves the years")
        self.play(begin + "wait -9223372036854775808ns\nconnect\n", "no duration")
        self.play(begin + "wait -4000000000s\nconnect\n", "time leaves the years")
        self.play(begin + "step 1300000000s\nconnect\n", "time leaves the years")
        if not SANITIZED:
            self.play("repeat 100000000\nrepeat 100000000\nend\nend\n", "lines have been played")
        self.play("repeat 1\n" * 9 + "end\n" * 9, "nested")
        self.play(begin + "repeat 20000\ncell B pci 1 ssb-arfcn 1\nend\n", "at most 10000 cells")
        self.play(begin + "repeat 20000\nue 1 in A\nend\n", "at most 10000 UEs")
        big = self.folder / "big"
        big.write_bytes(b"# " + b"x" * (17 << 20))
        self.expect(run("synth", big, "-o", self.folder / "x"), 3, "at most")
        if os.path.exists("/dev/zero"):
            self.expect(run("synth", "/dev/zero", "-o", self.folder / "x"), 3, "at most")


class Keys(Case):
    def test_no_core_and_no_onlooker(self):
        if not os.path.exists("/proc/self/limits"):
            self.skipTest("no /proc")
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        self.folder.chmod(0o755)
        self.keys.chmod(0o644)
        other = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
        process = subprocess.Popen([PROGRAM, "audit", "-k", self.keys, "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, **other)
        try:
            time.sleep(0.7 if SANITIZED else 0.3)
            limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text()
            self.assertRegex(limits, r"Max core file size +0 +0 ")
            self.assertEqual(os.stat(f"/proc/{process.pid}/mem").st_uid, 0, "another process of its user may read it")
        finally:
            process.communicate(timeout=30)


def main():
    global PROGRAM, FAIL_NTH, PROBE, SANITIZED, COVERED
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    PROGRAM, FAIL_NTH, PROBE = (os.path.abspath(sys.argv.pop(1)) for _ in range(3))
    SANITIZED = b"__asan_init" in pathlib.Path(PROGRAM).read_bytes()
    COVERED = b"__gcov_" in pathlib.Path(PROGRAM).read_bytes()
    unittest.main(argv=sys.argv)


if __name__ == "__main__":
    main()
