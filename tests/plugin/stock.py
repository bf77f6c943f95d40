#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Nothing that Wireshark shows by itself is lost or changed by the plugin.

    stock.py BUILD [CAPTURE...]       default: all samples, a scenario in every framing, and the shared captures if there

Each capture is read twice, without the plugin and with it, and what is not the plugin's must be the same, octet by octet:

    tree        PDML less the part `daps`, one pass and two; what sharkd shows of each frame, with links and colours
    columns     Info may have " | handover ..." and " | rule (evidence)" at its end, and before Wireshark's words what the
                frame's ciphered signalling is; nothing else may differ
    octets      data sources (tshark -x, sharkd): "Deciphered NR RRC" and the like may come behind the others
    fields      -T fields of other protocols; deciphered RRC may add values behind what was there
    statistics  -z expert and -z io,phs less the plugin's lines; lists of what Wireshark knows (-G) likewise

with and without a key log, with heuristics on and off, and with preferences under which Wireshark dissects more than usual.
What a plugin must not do, and what nobody would notice in the plugin's own part: disturb the state that other dissectors
keep from frame to frame, which RRC dissected a second time does easily. agree.py and visits.py look at the plugin's part.
"""
import argparse
import collections
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
from sharkd import Sharkd  # noqa: E402
from shown import first_difference  # noqa: E402
from visits import keys_of  # noqa: E402

SCENARIO = "air-daps-fallback"
OF_RRC = ("upper-pdu", "upper-pdu-unpadded", "gsmtap-v3", "qcsuper", "rls")
OF_RADIO = ("mac-nr", "mac-nr-dlt149", "mac-nr-dlt157", "mac-nr-upper", "mac-nr-upper-udp", "rlc-nr", "pdcp-nr",
            "pdcp-nr-2018", "gsmtap-v3-mac", "gsmtap-v3-pdcp", "gsmtap-v3-both")
# Ciphered RRC says how what follows is to be read: bearers, lengths of SNs, algorithms.
CHANGES = (("air-two-legs", "mac-nr"), ("air-count-reuse", "mac-nr"), ("air-bearer-again", "mac-nr"),
           ("algorithm-change", "mac-nr"), ("air-two-legs", "rlc-nr"), ("air-count-reuse", "pdcp-nr"), ("two-ues", "mac-nr"))

# Under which Wireshark opens a link type of its users, and keeps more from frame to frame.
USER_DLTS = ('"User 2 (DLT=149)","udp","0","","0",""',)
MORE = (("nas-5gs.null_decipher", "TRUE"), ("rlc-nr.reassemble_um_frames", "TRUE"),
        ("rlc-nr.call_pdcp_for_ul_drb", "18-bit SN"), ("rlc-nr.call_pdcp_for_dl_drb", "18-bit SN"),
        ("pdcp-nr.check_sequence_numbers", "All frames"),
        ("mac-nr.lcid_to_drb_mapping_source", "From configuration protocol"))

FIELDS = ("frame.number", "frame.protocols", "frame.len", "frame.time_delta", "frame.time_delta_displayed", "ip.src",
          "udp.port", "udp.stream", "gsmtap.chan_type", "mac-nr.rnti", "mac-nr.ueid", "mac-nr.ulsch.lcid",
          "mac-nr.dlsch.lcid", "rlc-nr.am.sn", "rlc-nr.am.fragments", "rlc-nr.am.reassembled.data",
          "rlc-nr.sequence-analysis", "pdcp-nr.ueid", "pdcp-nr.seq-num", "pdcp-nr.seqnum_length", "pdcp-nr.mac",
          "pdcp-nr.signalling-data", "pdcp-nr.user-data", "pdcp-nr.sequence-analysis.expected-sequence-number",
          "pdcp-nr.ciphering-algorithm", "nr-rrc.rrc_TransactionIdentifier", "nr-rrc.c1",
          "nr-rrc.DL_DCCH_Message_element", "nr-rrc.UL_DCCH_Message_element", "nr-rrc.physCellId",
          "nr-rrc.nextHopChainingCount", "nr-rrc.newUE_Identity", "nr-rrc.t304", "nr-rrc.cipheringAlgorithm",
          "nas-5gs.mm.message_type", "lte-rrc.physCellId", "ngap.procedureCode", "s1ap.procedureCode",
          "x2ap.procedureCode", "f1ap.procedureCode", "_ws.malformed", "_ws.expert.message", "_ws.expert.severity",
          "_ws.expert.group")
SEPARATOR = "\x1f"  # between the values of a field

# What the plugin may add to Info.
ADDED = re.compile(r"( \| (DAPS |[a-z-]+ )?(handover|intra-cell-refresh|reestablishment|resume)[^|]*| \| not followed|"
                   r" \| [a-z-]+ \((derived|inferred|observed|proven)\))+")
CIPHERED = r"ciphered RRC \(no key(?: fits)?\)"
MESSAGE = r"(?:RRC|MIB|SIB1|[A-Z]\w{5,})(?: \(deciphered, [\w/]+\))?"
BEFORE = re.compile(rf"(?:(?:{MESSAGE}(?:, )?)+(?:{CIPHERED})?|{CIPHERED})(?:; |, not |(?=$| \|| MAC=| \(SN=))")
# And to Protocol, where it reads RRC that Wireshark does not.
PROTOCOL = re.compile(r"/(?:NR|LTE) RRC\b")
SOURCE = re.compile(r"(?:Deciphered )?(?:NR|LTE) RRC \(\d+ bytes?\)")
MOST = 300  # frames of a capture that sharkd is asked for


# ---- differences ----

class Case:
    """A capture under test and what was found wrong with it."""

    def __init__(self, path, keys):
        self.path, self.keys = path, keys
        self.name = os.path.basename(path)
        self.problems = []
        self.counts = collections.Counter()

    def wrong(self, how, frame, what):
        self.problems.append(f"{self.name}: {how}: " + (f"frame {frame}: " if frame else "") + what)


def unlike(a, b):
    """The first line in which two texts differ, in words."""
    ours, theirs = a.splitlines(), b.splitlines()
    for one, other in zip(ours, theirs):
        if one != other:
            return f"{one.strip()[:200]!r}, without the plugin {other.strip()[:200]!r}"
    more = "with" if len(ours) > len(theirs) else "without"
    rest = (ours if len(ours) > len(theirs) else theirs)[min(len(ours), len(theirs)):]
    return f"only {more} the plugin: {rest[0].strip()[:200]!r}" if rest else "nothing"


def grown(with_plugin, without):
    """None, or what of Info is not what it was with something of ours before or behind."""
    with_plugin, without = (PROTOCOL.sub("", text) for text in (with_plugin, without))
    for ours in (with_plugin, BEFORE.sub("", with_plugin, count=1)):
        if ours == without or (ours.startswith(without) and ADDED.fullmatch(ours[len(without):])):
            return None
    return f"{with_plugin!r}, without the plugin {without!r}"


def added(names):
    """May these data sources come behind Wireshark's own? Deciphered RRC holds octet strings, which are sources too."""
    return not names or SOURCE.fullmatch(names[0]) is not None


