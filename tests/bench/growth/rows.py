# SPDX-License-Identifier: GPL-2.0-or-later
"""The rows of the growth table: what there is n of, and the arguments of an audit that has it."""
import os
import shutil
import subprocess

from captures import CELL, SECURED, between_others, cells, frames_of, in_fragments, many, synth, write

FALL_BACK = "complete\nfallback\nwait 2s\n"
CONNECT = "connect\nsecurity nea 2 nia 2\n"
UE_LOG = CELL + f"ue 1 c-rnti 4660 in A kamf {'5a' * 32} ul-nas-count 7\n" + CONNECT


def attempts(n, to):
    """n DAPS fallbacks to that many cells, all under the key of the connection."""
    steps = "".join(f"daps-handover to C{i + 1} ncc 0\n{FALL_BACK}" for i in range(to))
    return cells(to) + UE_LOG + f"repeat {n // to}\n{steps}end\n"


def keys_under_one(n, ncc=0, times=1):
    steps = "".join(f"daps-handover to C{i + 1} ncc {ncc}\n{FALL_BACK}" for i in range(n))
    return cells(n) + UE_LOG + steps * times


def repeated(n, what, before=""):
    return cells(3) + UE_LOG + before + f"repeat {n}\n{what}end\n"


def sk_counters(n):
    return UE_LOG + "".join(f"sk-counter {i % 65536}\ncomplete\n" for i in range(n))


def log(text, framing="upper-pdu", keys=False):
    return lambda program, folder, n: synth(program, folder, text(n), framing, keys)


# ---- key logs ----

def secret(i):
    return f"{(i + 1) * 0x9E3779B97F4A7C15 & (1 << 64) - 1:064x}"


def key_log(folder, lines):
    path = os.path.join(folder, "many.keys")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(lines)
    os.chmod(path, 0o600)
    return ["-k", path]


