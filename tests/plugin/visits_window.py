# SPDX-License-Identifier: GPL-2.0-or-later
"""visits.py, in sharkd: any order, any number of times; behind filters, as columns, in taps, under other preferences."""
import collections
import random
import re

from sharkd import Refused
from shown import children, first_difference, item_of_sharkd, values, walk

FEW = 60  # frames: of a capture with more only those of the plugin and some others are asked for again and again
# By severity, gravest first; and as a file of colour rules.
COLOURS = {"high": "c80000", "medium": "c86400", "low": "c8c800", "info": "00c800"}
COLOUR_RULES = "".join(f'@{name}@daps.severity == "{name}"@' +
                       f'[{",".join(str(int(rgb[i:i + 2], 16) * 257) for i in (0, 2, 4))}][0,0,0]\n'
                       for name, rgb in COLOURS.items())


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
                "sources": [source for source in answer.get("ds", []) if re.match(r"(Deciphered )?(NR|LTE) RRC", source["name"])]}

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
    view = {**without_nodes(view, lambda node: node.get("f", "") in ("daps.deciphered", "daps.read")), "sources": []}
    if view["daps"]:
        view["daps"].pop("s", None)  # the gravest expert item, which may be of what is inside such a message
    return view


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
    for test in ("daps.finding", "frame.number > 3", "daps.ue == \"no such UE\""):
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
        gravest = next((name for name, weight in zip(COLOURS, (3, 2, 1, 0)) if f"daps.severity == {weight}" in shown), None)
        coloured = next((name for name, rgb in COLOURS.items() if rgb == row.get("bg", "").zfill(6)), None)
        if gravest != coloured:
            asked.case.wrong(row["num"], f"coloured as {coloured}, the gravest finding of its tree is {gravest}")
    asked.again(numbers, "after all columns")


def taps(asked, numbers):
    """Tables, experts and the tree of rules: the same whenever, and the tree counts what the table lists."""
    def tell():
        return asked.sharkd.ask("tap", tap0="nstat:daps,findings", tap1="nstat:daps,handovers", tap2="stat:daps_rules", tap4="nstat:daps,coverage",
                                tap3="expert")["taps"]

    before = tell()
    asked.again(numbers, "after taps")
    if tell() != before:
        asked.case.wrong(None, f"taps: {first_difference(tell(), before)}")
    by_type = {tap["tap"]: tap for tap in before}
    rules = collections.Counter(row[3] for row in by_type["nstat:daps,findings"]["tables"][0]["i"] if row[0])
    for name in ("nstat:daps,findings", "nstat:daps,handovers"):
        rows = [row for row in by_type[name]["tables"][0]["i"] if row[0]]
        if any(a[0] != b[0] and (a[0] < b[0]) != (int(a[0]) < int(b[0])) for a in rows for b in rows):
            asked.case.wrong(None, f"{name}: sorted as text, frames are not in their order")
    weights = {row[4] for row in by_type["nstat:daps,findings"]["tables"][0]["i"]}
    if sorted(weights) != sorted(weights, key=lambda cell: ["", *reversed(COLOURS)].index(cell.strip())):
        asked.case.wrong(None, f"findings: sorted as text, severities are {sorted(weights)}")
    nodes = by_type["stats:daps_rules"]["stats"]
    counted = {node["name"]: node["count"] for root in nodes if root["name"] == "Findings"
               for node in root.get("sub", []) if node["count"]}
    if counted != dict(rules):
        asked.case.wrong(None, f"tree of rules in a second pass: {counted}, the table has {dict(rules)}")
    warned = collections.Counter(detail["f"] for detail in by_type["expert"].get("details", [])
                                 if detail["p"] == "DAPS" and detail["g"] == "Security")
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
        view = asked.view(number)
        if view["sources"] or without_nodes(view, lambda node: node.get("f", "") in ("daps.deciphered", "daps.read")) != view:
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
