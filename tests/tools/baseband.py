#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Baseband logs: every scenario as one, the same findings; damage; and a real log against a decoder of its own.

    baseband.py DAPSAUDIT [SHARED]

SHARED is a folder with captures/lte-diag-pdcp-keys.qmdl; without it that part is left out. The decoder here is written
from the layout of the items and shares nothing with the program.
"""
import collections
import gzip
import hashlib
import hmac
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SHARED = os.environ.get("DAPS_SHARED", os.path.join(TOP, "..", "shared"))
BELOW = ("framing mac", "framing rlc", "framing pdcp", "framing gsmtap-v3-")
wrong = []


def check(good, what):
    if not good:
        wrong.append(what)
        print("WRONG", what)


def run(*command, stdin=None):
    return subprocess.run(command, capture_output=True, timeout=120, stdin=stdin)


# ---- the layout ----

def checksum(octets):
    crc = 0xFFFF
    for octet in octets:
        crc ^= octet
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
    return crc ^ 0xFFFF


def frames(octets):
    """What is between flags, unescaped and without its checksum."""
    for chunk in octets.split(b"\x7e"):
        parts = chunk.split(b"\x7d")
        plain = parts[0] + b"".join(bytes([part[0] ^ 0x20]) + part[1:] for part in parts[1:] if part)
        if plain:
            yield plain[:-2]


def pack(commands):
    out = bytearray()
    for command in commands:
        for octet in command + struct.pack("<H", checksum(command)):
            out += bytes([0x7D, octet ^ 0x20]) if octet in (0x7D, 0x7E) else bytes([octet])
        out += b"\x7e"
    return bytes(out)


CIPHERED = {0xB0A3: True, 0xB0B3: False}  # log code: downlink


def pdcp(commands):
    """Of each item of ciphered PDUs: its number, direction, keys, algorithms and PDUs (bearer, srb, size, COUNT, octets)."""
    for number, command in enumerate(commands, 1):
        code = struct.unpack_from("<H", command, 6)[0] if len(command) > 16 and command[0] == 0x10 else 0
        if code not in CIPHERED:
            continue
        body = command[16:]
        keys, algorithms = (body[8:24], body[24:40]), (body[40], body[41])
        at, pdus = 44, []
        for _ in range(struct.unpack_from("<H", body, 42)[0]):
            configuration, size, logged, _sfn, count = struct.unpack_from("<HHHHI", body, at)
            at += 12 + (1 if body[5] >= 3 else 0)
            if configuration >> 14 & 1:
                pdus.append((configuration >> 9 & 31, configuration >> 7 & 3 == 0, size, count, body[at:at + logged]))
            at += logged
        yield number, CIPHERED[code], keys, algorithms, pdus


# ---- every scenario ----

def lines_of(program, path, *more):
    result = run(program, "audit", "--format", "ndjson", *more, path)
    lines = [json.loads(line) for line in result.stdout.decode().splitlines()]
    for line in lines:
        for member in ("capture", "time", "frames_read", "key_values"):
            line.pop(member, None)
    return result, [line for line in lines if line["type"] in ("handover", "finding", "scg-change")]


def scenarios(program, folder):
    counts = collections.Counter()
    for name in sorted(os.listdir(os.path.join(TOP, "samples"))):
        path = os.path.join(TOP, "samples", name)
        if not name.endswith(".scenario"):
            continue
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if any(word in text for word in BELOW):
            continue
        pcap = os.path.join(folder, "a.pcap")
        if run(program, "synth", path, "-f", "gsmtap-v3", "-o", pcap).returncode != 0:
            continue  # holds what only another framing carries
        reference, expected = lines_of(program, pcap)
        for output, framing in (("a.qmdl", "diag"), ("a.dlf", "diag"), ("b.qmdl", "diag-segments")):
            log = os.path.join(folder, output)
            made = run(program, "synth", path, "-f", framing, "-o", log)
            if made.returncode != 0:
                check(output.endswith(".dlf") and b"not supported" in made.stderr, f"{name}: {made.stderr}")
                continue
            found, lines = lines_of(program, log)
            if framing == "diag-segments":
                renumber(lines, expected)
            check(lines == expected, f"{name} as {output}")
            check(found.returncode == reference.returncode, f"{name} as {output}: {found.returncode}, {found.stderr}")
            counts[output] += 1
    check(counts["a.qmdl"] > 50 and counts["a.dlf"] > 40, f"scenarios: {counts}")
    print("scenarios as logs:", dict(counts))


def renumber(lines, expected):
    """Two items a message: frame n is item 2n where it is whole; where a message has one octet, fewer."""
    for line, other in zip(lines, expected):
        for member in ("frame", "frames", "complete_frame", "settled_frame", "executed_frame", "title", "detail",
                       "subjects", "assumes", "gap"):
            if member in other:
                line[member] = other[member]


# ---- convert ----

def rrc_of_log(commands):
    """Technology and octets of every RRC PDU, of the versions that the logs here have."""
    for command in commands:
        if command[0] == 0x98:
            command = command[8:]
        code, body = struct.unpack_from("<H", command, 6)[0], command[16:]
        if code == 0xB0C0:
            at = {20: 19}[body[0]]
        elif code == 0xB821:
            at = {9: 24}[body[0]]
        else:
            continue
        yield body[at:at + struct.unpack_from("<H", body, at - 2)[0]]


def packets_of(octets):
    """Comment and what is behind the tags of every upper PDU of a pcapng."""
    at = 0
    while at < len(octets):
        kind, length = struct.unpack_from("<II", octets, at)
        if kind == 6:
            captured, = struct.unpack_from("<I", octets, at + 20)
            packet, tag = octets[at + 28:at + 28 + captured], 0
            while struct.unpack_from(">H", packet, tag)[0] != 0:
                tag += 4 + struct.unpack_from(">H", packet, tag + 2)[0]
            option = at + 28 + (captured + 3) // 4 * 4
            said = octets[option + 4:option + 4 + struct.unpack_from("<H", octets, option + 2)[0]]
            yield said.decode(), packet[tag + 4:]
        at += length


def convert(program, folder, paths):
    source, target = os.path.join(folder, "logs"), os.path.join(folder, "captures")
    os.makedirs(os.path.join(source, "below"))
    for number, path in enumerate(paths):
        with open(path, "rb") as file:
            octets = file.read()
        with open(os.path.join(source, "below" if number % 2 else "", f"{number}.log"), "wb") as file:
            file.write(octets)
    with open(os.path.join(source, "notes.txt"), "wb") as file:
        file.write(b"no log\n")
    result = run(program, "convert", source, "-o", target)
    check(result.returncode == 0 and sorted(os.listdir(target)) == [f"{n}.log.pcapng" for n in range(len(paths))],
          f"convert of a folder: {result.stderr}")
    for number, path in enumerate(paths):
        with open(path, "rb") as file:
            expected = list(rrc_of_log(frames(file.read())))
        with open(os.path.join(target, f"{number}.log.pcapng"), "rb") as file:
            packets = list(packets_of(file.read()))
        check([octets for _, octets in packets] == expected, f"convert of {path}: RRC, PDU by PDU")
        check(all(comment.startswith("item ") for comment, _ in packets), f"convert of {path}: comments")
        _, log_lines = lines_of(program, path)
        _, lines = lines_of(program, os.path.join(target, f"{number}.log.pcapng"))
        check(len(log_lines) == len(lines), f"convert of {path}: {len(lines)} lines, {len(log_lines)} of the log")
    check(run(program, "convert", os.path.join(TOP, "samples", "other-cell.pcap"), "-o",
              os.path.join(folder, "x")).returncode == 3, "convert of a pcap")
    print("converted:", len(paths))


# ---- damage ----

def damage(program, folder):
    log, broken = os.path.join(folder, "a.qmdl"), os.path.join(folder, "broken")
    run(program, "synth", os.path.join(TOP, "samples", "daps-fallback-daps.scenario"), "-o", log)
    with open(log, "rb") as file:
        whole = file.read()
    packets = os.path.join(folder, "a.dlf")
    run(program, "synth", os.path.join(TOP, "samples", "daps-fallback-daps.scenario"), "-o", packets)
    with open(packets, "rb") as file:
        dlf = file.read()
    dice, seen = random.Random(20261128), collections.Counter()
    ends = {at + more for at, octet in enumerate(whole) if octet == 0x7E for more in (0, 1)}
    for source in (whole, dlf, gzip.compress(whole, mtime=0)):
        for kind in ("cut", "flip", "foreign", "drop"):
            for _ in range(12):
                octets, at = bytearray(source), dice.randrange(40, len(source) - 2)
                if kind == "cut":
                    del octets[at:]
                elif kind == "flip":
                    octets[at] ^= 1 << dice.randrange(8)
                elif kind == "foreign":
                    octets[at:at] = dice.randbytes(30)
                else:
                    del octets[at:at + dice.randrange(1, 60)]
                with open(broken, "wb") as file:
                    file.write(octets)
                result = run(program, "audit", broken)
                seen[result.returncode] += 1
                # What nobody can see: an end between two items, and a bit where there is no checksum
                unseen = (source is whole and kind == "cut" and at in ends) or (source is dlf and kind == "flip")
                check(result.returncode == 3 or (unseen and result.returncode in (0, 1)),
                      f"{kind} at {at} of {len(source)}: status {result.returncode}")
    check(seen[3] > 130, f"damage: {seen}")
    wrong_sum = bytearray(whole)
    wrong_sum[whole.index(b"\x7e") - 1] ^= 1  # of the first frame
    with open(broken, "wb") as file:
        file.write(wrong_sum)
    result, lines = lines_of(program, broken)
    _, expected = lines_of(program, log)
    check(result.returncode == 3 and b"checksum" in result.stderr, f"a wrong checksum: {result.stderr}")
    check(len(lines) == len(expected), "a wrong checksum drops nothing")
    print("damage, by exit status:", dict(seen))


# ---- keys by value against derivations ----

STORY = """rat lte
cell A pci 11 earfcn 1825
cell B pci 22 earfcn 1850
ue 1 c-rnti 17921 in A kenb %s
connect
security nea 2 nia 2
daps-handover to B ncc 0
complete
fallback
daps-handover to B ncc 0
complete
source-release
"""
SECURED, FIRST, SECOND = 5, 7, 10  # items that are the answers to the three commands


def hmac_of(key, octets):
    return hmac.new(key, octets, hashlib.sha256).digest()


def leaves(kenb):
    """KRRCenc and KUPenc for EEA2 (TS 33.401 A.7)."""
    return b"".join(hmac_of(kenb, bytes([0x15, kind, 0, 1, 2, 0, 1]))[16:] for kind in (3, 5))


def kenb_star(kenb, pci, earfcn):
    """TS 33.401 A.5."""
    return hmac_of(kenb, struct.pack(">BHHHH", 0x13, pci, 2, earfcn, 2))


def pdcp_item(near, code, keys, pdus):
    """An item of SRB1 PDUs (COUNT, octets) at the time of the command near."""
    inside = keys + b"\3\3" + struct.pack("<H", len(pdus))
    for count, octets in pdus:
        inside += struct.pack("<HHHHI", 0x4021, len(octets), len(octets), count, count) + octets
    body = struct.pack("<BBHBBH", 1, 1, 0, 0xC3, 1, len(inside) + 4) + inside
    packet = struct.pack("<HH", len(body) + 12, code) + near[8:16] + body
    return b"\x10\0" + packet[:2] + packet


def told(commands, story):
    """The commands with items of keys behind some of them: number: keys."""
    for number, command in enumerate(commands, 1):
        yield command
        if number in story:
            said = bytes([number])
            yield pdcp_item(command, 0xB0B3, story[number], [(0, b"\0up" + said)])
            yield pdcp_item(command, 0xB0A3, story[number], [(0, b"\0down" + said)])
            yield pdcp_item(command, 0xB0A3, story[number], [(1, b"\1more" + said)])


def derived(program, folder):
    root = bytes(range(32))
    scenario, log, keys = (os.path.join(folder, name) for name in ("story.scenario", "story.qmdl", "story.keys"))
    with open(scenario, "w", encoding="utf-8") as file:
        file.write(STORY % root.hex())
    with open(os.open(keys, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(f"KENB * {root.hex()}\n")
    check(run(program, "synth", scenario, "-o", log).returncode == 0, "the story")
    with open(log, "rb") as file:
        commands = list(frames(file.read()))
    k1, k2, other = leaves(root), leaves(kenb_star(root, 22, 1850)), leaves(hmac_of(root, b"another"))
    for name, story, with_keys, wanted, unwanted in (
            ("one value twice", {SECURED: k1, FIRST: k2, SECOND: k2}, False,
             {("repeated-key", "proven"), ("keystream-reuse", "proven")}, {"key-mismatch", "count-reuse"}),
            ("the same, and the derived key gives it", {SECURED: k1, FIRST: k2, SECOND: k2}, True,
             {("repeated-key", "proven"), ("keystream-reuse", "proven")}, {"key-mismatch"}),
            ("two values", {SECURED: k1, FIRST: k2, SECOND: other}, False,
             {("key-mismatch", "proven")}, {"repeated-key", "keystream-reuse"}),
            ("one value, and the derived key does not give it", {SECURED: k1, FIRST: other}, True,
             {("key-mismatch", "proven")}, set()),
            ("no values", {}, False, {("repeated-key", "derived")}, {"key-mismatch"})):
        with open(log, "wb") as file:
            file.write(pack(told(commands, story)))
        more = ("--keys", keys) if with_keys else ()
        _, lines = lines_of(program, log, *more)
        found = {(line["rule"], line["evidence"]) for line in lines if line["type"] == "finding"}
        check(wanted <= found and not unwanted & {rule for rule, _ in found}, f"{name}: {found}")
        judged_alike(program, log, *more)
    print("derivations against values: five stories")


# ---- a real log ----

def keystream(key, count, bearer, downlink, n):
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    start = struct.pack(">I", count) + bytes([bearer << 3 | downlink << 2]) + bytes(11)
    return Cipher(algorithms.AES(key), modes.CTR(start)).encryptor().update(bytes(n))


def deciphers(commands):
    good = total = 0
    for _, downlink, keys, algorithms, pdus in pdcp(commands):
        for bearer, srb, _, count, octets in pdus:
            if downlink and not srb and algorithms[1] == 3 and len(octets) >= 4:
                plain = bytes(a ^ b for a, b in zip(octets[2:], keystream(keys[1], count, bearer, downlink, 2)))
                total += 1
                good += plain == b"\x45\x00"
    return good, total


def rules(program, path):
    result = run(program, "audit", "--format", "ndjson", path)
    found = [json.loads(line) for line in result.stdout.decode().splitlines()]
    return result.returncode, [(line["rule"], line["evidence"], line["frames"]) for line in found
                               if line["type"] == "finding"], found[-1]


def judged_alike(program, path, *more):
    events = run(program, "events", *more, path).stdout
    judged = subprocess.run([program, "judge", "--format", "ndjson", *more, "-"], input=events, capture_output=True,
                            timeout=60)
    check(judged.stdout == run(program, "audit", "--format", "ndjson", *more, path).stdout, f"judge of {path}")


def with_keys_of(commands, numbers, donor):
    """The items with these numbers under the keys of the item donor."""
    keys = commands[donor - 1][24:56]
    return [command[:24] + keys + command[56:] if number in numbers else command
            for number, command in enumerate(commands, 1)]


def collides(commands):
    """Whether two downlink PDUs of one key, COUNT and BEARER differ; uplink a phone may name the key of before."""
    seen = {}
    for _, downlink, keys, algorithms, pdus in pdcp(commands):
        for bearer, srb, size, count, octets in pdus:
            if algorithms[not srb] == 7 or not downlink:
                continue
            size_before, before = seen.setdefault((keys[not srb], srb, bearer, downlink, count), (size, octets))
            shared = min(len(before), len(octets))
            if size != size_before or before[:shared] != octets[:shared]:
                return True
    return False


def listed(program, path, commands, values, folder):
    """keys: digests only unless values are asked for; LEAF lines that are a key log; Wireshark's table."""
    hexes = {value.hex() for value in values}
    for arguments, shown in ((("keys",), False), (("keys", "-f", "ndjson"), False), (("keys", "--show-keys"), True),
                             (("keys", "--save-keys"), True), (("keys", "--wireshark"), True),
                             (("events",), False), (("audit", "-f", "ndjson"), False)):
        text = run(program, *arguments, path).stdout.decode()
        check(all((value in text) == shown for value in hexes), f"{' '.join(arguments)} shows values: {not shown}")
    saved = os.path.join(folder, "saved.keys")
    run(program, "keys", "--save-keys", "-o", saved, path)
    check(os.stat(saved).st_mode & 0o077 == 0, "saved keys are for their owner")
    with open(saved, encoding="utf-8") as file:
        lines = [line.split() for line in file if not line.startswith("#")]
    check({line[3] for line in lines if line[2] == "rrcenc"} == hexes, "LEAF lines")
    first = {value.hex(): number for number, _, keys, algorithms, _ in reversed(list(pdcp(commands)))
             for value in keys[:1] if algorithms[0] != 7}
    late = [line for line in lines if line[2] == "rrcenc" and
            not 0 <= int(line[4].split("=")[1]) - first[line[3]] <= 10]
    check(not late, f"LEAF lines begin where their key does: {late}")
    result = run(program, "audit", "--keys", saved, path)
    check(result.returncode == 0, f"the saved keys are a key log: {result.stderr}")


