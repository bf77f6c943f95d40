#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs dapsaudit as its users do and checks what it says, writes and returns.

Usage: run.py DAPSAUDIT [-k PART_OF_A_TEST_NAME]
"""
import csv
import io
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = TOP / "samples"
SHARED = pathlib.Path(os.environ.get("DAPS_SHARED", TOP.parent / "shared"))
REPEAT = SAMPLES / "daps-fallback-daps.pcap"
QUIET = SAMPLES / "ping-pong.pcap"
INFO = SAMPLES / "exposed.pcap"
PROGRAM = None

sys.path.insert(0, str(TOP / "tests"))
try:
    import validate_ndjson
except ImportError:
    validate_ndjson = None


def run(*arguments, stdin=b"", env=None, **options):
    """The finished process with octets on both streams."""
    environment = dict(os.environ, **(env or {}))
    return subprocess.run([PROGRAM, *map(os.fspath, arguments)], input=stdin, capture_output=True, timeout=120,
                          env=environment, check=False, **options)


def event_captures():
    """Those of which events say all: what PDCP PDUs beside an RRC log show, or do not show, is not in them."""
    return [path for path in captures() if path.stem not in
            ("air-with-log", "air-unsent", "air-point-a-unsent", "air-point-a-handed-on", "air-ueid-at-setup", "air-msg3-ueids")]


def captures():
    found = sorted(SAMPLES.glob("*.pcap*"))
    if SHARED.is_dir():
        found += sorted((SHARED / "captures").glob("*.pcap*"))
    else:
        print(f"skipped: real captures, {SHARED} is absent", file=sys.stderr)
    return found


def records(text):
    return [json.loads(line) for line in text.splitlines()]


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dapsaudit-cli-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def expect(self, result, status, says=None):
        self.assertEqual(result.returncode, status, result.stderr)
        if says is not None:
            self.assertIn(says, result.stderr.decode("utf-8", "replace"))

    def write(self, name, octets):
        path = self.folder / name
        path.write_bytes(octets if isinstance(octets, bytes) else octets.encode())
        return path


class Usage(Case):
    def test_version_and_help(self):
        self.assertRegex(run("--version").stdout.decode(), r"^dapsaudit \d+\.\d+\.\d+\n$")
        listed = run("--help")
        self.expect(listed, 0)
        for command in (b"audit", b"report", b"events", b"judge", b"keys", b"derive", b"synth", b"explain"):
            self.assertIn(command, listed.stdout)
            helped = run(command, "--help")
            self.expect(helped, 0)
            self.assertIn(b"Usage:", helped.stdout)

    def test_wrong_usage_is_quoted(self):
        self.expect(run(), 2, "Usage")
        self.expect(run("adit"), 2, "'adit'")
        self.expect(run("report"), 2, "report needs a path")
        self.expect(run("audit"), 2, "needs a path")
        self.expect(run("audit", "--frobnicate", REPEAT), 2, "--frobnicate")
        self.expect(run("audit", "--format", "xml", REPEAT), 2, "xml")
        self.expect(run("audit", "--fail-on", "often", REPEAT), 2, "often")
        self.expect(run("audit", "--color", "blue", REPEAT), 2, "blue")
        self.expect(run("audit", "--table", "ues", REPEAT), 2, "ues")
        self.expect(run("audit", "--jobs", "-1", REPEAT), 2, "-1")
        self.expect(run("audit", "--jobs", "many", REPEAT), 2, "many")
        self.expect(run("explain", "repeated-kye"), 2, "did you mean repeated-key?")
        self.expect(run("explain", "xyzzy"), 2, "'xyzzy'")

    def test_short_options_as_people_write_them(self):
        expected = run("audit", "--format", "ndjson", REPEAT).stdout
        out = self.folder / "-out"
        for arguments in (["-fndjson"], ["-qfndjson", "-j4"], ["-f", "ndjson", "-vj", "2"], ["-j2", "--format=ndjson"]):
            self.assertEqual(run("audit", *arguments, REPEAT).stdout, expected)
        run("audit", "-fndjson", "-o", "-out", REPEAT, cwd=self.folder)
        self.assertEqual(out.read_bytes(), expected)
        shutil.copy(REPEAT, self.folder / "-j4.pcap")
        self.expect(run("audit", "--", "-j4.pcap", cwd=self.folder), 1)
        self.expect(run("audit", "-jx", REPEAT), 2, "x")

    def test_wrong_usage_writes_nothing(self):
        for arguments in (["adit"], ["audit"], ["audit", "-f", "xml", REPEAT], ["explain", "xyzzy"]):
            self.assertEqual(run(*arguments).stdout, b"")


class Status(Case):
    def test_status_follows_fail_on(self):
        self.expect(run("audit", REPEAT), 1)
        self.expect(run("audit", "--fail-on", "medium", REPEAT), 1)
        self.expect(run("audit", "--fail-on", "high", REPEAT), 0)
        self.expect(run("audit", "--fail-on", "never", REPEAT), 0)
        self.expect(run("audit", QUIET), 0)
        self.expect(run("audit", INFO), 0)
        self.expect(run("audit", "--fail-on", "info", INFO), 1)

    def test_unreadable_wins_and_the_rest_is_audited(self):
        missing = self.folder / "missing.pcap"
        result = run("audit", "-f", "ndjson", missing, REPEAT)
        self.expect(result, 3, "missing.pcap")
        summary = records(result.stdout)[-1]
        self.assertEqual(summary["captures"], 2)
        self.assertEqual(summary["unreadable"], 1)
        self.assertGreater(summary["findings"]["repeated-key"], 0)

    def test_bad_files(self):
        for name, octets in (("empty.pcap", b""), ("text.pcap", b"this is no capture at all, but long enough\n" * 9),
                             ("head.pcap", REPEAT.read_bytes()[:24][:10]),
                             ("cut.pcap", REPEAT.read_bytes()[:-7])):
            with self.subTest(name):
                path = self.write(name, octets)
                result = run("audit", "-f", "ndjson", path)
                self.expect(result, 3, name)
                self.assertIsNotNone(records(result.stdout)[0 if name != "cut.pcap" else -2]["error"])
        self.expect(run("audit", self.folder / "nowhere" / "x.pcap"), 3, "nowhere")

    def test_undecoded_message_is_unreadable_input(self):
        octets = bytearray(REPEAT.read_bytes())
        start = octets.rindex(b"nr-rrc.dl.dcch") if b"nr-rrc.dl.dcch" in octets else None
        octets[-3:] = b"\xff\xff\xff"
        path = self.write("bits.pcap", bytes(octets))
        result = run("audit", "-f", "ndjson", path)
        undecoded = records(result.stdout)[-1]["undecoded"]
        self.assertEqual(result.returncode == 3, undecoded > 0, (start, result.stderr))


class Streams(Case):
    def test_standard_input(self):
        direct = run("audit", "-f", "ndjson", REPEAT)
        piped = run("audit", "-f", "ndjson", "-", stdin=REPEAT.read_bytes())
        self.expect(piped, 1)
        self.assertEqual([dict(r, capture=None) for r in records(direct.stdout)],
                         [dict(r, capture=None) for r in records(piped.stdout)])

    def test_full_disk_is_reported(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        for command in (["audit", QUIET], ["events", QUIET], ["keys", QUIET], ["explain"],
                        ["--version"], ["--help"], ["audit", "-j", "4", QUIET, REPEAT]):
            with self.subTest(command), open("/dev/full", "wb") as full:
                result = subprocess.run([PROGRAM, *map(os.fspath, command)], stdout=full, stderr=subprocess.PIPE,
                                        timeout=60, check=False)
                self.assertEqual(result.returncode, 3, result.stderr)
                self.assertIn(b"No space left", result.stderr)
        self.expect(run("audit", "-o", "/dev/full", QUIET), 3, "/dev/full: No space left")
        self.expect(run("audit", "-o", self.folder / "no" / "dir", QUIET), 3, "No such file")

    def test_reader_that_leaves(self):
        process = subprocess.Popen([PROGRAM, "events", *map(os.fspath, captures() * 3)], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        process.stdout.readline()
        process.stdout.close()
        stderr = process.stderr.read()
        process.stderr.close()
        self.assertGreaterEqual(process.wait(60), 0, "killed by a signal")
        self.assertNotIn(b"Broken pipe", stderr)

    def test_output_file(self):
        path = self.folder / "out.ndjson"
        path.write_text("something longer that was there before\n" * 1000)
        self.expect(run("audit", "-f", "ndjson", "-o", path, REPEAT), 1)
        self.assertEqual(path.read_bytes(), run("audit", "-f", "ndjson", REPEAT).stdout)

    def test_output_must_not_be_an_input(self):
        path = self.write("in.pcap", REPEAT.read_bytes())
        self.expect(run("audit", "-o", path, path), 2, "both input and output")
        self.assertEqual(path.read_bytes(), REPEAT.read_bytes())

    def test_colour(self):
        self.assertNotIn(b"\033[", run("audit", REPEAT).stdout)
        self.assertIn(b"\033[", run("audit", "--color", "always", REPEAT).stdout)
        self.assertNotIn(b"\033[", run("audit", "--color", "always", "-f", "ndjson", REPEAT).stdout)
        self.assertIn(b"\033[", run("audit", "--color", "always", REPEAT, env={"NO_COLOR": "1"}).stdout)

    def test_locale_does_not_matter(self):
        self.assertEqual(run("audit", REPEAT, env={"LC_ALL": "C"}).stdout,
                         run("audit", REPEAT, env={"LC_ALL": "de_DE.UTF-8"}).stdout)


class Order(Case):
    def test_jobs_do_not_change_the_output(self):
        paths = captures()
        for view, formats in (("audit", ("text", "ndjson", "json", "csv")), ("events", ("ndjson",)),
                              ("keys", ("text",))):
            for form in formats:
                one = run(view, "-f", form, "-j", "1", *paths)
                many = run(view, "-f", form, "-j", "7", *paths)
                self.assertEqual(one.stdout, many.stdout)
                self.assertEqual(one.stderr, many.stderr)
                self.assertEqual(one.returncode, many.returncode)

    def test_folder_is_sorted_and_others_are_skipped(self):
        (self.folder / "b").mkdir()
        for name in ("z.pcap", "b/a.pcap", "b/b.pcap"):
            shutil.copy(QUIET, self.folder / name)
        self.write("notes.md", "# no capture\n")
        result = run("audit", "-f", "ndjson", self.folder)
        self.expect(result, 0, "1 file that is no capture was skipped")
        names = [r["capture"] for r in records(result.stdout) if r["type"] == "capture"]
        self.assertEqual(names, [os.path.join(self.folder, n) for n in ("b/a.pcap", "b/b.pcap", "z.pcap")])
        self.expect(run("audit", "-v", self.folder), 0, "notes.md")
        self.assertEqual(run("audit", "-q", self.folder).stderr, b"")


class Forms(Case):
    def test_every_line_is_as_the_schema_says(self):
        if validate_ndjson is None:
            self.skipTest("python3-jsonschema is not installed")
        with open(TOP / "docs" / "schema.json", encoding="utf-8") as file:
            table = validate_ndjson.validators(json.load(file))
        types = set()
        for path in captures():
            keys = path.with_suffix(".keys")
            known = ["-k", keys, "--show-keys"] if keys.exists() else []
            for command in (["audit", "-f", "ndjson", *known], ["events"], ["keys", "-f", "ndjson", *known]):
                for line in run(*command, path).stdout.decode("utf-8").splitlines():
                    self.assertIsNone(validate_ndjson.problem(table, line), line)
                    types.add(json.loads(line)["type"])
        self.assertLessEqual({"handover", "finding", "event", "key", "capture", "summary", "scg-change"}, types)
        wrong = json.loads(line)
        wrong["surprise"] = 1
        self.assertIsNotNone(validate_ndjson.problem(table, json.dumps(wrong)), "the schema lets anything pass")

    def test_json_holds_what_ndjson_holds(self):
        for command in (["audit", REPEAT, QUIET], ["events", REPEAT], ["keys", REPEAT, QUIET]):
            self.assertEqual(json.loads(run(*command, "-f", "json").stdout),
                             records(run(*command, "-f", "ndjson").stdout))
        nothing = run("audit", "-f", "json", self.folder)
        self.expect(nothing, 0, "no capture was found")
        self.assertEqual([r["type"] for r in json.loads(nothing.stdout)], ["summary"])

    def test_csv_holds_what_ndjson_holds(self):
        for table, kind in (("findings", "finding"), ("handovers", "handover")):
            text = run("audit", "-f", "csv", "--table", table, SAMPLES).stdout.decode()
            rows = list(csv.DictReader(io.StringIO(text, newline="")))
            said = records(run("audit", "-f", "ndjson", SAMPLES).stdout)
            lines = [r for r in said if r["type"] == kind]
            self.assertGreater(len(lines), 0)
            remarks = {(r["rule"], r["title"]): r["repeats"] for r in rows if r.get("rule", "").startswith("not-") and not r["capture"]}
            if kind == "finding": # what is in no finding stands behind them
                self.assertEqual(remarks, {("not-read", "skipped"): str(said[-1]["skipped"]),
                                           ("not-read", "ciphered"): str(said[-1]["pdcp"]["unreadable"]),
                                           **{("not-audited", name): str(n) for name, n in said[-1]["other"].items()}})
                rows = [r for r in rows if not r["rule"].startswith("not-")]
            self.assertEqual(len(rows), len(lines))
            for row, line in zip(rows, lines):
                self.assertIsNone(row.get(None), "more cells than titles")
                for name, cell in row.items():
                    if isinstance(line.get(name), (str, int)) and not isinstance(line[name], bool):
                        self.assertEqual(cell, str(line[name]), name)

    def test_strange_names(self):
        for name in (b'q"uote.pcap', b"new\nline.pcap", b"bad\xff\xfe.pcap", "测\u202e.pcap".encode(), b"\x1b[2J.pcap",
                     b"-dash.pcap", b"a,b;c.pcap"):
            path = os.path.join(os.fsencode(self.folder), name)
            shutil.copy(os.fsencode(REPEAT), path)
            for form in ("text", "ndjson", "json", "csv"):
                result = run("audit", "-f", form, path)
                self.expect(result, 1)
                text = result.stdout.decode("utf-8")
                if form == "text":
                    self.assertNotIn("\x1b", text)
                if form == "ndjson":
                    expected = path.decode("utf-8", "replace")
                    self.assertEqual({r["capture"] for r in records(text) if "capture" in r}, {expected})
            judged = run("judge", "-f", "ndjson", stdin=run("events", path).stdout)
            self.assertEqual(judged.stdout, run("audit", "-f", "ndjson", path).stdout)

    def test_text_without_nr_rrc_says_so(self):
        empty = REPEAT.read_bytes()[:24]
        result = run("audit", self.write("none.pcap", empty))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(b"no NR or LTE RRC", result.stdout)

    def test_quiet_captures_are_one_line_each(self):
        quiet, row = SAMPLES / "other-cell.pcap", "daps-handover   33"
        text = run("audit", quiet, INFO).stdout.decode()
        self.assertIn(f"{quiet}: 12 frames, 12 NR RRC messages, 2 handovers, no findings\n", text)
        self.assertNotIn(row, text)
        self.assertIn(row, run("audit", "-v", quiet, INFO).stdout.decode())
        self.assertIn(row, run("audit", quiet).stdout.decode())

    def test_explain_is_the_documentation(self):
        self.assertEqual(run("explain", "--markdown").stdout, (TOP / "docs" / "rules.md").read_bytes(),
                         "docs/rules.md: dapsaudit explain --markdown > docs/rules.md")
        rules = [line.split()[0] for line in run("explain").stdout.decode().split("\n\n")[0].splitlines()
                 if line and not line.startswith(" ")]
        self.assertEqual(len(rules), 14)
        for rule in rules:
            text = run("explain", rule)
            self.expect(text, 0)
            for part in (b"severity", b"clauses", b"TS ", b"meaning", b"what to do"):
                self.assertIn(part, text.stdout)

    def test_manual_page_and_completion(self):
        if shutil.which("mandoc"):
            lint = subprocess.run(["mandoc", "-Tlint", "-W", "warning", TOP / "docs" / "dapsaudit.1"],
                                  capture_output=True, check=False)
            self.assertEqual((lint.returncode, lint.stdout), (0, b""))
        else:
            print("skipped: mandoc is not installed", file=sys.stderr)
        page = (TOP / "docs" / "dapsaudit.1").read_text()
        completion = (TOP / "docs" / "dapsaudit.bash-completion").read_text()
        for option in set(run("audit", "--help").stdout.decode().split()):
            if option.startswith("--"):
                name = option.split("=")[0].rstrip(",")
                self.assertIn("Fl -" + name[2:], page, "manual page")
                self.assertIn(name, completion, "completion")
        self.assertEqual(subprocess.run(["bash", "-n", TOP / "docs" / "dapsaudit.bash-completion"],
                                        check=False).returncode, 0)


class Keys(Case):
    def test_bad_line_is_named_and_not_quoted(self):
        path = self.write("keys", "# fine\nKGNB * " + "ab" * 32 + "\nKGNB * 1234\n")
        path.chmod(0o600)
        result = run("audit", "-k", path, REPEAT)
        self.expect(result, 2, "line 3")
        self.assertEqual(result.stdout, b"")
        for line in ("ab" * 32, "KGNB " + "ab" * 32, "NH * " + "ab" * 32, "KGNB * " + "ab" * 32 + " " + "ab" * 32,
                     "KGNB * " + "ab" * 31 + "xy", "ab" * 3000, "KGNB * " + "ab" * 32 + "\0"):
            path.write_text(line + "\n")
            result = run("audit", "-k", path, REPEAT)
            self.expect(result, 2, "line 1")
            self.assertNotIn(b"abab", result.stderr)
        path.write_bytes(("KGNB * " + "ab" * 32).encode("utf-16"))
        self.expect(run("audit", "-k", path, REPEAT), 2, "UTF-16")
        self.expect(run("audit", "-k", self.folder / "none", REPEAT), 2, "none")

    def test_public_key_file_gets_a_warning(self):
        path = self.write("keys", "KGNB * " + "ab" * 32 + "\n")
        path.chmod(0o644)
        self.expect(run("audit", "-k", path, QUIET), 0, "warning")
        path.chmod(0o600)
        self.assertEqual(run("audit", "-k", path, QUIET).stderr, b"")

    def test_key_log_as_people_have_it(self):
        air = SAMPLES / "air-daps-fallback.pcap"
        words = (SAMPLES / "air-daps-fallback.keys").read_text().split()
        octets = [words[2][i:i + 2] for i in range(0, 64, 2)]
        wanted = run("audit", "-f", "ndjson", "-k", SAMPLES / "air-daps-fallback.keys", air).stdout
        self.assertIn(b"keystream-reuse", wanted)
        for form in ("\ufeffKAMF {} {}", "KAMF {} 0x{}", "kamf {} {upper}", "KAMF {} {colons}", "KAMF {} {dashes}",
                     "KAMF {} {blanks}", "KAMF {} {}\r", "\t KAMF\t{}\t{}"):
            line = form.format(words[1], words[2], upper=words[2].upper(), colons=":".join(octets),
                               dashes="-".join(octets), blanks=" ".join(octets))
            end = "\r\n" if line.endswith("\r") else ""
            path = self.write("keys", line.rstrip("\r") + " " + " ".join(words[3:]) + end)
            path.chmod(0o600)
            self.assertEqual(run("audit", "-f", "ndjson", "-k", path, air).stdout, wanted, line[:8])

    def test_values_only_on_request(self):
        path = self.write("keys", "KGNB * " + "ab" * 32 + "\n")
        path.chmod(0o600)
        for command in ("audit", "keys"):
            for form in ("text", "ndjson", "csv"):
                hidden = run(command, "-f", form, "-k", path, REPEAT)
                self.assertNotRegex(hidden.stdout.decode(), r"[0-9a-f]{64}")
                shown = run(command, "-f", form, "-k", path, "--show-keys", REPEAT)
                self.assertRegex(shown.stdout.decode(), r"[0-9a-f]{64}")
        shown = run("keys", "-f", "ndjson", "-k", path, "--show-keys", REPEAT)
        first = records(shown.stdout)[0]
        self.assertEqual(first["value"], "ab" * 32)
        self.assertEqual(len(first["as_keys"]["rrc_enc"]), 32)


class Judge(Case):
    def test_events_and_judge_are_audit(self):
        for path in event_captures():
            with self.subTest(path.name):
                audit = run("audit", "-f", "ndjson", path)
                judged = run("judge", "-f", "ndjson", stdin=run("events", path).stdout)
                self.assertEqual(judged.stdout, audit.stdout)
                self.assertEqual(judged.returncode, audit.returncode)

    def test_damaged_captures_too(self):
        rand = random.Random(38331)
        for path in (REPEAT, next(SAMPLES.glob("two-ues.pcap*"))):
            for _ in range(40):
                octets = bytearray(path.read_bytes())
                for _ in range(rand.randrange(1, 6)):
                    octets[rand.randrange(24, len(octets))] ^= 1 << rand.randrange(8)
                damaged = self.write("damaged.pcap", bytes(octets[:rand.randrange(24, len(octets) + 1)]))
                audit = run("audit", "-f", "ndjson", damaged)
                judged = run("judge", "-f", "ndjson", stdin=run("events", damaged).stdout)
                self.assertIn(audit.returncode, (0, 1, 3))
                self.assertEqual(judged.stdout, audit.stdout)
                self.assertEqual(judged.returncode, audit.returncode)

    def test_many_captures_concatenated(self):
        events = run("events", *event_captures()).stdout
        judged = run("judge", "-f", "ndjson", stdin=events)
        self.assertEqual(judged.stdout, run("audit", "-f", "ndjson", *event_captures()).stdout)
        files = [self.write(f"{i}.ndjson", run("events", path).stdout) for i, path in enumerate(event_captures())]
        self.assertEqual(run("judge", "-f", "ndjson", "-j", "3", *files).stdout, judged.stdout)
        again = run("judge", "-f", "ndjson", stdin=events + events)
        self.assertEqual(records(again.stdout)[-1]["handovers"], 2 * records(judged.stdout)[-1]["handovers"])

    def test_interleaved_captures(self):
        first, second = (run("events", path).stdout.splitlines(True) for path in (REPEAT, QUIET))
        mixed = b"".join(line for pair in zip(first, second) for line in pair)
        mixed += b"".join(first[len(second):] + second[len(first):])
        findings = records(run("judge", "-f", "ndjson", stdin=mixed).stdout)[-1]["findings"]
        self.assertEqual(findings, records(run("audit", "-f", "ndjson", REPEAT).stdout)[-1]["findings"])

    def test_malformed_lines_are_named_and_the_rest_is_judged(self):
        good = run("events", REPEAT).stdout
        lines = good.splitlines(True)
        for wrong in (b"{", b"[]", b"42", b"null", b"\x00\x01\xff", b"{}", b'{"type":"event"}',
                      b'{"type":"event","capture":"a"}', b'{"type":"finding","capture":"a"}',
                      b'{"type":"gap","capture":"a","ue":null,"frame":-1,"reason":""}',
                      b'{"type":"capture","capture":"a","frames":"x"}', lines[3].replace(b'"ue":"1"', b'"ue":7'),
                      lines[3].replace(b'"ue":"1"', b'"ue":null'), lines[3].replace(b'"frame"', b'"farme"'),
                      lines[3].replace(b'"ue":"1"', b'"ue":"' + b"x" * 64 + b'"'),
                      b"[" * 500000, b'{"a":' * 400000, b'"' + b"x" * 2000000 + b'"'):
            with self.subTest(wrong[:60]):
                result = run("judge", "-f", "ndjson", stdin=lines[0] + wrong.rstrip(b"\n") + b"\n" + b"".join(lines[1:]))
                self.expect(result, 3, "-: line 2: ")
                summary = records(result.stdout)[-1]
                self.assertEqual(summary["unreadable"], 1)
                self.assertEqual(summary["findings"]["repeated-key"], 1)

    def test_lost_line_is_an_assumption(self):
        lines = run("events", REPEAT).stdout.splitlines(True)
        middle = next(i for i, line in enumerate(lines) if b"failure-information" in line) + 1
        lines.insert(middle, b"garbage\n")
        result = run("judge", "-f", "ndjson", stdin=b"".join(lines))
        finding = next(r for r in records(result.stdout) if r.get("rule") == "repeated-key")
        self.assertIn("a line of the events could not be read", finding["assumes"])

    def test_open_end_is_said(self):
        lines = run("events", REPEAT).stdout.splitlines(True)[:-1]
        result = run("judge", "-f", "ndjson", stdin=b"".join(lines))
        self.expect(result, 1, "may be incomplete")
        self.assertEqual(records(result.stdout)[-1]["findings"],
                         records(run("audit", "-f", "ndjson", REPEAT).stdout)[-1]["findings"])

    def test_nothing_to_judge(self):
        self.expect(run("judge", stdin=b""), 0)
        self.expect(run("judge", stdin=b"\n\n"), 0)
        self.expect(run("judge", self.folder / "none.ndjson"), 3, "none.ndjson")
        self.expect(run("judge", self.folder), 3, os.fspath(self.folder))


def main():
    global PROGRAM
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main(argv=sys.argv)


if __name__ == "__main__":
    main()
