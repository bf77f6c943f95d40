# SPDX-License-Identifier: GPL-2.0-or-later
"""What tshark and sharkd show of the plugin's tree, brought to one form: items with what can be read and its value."""
import collections
import json
import re
import xml.etree.ElementTree as ET

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


def children(item, name):
    return [child for child in item.children if child.name == name]


def values(item, name):
    return [found.value for found in walk(item.children) if found.name == name]


def value(item, name):
    found = values(item, name)
    return found[0] if found else None


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
