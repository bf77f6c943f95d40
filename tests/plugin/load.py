#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What tshark says of the plugin, whatever Wireshark is here: that it is loaded, and as what; every field of
dissector/fields.h with its type and blurb, and no other; an expert item for every rule and severity; tables, preferences.

    load.py BUILD       exit status 77 (skipped) if the build has no plugin
"""
import os
import re
import sys

from shark import Shark, plugins_of

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SEVERITIES = ("info", "low", "medium", "high")
TABLES = ("daps,handovers", "daps,findings", "daps,keys", "daps,coverage", "daps_rules,tree", "daps,rtd", "flow,daps")
# Values as tshark prints them: a key is never shown unless somebody asked for it.
PREFERENCES = {"keylog": "", "show_keys": "FALSE", "ncc": "NCC of the active key (TS 33.501 6.9.2.3.4)", "decipher": "TRUE",
               "program": ""}

TEXT = r'"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*'
# X(id, title, filter name, type, display, strings, blurb)
ROW = re.compile(rf'X\(\s*\w+,\s*({TEXT}),\s*({TEXT}),\s*(FT_\w+),\s*(\w+)[\w |]*,\s*(?:[^"(),]|\([^"()]*\))+,\s*({TEXT})\)')


def source(*path):
    with open(os.path.join(TOP, *path), encoding="utf-8") as file:
        return file.read()


def words(literals):
    """The text of C string literals, which may be several in a row."""
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals)).replace('\\"', '"').replace("\\\\", "\\")


def fields_of_source():
    """{filter name: (title, type, display, blurb)} of the table in fields.h."""
    table = re.search(r"^#define DAPS_FIELDS\(X\)((?:.*\\\n)+.*)\n", source("dissector", "fields.h"), re.MULTILINE)
    text = table[1].replace("\\\n", "\n")
    left = ROW.sub("", text).strip()
    if left:
        raise SystemExit(f"fields.h: a row that this test does not understand: {left[:200]}")
    rows = ROW.findall(text)
    fields = {words(name): (words(title), kind, display, words(blurb)) for title, name, kind, display, blurb in rows}
    if len(fields) != len(rows):
        raise SystemExit("fields.h: a filter name stands there twice")
    return fields


def experts_of_source():
    """{name: summary} of the expert items beside those of the rules."""
    table = re.search(r"^#define DAPS_EXPERTS\(X\)((?:.*\\\n)+.*)\n", source("dissector", "fields.h"), re.MULTILINE)
    rows = re.findall(rf"X\(\w+,\s*({TEXT}),\s*PI_\w+,\s*PI_\w+,\s*({TEXT})\)", table[1].replace("\\\n", "\n"))
    return {words(name): words(summary) for name, summary in rows}


def rules_of_source():
    """{name: title}, checked against the number of rules of the engine."""
    text = source("engine", "words", "rules.c")
    rules = dict(re.findall(r'\.name = "([^"]+)",.*?\.title = "([^"]+)"', text, re.DOTALL))
    ids = re.findall(r"^    DAPS_RULE_(?!COUNT$)\w+", source("engine", "include", "daps", "finding.h"), re.MULTILINE)
    if len(rules) != len(ids):
        raise SystemExit(f"engine/words/rules.c: {len(rules)} rules read, engine/include/daps/finding.h has {len(ids)}")
    return rules


class Report:
    """tshark's answers, and what is wrong with them."""

    def __init__(self, shark):
        self.shark, self.wrong = shark, []

    def ask(self, *arguments):
        answer = self.shark.run("tshark", *arguments)
        said = [line for line in answer.stderr.splitlines() if re.search(r"daps|oops|\bbug\b|\*\*", line, re.IGNORECASE)]
        said = [line for line in said if line.strip() not in TABLES]
        self.expect(answer.returncode == 0, f"tshark {' '.join(arguments)}: exit status {answer.returncode}")
        self.expect(not said, f"tshark {' '.join(arguments)} complains: {said}")
        return answer.stdout + (answer.stderr if "help" in arguments else "")

    def expect(self, holds, otherwise):
        if not holds:
            self.wrong.append(otherwise)


