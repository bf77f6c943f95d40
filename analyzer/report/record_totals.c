/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The records that count: one per capture, and the last one over all. */
#include "daps/shapes.h"
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

/* ,"name":value for each of these counts. */
static void write_counts(struct outbuf *out, const struct daps_engine_counts *counts, const char *const *names,
                         bool judged)
{
    for (; *names != NULL; names++) {
        const struct daps_count *count = daps_count(*names);
        if (judged || !count->judged) {
            json_key_of(out, count->name);
            outbuf_unsigned(out, daps_count_of(counts, count));
        }
    }
}

static void write_pdcp(struct outbuf *out, const struct daps_engine_counts *counts)
{
    if (counts->pdcp.pdus == 0)
        return;
    json_key(out, "pdcp");
    for (size_t i = 0; i < daps_pdcp_counts_n; i++) {
        outbuf_char(out, i == 0 ? '{' : ',');
        json_string(out, daps_pdcp_counts[i].name);
        outbuf_char(out, ':');
        outbuf_unsigned(out, daps_count_of(counts, &daps_pdcp_counts[i]));
    }
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
        COUNT(out, "pdus", sealed->what.pdus);
        json_key(out, "first_frame");
        json_frame_or_null(out, sealed->what.first_frame);
        json_key(out, "key");
        json_string(out, sealed->key[0] != '\0' ? sealed->key : NULL);
        json_key(out, "needs");
        json_string(out, daps_needs_name(sealed->what.needs));
        json_key(out, "number");
        json_integer_or_null(out, sealed->what.number);
        json_key(out, "needs_frame");
        json_frame_or_null(out, sealed->what.needs_frame);
        if (sealed->what.rat != DAPS_RAT_NR) {
            json_key(out, "rat");
            json_string(out, daps_rat_name(sealed->what.rat));
        }
        if (sealed->what.other_count) {
            COUNT(out, "ul_nas_count_given", sealed->what.given);
            COUNT(out, "ul_nas_count_fits", sealed->what.fits);
        }
        outbuf_char(out, '}');
    }
    outbuf_char(out, ']');
}

/* Left out where the log holds nothing twice. */
static void write_repeats(struct outbuf *out, const struct daps_engine_counts *counts)
{
    if (counts->repeats > 0)
        COUNT(out, "repeats", counts->repeats);
}

/* Left out where all UEs were followed to the end. */
static void write_given_up(struct outbuf *out, const struct daps_engine_counts *counts)
{
    if (counts->ues_given_up > 0)
        COUNT(out, "ues_given_up", counts->ues_given_up);
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
    static const char *const before[] = {"rrc_messages",   "undecoded", "duplicates", "handovers",
                                         "daps_handovers", "fallbacks", "ues",        NULL},
                             *const after[] = {"scg_changes", NULL};
    const struct daps_engine_counts *counts = &totals->counts;

    outbuf_literal(out, "{\"type\":\"capture\"");
    json_key(out, "capture");
    json_string(out, capture);
    COUNT(out, "frames", totals->frames);
    write_counts(out, counts, before, judged);
    write_other(out, totals);
    json_key(out, "error");
    json_string(out, totals->error);
    write_counts(out, counts, after, judged);
    write_pdcp(out, counts);
    write_sealed(out, totals);
    if (judged)
        write_repeats(out, counts);
    write_given_up(out, counts);
    write_not_judged(out, counts, true);
    outbuf_char(out, '}');
}

void record_summary(struct outbuf *out, const struct run_totals *run)
{
    static const char *const before[] = {"rrc_messages", "undecoded", "handovers", "daps_handovers",
                                         "fallbacks",    "ues",       NULL},
                             *const after[] = {"duplicates", "scg_changes", NULL};
    const struct daps_engine_counts *counts = &run->sum.counts;
    bool first = true;

    outbuf_literal(out, "{\"type\":\"summary\"");
    COUNT(out, "captures", run->captures);
    COUNT(out, "frames", run->sum.frames);
    write_counts(out, counts, before, true);
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
    write_counts(out, counts, after, true);
    COUNT(out, "unreadable", run->unreadable);
    write_pdcp(out, counts);
    if (run->sum.n_other > 0)
        write_other(out, &run->sum);
    if (run->skipped > 0)
        COUNT(out, "skipped", run->skipped);
    write_repeats(out, counts);
    write_given_up(out, counts);
    write_not_judged(out, counts, false);
    outbuf_char(out, '}');
}