# ---- tshark ----

OURS = re.compile(r'^  <proto name="daps"(?:[^\n]*/>\n|.*?^  </proto>\n)', re.MULTILINE | re.DOTALL)


def compare_trees(case, how, ours, theirs):
    mine, other = (text.split("</packet>\n") for text in (ours, theirs))
    if len(mine) != len(other):
        case.wrong(how, None, f"{len(mine) - 1} packets in PDML, without the plugin {len(other) - 1}")
    for frame, (a, b) in enumerate(zip(mine, other), 1):
        if frame == 1:
            a, b = (text[text.find("<packet>"):] for text in (a, b))  # the head has the time of the run
        if 'name="daps"' in a:
            a, case.counts["trees"] = OURS.sub("", a), case.counts["trees"] + 1
        if a != b:
            case.wrong(how, frame, f"PDML has {unlike(a, b)}")
        case.counts["frames"] += 1


def summaries(text):
    """{frame: line}, {frame: [(source, octets)]} of tshark -x."""
    lines, sources, number = {}, collections.defaultdict(list), 0
    for line in text.split("\n"):
        start = re.match(r" *(\d+) +\S+ ", line)
        if re.match(r"[0-9a-f]{4}  [0-9a-f]{2}", line):
            if not sources[number]:
                sources[number].append(["", []])
            sources[number][-1][1].append(line)
        elif start and not re.match(r"\w.* bytes?\):$", line):
            number = int(start.group(1))
            lines[number] = line
        elif line.endswith(":") and number:
            sources[number].append([line[:-1], []])
    return lines, sources


