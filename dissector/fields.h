/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every field, subtree and expert item of the plugin, by name. */
#ifndef DAPS_DISSECTOR_FIELDS_H
#define DAPS_DISSECTOR_FIELDS_H

#include "ws_compat.h"

#include <epan/expert.h>
#include <epan/unit_strings.h>

#include "daps/finding.h"
#include "enums.h"

/*
 * X(id, title, filter name, type, display, strings, blurb). FT_PROTOCOL: a part of the tree with fields of its own,
 * which Wireshark nests in its JSON for Elasticsearch only if it is registered as a protocol.
 */
#define DAPS_FIELDS(X)                                                                                                 \
    X(ue, "UE", "daps.ue", FT_STRING, BASE_NONE, NULL, "The UE, numbered as they appear in the capture")               \
    X(rat, "RAT", "daps.rat", FT_UINT8, BASE_DEC, VALS(daps_rats), "Radio access technology: nr or lte")               \
    X(join, "Joined", "daps.join", FT_STRING, BASE_NONE, NULL,                                                         \
      "A name under which this UE is met from here on, and why it is this UE's")                                       \
    X(event, "Event", "daps.event", FT_STRING, BASE_NONE, NULL, "What RRC said in this frame")                         \
    X(message, "Message", "daps.message", FT_STRING, BASE_NONE, NULL,                                                  \
      "Name of the RRC message, if it was deciphered as well")                                                         \
    X(undecoded, "Undecoded", "daps.undecoded", FT_STRING, BASE_NONE, NULL,                                            \
      "Why an RRC message of this frame could not be unwrapped or decoded")                                            \
    X(missed, "Not followed", "daps.not_followed", FT_STRING, BASE_NONE, NULL,                                         \
      "Why a PDU of this frame was not followed")                                                                      \
    X(unreadable, "Signalling without a key", "daps.unreadable", FT_UINT32, BASE_DEC, NULL,                            \
      "Signalling PDUs of this frame that are ciphered, with no key at hand")                                          \
    X(unverified, "Signalling that does not verify", "daps.unverified", FT_UINT32, BASE_DEC, NULL,                     \
      "Signalling PDUs of this frame whose MAC-I is wrong under every key at hand")                                    \
    X(context, "Context in force", "daps.context", FT_PROTOCOL, BASE_NONE, NULL,                                       \
      "An AS security context in force behind this frame")                                                             \
    X(context_ue, "Of UE", "daps.context.ue", FT_STRING, BASE_NONE, NULL, "The UE whose context it is")                \
    X(context_source, "Key of the source", "daps.context.source", FT_STRING, BASE_NONE, NULL,                          \
      "Key of the AS security context in force behind this frame")                                                     \
    X(context_target, "Key of the target", "daps.context.target", FT_STRING, BASE_NONE, NULL,                          \
      "Key of the second context, while a handover is under way")                                                      \
    X(context_ncc, "NCC", "daps.context.ncc", FT_UINT8, BASE_DEC, NULL, "NCC of a context in force")                   \
    X(context_ciphering, "Ciphering", "daps.context.ciphering", FT_UINT8, BASE_DEC, VALS(daps_algorithms),             \
      "Ciphering algorithm of a context in force")                                                                     \
    X(context_integrity, "Integrity", "daps.context.integrity", FT_UINT8, BASE_DEC, VALS(daps_algorithms),             \
      "Integrity algorithm of a context in force")                                                                     \
    X(context_pci, "PCI", "daps.context.pci", FT_UINT16, BASE_DEC, NULL, "Physical cell identity of a context's cell") \
    X(context_c_rnti, "C-RNTI", "daps.context.c_rnti", FT_UINT16, BASE_HEX_DEC, NULL, "C-RNTI of a context in force")  \
    X(time_to_complete, "Command to Complete", "daps.time_to_complete", FT_RELATIVE_TIME, BASE_NONE, NULL,             \
      "Time from the command to the RRCReconfigurationComplete")                                                       \
    X(time_to_outcome, "Command to outcome", "daps.time_to_outcome", FT_RELATIVE_TIME, BASE_NONE, NULL,                \
      "Time from the command to what settled the outcome")                                                             \
    X(handover, "Handover", "daps.handover", FT_PROTOCOL, BASE_NONE, NULL, "A handover that this frame takes part in") \
    X(procedure, "Procedure", "daps.procedure", FT_UINT8, BASE_DEC, VALS(daps_procedures),                             \
      "daps-handover, handover, conditional-handover, intra-cell-refresh, ...")                                        \
    X(procedure_name, "Procedure (text)", "daps.procedure.name", FT_STRING, BASE_NONE, NULL,                           \
      "Deprecated: daps.procedure as text, for -T fields and for filters that search in it")                           \
    X(daps, "DAPS", "daps.daps", FT_BOOLEAN, BASE_NONE, NULL,                                                          \
      "At least one DRB has daps-Config (TS 38.331 5.3.5.5.2)")                                                        \
    X(prepared, "Prepared only", "daps.prepared", FT_BOOLEAN, BASE_NONE, NULL,                                         \
      "Seen in an inter-node HandoverCommand, not over the air")                                                       \
    X(outcome, "Outcome", "daps.outcome", FT_UINT8, BASE_DEC, VALS(daps_outcomes),                                     \
      "completed, daps-fallback, reestablished, released, superseded or unknown")                                      \
    X(outcome_name, "Outcome (text)", "daps.outcome.name", FT_STRING, BASE_NONE, NULL,                                 \
      "Deprecated: daps.outcome as text, for -T fields and for filters that search in it")                             \
    X(rach, "Random access", "daps.rach", FT_UINT8, BASE_DEC, VALS(daps_rachs), "cbra, cfra, cfra-2step or unknown")   \
    X(c_rnti, "C-RNTI", "daps.c_rnti", FT_UINT16, BASE_HEX_DEC, NULL, "newUE-Identity: C-RNTI in the target")          \
    X(t304, "T304", "daps.t304", FT_UINT32, BASE_DEC | BASE_UNIT_STRING, &units_milliseconds, "T304 of the command")   \
    X(source_pci, "Source PCI", "daps.source.pci", FT_UINT16, BASE_DEC, NULL, "Physical cell identity of the source")  \
    X(source_arfcn, "Source ARFCN", "daps.source.arfcn", FT_UINT32, BASE_DEC, NULL,                                    \
      "SSB ARFCN (LTE: EARFCN-DL) of the source")                                                                      \
    X(pci, "PCI", "daps.pci", FT_UINT16, BASE_DEC, NULL,                                                               \
      "Physical cell identity that goes into the key (TS 33.501 A.11)")                                                \
    X(arfcn, "ARFCN", "daps.arfcn", FT_UINT32, BASE_DEC, NULL,                                                         \
      "SSB ARFCN (LTE: EARFCN-DL) that goes into the key (TS 33.501 A.11)")                                            \
    X(same_frequency, "Same frequency", "daps.same_frequency", FT_BOOLEAN, BASE_NONE, NULL,                            \
      "The frequency is that of the source cell, which the capture does not name")                                     \
    X(key_set_change, "keySetChangeIndicator", "daps.key_set_change", FT_BOOLEAN, BASE_NONE, NULL,                     \
      "The key is derived from a new key set (TS 33.501 6.9.2.3.4)")                                                   \
    X(ciphering, "Ciphering", "daps.ciphering", FT_UINT8, BASE_DEC, VALS(daps_algorithms), "Ciphering algorithm")      \
    X(integrity, "Integrity", "daps.integrity", FT_UINT8, BASE_DEC, VALS(daps_algorithms), "Integrity algorithm")      \
    X(command_frame, "Command in", "daps.command_frame", FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_REQUEST),   \
      "Frame of the handover command")                                                                                 \
    X(executed_frame, "Executed in", "daps.executed_frame", FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_ACK),    \
      "Frame that shows that a conditional handover was executed")                                                     \
    X(complete_frame, "Complete in", "daps.complete_frame", FT_FRAMENUM, BASE_NONE,                                    \
      FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE), "Frame of the RRCReconfigurationComplete")                                  \
    X(outcome_frame, "Outcome in", "daps.outcome_frame", FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE),  \
      "Frame that settled the outcome: a fallback, a source release, ...")                                             \
    X(first_derived_in, "Key first derived in", "daps.first_derived_in", FT_FRAMENUM, BASE_NONE,                       \
      FRAMENUM_TYPE(FT_FRAMENUM_RETRANS_PREV), "First frame that leads to this key, of a key that is repeated")        \
    X(repeated_in, "Key repeated in", "daps.repeated_in", FT_FRAMENUM, BASE_NONE,                                      \
      FRAMENUM_TYPE(FT_FRAMENUM_RETRANS_NEXT), "Further frame that leads to this key")                                 \
    X(key, "Key", "daps.key", FT_STRING, BASE_NONE, NULL, "Name of the key: equal derivation, equal name")             \
    X(key_kind, "Kind", "daps.key.kind", FT_UINT8, BASE_DEC, VALS(daps_key_kinds), "kgnb, kgnb-star, nh, ...")         \
    X(key_parent, "Parent key", "daps.key.parent", FT_STRING, BASE_NONE, NULL, "Name of the key it is derived from")   \
    X(key_fc, "FC", "daps.key.fc", FT_UINT8, BASE_HEX, NULL, "FC of the KDF (TS 33.501 Annex A)")                      \
    X(key_value, "Value", "daps.key.value", FT_BYTES, BASE_NONE, NULL, "Value of the key, if known and asked for")     \
    X(key_parent_value, "Value of the parent", "daps.key.parent_value", FT_BYTES, BASE_NONE, NULL,                     \
      "Value of the parent key, if known and asked for")                                                               \
    X(derivation, "Derivation", "daps.derivation", FT_UINT8, BASE_DEC, VALS(daps_derivations),                         \
      "horizontal, vertical, new-key-set, sk-counter, none or unknown")                                                \
    X(ncc, "NCC", "daps.ncc", FT_UINT8, BASE_DEC, NULL, "nextHopChainingCount")                                        \
    X(sk_counter, "sk-Counter", "daps.sk_counter", FT_UINT32, BASE_DEC, NULL, "Counter of a secondary node key")       \
    X(derived, "Key derived", "daps.derived", FT_PROTOCOL, BASE_NONE, NULL, "A key that this frame leads to")          \
    X(scg_change, "SCG change", "daps.scg_change", FT_PROTOCOL, BASE_NONE, NULL, "Change of the secondary cell group") \
    X(use, "Keystream", "daps.use", FT_PROTOCOL, BASE_NONE, NULL, "A PDCP PDU of this frame under protection")         \
    X(use_key, "Key", "daps.use.key", FT_STRING, BASE_NONE, NULL, "Name of the key that the PDU is under")             \
    X(use_count, "COUNT", "daps.use.count", FT_UINT32, BASE_DEC, NULL, "COUNT (TS 38.323 6.3.5)")                      \
    X(use_bearer, "BEARER", "daps.use.bearer", FT_UINT8, BASE_DEC, NULL, "BEARER: RB identity - 1 (TS 38.323 5.8)")    \
    X(use_direction, "DIRECTION", "daps.use.direction", FT_UINT8, BASE_DEC, VALS(daps_directions),                     \
      "0 uplink, 1 downlink")                                                                                          \
    X(use_algorithm, "Algorithm", "daps.use.algorithm", FT_UINT8, BASE_DEC, VALS(daps_algorithms),                     \
      "Ciphering the PDU was sent under")                                                                              \
    X(use_verified, "MAC-I verified", "daps.use.verified", FT_BOOLEAN, BASE_NONE, NULL,                                \
      "MAC-I is right under the computed key")                                                                         \
    X(use_earlier, "Used before in", "daps.use.earlier", FT_FRAMENUM, BASE_NONE,                                       \
      FRAMENUM_TYPE(FT_FRAMENUM_RETRANS_PREV), "Frame that used the same key, COUNT, BEARER and DIRECTION before")     \
    X(use_differs, "Contents differ", "daps.use.differs", FT_BOOLEAN, BASE_NONE, NULL,                                 \
      "The earlier use had other contents: the keystream is used twice")                                               \
    X(deciphered, "Deciphered RRC", "daps.deciphered", FT_PROTOCOL, BASE_NONE, NULL,                                   \
      "RRC deciphered with a key whose MAC-I is right")                                                                \
    X(deciphered_key, "Key", "daps.deciphered.key", FT_STRING, BASE_NONE, NULL, "Name of the key it deciphers with")   \
    X(read, "RRC", "daps.read", FT_PROTOCOL, BASE_NONE, NULL,                                                          \
      "RRC in clear that Wireshark did not find in this frame")                                                        \
    X(finding, "Finding", "daps.finding", FT_PROTOCOL, BASE_NONE, NULL, "A finding that names this frame")             \
    X(rule, "Rule", "daps.rule", FT_UINT8, BASE_DEC, VALS(daps_rules), "repeated-key, keystream-reuse, ...")           \
    X(rule_name, "Rule (text)", "daps.rule.name", FT_STRING, BASE_NONE, NULL,                                          \
      "Deprecated: daps.rule as text, for -T fields and for filters that search in it")                                \
    X(severity, "Severity", "daps.severity", FT_UINT8, BASE_DEC, VALS(daps_severities), "info, low, medium or high")   \
    X(severity_level, "Severity level", "daps.severity_level", FT_UINT8, BASE_DEC, NULL,                               \
      "Deprecated, as daps.severity compares: 0 info, 1 low, 2 medium, 3 high")                                        \
    X(severity_name, "Severity (text)", "daps.severity.name", FT_STRING, BASE_NONE, NULL,                              \
      "Deprecated: daps.severity as text, for -T fields and for filters that search in it")                            \
    X(evidence, "Evidence", "daps.evidence", FT_UINT8, BASE_DEC, VALS(daps_evidences),                                 \
      "derived, inferred, observed or proven")                                                                         \
    X(evidence_name, "Evidence (text)", "daps.evidence.name", FT_STRING, BASE_NONE, NULL,                              \
      "Deprecated: daps.evidence as text, for -T fields and for filters that search in it")                            \
    X(exposure, "Exposure", "daps.exposure", FT_UINT8, BASE_DEC, VALS(daps_exposures),                                 \
      "Could a message under the repeated key have been sent: none, unlikely, possible or logged")                     \
    X(finding_ue, "Of UE", "daps.finding.ue", FT_STRING, BASE_NONE, NULL, "The UE that the finding is about")          \
    X(handover_ue, "Of UE", "daps.handover.ue", FT_STRING, BASE_NONE, NULL, "The UE that is handed over")              \
    X(finding_frame, "Frame", "daps.finding.frame", FT_FRAMENUM, BASE_NONE, NULL, "A frame that the finding names")    \
    X(finding_procedure, "By", "daps.finding.procedure", FT_UINT8, BASE_DEC, VALS(daps_procedures),                    \
      "Procedure that derived the key")                                                                                \
    X(repeats, "Repeats", "daps.finding.repeats", FT_UINT32, BASE_DEC, NULL, "Derivations of the key in all")          \
    X(copies, "Copies", "daps.finding.copies", FT_UINT32, BASE_DEC, NULL, "Further sights of PDUs of these frames")    \
    X(title, "Title", "daps.finding.title", FT_STRING, BASE_NONE, NULL, "The finding in one line")                     \
    X(detail, "Detail", "daps.finding.detail", FT_STRING, BASE_NONE, NULL, "What happened in which frame")             \
    X(assumes, "Assumes", "daps.finding.assumes", FT_STRING, BASE_NONE, NULL,                                          \
      "What the finding rests on that the capture cannot show")                                                        \
    X(sentence, "Sentence", "daps.finding.sentence", FT_STRING, BASE_NONE, NULL,                                       \
      "One sentence of a text that is longer than a line of the tree")                                                 \
    X(assumes_sentence, "Sentence", "daps.finding.assumes.sentence", FT_STRING, BASE_NONE, NULL,                       \
      "One sentence of a long list of assumptions")                                                                    \
    X(remedy_sentence, "Sentence", "daps.finding.remedy.sentence", FT_STRING, BASE_NONE, NULL,                         \
      "One sentence of what to do")                                                                                    \
    X(remedy, "What to do", "daps.finding.remedy", FT_STRING, BASE_NONE, NULL, "What to do about it")                  \
    X(clause, "Clause", "daps.clause", FT_STRING, BASE_NONE, NULL, "Clause that the rule comes from")                  \
    X(liaison, "Liaison question", "daps.liaison", FT_STRING, BASE_NONE, NULL, "Question of RAN2 that it bears on")    \
    X(withdrawn, "No longer holds", "daps.withdrawn", FT_UINT8, BASE_DEC, VALS(daps_rules),                            \
      "Rule of a finding that was shown at an earlier frame of this pass and that this frame ended")                   \
    X(withdrawn_name, "No longer holds (text)", "daps.withdrawn.name", FT_STRING, BASE_NONE, NULL,                     \
      "Deprecated: daps.withdrawn as text, for -T fields and for filters that search in it")                           \
    X(ks, "Keystream tuple", "daps.keystream", FT_PROTOCOL, BASE_NONE, NULL, "What the messages share")                \
    X(ks_algorithm, "Algorithm", "daps.keystream.algorithm", FT_UINT8, BASE_DEC, VALS(daps_algorithms), "Algorithm")   \
    X(ks_bearer, "BEARER", "daps.keystream.bearer", FT_UINT8, BASE_DEC, NULL, "BEARER: RB identity - 1")               \
    X(ks_direction, "DIRECTION", "daps.keystream.direction", FT_UINT8, BASE_DEC, VALS(daps_directions),                \
      "0 uplink, 1 downlink")                                                                                          \
    X(ks_count, "COUNT", "daps.keystream.count", FT_UINT32, BASE_DEC, NULL, "COUNT")                                   \
    X(ks_differs, "Plaintext differs", "daps.keystream.plaintext_differs", FT_BOOLEAN, BASE_NONE, NULL,                \
      "The messages are not the same")                                                                                 \
    X(ks_overlap, "Overlap", "daps.keystream.overlap", FT_UINT32, BASE_DEC | BASE_UNIT_STRING, &units_octet_octets,    \
      "Octets of one message that knowing the other reveals")                                                          \
    X(ks_xor_cipher, "XOR of the ciphertexts", "daps.keystream.xor_ciphertext", FT_BYTES, BASE_NONE, NULL,             \
      "XOR of the two PDUs behind their headers")                                                                      \
    X(ks_xor_plain, "XOR of the plaintexts", "daps.keystream.xor_plaintext", FT_BYTES, BASE_NONE, NULL,                \
      "XOR of what the two PDUs say, each deciphered by itself")                                                       \
    X(ks_frame, "Other use in", "daps.keystream.other_use", FT_FRAMENUM, BASE_NONE, NULL,                              \
      "Another frame with the same key, COUNT, BEARER and DIRECTION")

