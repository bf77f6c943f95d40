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
import collections
import glob
import json
import multiprocessing
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
SHARED = os.environ.get("DAPS_SHARED", os.path.join(TOP, "..", "shared"))
sys.path.insert(0, HERE)
from shark import HEURISTICS, Shark, plugins_of  # noqa: E402

# Scenario and framing: what arrives by another way than the samples do.
FRAMED = (("air-daps-fallback", "rlc-nr"), ("air-daps-fallback", "pdcp-nr"), ("air-daps-fallback", "gsmtap-v3-mac"),
          ("air-daps-fallback", "gsmtap-v3-both"), ("air-count-reuse", "pdcp-nr"), ("air-two-legs", "rlc-nr"),
          ("two-ues", "mac-nr-upper-udp"))
THOROUGHLY = ("air-conditional", "air-count-reuse.", "air-daps-fallback.", "air-daps-fallback-pdcp", "air-stored-ncc",
              "daps-fallback-conditional.", "daps-fallback-daps.", "daps-fallback-handover", "exposed", "framing-qcsuper",
              "ncc-wrap", "nr-sa-drive", "two-ues.", "ueransim")
FEW = 60  # frames: of a capture with more only those of the plugin and some others are asked for again and again
# Hangs on the frame it is shown at, not on the handover or finding alone; and what only frames of a command say of it.
OF_THE_FRAME = {"daps.first_derived_in", "daps.repeated_in", "daps.keystream.other_use"}
OF_THE_COMMAND = {"daps.rat", "daps.daps", "daps.prepared", "daps.source.pci", "daps.source.arfcn", "daps.same_frequency", "daps.c_rnti", "daps.t304",
                  "daps.rach", "daps.ciphering", "daps.integrity"}
# Of others, and filled by the plugin: expert items and deciphered RRC.
OF_OTHERS = ("_ws.expert.message", "_ws.expert.group", "nr-rrc.newUE_Identity", "nr-rrc.t304")
ALWAYS_ALONE = {*OF_OTHERS, "daps.rule", "daps.key", "daps.repeated_in", "daps.outcome"}
# By severity, gravest first; and as a file of colour rules.
COLOURS = {"high": "c80000", "medium": "c86400", "low": "c8c800", "info": "00c800"}
COLOUR_RULES = "".join(f'@{name}@daps.severity == "{name}"@' +
                       f'[{",".join(str(int(rgb[i:i + 2], 16) * 257) for i in (0, 2, 4))}][0,0,0]\n'
                       for name, rgb in COLOURS.items())
COUNTED = "io,stat,0,COUNT(daps.finding)daps.finding"
RESULTS = {"daps.handover", "daps.finding", "daps.withdrawn"}


# ---- Wireshark's window without the window ----

class Died(Exception):
    """sharkd ended in the middle."""


class Refused(Exception):
    """sharkd answered with an error."""


