/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that is said in words, made from facts: what the terminal, the report, JSON, CSV, Wireshark's tree and
 * `explain` print. Names in quotes are those of the machine forms and do not change.
 */
#ifndef DAPS_ENGINE_WORDS_H
#define DAPS_ENGINE_WORDS_H

#include <glib.h>

#include "daps/finding.h"
#include "daps/identity.h"
#include "daps/kdf.h"
#include "daps/rule.h"

/* ---- names.c: one word; never NULL ---- */

const char *daps_severity_name(enum daps_severity severity);
const char *daps_evidence_name(enum daps_evidence evidence);
const char *daps_exposure_name(enum daps_exposure exposure);
const char *daps_procedure_name(enum daps_procedure procedure);
const char *daps_outcome_name(enum daps_outcome outcome);
const char *daps_derivation_name(enum daps_derivation derivation);
const char *daps_key_kind_name(enum daps_key_kind kind, enum daps_rat rat);

/* "NEA2", "EIA1"; "" if the number is negative. */
const char *daps_algorithm_name(enum daps_rat rat, bool ciphering, int number);
/* "frame 7"; of frame 0, "a dropped frame". */
void daps_words_frame(GString *text, uint64_t frame);
const char *daps_words_direction(int direction); /* "uplink", "downlink" */

/* What became of a handover: "fell back to source" */
const char *daps_words_outcome(enum daps_outcome outcome);
/* "PCI 22, SSB-ARFCN 632628", "a cell not named" */
void daps_words_cell(GString *text, const struct daps_cell *cell, enum daps_rat rat);

/* ---- sentences.c: one finding. Callers free what is not const. ---- */

/* What happened in which frame: a few sentences. */
const char *daps_words_gap(enum daps_gap gap); /* ends a sentence: "... was missed around frame 7 (...)" */
char *daps_words_join(const struct daps_identity_join *join); /* "UEId 2: ...": why it is its UE's */
char *daps_words_detail(const struct daps_finding *finding);
/* What it rests on that the capture cannot show, as "that ..., and that ..."; NULL nothing. */
char *daps_words_assumes(const struct daps_finding *finding);
/* One line. */
const char *daps_words_title(const struct daps_finding *finding);
/* "proven: both PDUs verify under one computed key, ..." */
const char *daps_words_evidence(const struct daps_finding *finding);
/* "possible: a message of the earlier attempt may have left the UE" */
const char *daps_words_exposure(enum daps_exposure exposure);

/* ---- key.c ---- */

/* "K2 = KDF(K1, FC 0x70, PCI 22, SSB-ARFCN 632628)", "K1 (KgNB from KAMF)" */
void daps_words_key(GString *text, const struct daps_key_view *key, enum daps_rat rat);
/* ", computed with ARFCN 620000 in 3 octets" where its value was computed otherwise than the standard says */
void daps_words_computed(GString *text, const struct daps_key_view *key);
/* Clause that defines the derivation, NULL none. */
const char *daps_words_key_clause(const struct daps_key_view *key);

/* ---- steps.c: a derivation octet by octet (TS 33.220 B.2.0) ---- */

/* One part of S = FC | P0 | L0 | P1 | L1. */
struct daps_s_part {
    char name[4];       /* "FC", "P0", "L0" */
    uint8_t octets[32]; /* n of them */
    uint8_t n;
    bool known;    /* else the capture does not show them */
    char says[64]; /* "PCI 22" */
};
#define DAPS_S_PARTS 5

/*
 * S of the key's derivation from its parent, in parts; their number. computed: as the key's value was computed where
 * that is not what the standard says (daps_words_computed). Key values are never in it: SYNC of an NH is not known
 * here.
 */
unsigned daps_words_s(const struct daps_key_view *key, enum daps_rat rat, bool computed,
                      struct daps_s_part parts[static DAPS_S_PARTS]);

/* S of the AS key of that use below a key (TS 33.501 A.8, TS 33.401 A.7). */
unsigned daps_words_as_key_s(enum daps_rat rat, enum daps_key_use use, unsigned algorithm,
                             struct daps_s_part parts[static DAPS_S_PARTS]);
const char *daps_words_as_key(enum daps_key_use use); /* "KRRCenc" */

/* What a frame is in a finding: "command", "failure that settled the attempt before". */
const char *daps_words_role(enum daps_role role);

/* Name of the RRC message in TS 38.331: "RRCReconfiguration". */
const char *daps_words_message(enum daps_event_kind kind, bool downlink, enum daps_rat rat);

/* ---- classes.c ---- */

/* "LTE RRC PDUs" of "lte-rrc", behind the number n; the class itself if it is not known. */
const char *daps_words_class(const char *class, uint64_t n);

#endif
