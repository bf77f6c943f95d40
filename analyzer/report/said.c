/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a capture holds and does not, in sentences. */
#include "report/said.h"
#include "daps/rat.h"

#include <inttypes.h>

#include "daps/words.h"
#include "report/text.h"

const char *said_rrc(const struct daps_engine_counts *counts)
{
    if (counts->of[DAPS_RAT_NR] == counts->of[DAPS_RAT_LTE])
        return "RRC message"; /* of both, or of neither */
    return counts->of[DAPS_RAT_NR] ? "NR RRC message" : "LTE RRC message";
}

void said_contents(struct outbuf *out, const struct capture_totals *totals)
{
    text_counted(out, totals->frames, "frame", NULL);
    outbuf_literal(out, ", ");
    if (totals->counts.rrc_messages == 0) {
        outbuf_literal(out, "no NR or LTE RRC seen");
        return;
    }
    text_counted(out, totals->counts.rrc_messages, said_rrc(&totals->counts), NULL);
    outbuf_literal(out, ", ");
    text_counted(out, totals->counts.ues, "UE", NULL);
}

void said_other(struct outbuf *out, const struct capture_totals *totals)
{
    for (unsigned i = 0; i < totals->n_other; i++) {
        outbuf_string(out, i == 0 ? "not audited by this version: " : ", ");
        text_grouped(out, totals->other[i].n);
        outbuf_char(out, ' ');
        outbuf_string(out, daps_words_class(totals->other[i].name, totals->other[i].n));
    }
}

void said_unread(struct outbuf *out, const struct capture_totals *totals)
{
    if (totals->counts.undecoded > 0) {
        text_counted(out, totals->counts.undecoded, said_rrc(&totals->counts), NULL);
        outbuf_literal(out, " could not be read (--verbose lists them): what they said is not in this audit");
    }
    if (totals->error != NULL) {
        outbuf_string(out, totals->counts.undecoded > 0 ? "; " : "");
        outbuf_string(out, totals->error);
    }
}

/* How the sentence about a UE's unread signalling ends: what would open it. */
static void said_needs(struct outbuf *out, const struct sealed_ue *sealed)
{
    const struct daps_sealed *what = &sealed->what;
    const struct daps_rat_row *row = daps_rat_row(what->rat);
    const bool lte = what->rat == DAPS_RAT_LTE;

    switch (what->needs) {
    case DAPS_NEEDS_NH:
        outbuf_printf(out, "they need the NH of NCC %d, which a line NH or %s of this UE in the key log can give",
                      what->number, row->upper);
        break;
    case DAPS_NEEDS_CELL:
        outbuf_printf(out, "the cell of frame %" PRIu64 " is not known; --cell PCI:%s can name cells it may have been",
                      what->needs_frame, row->arfcn_column);
        break;
    case DAPS_NEEDS_FITTING:
        outbuf_literal(out, "no key of the key log fits UE ");
        outbuf_string(out, sealed->ue);
        outbuf_printf(out, " (from frame %" PRIu64 " on)", what->needs_frame);
        break;
    case DAPS_NEEDS_ALGORITHM:
        outbuf_printf(out, "this build cannot run %s or %s", row->ciphering[what->number & 7],
                      row->integrity[what->number & 7]);
        break;
    default:
        if (sealed->key[0] != '\0')
            outbuf_printf(out, "their key (%s or one derived from it) follows from", sealed->key);
        else
            outbuf_literal(out, "the capture began after their key was made; it follows from");
        outbuf_printf(out, " %s of this UE, which a key log (--keys) can give", lte ? "KENB or KASME" : "KGNB or KAMF");
    }
}

void said_sealed(struct outbuf *out, const struct sealed_ue *sealed)
{
    outbuf_literal(out, "UE ");
    outbuf_string(out, sealed->ue);
    outbuf_literal(out, ": ");
    if (sealed->what.other_count)
        outbuf_printf(out, "ul_nas_count %" PRIu32 " fits, %" PRIu32 " was given in the key log%s", sealed->what.fits,
                      sealed->what.given, sealed->what.pdus > 0 ? "; " : "");
    if (sealed->what.pdus == 0)
        return;
    text_counted(out, sealed->what.pdus, "ciphered message", NULL);
    outbuf_printf(out, " from frame %" PRIu64 " on could not be read: ", sealed->what.first_frame);
    said_needs(out, sealed);
}

void said_unverified(struct outbuf *out, const struct capture_totals *totals)
{
    if (totals->counts.pdcp.unverified == 0)
        return;
    text_counted(out, totals->counts.pdcp.unverified, "message", NULL);
    outbuf_literal(out, " did not verify under any candidate for its key and were not read");
}

void said_given_up(struct outbuf *out, const struct daps_engine_counts *counts)
{
    if (counts->ues_given_up == 0)
        return;
    text_counted(out, counts->ues_given_up, "UE", NULL);
    outbuf_literal(out, " gave way to others and ");
    outbuf_string(out, counts->ues_given_up == 1 ? "was" : "were");
    outbuf_literal(out, " not followed further (--max-ues, --max-memory)");
}

void said_not_judged(struct outbuf *out, enum daps_not_judged reason, const struct daps_not_judged_count *count)
{
    if (count->n == 0)
        return;
    outbuf_literal(out, "not judged: ");
    text_grouped(out, count->n);
    outbuf_printf(out, " %s", daps_not_judged_words(reason, count->n));
    if (count->first_frame != 0)
        outbuf_printf(out, " (%sframe %" PRIu64 ")", count->n > 1 ? "first " : "", count->first_frame);
}

uint64_t said_findings(const struct capture_totals *totals)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < DAPS_RULE_COUNT; i++)
        n += totals->counts.findings[i];
    return n;
}

void said_none_found(struct outbuf *out, const struct capture_totals *totals)
{
    const struct daps_engine_counts *counts = &totals->counts;

    if (counts->rrc_messages == 0) {
        outbuf_literal(out, ": there was no NR or LTE RRC to look at.");
        return;
    }
    outbuf_literal(out, " in ");
    text_counted(out, counts->rrc_messages - MIN(counts->undecoded, counts->rrc_messages), said_rrc(counts), NULL);
    outbuf_literal(out, " and ");
    text_counted(out, counts->handovers, "handover", NULL);
    outbuf_string(out, daps_not_judged_total(counts->not_judged) > 0 ? ", as far as they could be judged."
                       : totals->unreadable || counts->pdcp.unreadable + counts->pdcp.unverified > 0
                           ? ", as far as they could be read."
                           : ".");
}
