/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules in LTE's words (TS 33.401, TS 36.331, TS 36.323). What has no row is not reported of LTE by this version,
 * or says the same of both.
 */
#include "words/rules_lte.h"

#define CLAUSES(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct daps_prose rows[DAPS_RULE_COUNT] = {
    [DAPS_RULE_REPEATED_KEY] =
        {
            .title = "The same key was derived for two attempts",
            .clauses = CLAUSES("TS 33.401 A.5", "TS 33.401 7.2.8.4", "TS 36.331 5.3.5.4", "TS 36.331 5.3.5.6"),
            .meaning =
                "KeNB* is a function of the parent key, the PCI and the EARFCN-DL alone; nothing in it is fresh. A UE "
                "that falls back to the source, or re-establishes after a failed attempt, may have the same parent "
                "again. A second derivation for the same cell gives the same KeNB* and, with the same algorithms, the "
                "same RRC and user plane keys, while the PDCP entities of the signalling bearers start at COUNT 0 "
                "again. The rule compares derivations, so it needs no key and holds for handover, DAPS and conditional "
                "handover, intra-cell handover, re-establishment, resume and the counter of a secondary node alike.",
            .remedy = "Network: change the key before trying the same cell again (intra-cell handover, a vertical "
                      "derivation from an unused {NH, NCC} pair, or a new KeNB from the MME), or choose another cell. "
                      "Contention-free random access keeps the uplink silent until the attempt succeeds.",
        },
    [DAPS_RULE_NH_REUSE] =
        {
            .title = "A {NH, NCC} pair was taken again after the attempt that used it had failed",
            .clauses = CLAUSES("TS 33.401 7.2.8.4", "TS 33.401 A.4", "TS 36.331 5.3.5.6"),
            .meaning =
                "A source node derives vertically if it holds an unused {NH, NCC} pair. Whether a pair is used once "
                "an attempt with it has failed is not specified. If it is taken again for the same cell the key "
                "repeats (see repeated-key); for another cell the keys differ, but the pair has served twice.",
            .remedy =
                "Network: treat the pair as used from the moment a command with it was sent; take the next pair or "
                "derive horizontally and change the key before the same cell is tried again.",
        },
    [DAPS_RULE_KEYSTREAM_REUSE] =
        {
            .title = "Two messages were enciphered with the same keystream",
            .clauses = CLAUSES("TS 33.401 B.1.1", "TS 36.323 5.6", "TS 36.331 5.3.1.2", "TS 36.321 5.1.5"),
            .meaning =
                "EEA keystream is a function of key, COUNT, BEARER and DIRECTION. When two different messages share "
                "all four, the XOR of what is on the air is the XOR of the plaintexts, and who knows or guesses one "
                "reads the other. Inferred findings rest on the messages an RRC log shows and on COUNT starting at "
                "0 in the target's PDCP entities of the signalling bearers.",
            .remedy =
                "Network: avoid the repeated key behind it. If it must be tried again, contention-free random access, "
                "a first uplink grant too small for SRB1 data, or another ciphering algorithm at the retry keep the "
                "keystream from being used twice.",
        },
    [DAPS_RULE_MAC_NONCE_REUSE] =
        {
            .title = "Two messages were authenticated with the same integrity input",
            .clauses = CLAUSES("TS 33.401 B.2", "TS 36.323 5.7"),
            .meaning =
                "EIA1 and EIA3 hide a universal hash behind a one-time mask that depends on key, COUNT, BEARER and "
                "DIRECTION. Two messages with the same four give an equation on hash key and mask, and with it the "
                "means to forge for that tuple. EIA2 is a CMAC without nonce and does not suffer from it.",
            .remedy = "Network: as for keystream-reuse; EIA2 is the algorithm that survives it.",
        },
    [DAPS_RULE_NCC_AMBIGUITY] =
        {
            .title = "Two readings of the stored NCC lead to different keys",
            .clauses = CLAUSES("TS 33.401 7.2.8.4", "TS 36.331 5.3.5.4", "TS 36.331 5.3.5.6"),
            .meaning =
                "After a DAPS fallback from an attempt with a new NCC, the UE may compare the next NCC with that of "
                "the key in force or with the one it stored in the failed attempt (TS 36.331 5.3.5.4 taken by the "
                "letter). Here the two disagree, so UE and network may end with different keys.",
            .remedy =
                "Standards: say what the stored NCC is after a DAPS fallback. Network: use a new NCC, for which both "
                "readings agree.",
        },
    [DAPS_RULE_EXPOSED_FALLBACK] =
        {
            .title = "After a fallback the source key is still in use",
            .clauses = CLAUSES("TS 36.331 5.3.5.6", "TS 33.401 7.2.9", "TS 33.401 A.5"),
            .meaning = "A DAPS fallback leaves the UE on its old key, from which the key of the failed attempt can be "
                       "derived once more. Nothing has been repeated yet in this log.",
            .remedy = "Network: change the key in the source cell (intra-cell handover) before the next handover to "
                      "that cell, or take a new {NH, NCC} pair or another cell.",
        },
    [DAPS_RULE_KEY_MISMATCH] =
        {
            .title = "A derived key is not the one that was used",
            .clauses = CLAUSES("TS 33.401 A.5", "TS 33.401 A.7", "TS 33.401 7.2.8.4"),
            .meaning =
                "The phone's own log names the AS keys by value, and they are others than the derivations of TS 33.401 "
                "say: two keys where the same inputs would give one, or a key that the one in the key log does not "
                "give. What would follow from the derivation is not claimed.",
            .remedy = "Compare parent, NCC, PCI and EARFCN of both sides; a NAS security mode command or a key change "
                      "that the log misses explains it as well, and so does a key log of another UE.",
        },
    [DAPS_RULE_COUNT_REUSE] =
        {
            .title = "A COUNT was used twice under one key",
            .clauses = CLAUSES("TS 36.331 5.3.1.2", "TS 33.401 7.2.9", "TS 36.323 5.6"),
            .meaning = "Within one key, a bearer's COUNT was used for two PDUs without any handover: a bearer identity "
                       "was given out again, or a PDCP entity was reset without a key change.",
            .remedy = "Network: take another bearer identity, or change the key before COUNT starts again.",
        },
    [DAPS_RULE_KEY_UNCHANGED] =
        {
            .title = "The key stayed as it was where it had to change",
            .clauses = CLAUSES("TS 33.401 7.2.8.4", "TS 33.401 A.5", "TS 33.401 7.2.9"),
            .meaning =
                "A command, re-establishment or security mode made the UE take a new key, and the phone's own log "
                "shows the AS keys of before in force behind it, with COUNT of the signalling bearers begun anew. "
                "Whatever is sent then shares its keystream with what was sent before.",
            .remedy = "Compare what both sides derived; with the keys of before every COUNT from 0 on is used again.",
        },
    [DAPS_RULE_NULL_SECURITY] =
        {
            .title = "A null algorithm was selected",
            .clauses = CLAUSES("TS 33.401 5.1.3", "TS 33.401 5.1.4", "TS 33.401 7.2.4.1"),
            .meaning =
                "EEA0 gives no confidentiality, EIA0 no integrity. Without a keystream there is none to reuse, so "
                "keystream-reuse is not reported under EEA0.",
            .remedy =
                "Network: select EEA1, EEA2 or EEA3 and EIA1, EIA2 or EIA3; EIA0 is for unauthenticated emergency "
                "calls only.",
        },
    [DAPS_RULE_FORGED_REQUEST] =
        {
            .title = "A request whose MAC fits no key of the UE it names",
            .clauses = CLAUSES("TS 36.331 5.3.7.4", "TS 36.331 5.3.3.3a", "TS 36.331 7.1"),
            .meaning =
                "A re-establishment request proves itself with shortMAC-I, a resume request with shortResumeMAC-I, "
                "both made with an integrity key that only the UE and its network have. This one is right under no "
                "key that the UE is known to have had, so somebody else sent it, or the UE has a key that this audit "
                "does not know. It changes nothing in the audit: what it asks for is believed only if the network "
                "answers.",
            .remedy = "Network: such a request must be refused without touching the UE's context. A request that was "
                      "answered all the same, or many of them, deserve a look at the cell and time they were sent in.",
        },
};

const struct daps_prose *rules_lte(enum daps_rule_id id)
{
    return rows[id].title != NULL ? &rows[id] : NULL;
}