def compare_columns(case, how, ours, theirs, with_tree):
    """with_tree: what Wireshark says by itself with a tree. Some of its own dissectors put more into Info then, and what
    the plugin asks for cannot be had without one."""
    (mine, my_sources), (other, other_sources) = summaries(ours), summaries(theirs)
    if set(mine) != set(other):
        case.wrong(how, None, f"frames {sorted(set(mine) ^ set(other))[:9]} are listed on one side only")
    fallback = None
    for frame in sorted(set(mine) & set(other)):
        difference = grown(mine[frame], other[frame])
        case.counts["infos"] += mine[frame] != other[frame]
        if difference:
            fallback = fallback or summaries(with_tree())[0]
            if grown(mine[frame], fallback[frame]):
                case.wrong(how, frame, f"columns are {difference}")
            else:
                case.counts["as with a tree"] += 1
    for frame in sorted(set(mine) & set(other)):
        compare_sources(case, how, frame, my_sources[frame], other_sources[frame])


def compare_sources(case, how, frame, mine, other):
    mine = [[name, octets] for name, octets in mine]
    extra = mine[len(other):]
    if extra and len(other) == 1 and not other[0][0]:
        mine[0][0] = ""  # a single source has no name
    if mine[:len(other)] != other:
        case.wrong(how, frame, f"octets: {unlike(str(mine), str(other))}")
    if not added([name for name, _ in extra]):
        case.wrong(how, frame, f"data sources {[name for name, _ in extra]} are not there without the plugin")
    case.counts["sources"] += len(extra)


def split_statistics(text):
    """Rows of fields; expert entries; lines of the hierarchy."""
    start = text.find("\n" + "=" * 67)
    start = len(text) if start < 0 else start + 1
    rows, rest = [line for line in text[:start].split("\n") if line], text[start:]
    hierarchy = re.findall(r"^ *\S+ +frames:\d+ bytes:\d+$", rest, re.MULTILINE)
    experts, level = collections.Counter(), ""
    for line in rest.splitlines():
        head = re.fullmatch(r"(\w+) \(\d+\)", line)
        entry = re.fullmatch(r" *(\d+) +(\S+) +(\S.*?)  (.*)", line)
        if head:
            level = head.group(1)
        elif entry and entry.group(1) != "Frequency":
            experts[(level, *entry.groups()[1:])] += int(entry.group(1))
    return rows, experts, hierarchy


def compare_fields(case, how, ours, theirs, fields, with_tree):
    """Ours has three columns more: has this frame deciphered RRC, RRC that Wireshark does not read, something of ours. with_tree as for columns."""
    (mine, my_experts, my_hierarchy), (other, experts, hierarchy) = split_statistics(ours), split_statistics(theirs)
    if len(mine) != len(other):
        case.wrong(how, None, f"{len(mine)} rows of fields, without the plugin {len(other)}")
    deciphered = False
    for frame, (a, b) in enumerate(zip(mine, other), 1):
        a, b = a.split("\t"), b.split("\t")
        dissected = a[-3] or a[-2]
        deciphered |= bool(dissected)
        for i, field in enumerate(fields):
            may_add = dissected or (a[-1] and field.startswith("_ws.expert"))
            if a[i] != b[i] and not (may_add and (not b[i] or a[i].startswith(b[i] + SEPARATOR))):
                case.wrong(how, frame, f"{field} is {a[i]!r}, without the plugin {b[i]!r}")
            case.counts["values"] += bool(b[i])
            case.counts["added values"] += a[i] != b[i]
    compare_experts(case, how, my_experts, experts, deciphered)
    left = [line for line in my_hierarchy if line.split()[0] != "daps"]
    case.counts["hierarchies"] += len(left) != len(my_hierarchy)
    if left == hierarchy:
        return
    # Where there is no tree to see, Wireshark counts protocols at the top that it has left out above them.
    seen, visible = ([line.split() for line in lines if line.split()[0] != "frame"]
                     for lines in (left, split_statistics(with_tree())[2]))
    if seen == visible:
        case.counts["as with a tree"] += 1
    else:
        case.wrong(how, None, f"io,phs: {unlike(chr(10).join(left), chr(10).join(hierarchy))}")


