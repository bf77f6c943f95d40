/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events (their members are those of event_json.c), gaps, joins and totals as JSON objects. */
#include "daps/words.h"
#include "report/event_json.h"
#include "report/json.h"
#include "report/records.h"

/* ,"capture":...,"ue":...,"rat":...,"frame":...,"time":... */
static void origin(struct outbuf *out, const char *capture, const char *ue, enum daps_rat rat, uint64_t frame,
                   int64_t time_ns)
{
    json_key(out, "capture");
    json_string(out, capture);
    json_key(out, "ue");
    json_string(out, ue);
    json_key(out, "rat");
    json_string(out, daps_rat_name(rat));
    json_key(out, "frame");
    outbuf_unsigned(out, frame);
    json_key(out, "time");
    json_time(out, time_ns);
}

void record_event(struct outbuf *out, const char *capture, const char *ue, const struct daps_event *ev)
{
    outbuf_literal(out, "{\"type\":\"event\"");
    origin(out, capture, ue[0] != '\0' ? ue : NULL, ev->rat, ev->frame, ev->time_ns);
    json_key(out, "event");
    json_string(out, daps_event_kind_name(ev->kind));
    json_key(out, "channel");
    json_string(out, daps_channel_name(ev->channel));
    event_fields_write(out, ev);
    outbuf_char(out, '}');
}

void record_gap(struct outbuf *out, const char *capture, const char *ue, uint64_t frame, enum daps_gap gap)
{
    outbuf_literal(out, "{\"type\":\"gap\"");
    json_key(out, "capture");
    json_string(out, capture);
    json_key(out, "ue");
    json_string(out, ue);
    json_key(out, "frame");
    outbuf_unsigned(out, frame);
    json_key(out, "reason");
    json_string(out, daps_gap_name(gap));
    json_key(out, "detail");
    json_string(out, daps_words_gap(gap));
    outbuf_char(out, '}');
}

void record_join(struct outbuf *out, const char *capture, const struct daps_identity_join *join)
{
    char *because = daps_words_join(join);

    outbuf_literal(out, "{\"type\":\"join\"");
    json_key(out, "capture");
    json_string(out, capture);
    json_key(out, "ue");
    json_string(out, join->ue);
    json_key(out, "frame");
    outbuf_unsigned(out, join->frame);
    json_key(out, "name");
    json_string(out, join->name);
    json_key(out, "reason");
    json_string(out, daps_identity_reason_name(join->reason));
    json_key(out, "announced_frame");
    if (join->announced_frame != 0)
        outbuf_unsigned(out, join->announced_frame);
    else
        outbuf_literal(out, "null");
    json_key(out, "detail");
    json_string(out, because);
    outbuf_char(out, '}');
    g_free(because);
}
