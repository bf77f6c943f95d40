# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes a walk in C (engine/per/run.h) of the same rows that generate.py writes as tables: unaligned, readers only.

A function a SEQUENCE, CHOICE or list; what is smaller stands where it is read. A type is walked in two ways: where
something wanted may follow it, and where nothing does (`_last`): then what is behind its last wanted part is not read.
"""
KINDS = ("SKIP BOOLEAN NULL INTEGER ENUMERATED BIT_STRING OCTET_STRING STRING SEQUENCE SEQUENCE_OF CHOICE "
         "OPEN").split()
EXTENSIBLE, WANTED = 1, 2
UNCONSTRAINED, SEMI = 255, 254


class Row:
    def __init__(self, values):
        (kind, flags, self.unit, self.field, self.bits, self.range, self.lower, self.first, self.n, self.n_tail,
         self.ext_first, self.ext_n) = values
        self.kind, self.extensible, self.wanted = KINDS[kind], bool(flags & EXTENSIBLE), bool(flags & WANTED)


class Walker:
    def __init__(self, tables, fields, prefix):
        if tables.aligned or tables.writer:
            raise SystemExit("a walk is made of unaligned tables of a reader")
        self.rows = [Row(values) for values in tables.types]
        self.components, self.fields, self.prefix = tables.components, fields, prefix.upper()
        self.made, self.functions = {}, []

    def field(self, row):
        return f"{self.prefix}_{self.fields[row.field - 1]}" if row.field else None

    def tell(self, row, value):
        return [f"per_run_tell(run, {self.field(row)}, {value});"] if row.field else []

    # -- values ----------------------------------------------------------------------------------------------------
    def number(self, bits, most):
        """Expression for a number of that width, and whether reading it can be replaced by stepping over it."""
        if bits == 0:
            return "0", True
        if most == (1 << bits) - 1:
            return f"per_run_take(run, {bits})", True
        return f"per_run_number(run, {bits}, {most}U)", False

    @staticmethod
    def shifted(row, expression):
        return f"(int64_t){expression}" if row.lower == 0 else f"(int64_t){expression} + {row.lower}"

    def over_or_tell(self, row, expression, free, value):
        if row.field:
            return self.tell(row, value)
        return [f"run->position += {row.bits};"] if free and row.bits else [f"(void){expression};"] if not free else []

    def integer(self, row):
        wanted = "true" if row.field else "false"
        counted = f"per_run_counted_integer(run, {'false' if row.bits == SEMI else 'true'}, {wanted})"
        if row.bits in (UNCONSTRAINED, SEMI):
            value = f"{counted} + {row.lower}" if row.bits == SEMI and row.lower else counted
            return self.tell(row, value) or [f"(void){counted};"]
        expression, free = self.number(row.bits, row.range)
        lines = self.over_or_tell(row, expression, free, self.shifted(row, expression))
        if not row.extensible:
            return lines
        return self.branch("per_run_take(run, 1) != 0", self.tell(row, counted) or [f"(void){counted};"], lines)

    def enumerated(self, row):
        expression, free = self.number(row.bits, row.range)
        lines = self.over_or_tell(row, expression, free, f"(int64_t){expression}")
        if not row.extensible:
            return lines
        small = "per_run_small_number(run)"
        return self.branch("per_run_take(run, 1) != 0",
                           self.tell(row, f"(int64_t){row.range + 1} + {small}") or [f"(void){small};"], lines)

    def string(self, row):
        counted = [f"per_run_string(run, {row.unit}, {self.field(row)});" if row.field
                   else f"per_run_over_units(run, {row.unit});"]
        if row.bits == UNCONSTRAINED:
            return counted
        if row.bits == 0 and not row.field:
            lines = [f"run->position += {row.lower * row.unit};"]
        else:
            expression, _ = self.number(row.bits, row.range)
            lines = ["{", f"    const uint64_t size = {self.size(row, expression)};"]
            if row.field:
                lines.append("    const uint64_t start = run->position;")
            lines.append(f"    run->position += size{'' if row.unit == 1 else f' * {row.unit}'};")
            if row.field:
                lines.append(f"    per_run_tell_at(run, {self.field(row)}, (int64_t)size, start);")
            lines.append("}")
        return self.branch("per_run_take(run, 1) != 0", counted, lines) if row.extensible else lines

    @staticmethod
    def size(row, expression):
        if expression == "0":
            return f"{row.lower}"
        return expression if row.lower == 0 else f"{row.lower} + {expression}"

    @staticmethod
    def indent(lines):
        return ["    " + line if line else "" for line in lines]

    def branch(self, condition, then, otherwise=()):
        if not then:
            return [f"if (!({condition})) {{"] + self.indent(otherwise) + ["}"] if otherwise else []
        lines = [f"if ({condition}) {{"] + self.indent(then)
        return lines + (["} else {"] + self.indent(otherwise) if otherwise else []) + ["}"]

    # -- types -----------------------------------------------------------------------------------------------------
    def enter(self, index, last):
        """Lines that read a value of row index."""
        row = self.rows[index]
        if last and not row.wanted:
            return []
        if row.kind == "SKIP":
            return [f"run->position += {row.bits};"] if row.bits else []
        if row.kind == "NULL":
            return self.tell(row, "0")
        if row.kind == "BOOLEAN":
            return self.tell(row, "(int64_t)per_run_take(run, 1)") or ["run->position += 1;"]
        if row.kind == "INTEGER":
            return self.integer(row)
        if row.kind == "ENUMERATED":
            return self.enumerated(row)
        if row.kind in ("BIT_STRING", "OCTET_STRING", "STRING"):
            return self.string(row)
        if row.kind == "OPEN":
            raise SystemExit("open types with keys are not made into walks")
        return [self.function(index, last and row.kind != "SEQUENCE_OF") + "(run);"]

    def function(self, index, last):
        name = f"type_{index}_last" if last else f"type_{index}"
        if name not in self.made:
            self.made[name] = True
            row = self.rows[index]
            make = {"SEQUENCE": self.sequence, "SEQUENCE_OF": self.sequence_of, "CHOICE": self.choice}[row.kind]
            lines = make(row, last)
            self.functions.append(f"static void {name}(struct per_run *run)\n{{\n" + "\n".join(self.indent(lines)) +
                                  "\n}\n")
        return name

    def run_of(self, row, begin, end, last):
        """The components from begin to end of a SEQUENCE; last: the one before end has nothing wanted behind it."""
        lines = []
        shift = row.bits - sum(1 for _, _, optional in self.components[row.first:row.first + begin] if optional)
        for i in range(begin, end):
            index, _, optional = self.components[row.first + i]
            part = self.enter(index, last and i == end - 1)
            if optional:
                shift -= 1
                there = f"there >> {shift} & 1" if shift else "there & 1"
                if self.rows[index].kind == "SKIP" and self.rows[index].bits:
                    bits = self.rows[index].bits
                    part = [f"run->position += {there};" if bits == 1 else f"run->position += ({there}) * {bits};"]
                elif part:
                    part = self.branch(f"({there}) != 0", part)
            lines += part
        return lines

    def additions(self, row):
        wanted = [i for i in range(row.ext_n) if self.rows[self.components[row.ext_first + i][0]].wanted]
        if not wanted:
            return ["per_run_over_additions(run);"]
        lines = ["struct per_run_additions additions;", "struct per_run outer;", "",
                 "per_run_additions(run, &additions);",
                 "for (int i = per_run_next_addition(run, &additions); i >= 0;",
                 "     i = per_run_next_addition(run, &additions)) {"]
        for i in wanted:
            lines += [f"    {'} else ' if i != wanted[0] else ''}if (i == {i}) {{", "        if (per_run_enter(run, &outer)) {"]
            lines += self.indent(self.indent(self.indent(self.enter(self.components[row.ext_first + i][0], True))))
            lines += ["            per_run_leave(run, &outer);", "        }"]
        return lines + ["    } else {", "        per_run_over_units(run, 8);", "    }", "}"]

    def sequence(self, row, last):
        width = row.bits + row.extensible
        if width > 57:
            raise SystemExit("more optional components than a walk reads at once")
        lines = [f"const uint64_t there = per_run_take(run, {width});", ""] if width else []
        extended = f"there >> {row.bits} != 0" if row.bits else "there != 0"
        lines += self.tell(row, "0")
        body = self.sequence_body(row, last, extended)
        if width and "there" not in "\n".join(body):
            lines[0:2] = [f"run->position += {width};"]
        return lines + body

    def sequence_body(self, row, last, extended):
        if last and row.ext_n == 0:
            return self.run_of(row, 0, row.n_tail, True)
        if not row.extensible:
            return self.run_of(row, 0, row.n, False) if not last else self.run_of(row, 0, row.n_tail, True)
        if not last:
            return self.run_of(row, 0, row.n, False) + self.branch(extended, self.additions(row))
        before = max(row.n_tail - 1, 0)
        rest = self.run_of(row, before, row.n_tail, True)
        more = self.run_of(row, before, row.n, False) + self.additions(row)
        return self.run_of(row, 0, before, False) + self.branch(extended, more, rest)

    def sequence_of(self, row, last):
        expression, _ = self.number(row.bits if row.bits != UNCONSTRAINED else 0, row.range)
        if row.bits == UNCONSTRAINED:
            size = "per_run_whole_length(run)"
        elif row.extensible:
            size = f"per_run_take(run, 1) != 0 ? per_run_whole_length(run) : {self.size(row, expression)}"
        else:
            size = self.size(row, expression)
        lines = [f"const uint64_t n = {size};", ""] + self.tell(row, "(int64_t)n")
        element = self.rows[row.first]
        if element.kind == "SKIP":
            return lines + ([f"run->position += n * {element.bits};"] if element.bits else ["(void)n;"])
        part = self.enter(row.first, False)
        if not part:
            return lines + ["(void)n;"]
        return lines + ["for (uint64_t i = 0; i < n && per_run_is_good(run); i++) {"] + self.indent(part) + ["}"]

    def extension(self, row):
        wanted = [i for i in range(row.ext_n) if self.rows[self.components[row.ext_first + i][0]].wanted]
        known = "const uint32_t addition =" if wanted or row.field else "(void)"
        lines = ["if (per_run_take(run, 1) != 0) {", f"    {known} per_run_small_number(run);".replace(") per", ")per")]
        lines += self.indent(self.tell(row, f"(int64_t){row.n} + addition"))
        for i in wanted:
            lines += [f"    if (addition == {i}) {{", "        struct per_run outer;", "        if (per_run_enter(run, &outer)) {"]
            lines += self.indent(self.indent(self.indent(self.enter(self.components[row.ext_first + i][0], True))))
            lines += ["            per_run_leave(run, &outer);", "        }", "        return;", "    }"]
        return lines + ["    per_run_over_units(run, 8);", "    return;", "}"]

    def choice(self, row, last):
        lines = self.extension(row) if row.extensible else []
        expression, _ = self.number(row.bits, max(row.n - 1, 0))
        alternatives = [self.components[row.first + i][0] for i in range(row.n)]
        parts = [self.enter(index, last) for index in alternatives]
        scope = ["{"] if lines else []
        body = [f"const uint64_t index = {expression};"]
        if all(self.rows[index].kind == "SKIP" for index in alternatives) and not last:
            widths = [self.rows[index].bits for index in alternatives]
            widths += [0] * ((1 << row.bits) - len(widths))
            body[0:0] = [f"static const uint16_t widths[] = {{{', '.join(map(str, widths))}}};"]
            body += [""] + self.tell(row, "(int64_t)index") + ["run->position += widths[index];"]
        else:
            body += [""] + self.tell(row, "(int64_t)index") + ["switch (index) {"]
            same = {}
            for i, part in enumerate(parts):
                same.setdefault(tuple(part), []).append(i)
            for part, indices in same.items():
                if part:
                    body += [f"case {i}:" for i in indices] + self.indent(part) + ["    break;"]
            body += ["default:", "    break;", "}"]
            if all(not part for part in parts):
                body = body[:2] + self.tell(row, "(int64_t)index") + ([] if row.field else ["(void)index;"])
        return lines + scope + (self.indent(body) + ["}"] if scope else body)


def render(tables, fields, prefix, base, roots, note):
    """Text of the C file."""
    walker = Walker(tables, fields, prefix)
    calls = []
    for name, index in roots:
        constant = f"{prefix.upper()}_ROOT_{name.upper().replace('-', '_')}"
        calls += [f"    case {constant}:"] + ["        " + line for line in walker.enter(index, True)] + ["        break;"]
    return "\n".join(
        [note, f"#include \"per/run.h\"\n#include \"per/{base}.h\"\n\n/* clang-format off */"] + walker.functions +
        [f"bool {prefix}_walk(uint32_t root, struct daps_bits *bits, per_on_hit *on_hit, void *user)\n{{",
         "    struct per_run walk = per_run_of(bits, on_hit, user), *run = &walk;", "", "    switch (root) {"] + calls +
        ["    default:", f"        return per_walk(&{prefix}_table, root, bits, on_hit, user);", "    }",
         f"    return per_run_end(run, &{prefix}_table, root, bits);", "}", "/* clang-format on */", ""])
