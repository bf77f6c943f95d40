#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes PER tables (engine/per/per.h) from pycrate's compiled 3GPP modules and a manifest of wanted fields.

    generate.py MANIFEST...           writes tables_<prefix>.c and .h (paths are named in the manifest)
    generate.py --check MANIFEST...   compares instead of writing; exit 1 if a file would change

Manifest, one statement a line, # starts a comment:

    module RRCNR                      pycrate module (pycrate_asn1dir.<name>)
    prefix nr_rrc                     names of the table, its roots and its fields
    output engine/per/tables_nr_rrc   without .c and .h, below the repository
    encoding unaligned|aligned
    mode reader|writer                writer tables keep names and every mandatory component
    walk engine/per/walk_nr_rrc       a walk in C of the same rows as well, see walker.py
    root NAME                         a type that walks start from; annotations follow
    type NAME                         annotations for a type, used by reference
      PATH = FIELD                    the thing at PATH gives hit FIELD; path "." is the type itself
      PATH : NAME                     the annotations of root or type NAME hold for what stands at PATH
      PATH                            (writer) keep this optional component

A PATH is made of component names joined by dots; [] is the element of a list, <n> the contents of an open type for
key n. A path that does not exist in the module is an error: nothing is left out silently.
"""
import importlib
import os
import sys

import walker

PYCRATE_VERSION = "0.8.1"
DEPTH = 64
KINDS = ("SKIP BOOLEAN NULL INTEGER ENUMERATED BIT_STRING OCTET_STRING STRING SEQUENCE SEQUENCE_OF CHOICE "
         "OPEN").split()
EXTENSIBLE, WANTED = 1, 2
UNCONSTRAINED, SEMI = 255, 254
CHAR_BITS = {"PrintableString": (7, 8), "VisibleString": (7, 8), "IA5String": (7, 8), "NumericString": (4, 4),
             "UTF8String": (8, 8), "OBJECT IDENTIFIER": (8, 8), "GeneralizedTime": (8, 8)}


class Manifest:
    """The statements of one manifest file; sections hold annotation trees."""

    def __init__(self, path):
        self.path, self.roots, self.sections, self.fields = path, [], {}, []
        self.settings = {"mode": "reader"}
        section = None
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            if words[0] in ("module", "prefix", "output", "encoding", "mode", "walk"):
                self.settings[words[0]] = words[1]
            elif words[0] in ("root", "type"):
                section = self.sections.setdefault(words[1], [])
                if words[0] == "root":
                    self.roots.append(words[1])
            elif section is None or len(words) not in (1, 3) or (len(words) == 3 and words[1] not in "=:"):
                raise SystemExit(f"{path}:{number}: not understood: {line.rstrip()}")
            else:
                section.append((words[0], words[1] if len(words) > 1 else "", words[2] if len(words) > 1 else ""))
                if len(words) > 1 and words[1] == "=" and words[2] not in self.fields:
                    self.fields.append(words[2])

    def tree(self, name, seen=()):
        """Annotation tree {"field", "keep", "sub"} of a section, references resolved."""
        if name in seen:
            raise SystemExit(f"{self.path}: section {name} refers to itself")
        if name not in self.sections:
            raise SystemExit(f"{self.path}: no section {name}")
        top = {"field": None, "sub": {}}
        for path, operator, value in self.sections[name]:
            node = top
            for step in [] if path == "." else path.split("."):
                node = node["sub"].setdefault(step, {"field": None, "sub": {}})
            if operator == "=":
                node["field"] = value
            elif operator == ":":
                merge(node, self.tree(value, seen + (name,)))
        return top


def merge(into, tree):
    into["field"] = into["field"] or tree["field"]
    for step, sub in tree["sub"].items():
        merge(into["sub"].setdefault(step, {"field": None, "sub": {}}), sub)


def bits_for(most):
    return most.bit_length()


class Tables:
    """Rows of types and components; equal rows are one row."""

    def __init__(self, manifest):
        self.manifest = manifest
        self.aligned = manifest.settings["encoding"] == "aligned"
        self.writer = manifest.settings["mode"] == "writer"
        self.types, self.type_index = [], {}
        self.components, self.component_index, self.names = [], {}, []
        self.enums = []
        self.depth = 0
        self.widths = {}

    # -- rows ------------------------------------------------------------------------------------------------------
    def row(self, kind, flags=0, unit=0, field=None, bits=0, span=0, lower=0, first=0, n=0, n_tail=0, ext_first=0,
            ext_n=0, enum=None):
        field = self.manifest.fields.index(field) + 1 if field else 0
        row = (KINDS.index(kind), flags, unit, field, bits, span, lower, first, n, n_tail, ext_first, ext_n)
        key = (row, enum)
        if key not in self.type_index:
            self.type_index[key] = len(self.types)
            self.types.append(row)
            self.enums.append(enum)
        return self.type_index[key]

    def run(self, components):
        """components: list of (type, key, optional, name) -> index of the first of such a run."""
        if not components:
            return 0
        key = tuple(components if self.writer else [c[:3] for c in components])
        if key not in self.component_index:
            self.component_index[key] = len(self.components)
            self.components += [c[:3] for c in components]
            self.names += [c[3] for c in components]
        return self.component_index[key]

    def wanted(self, index):
        return bool(self.types[index][1] & WANTED)

    def stop(self):
        return self.row("SKIP")

    # -- widths of what never varies -----------------------------------------------------------------------------
    def width(self, obj):
        """Bits of an unaligned encoding that is always the same length, else None."""
        key = id(obj)
        if key not in self.widths:
            self.widths[key] = None  # a type inside itself is not of fixed width
            self.widths[key] = self.fixed_width(obj)
        return self.widths[key]

    def fixed_width(self, obj):
        kind = obj.TYPE
        if kind == "BOOLEAN":
            return 1
        if kind == "NULL":
            return 0
        if kind == "INTEGER":
            c = obj._const_val
            if c is None or c.ext is not None or c.lb is None or c.ub is None:
                return None
            return bits_for(c.ub - c.lb)
        if kind == "ENUMERATED":
            return None if obj._ext is not None else bits_for(len(obj._root) - 1)
        if kind in ("BIT STRING", "OCTET STRING"):
            c = obj._const_sz
            if c is None or c.ext is not None or c.ub is None or c.lb != c.ub:
                return None
            return c.lb * (1 if kind == "BIT STRING" else 8)
        if kind == "SEQUENCE":
            if obj._ext is not None or obj._root_opt:
                return None
            widths = [self.width(obj._cont[name]) for name in obj._root]
            return None if None in widths else sum(widths)
        if kind == "SEQUENCE OF":
            c = obj._const_sz
            inner = self.width(obj._cont)
            if inner is None or c is None or c.ext is not None or c.lb != c.ub:
                return None
            return inner * c.lb
        return None

    # -- types ---------------------------------------------------------------------------------------------------
    def type_of(self, obj, tree, tail, level=1, path=""):
        """Row of obj with the annotations of tree; tail: nothing wanted follows it in its region."""
        self.depth = max(self.depth, level)
        if level > DEPTH:
            raise SystemExit(f"{path}: nested deeper than {DEPTH}")
        tree = tree or {"field": None, "sub": {}}
        plain = tree["field"] is None and not tree["sub"]
        if plain and not self.writer:
            if tail:
                return self.stop()
            if not self.aligned and self.width(obj) is not None:
                return self.row("SKIP", bits=self.width(obj))
        return getattr(self, "make_" + obj.TYPE.replace(" ", "_").lower(), self.make_other)(
            obj, tree, tail, level, path)

    def check_steps(self, tree, known, path):
        unknown = set(tree["sub"]) - set(known)
        if unknown:
            raise SystemExit(f"{self.manifest.path}: {path or 'root'} has no {', '.join(sorted(unknown))}; "
                             f"it has {', '.join(known)}")

    def flags(self, tree, extensible=False, below=()):
        wanted = tree["field"] is not None or any(self.wanted(t) for t in below)
        return (EXTENSIBLE if extensible else 0) | (WANTED if wanted else 0)

    def make_boolean(self, obj, tree, tail, level, path):
        return self.row("BOOLEAN", self.flags(tree), field=tree["field"])

    def make_null(self, obj, tree, tail, level, path):
        return self.row("NULL", self.flags(tree), field=tree["field"])

    def make_integer(self, obj, tree, tail, level, path):
        c = obj._const_val
        flags = self.flags(tree, c is not None and c.ext is not None)
        if c is None or c.lb is None:
            return self.row("INTEGER", flags, field=tree["field"], bits=UNCONSTRAINED)
        if c.ub is None:
            return self.row("INTEGER", flags, field=tree["field"], bits=SEMI, lower=c.lb)
        return self.row("INTEGER", flags, field=tree["field"], bits=bits_for(c.ub - c.lb), span=c.ub - c.lb,
                        lower=c.lb)

    def make_enumerated(self, obj, tree, tail, level, path):
        n = len(obj._root)
        enum = tuple(obj._root) if self.writer else None
        return self.row("ENUMERATED", self.flags(tree, obj._ext is not None), field=tree["field"],
                        bits=bits_for(n - 1), span=n - 1, enum=enum)

    def sized(self, kind, obj, tree, unit, first=0, below=()):
        c = obj._const_sz
        extensible = c is not None and c.ext is not None
        flags = self.flags(tree, extensible, below)
        if c is None or c.ub is None or c.ub >= 65536:
            return self.row(kind, flags, unit, tree["field"], UNCONSTRAINED, 0, c.lb or 0 if c else 0, first)
        return self.row(kind, flags, unit, tree["field"], bits_for(c.ub - c.lb), c.ub - c.lb, c.lb, first)

    def make_bit_string(self, obj, tree, tail, level, path):
        return self.sized("BIT_STRING", obj, tree, 1)

    def make_octet_string(self, obj, tree, tail, level, path):
        return self.sized("OCTET_STRING", obj, tree, 8)

    def make_other(self, obj, tree, tail, level, path):
        if obj.TYPE not in CHAR_BITS:
            raise SystemExit(f"{path}: {obj.TYPE} is not supported")
        unit = CHAR_BITS[obj.TYPE][1 if self.aligned else 0]
        if obj.TYPE in ("UTF8String", "OBJECT IDENTIFIER"):  # not of known multiplier: length in octets
            return self.row("STRING", self.flags(tree), 8, tree["field"], UNCONSTRAINED)
        return self.sized("STRING", obj, tree, unit)

    def make_sequence_of(self, obj, tree, tail, level, path):
        self.check_steps(tree, ["[]"], path)
        element = self.type_of(obj._cont, tree["sub"].get("[]"), False, level + 1, path + ".[]")
        return self.sized("SEQUENCE_OF", obj, tree, 0, element, (element,))

    make_set_of = make_sequence_of

    def additions(self, obj):
        """[(names, object, grouped)] of the extension additions in order; a group [[ ]] is one SEQUENCE."""
        result = []
        for entry in obj._ext_nest if obj._ext else []:
            if isinstance(entry, list):
                result.append((entry, obj._ext_group_obj[obj._ext_ident[entry[0]]], True))
            else:
                result.append(([entry], obj._cont[entry], False))
        return result

    def addition_rows(self, obj, tree, level, path):
        rows, last = [], 0
        for i, (names, addition, grouped) in enumerate(self.additions(obj)):
            sub = {name: tree["sub"][name] for name in names if name in tree["sub"]}
            if grouped:
                below = {"field": None, "sub": sub}
            else:
                below = sub.get(names[0])
            if sub:
                row = self.type_of(addition, below, not self.writer, level + 2, path + "." + "/".join(names))
                last = i + 1
            else:
                row = self.stop()
            rows.append((row, 0, False, "/" + "/".join(names) if grouped else names[0]))
        return rows[:last]

    def make_sequence(self, obj, tree, tail, level, path):
        known = list(obj._root) + [n for names, _, _ in self.additions(obj) for n in names]
        self.check_steps(tree, known, path)
        additions = self.addition_rows(obj, tree, level, path)
        additions_wanted = any(self.wanted(r[0]) for r in additions) or (self.writer and bool(additions))
        names = list(obj._root)
        touched = [i for i, name in enumerate(names) if name in tree["sub"]]
        last = touched[-1] if touched else -1
        rows = []
        for i, name in enumerate(names):
            component = obj._cont[name]
            if tail and not additions_wanted and i > last and not self.writer:
                break
            optional = name in obj._root_opt
            if self.writer and optional and name not in tree["sub"]:
                rows.append((self.stop(), 0, True, name))
                continue
            if self.writer:
                row = self.type_of(component, tree["sub"].get(name), False, level + 1, path + "." + name)
            else:
                row = self.type_of(component, tree["sub"].get(name), tail and i == last and not additions_wanted,
                                   level + 1, path + "." + name)
            rows.append((row, 0, optional, name))
        if not self.writer:
            rows = self.fold(rows)
        n_tail = 1 + max((i for i, r in enumerate(rows) if self.wanted(r[0])), default=-1)
        extensible = obj._ext is not None
        return self.row("SEQUENCE", self.flags(tree, extensible, [r[0] for r in rows + additions]),
                        field=tree["field"], bits=len(obj._root_opt), first=self.run(rows), n=len(rows),
                        n_tail=n_tail, ext_first=self.run(additions), ext_n=len(additions))

    make_set = make_sequence

    def fold(self, rows):
        """Neighbouring mandatory components of fixed width become one."""
        folded = []
        for row in rows:
            kind, flags, *_ = self.types[row[0]]
            if KINDS[kind] == "SKIP" and not row[2] and folded:
                before = folded[-1]
                if KINDS[self.types[before[0]][0]] == "SKIP" and not before[2]:
                    bits = self.types[before[0]][4] + self.types[row[0]][4]
                    folded[-1] = (self.row("SKIP", bits=bits), 0, False, before[3])
                    continue
            folded.append(row)
        return folded

    def make_choice(self, obj, tree, tail, level, path):
        names = list(obj._root)
        additions = list(obj._ext or [])
        self.check_steps(tree, names + additions, path)
        rows = []
        for name in names:
            if self.writer and name not in tree["sub"] and (tree["sub"] or name != names[0]):
                rows.append((self.stop(), 0, False, name))
                continue
            rows.append((self.type_of(obj._cont[name], tree["sub"].get(name), tail and not self.writer, level + 1,
                                      path + "." + name), 0, False, name))
        ext = []
        for name in additions:
            if name in tree["sub"]:
                row = self.type_of(obj._cont[name], tree["sub"][name], True, level + 2, path + "." + name)
            else:
                row = self.stop()
            ext.append((row, 0, False, name))
        while ext and not self.wanted(ext[-1][0]):
            ext.pop()
        return self.row("CHOICE", self.flags(tree, obj._ext is not None, [r[0] for r in rows + ext]),
                        field=tree["field"], bits=bits_for(len(names) - 1), first=self.run(rows), n=len(rows),
                        n_tail=len(rows), ext_first=self.run(ext), ext_n=len(ext))

    def make_open_type(self, obj, tree, tail, level, path):
        """Contents by an information object set: the key is the sibling INTEGER that the table constraint names."""
        rows = []
        table = getattr(obj, "_const_tab", None)
        entries = {}
        if table is not None:
            for entry in list(table._val.root) + list(table._val.ext or []):
                key = entry.get(obj._const_tab_at[-1])
                if isinstance(key, int) and obj._const_tab_id in entry:
                    entries[key] = entry[obj._const_tab_id]
        for step, sub in tree["sub"].items():
            key = int(step.strip("<>"))
            if key not in entries:
                raise SystemExit(f"{path}: no contents for key {key}")
            rows.append((self.type_of(entries[key], sub, True, level + 1, path + "." + step), key, False, step))
        return self.row("OPEN", self.flags(tree, False, [r[0] for r in rows]), field=tree["field"],
                        first=self.run(rows), n=len(rows), n_tail=len(rows))


def c_name(text):
    return text.upper().replace("-", "_").replace(".", "_")


def render(manifest, tables, roots):
    prefix = manifest.settings["prefix"]
    base = os.path.basename(manifest.settings["output"])
    note = (f"/* SPDX-License-Identifier: GPL-2.0-or-later */\n/*\n * generated by engine/per/generate/generate.py from "
            f"{os.path.basename(manifest.path)} and the module {manifest.settings['module']} of\n * pycrate "
            f"{PYCRATE_VERSION}; do not edit. {len(tables.types)} types, {len(tables.components)} components, "
            f"{tables.depth} deep.\n */\n")
    up = c_name(prefix)
    header = [note, f"#ifndef DAPS_{c_name(base)}_H\n#define DAPS_{c_name(base)}_H\n\n#include \"per/per.h\"\n"]
    header.append(f"enum {prefix}_root {{")
    header += [f"    {up}_ROOT_{c_name(name)} = {index}," for name, index in roots]
    header.append("};\n")
    if manifest.fields:
        header.append(f"enum {prefix}_field {{")
        header += [f"    {up}_{c_name(field)} = {i + 1}," for i, field in enumerate(manifest.fields)]
        header.append("};\n")
    header.append(f"extern const struct per_table {prefix}_table;\n")
    if "walk" in manifest.settings:
        header.append(f"/* The same as per_walk() over this table, made of its rows as C. */\nbool {prefix}_walk(uint32_t root, "
                      "struct daps_bits *bits, per_on_hit *on_hit, void *user);\n")
    header.append("#endif\n")
    body = [note, f"#include \"per/{base}.h\"\n" if "engine/per" in manifest.settings["output"]
            else f"#include \"{base}.h\"\n", "/* clang-format off */\nstatic const struct per_type types[] = {"]
    for kind, flags, unit, field, bits, span, lower, first, n, n_tail, ext_first, ext_n in tables.types:
        body.append(f"    {{{kind}, {flags}, {unit}, {field}, {bits}, {span}U, {lower}, {first}, {n}, {n_tail}, "
                    f"{ext_first}, {ext_n}}},")
    body.append("};\n\nstatic const struct per_component components[] = {")
    body += [f"    {{{t}, {key}, {'true' if optional else 'false'}}}," for t, key, optional in tables.components]
    body.append("    {0, 0, false},\n};\n")
    tail = "NULL, NULL"
    if tables.writer:
        body.append("static const char *const names[] = {")
        body += [f"    \"{name}\"," for name in tables.names]
        body.append("    \"\",\n};\n\nstatic const char *const enum_names[] = {")
        body += [f"    \"{' '.join(enum) if enum else ''}\"," for enum in tables.enums]
        body.append("};\n")
        tail = "names, enum_names"
    aligned = "true" if tables.aligned else "false"
    body.append(f"/* clang-format on */\nconst struct per_table {prefix}_table = {{types, components, {aligned}, "
                f"{tail}}};\n")
    texts = {manifest.settings["output"] + ".h": "\n".join(header), manifest.settings["output"] + ".c": "\n".join(body)}
    if "walk" in manifest.settings:
        texts[manifest.settings["walk"] + ".c"] = walker.render(tables, manifest.fields, prefix, base, roots, note)
    return texts


def find_type(module, name):
    for part in vars(module).values():
        objects = getattr(part, "_all_", None)
        if objects is not None:
            found = getattr(part, name.replace("-", "_"), None)
            if found is not None and getattr(found, "_name", None) == name:
                return found
    raise SystemExit(f"no type {name} in the module")


def generate(path):
    manifest = Manifest(path)
    module = importlib.import_module("pycrate_asn1dir." + manifest.settings["module"])
    tables = Tables(manifest)
    tables.stop()
    roots = []
    for name in manifest.roots:
        obj = find_type(module, name)
        roots.append((name, tables.type_of(obj, manifest.tree(name), True, path=name)))
    return render(manifest, tables, roots)


def main(arguments):
    import importlib.metadata
    version = importlib.metadata.version("pycrate")
    if version != PYCRATE_VERSION:
        raise SystemExit(f"pycrate {PYCRATE_VERSION} is needed, {version} is installed")
    check = arguments[:1] == ["--check"]
    top = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
    changed = 0
    for path in arguments[1:] if check else arguments:
        for output, text in generate(path).items():
            name = output if os.path.isabs(output) else os.path.join(os.environ.get("DAPS_TABLES_DIR", top), output)
            if check:
                same = os.path.exists(name) and open(name, encoding="utf-8").read() == text
                print(f"{os.path.basename(name)}: {'the same' if same else 'DIFFERS'}")
                changed += not same
            else:
                os.makedirs(os.path.dirname(name), exist_ok=True)
                open(name, "w", encoding="utf-8").write(text)
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