def foreign_roots(program, folder, n):
    """The MAC-I of every PDU is the UE's number, so that no PDU is another's."""
    capture = many(program, folder, UE_LOG + "release\n", "pdcp-nr", n)
    header, records = frames_of(capture[0])
    write(capture[0], header, [(seconds, fraction, octets[:-4] + (i * n // len(records) + 1).to_bytes(4, "big"))
                               for i, (seconds, fraction, octets) in enumerate(records)])
    return capture + \
        key_log(folder, (f"KGNB x{i} {secret(i)}\n" for i in range(n)))


def own_roots(program, folder, n):
    return synth(program, folder, UE_LOG + f"release\nrepeat {n - 1}\n{CONNECT}release\nend\n", "pdcp-nr") + \
        key_log(folder, (f"KGNB 1 {secret(i)}\n" for i in range(n)))


def nh_lines(program, folder, n):
    steps = "".join(f"handover to {'B' if i % 2 else 'A'} ncc {i % 8}\ncomplete\n" for i in range(1, n + 1))
    return synth(program, folder, "cell B pci 22 ssb-arfcn 632628\n" + UE_LOG + steps) + \
        key_log(folder, [f"KGNB 1 {secret(0)}\n"] + [f"NH 1 {i % 8} {secret(i)}\n" for i in range(1, n + 1)])


def load(program, folder, n):
    return synth(program, folder, UE_LOG) + \
        key_log(folder, (f"NH x{i % 97} {i % 8} {secret(i)}\n" for i in range(n)))


def wrong_key(program, folder, n):
    text = CELL + f"ue 1 c-rnti 4660 in A\nmiddle ul 30 dl 30\nrepeat {n}\ntraffic dl\nend\n"
    return synth(program, folder, text, "pdcp-nr") + key_log(folder, [f"KGNB 1 {secret(1)}\n"])


# ---- COUNTs ----

def counts_down(n):
    bearers = "bearers sn 18\ncomplete\ndata dl sn 18\n"
    return UE_LOG + bearers + "".join(f"data-reset dl to {3 * (n - i)}\ndata dl sn 18\n" for i in range(n))


def counts_with_gaps(n):
    return UE_LOG + f"bearers sn 18\ncomplete\nrepeat {n}\ndata dl sn 18\nlose data dl sn 18\nend\n"


def counts_again(n):
    again = f"data-reset dl to 0\ndata dl count {min(n, 20000)} sn 18\n"
    return UE_LOG + "bearers sn 18\ncomplete\n" + f"data dl count {min(n, 20000)} sn 18\n" + again * max(1, n // 20000)


# ---- baseband logs ----

LTE_LOG = "rat lte\ncell A pci 11 earfcn 1300\ncell C1 pci 22 earfcn 3400\n" + \
    f"ue 1 c-rnti 4660 in A kasme {'5a' * 32} ul-nas-count 7\nconnect\nsecurity eea 2 eia 2\n"


def baseband(text, name="x.qmdl"):
    def make(program, folder, n):
        scenario, log = os.path.join(folder, "x.scenario"), os.path.join(folder, name)
        with open(scenario, "w", encoding="utf-8") as file:
            file.write(LTE_LOG + text(n))
        subprocess.run([program, "synth", scenario, "-f", "diag-keys", "-o", log], check=True)
        return [log]
    return make


def logged_data(n):
    return "bearers\ncomplete\n" + f"data dl count {min(n, 20000)}\n" * max(1, n // 20000)


# ---- node interfaces ----

def node_frames(name):
    return frames_of(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "cases", name, name + ".pcap"))


def timed(records):
    return ((i // 1000, i % 1000 * 1000, octets) for i, octets in enumerate(records))


def node_ues(program, folder, n):
    """The handovers of one UE between nodes of other addresses each time: other UEs."""
    header, records = node_frames("node-x2-repeated-key")
    capture, nodes = os.path.join(folder, "nodes.pcap"), {}
    write(capture, header, timed(between_others(octets, i, nodes) for i in range(n) for _, _, octets in records))
    return [capture]


def node_handovers(program, folder, n):
    """Of one UE: its context, then handovers that are prepared and cancelled, under one KeNB*."""
    header, records = node_frames("node-x2-repeated-key-exported")
    capture = os.path.join(folder, "nodes.pcap")
    octets = [record[2] for record in records]
    write(capture, header, timed(octets[:1] + octets[1:5] * n))
    return [capture]


# ---- UEs ----

def of_many(text, framing, interleaved=False):
    return lambda program, folder, n: many(program, folder, text, framing, n, interleaved)


def with_unreadable(program, folder, n):
    """After the frames of each UE one that ends in its GSMTAP header, so that nobody knows whose it was."""
    capture = many(program, folder, UE_LOG + "release\n", "gsmtap-v3", n)
    header, records = frames_of(capture[0])
    per_ue, out = len(records) // n, []
    for i, record in enumerate(records):
        out.append(record)
        if i % per_ue == per_ue - 1:
            octets = bytearray(record[2])
            octets[44:46] = b"\0\1" # a header of one word
            out.append((record[0], record[1], bytes(octets)))
    write(capture[0], header, out)
    return capture


def user_data(program, folder, n):
    return many(program, folder, UE_LOG + "bearers sn 18\ncomplete\ndata dl count 20 sn 18\n", "pdcp-nr", n)


# ---- files ----

def files(program, folder, n):
    capture = synth(program, folder, UE_LOG + "release\n")[0]
    many_files = os.path.join(folder, "files")
    shutil.rmtree(many_files, ignore_errors=True)
    for i in range(n):
        under = os.path.join(many_files, str(i // 100))
        os.makedirs(under, exist_ok=True)
        shutil.copy(capture, os.path.join(under, f"{i}.pcap"))
    return ["-j1", many_files]


def folders(program, folder, n):
    capture = synth(program, folder, UE_LOG + "release\n")[0]
    many_folders = os.path.join(folder, "folders")
    shutil.rmtree(many_folders, ignore_errors=True)
    for i in range(n):
        os.makedirs(os.path.join(many_folders, str(i // 100), str(i)))
    shutil.copy(capture, os.path.join(many_folders, "one.pcap"))
    return ["-j1", many_folders]


def fragments(program, folder, n):
    return [in_fragments(synth(program, folder, repeated(n, "measurement-report\n"), "gsmtap-v3")[0])]


def supposed(text, framing):
    """Judged again under every mitigation."""
    capture = log(text, framing, True)
    return lambda program, folder, n: ["--what-if", "all", *capture(program, folder, n)]


def data_under_one(n):
    return repeated(n, "daps-handover to C1 ncc 0\ncomplete\ndata dl sn 12\n" + FALL_BACK[9:], "bearers sn 12\ncomplete\n")


MIX = "handover to C1 ncc 0 measconfig\ncomplete\n" + "measurement-report\nmeasurement-report\ntraffic dl\nnas ul\nnas dl\n" * 2 + \
      "handover to A ncc 0 measconfig\ncomplete\n" + "measurement-report\nmeasurement-report\ntraffic dl\nnas ul\nnas dl\n" * 2
IDLE, DATA = UE_LOG + "release\n", UE_LOG + "traffic dl\ntraffic ul\n"

# What there is n of: (words, smallest n, capture, held: ./check all compares that many times n with ten times as many).
# A scenario has at most 10,000 cells.
ROWS = {
    "attempts-one-key": ("attempts that failed, one key", 600, log(lambda n: attempts(n, 1)), 1),
    "attempts-ten-keys": ("attempts that failed, ten keys", 600, log(lambda n: attempts(n, 10)), 1),
    "keys-under-one": ("keys under one key", 90, log(keys_under_one), 3),
    "nh-held": ("keys under one NH, which is held", 90, log(lambda n: keys_under_one(n, ncc=1)), 3),
    "nh-held-air": ("the same on the air, with keys", 90, log(lambda n: keys_under_one(n, ncc=1), "pdcp-nr", True), 3),
    "sk-counters": ("sk-Counters under one key", 600, log(sk_counters), 1),
    "keys-twice-air": ("keys twice on the air, with keys", 90, log(lambda n: keys_under_one(n, times=2), "pdcp-nr", True), 3),
    "what-if-data": ("attempts that failed with user data, one key, what-if", 100, supposed(data_under_one, "pdcp-nr"), 3),
    "what-if-keys": ("keys twice on the air, what-if", 90,
                     supposed(lambda n: keys_under_one(n, times=2), "pdcp-nr"), 1),
    "ues-and-gaps": ("UEs and as many unreadable headers", 300, with_unreadable, 1),
    "ues-interleaved": ("UEs whose messages come in turns", 300, of_many(IDLE, "gsmtap-v3", True), 0),
    "foreign-roots": ("UEs, and roots of others in the key log", 100, foreign_roots, 0),
    "own-roots": ("connections of one UE, and its roots", 300, own_roots, 1),
    "nh-lines": ("NHs of the key log, and vertical handovers", 300, nh_lines, 1),
    "key-log": ("lines of the key log", 1000, load, 1),
    "wrong-key": ("messages under a key that is not in the log", 100, wrong_key, 1),
    "counts-down": ("COUNTs downwards with gaps", 300, log(counts_down, "pdcp-nr", True), 1),
    "count-gaps": ("gaps in the COUNTs of a bearer", 600, log(counts_with_gaps, "pdcp-nr", True), 1),
    "counts-again": ("PDUs of user data, most COUNTs again and again", 1000, log(counts_again, "pdcp-nr", True), 0),
    "idle-by-source": ("UEs by GSMTAP source, idle again", 300, of_many(IDLE, "gsmtap-v3"), 1),
    "idle-by-ueid": ("UEs by UEId (PDCP), idle again", 300, of_many(IDLE, "pdcp-nr"), 1),
    "ues-pdcp": ("UEs connected (PDCP)", 300, of_many(DATA, "pdcp-nr"), 1),
    "ues-mac": ("UEs connected (MAC)", 300, of_many(DATA, "mac-nr"), 0),
    "ues-data": ("UEs with 20 PDUs of user data", 100, user_data, 0),
    "rlc-links": ("RLC entities", 300, of_many(DATA, "rlc-nr"), 0),
    "mix": ("rounds of an RRC mix, 24 messages each", 30, log(lambda n: repeated(n, MIX)), 1),
    "reconnects": ("connections of one UE", 300, log(lambda n: repeated(n, "release\n" + CONNECT)), 1),
    "candidates": ("conditional handovers executed", 150,
                   log(lambda n: repeated(n, "conditional-handover to C1 or C2 ncc 0\ncomplete\nexecute C1\n"
                                          "conditional-handover to A or C3 ncc 0\ncomplete\nexecute A\n")), 1),
    "findings": ("repeated keys, each with its connection", 100,
                 log(lambda n: repeated(n, ("daps-handover to C1 ncc 0\n" + FALL_BACK) * 2 + "release\n" + CONNECT)), 1),
    "handovers": ("handovers", 300, log(lambda n: repeated(n, "handover to C1 ncc 0\ncomplete\nhandover to A ncc 0\ncomplete\n")), 1),
    "files": ("files", 30, files, 0),
    "folders": ("folders without a capture", 100, folders, 1),
    "fragments": ("datagrams in two fragments", 300, fragments, 1),
    "baseband-items": ("messages in a phone's log, each with two items of keys",
                       300, baseband(lambda n: f"repeat {n}\ntraffic dl\ntraffic ul\nend\n"), 1),
    "baseband-keys": ("keys by value in a phone's log, each a handover's", 100,
                      baseband(lambda n: f"repeat {n}\nwait 200ms\nhandover to C1 ncc 0\ncomplete\ntraffic dl\nwait 200ms\n"
                               "handover to A ncc 0\ncomplete\ntraffic dl\nend\n"), 1),
    "baseband-again": ("attempts under one key, which a phone's log names", 100,
                       baseband(lambda n: f"step 250ms\nrepeat {n}\ndaps-handover to C1 ncc 0\ncomplete\nfallback\nend\n"), 1),
    "baseband-data": ("PDCP PDUs of user data in a phone's log", 1000, baseband(logged_data), 1),
    "node-ues": ("UEs with two handovers each between eNBs (S1AP, X2AP in SCTP)", 100, node_ues, 1),
    "node-handovers": ("cancelled handovers of one UE between eNBs", 300, node_handovers, 1),
    "segments": ("messages in RLC segments of 8 octets", 100,
                 log(lambda n: repeated(n, "traffic dl\n", "segment 8\n"), "mac-nr", True), 1),
}
