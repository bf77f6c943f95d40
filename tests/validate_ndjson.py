#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Validates NDJSON lines of dapsaudit against docs/schema.json, one definition per line type.

Usage: validate_ndjson.py SCHEMA [FILE...]   (standard input without FILE)
"""
import json
import sys

import jsonschema


def validators(schema):
    """One validator for every line type; a capture line has two forms."""
    table = {}
    for name, definition in schema["$defs"].items():
        line_type = definition.get("properties", {}).get("type", {}).get("const")
        if line_type is not None:
            whole = {"$schema": schema["$schema"], "$defs": schema["$defs"], **definition}
            jsonschema.Draft202012Validator.check_schema(whole)
            table.setdefault(line_type, []).append(jsonschema.Draft202012Validator(whole))
    return table


def no_duplicates(pairs):
    """An object whose member names are all different."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member twice in " + repr([name for name, _ in pairs]))
    return members


def problem(table, line):
    """What is wrong with one line, None if nothing."""
    try:
        record = json.loads(line, object_pairs_hook=no_duplicates)
    except ValueError as error:
        return str(error)
    if not isinstance(record, dict) or record.get("type") not in table:
        return "not a record of a known type"
    errors = []
    for validator in table[record["type"]]:
        error = jsonschema.exceptions.best_match(validator.iter_errors(record))
        if error is None:
            return None
        errors.append(f"{'/'.join(map(str, error.absolute_path))}: {error.message}")
    return " | ".join(errors)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        table = validators(json.load(file))
    lines = wrong = 0
    for path in sys.argv[2:] or ["-"]:
        with sys.stdin.buffer if path == "-" else open(path, "rb") as file:
            for number, line in enumerate(file, 1):
                lines += 1
                what = problem(table, line.decode("utf-8"))
                if what is not None:
                    wrong += 1
                    print(f"{path}:{number}: {what}", file=sys.stderr)
    if lines == 0:
        print("no lines to validate", file=sys.stderr)
        wrong += 1
    print(f"{lines} lines, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