def compare_experts(case, how, mine, other, deciphered):
    case.counts["experts"] += sum(other.values())
    for entry in sorted(set(mine) | set(other)):
        ours = entry[2] == "DAPS" and entry not in other
        grew = mine[entry] > other[entry] and deciphered and not entry[2].startswith(("PDCP", "RLC", "MAC"))
        if mine[entry] != other[entry] and not ours and not grew:
            case.wrong(how, None, f"expert {entry} {mine[entry]} times, without the plugin {other[entry]}")


def tree_arguments(passes):
    return [*["-2"][:passes - 1], "-T", "pdml"]


def column_arguments(passes):
    return [*["-2"][:passes - 1], "-P", "-x"]


def field_arguments(passes, fields):
    return [*["-2"][:passes - 1], "-T", "fields", "-E", f"aggregator={SEPARATOR}", "-E", "occurrence=a",
            "-z", "expert", "-z", "io,phs", *[word for field in fields for word in ("-e", field)]]


class Pair:
    """tshark without the plugin and with it, over one capture. What it said without is kept."""

    def __init__(self, case, plain, daps, fields):
        self.case, self.fields = case, fields
        self.plain, self.daps = plain, daps
        self.copies = {shark: shark.take(case.path) for shark in (plain, daps)}
        self.keys = daps.private(case.keys) if case.keys else None
        self.kept = {}

    def run(self, shark, opened, arguments, options=()):
        more = [word for name, value in MORE for word in ("-o", f"{name}:{value}")] if opened else []
        more += [word for row in USER_DLTS for word in ("-o", f"uat:user_dlts:{row}")] if opened else []
        result = shark.tshark(self.copies[shark], *more, *options, *arguments, heuristics=opened)
        if result.returncode not in (0, 2) or re.search(r"Dissector bug|ERROR|\*\*", result.stderr):
            how = f"{' '.join(arguments[:3])} {'without' if shark is self.plain else 'with'} the plugin"
            self.case.wrong(how, None, f"ended with {result.returncode}: {result.stderr.strip()[-600:]}")
        return result.stdout

    def without(self, opened, arguments):
        key = (opened, tuple(arguments))
        if key not in self.kept:
            self.kept[key] = self.run(self.plain, opened, arguments)
        return self.kept[key]

    def compare(self, mode, passes, opened, with_keys):
        how = f"{mode}, {passes} pass{'es'[:2 * passes - 2]}, {'more' if opened else 'less'} opened"
        how += ", keys" if with_keys else ""
        options = ["-o", f"daps.keylog:{self.keys}"] if with_keys else []
        self.case.counts["runs"] += 1
        if mode == "tree":
            arguments = tree_arguments(passes)
            compare_trees(self.case, how, self.run(self.daps, opened, arguments, options), self.without(opened, arguments))
        elif mode == "columns":
            arguments = column_arguments(passes)
            compare_columns(self.case, how, self.run(self.daps, opened, arguments, options),
                            self.without(opened, arguments), lambda: self.without(opened, [*arguments, "-Y", "frame"]))
        else:
            ours = field_arguments(passes, [*self.fields, "daps.deciphered.key", "daps.read", "daps"])
            compare_fields(self.case, how, self.run(self.daps, opened, ours, options),
                           self.without(opened, field_arguments(passes, self.fields)), self.fields,
                           lambda: self.without(opened, [*["-2"][:passes - 1], "-V", "-z", "io,phs"]))

    def close(self):
        for path in [*self.copies.values(), *([self.keys] if self.keys else [])]:
            os.remove(path)


# ---- sharkd: the window ----

def strip(node):
    """A node without what only numbers what is registered."""
    return {key: [strip(child) for child in value] if key == "n" else value for key, value in node.items() if key != "e"}