def real(program, path, folder):
    with open(path, "rb") as file:
        commands = list(frames(file.read()))
    stays, values = [], {}
    for number, _, keys, algorithms, _ in pdcp(commands):
        if algorithms[0] != 7:
            values.setdefault(keys[0], []).append(number)
    stays = list(values.values())
    check(len(stays) == 7, f"{len(stays)} keys by value")
    status, found, summary = rules(program, path)
    check(status == 0 and not found, f"the log itself: {found}")
    check(summary["handovers"] == 4, f"handovers: {summary}")
    try:
        good, total = deciphers(commands)
        check(total > 1000 and total - good <= 1, f"{good} of {total} downlink PDUs decipher to an IP header")
        print(f"{good} of {total} downlink DRB PDUs decipher to an IP header")
    except ImportError:
        print("without the cryptography module nothing is deciphered")
    listed(program, path, commands, values, folder)
    changed = os.path.join(folder, "changed.qmdl")
    for later in range(1, len(stays)):
        for earlier in range(later):
            changed_commands = with_keys_of(commands, set(stays[later]), stays[earlier][0])
            with open(changed, "wb") as file:
                file.write(pack(changed_commands))
            status, found, _ = rules(program, changed)
            names = {(rule, evidence) for rule, evidence, _ in found}
            about_keys = {("repeated-key", "proven"), ("key-unchanged", "proven")} & names
            check(status == 1 and about_keys and
                  (("keystream-reuse", "proven") in names or not collides(changed_commands)),
                  f"stay {later} under the key of stay {earlier}: {found}")
            judged_alike(program, changed)
    print("one key for two contexts, in each pair of", len(stays))


def main():
    program = os.path.abspath(sys.argv[1])
    log = os.path.join(sys.argv[2] if len(sys.argv) > 2 else SHARED, "captures",
                       "lte-diag-pdcp-keys.qmdl")
    with tempfile.TemporaryDirectory() as folder:
        scenarios(program, folder)
        damage(program, folder)
        derived(program, folder)
        convert(program, folder, [os.path.join(TOP, "tests", "cases", case, "log.qmdl")
                                  for case in ("baseband-lte", "baseband-two-sims")] + [log] * os.path.exists(log))
        if os.path.exists(log):
            real(program, log, folder)
        else:
            print("no shared captures: a real log is left out")
    print(len(wrong), "wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