#define DAPS_FIELD_ID(id, ...) hf_daps_##id,
enum daps_field { DAPS_FIELDS(DAPS_FIELD_ID) DAPS_FIELD_COUNT };
#undef DAPS_FIELD_ID

#define DAPS_SUBTREES(X)                                                                                               \
    X(daps) X(ue) X(context) X(handover) X(derived) X(finding) X(text) X(keystream) X(use) X(deciphered) X(scg_change)

#define DAPS_SUBTREE_ID(id) ett_daps_##id,
enum daps_subtree { DAPS_SUBTREES(DAPS_SUBTREE_ID) DAPS_SUBTREE_COUNT };
#undef DAPS_SUBTREE_ID

/* Registers protocol, fields, subtrees and expert items; returns the protocol's number. */
int fields_register(void);

/* Numbers that Wireshark gave. */
int field(enum daps_field id);
const value_string *field_words(enum daps_field id); /* of an enumeration; NULL it is none */
bool fields_of_parts_wanted(proto_tree *tree);       /* does anybody ask for one of the parts as such? */
int subtree(enum daps_subtree id);
expert_field *field_expert(enum daps_rule_id rule, enum daps_severity severity);

/* X(id, name, group, severity, summary): expert items beside those of the findings. */
#define DAPS_EXPERTS(X)                                                                                                \
    X(unreadable, "daps.expert.unreadable", PI_UNDECODED, PI_NOTE, "Signalling is ciphered, and no key is at hand")    \
    X(unverified, "daps.expert.unverified", PI_UNDECODED, PI_NOTE, "Signalling that no key at hand verifies")          \
    X(undecoded, "daps.expert.undecoded", PI_UNDECODED, PI_WARN, "RRC that could not be read")                         \
    X(missed, "daps.expert.not_followed", PI_UNDECODED, PI_WARN, "PDUs that were not followed")                        \
    X(ciphertext, "daps.expert.ciphertext", PI_DECRYPTION, PI_NOTE, "What is shown as RRC is ciphertext")              \
    X(assumes, "daps.expert.assumes", PI_ASSUMPTION, PI_CHAT, "What a finding assumes that the capture cannot show")

#define DAPS_EXPERT_ID(id, ...) ei_daps_##id,
enum daps_expert { DAPS_EXPERTS(DAPS_EXPERT_ID) DAPS_EXPERT_COUNT };
#undef DAPS_EXPERT_ID

expert_field *field_other_expert(enum daps_expert id);

#endif