def compare_frame(case, how, number, mine, other):
    case.counts["sharkd frames"] += 1
    if len([node for node in mine["tree"] if node.get("f") == "daps"]):
        case.counts["sharkd trees"] += 1
    mine["tree"] = [strip(node) for node in mine["tree"] if node.get("f") != "daps"]
    other["tree"] = [strip(node) for node in other["tree"]]
    difference = grown(mine["col"][-1], other["col"][-1])
    if difference or [PROTOCOL.sub("", cell) for cell in mine["col"][:-1]] != [PROTOCOL.sub("", cell) for cell in other["col"][:-1]]:
        case.wrong(how, number, f"columns: {difference or first_difference(mine['col'], other['col'])}")
    sources, before = mine.get("ds", []), other.get("ds", [])
    if sources[:len(before)] != before or not added([source["name"] for source in sources[len(before):]]):
        names = [[source["name"] for source in some] for some in (sources, before)]
        case.wrong(how, number, f"data sources {names[0]}, without the plugin {names[1]}")
    for answer in (mine, other):
        for follower in answer.get("followers", []):
            for name in ("stream", "sub_stream"):  # what lay in memory, where a datagram has no addresses
                follower.pop(name, None)
    mine, other = ({key: value for key, value in one.items() if key not in ("col", "ds")} for one in (mine, other))
    if mine != other:
        case.wrong(how, number, first_difference(mine, other))


def compare_rows(case, how, mine, other):
    for a, b in zip(mine, other):
        difference = grown(a["c"][-1], b["c"][-1])
        rest = [{**row, "c": [PROTOCOL.sub("", cell) for cell in row["c"][:-1]]} for row in (a, b)]
        if difference or rest[0] != rest[1]:
            case.wrong(how, b["num"], f"in the list: {difference or first_difference(*rest)}")
    if len(mine) != len(other):
        case.wrong(how, None, f"{len(mine)} rows in the list, without the plugin {len(other)}")


def compare_taps(case, how, mine, other, deciphered):
    details = [collections.Counter((one["s"], one["g"], one["p"], f"{one['f']}: {one['m']}")
                                   for one in taps["taps"][0].get("details", [])) for taps in (mine, other)]
    compare_experts(case, how, *details, deciphered)


