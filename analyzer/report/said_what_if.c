/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences and records about replays. */
#include "report/said_what_if.h"

#include <inttypes.h>
#include <string.h>

#include "daps/rule.h"
#include "daps/words.h"
#include "report/json.h"
#include "report/text.h"

static void frames(struct outbuf *out, const struct what_if_note *note)
{
    for (unsigned i = 0; i < note->n_frames; i++)
        outbuf_printf(out, "%s%" PRIu64, i == 0 ? "" : ", ", note->frames[i]);
}

void said_what_if_fate(struct outbuf *out, const struct what_if_result *result, enum what_if_fate fate)
{
    static const char *const one[WHAT_IF_FATES] = {"finding vanishes", "stays, but is less grave", "stays",
                                                   "appears that was not there"},
                             *const many[WHAT_IF_FATES] = {"findings vanish", "stay, but are less grave", "stay",
                                                           "appear that were not there"};
    const uint64_t n = result->n[fate];

    if (n == 0)
        return;
    outbuf_printf(out, "%" PRIu64 " %s: ", n, n == 1 ? one[fate] : many[fate]);
    for (unsigned i = 0; i < MIN(n, WHAT_IF_LISTED); i++) {
        const struct what_if_note *note = result->listed[fate][i];
        outbuf_string(out, i == 0 ? "" : "; ");
        outbuf_string(out, daps_rule(note->rule)->name);
        outbuf_literal(out, " of UE ");
        text_safe(out, note->ue);
        outbuf_printf(out, " (%s ", note->n_frames == 1 ? "frame" : "frames");
        frames(out, note);
        if (fate == WHAT_IF_WEAKER)
            outbuf_printf(out, ", exposure now %s", daps_exposure_name(note->exposure));
        outbuf_char(out, ')');
    }
    if (n > WHAT_IF_LISTED)
        outbuf_printf(out, "; and %" PRIu64 " more", n - WHAT_IF_LISTED);
}

void said_what_if_cost(struct outbuf *out, const struct what_if_result *result)
{
    const struct daps_mitigation_cost *cost = &result->cost;

    if (cost->applied == 0)
        outbuf_literal(out, "nothing would have been done otherwise");
    else
        text_counted(out, cost->applied, "time something is done otherwise", "times something is done otherwise");
    outbuf_literal(out, "; ");
    text_counted(out, cost->messages, "RRC message", NULL);
    outbuf_literal(out, " and ");
    text_counted(out, cost->amf_round_trips, "round trip to the core", "round trips to the core");
    outbuf_literal(out, " more; state that a UE has to keep: ");
    outbuf_string(out, daps_mitigation_words(result->mitigation)->state);
}

void said_what_if_limits(struct outbuf *out, const struct what_if_result *result)
{
    if (result->cost.unable > 0) {
        text_counted(out, result->cost.unable, "time", NULL);
        outbuf_literal(out,
                       " it could not be supposed: the capture does not show the NCC or the algorithms of the key, "
                       "or there are no more of them. ");
    }
    if (result->not_compared > 0) {
        text_counted(out, result->not_compared, "finding was not compared", "findings were not compared");
        outbuf_literal(out, ". ");
    }
    if (result->given_up > 0) {
        text_counted(out, result->given_up, "UE gave way", "UEs gave way");
        outbuf_literal(out, " in the replay only. ");
    }
}

static void line(struct outbuf *out, struct outbuf *text, const char *before)
{
    if (text->length > 0) {
        outbuf_char(text, '\0');
        outbuf_spaces(out, 4);
        outbuf_string(out, before);
        text_wrap(out, text->octets, 4 + strlen(before), 6);
    }
    text->length = 0;
}

static void one_result(struct outbuf *out, const struct what_if_result *result)
{
    const struct daps_mitigation_words *words = daps_mitigation_words(result->mitigation);
    struct outbuf text;

    outbuf_init(&text, NULL, NULL);
    outbuf_printf(out, "  What if: %s  ", daps_mitigation_name(result->mitigation));
    outbuf_printf(&text, "%s (%s)", words->title, words->basis);
    outbuf_char(&text, '\0');
    text_wrap(out, text.octets, 12 + strlen(daps_mitigation_name(result->mitigation)), 6);
    text.length = 0;
    for (unsigned fate = 0; fate < WHAT_IF_FATES; fate++) {
        said_what_if_fate(&text, result, (enum what_if_fate)fate);
        line(out, &text, "");
    }
    said_what_if_cost(&text, result);
    line(out, &text, "Cost: ");
    outbuf_string(&text, words->caveat);
    line(out, &text, "But: ");
    said_what_if_limits(&text, result);
    line(out, &text, "");
    outbuf_clear(&text);
}

void said_what_if(struct outbuf *out, const struct what_if *what_if)
{
    const struct what_if_result *result;

    for (unsigned i = 0; (result = what_if_result(what_if, i)) != NULL; i++)
        one_result(out, result);
    outbuf_char(out, '\n');
}

/* ---- the record ---- */

static void notes(struct outbuf *out, const struct what_if_result *result, enum what_if_fate fate)
{
    outbuf_printf(out, ",\"%s\":{\"count\":%" PRIu64 ",\"findings\":[", what_if_fate_name(fate), result->n[fate]);
    for (unsigned i = 0; i < MIN(result->n[fate], WHAT_IF_LISTED); i++) {
        const struct what_if_note *note = result->listed[fate][i];
        outbuf_printf(out, "%s{\"rule\":\"%s\",\"rat\":\"%s\",\"ue\":", i == 0 ? "" : ",", daps_rule(note->rule)->name,
                      daps_rat_name(note->rat));
        json_string(out, note->ue);
        outbuf_literal(out, ",\"frames\":[");
        frames(out, note);
        outbuf_literal(out, "]}");
    }
    outbuf_literal(out, "]}");
}

void record_what_if(struct outbuf *out, const char *capture, const struct what_if_result *result)
{
    const struct daps_mitigation_words *words = daps_mitigation_words(result->mitigation);
    const struct daps_mitigation_cost *cost = &result->cost;

    outbuf_literal(out, "{\"type\":\"what-if\",\"capture\":");
    json_string(out, capture);
    json_key(out, "mitigation");
    json_string(out, daps_mitigation_name(result->mitigation));
    json_key(out, "title");
    json_string(out, words->title);
    json_key(out, "basis");
    json_string(out, words->basis);
    for (unsigned fate = 0; fate < WHAT_IF_FATES; fate++)
        notes(out, result, (enum what_if_fate)fate);
    outbuf_printf(out,
                  ",\"applied\":%" PRIu64 ",\"messages\":%" PRIu64 ",\"amf_round_trips\":%" PRIu64 ",\"ue_state\":",
                  cost->applied, cost->messages, cost->amf_round_trips);
    json_string(out, words->state);
    outbuf_printf(out, ",\"unable\":%" PRIu64 ",\"not_compared\":%" PRIu64 ",\"given_up\":%" PRIu64 ",\"caveat\":",
                  cost->unable, result->not_compared, result->given_up);
    json_string(out, words->caveat);
    outbuf_char(out, '}');
}
