#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Damaged captures through tshark with the plugin, best one built with sanitizers (DAPS_SANITIZE=ON).

    damage.py BUILD [N] [SEED] [-k FOLDER]      N files (default 40), each in two of the ways tshark works

Files are made of the samples, of their scenarios in every framing, and of ../shared/captures: bits and octets changed
(some by editcap -E), cut anywhere, frames cut, swapped, repeated, dropped and merged, clocks set back; and of made-up
GSMTAP, QCSuper, UERANSIM, mac-nr, rlc-nr, pdcp-nr and exported PDUs. Nothing may be reported: by the sanitizers, leaks
included, by GLib, by Wireshark's own checks (strict memory, abort on a dissector bug); no hang, no exit status but 0, or
tshark's own for a file that it cannot read to its end. What stock tshark does without the plugin as well is counted apart.

Every file that shows something stays, with the command, in FOLDER (default BUILD/damaged). An instrumented plugin in a
tshark that is not needs the sanitizer's library preloaded; and without WIRESHARK_EXTCAP_DIR set aside, a preloaded
androiddump hangs when it ends.
"""
import argparse
import collections
import concurrent.futures
import glob
import os
import random
import re
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
from shark import Shark, plugins_of  # noqa: E402

SHARED = os.path.join(os.environ.get("DAPS_SHARED", os.path.join(TOP, "..", "shared")), "captures")
FRAMINGS = ("gsmtap-v3", "qcsuper", "rls", "mac-nr", "mac-nr-dlt149", "mac-nr-upper", "rlc-nr", "pdcp-nr", "gsmtap-v3-mac",
            "gsmtap-v3-both", "upper-pdu")
SCENARIOS = ("air-two-legs", "air-daps-fallback", "two-ues", "daps-fallback-conditional", "failed-handover-reestablishment")
TABLES = [word for table in ("daps,findings", "daps,handovers", "daps,coverage", "daps_rules,tree", "expert") for word in ("-z", table)]
WAYS = {
    "one line a frame": [],
    "tree": ["-V"],
    "two passes": ["-2", "-T", "json", "-J", "daps frame"],
    "tables": ["-q", *TABLES],
    "two passes, tree, tables": ["-2", "-V", "-R", "frame", *TABLES],
    "filtered": ["-Y", "daps.finding || daps.handover", *TABLES],
    "fields": ["-2", "-T", "fields", "-e", "frame.number", "-e", "daps.rule", "-e", "daps.ncc", "-e", "daps.outcome",
               "-e", "daps.key.value", "-e", "_ws.col.Info"],
    "xml": ["-T", "pdml"],
}
OPENED = [word for preference in ("mac-nr.attempt_rrc_decode:TRUE", "mac-nr.attempt_to_dissect_srb_sdus:TRUE",
                                  "rlc-nr.call_pdcp_for_srb:TRUE", "rlc-nr.reassemble_um_frames:TRUE",
                                  "pdcp-nr.decipher_userplane:TRUE", 'uat:user_dlts:"User 2 (DLT=149)","udp","0","","0",""')
          for word in ("-o", preference)]
TIMEOUT = 180

BAD = re.compile(r"Sanitizer|runtime error:|-CRITICAL \*\*|-WARNING \*\*|\bERROR:|[Dd]issector bug|Wmem|assertion|"
                 r"invalid pointer|corrupted|Segmentation|terminate called")
BUG = re.compile(r"Dissector bug, protocol|Dissector bug:")  # not "Extraneous Data, dissector bug or later version"
OURS = re.compile(r"daps\.so|/(dissector|engine|analyzer)/\S+\.c")  # with and without symbols
CUT_SHORT = re.compile(r"tshark: The file .*(cut short|isn't a capture file|appears to be damaged|corrupt|"
                       r"more|that TShark doesn't support|larger)", re.DOTALL)

# ---- captures as records ----

Record = collections.namedtuple("Record", "linktype time octets length")  # time in microseconds


def read_pcap(path):
    """Records of a classic pcap file, little-endian, as editcap writes it."""
    with open(path, "rb") as file:
        data = file.read()
    nanoseconds = data[:4] == b"\x4d\x3c\xb2\xa1"
    if data[:4] not in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"):
        raise ValueError(path)
    linktype, at, records = struct.unpack_from("<I", data, 20)[0] & 0xffff, 24, []
    while at + 16 <= len(data):
        seconds, fraction, captured, length = struct.unpack_from("<IIII", data, at)
        records.append(Record(linktype, seconds * 1000000 + fraction // (1000 if nanoseconds else 1),
                              data[at + 16:at + 16 + captured], length))
        at += 16 + captured
    return records


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def write_pcapng(path, records):
    """One interface for each link type."""
    linktypes = sorted({record.linktype for record in records}) or [1]
    with open(path, "wb") as file:
        file.write(block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)))
        for linktype in linktypes:
            file.write(block(1, struct.pack("<HHI", linktype, 0, 262144)))
        for r in records:
            time = r.time & 0xffffffffffffffff
            file.write(block(6, struct.pack("<IIIII", linktypes.index(r.linktype), time >> 32, time & 0xffffffff,
                                            len(r.octets), max(r.length, len(r.octets))) + r.octets))


def load(path):
    with tempfile.TemporaryDirectory() as folder:
        plain = os.path.join(folder, "plain.pcap")
        subprocess.run(["editcap", "-F", "pcap", path, plain], capture_output=True, check=False)
        try:
            return read_pcap(plain)
        except (OSError, ValueError):
            return []


# ---- made up ----

def udp(source, destination, payload):
    """Raw IPv4 (link type 228)."""
    datagram = struct.pack(">HHHH", source, destination, len(payload) + 8, 0) + payload
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, len(datagram) + 20, 0, 0, 64, 17, 0, b"\x0a\0\0\1", b"\x0a\0\0\2") + datagram


NAMES = [f"nr-rrc.{name}" for name in (
    "bcch.bch", "bcch.dl.sch", "dl.ccch", "dl.dcch", "pcch", "ul.ccch", "ul.ccch1", "ul.dcch", "rrc_reconf", "rrc.reconf",
    "rrcreconfiguration", "ue_mrdc_cap", "ue_nr_cap", "ho_prep_info", "handover_command", "radiobearerconfig",
    "cellgroupconfig", "nothing")] + ["mac-nr-framed", "mac_nr_udp", "rlc-nr", "pdcp-nr", "gsmtap", "udp", "lte_rrc.dl_dcch",
                                      "ngap", "nas-5gs", "", "nr-rrc", "nr-rrc." + "x" * 60]


def tag(kind, octets):
    octets += bytes(-len(octets) % 4)
    return struct.pack(">HH", kind, len(octets)) + octets


def exported(rng, payload):
    """DLT 252: tags, then the PDU."""
    tags = [tag(12, rng.choice(NAMES).encode())]
    if rng.random() < 0.4:
        tags += [tag(20, bytes([10, 0, 0, rng.randrange(3)])), tag(21, bytes([10, 0, 0, rng.randrange(3)]))]
    if rng.random() < 0.3:
        tags += [tag(24, struct.pack(">I", rng.choice([2, 3]))), tag(25, rng.randbytes(4)), tag(26, rng.randbytes(4))]
    if rng.random() < 0.1:
        tags.append(tag(rng.choice([11, 13, 14, 15, 22, 23, 27, 28, 29, 30, 32, 33, 99]), rng.randbytes(rng.randrange(20))))
    rng.shuffle(tags)
    return b"".join(tags) + (tag(0, b"") if rng.random() < 0.95 else b"") + payload


def context(rng, kinds):
    """Wireshark's tags in front of a MAC, RLC or PDCP PDU: mostly right lengths, values that are in or just out of range."""
    out = b""
    for kind, length in kinds:
        if rng.random() < 0.75:
            value = rng.choice([rng.randrange(5), rng.randrange(256), rng.randrange(1 << 8 * length)]) % (1 << 8 * length)
            out += bytes([kind]) + value.to_bytes(length, "big")
    return out


