/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the page about one capture, in the order they are read. */
#ifndef DAPSAUDIT_EVIDENCE_SECTIONS_H
#define DAPSAUDIT_EVIDENCE_SECTIONS_H

#include "daps/words.h"
#include "evidence/evidence.h"
#include "evidence/page.h"

/* What --anonymize has done, for whoever reads the result. */
extern const char evidence_anonymized[];

void section_facts(struct page *page, const struct evidence *evidence);
void section_table(struct page *page, const struct evidence *evidence);
void section_unjudged(struct page *page, const struct evidence *evidence);
void section_liaison(struct page *page, const struct evidence *evidence);
void section_what_if(struct page *page, const struct evidence *evidence);
void section_ues(struct page *page, const struct evidence *evidence);
void section_finding(struct page *page, const struct evidence *evidence, const struct evidence_finding *numbered);

/* Text that outbuf functions write, as a string; the caller frees it. */
char *sections_text(struct outbuf *out);

/* The story of the finding's UE in its technology, NULL none. */
const struct story *sections_story(const struct evidence *evidence, const struct daps_finding *finding);

/* A finding's UE as "1", or "1 (LTE)" where the capture holds both technologies. The caller frees it. */
char *sections_ue(const struct evidence *evidence, const struct daps_finding *finding);

/* ---- shared by the page and the JSON form ---- */

/* The keys from the top of the chain to the finding's own, each once; at most that many, the nearest ones. */
#define SECTIONS_MOST_CHAIN 6
unsigned sections_chain(const struct evidence *evidence, const struct daps_finding *finding,
                        struct daps_key_view chain[static SECTIONS_MOST_CHAIN], unsigned *left_out);

/* Octets of S as "70 00 16 00 02"; of parts the capture does not show, "..", or "[32 octets]". */
void sections_s(GString *text, const struct daps_s_part *parts, unsigned n);

/* The AS key that the tuple of a finding is used with; false if its algorithm is not known. */
bool sections_as_key(const struct daps_finding *finding, enum daps_key_use *use, unsigned *algorithm);

/* tdoc.c: sentences of one capture, char *, owned; and what stands in front of the evidence. */
GPtrArray *tdoc_observations(const struct evidence *evidence);
void tdoc_front(struct page *page, const struct evidence_wish *wish);

struct liaison_answer {
    const char *question, *asks;
    char *answer;
    bool shown; /* the capture shows it; else it cannot, and the answer says why */
    const char *evidence;
    GArray *frames; /* uint64_t */
};
#define LIAISON_QUESTIONS 4
/* A finding of the first reading: all count for the answers, also those that no table has room for. */
void liaison_finding(struct evidence_liaison *liaison, const struct daps_finding *finding);
void liaison_forget(struct evidence_liaison *liaison);
/* Answers to Q1..Q4; clear with liaison_clear. */
void liaison_answers(const struct evidence *evidence, struct liaison_answer answers[static LIAISON_QUESTIONS]);
void liaison_clear(struct liaison_answer answers[static LIAISON_QUESTIONS]);

#endif
