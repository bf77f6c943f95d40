/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules in words: printed by `dapsaudit explain`, by findings and into the documentation. */
#include <string.h>

#include "daps/rule.h"
#include "words/rules_lte.h"

#define CLAUSES(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct daps_rule rules[DAPS_RULE_COUNT] = {
    [DAPS_RULE_REPEATED_KEY] =
        {
            .id = DAPS_RULE_REPEATED_KEY,
            .name = "repeated-key",
            .title = "The same key was derived for two attempts",
            .liaison = "Q1",
            .clauses = CLAUSES("TS 33.501 A.11", "TS 33.501 6.9.2.3.4", "TS 38.331 5.3.5.8.3"),
            .meaning =
                "KgNB* depends on its parent key, the target PCI and the SSB ARFCN, and on nothing fresh. After a "
                "fallback or a failed attempt the parent is in force again, so a further derivation for the same "
                "cell gives the same KgNB* and, with the same algorithms, the same RRC and user plane keys, while "
                "the PDCP entities of the target start at COUNT 0 again. The rule compares derivations, so it needs "
                "no key and holds for handover, DAPS and conditional handover, intra-cell refresh, "
                "re-establishment, resume and sk-Counter alike.",
            .remedy =
                "Network: change the key before trying the same cell again (intra-cell handover with masterKeyUpdate, "
                "a vertical derivation from an unused {NH, NCC} pair, or a new KgNB from the AMF), or choose another "
                "cell. Contention-free four-step random access keeps the uplink silent until the attempt succeeds.",
        },
    [DAPS_RULE_NH_REUSE] =
        {
            .id = DAPS_RULE_NH_REUSE,
            .name = "nh-reuse",
            .title = "A {NH, NCC} pair was taken again after the attempt that used it had failed",
            .liaison = "Q4",
            .clauses = CLAUSES("TS 33.501 6.9.2.3.1", "TS 33.501 6.9.2.3.2", "TS 38.331 5.3.5.8.3"),
            .meaning =
                "A source node derives vertically if it holds an unused {NH, NCC} pair. Whether a pair is used once "
                "an attempt with it has failed is not specified. If it is taken again for the same cell the key "
                "repeats (see repeated-key); for another cell the keys differ, but the pair has served twice.",
            .remedy =
                "Network: treat the pair as used from the moment a command with it was sent; take the next pair or "
                "derive horizontally and refresh the key before the same cell is tried again.",
        },
    [DAPS_RULE_KEYSTREAM_REUSE] =
        {
            .id = DAPS_RULE_KEYSTREAM_REUSE,
            .name = "keystream-reuse",
            .title = "Two messages were enciphered with the same keystream",
            .liaison = "Q2",
            .clauses = CLAUSES("TS 33.501 D.2.1", "TS 38.323 5.8", "TS 38.331 5.3.1.2", "TS 38.321 5.1.5"),
            .meaning =
                "NEA keystream is a function of key, COUNT, BEARER and DIRECTION. When two different messages share "
                "all four, the XOR of what is on the air is the XOR of the plaintexts, and who knows or guesses one "
                "reads the other. Inferred findings rest on the messages an RRC log shows and on COUNT starting at "
                "0 in the target's new PDCP entity; observed and proven ones on the PDCP PDUs themselves.",
            .remedy =
                "Network: avoid the repeated key behind it. If it must be tried again, contention-free four-step "
                "random access, a first uplink grant too small for SRB1 data, or another ciphering algorithm at the "
                "retry keep the keystream from being used twice.",
        },
    [DAPS_RULE_MAC_NONCE_REUSE] =
        {
            .id = DAPS_RULE_MAC_NONCE_REUSE,
            .name = "mac-nonce-reuse",
            .title = "Two messages were authenticated with the same integrity input",
            .liaison = "Q2",
            .clauses = CLAUSES("TS 33.501 D.3.1", "TS 38.323 5.9", "TS 33.501 6.5.1"),
            .meaning =
                "NIA1 and NIA3 hide a universal hash behind a one-time mask that depends on key, COUNT, BEARER and "
                "DIRECTION. Two messages with the same four give an equation on hash key and mask, and with it the "
                "means to forge for that tuple. NIA2 is a CMAC without nonce and does not suffer from it.",
            .remedy = "Network: as for keystream-reuse; NIA2 is the algorithm that survives it.",
        },
    [DAPS_RULE_NCC_AMBIGUITY] =
        {
            .id = DAPS_RULE_NCC_AMBIGUITY,
            .name = "ncc-ambiguity",
            .title = "Two readings of the stored NCC lead to different keys",
            .liaison = "Q4",
            .clauses = CLAUSES("TS 33.501 6.9.2.3.4", "TS 38.331 5.3.5.7", "TS 38.331 5.3.5.8.3"),
            .meaning =
                "After a DAPS fallback from an attempt with a new NCC, the UE may compare the next NCC with that of "
                "the key in force (TS 33.501) or with the one it stored in the failed attempt (TS 38.331 5.3.5.7 "
                "taken by the letter). Here the two disagree, so UE and network may end with different keys.",
            .remedy =
                "Standards: say in TS 38.331 5.3.5.8.3 that the stored NCC is that of the source again. Network: use "
                "a new NCC, for which both readings agree.",
        },
    [DAPS_RULE_EXPOSED_FALLBACK] =
        {
            .id = DAPS_RULE_EXPOSED_FALLBACK,
            .name = "exposed-fallback",
            .title = "After a fallback the source key is still in use",
            .liaison = "Q3",
            .clauses = CLAUSES("TS 38.331 5.3.5.8.3", "TS 33.501 6.9.4.5", "TS 33.501 A.11"),
            .meaning = "A DAPS fallback leaves the UE on its old key, from which the key of the failed attempt can be "
                       "derived once more. Nothing has been repeated yet in this log.",
            .remedy =
                "Network: refresh the key in the source cell (intra-cell handover with masterKeyUpdate) before the "
                "next handover to that cell, or take a new {NH, NCC} pair or another cell.",
        },
    [DAPS_RULE_KEY_MISMATCH] =
        {
            .id = DAPS_RULE_KEY_MISMATCH,
            .name = "key-mismatch",
            .title = "A derived key is not the one that was used",
            .liaison = "",
            .clauses = CLAUSES("TS 33.501 A.11", "TS 33.501 6.9.2.3.4"),
            .meaning =
                "The MAC-I of the messages behind a command is right only under a key derived otherwise than TS 33.501 "
                "A.11 says (ARFCN of Point A or of the carrier, ARFCN in two octets), or under none of the candidates. "
                "Proven: the "
                "departure was found and the audit goes on with the key that verifies. Observed: nothing verifies.",
            .remedy =
                "Compare parent, NCC, PCI and ARFCN of both sides; a frequent cause is an ARFCN other than that of "
                "the SSB, or its encoding in two octets.",
        },
    [DAPS_RULE_COUNT_REUSE] =
        {
            .id = DAPS_RULE_COUNT_REUSE,
            .name = "count-reuse",
            .title = "A COUNT was used twice under one key",
            .liaison = "",
            .clauses = CLAUSES("TS 38.331 5.3.1.2", "TS 33.501 6.9.4.1", "TS 38.323 5.8"),
            .meaning =
                "Within one key, a bearer's COUNT was used for two PDUs without any handover: a bearer identity was "
                "given out again, or a PDCP entity was reset without a key change.",
            .remedy = "Network: take another bearer identity, or refresh the key before COUNT starts again.",
        },
    [DAPS_RULE_NCC_INVALID] =
        {
            .id = DAPS_RULE_NCC_INVALID,
            .name = "ncc-invalid",
            .title = "An impossible or unsafe step of the key chain",
            .liaison = "",
            .clauses = CLAUSES("TS 33.501 6.9.2.1.1", "TS 33.501 6.9.2.3.2", "TS 33.501 A.10"),
            .meaning = "(Not reported by this version.) A node interface carried an NH "
                       "of all zeros, an NCC that does not follow modulo 8, or NCC 1 for a "
                       "derivation, which the standard never uses.",
            .remedy = "Core network or node: correct the NH chain; keys that came from it are not fresh.",
        },
    [DAPS_RULE_NULL_SECURITY] =
        {
            .id = DAPS_RULE_NULL_SECURITY,
            .name = "null-security",
            .title = "A null algorithm was selected",
            .liaison = "",
            .clauses = CLAUSES("TS 33.501 5.3.2", "TS 33.501 5.3.3", "TS 33.501 6.7.3"),
            .meaning =
                "NEA0 gives no confidentiality, NIA0 no integrity. Without a keystream there is none to reuse, so "
                "keystream-reuse is not reported under NEA0.",
            .remedy =
                "Network: select NEA1, NEA2 or NEA3 and NIA1, NIA2 or NIA3; NIA0 is for unauthenticated emergency "
                "sessions only.",
        },
    [DAPS_RULE_FORGED_REQUEST] =
        {
            .id = DAPS_RULE_FORGED_REQUEST,
            .name = "forged-request",
            .title = "A request whose MAC fits no key of the UE it names",
            .liaison = "",
            .clauses = CLAUSES("TS 38.331 5.3.7.4", "TS 38.331 5.3.13.3", "TS 33.501 6.11", "TS 33.501 6.8.2.1.3"),
            .meaning =
                "A re-establishment request proves itself with shortMAC-I, a resume request with resumeMAC-I, both "
                "made "
                "with an integrity key that only the UE and its network have. This one is right under no key that the "
                "UE "
                "is known to have had, so somebody else sent it, or the UE has a key that this audit does not know. It "
                "changes nothing in the audit: what it asks for is believed only if the network answers.",
            .remedy = "Network: such a request must be refused without touching the UE's context. A request that was "
                      "answered "
                      "all the same, or many of them, deserve a look at the cell and time they were sent in.",
        },
    [DAPS_RULE_COUNT_NEAR_WRAP] =
        {
            .id = DAPS_RULE_COUNT_NEAR_WRAP,
            .name = "count-near-wrap",
            .title = "A COUNT is close to its end under one key",
            .liaison = "",
            .clauses = CLAUSES("TS 33.501 6.9.4.1", "TS 38.331 5.3.1.2", "TS 38.323 6.3.5"),
            .meaning =
                "COUNT has 32 bits and must not begin again under one key. The network has to refresh the key "
                "before the COUNT of any bearer is about to be used again. This bearer is close to that, as its PDUs "
                "or a CounterCheck say, and the capture shows no key change since.",
            .remedy = "Network: refresh the key (intra-cell handover with masterKeyUpdate) before COUNT ends.",
        },
    [DAPS_RULE_UNCIPHERED] =
        {
            .id = DAPS_RULE_UNCIPHERED,
            .name = "unciphered",
            .title = "A message was sent in clear although ciphering is on",
            .liaison = "",
            .clauses = CLAUSES("TS 38.323 5.8", "TS 38.331 5.3.1.2", "TS 38.331 5.3.4.3", "TS 33.501 6.7.4"),
            .meaning =
                "Once AS security is active every message on a signalling bearer is ciphered, save those that the "
                "standard names (SecurityModeCommand and its answer, RRCReestablishment). The MAC-I of this message is "
                "right under the UE's key without deciphering it, so the UE or its network sent it as it is. Whoever "
                "listens reads that one message; no key and no keystream is given away, which is why it is low.",
            .remedy = "Sender: apply ciphering to all signalling bearers from the message on that activates it. A "
                      "bearer that is added later is ciphered from its first PDU on.",
        },
    [DAPS_RULE_KEY_UNCHANGED] =
        {
            .id = DAPS_RULE_KEY_UNCHANGED,
            .name = "key-unchanged",
            .title = "The key stayed as it was where it had to change",
            .liaison = "",
            .clauses = CLAUSES("TS 33.501 6.9.2.3.4", "TS 33.501 A.11", "TS 33.501 6.9.4.1"),
            .meaning =
                "A command, re-establishment or security mode made the UE take a new key, and the phone's own log "
                "shows the AS keys of before in force behind it, with COUNT of the signalling bearers begun anew. "
                "Whatever is sent then shares its keystream with what was sent before.",
            .remedy = "Compare what both sides derived; with the keys of before every COUNT from 0 on is used again.",
        },
};

const struct daps_rule *daps_rule(enum daps_rule_id id)
{
    return &rules[id];
}

struct daps_prose daps_rule_prose(enum daps_rule_id id, enum daps_rat rat)
{
    const struct daps_prose *lte = rat == DAPS_RAT_LTE ? rules_lte(id) : NULL;
    const struct daps_rule *rule = &rules[id];

    if (lte != NULL)
        return *lte;
    return (struct daps_prose){rule->title, rule->clauses, rule->meaning, rule->remedy};
}

const struct daps_rule *daps_rule_by_name(const char *name)
{
    for (unsigned i = 0; i < DAPS_RULE_COUNT; i++) {
        if (strcmp(rules[i].name, name) == 0)
            return &rules[i];
    }
    return NULL;
}