def named(rng, payload):
    kind = rng.randrange(3)
    if kind == 0:
        fixed = bytes([rng.randrange(1, 3), rng.randrange(2), rng.choice([3, 3, rng.randrange(8)])])
        return b"mac-nr" + fixed + context(rng, [(2, 2), (3, 2), (4, 2), (7, 2), (9, 1)]) + b"\x01" + payload
    if kind == 1:
        fixed = bytes([rng.choice([1, 2, 4, rng.randrange(9)]), rng.choice([6, 12, 18, rng.randrange(32)])])
        return b"rlc-nr" + fixed + context(rng, [(2, 1), (3, 2), (4, 1), (5, 1)]) + b"\x01" + payload
    fixed = bytes([rng.randrange(1, 3)])
    return b"pdcp-nr" + fixed + context(rng, [(2, 1), (3, 1), (4, 1), (5, 1), (9, 2), (10, 1), (12, 2)]) + b"\x01" + payload


def gsmtap2(rng, payload):
    return struct.pack(">BBBBHbbIBBBB", 2, 4, rng.choice([13, 18, rng.randrange(256)]), 0, rng.randrange(65536), 0, 0,
                       rng.randrange(1 << 32), rng.randrange(256), 0, rng.randrange(256), 0) + payload


def gsmtap3(rng, payload):
    meta = b"".join(struct.pack(">HH", rng.choice([0, 1, 2, 3, 8, 9, rng.randrange(65536)]), n) + rng.randbytes(n)
                    for n in rng.choices([2, 4, 8, rng.randrange(40)], k=rng.randrange(4)))
    meta += struct.pack(">H", 0xfefe) + bytes(2)
    words = rng.choice([(len(meta) + 8) // 4, rng.randrange(65536)])
    return struct.pack(">BBHHH", 3, 0, words, rng.choice([0x0400, 0x0403, 0x0500, rng.randrange(65536)]),
                       rng.randrange(64)) + meta + payload


def qcsuper(rng, payload):
    header = bytes([rng.choice([7, 8, 9, 12, 17, 19, 20, 24, 26, rng.randrange(256)])]) + rng.randbytes(rng.randrange(18, 36))
    return header + payload


def rls(rng, payload):
    return bytes([3, 3, rng.randrange(3), rng.randrange(8), rng.choice([6, 7, rng.randrange(9)])]) + rng.randbytes(8) + \
        struct.pack(">III", rng.randrange(12), rng.randrange(99), rng.choice([len(payload), rng.randrange(1 << 32)])) + payload


def made_up(rng, pool):
    """One record. Half of the payloads are pieces of real frames, so that some of them decode."""
    payload = rng.randbytes(rng.choice([0, 1, 3, 20, 200, 1400]))
    if rng.random() < 0.5:
        real = rng.choice(rng.choice(pool).records).octets
        payload = real[rng.randrange(len(real) + 1):] if real else payload
    which = rng.randrange(6)
    if which == 0:
        linktype, octets = 252, exported(rng, payload if rng.random() < 0.7 else named(rng, payload))
    elif which == 1:
        linktype, octets = rng.choice([149, 157]), named(rng, payload)
    else:
        make, port = [(gsmtap2, 4729), (gsmtap3, 4729), (qcsuper, 47928), (rls, 4997), (named, 9999)][rng.randrange(5)]
        linktype = 228
        octets = udp(*rng.choice([(port, port), (rng.randrange(65536), port), (port, rng.randrange(65536))]), make(rng, payload))
        if rng.random() < 0.1:
            linktype, octets = rng.choice([101, 1, 113, 229]), octets
    return Record(linktype, rng.randrange(1 << 50), octets, len(octets) + rng.choice([0, 0, 0, 0, rng.randrange(99)]))


# ---- damage ----

def changed(rng, octets, most):
    out = bytearray(octets)
    for _ in range(rng.randrange(1, most + 1) if out else 0):
        at = rng.randrange(len(out))
        out[at] = rng.choice([out[at] ^ 1 << rng.randrange(8), rng.randrange(256), 0, 255])
    return bytes(out)


def some_changed(rng, records):
    share = rng.choice([0.05, 0.3, 1])
    return [r._replace(octets=changed(rng, r.octets, rng.choice([1, 3, 20]))) if rng.random() < share else r for r in records]


def behind_headers(rng, records):
    """Only what comes late in a frame, so that carriers stay whole and what they carry does not."""
    out = []
    for r in records:
        keep = len(r.octets) * rng.randrange(40, 100) // 100
        out.append(r._replace(octets=r.octets[:keep] + changed(rng, r.octets[keep:], 4)))
    return out


def cut_frames(rng, records):
    return [r._replace(octets=r.octets[:rng.randrange(len(r.octets) + 1)]) if rng.random() < 0.5 else r for r in records]


def swapped(rng, records):
    out = list(records)
    for _ in range(rng.choice([1, 3, len(out)])):
        i, j = (rng.randrange(len(out)) for _ in range(2))
        out[i], out[j] = out[j], out[i]
    return out


def repeated(rng, records):
    out = []
    for r in records:
        out += [r] * rng.choice([0, 1, 1, 1, 2, 3])
    start = rng.randrange(len(records))
    return out + records[start:start + rng.randrange(60)]


def clocks(rng, records):
    return [r._replace(time=rng.choice([r.time, r.time - rng.randrange(1 << 40), rng.randrange(1 << 64), 0, (1 << 64) - 1]))
            for r in records]


def merged(rng, records, pool):
    out = list(records)
    for _ in range(rng.randrange(1, 4)):
        other = rng.choice(pool).records[:400]
        out = [*out, *other] if rng.random() < 0.5 else sorted([*out, *other], key=lambda r: (r.time, rng.random()))
    return out


def sprinkled(rng, records, pool):
    out = list(records)
    for _ in range(rng.randrange(1, 20)):
        out.insert(rng.randrange(len(out) + 1), made_up(rng, pool))
    return out


Source = collections.namedtuple("Source", "name records keys")
STEPS = [some_changed, behind_headers, cut_frames, swapped, repeated, clocks, merged, sprinkled]


def damaged_file(rng, pool, folder, number):
    """(path, key log or None, what was done)"""
    source = rng.choice(pool)
    path = os.path.join(folder, f"{number}-{source.name}.pcapng")
    if rng.random() < 0.15:
        write_pcapng(path, [made_up(rng, pool) for _ in range(rng.randrange(1, 300))])
        return path, None, "made up"
    start = rng.randrange(max(1, len(source.records) - 400))
    records, done = source.records[start:start + rng.choice([60, 400])], []
    for step in rng.choices(STEPS, k=rng.choice([0, 1, 1, 2, 3])):
        records = step(rng, records, pool) if step in (merged, sprinkled) else step(rng, records)
        done.append(step.__name__)
    write_pcapng(path, records)
    for tool, share in (("editcap -E", 0.35), ("editcap -s", 0.15), ("cut", 0.15)):
        if rng.random() >= share and done:
            continue
        done.append(tool)
        if tool == "cut":
            with open(path, "r+b") as file:
                file.truncate(rng.randrange(os.path.getsize(path) + 1))
            continue
        options = ["-E", str(rng.choice([0.001, 0.005, 0.02, 0.1])), "--seed", str(rng.randrange(1 << 31))]
        if tool == "editcap -s":
            options = ["-s", str(rng.choice([4, 20, 28, 40, 60, 80, 120]))]
        subprocess.run(["editcap", *options, path, path + ".out"], check=True, capture_output=True)
        os.replace(path + ".out", path)
    return path, source.keys if rng.random() < 0.7 else None, ", ".join([source.name, *done])


# ---- what to damage ----

def with_keys(path):
    keys = os.path.splitext(path)[0] + ".keys"
    return keys if os.path.exists(keys) else None


def sources(program, folder):
    found = [Source(os.path.basename(path), load(path), with_keys(path))
             for path in sorted(glob.glob(os.path.join(TOP, "samples", "*.pcap*")))]
    for scenario in SCENARIOS:
        for framing in FRAMINGS:
            name = f"{scenario}-{framing}"
            path, keys = os.path.join(folder, name + ".pcap"), os.path.join(folder, name + ".keys")
            made = subprocess.run([program, "synth", os.path.join(TOP, "samples", scenario + ".scenario"), "-f", framing,
                                   "-o", path, "-k", keys], capture_output=True, check=False)
            if made.returncode == 0:
                found.append(Source(name, load(path), keys))
    if os.path.isdir(SHARED):
        found += [Source(os.path.basename(path), load(path), None)
                  for path in sorted(glob.glob(os.path.join(SHARED, "*.pcap*")))]
    else:
        print(f"{SHARED} is not here: its real captures are skipped")
    return [source for source in found if source.records]


# ---- through tshark ----

def is_sanitized(plugins):
    (plugin,) = glob.glob(os.path.join(plugins, "*", "epan", "daps.so"))
    with open(plugin, "rb") as file:
        return b"__asan_init" in file.read()


def environment(sanitized):
    strict = {"WIRESHARK_ABORT_ON_DISSECTOR_BUG": "1", "WIRESHARK_DEBUG_WMEM_OVERRIDE": "strict",
              "WIRESHARK_EXTCAP_DIR": "/nonexistent", "G_DEBUG": "resident-modules,fatal-criticals"}
    if not sanitized:
        return strict
    library = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True).stdout
    return {**strict, "LD_PRELOAD": library.strip(), "UBSAN_OPTIONS": "print_stacktrace=1",
            "ASAN_OPTIONS": "detect_leaks=1:malloc_context_size=40"}


def complaint(result):
    """None, or what is wrong with the answer."""
    if result is None:
        return f"no end after {TIMEOUT} s"
    bad = BAD.search(result.stderr) or BUG.search(result.stdout)
    if bad:
        return bad[0]
    if result.returncode not in (0, 1, 2) or (result.returncode != 0 and not CUT_SHORT.search(result.stderr)):
        return f"exit status {result.returncode}"
    return None


def run(shark, capture, arguments):
    try:
        return shark.tshark(capture, *arguments, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return None


def plain_arguments(arguments):
    """The same without what only the plugin knows."""
    out, skip = [], False
    for i, word in enumerate(arguments):
        following = arguments[i + 1] if i + 1 < len(arguments) else ""
        if skip:
            skip = False
        elif word in ("-o", "-z", "-e", "-Y", "-J") and "daps" in following:
            skip = True
        else:
            out.append(word)
    return out


class Damage:
    def __init__(self, build, keep, seed):
        plugins = plugins_of(build)
        self.sanitized, self.keep, self.seed = is_sanitized(plugins), keep, seed
        self.shark, self.stock = Shark(plugins, environment(self.sanitized)), Shark(None, environment(False))
        self.folder = tempfile.mkdtemp(prefix="daps-damage-")
        self.pool = sources(os.path.join(build, "analyzer", "dapsaudit"), self.folder)
        self.shown, self.statuses, self.stocks_own = 0, collections.Counter(), collections.Counter()

    def close(self):
        self.shark.close()
        self.stock.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def leaks_of_plugin(self, capture, arguments):
        """LeakSanitizer's report with whole stacks; "" if none of the leaks passes through the plugin."""
        options = self.shark.environment["ASAN_OPTIONS"]
        self.shark.environment = {**self.shark.environment, "ASAN_OPTIONS": options + ":fast_unwind_on_malloc=0"}
        result = run(self.shark, capture, arguments)
        leaks = re.findall(r"(?:Direct|Indirect) leak.*?\n\n", result.stderr if result else "", re.DOTALL)
        return "".join(leak for leak in leaks if OURS.search(leak))

    def one(self, number):
        """[(what, problem)] of one file."""
        rng = random.Random(f"{self.seed} {number}")
        path, keys, done = damaged_file(rng, self.pool, self.folder, number)
        options = OPENED if rng.random() < 0.4 else []
        if keys:
            options = [*options, "-o", f"daps.keylog:{self.shark.private(keys)}", "-o", "daps.show_keys:TRUE"]
        if rng.random() < 0.3:
            options = [*options, "-o", "daps.ncc:stored"]
        capture, problems = self.shark.take(path), []
        for way in rng.sample(sorted(WAYS), 2):
            arguments = [*options, *WAYS[way]]
            result = run(self.shark, capture, arguments)
            problem = complaint(result)
            self.statuses[result.returncode if result else "none"] += 1
            self.shown += result is not None and bool(re.search(r"DAPS|daps", result.stdout))
            if problem:
                problems += self.judge(number, done, way, (path, capture, arguments), result, problem)
        os.remove(capture)
        os.remove(path)
        return problems

    def judge(self, number, done, way, job, result, problem):
        path, capture, arguments = job
        text = result.stderr if result else ""
        if "LeakSanitizer" in text and "ERROR: AddressSanitizer" not in text and "runtime error" not in text:
            text = self.leaks_of_plugin(capture, arguments)
            if not text:
                self.stocks_own["leak"] += 1
                return []
        else:
            copy = self.stock.take(path)
            if complaint(run(self.stock, copy, plain_arguments(arguments))) is not None:
                self.stocks_own[problem] += 1
                return []
        os.makedirs(self.keep, exist_ok=True)
        kept = os.path.join(self.keep, f"{self.seed}-" + os.path.basename(path))
        shutil.copyfile(path, kept)
        with open(kept + ".txt", "w", encoding="utf-8") as file:
            file.write(f"{done}\n{way}: tshark -n -r {kept} {shlex.join(arguments)}\n{problem}\n\n{text}")
        return [f"file {number} ({done}), {way}: {problem}; kept as {kept}\n" + text[:1500]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("build")
    parser.add_argument("n", nargs="?", type=int, default=40)
    parser.add_argument("seed", nargs="?", default="1")
    parser.add_argument("-k", "--keep")
    arguments = parser.parse_args()
    build = os.path.abspath(arguments.build)
    damage = Damage(build, arguments.keep or os.path.join(build, "damaged"), arguments.seed)
    wrong = done = 0
    try:
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for problems in pool.map(damage.one, range(arguments.n)):
                done += 1
                for problem in problems:
                    wrong += 1
                    print(problem, flush=True)
    finally:
        damage.close()
        print(f"{'plugin with' if damage.sanitized else 'PLUGIN WITHOUT'} sanitizers, {len(damage.pool)} captures, {done} "
              f"damaged files, {2 * done} runs of tshark (exit statuses {dict(damage.statuses)}), the plugin spoke in "
              f"{damage.shown}; {wrong} not taken well, stock tshark's own: {dict(damage.stocks_own) or 'none'}")
    return 1 if wrong or damage.shown == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
