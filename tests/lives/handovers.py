#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What can happen to a UE that moves: handover, DAPS, conditional handover, refresh, their failures, re-establishment.

Mixed into life.Ue. Every key is derived as TS 33.501 6.9.2.3 says, by UE and network alike.
"""
from rat import CIPHERING, INTEGRITY, LTE, rrc
from truth import Attempt, Context

T304 = (50, 100, 150, 200, 500, 1000, 1000, 1000, 2000)
DAPS, PLAIN, CHO, REFRESH = "daps-handover", "handover", "conditional-handover", "intra-cell-refresh"


class Handovers:
    # --- keys ---------------------------------------------------------------------------------------------------

    def next_ncc(self):
        """A pair the network holds: that of a failed attempt again, a fresh one, or none (33.501 6.9.2.1.1)."""
        if self.pending is not None and self.chance(0.6):
            return self.pending
        if self.chance(0.65):
            return self.ncc % 8
        # NCC 1 stays with the AMF: the first pair sent has NCC 2 (6.9.2.1.1 NOTE 3)
        step = self.rng.choice((1, 1, 1, 2, 3, 7)) + (1 if self.ncc == 0 else 0)
        return (self.ncc + min(step, 7)) % 8

    def derive(self, ncc, cell, key_set=False):
        """33.501 6.9.2.3.4: key, parent, derivation, and the chain that goes on from it."""
        if key_set:
            root = ("ROOT", self.number, "nas", self.nas)   # of KAMF and the last NAS security mode's COUNT
            return ("STAR", root, cell.pci, cell.arfcn), root, "new-key-set", root, 0
        if ncc == self.ncc % 8:
            parent, number, derivation = self.context.key, self.ncc, "horizontal"
        else:
            number = self.ncc + (ncc - self.ncc) % 8
            parent, derivation = ("NH", self.root, number), "vertical"
        return ("STAR", parent, cell.pci, cell.arfcn), parent, derivation, self.root, number

    def key_changed(self):
        self.stay += 1
        self.pending = self.nas_used = None
        self.used_counters = []

    # --- commands -----------------------------------------------------------------------------------------------

    def target(self):
        others = [c for c in self.cells if c != self.cell]
        if self.habits["sticky_target"] and getattr(self, "last_target", None) in others and self.chance(0.7):
            return self.last_target
        self.last_target = self.rng.choice(others)
        return self.last_target

    def sync(self, cell):
        """reconfigurationWithSync and what the attempt records of it."""
        c_rnti = self.c_rnti if cell == self.cell and self.habits["keep_c_rnti"] else self.new_c_rnti()
        rach = self.rng.choice(("cbra", "cbra", "cbra", "cfra", "cfra" if LTE else "cfra-2step")) if self.habits["cfra"] else "cbra"
        named = not (cell.arfcn == self.cell.arfcn and self.chance(0.35))
        sync = {"pci": cell.pci, "arfcn": cell.arfcn if named else None, "c_rnti": c_rnti,
                "t304": self.rng.choice(T304), "rach": rach}
        if self.habits["same_octets"] and (self.stay, cell) in self.asked:
            again = dict(self.asked[self.stay, cell])   # a target that gives out the same resources again
            return again if cell.arfcn == self.cell.arfcn else {**again, "arfcn": cell.arfcn}
        self.asked[self.stay, cell] = sync
        return sync

    def prepare(self, procedure, cell, ncc=None, bare=False, **more):
        """Octets of a command, and the attempt it would be."""
        sync = self.sync(cell)
        key_set = procedure != CHO and not self.air and self.chance(0.06)
        if key_set and (self.nas_used is None or self.nas_used == self.nas and self.chance(0.5)):
            self.nas_exchange(new_key_set=True)   # a NAS security mode command gave a new KAMF (33.501 6.9.3)
        keep = not LTE and not key_set and procedure in (DAPS, PLAIN) and self.chance(0.07)   # intra-CU: KgNB retained
        if ncc is None:
            ncc = 0 if key_set else self.next_ncc()
        nea, nia = self.nea, self.nia
        algorithms = None
        if not keep and procedure != CHO and self.chance(0.1):
            algorithms = nea, nia = self.algorithms()
        if key_set:
            self.nas_used = self.nas
        key, parent, derivation, root, number = self.derive(ncc, cell, key_set)
        if keep:
            key, parent, derivation, ncc, root, number = None, None, "none", None, self.root, self.ncc
        daps = [d["id"] for d in self.drbs[:self.rng.choice((1, 2))]] if self.drbs else [1]
        bearers = self.bearers_of(procedure, daps, keep)
        transaction = 1 if self.habits["same_octets"] and procedure != CHO else self.transaction()
        octets = rrc.reconfiguration(transaction, sync=sync, key=None if keep else (key_set, ncc), bearers=bearers,
                                     algorithms=algorithms, bare=bare, **more)
        attempt = Attempt(self.number, procedure, None, key, parent, derivation, ncc, cell, self.cell,
                          sync["c_rnti"], sync["rach"], sync["t304"], sync["arfcn"] is not None, nea, nia,
                          stay=self.stay, nas=self.nas_messages, connection=self.connection,
                          source_named=self.named)
        after = {"root": root, "ncc": number, "transaction": transaction, "daps": daps if procedure == DAPS else []}
        words = (f"{procedure} to {cell.name} {derivation} ncc {ncc} {sync['rach']} t304 {sync['t304']}"
                 f" c-rnti {sync['c_rnti']}{'' if attempt.named_frequency else ' same-frequency'}"
                 f"{f' algorithms {CIPHERING}{nea} {INTEGRITY}{nia}' if algorithms else ''}")
        return octets, attempt, after, words

    def bearers_of(self, procedure, daps, keep):
        if procedure == DAPS:
            drbs = self.drbs or [{"id": 1}]
            return rrc.radio_bearers(drbs, daps=daps, drb_reestablish=[d["id"] for d in drbs if d["id"] not in daps])
        if keep:
            return None
        return rrc.radio_bearers(self.drbs, srb_reestablish=(1, 2) if self.srb2 else (1,),
                                 drb_reestablish=[d["id"] for d in self.drbs])

    def command(self, procedure, cell):
        octets, attempt, after, words = self.prepare(procedure, cell)
        attempt.command = self.dl("command", octets, words, transaction=after["transaction"], attempt=attempt)
        self.attempts.append(attempt)
        return attempt, after

    def open_target(self, attempt):
        """The target's context: new PDCP entities for the SRBs, COUNT 0, unless the key is kept (38.323 5.1.1)."""
        if attempt.key is None:
            return self.context
        return Context(attempt.key, attempt.nea, attempt.nia)

    def say_complete(self, attempt, after, context, failed):
        """The Complete is handed down before random access ends (38.331 5.3.5.3)."""
        here, c_rnti, leg = self.cell, self.c_rnti, self.leg
        attempt.leg = self.new_leg()
        self.cell, self.c_rnti, self.leg = attempt.target, attempt.c_rnti, attempt.leg
        message = self.ul("complete", rrc.reconfiguration_complete(after["transaction"]), "complete", context=context,
                          transaction=after["transaction"], answers=attempt)
        self.cell, self.c_rnti, self.leg = here, c_rnti, leg
        attempt.complete = message
        if attempt.key is not None:
            attempt.first = message
        if attempt.rach == "cbra":
            message.msg3 = self.rng.choice((1, 1, 2, 3))
        message.logged = not (failed and self.chance(0.12))   # the tool lost it
        if failed:
            # 38.321 5.1.4: four-step contention-free access ends before the first PUSCH; else as the grant allows
            message.sent = attempt.rach != "cfra" and self.chance(0.75)
            message.heard = False

    def arrive(self, attempt, after, context):
        self.cell, self.c_rnti, self.leg = attempt.target, attempt.c_rnti, attempt.leg
        self.named = attempt.named_frequency or self.named
        if attempt.key is not None:
            daps = after["daps"]
            for drb in self.drbs:
                if drb["mode"] == "um" and drb["id"] not in daps:
                    drb["count"] = {}
            self.context, self.root, self.ncc = context, after["root"], after["ncc"]
            self.nea, self.nia = attempt.nea, attempt.nia
            self.key_changed()
        self.armed = []   # 38.331 5.3.5.3: entries of VarConditionalReconfig are removed
        self.pending = None

    def fails(self, attempt):
        attempt.failed = True
        if attempt.derivation == "vertical":
            self.pending = attempt.ncc

    # --- what happens -------------------------------------------------------------------------------------------

    def step(self):
        what = self.rng.choices(
            ("daps", "plain", "refresh", "arm", "execute", "link-failure", "mobility", "release", "suspend", "sk", "scg"),
            (30, 14, 8, 10, 14 if self.armed else 0, 6, 3, 3, 0 if LTE else 5, 4, 0 if LTE else 2))[0]
        if what in ("release", "suspend"):
            getattr(self, what)()
        else:
            getattr(self, "do_" + what.replace("-", "_"))()

    def do_daps(self):
        """DAPS: the source's context lives on until daps-SourceRelease or fallback (38.331 5.3.5.8.3)."""
        if self.armed:
            # not configured together: taken back first, or with nothing said by a network that forgets
            transaction = self.transaction()
            self.dl("reconfiguration", rrc.reconfiguration(transaction, remove=[n for n, *_ in self.armed]),
                    "candidates removed", transaction=transaction)
            self.ul("complete", rrc.reconfiguration_complete(transaction), "complete", transaction=transaction)
            self.armed = []
        attempt, after = self.command(DAPS, self.target())
        context = self.open_target(attempt)
        what = self.rng.random()
        if what < 0.05:
            self.not_complied(attempt)
        elif what < 0.45:
            self.say_complete(attempt, after, context, True)
            self.source_data(after)
            if attempt.complete.sent and self.chance(0.15):
                self.race(attempt, context)
            self.wait(attempt.t304 / 1000)
            if self.chance(0.12):
                # the source failed, too: re-establishment from the source's key (5.3.5.8.3, 5.3.7.4)
                self.fails(attempt)
                self.reestablish("handoverFailure", attempt)
                return
            self.fails(attempt)
            attempt.outcome = "daps-fallback"
            self.leg = self.new_leg()   # the source's RLC entities are re-established
            attempt.settled = self.ul("failure", rrc.failure_information(), "FailureInformation: DAPS failure")
        else:
            self.say_complete(attempt, after, context, False)
            self.source_data(after)
            source = self.cell, self.c_rnti, self.leg, self.context
            self.arrive(attempt, after, context)
            if self.chance(0.4):
                self.two_legs(source, after)
            self.after_daps(attempt)

    def source_data(self, after):
        """DAPS bearers go on over the source until the target is reached (38.323 5.13)."""
        drbs = [d for d in self.drbs if d["id"] in after["daps"]]
        if drbs and self.chance(0.5):
            self.data(drbs=drbs)

    def two_legs(self, source, after):
        """Until the source is let go, downlink comes over both: one COUNT sequence, two keys (38.323 5.13)."""
        drbs = [d for d in self.drbs if d["id"] in after["daps"]]
        if not drbs:
            return
        target = self.cell, self.c_rnti, self.leg, self.context
        for _ in range(self.rng.choice((1, 2, 3))):
            self.cell, self.c_rnti, self.leg, self.context = self.rng.choice((source, target))
            self.data(drbs=drbs, uplink=False)
        self.cell, self.c_rnti, self.leg, self.context = target

    def after_daps(self, attempt):
        what = self.rng.random()
        if what < 0.12:
            self.downlink()
        if what < 0.06:
            attempt.outcome = "reestablished"
            self.reestablish("otherFailure", None)   # the target failed before the source was let go
            return
        if 0.12 <= what < 0.17:
            attempt.outcome = "released"
            attempt.settled = self.dl("release", rrc.release(), "release")
            self.connected = False
            return
        attempt.outcome = "completed"
        transaction = self.transaction()
        attempt.settled = self.dl("source-release", rrc.reconfiguration(transaction, source_release=True),
                                  "daps-SourceRelease", transaction=transaction)
        self.ul("complete", rrc.reconfiguration_complete(transaction), "complete", transaction=transaction)

    def race(self, attempt, context):
        """The target decodes the Complete and answers; the UE never hears it (38.321 5.1.5)."""
        here, c_rnti, leg = self.cell, self.c_rnti, self.leg
        self.cell, self.c_rnti, self.leg = attempt.target, attempt.c_rnti, attempt.leg
        transaction = self.transaction()
        message = self.dl("source-release", rrc.reconfiguration(transaction, source_release=True),
                          "daps-SourceRelease that the UE does not hear", context=context, transaction=transaction)
        message.heard = False
        attempt.complete.heard = True
        self.cell, self.c_rnti, self.leg = here, c_rnti, leg

    def do_plain(self, cell=None, procedure=PLAIN):
        attempt, after = self.command(procedure, cell or self.target())
        context = self.open_target(attempt)
        what = self.rng.random()
        if what < 0.05:
            self.not_complied(attempt)
        elif what < 0.4:
            self.say_complete(attempt, after, context, True)
            self.wait(attempt.t304 / 1000)
            self.fails(attempt)
            self.after_failure(attempt)
        else:
            self.say_complete(attempt, after, context, False)
            self.arrive(attempt, after, context)
            attempt.outcome = "completed"
            if self.chance(0.8):
                self.downlink()

    def do_refresh(self):
        """Intra-cell handover: the key changes in place (33.501 6.9.4.5)."""
        self.do_plain(self.cell, REFRESH)

    def not_complied(self, attempt):
        """38.331 5.3.5.8.2: the UE goes on with what it had, and re-establishes. Nothing was sent under the key."""
        attempt.complied = False
        self.fails(attempt)
        self.reestablish("reconfigurationFailure", attempt)

    def after_failure(self, attempt):
        """T304 expired, no DAPS: back to the source's configuration, cell selection (38.331 5.3.5.8.3, 5.3.7.3)."""
        candidates = [a for a in self.armed if a[1].target != attempt.target]
        if self.recovery and candidates and not attempt.facts_recovered and self.chance(0.7):
            attempt.outcome = "superseded"
            self.execute(self.rng.choice(candidates), recovery=True)
            return
        self.reestablish("handoverFailure", attempt)

    # --- conditional handover -----------------------------------------------------------------------------------

    def do_arm(self):
        cells = [c for c in self.cells if c != self.cell]
        cells = self.rng.sample(cells, self.rng.randrange(1, len(cells) + 1))
        ncc, entries, octets = self.next_ncc(), [], []
        self.recovery = self.chance(0.5)
        for number, cell in enumerate(cells, 1):
            bare, attempt, after, words = self.prepare(CHO, cell, ncc=ncc, bare=True)
            entries.append((number, attempt, after, words))
            octets.append((number, bare))
        transaction = self.transaction()
        removed = [n for n, *_ in self.armed if n > len(cells)]
        command = self.dl("command", rrc.reconfiguration(transaction, candidates=octets, remove=removed,
                                                         attempt_recovery=self.recovery),
                          "candidates armed: " + "; ".join(w for *_, w in entries), transaction=transaction, arms=entries)
        self.ul("complete", rrc.reconfiguration_complete(transaction), "complete", transaction=transaction)
        for (_, attempt, _, _), (_, bare) in zip(entries, octets):
            attempt.command = command
            # a candidate that is armed again with the same octets may be named by either command
            attempt.also = self.armed_before.setdefault((self.stay, bare), [])
            attempt.also.append(command)
        self.armed = entries
        if self.chance(0.4):
            self.execute(self.rng.choice(self.armed))

    def do_execute(self):
        self.execute(self.rng.choice(self.armed))

    def execute(self, entry, recovery=False):
        """A candidate's condition is met: its configuration is applied, from the key then in use (33.501 6.9.2.3.1)."""
        _, attempt, after, _ = entry
        if attempt in self.attempts:
            return   # a failed candidate is not tried twice
        self.wait(0.05, 1.0)
        attempt.facts_recovered = recovery
        attempt.stay = self.stay
        attempt.candidates = len(self.armed)
        attempt.armed = list(self.armed)
        self.attempts.append(attempt)
        context = self.open_target(attempt)
        what = self.rng.random()
        if what < 0.3:
            self.say_complete(attempt, after, context, True)
            self.wait(attempt.t304 / 1000)
            self.fails(attempt)
            self.after_failure(attempt)
        else:
            self.say_complete(attempt, after, context, False)
            self.arrive(attempt, after, context)
            attempt.outcome = "completed"
            self.downlink()

    # --- failures -----------------------------------------------------------------------------------------------

    def do_link_failure(self):
        self.wait(0.1, 1.0)
        if self.recovery and self.armed and self.chance(0.4):
            self.execute(self.rng.choice(self.armed), recovery=True)
            return
        self.reestablish("otherFailure", None)

    def do_mobility(self):
        """To E-UTRA: it works, and the UE is gone, or T304 expires and it re-establishes (38.331 5.4.3.5)."""
        transaction = self.transaction()
        self.dl("mobility", rrc.mobility_from_nr(transaction, self.rng.randbytes(20)), "handover to E-UTRA",
                transaction=transaction)
        if self.chance(0.4):
            self.connected = False
            self.wait(2.0, 6.0)
            return
        self.wait(0.5, 1.0)
        self.reestablish("handoverFailure", None)

    def reestablish(self, cause, attempt):
        """38.331 5.3.7: the request names the PCell the UE had before the failure, and its C-RNTI there."""
        named = self.c_rnti, self.cell.pci
        choices = [self.cell] + [c for c in self.cells if c != self.cell]
        cell = self.rng.choice(choices)
        if attempt is not None and attempt.target != self.cell and self.chance(0.4):
            cell = attempt.target
        self.wait(0.05, 0.6)
        old = self.context
        self.cell, self.c_rnti, self.leg = cell, self.new_c_rnti(), self.new_leg()
        request = self.emit("ul-ccch", "reestablishment-request",
                            rrc.reestablishment_request(*named, self.rng.getrandbits(16), cause),
                            f"re-establishment request in {cell.name}, {cause}", srb=0, named=named, cause=cause,
                            source=old, failed=attempt)
        if attempt is not None:
            attempt.settled = request
            if attempt.outcome == "unknown":
                attempt.outcome = "reestablished"
        self.armed = []
        what = self.rng.random()
        if what < 0.08:
            self.connected = False   # T301 expires
            return
        if what < 0.16:
            self.set_up()            # the context is not known there (5.3.7.8)
            return
        ncc = self.next_ncc()
        key, parent, derivation, root, number = self.derive(ncc, cell)
        transaction = self.transaction()
        context = Context(key, self.nea, self.nia)
        answer = self.emit("dl-ccch" if LTE else "dl-dcch", "reestablishment", rrc.reestablishment(transaction, ncc),
                           f"re-establishment ncc {ncc} {derivation}", srb=0 if LTE else 1,   # LTE: on SRB0 (36.331 5.3.7.5)
                           context=context, protection="none" if LTE else "integrity", transaction=transaction,
                           new_context=True)
        again = Attempt(self.number, "reestablishment", answer, key, parent, derivation, ncc, cell, nea=self.nea,
                        nia=self.nia, stay=self.stay, outcome="completed", nas=self.nas_messages,
                        connection=self.connection)
        self.attempts.append(again)
        self.context, self.root, self.ncc = context, root, number
        self.key_changed()
        self.named = False
        again.first = again.complete = self.ul("reestablishment-complete", rrc.reestablishment_complete(transaction),
                                               "re-establishment complete", transaction=transaction)
        again.first.logged = not self.chance(0.07)
        for drb in self.drbs:
            if drb["mode"] == "um":
                drb["count"] = {}
        if self.drbs or self.srb2:
            # SRB2 and DRBs are resumed by the first reconfiguration (5.3.5.6)
            self.reconfigure(bearers=rrc.radio_bearers(self.drbs, srb_reestablish=(2,),
                                                       drb_reestablish=[d["id"] for d in self.drbs]))

    # --- secondary nodes ----------------------------------------------------------------------------------------

    def do_sk(self):
        """sk-Counter: KSN from the KgNB in use and the counter alone (33.501 6.10.3.1, A.16)."""
        if self.used_counters and self.chance(0.3):
            counter = self.rng.choice(self.used_counters)
        else:
            self.sk_counter += 1
            counter = self.sk_counter
        transaction = self.transaction()
        command = self.dl("sk", rrc.reconfiguration(transaction, sk_counter=counter), f"sk-Counter {counter}",
                          transaction=transaction)
        attempt = Attempt(self.number, "sk-counter", command, ("KSN", self.context.key, counter), self.context.key,
                          "sk-counter", stay=self.stay, outcome="completed", nea=self.nea, nia=self.nia,
                          connection=self.connection)
        self.used_counters.append(counter)
        self.attempts.append(attempt)
        self.ul("complete", rrc.reconfiguration_complete(transaction), "complete", transaction=transaction)

    def do_scg(self):
        cell = self.rng.choice(self.cells)
        # its answer goes over LTE: no other Complete shall be taken for it
        free = [t for t in range(4) if t not in [after["transaction"] for _, _, after, _ in self.armed] and t != 1]
        if self.air or self.scg_transaction is not None or not free:
            return
        transaction = self.scg_transaction = free[0]
        octets = rrc.reconfiguration(transaction, bare=True, scg={
            "pci": cell.pci, "arfcn": cell.arfcn, "c_rnti": self.new_c_rnti(), "t304": 1000, "rach": "cfra"})
        self.emit("reconfiguration", "scg", octets, f"SCG change to {cell.name}", srb=0,
                  transaction=transaction)