class Sharkd:
    """One sharkd, asked in JSON. It has a configuration of its own: heuristics, and files of that folder {name: text}."""

    def __init__(self, shark, heuristics=True, files=None):
        self.config = tempfile.mkdtemp(prefix="sharkd-", dir=shark.folder)
        files = dict(files or {})
        if heuristics:
            files["heuristic_protos"] = "".join(f"{name},1\n" for name in HEURISTICS)
        for name, text in files.items():
            with open(os.path.join(self.config, name), "w", encoding="utf-8") as out:
                out.write(text)
        subprocess.run(["chmod", "-R", "a+rX", self.config], check=True)
        self.log = open(os.path.join(self.config, "log"), "w+", encoding="utf-8", errors="replace")
        self.process = subprocess.Popen(shark.command("sharkd", "-"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.log, text=True, errors="replace", cwd=shark.folder,
                                        env={**shark.environment, "WIRESHARK_CONFIG_DIR": self.config})
        self.asked = 0

    def ask(self, method, **parameters):
        self.asked += 1
        request = {"jsonrpc": "2.0", "id": self.asked, "method": method, "params": parameters}
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.log.seek(0)
            raise Died(f"sharkd ended at {method} {parameters}: {self.log.read()[-400:]}")
        answer = json.loads(line)
        if answer.get("id") != self.asked:
            raise Died(f"sharkd answered {line[:200]} to request {self.asked}")
        if "error" in answer:
            raise Refused(f"{method} {parameters}: {answer['error'].get('message')}")
        return answer["result"]

    def set(self, name, value):
        self.ask("setconf", name=name, value=value)

    def load(self, path):
        """Number of frames."""
        self.ask("load", file=path)
        return self.ask("status")["frames"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.log.close()


# ---- what they show, brought to one form ----

Item = collections.namedtuple("Item", "name label value hidden children")


def of_pdml(text):
    """{frame: [Item of the plugin's tree]}; more than one is the caller's to complain about."""
    frames, ours = {}, re.compile(r'^  <proto name="daps"(?:[^\n]*/>$|.*?^  </proto>$)', re.MULTILINE | re.DOTALL)
    for packet in text.split("<packet>\n")[1:]:
        number = int(re.search(r'<field name="num" pos="0" show="(\d+)"', packet).group(1))
        frames[number] = [item_of_element(ET.fromstring(part)) for part in ours.findall(packet)]
    return frames


def item_of_element(element):
    label = element.get("showname", element.get("show", ""))
    shown = label if element.tag == "proto" else element.get("show", "")
    return Item(element.get("name"), label, shown, element.get("hide") == "yes",
                [item_of_element(child) for child in element])


def item_of_sharkd(node):
    test = node.get("f", "")
    return Item(test.split(" == ")[0], node["l"], test, False, [item_of_sharkd(child) for child in node.get("n", [])])


def walk(items):
    for item in items:
        yield item
        yield from walk(item.children)


def labels(items):
    """What is to be read, as (depth, text)."""
    return [(depth, item.label) for depth, item in deep(items, 0)]


def deep(items, depth):
    for item in items:
        if not item.hidden:
            yield depth, item
            yield from deep(item.children, depth + 1)


def of_text(text):
    """{frame: [(depth, label)]} of tshark -V. Wireshark puts what it worked out itself in brackets."""
    frames, number, inside = collections.defaultdict(list), None, False
    for line in text.splitlines():
        start = re.match(r"Frame (\d+): ", line)
        if start:
            number, inside = int(start.group(1)), False
        elif not line.startswith(" "):
            inside = line.lstrip("[").startswith("DAPS handover security")
        if inside:
            bare = line.lstrip(" ")
            frames[number].append(((len(line) - len(bare)) // 4, bare))
    return frames


def same_labels(text, items):
    """None, or where lines of -V and items differ."""
    expected = labels(items)
    for i in range(max(len(text), len(expected))):
        line = text[i] if i < len(text) else None
        item = expected[i] if i < len(expected) else None
        if line is None or item is None or line[0] != item[0] or line[1] not in (item[1], f"[{item[1]}]"):
            return f"-V has {line}, PDML has {item}"
    return None


def flat_json(pairs):
    """(name, value or None), in order; "x_tree" only opens what is below x."""
    for name, value in pairs:
        if isinstance(value, list):
            if not name.endswith("_tree"):
                yield name, None
            yield from flat_json(value)
        else:
            yield name, value


def flat_pdml(items):
    for item in items:
        yield (item.name or item.label), (item.value if item.name else "")
        yield from flat_pdml(item.children)


def same_json(pairs, item):
    """None, or where they differ. JSON has no value where there is a tree only, and newer ones have 1 for True."""
    truth = {"True": "1", "False": "0"}
    ours = list(flat_json(pairs))
    theirs = list(flat_pdml(item.children))
    for i in range(max(len(ours), len(theirs))):
        a = ours[i] if i < len(ours) else None
        b = theirs[i] if i < len(theirs) else None
        if a is None or b is None or a[0] != b[0] or (
                a[1] is not None and truth.get(a[1], a[1]) != truth.get(b[1], b[1])):
            return f"JSON has {a}, PDML has {b}"
    return None


def of_json(text):
    """{frame: pairs of the plugin's tree}"""
    frames = {}
    for packet in json.loads(text, object_pairs_hook=list) if text.strip() else []:
        layers = dict(dict(packet)["_source"])["layers"]
        number = int(dict(dict(layers)["frame"])["frame.number"])
        frames[number] = [value for name, value in layers if name == "daps"]
    return frames


def first_difference(a, b, where=""):
    """Of two answers of sharkd, in words."""
    if isinstance(a, dict) and isinstance(b, dict):
        where = f"{where}/{a['l'][:60]}" if "l" in a and a.get("l") == b.get("l") else where
        for key in sorted(set(a) | set(b)):
            if a.get(key) != b.get(key):
                return first_difference(a.get(key), b.get(key), f"{where}:{key}")
    if isinstance(a, list) and isinstance(b, list):
        for i in range(max(len(a), len(b))):
            one, other = (x[i] if i < len(x) else None for x in (a, b))
            if one != other:
                return first_difference(one, other, f"{where}[{i}]")
    return f"{where}: {short(a)} was {short(b)}"


def short(value):
    text = value.get("l") if isinstance(value, dict) and "l" in value else json.dumps(value)
    return repr(text[:160])


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


# ---- sharkd: any order, any number of times ----

class Asked:
    """Frames of one case, as sharkd shows them now."""

    def __init__(self, case, sharkd):
        self.case, self.sharkd = case, sharkd
        self.base = {}

    def view(self, number):
        answer = self.sharkd.ask("frame", frame=number, proto=True, columns=True, color=True, bytes=True)
        self.case.visits += 1
        trees = [node for node in answer["tree"] if node.get("f") == "daps"]
        if len(trees) > 1:
            self.case.wrong(number, f"{len(trees)} trees of the plugin")
        return {"daps": trees[0] if trees else None, "columns": answer["col"],
                "colours": (answer.get("bg"), answer.get("fg")),
                "sources": [source for source in answer.get("ds", []) if source["name"].startswith("Deciphered")]}

    def again(self, numbers, when):
        for number in numbers:
            view = self.view(number)
            if view != self.base[number]:
                self.case.wrong(number, f"{when}: {first_difference(view, self.base[number])}")

    def changed(self, numbers, when, change):
        """The views now, each held against change(base)."""
        for number in numbers:
            view, expected = change(self.view(number)), change(self.base[number])
            if view != expected:
                self.case.wrong(number, f"{when}: {first_difference(view, expected)}")


def without_nodes(view, unwanted):
    def prune(node):
        children = [prune(child) for child in node.get("n", []) if not unwanted(child)]
        return {**{key: value for key, value in node.items() if key != "n"}, **({"n": children} if children else {})}

    return {**view, "daps": prune(view["daps"]) if view["daps"] else None}


def without_values(view):
    """As it would be without daps.show_keys."""
    return without_nodes(view, lambda node: node.get("f", "").startswith(("daps.key.value", "daps.key.parent_value")))


def without_deciphered(view):
    """As it would be without daps.decipher."""
    return {**without_nodes(view, lambda node: node.get("f", "") == "daps.deciphered"), "sources": []}


def choose(sharkd, count, rng):
    numbers = list(range(1, count + 1))
    if count <= FEW:
        return numbers
    ours = [row["num"] for row in sharkd.ask("frames", filter="daps")]
    rng.shuffle(ours)
    return sorted(set(ours[:FEW // 2]) | set(rng.sample(numbers, 20)))


def orders(asked, numbers, rng):
    asked.again(numbers, "asked in order")
    asked.again(reversed(numbers), "asked in reverse")
    asked.again([number for number in numbers for _ in range(2)], "asked twice in a row")
    asked.again(rng.sample(numbers, len(numbers)), "asked at random")


def behind_filters(asked, numbers, rng):
    """Filters find what the trees show, and leave nothing behind."""
    tests = collections.defaultdict(set)
    for number in numbers:
        tree = asked.base[number]["daps"]
        for item in walk([item_of_sharkd(tree)] if tree else []):
            if item.value.startswith("daps"):
                tests[item.value].add(number)
                tests[item.name].add(number)
    chosen = sorted(tests)
    for test in chosen if len(numbers) <= FEW else rng.sample(chosen, min(12, len(chosen))):
        try:
            found = {row["num"] for row in asked.sharkd.ask("frames", filter=test)} & set(numbers)
        except Refused as error:
            asked.case.wrong(None, f"filter {test}: {error}")
            continue
        for number in sorted(found ^ tests[test]):
            what = "finds it, its tree does not show that" if number in found else "misses it"
            asked.case.wrong(number, f"filter {test} {what}")
    for test in ("daps.finding", "frame.number > 3", "daps.rule == \"no such rule\""):
        asked.sharkd.ask("frames", filter=test)
        asked.again(rng.sample(numbers, len(numbers)), f"behind the filter {test}")


def as_columns(asked, fields):
    """A field alone, and all together, when there is no tree to see: {field: {frame: text}}."""
    together = {}
    for start in range(0, len(fields), 12):
        some = fields[start:start + 12]
        rows = asked.sharkd.ask("frames", **{f"column{i}": f"{field}:0" for i, field in enumerate(some)})
        for i, field in enumerate(some):
            together[field] = {row["num"]: row["c"][i] for row in rows}
    for field in fields:
        for row in asked.sharkd.ask("frames", column0=f"{field}:0"):
            alone, among = row["c"][0], together[field][row["num"]]
            if alone != among:
                asked.case.wrong(row["num"], f"column {field}: alone {alone!r}, among others {among!r}")
    return together


def columns_as_tree(case, columns, pdml):
    """A column is filled where the tree has the field, if hidden as well."""
    for field, cells in columns.items():
        for number, cell in cells.items():
            has = number in pdml and any(item.name == field for item in walk([pdml[number]]))
            if bool(cell) != has:
                case.wrong(number, f"column {field} is {cell!r}, the tree {'has' if has else 'lacks'} it")


def listed(asked, numbers):
    """The list of all frames, with no tree: columns and colours as with a tree, and the colour of the gravest finding."""
    for row in asked.sharkd.ask("frames"):
        view = asked.base.get(row["num"])
        if view is None:
            continue
        ours, theirs = ([*columns[:-1], columns[-1].partition(" | ")[2]] for columns in (row["c"], view["columns"]))
        if ours != theirs:  # less what others put into Info, some of whom put more where there is a tree
            asked.case.wrong(row["num"], f"columns of the list {row['c']}, of the frame {view['columns']}")
        if (row.get("bg"), row.get("fg")) != view["colours"]:
            asked.case.wrong(row["num"], f"colours of the list {row.get('bg')}, of the frame {view['colours']}")
        shown = values(item_of_sharkd(view["daps"]), "daps.severity") if view["daps"] else []
        gravest = next((name for name in COLOURS if any(name in test for test in shown)), None)
        coloured = next((name for name, rgb in COLOURS.items() if rgb == row.get("bg", "").zfill(6)), None)
        if gravest != coloured:
            asked.case.wrong(row["num"], f"coloured as {coloured}, the gravest finding of its tree is {gravest}")
    asked.again(numbers, "after all columns")


def taps(asked, numbers):
    """Tables, experts and the tree of rules: the same whenever, and the tree counts what the table lists."""
    def tell():
        return asked.sharkd.ask("tap", tap0="nstat:daps,findings", tap1="nstat:daps,handovers", tap2="stat:daps_rules",
                                tap3="expert")["taps"]

    before = tell()
    asked.again(numbers, "after taps")
    if tell() != before:
        asked.case.wrong(None, f"taps: {first_difference(tell(), before)}")
    by_type = {tap["tap"]: tap for tap in before}
    rules = collections.Counter(row[2] for row in by_type["nstat:daps,findings"]["tables"][0]["i"])
    nodes = by_type["stats:daps_rules"]["stats"]
    counted = {node["name"]: node["count"] for root in nodes for node in root.get("sub", []) if node["count"]}
    if counted != dict(rules):
        asked.case.wrong(None, f"tree of rules in a second pass: {counted}, the table has {dict(rules)}")
    warned = collections.Counter(detail["f"] for detail in by_type["expert"].get("details", []) if detail["p"] == "DAPS")
    for number in numbers:
        tree = asked.base[number]["daps"]
        found = len(children(item_of_sharkd(tree), "daps.finding")) if tree else 0
        if warned[number] != found:
            asked.case.wrong(number, f"{warned[number]} expert items without a tree, {found} findings in the tree")


def preferences(asked, numbers):
    """True: another reading of the NCC made a difference here; True: values of keys were shown."""
    sharkd, case = asked.sharkd, asked.case

    def set_and_load(name, value):
        sharkd.set(name, value)
        for number in numbers[:3]:
            asked.view(number)  # between the change and the new reading
        sharkd.load(case.copy)

    set_and_load("daps.ncc", "stored")
    other_reading = any(asked.view(number) != asked.base[number] for number in numbers)
    set_and_load("daps.ncc", "active")
    asked.again(numbers, "daps.ncc changed and changed back")
    set_and_load("daps.show_keys", "TRUE")
    values = any(asked.view(number) != asked.base[number] for number in numbers)
    asked.changed(numbers, "daps.show_keys, less the values", without_values)
    set_and_load("daps.show_keys", "FALSE")
    asked.again(numbers, "daps.show_keys changed and changed back")
    set_and_load("daps.decipher", "FALSE")
    asked.changed(numbers, "daps.decipher off, less what was deciphered", without_deciphered)
    for number in numbers:
        if asked.view(number) != without_deciphered(asked.view(number)):
            case.wrong(number, "daps.decipher is off, and something is deciphered")
    set_and_load("daps.decipher", "TRUE")
    asked.again(numbers, "daps.decipher changed and changed back")
    if case.keys:
        set_and_load("daps.keylog", "")
        set_and_load("daps.keylog", case.keys)
        asked.again(numbers, "without the key log, and with it again")
    return other_reading, values


def in_sharkd(case, sharkd, fields, other):
    """{frame: view} of the frames asked for, fields as columns, whether those are all frames, which preferences mattered."""
    rng = random.Random(case.name)
    sharkd.set("daps.keylog", case.keys or "")
    asked = Asked(case, sharkd)
    count = sharkd.load(case.copy)
    numbers = choose(sharkd, count, rng)
    for number in rng.sample(numbers, len(numbers)):
        asked.base[number] = asked.view(number)
    case.shown += sum(view["daps"] is not None for view in asked.base.values())
    orders(asked, numbers, rng)
    listed(asked, numbers)
    behind_filters(asked, numbers, rng)
    taps(asked, numbers)
    sharkd.load(case.copy)
    asked.again(numbers, "loaded again, asked in order")
    sharkd.load(other)
    sharkd.load(case.copy)
    asked.again(list(reversed(numbers)), "loaded after another capture, asked in reverse")
    mattered, columns = (False, False), {}
    if any(view["daps"] for view in asked.base.values()):
        columns = as_columns(asked, fields if count <= FEW else rng.sample(fields, 8))
        asked.again(numbers, "after columns of fields")
        mattered = preferences(asked, numbers)
    return asked.base, columns, len(numbers) == count, mattered


# ---- tshark: two passes ----

def one_tree(case, frames, what):
    """{frame: Item}; each frame has one tree of the plugin at most."""
    for number, items in frames.items():
        if len(items) > 1:
            case.wrong(number, f"{what}: {len(items)} trees of the plugin")
    return {number: items[0] for number, items in frames.items() if items}


def two_passes(case, base, everything):
    """PDML of two passes as {frame: Item}, held against sharkd, JSON and text."""
    pdml = one_tree(case, of_pdml(case.tshark("-2", "-T", "pdml", "-J", "daps")), "two passes")
    for number, view in base.items():
        theirs = labels([item_of_sharkd(view["daps"])]) if view["daps"] else None
        ours = labels([pdml[number]]) if number in pdml else None
        if ours != theirs:
            pair = next(((a, b) for a, b in zip(ours or [], theirs or []) if a != b),
                        (ours and len(ours), theirs and len(theirs)))
            case.wrong(number, f"two passes of tshark show {pair[0]}, sharkd {pair[1]}")
    if everything and set(pdml) - set(base):
        case.wrong(None, f"two passes: frames {sorted(set(pdml) - set(base))} are not in sharkd")
    if not pdml:
        return pdml, ""
    text = case.tshark("-2", "-P", "-V", "-z", "daps,findings", "-z", "daps,handovers", "-z", "daps_rules,tree")
    spelled = of_text(text)
    for number in sorted(set(spelled) | set(pdml)):
        difference = same_labels(spelled.get(number, []), [pdml[number]] if number in pdml else [])
        if difference:
            case.wrong(number, f"two passes: {difference}")
    return pdml, text


def as_json(case, pdml):
    objects = of_json(case.tshark("-2", "-T", "json", "-J", "frame daps"))
    for number in sorted(set(objects) | set(pdml)):
        trees = objects.get(number, [])
        if len(trees) != (number in pdml):
            case.wrong(number, f"two passes: JSON has {len(trees)} trees of the plugin, PDML {int(number in pdml)}")
        elif trees:
            difference = same_json(trees[0], pdml[number])
            if difference:
                case.wrong(number, f"two passes: {difference}")


def children(item, name):
    return [child for child in item.children if child.name == name]


def values(item, name):
    return [found.value for found in walk(item.children) if found.name == name]


def value(item, name):
    found = values(item, name)
    return found[0] if found else None


def statement(item):
    """What is said, less what hangs on the frame where it is said."""
    left_out = OF_THE_FRAME | OF_THE_COMMAND if item.name == "daps.handover" else OF_THE_FRAME
    return (item.name, item.value, item.label.replace(", this frame", ""),
            tuple(statement(child) for child in item.children if child.name not in left_out))


def of_command(item):
    """What a handover says on the frames of its command only."""
    return {(child.name, child.value) for child in item.children
            if item.name == "daps.handover" and child.name in OF_THE_COMMAND}


def handover_key(item):
    return ("handover", value(item, "daps.handover.ue"), value(item, "daps.procedure"), value(item, "daps.command_frame"),
            value(item, "daps.executed_frame"))


def finding_key(item):
    tuples = [statement(child) for child in children(item, "daps.keystream")]
    tuples = [tuple(part[1] for part in one[3] if part[0].rsplit(".", 1)[1] in ("algorithm", "count", "bearer", "direction"))
              for one in tuples]
    return ("finding", value(item, "daps.rule"), value(item, "daps.finding.ue"), value(item, "daps.key"),
            values(item, "daps.finding.frame")[0], tuple(tuples))


def results_of(item):
    for child in children(item, "daps.handover"):
        yield handover_key(child), child
    for child in children(item, "daps.finding"):
        yield finding_key(child), child


def frames_named(key, item):
    names = ("daps.finding.frame",) if key[0] == "finding" else (
        "daps.command_frame", "daps.executed_frame", "daps.complete_frame", "daps.outcome_frame")
    return {int(number) for name in names for number in values(item, name)}


def whole(case, pdml):
    """{key: statement} of two passes: the same on every frame it names, and on these only."""
    said, commands, where = {}, {}, collections.defaultdict(set)
    for number, item in pdml.items():
        seen = set()
        for key, result in results_of(item):
            if key in seen:
                case.wrong(number, f"two passes: {key} is said twice")
            seen.add(key)
            where[key].add(number)
            if said.setdefault(key, statement(result)) != statement(result):
                case.wrong(number, f"two passes: {key} is not what it is at frame {min(where[key])}: "
                                   f"{differ(statement(result), said[key])}")
            if number not in frames_named(key, result):
                case.wrong(number, f"two passes: {key} does not name this frame")
            details = of_command(result)
            if key[0] == "handover" and bool(details) != (str(number) in key[3:5]):
                case.wrong(number, f"two passes: details of the command of {key} are {sorted(details)}")
            if details and commands.setdefault(key, details) != details:
                odd = sorted(details ^ commands[key])
                case.wrong(number, f"two passes: details of the command of {key} differ from another frame: {odd}")
        if children(item, "daps.withdrawn"):
            case.wrong(number, "two passes: something is withdrawn")
    for number, item in pdml.items():
        for key, result in results_of(item):
            for missing in frames_named(key, result) - where[key]:
                case.wrong(missing, f"two passes: {key} names this frame and is not shown at it")
    return said


def differ(a, b):
    """Of two statements, in words."""
    if a[:3] != b[:3]:
        return f"{a[:3]} and {b[:3]}"
    for one, other in zip(a[3], b[3]):
        if one != other:
            return differ(one, other)
    longer = max(a[3], b[3], key=len)
    return f"only one has {longer[min(len(a[3]), len(b[3]))][:2]}" if len(a[3]) != len(b[3]) else "nothing"


# ---- tshark: one pass ----

def numbers_in(text):
    """Frames that words name: "frame 7", "frames 3, 5 and 9"."""
    lists = re.findall(r"\bframes? ((?:\d+(?:, | and | or | )?)+)", text)
    return [int(number) for one in lists for number in re.findall(r"\d+", one)]


def knows_no_future(case, pdml, framenums, columns):
    for number, item in pdml.items():
        for found in walk([item]):
            if found.name in framenums and int(found.value) > number:
                case.wrong(number, f"one pass: {found.label!r} names a frame that was not read yet")
            for text in {found.label, found.value}:
                if any(other > number for other in numbers_in(text)):
                    case.wrong(number, f"one pass: {text[:120]!r} names a frame that was not read yet")
    for line in columns.splitlines():
        number = re.match(r"\s*(\d+)\s", line)
        info = re.search(r"( \| .*)", line)
        if number and info and any(other > int(number.group(1)) for other in numbers_in(info.group(1))):
            case.wrong(int(number.group(1)), f"one pass: {info.group(1)!r} names a frame that was not read yet")


def of_the_frame_itself(item):
    return [statement(child) for child in item.children if child.name not in RESULTS]


def last_said(case, pdml):
    """{key: statement}, less what was withdrawn, which must be what was said."""
    said = {}
    for number, item in sorted(pdml.items()):
        for gone in children(item, "daps.withdrawn"):
            what = (value(gone, name) for name in ("daps.finding.ue", "daps.key", "daps.finding.frame"))
            named = ("finding", gone.value, *what)
            keys = [key for key in said if key[:5] == named]
            if len(keys) != 1:
                case.wrong(number, f"one pass: withdraws {gone.label!r}, which fits {keys}")
            for key in keys:
                del said[key]
        for key, result in results_of(item):
            said[key] = statement(result)
    return said


def one_pass(case, two, framenums, two_text):
    one = one_tree(case, of_pdml(case.tshark("-T", "pdml", "-J", "daps")), "one pass")
    columns = case.tshark("-z", "daps,findings", "-z", "daps,handovers", "-z", "daps_rules,tree", "-z", "expert", "-z",
                          COUNTED)
    knows_no_future(case, one, framenums, columns)
    for number, item in one.items():
        ours, theirs = of_the_frame_itself(item), of_the_frame_itself(two[number]) if number in two else None
        if ours != theirs:
            pair = next(((a, b) for a, b in zip(ours, theirs or []) if a != b), (len(ours), theirs and len(theirs)))
            case.wrong(number, f"one pass says of the frame itself {str(pair[0])[:200]}, two passes {str(pair[1])[:200]}")
    for number in sorted(set(two) - set(one)):
        if of_the_frame_itself(two[number]):
            case.wrong(number, "one pass says nothing of the frame itself, two passes do")
    for number in set(one) & set(two):
        # Not known yet of a conditional one: it will be executed.
        details = [{key: of_command(result) for key, result in results_of(tree[number]) if of_command(result) and
                    (key[4] is None or int(key[4]) <= number)} for tree in (one, two)]
        if details[0] != details[1]:
            case.wrong(number, f"one pass: details of the command are {details[0]}, in two passes {details[1]}")
    said, expected = last_said(case, one), whole(case, two)
    for key in sorted(set(said) | set(expected), key=str):
        if key not in expected:
            case.wrong(None, f"one pass: {key} was said and not withdrawn; two passes do not have it")
        elif key not in said:
            case.wrong(None, f"one pass: {key} was never said, or was withdrawn")
        elif said[key] != expected[key]:
            case.wrong(None, f"one pass: {key}: what was said last is not what two passes say: "
                             f"{differ(said[key], expected[key])}")
    tables(case, columns, two_text)
    findings = sum(len(children(item, "daps.finding")) for item in one.values())
    experts = sum(int(n) for n in re.findall(r"^ +(\d+) +Security +DAPS ", columns, re.MULTILINE))
    counted = re.findall(r"^\|.*<> .*?\| +(\d+) \|", columns, re.MULTILINE)
    if experts != findings or counted not in ([str(findings)], [] if not findings else None):
        case.wrong(None, f"one pass: {experts} expert items and {counted} in a statistic without a tree, "
                         f"{findings} findings with it")
    return one, columns


def tables(case, one, two):
    """The tables behind both passes; and the tree of rules counts what the table of findings lists."""
    tails = [text[text.find("\n====") + 1:] if "\n====" in text else "" for text in (one, two)]
    strip = [re.sub(r"^\S.*?:$|Rate.*$|^ ?\S.*?\d+\.\d.*$", "", tail, flags=re.MULTILINE) for tail in tails]
    rows = [sorted(line for line in tail.splitlines() if re.match(r"[^|].*\|$", line)) for tail in strip]
    if rows[0] != rows[1]:
        odd = sorted(set(rows[0]) ^ set(rows[1]))
        case.wrong(None, f"tables of one pass and of two differ: {odd[:2]}")
    for what, tail in (("one pass", tails[0]), ("two passes", tails[1])):
        listed = collections.Counter(line.split("|")[2].strip() for line in tail.splitlines()
                                     if re.match(r"[\d ]+\|.*\|(info|low|medium|high) \|", line))
        nodes = re.findall(r"^ ([a-z][a-z-]+) +(\d+) ", tail, re.MULTILINE)
        counted = {name: int(count) for name, count in nodes if int(count)}
        if counted != dict(listed):
            case.wrong(None, f"{what}: tree of rules has {counted}, table of findings {dict(listed)}")


# ---- tshark: behind filters ----

def display_filters(case, one, two, one_columns, two_text):
    """-Y only leaves frames out."""
    for passes, test, pdml in ((["-2"], "daps.finding", two), ([], "daps.handover", one)):
        found = one_tree(case, of_pdml(case.tshark(*passes, "-Y", test, "-T", "pdml", "-J", "daps")), f"-Y {test}")
        fits = {number for number, item in pdml.items() if children(item, test)}
        if set(found) != fits:
            case.wrong(None, f"-Y {test} {passes}: frames {sorted(found)}, shown on {sorted(fits)}")
        for number in set(found) & fits:
            if found[number] != pdml[number]:
                case.wrong(number, f"-Y {test} {passes}: {differ(statement(found[number]), statement(pdml[number]))}")
    texts = (one_columns, case.tshark("-P", "-V"), case.tshark("-2"), two_text)
    added = [{line.split()[0]: line.partition(" | ")[2] for line in text.split("\n====")[0].splitlines()
              if " | " in line and re.match(r" *\d+ ", line)} for text in texts]
    for what, without, within in (("one pass", *added[:2]), ("two passes", *added[2:])):
        for number in sorted(set(without) | set(within)):
            if without.get(number) != within.get(number):
                case.wrong(int(number), f"{what}: Info without a tree has {without.get(number)!r}, "
                                        f"with it {within.get(number)!r}")


def frame_links(items, framenums):
    return [(found.name, int(found.value)) for found in walk(items) if found.name in framenums]


def read_filters(case, two, framenums):
    """-R gives the number of a frame that it drops to the next one. What is said of the others must follow: in links and in
    words; of a dropped frame there is nothing left to name. But whether the last frame of all was dropped no plugin can
    know: it keeps the number that it would have."""
    packets = case.tshark("-2", "-T", "fields", "-e", "frame.number", "-e", "frame.time_epoch").splitlines()
    number_at = {time: int(number) for number, time in (line.split("\t") for line in packets)}
    if len(number_at) != len(packets):
        return
    for test in ("frame", "daps.finding"):
        pdml = case.tshark("-2", "-R", test, "-T", "pdml", "-J", "daps frame")
        times = dict(zip((int(n) for n in re.findall(r'<field name="num" pos="0" show="(\d+)"', pdml)),
                         re.findall(r'name="frame.time_epoch" .*?show="([\d.]+)"', pdml)))
        now = {number_at[time]: number for number, time in times.items()}
        lines = [line for line in case.tshark("-2", "-R", test).splitlines() if line]
        info = {int(line.split()[0]): line.partition(" | ")[2] for line in lines}
        for number, items in of_pdml(pdml).items():
            before = number_at[times[number]]
            if before in two:
                where = f"-2 -R '{test}', where it is frame {number}"
                follows(case, before, where, items, two[before], now, framenums)
                named = {other for text in [info[number], *words(items)] for other in numbers_in(text)}
                odd = named - {len(now) + 1} - {now[link] for text in words([two[before]]) for link in numbers_in(text) if link in now}
                if odd:
                    case.wrong(before, f"{where}: words name frames {sorted(odd)}, which it has nothing to do with")


def words(items):
    return {text for item in walk(items) for text in (item.label, item.value)}


def follows(case, before, where, items, whole_item, now, framenums):
    links = [(name, link) for name, link in frame_links(items, framenums) if link != len(now) + 1]
    expected = [(name, now[link]) for name, link in frame_links([whole_item], framenums) if link in now]
    if links != expected:
        odd = next(((a, b) for a, b in zip(links, expected) if a != b), (len(links), len(expected)))
        case.wrong(before, f"{where}: links {odd[0]}, expected {odd[1]}")


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
    for scenario, framing in FRAMED:
        base = os.path.join(folder, f"{scenario}-{framing}")
        subprocess.run([program, "synth", os.path.join(TOP, "samples", scenario + ".scenario"), "-f", framing, "-o",
                        base + ".pcap", "--keys-out", base + ".keys"], check=True, capture_output=True)
        found.append((base + ".pcap", base + ".keys"))
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
