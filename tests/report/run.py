#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs `dapsaudit report` on every sample and checks what it writes against the audit, the KDF and HTML itself.

Usage: run.py DAPSAUDIT [-k PART_OF_A_TEST_NAME]
"""
import base64
import functools
import hashlib
import hmac
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

import page

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "cases"))
import reshape  # noqa: E402

SAMPLES = TOP / "samples"
REPEAT = SAMPLES / "daps-fallback-daps.pcap"
AIR = SAMPLES / "air-daps-fallback.pcap"
PROGRAM = None
STRIDE = 1  # of the samples
HOSTILE = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'&lt;b&gt;&#60;", "`x` *b* _i_ [a](http:x) ![i](x)",
           "a|b | c", "$x$ @cite ~~s~~ ^n^ {#id .c}", "</title></style></svg>", "\u202egnp.exe", "line\nbreak\r\n# heading",
           "esc\x1b[31m", "www.example.com https:x.y", "javascript:alert(1)", "--> ]]> <!--"]


def run(*arguments, stdin=b"", **options):
    return subprocess.run([PROGRAM, *map(os.fspath, arguments)], input=stdin, capture_output=True, timeout=120, check=False,
                          **options)


def keys_of(path):
    keys = path.with_suffix(".keys")
    return ["--keys", keys] if keys.exists() else []


def samples():
    """Each with its keys and without; where sanitizers make all slow, one of three."""
    for path in sorted(SAMPLES.glob("*.pcap*"))[::STRIDE]:
        yield path, []
        if keys_of(path):
            yield path, keys_of(path)


@functools.cache
def audit(path, *options):
    lines = run("audit", "--format", "ndjson", *options, path).stdout.splitlines()
    return [json.loads(line) for line in lines]


def audit_events(path, *options):
    lines = run("events", "--format", "ndjson", *options, path).stdout.splitlines()
    return [event for event in map(json.loads, lines) if event["type"] == "event" and "digest" in event]


@functools.cache
def evidence(path, *options):
    result = run("report", "--format", "json", *options, path)
    return json.loads(result.stdout), result.returncode


def make(folder, name, lines):
    """A capture of a UE that is connected in cell A."""
    scenario, path = folder / (name + ".scenario"), folder / (name + ".pcap")
    scenario.write_text("cell A pci 11 ssb-arfcn 630000\ncell B pci 22 ssb-arfcn 632628\nue 1 c-rnti 17921 in A\n"
                        "connect\nsecurity nea 2 nia 2\n" + lines)
    made = run("synth", scenario, "-o", path)
    assert made.returncode == 0, made.stderr
    return path


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dapsaudit-report-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def page(self, path, *options):
        result = run("report", *options, path)
        self.assertIn(result.returncode, (0, 1, 3), result.stderr)
        read = page.Page(result.stdout.decode())
        self.assertEqual(read.problems, [])
        return read, result.stdout.decode()


class Samples(Case):
    def test_findings_are_those_of_the_audit(self):
        seen = 0
        for path, keys in samples():
            with self.subTest(path.name, keys=bool(keys)):
                lines = audit(path, *keys)
                told, status = evidence(path, *keys)
                capture = told["captures"][0]
                wanted = [line for line in lines if line["type"] == "finding"]
                self.assertCountEqual([json.dumps(f["finding"]) for f in capture["findings"]], map(json.dumps, wanted))
                self.assertEqual(capture["capture"], next(line for line in lines if line["type"] == "capture"))
                self.assertEqual(told["summary"], lines[-1])
                self.assertEqual(status, run("audit", *keys, path).returncode)
                order = ["info", "low", "medium", "high"]
                graveness = [order.index(f["finding"]["severity"]) for f in capture["findings"]]
                self.assertEqual(graveness, sorted(graveness, reverse=True))
                seen += len(wanted)
        self.assertGreater(seen, 100 // STRIDE)

    def test_pages_are_sound_and_say_what_the_json_says(self):
        for path, keys in samples():
            with self.subTest(path.name, keys=bool(keys)):
                read, _ = self.page(path, "--liaison", *keys)
                markdown = run("report", "--liaison", "--format", "markdown", *keys, path).stdout.decode()
                plain = " ".join(re.sub(r"\\(?=[^A-Za-z0-9\s])", "", markdown).split())
                capture = evidence(path, "--liaison", *keys)[0]["captures"][0]
                said = [capture["verdict"], capture["file"]["sha256"], *capture["unjudged"]]
                for finding in capture["findings"]:
                    said += [finding["finding"]["detail"], finding["evidence_says"], finding["remedy"], finding["meaning"]]
                    said += [finding["assumes"]] if finding["assumes"] else []
                    said += [step["s"] for step in finding["derivation"]]
                said += [answer["answer"] for answer in capture["liaison"]]
                for sentence in said:
                    sentence = " ".join(sentence.split())
                    self.assertTrue(sentence in read.text, sentence)
                    self.assertTrue(sentence in plain, sentence)
                self.assertEqual(read.counts.get("script"), 1)
                if capture["findings"]:
                    self.assertGreaterEqual(read.counts.get("svg", 0), 1)

    def test_every_frame_of_a_small_capture_is_in_the_chart(self):
        capture = evidence(REPEAT)[0]["captures"][0]
        messages = capture["ues"][0]["messages"]
        self.assertEqual([m["frame"] for m in messages], list(range(1, 13)))
        self.assertEqual([m["message"] for m in messages if m["frame"] in (6, 8, 10)],
                         ["RRCReconfiguration", "FailureInformation", "RRCReconfigurationComplete"])
        self.assertEqual([m["downlink"] for m in messages if m["frame"] in (6, 8)], [True, False])
        self.assertEqual([m["pci"] for m in messages if m["frame"] in (7, 8, 10)], [22, None, 22])
        command = next(m for m in messages if m["frame"] == 9)
        number = next(f["number"] for f in capture["findings"] if f["finding"]["rule"] == "repeated-key")
        self.assertIn(number, command["findings"].split(", "))


class TwoTechnologies(Case):
    """One UE in NR and in LTE: a chain, and so a story, in each."""
    STORY = "daps-handover to {to} ncc 0\ncomplete\nfallback\ndaps-handover to {to} ncc 0\ncomplete\nsource-release\ntraffic dl\n"

    def test_stories_are_apart(self):
        scenario, path = self.folder / "both.scenario", self.folder / "both.pcap"
        scenario.write_text("framing gsmtap-v3\ncell A pci 11 ssb-arfcn 630000\ncell B pci 22 ssb-arfcn 632628\nue 1 c-rnti 17921 in A\n"
                            "connect\nsecurity nea 2 nia 2\n" + self.STORY.format(to="B") + "release\nrat lte\n"
                            "cell C pci 33 earfcn 1300\ncell D pci 44 earfcn 2850\nconnect in C\nsecurity nea 2 nia 2\n" +
                            self.STORY.format(to="D"))
        self.assertEqual(run("synth", scenario, "-o", path).returncode, 0)
        told = json.loads(run("report", "--format", "json", path).stdout)["captures"][0]
        self.assertEqual([(u["ue"], u["rat"], u["handovers_in_all"]) for u in told["ues"]], [("1", "nr", 2), ("1", "lte", 2)])
        for story in told["ues"]:
            self.assertEqual({h["rat"] for h in story["handovers"]}, {story["rat"]})
            names = [m["message"] for m in story["messages"]]
            self.assertEqual("RRCReconfiguration" in names, story["rat"] == "nr")
            self.assertEqual("RRCConnectionReconfiguration" in names, story["rat"] == "lte")
            frames = {m["frame"] for m in story["messages"] if m["findings"]}
            self.assertEqual(frames, {f for found in told["findings"] if found["finding"]["rat"] == story["rat"]
                                      for f in found["finding"]["frames"]})
        read, text = self.page(path)
        self.assertIn("UE 1 (NR)", read.text)
        self.assertIn("UE 1 (LTE)", read.text)
        self.assertEqual(text.count(">1 (LTE)<"), 4)


class Derivations(Case):
    def test_s_is_that_of_annex_a(self):
        seen = set()
        for path, keys in samples():
            for finding in evidence(path, *keys)[0]["captures"][0]["findings"]:
                key = finding["finding"]["key"]
                if not finding["derivation"]:
                    continue
                last = finding["derivation"][-1]
                self.assertEqual(last["key"], key["id"])
                lte = finding["finding"]["rat"] == "lte"  # TS 33.401 A.5, A.7; else TS 33.501 A.11, A.8
                if key["kind"] in ("kgnb-star", "kenb-star") and None not in (key["pci"], key["arfcn"]):
                    octets = 2 if lte and key["arfcn"] < 65536 else 3
                    s = (b"\x13" if lte else b"\x70") + key["pci"].to_bytes(2, "big") + b"\0\2" + \
                        key["arfcn"].to_bytes(octets, "big") + bytes([0, octets])
                    self.assertEqual(bytes.fromhex(last["s"]), s)
                    self.assertEqual("".join(part["octets"] for part in last["parts"]).replace(" ", ""), s.hex().upper())
                    seen.add("lte star" if lte else "star")
                elif key["kind"] == "kgnb-star":
                    self.assertIn("..", last["s"])
                    seen.add("unknown")
                tuple_ = finding["finding"].get("keystream")
                if finding["as_key"]:
                    use = {"KRRCenc": 3, "KRRCint": 4, "KUPenc": 5, "KUPint": 6}[finding["as_key"]["name"]]
                    number = int(tuple_["algorithm"][-1])
                    self.assertEqual(bytes.fromhex(finding["as_key"]["s"]), bytes([0x15 if lte else 0x69, use, 0, 1, number, 0, 1]))
                    seen.add("lte as" if lte else "as")
        self.assertEqual(seen, {"star", "unknown", "as", "lte star", "lte as"})

    def test_values_follow_from_s(self):
        checked = 0
        for path, keys in samples():
            if not keys:
                continue
            for finding in evidence(path, "--show-keys", *keys)[0]["captures"][0]["findings"]:
                steps = finding["derivation"]
                for parent, step in zip(steps, steps[1:]):
                    if step["parent"] != parent["key"] or not parent["value"] or not step["value"] or not re.fullmatch("[0-9A-F ]+", step["s"]) or \
                            finding["finding"]["rule"] == "key-mismatch" or \
                            "point-a" in path.stem or "two-octets" in path.stem or "carrier" in path.stem:
                        continue
                    value = hmac.new(bytes.fromhex(parent["value"]), bytes.fromhex(step["s"]), hashlib.sha256).hexdigest()
                    self.assertEqual(step["value"], value, (path.name, step))
                    checked += 1
        self.assertGreater(checked, 20 // STRIDE)

    def test_no_value_without_show_keys(self):
        shown = run("keys", "--show-keys", "--format", "ndjson", *keys_of(AIR), AIR).stdout.decode()
        secrets = set(re.findall(r"\b[0-9a-f]{32}(?:[0-9a-f]{32})?\b", shown))
        self.assertGreater(len(secrets), 4)
        for form in ("html", "markdown", "json"):
            told = run("report", "--format", form, *keys_of(AIR), AIR).stdout.decode().lower()
            self.assertFalse([s for s in secrets if s in told or " ".join(re.findall("..", s)) in told], form)
            with_keys = run("report", "--show-keys", "--format", form, *keys_of(AIR), AIR).stdout.decode()
            self.assertTrue([s for s in secrets if s in with_keys], form)


class Facts(Case):
    def test_what_identifies_the_capture(self):
        told = evidence(REPEAT)[0]
        octets = REPEAT.read_bytes()
        facts = told["captures"][0]["file"]
        self.assertEqual(facts["sha256"], hashlib.sha256(octets).hexdigest())
        self.assertEqual(facts["octets"], len(octets))
        self.assertEqual((facts["first_time"], facts["last_time"]), ("2026-01-01T00:00:00.02Z", "2026-01-01T00:00:00.24Z"))
        self.assertEqual(facts["command"], f"dapsaudit report --format json {REPEAT}")
        self.assertEqual("dapsaudit " + told["version"], run("--version").stdout.decode().strip())

    def test_title_of_a_long_name(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, shown in (("å" * 90 + "-the-end.pcap", "…" + "å" * 32 + "-the-end.pcap"), ("x" * 200, "…" + "x" * 45)):
                path = pathlib.Path(folder) / name
                shutil.copy(REPEAT, path)
                title = re.search("<title>(.*)</title>", run("report", path).stdout.decode())[1]
                self.assertEqual(title, shown + " - DAPSaudit evidence")
                self.assertLessEqual(len(title), 70)

    def test_standard_input(self):
        streamed = run("report", "--format", "json", "-", stdin=REPEAT.read_bytes())
        self.assertEqual(streamed.returncode, 1)
        told, file = json.loads(streamed.stdout)["captures"][0], evidence(REPEAT)[0]["captures"][0]
        self.assertEqual(told["file"]["name"], "-")
        self.assertEqual(told["file"]["sha256"], file["file"]["sha256"])
        self.assertEqual(told["ues"][0]["messages"], file["ues"][0]["messages"])
        self.assertEqual(list(pathlib.Path(tempfile.gettempdir()).glob("dapsaudit-??????")), [])

    def test_several_captures(self):
        read, text = self.page(SAMPLES / "ping-pong.pcap", REPEAT)
        self.assertIn("The captures", read.text)
        self.assertLess(text.index("The captures"), text.index("The capture<"))
        told = json.loads(run("report", "--format", "json", REPEAT, SAMPLES / "ping-pong.pcap").stdout)
        self.assertEqual([c["file"]["name"] for c in told["captures"]], [str(REPEAT), str(SAMPLES / "ping-pong.pcap")])
        self.assertEqual(told["summary"]["captures"], 2)

    def test_what_cannot_be_judged_is_said(self):
        path = self.folder / "cut.pcap"
        path.write_bytes(REPEAT.read_bytes()[:-5])
        result = run("report", path)
        self.assertEqual(result.returncode, 3)
        self.assertIn("What could not be judged", page.Page(result.stdout.decode()).text)
        none = self.folder / "none.pcap"
        result = run("report", none)
        self.assertEqual(result.returncode, 3)
        self.assertIn("Nothing could be read.", page.Page(result.stdout.decode()).text)
        empty = self.folder / "empty"
        empty.mkdir()
        self.assertIn("No capture was found", page.Page(run("report", empty).stdout.decode()).text)

    def test_a_quiet_capture_has_a_page(self):
        read, _ = self.page(SAMPLES / "ping-pong.pcap")
        self.assertIn("No findings in", read.text)
        self.assertNotIn("The findings in full", read.text)

    def test_a_phones_log_has_the_times_of_its_items(self):
        log = self.folder / "phone.qmdl"
        run("synth", SAMPLES / "lte-ping-pong.scenario", "-f", "diag-keys", "-o", log)
        facts, captured = (json.loads(run("report", "--format", "json", path).stdout)["captures"][0]["file"]
                           for path in (log, SAMPLES / "lte-ping-pong.pcap"))
        self.assertEqual(facts["first_time"][:19], captured["first_time"][:19])
        self.assertEqual(facts["last_time"][:19], captured["last_time"][:19])

    def test_a_capture_without_rrc_has_its_times(self):
        """And nothing is said of it that only an audit could tell."""
        path = self.folder / "other.pcap"
        frame = bytes(12) + b"\x08\x06" + bytes(46)  # ARP
        head = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
        path.write_bytes(head + b"".join(struct.pack("<IIII", second, 0, len(frame), len(frame)) + frame for second in (1000000000, 1000000060)))
        capture = json.loads(run("report", "--liaison", "--format", "json", path).stdout)["captures"][0]
        self.assertEqual([capture["file"]["first_time"], capture["file"]["last_time"]], ["2001-09-09T01:46:40Z", "2001-09-09T01:47:40Z"])
        for answer in capture["liaison"]:
            self.assertFalse(answer["shown"])
            self.assertIn(" seen ", answer["answer"])
            self.assertIn("Parts of it are not audited by this version.", answer["answer"])

    def test_wrong_usage(self):
        for arguments in (["--format", "text", REPEAT], ["--table", "findings", REPEAT], []):
            result = run("report", *arguments)
            self.assertEqual((result.returncode, result.stdout), (2, b""), arguments)


class Liaison(Case):
    def answers(self, name):
        path = SAMPLES / name
        capture = evidence(path, "--liaison", *keys_of(path))[0]["captures"][0]
        self.assertEqual([a["question"] for a in capture["liaison"]], ["Q1", "Q2", "Q3", "Q4"])
        return capture["liaison"]

    def test_a_repeat_answers_the_first_two(self):
        first, second, third, fourth = self.answers("air-daps-fallback.pcap")
        self.assertEqual((first["shown"], first["evidence"], first["frames"]), (True, "derived", [6, 9]))
        self.assertEqual((second["shown"], second["evidence"], second["frames"]), (True, "proven", [7, 10]))
        self.assertFalse(third["shown"])
        self.assertIn("derived the same key again", third["answer"])
        self.assertFalse(fourth["shown"])
        self.assertIn("cannot show it", fourth["answer"])

    def test_a_refresh_answers_the_third(self):
        first, second, third, _ = self.answers("refresh-between.pcap")
        self.assertFalse(first["shown"])
        self.assertFalse(second["shown"])
        self.assertTrue(third["shown"])
        self.assertIn("derived another key first", third["answer"])  # the log does not name the source cell
        path = make(self.folder, "refreshed", "handover to B ncc 0\ncomplete\ndaps-handover to A ncc 0\ncomplete\nfallback\n"
                                              "handover to B ncc 0\ncomplete\n")
        capture = evidence(path, "--liaison")[0]["captures"][0]
        self.assertIn("changed the key in the source cell first", capture["liaison"][2]["answer"])
        self.assertTrue(capture["liaison"][2]["shown"])

    def test_a_pair_taken_again_answers_the_fourth(self):
        first, _, _, fourth = self.answers("vertical-same-pair-other-cell.pcap")
        self.assertFalse(first["shown"])
        self.assertTrue(fourth["shown"])
        self.assertIn("taken again", fourth["answer"])
        self.assertIn("took another {NH, NCC} pair", self.answers("vertical-next-pair.pcap")[2]["answer"])

    def test_lte_is_answered_from_its_own_clauses(self):
        first, second, third, fourth = self.answers("lte-air-daps-fallback.pcap")
        self.assertEqual((first["shown"], second["shown"], second["evidence"]), (True, True, "proven"))
        self.assertIn("TS 33.401 7.2.8", fourth["answer"])
        self.assertIn("TS 33.401 7.2.8", self.answers("lte-vertical-next-pair.pcap")[2]["answer"])
        for answer in (first, second, third, fourth):
            self.assertNotRegex(answer["answer"], r"TS 33\.501|TS 38\.")

    def test_a_quiet_capture_answers_nothing(self):
        for answer in self.answers("ping-pong.pcap"):
            self.assertFalse(answer["shown"])
            self.assertIsNone(answer["evidence"])
            self.assertIn("cannot show it", answer["answer"])

    def test_only_on_request(self):
        self.assertNotIn("liaison", evidence(REPEAT)[0]["captures"][0])


class Docs(Case):
    def test_liaison_page_prints_what_it_says(self):
        """Every command of docs/liaison.md, and the lines below it."""
        blocks = re.findall(r"^    \$ (.*)\n((?:    .+\n)*)", (TOP / "docs/liaison.md").read_text(), re.M)
        self.assertGreater(len(blocks), 8)
        for command, lines in blocks:
            program, *arguments = command.split()
            self.assertEqual(program, "build/analyzer/dapsaudit")
            result = run(*arguments, cwd=TOP)
            self.assertIn(result.returncode, (0, 1), result.stderr)
            printed = re.sub(r"\\(?=[^A-Za-z0-9\s])", "", result.stdout.decode())
            for line in lines.splitlines():
                self.assertTrue(line[4:] in printed, (command, line))

    def test_liaison_table_says_what_the_audit_says(self):
        rows = re.findall(r"\| `([a-z-]+)` \| (.*) \|", (TOP / "docs/liaison.md").read_text())
        self.assertEqual(len(rows), 6)
        for name, says in rows:
            found = [f for f in audit(SAMPLES / f"{name}.pcap") if f["type"] == "finding"]
            told = ", ".join(f"{f['rule']}, exposure {f['exposure']}" for f in found) or "nothing"
            self.assertEqual(says, told, name)

    def test_markdown_becomes_a_word_file(self):
        if not shutil.which("pandoc"):
            self.skipTest("pandoc is not installed")
        source, made = self.folder / "evidence.md", self.folder / "evidence.docx"
        run("report", "--format", "markdown", "--liaison", REPEAT, "-o", source)
        subprocess.run(["pandoc", "-f", "markdown", source, "-o", made], check=True, timeout=60)
        back = subprocess.run(["pandoc", "-t", "plain", "--wrap=none", made], check=True, timeout=60, capture_output=True).stdout
        self.assertIn(b"70 00 16 00 02 09 A7 34 00 03", back)
        self.assertIn(b"The same key was derived for two attempts", back)

    def test_of_a_clean_capture_each_handover_is_told(self):
        """Between them what is quiet is counted, and a key is in force where the message that shows it is left out."""
        cells, calm = "ABCD", "".join(f"wait 3s\ntraffic dl\n{'measurement-report' + chr(10)}" for _ in range(3))
        lines = "cell C pci 33 ssb-arfcn 632628\ncell D pci 44 ssb-arfcn 632628\n"
        lines += "".join(f"{calm}handover to {cells[(i + 1) % 4]} ncc {(i + 1) % 8}\ncomplete\n" for i in range(60))
        path = make(self.folder, "clean", lines + calm)
        handovers = [line for line in audit(path) if line["type"] == "handover"]
        self.assertFalse([line for line in audit(path) if line["type"] == "finding"])
        text = run("report", "--format", "markdown", path).stdout.decode()
        rows = [line for line in text.splitlines() if re.match(r"\| \d+ \| ", line)]
        told = [int(row.split()[1]) for row in rows if ": handover to " in row]
        self.assertEqual(told, [line["frame"] for line in handovers])
        self.assertEqual(sum("completed in frame" in row or "handover: completed" in row for row in rows), len(handovers))
        self.assertIn("6 messages left out here", text)
        read, _ = self.page(path)
        self.assertFalse(read.problems)
        self.assertLess(len(run("report", path).stdout), 150000)


class Excerpt(Case):
    SAME = ("rule", "severity", "evidence", "rat", "liaison", "exposure", "procedures", "repeats", "copies", "clauses", "title")
    KEY = ("kind", "derivation", "ncc", "pci", "arfcn", "fc", "sk_counter", "value", "same_frequency")

    def facts(self, finding, number=None):
        """What must be the same, frames as number says."""
        key = finding["key"] or {}
        tuple_ = finding.get("keystream")
        return json.dumps([[finding.get(name) for name in self.SAME], [key.get(name) for name in self.KEY], tuple_,
                           [number[frame] if number else frame for frame in finding["frames"]]], sort_keys=True)

    def excerpt(self, path, *options):
        out = self.folder / "excerpt.pcapng"
        out.unlink(missing_ok=True)
        result = run("report", "--format", "json", "--excerpt", out, *options, path)
        note = json.loads(result.stdout)["captures"][0]["file"]["excerpt"]
        pairs = re.findall(r"(\d+) = (\d+)", note.split("and as in it:")[-1])
        return out, note, {int(new): int(old) for old, new in pairs}, result

    def test_an_audit_of_each_says_the_same(self):
        whole = smaller = 0
        for path, keys in samples():
            with self.subTest(path.name, keys=bool(keys)):
                wanted = [line for line in audit(path, "--show-keys", *keys) if line["type"] == "finding"]
                out, note, number, result = self.excerpt(path, *keys)
                self.assertEqual(result.returncode, run("audit", *keys, path).returncode)
                if not wanted:
                    self.assertFalse(out.exists())
                    self.assertIn("no findings", note)
                    continue
                lines = audit.__wrapped__(out, "--show-keys", *keys)
                got = [line for line in lines if line["type"] == "finding"]
                self.assertCountEqual([self.facts(f, number) for f in got], [self.facts(f) for f in wanted])
                self.assertEqual(sorted(number), list(range(1, lines[-1]["frames"] + 1)))
                before = next(line for line in audit(path, *keys) if line["type"] == "capture")
                after = next(line for line in lines if line["type"] == "capture")
                self.assertTrue(set(after.get("not_judged", {})) <= set(before.get("not_judged", {})))
                whole += before["frames"]
                smaller += after["frames"]
        self.assertGreater(whole, 500)
        self.assertLess(smaller, whole * 0.8)

    def test_records_are_as_they_were(self):
        out, _, number, _ = self.excerpt(REPEAT)
        events = {line["frame"]: line for line in audit_events(REPEAT)}
        told = audit_events(out)
        self.assertGreater(len(told), 3)
        for event in told:
            source = events[number[event["frame"]]]
            for name in ("time", "event", "digest", "channel"):
                self.assertEqual(event[name], source[name])
        octets = out.read_bytes()
        self.assertIn(hashlib.sha256(REPEAT.read_bytes()).hexdigest().encode(), octets)
        self.assertIn(b"frame 6 of the source; UE 1: RRCReconfiguration, daps-handover to PCI 22", octets)
        self.assertIn(b"frame 8 of the source; UE 1: FailureInformation", octets)

    def test_each_message_of_a_frame_is_named(self):
        """A MAC PDU with two messages, of which the second is a command."""
        scenario, path = self.folder / "two.scenario", self.folder / "two.pcap"
        scenario.write_text(AIR.with_suffix(".scenario").read_text().replace("daps-handover", "traffic dl\ndaps-handover", 1))
        keys = self.folder / "two.keys"
        run("synth", scenario, "-o", path, "--keys-out", keys)
        head, found = reshape.records(path)
        first, second = (reshape.Mac(frame) for _, _, frame, _ in found[5:7])
        both = first.with_pdu(b"".join(first.subs) + second.pdu)
        reshape.write(path, head, [*found[:5], (*found[5][:2], both, len(both)), *found[7:]])
        out, _, _, _ = self.excerpt(path, "--keys", keys)
        self.assertIn(b"frame 6 of the source; UE 1: other RRC message; finding F3; also UE 1: RRCReconfiguration, daps-handover to "
                      b"PCI 22", out.read_bytes())

    def test_much_noise_goes_away(self):
        calm = "repeat 500\nhandover to B ncc 0\ncomplete\nhandover to A ncc 0\ncomplete\nend\n"
        story = "daps-handover to B ncc 0\ncomplete\nfallback\ndaps-handover to B ncc 0\ncomplete\n"
        path = make(self.folder, "noise", calm + story + "source-release\ncomplete\nhandover to A ncc 0\ncomplete\n" + calm)
        _, _, number, result = self.excerpt(path)
        self.assertEqual(result.returncode, 1)
        self.assertLess(len(number), 20)

    def test_wrong_usage(self):
        out = self.folder / "x.pcapng"
        for arguments in (["--excerpt", out, REPEAT, AIR], ["--excerpt", out, self.folder], ["--excerpt", "-", REPEAT],
                          ["--excerpt", out, "-o", out, REPEAT]):
            result = run("report", *arguments)
            self.assertEqual((result.returncode, result.stdout), (2, b""), arguments)
            self.assertFalse(out.exists())
        copy = self.folder / "copy.pcap"
        shutil.copy(REPEAT, copy)
        self.assertEqual(run("report", "--excerpt", copy, copy).returncode, 2)
        self.assertEqual(copy.read_bytes(), REPEAT.read_bytes())
        result = run("report", "--excerpt", self.folder / "no" / "x.pcapng", REPEAT)
        self.assertEqual(result.returncode, 3)
        self.assertIn(b"could not be written", result.stderr)

    def test_names_in_comments_are_inert(self):
        path = self.folder / "\u202e\x1b[31m<b>.pcap"
        shutil.copy(REPEAT, path)
        out, _, _, _ = self.excerpt(path)
        octets = out.read_bytes()
        self.assertIn(b"<b>.pcap", octets)
        self.assertFalse("\u202e".encode() in octets or b"\x1b[31m" in octets)


class Hostile(Case):
    def test_names_are_inert(self):
        for at, name in enumerate(HOSTILE):
            with self.subTest(name):
                folder = self.folder / str(at)
                folder.mkdir()
                path = folder / (name.replace("/", "\u2215") + ".pcap")
                shutil.copy(REPEAT, path)
                read, text = self.page(path)
                self.assertEqual(read.counts["script"], 1)
                self.assertFalse("\u202e" in text or "\x1b" in text)
                told = run("report", "--format", "json", path).stdout.decode()
                self.assertFalse("\u202e" in told)
                self.assertEqual(json.loads(told)["captures"][0]["file"]["name"], str(path))
                markdown = run("report", "--format", "markdown", path).stdout.decode()
                self.assertFalse("\u202e" in markdown or "\x1b" in markdown)
                self.assertEqual(sum(line.startswith("## ") for line in markdown.splitlines()), 1)
                if shutil.which("pandoc"):
                    self.check_with_pandoc(markdown)

    def check_with_pandoc(self, markdown):
        for form in ("markdown", "gfm", "commonmark"):
            made = subprocess.run(["pandoc", "-f", form, "-t", "html"], input=markdown.encode(), capture_output=True, check=True,
                                  timeout=60).stdout.decode()
            for element in ("<script", "<img", "<a ", "<del", "class=\"citation", "class=\"math", "<sup"):
                self.assertFalse(element in made, (form, element))

    def test_only_its_own_script_may_run(self):
        _, text = self.page(REPEAT)
        script = re.search(r"<script>(.*?)</script>", text, re.S).group(1)
        self.assertEqual(script, (TOP / "analyzer/evidence/page.js").read_text())
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        self.assertIn(f"script-src 'sha256-{digest}'", text)
        self.assertIn("default-src 'none'", text)
        self.assertNotIn("</script", script)
        self.assertNotRegex(text, r"https?://")


class Size(Case):
    def test_quiet_parts_are_folded(self):
        calm = "repeat 5000\nhandover to B ncc 0\ncomplete\nhandover to A ncc 0\ncomplete\nend\n"
        story = "daps-handover to B ncc 0\ncomplete\nfallback\ndaps-handover to B ncc 0\ncomplete\nsource-release\ncomplete\n"
        path = make(self.folder, "calm", calm + story + "handover to A ncc 0\ncomplete\n" + calm)
        read, text = self.page(path)
        self.assertLess(len(text), 200_000)
        self.assertIn("left out here: frames", read.text)
        ue = json.loads(run("report", "--format", "json", path).stdout)["captures"][0]["ues"][0]
        self.assertEqual((ue["handovers_in_all"], ue["finding_frames_left_out"]), (20_003, 0))
        self.assertLess(len(ue["messages"]), 100)
        frames = {m["frame"] for m in ue["messages"]}
        for handover in audit(path):
            if handover["type"] == "finding":
                self.assertTrue(set(handover["frames"]) <= frames)

    def test_many_findings_stay_small(self):
        story = "daps-handover to B ncc 0\ncomplete\nfallback\ndaps-handover to B ncc 0\ncomplete\nsource-release\ncomplete\n"
        path = make(self.folder, "many", "repeat 5000\n" + story + "handover to A ncc 0\ncomplete\nend\n")
        read, text = self.page(path)
        found = sum(line["type"] == "finding" for line in audit(path))
        self.assertGreater(found, 9000)
        self.assertIn(f"{found:,} findings", read.text)
        self.assertIn("not shown here", read.text)
        self.assertLess(len(text), 1_000_000)


if __name__ == "__main__":
    if len(sys.argv) < 2 or not pathlib.Path(sys.argv[1]).exists():
        sys.exit(__doc__)
    PROGRAM = sys.argv.pop(1)
    STRIDE = 3 if b"__asan_init" in pathlib.Path(PROGRAM).read_bytes() else 1
    unittest.main(verbosity=1)
