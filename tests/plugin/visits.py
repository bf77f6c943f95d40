#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin says the same of a frame at every later visit, whoever asks, in whatever order, and however.

    visits.py BUILD [CAPTURE...]      default: all samples, some in other framings, and the shared captures if there

The first visit of a frame is in capture order and knows no future; what Wireshark shows comes from later ones: a click, a
scroll, a filter, a column. So each capture is asked for many times, and the answers are held against one another:

    sharkd      (Wireshark's window without the window) frames in any order, twice, behind filters and taps, after
                loading anew and after loading something else, after a preference was changed and changed back; every field
                as the only column against all columns together and against the tree; every value in the tree as a filter;
                expert items and colours without a tree
    tshark -2   PDML, JSON and text hold the same, which is what sharkd shows; behind -Y and -R as well
    tshark      in one pass nothing names a frame that was not read yet; what the frame itself says is what two passes
                say; what was said last of each handover and finding, less what was withdrawn, is what two passes say
    -T fields   each field asked for alone, alone and as a filter, among all others: with no visible tree

This cannot show that what is said is right: agree.py does. It needs sharkd (Debian: wireshark-common).
"""
import argparse
import glob
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
SHARED = os.environ.get("DAPS_SHARED", os.path.join(TOP, "..", "shared"))
sys.path.insert(0, HERE)
from shark import Shark, plugins_of, synth  # noqa: E402
from sharkd import Died, Refused, Sharkd  # noqa: E402
from shown import walk  # noqa: E402
from visits_passes import as_json, display_filters, one_pass, read_filters, two_passes  # noqa: E402
from visits_window import COLOUR_RULES, columns_as_tree, in_sharkd  # noqa: E402

# Scenario and framing: what arrives by another way than the samples do.
FRAMED = (("air-daps-fallback", "rlc-nr"), ("air-daps-fallback", "pdcp-nr"), ("air-daps-fallback", "gsmtap-v3-mac"),
          ("air-daps-fallback", "gsmtap-v3-both"), ("air-count-reuse", "pdcp-nr"), ("air-two-legs", "rlc-nr"),
          ("two-ues", "mac-nr-upper-udp"))
THOROUGHLY = ("air-conditional", "air-count-reuse.", "air-daps-fallback.", "air-daps-fallback-pdcp", "air-stored-ncc",
              "daps-fallback-conditional.", "daps-fallback-daps.", "daps-fallback-handover", "exposed", "framing-qcsuper",
              "ncc-wrap", "nr-sa-drive", "two-ues.", "ueransim")
# Of others, and filled by the plugin: expert items and deciphered RRC.
OF_OTHERS = ("_ws.expert.message", "_ws.expert.group", "nr-rrc.newUE_Identity", "nr-rrc.t304")
ALWAYS_ALONE = {*OF_OTHERS, "daps.rule", "daps.key", "daps.repeated_in", "daps.outcome"}


# ---- one capture under test ----

class Case:
    """A capture, its key log, and what was found wrong with it."""

    def __init__(self, shark, path, keys):
        self.shark, self.path = shark, path
        self.name = os.path.basename(path)
        self.copy = shark.take(path)
        self.keys = shark.private(keys) if keys else None
        self.problems = []
        self.visits = self.shown = 0

    def wrong(self, frame, what):
        self.problems.append(f"{self.name}: " + (f"frame {frame}: " if frame else "") + what)

    def options(self, *more):
        return [*(["-o", f"daps.keylog:{self.keys}"] if self.keys else []), *more]

    def tshark(self, *arguments):
        result = self.shark.tshark(self.copy, *self.options(*arguments))
        # 2: the capture is cut short in the middle of a packet
        if result.returncode not in (0, 2) or re.search(r"Dissector bug|ERROR|\*\*", result.stderr):
            self.wrong(None, f"tshark {' '.join(arguments)} ended with {result.returncode}: {result.stderr[-200:]}")
        return result.stdout

    def close(self):
        os.remove(self.copy)
        if self.keys:
            os.remove(self.keys)


# ---- fields alone ----

def fields_alone(case, fields):
    """Each of these fields alone, with no visible tree: against all together. Returns those that had values."""
    common = ["-o", "daps.show_keys:TRUE", "-T", "fields", "-E", "aggregator=;", "-E", "occurrence=a"]
    names = ["frame.number", *fields, "nr-rrc.rrc_TransactionIdentifier"]
    tables = {}
    for passes in (1, 2):
        words = [word for name in names for word in ("-e", name)]
        tables[passes] = [dict(zip(names, line.split("\t"))) for line in
                          case.tshark(*["-2"][:passes - 1], *common, *words).splitlines()]
    for i, field in enumerate(fields):
        if i % 2 == 0 or field in ALWAYS_ALONE:
            alone, together = case.tshark(*common, "-e", field).splitlines(), [row[field] for row in tables[1]]
            if alone != together:
                at = next((n for n, (a, b) in enumerate(zip(alone, together)) if a != b), len(together))
                case.wrong(at + 1, f"one pass: -e {field} alone is {alone[at:at + 1]}, "
                                   f"among others {together[at:at + 1]}")
        if i % 2 == 1 or field in ALWAYS_ALONE:
            found = case.tshark("-2", *common, "-Y", field, "-e", "frame.number", "-e", field).splitlines()
            expected = [f"{row['frame.number']}\t{row[field]}" for row in tables[2] if row[field]]
            if expected and found != expected:
                odd = sorted(set(found) ^ set(expected))
                case.wrong(None, f"two passes: -Y {field} finds {odd[:4]}, or -e {field} lacks it")
    return [field for field in fields if any(row[field] for table in tables.values() for row in table)]


# ---- all captures ----

WORKER = {}


def start_worker(shark, fields, framenums, other):
    WORKER.update(shark=shark, fields=fields, framenums=framenums, other=other)


def check(job):
    kind, path, keys, fields = job
    case = Case(WORKER["shark"], path, keys)
    mattered, seen, at_all = (False, False), [], False
    try:
        if kind == "fields":
            seen = fields_alone(case, fields)
        else:
            # Of its own: sharkd keeps what a filter found in the capture before.
            sharkd = Sharkd(WORKER["shark"], files={"colorfilters": COLOUR_RULES})
            base, cells, everything, mattered = in_sharkd(case, sharkd, WORKER["fields"], WORKER["other"])
            sharkd.close()
            two, text = two_passes(case, base, everything)
            columns_as_tree(case, cells, two)
            at_all = bool(two)
            if two:
                one, columns = one_pass(case, two, WORKER["framenums"], text)
                if kind == "thorough":
                    as_json(case, two)
                    display_filters(case, one, two, columns, text)
                    read_filters(case, two, WORKER["framenums"])
            seen = sorted({item.name for item in walk(two.values()) if item.name.startswith("daps.")})
    except Exception as error:  # whatever a capture does to this test is a finding too, and the others go on
        known = isinstance(error, (Died, Refused))
        case.wrong(None, str(error) if known else "".join(traceback.format_exception(error)[-3:]))
    case.close()
    return {"name": case.name, "kind": kind, "path": path, "keys": keys, "problems": case.problems,
            "visits": case.visits, "frames": case.shown, "mattered": mattered, "seen": seen, "shows": at_all}


def known_fields(shark):
    """Filter names of the plugin, and of these the ones that link to frames."""
    rows = [line.split("\t") for line in shark.run("tshark", "-G", "fields").stdout.splitlines() if "\tdaps" in line]
    ours = [row for row in rows if row[0] == "F" and row[4] == "daps"]
    return [row[2] for row in ours], {row[2] for row in ours if row[3] == "FT_FRAMENUM"}


def keys_of(path):
    keys = os.path.splitext(path)[0] + ".keys"
    return keys if os.path.exists(keys) else None


def captures(program, folder):
    found = [(path, keys_of(path)) for path in sorted(glob.glob(os.path.join(TOP, "samples", "*.pcap*")))]
    found += [synth(program, folder, scenario, framing) for scenario, framing in FRAMED]
    shared = sorted(glob.glob(os.path.join(SHARED, "captures", "*.pcap*")))
    if not shared:
        print(f"no captures in {SHARED}/captures: left out")
    return found + [(path, keys_of(path)) for path in shared]


def jobs_of(paths, thorough):
    """Big ones first. Some, of every kind, get more than the rest."""
    jobs = [("thorough" if thorough or os.path.basename(path).startswith(THOROUGHLY) else "usual", path, keys, None)
            for path, keys in paths]
    return sorted(jobs, key=lambda job: -os.path.getsize(job[1]))


def cover(done):
    """Few captures that show all fields between them, each with those it is to stand for."""
    left = {field for one in done if one["kind"] != "fields" for field in one["seen"] if ".expert." not in field}
    jobs = []
    while left:
        best = max((one for one in done), key=lambda one: len(left & set(one["seen"])))
        fields = sorted(left & set(best["seen"]))
        others = [] if jobs else OF_OTHERS
        jobs += [("fields", best["path"], best["keys"], [*fields[i::2], *others[i::2]]) for i in range(2) if fields[i::2]]
        left -= set(fields)
    return jobs


def print_problems(done, limit):
    for one in done:
        for problem in one["problems"][:limit]:
            print(problem)
        if len(one["problems"]) > limit:
            print(f"{one['name']}: and {len(one['problems']) - limit} more")


def run(build, paths, limit):
    with tempfile.TemporaryDirectory(prefix="daps-visits-") as folder, Shark(plugins_of(build)) as shark:
        given = [(path, keys_of(path)) for path in paths]
        paths = given or captures(os.path.join(build, "analyzer", "dapsaudit"), folder)
        fields, framenums = known_fields(shark)
        other = shark.take(os.path.join(TOP, "samples", "air-daps-fallback.pcap"))
        setting = (shark, fields, framenums, other)
        with multiprocessing.get_context("fork").Pool(os.cpu_count(), start_worker, setting) as pool:
            done = list(pool.imap_unordered(check, jobs_of(paths, bool(given)), 1))
            alone = list(pool.imap_unordered(check, cover(done), 1))
            pool.close()
            pool.join()
    print_problems(sorted(done + alone, key=lambda one: one["name"]), limit)
    # What makes the rest worth something: there was something to see, and to change.
    vacuous = []
    if not given:
        for what, thing in (("no frame shows the plugin's tree", sum(one["frames"] for one in done) > 300),
                            ("no field was asked for alone", sum(len(one["seen"]) for one in alone) > 40),
                            ("another reading of the NCC changes nothing", any(one["mattered"][0] for one in done)),
                            ("no value of a key is ever shown", any(one["mattered"][1] for one in done)),
                            ("no field links to frames", len(framenums) > 5)):
            if not thing:
                vacuous.append(f"this test shows nothing: {what}")
    print("\n".join(vacuous), end="\n" if vacuous else "")
    problems = sum(len(one["problems"]) for one in done + alone)
    totals = {what: sum(one[what] for one in done) for what in ("shows", "frames", "visits")}
    print(f"{len(done)} captures, {totals['shows']} with something to show; {totals['frames']} frames that show it, "
          f"{totals['visits']} visits, {len(fields)} fields; {problems} differences")
    return 1 if problems or vacuous else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("captures", nargs="*")
    parser.add_argument("--limit", type=int, default=6, help="differences printed a capture")
    arguments = parser.parse_args()
    plugins_of(arguments.build)
    if shutil.which("sharkd") is None or shutil.which("tshark") is None:
        print("skipped: there is no sharkd or no tshark here")
        return 77
    return run(arguments.build, arguments.captures, arguments.limit)


if __name__ == "__main__":
    sys.exit(main())