def in_sharkd(case, pairs):
    """pairs: {opened: (sharkd without, sharkd with)}"""
    for opened, (plain, daps) in pairs.items():
        for keys in [None, case.keys] if case.keys else [None]:
            how = f"sharkd, {'more' if opened else 'less'} opened" + (", keys" if keys else "")
            daps[0].set("daps.keylog", daps[1].private(keys) if keys else "")
            copies = [shark.take(case.path) for _, shark in (plain, daps)]
            counts = [sharkd.load(copy) for (sharkd, _), copy in zip((plain, daps), copies)]
            if counts[0] != counts[1]:
                case.wrong(how, None, f"{counts[1]} frames, without the plugin {counts[0]}")
            compare_rows(case, how, daps[0].ask("frames"), plain[0].ask("frames"))
            step = max(1, counts[0] // MOST)
            deciphered = False
            for number in range(1, counts[0] + 1, step):
                answers = [sharkd.ask("frame", frame=number, proto=True, columns=True, bytes=True, color=True)
                           for sharkd, _ in (daps, plain)]
                deciphered |= any(SOURCE.fullmatch(source["name"]) for source in answers[0].get("ds", []))
                compare_frame(case, how, number, *answers)
            compare_taps(case, how, daps[0].ask("tap", tap0="expert"), plain[0].ask("tap", tap0="expert"), deciphered)
            for copy in copies:
                os.remove(copy)


# ---- all captures ----

WORKER = {}
BASIC = [("tree", 1, True, False), ("tree", 2, True, False), ("columns", 1, True, False), ("columns", 2, True, False),
         ("fields", 1, True, False)]
THIN = [("tree", 1, True, False), ("columns", 1, False, False)]
CLEAR = [("tree", 2, True, True), ("columns", 1, True, False), ("fields", 1, True, True)]
FULL = [(mode, passes, True, True) for mode in ("tree", "columns", "fields") for passes in (1, 2)] + [
    ("tree", 2, True, False), ("columns", 1, True, False), ("tree", 1, False, True), ("columns", 2, False, True),
    ("fields", 1, False, True)]


def start_worker(plain, daps, fields):
    WORKER.update(plain=plain, daps=daps, fields=fields, pairs=None)


def sharkds():
    if WORKER["pairs"] is None:
        preferences = "".join(f"{name}: {value}\n" for name, value in MORE)
        files = {"preferences": preferences, "user_dlts": "".join(row + "\n" for row in USER_DLTS)}
        WORKER["pairs"] = {opened: tuple((Sharkd(shark, heuristics=opened, files=files if opened else None), shark)
                                         for shark in (WORKER["plain"], WORKER["daps"])) for opened in (True, False)}
    return WORKER["pairs"]


def check(job):
    path, keys, plan = job
    case = Case(path, keys)
    try:
        pair = Pair(case, WORKER["plain"], WORKER["daps"], WORKER["fields"])
        for mode, passes, opened, with_keys in plan:
            if keys or not with_keys:
                pair.compare(mode, passes, opened, with_keys)
        pair.close()
        in_sharkd(case, sharkds())
    except Exception as error:  # whatever a capture does to this test is a finding too, and the others go on
        case.wrong("test", None, "".join(traceback.format_exception(error)[-3:]))
        WORKER["pairs"] = None
    return case


def captures(program, folder):
    """(path, keys, plan), those that take longest first."""
    jobs = []
    for i, path in enumerate(sorted(glob.glob(os.path.join(TOP, "samples", "*.pcap*")))):
        jobs.append((path, keys_of(path), THIN if i % 5 == 0 else []))
    for scenario, framing in [*((SCENARIO, framing) for framing in OF_RRC + OF_RADIO), *CHANGES]:
        jobs.append((*synth(program, folder, scenario, framing), CLEAR if framing in OF_RRC else FULL))
    shared = sorted(glob.glob(os.path.join(SHARED, "captures", "*.pcap*")))
    if not shared:
        print(f"no captures in {SHARED}/captures: left out")
    jobs += [(path, keys_of(path), BASIC) for path in shared]
    return sorted(jobs, key=lambda job: -os.path.getsize(job[0]))


def lists(plain, daps):
    """What Wireshark knows: lines that are not about the plugin."""
    case = Case("tshark -G", None)
    for what in ("fields", "protocols", "heuristic-decodes", "dissector-tables", "decodes", "defaultprefs"):
        ours, theirs = ([line for line in shark.run("tshark", "-G", what).stdout.splitlines() if shark.folder not in line]
                        for shark in (daps, plain))
        added, lost = sorted(set(ours) - set(theirs)), sorted(set(theirs) - set(ours))
        strange = [line for line in added if not re.search(r"daps|DAPS", line) and what != "defaultprefs"]
        case.counts["list lines"] += len(theirs)
        if lost or strange:
            case.wrong(f"-G {what}", None, f"lost {lost[:2]}, not the plugin's {strange[:2]}")
    return case


def known(shark, names):
    have = {line.split("\t")[2] for line in shark.run("tshark", "-G", "fields").stdout.splitlines() if line.count("\t") > 2}
    return [name for name in names if name in have]


def vacuous(totals):
    """What makes the rest worth something: there was something of Wireshark to compare, and something of ours beside it."""
    least = {"trees": 500, "infos": 200, "sources": 50, "values": 10000, "added values": 50, "hierarchies": 20,
             "experts": 100, "sharkd trees": 500}
    return [f"this test shows nothing: {totals[what]} {what}" for what in least if totals[what] < least[what]]


def run(build, paths, limit):
    with tempfile.TemporaryDirectory(prefix="daps-stock-") as folder, Shark(None) as plain, Shark(plugins_of(build)) as daps:
        program = os.path.join(build, "analyzer", "dapsaudit")
        jobs = [(path, keys_of(path), FULL + BASIC) for path in paths] or captures(program, folder)
        fields = known(plain, FIELDS)
        done = [lists(plain, daps)]
        with multiprocessing.get_context("fork").Pool(os.cpu_count(), start_worker, (plain, daps, fields)) as pool:
            done += pool.imap_unordered(check, jobs, 1)
            pool.close()
            pool.join()
    totals = sum((case.counts for case in done), collections.Counter())
    for case in sorted(done, key=lambda case: case.name):
        for problem in case.problems[:limit]:
            print(problem)
        if len(case.problems) > limit:
            print(f"{case.name}: and {len(case.problems) - limit} more")
    empty = [] if paths else vacuous(totals)
    print("\n".join(empty), end="\n" if empty else "")
    problems = sum(len(case.problems) for case in done)
    print(f"{len(jobs)} captures, {len(fields)} fields; " + ", ".join(f"{n} {what}" for what, n in sorted(totals.items())) +
          f"; {problems} differences")
    return 1 if problems or empty else 0


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
