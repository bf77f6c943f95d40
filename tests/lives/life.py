#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A random life of one or several UEs as ground truth: what UE and network do, with the clause beside each rule.

A life is played from a seed: connection, security, what goes by in a cell, suspension, release. The handovers are in
handovers.py. The truth (truth.py) holds every message with its security context and COUNT, and every derivation of a
key that was taken into use. How a life looks in a capture: log.py (RRC in clear) and air.py (MAC, RLC, PDCP); what must
be found in it: verdict.py; run.py compares with dapsaudit.
"""
import random

from handovers import Handovers
from rat import CIPHERING, INTEGRITY, LTE, rrc
from truth import CELLS, Attempt, Context, Life, Message


class Ue(Handovers):
    """Plays one UE. Time runs in seconds; every random choice comes from one generator."""

    def __init__(self, rng, number, air, apart=True):
        self.rng, self.number, self.air = rng, number, air
        self.time = rng.uniform(0.0, 0.5)
        self.cells = rng.sample(CELLS, rng.choice((2, 3, 3, 4)))
        self.cell = self.cells[0]
        self.connection = 0
        self.nas = 0             # NAS security mode commands that have run: a new KAMF each
        self.nas_messages = 0
        self.connected = self.suspended = False
        self.messages, self.attempts = [], []
        self.last_c_rnti = 17000 + (400 * number if apart else 0) + rng.randrange(50 if apart else 6)
        self.stay = self.leg = self.legs = 0
        self.drbs = []
        self.armed, self.recovery, self.pending = [], False, None
        self.srb2 = False
        self.sk_counter = 0
        self.scg_transaction, self.armed_before = None, {}
        self.asked = {}          # what a target was asked for before
        self.habits = {name: rng.random() < 0.5 for name in ("cfra", "keep_c_rnti", "same_octets", "sticky_target")}
        self.nea, self.nia = self.algorithms()
        self.says = b""          # what sets its NAS messages and identity apart from those of a twin

    # --- small things -------------------------------------------------------------------------------------------

    def chance(self, probability):
        return self.rng.random() < probability

    def algorithms(self):
        # NEA1, NEA3, NIA1, NIA3 need more than the standard library of ciphers: only in RRC logs
        if self.air:
            return self.rng.choice((0, 2, 2, 2)), 2
        return self.rng.choice((0, 1, 2, 2, 3)), self.rng.choice((1, 2, 2, 3))

    def transaction(self):
        return self.rng.choice([t for t in range(4) if t != self.scg_transaction])

    def wait(self, low, high=None):
        self.time += self.rng.uniform(low, low if high is None else high)

    def new_c_rnti(self):
        self.last_c_rnti += self.rng.randrange(1, 5)
        return self.last_c_rnti

    def new_leg(self):
        self.legs += 1
        return self.legs

    def emit(self, channel, kind, octets, words="", srb=1, protection="full", context=None, **facts):
        uplink = channel.startswith("ul")
        self.wait(0.004, 0.030)
        context = context or self.context
        message = Message(ue=self.number, time=self.time, channel=channel, kind=kind, octets=octets, cell=self.cell,
                          c_rnti=self.c_rnti, leg=self.leg, words=words or kind, srb=srb, context=context, facts=facts,
                          transaction=facts.get("transaction"))
        if srb > 0 and context is not None:
            message.count = context.next(srb, uplink)
            message.protection = protection if context.key is not None else "none"
        self.messages.append(message)
        return message

    def dl(self, kind, octets, words="", **more):
        return self.emit("dl-dcch", kind, octets, words, **more)

    def ul(self, kind, octets, words="", **more):
        return self.emit("ul-dcch", kind, octets, words, **more)

    # --- connection ---------------------------------------------------------------------------------------------

    def connect(self):
        """RRC setup: nothing of an earlier connection stays, keys least of all (38.331 5.3.3.4)."""
        self.wait(0.2, 3.0)
        if self.chance(0.3):
            self.cell = self.rng.choice(self.cells)
        self.c_rnti = self.new_c_rnti()
        self.context, self.leg = Context(None, 0, 0), self.new_leg()
        self.emit("ul-ccch", "setup-request", rrc.setup_request(self.rng.getrandbits(39) ^ len(self.says)), srb=0)
        self.set_up()

    def set_up(self):
        transaction = self.transaction()
        self.context, self.leg = Context(None, 0, 0), self.new_leg()
        self.emit("dl-ccch", "setup", rrc.setup(transaction), srb=0, transaction=transaction)
        self.ul("setup-complete", rrc.setup_complete(transaction, self.says + self.rng.randbytes(self.rng.randrange(6, 30))))
        self.connection += 1
        self.stay += 1
        self.armed, self.pending, self.drbs, self.srb2 = [], None, [], False
        self.suspended, self.connected = False, True
        self.used_counters, self.nas_used = [], None
        self.scg_transaction = None
        self.named = False       # no command has named the serving cell's frequency
        if self.chance(0.3):
            self.nas_exchange()
        self.secure()

    def secure(self):
        """Initial AS security: KgNB from KAMF, NCC 0 (33.501 6.9.2.1.1); COUNT goes on (38.331 5.3.4)."""
        self.nea, self.nia = self.algorithms()
        transaction = self.transaction()
        old = self.context
        self.root = ("ROOT", self.number, self.connection)
        self.ncc = 0
        self.context = Context(self.root, self.nea, self.nia)
        self.context.count = dict(old.count)
        self.dl("security-mode-command", rrc.security_mode_command(transaction, self.nea, self.nia),
                f"security mode {CIPHERING}{self.nea} {INTEGRITY}{self.nia}", protection="integrity", root=self.root)
        self.ul("security-mode-complete", rrc.security_mode_complete(transaction), protection="integrity")
        if self.air or self.chance(0.4):
            self.set_bearers()

    def sizes(self, mode):
        """SN lengths of RLC and PDCP of a bearer."""
        if LTE:   # 36.331 6.3.2: AM 10 bits, and PDCP of 12
            return {"rlc_sn": 10 if mode == "am" else self.rng.choice((5, 10)),
                    "pdcp_sn": 12 if mode == "am" else self.rng.choice((7, 12))}
        return {"rlc_sn": self.rng.choice((12, 18) if mode == "am" else (6, 12)), "pdcp_sn": self.rng.choice((12, 18))}

    def set_bearers(self):
        """SRB2 and one or two DRBs, on logical channels 2, 4 and 5."""
        self.drbs = []
        for number in range(1, self.rng.choice((2, 3))):
            mode = self.rng.choice(("am", "um"))
            self.drbs.append({"id": number, "lcid": 3 + number, "mode": mode, "new": True, "count": {},
                              **self.sizes(mode), "integrity": False})
        transaction = self.transaction()
        octets = rrc.reconfiguration(transaction, bearers=rrc.radio_bearers(self.drbs, srb2=True), srbs=(2,),
                                     rlc_drbs=self.drbs)
        self.dl("reconfiguration", octets, "bearers", transaction=transaction,
                drbs=[{k: v for k, v in d.items() if k != "count"} for d in self.drbs])
        self.ul("complete", rrc.reconfiguration_complete(transaction), "complete", transaction=transaction)
        for drb in self.drbs:
            drb["new"] = False
        self.srb2 = True

    # --- what goes by -------------------------------------------------------------------------------------------

    def nas_exchange(self, new_key_set=False):
        srb = 2 if self.srb2 else 1
        for number in range(1 if not new_key_set else 2):
            nas = self.says + self.rng.randbytes(self.rng.randrange(5, 40))
            if number == 0:
                self.dl("nas", rrc.dl_information(self.transaction(), nas), "NAS downlink", srb=srb)
            else:
                self.ul("nas", rrc.ul_information(nas), "NAS uplink", srb=srb)
            self.nas_messages += 1
        if new_key_set:
            self.nas += 1

    def downlink(self):
        """Something the network says to the UE: shows that the cell is in use."""
        if self.chance(0.5):
            self.nas_exchange()
        else:
            self.reconfigure()

    def reconfigure(self, **more):
        transaction = self.transaction()
        self.dl("reconfiguration", rrc.reconfiguration(transaction, meas=True, **more), transaction=transaction)
        return self.ul("complete", rrc.reconfiguration_complete(transaction), "complete", transaction=transaction)

    def small_talk(self):
        for _ in range(self.rng.choice((0, 0, 1, 1, 2))):
            what = self.rng.randrange(7)
            if what == 0:
                self.ul("measurement-report", rrc.measurement_report(self.cell.pci, self.rng.randrange(60, 120)))
            elif what == 1:
                self.ul("nas", rrc.ul_information(self.rng.randbytes(9)), "NAS uplink", srb=2 if self.srb2 else 1)
                self.nas_messages += 1
            elif what == 2:
                self.nas_exchange()
            elif what == 3:
                self.reconfigure()
            elif what == 4 and self.drbs:
                transaction = self.transaction()
                self.dl("counter-check", rrc.counter_check(transaction, self.drbs[0]["id"]))
                self.ul("counter-check-response", rrc.counter_check_response(transaction))
            elif what == 5 and self.drbs:
                self.ul("rlc-failure", rrc.rlc_failure())
            elif what == 6 and self.drbs:
                self.data()
        if self.chance(0.2):
            self.wait(1.0, 6.0)

    def data(self, drbs=None, uplink=None):
        """User data: only air.py shows it. COUNT is the bearer's, the key the context's (38.323 5.8)."""
        for _ in range(self.rng.choice((1, 2, 4)) if self.air else 0):
            drb = self.rng.choice(drbs or self.drbs)
            up = self.chance(0.5) if uplink is None else uplink
            self.wait(0.001, 0.004)
            count = drb["count"].get(up, 0)
            drb["count"][up] = count + 1
            self.messages.append(Message(
                ue=self.number, time=self.time, channel="ul-data" if up else "dl-data", kind="data",
                octets=bytes([0x45]) + self.rng.randbytes(self.rng.randrange(20, 60)), cell=self.cell,
                c_rnti=self.c_rnti, leg=self.leg, words=f"user data DRB {drb['id']} COUNT {count}", srb=-1,
                context=self.context, count=count, protection="full",
                facts={"drb": {k: v for k, v in drb.items() if k != "count"}}))

    # --- inactive and idle --------------------------------------------------------------------------------------

    def release(self):
        self.dl("release", rrc.release(), "release")
        self.connected = False

    def suspend(self):
        """RRCRelease with suspendConfig: NCC of a fresh pair, or that of the key in use (33.501 6.8.2.1.1)."""
        ncc = self.next_ncc()
        self.i_rnti = self.rng.getrandbits(40)
        self.suspend_message = self.dl("release", rrc.release(ncc, self.i_rnti), f"suspend ncc {ncc}",
                                       suspend=True, i_rnti=self.i_rnti)
        self.suspended, self.resume_ncc, self.connected = True, ncc, False
        self.armed = []

    def resume(self):
        """Resume, rejected or not: the key of a rejected resume is dropped, the old one stays (38.331 5.3.13.9)."""
        self.wait(0.5, 4.0)
        named = self.c_rnti, self.cell.pci
        if self.chance(0.6):
            self.cell = self.rng.choice(self.cells)
        old_context, rejected = self.context, False
        while True:
            self.c_rnti, self.leg = self.new_c_rnti(), self.new_leg()
            key, parent, derivation, root, ncc = self.derive(self.resume_ncc, self.cell)
            request = self.emit("ul-ccch", "resume-request", rrc.resume_request(self.i_rnti, self.rng.getrandbits(16)),
                                f"resume request in {self.cell.name}", srb=0, i_rnti=self.i_rnti, named=named,
                                source=old_context, suspended_in=self.suspend_message)
            attempt = Attempt(self.number, "resume", request, key, parent, derivation, self.resume_ncc, self.cell,
                              nea=self.nea, nia=self.nia, stay=self.stay, after_reject=rejected, rach="cbra",
                              nas=self.nas_messages, connection=self.connection)
            self.attempts.append(attempt)
            what = self.rng.random()
            if what < 0.3:
                self.emit("dl-ccch", "reject", rrc.reject(), "reject", srb=0)
                attempt.failed = rejected = True
                self.wait(2.0, 5.0)
                if self.chance(0.3):
                    self.cell = self.rng.choice(self.cells)
                continue
            break
        if what < 0.4:
            # RRCSetup instead: the context is gone (5.3.13.8)
            attempt.failed = True
            self.set_up()
            return
        self.context = Context(key, self.nea, self.nia)   # all COUNT 0 (33.501 6.8.2.1.3)
        self.root, self.ncc = root, ncc
        self.key_changed()
        self.named = False
        for drb in self.drbs:
            drb["count"] = {}
        attempt.outcome = "completed"
        if what < 0.5:
            # released at once, as in an RNA update: protected with the new key (33.501 6.8.2.2.2)
            if self.chance(0.5):
                self.suspend()
            else:
                self.release()
                self.suspended = False
            return
        transaction = self.transaction()
        attempt.settled = self.dl("resume", rrc.resume(transaction), "resume", transaction=transaction)
        attempt.first = attempt.complete = self.ul("resume-complete", rrc.resume_complete(transaction), "resume complete",
                                                   transaction=transaction)
        self.suspended, self.connected = False, True

    # --- the whole ----------------------------------------------------------------------------------------------

    def live(self, steps):
        self.connect()
        for _ in range(steps):
            if self.suspended:
                self.resume()
                continue
            if not self.connected:
                self.connect()
                continue
            self.step()
            if self.connected:
                self.small_talk()
        return self


def twin(seed, steps, delay):
    """The second UE of a seed does what the first one does, that much later: what a line of UEs in one train looks like."""
    ue = Ue(random.Random(f"ue {seed} False 1"), 2, False)
    ue.time += delay
    ue.says = b"twin"
    return ue.live(steps)


def play(seed, air=False, steps=None, only=None, least=1):
    """The life of a seed. air: with user data, and only algorithms that air.py can compute.
    steps, only: its first steps; one of its UEs. least: of no fewer UEs."""
    rng = random.Random(f"life {seed} {air}")
    count = max(least, rng.choice((1, 1, 1, 2, 3)))
    length = rng.randrange(2, 9)
    apart = rng.random() < 0.8   # else UEs may have one C-RNTI at a time, each in its cell
    played = [Ue(random.Random(f"ue {seed} {air} {number}"), number, air, apart).live(steps or length)
              for number in range(1, count + 1) if only in (None, number)]
    if least > 1 and only is None and rng.random() < 0.5:
        count, played = 2, [played[0], twin(seed, steps or length, rng.choice((0.01, 0.1, 0.5, 2.0)) * rng.random())]
    messages = sorted((m for ue in played for m in ue.messages), key=lambda m: m.time)
    return Life(seed, messages, [a for ue in played for a in ue.attempts], count, length, apart)
