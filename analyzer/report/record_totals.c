/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The records that count: one per capture, and the last one over all. */
#include "daps/words.h"
#include "report/json.h"
#include "report/records.h"

#define COUNT(out, name, value)                                                                                        \
    do {                                                                                                               \
        json_key((out), name);                                                                                         \
        outbuf_unsigned((out), (value));                                                                               \
    } while (0)

static void write_other(struct outbuf *out, const struct capture_totals *totals)
{
    json_key(out, "other");
    outbuf_char(out, '{');
    for (unsigned i = 0; i < totals->n_other; i++) {
        if (i > 0)
            outbuf_char(out, ',');
        json_string(out, totals->other[i].name);
        outbuf_char(out, ':');
        outbuf_unsigned(out, totals->other[i].n);
    }
    outbuf_char(out, '}');
}

static void write_pdcp(struct outbuf *out, const struct daps_engine_counts *counts)
{
    if (counts->pdcp.pdus == 0)
        return;
    json_key(out, "pdcp");
    outbuf_literal(out, "{\"pdus\":");
    outbuf_unsigned(out, counts->pdcp.pdus);
    COUNT(out, "signalling", counts->pdcp.signalling);
    COUNT(out, "clear", counts->pdcp.clear);
    COUNT(out, "deciphered", counts->pdcp.deciphered);
    COUNT(out, "verified", counts->pdcp.verified);
    COUNT(out, "unreadable", counts->pdcp.unreadable);
    COUNT(out, "unverified", counts->pdcp.unverified);
    COUNT(out, "unplaced", counts->pdcp.unplaced);
    COUNT(out, "uncompared", counts->pdcp.uncompared);
    COUNT(out, "malformed", counts->pdcp.malformed);
    outbuf_char(out, '}');
}

static void write_sealed(struct outbuf *out, const struct capture_totals *totals)
{
    if (totals->n_sealed == 0)
        return;
    json_key(out, "sealed");
    outbuf_char(out, '[');
    for (unsigned i = 0; i < totals->n_sealed; i++) {
        const struct sealed_ue *sealed = &totals->sealed[i];
        outbuf_string(out, i == 0 ? "{\"ue\":" : ",{\"ue\":");
        json_string(out, sealed->ue);
        COUNT(out, "pdus", sealed->pdus);
        COUNT(out, "first_frame", sealed->first_frame);
        json_key(out, "key");
        json_string(out, sealed->key[0] != '\0' ? sealed->key : NULL);
        outbuf_char(out, '}');
    }
    outbuf_char(out, ']');
}

/* Left out where everything could be judged. */
static void write_not_judged(struct outbuf *out, const struct daps_engine_counts *counts, bool frames)
{
    bool first = true;

    if (daps_not_judged_total(counts->not_judged) == 0)
        return;
    json_key(out, "not_judged");
    outbuf_char(out, '{');
    for (unsigned i = 0; i < DAPS_NOT_JUDGED_COUNT; i++) {
        const struct daps_not_judged_count *reason = &counts->not_judged[i];
        if (reason->n == 0)
            continue;
        if (!first)
            outbuf_char(out, ',');
        first = false;
        json_string(out, daps_not_judged_name((enum daps_not_judged)i));
        outbuf_char(out, ':');
        if (frames)
            outbuf_literal(out, "{\"count\":");
        outbuf_unsigned(out, reason->n);
        if (frames) {
            COUNT(out, "first_frame", reason->first_frame);
            outbuf_char(out, '}');
        }
    }
    outbuf_char(out, '}');
}

void record_capture(struct outbuf *out, const char *capture, const struct capture_totals *totals, bool judged)
{
    const struct daps_engine_counts *counts = &totals->counts;

    outbuf_literal(out, "{\"type\":\"capture\"");
    json_key(out, "capture");
    json_string(out, capture);
    COUNT(out, "frames", totals->frames);
    COUNT(out, "rrc_messages", counts->rrc_messages);
    COUNT(out, "undecoded", counts->undecoded);
    if (judged) {
        COUNT(out, "duplicates", counts->duplicates);
        COUNT(out, "handovers", counts->handovers);
        COUNT(out, "daps_handovers", counts->daps_handovers);
        COUNT(out, "fallbacks", counts->fallbacks);
    }
    COUNT(out, "ues", counts->ues);
    write_other(out, totals);
    json_key(out, "error");
    json_string(out, totals->error);
    if (judged)
        COUNT(out, "scg_changes", counts->scg_changes);
    write_pdcp(out, counts);
    write_sealed(out, totals);
    write_not_judged(out, counts, true);
    outbuf_char(out, '}');
}

void record_summary(struct outbuf *out, const struct run_totals *run)
{
    const struct daps_engine_counts *counts = &run->sum.counts;
    bool first = true;

    outbuf_literal(out, "{\"type\":\"summary\"");
    COUNT(out, "captures", run->captures);
    COUNT(out, "frames", run->sum.frames);
    COUNT(out, "rrc_messages", counts->rrc_messages);
    COUNT(out, "undecoded", counts->undecoded);
    COUNT(out, "handovers", counts->handovers);
    COUNT(out, "daps_handovers", counts->daps_handovers);
    COUNT(out, "fallbacks", counts->fallbacks);
    COUNT(out, "ues", counts->ues);
    json_key(out, "findings");
    outbuf_char(out, '{');
    for (unsigned rule = 0; rule < DAPS_RULE_COUNT; rule++) {
        if (counts->findings[rule] == 0)
            continue;
        if (!first)
            outbuf_char(out, ',');
        json_string(out, daps_rule((enum daps_rule_id)rule)->name);
        outbuf_char(out, ':');
        outbuf_unsigned(out, counts->findings[rule]);
        first = false;
    }
    outbuf_char(out, '}');
    COUNT(out, "duplicates", counts->duplicates);
    COUNT(out, "scg_changes", counts->scg_changes);
    COUNT(out, "unreadable", run->unreadable);
    write_pdcp(out, counts);
    write_not_judged(out, counts, false);
    outbuf_char(out, '}');
}
