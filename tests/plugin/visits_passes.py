# SPDX-License-Identifier: GPL-2.0-or-later
"""visits.py, in tshark: one pass and two, and behind filters."""
import collections
import re

from shown import (children, item_of_sharkd, labels, of_json, of_pdml, of_text, same_json, same_labels, value, values,
                   walk)

# Hangs on the frame it is shown at, not on the handover or finding alone; and what only frames of a command say of it.
OF_THE_FRAME = {"daps.first_derived_in", "daps.repeated_in", "daps.keystream.other_use"}
OF_THE_COMMAND = {"daps.rat", "daps.daps", "daps.prepared", "daps.c_rnti", "daps.t304", "daps.rach"}
COUNTED = "io,stat,0,COUNT(daps.finding)daps.finding"
RESULTS = {"daps.handover", "daps.finding", "daps.withdrawn"}


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
    """Less the key of the target, which a MAC-I further on may show to be another one."""
    return [without_target(statement(child)) for child in item.children if child.name not in RESULTS]


def without_target(said):
    return *said[:3], tuple(without_target(child) for child in said[3] if all(part[0] != "daps.context.target" for part in (child, *child[3])))


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
        listed = collections.Counter(line.split("|")[3].strip() for line in tail.splitlines()
                                     if re.match(r"[\d ]+\|.*\| *(info|low|medium|high) \|", line))
        nodes = re.findall(r"^ ([a-z][a-z-]+) +(\d+) ", re.split(r"^Not judged", tail, flags=re.MULTILINE)[0], re.MULTILINE)
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
                odd = named - {now.get(link) for text in words([two[before]]) for link in numbers_in(text)} - {len(now) + 1}
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