def check_plugin(report):
    lines = [line.split("\t") for line in report.ask("-G", "plugins").splitlines() if line.startswith("daps.so")]
    report.expect(len(lines) == 1, f"{len(lines)} plugins daps.so")
    project = re.search(r"project\(dapsaudit VERSION (\S+)", source("CMakeLists.txt"))[1]
    for _, number, kind, path in lines:
        report.expect(number.strip() == project, f"the plugin says version {number}, not {project}")
        report.expect(path.startswith(report.shark.plugins), f"loaded from elsewhere: {path}")
        report.expect(kind == "dissector", f"the plugin is listed as {kind!r}")


def check_fields(report):
    """The numbers of fields and of expert items."""
    expected, rules = fields_of_source(), rules_of_source()
    experts = {f"daps.expert.{rule}.{severity}": title for rule, title in rules.items() for severity in SEVERITIES}
    others = experts_of_source()
    report.expect(len(others) >= 6, f"fields.h: {len(others)} expert items read")
    experts.update(others)
    rows = [line.split("\t") for line in report.ask("-G", "fields").splitlines()]
    parts = {row[2]: row for row in rows if row[0] == "P" and row[2].startswith("daps.")}
    rows = [row for row in rows if row[0] == "F" and row[2].startswith("daps.")]
    shown = {row[2]: row for row in rows}

    report.expect(len(shown) == len(rows), "a field is listed twice")
    of_parts = {name: row for name, row in expected.items() if row[1] == "FT_PROTOCOL"}
    expected = {name: row for name, row in expected.items() if name not in of_parts}
    report.expect({name: f"DAPS {row[0]}" for name, row in of_parts.items()} == {name: row[1] for name, row in parts.items()},
                  f"parts of the tree are listed as {sorted(parts)}")
    report.expect(len(of_parts) >= 8, f"fields.h: {len(of_parts)} parts read")
    for name in sorted({*expected, *experts} ^ set(shown)):
        report.expect(name in shown, f"{name}: not listed")
        report.expect(name in expected or name in experts, f"{name}: listed, but in neither table")
    for name, (title, kind, display, blurb) in expected.items():
        _, is_title, _, is_kind, parent, is_display, _, is_blurb = shown.get(name, [""] * 8)
        report.expect(blurb != "", f"{name}: no blurb")
        report.expect((is_title, is_kind, is_blurb, parent) == (title, kind, blurb, "daps"),
                      f"{name}: {title!r} {kind} {blurb!r}, but listed as {is_title!r} {is_kind} {is_blurb!r} of {parent!r}")
        if "INT" in kind:
            report.expect(is_display == display, f"{name}: {display}, but listed as {is_display}")
    for name, title in experts.items():
        row = shown.get(name, [""] * 8)
        report.expect((row[1], row[3]) == (title, "FT_NONE"), f"{name}: {title!r}, but listed as {row[1]!r} {row[3]}")
    return len(expected) + len(of_parts), len(experts)


def check_names(report):
    protocols = [line.split("\t")[:3] for line in report.ask("-G", "protocols").splitlines()]
    report.expect(["DAPS handover security", "DAPS", "daps"] in protocols, "the protocol daps is not listed")
    tables = [line.strip() for line in report.ask("-z", "help").splitlines()]
    for table in TABLES:
        report.expect(tables.count(table) == 1, f"-z help lists {table} {tables.count(table)} times")
    for which in ("defaultprefs", "currentprefs"):
        text = report.ask("-G", which)
        is_there = dict(re.findall(r"^#?daps\.(\w+): ?(.*)$", text, re.MULTILINE))
        report.expect(is_there == PREFERENCES, f"-G {which} has {is_there}")


def main():
    with Shark(plugins_of(sys.argv[1])) as shark:
        report = Report(shark)
        version = re.match(r"TShark \(Wireshark\) ([\d.]*\d)", report.ask("--version"))[1]
        check_plugin(report)
        fields, experts = check_fields(report)
        check_names(report)
    for sentence in report.wrong:
        print(sentence)
    if report.wrong:
        return 1
    print(f"Wireshark {version}: the plugin is loaded; {fields} fields, {experts} expert items, {len(TABLES)} tables and "
          f"{len(PREFERENCES)} preferences are as the sources say")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("load.py BUILD")
    sys.exit(main())
