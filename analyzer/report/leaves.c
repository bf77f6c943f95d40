/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys by value: as text, as a JSON line, and as LEAF lines of a key log. */
#include "report/leaves.h"

#include <inttypes.h>

#include "daps/words.h"
#include "report/json.h"
#include "report/rfc3339.h"
#include "report/text.h"

enum { LEAF_OCTETS = 16 };

static const char *name_of(const struct daps_leaf_keys *keys, unsigned i)
{
    static const char *const names[] = {"KRRCenc", "KUPenc", "KRRCint"};

    return names[i == 0 ? 0 : keys->integrity ? 2 : 1];
}

/* "EEA2" */
static const char *algorithm_of(const struct daps_leaf_keys *keys, unsigned i)
{
    return daps_algorithm_name(keys->rat, i == 0 || !keys->integrity, keys->algorithms[i]);
}

static bool is_known(const struct daps_leaf_keys *keys, unsigned i)
{
    return keys->algorithms[i] > 0;
}

static void value_or_digest(struct outbuf *out, const struct daps_leaf_keys *keys, unsigned i, bool show_keys)
{
    if (show_keys)
        outbuf_hex(out, keys->values[i], LEAF_OCTETS);
    else if (keys->digests[i] != 0)
        outbuf_printf(out, "%016" PRIx64, keys->digests[i]);
}

void leaves_text(struct report *report, const char *ue, const struct daps_leaf_keys *keys)
{
    struct outbuf *out = report->out;
    char time[RFC3339_OCTETS];

    rfc3339_write(keys->time_ns, time);
    outbuf_printf(out, "%8" PRIu64 "  UE ", keys->frame);
    text_safe(out, ue);
    outbuf_printf(out, "  by value, below %s%s%s\n", keys->key[0] != '\0' ? keys->key : "a key that RRC does not show",
                  time[0] != '\0' ? "  " : "", time);
    for (unsigned i = 0; i < 2; i++) {
        if (!is_known(keys, i))
            continue;
        outbuf_spaces(out, 10);
        outbuf_printf(out, "%-8s  %s  %s ", name_of(keys, i), algorithm_of(keys, i),
                      report->style->show_keys ? "value" : "digest");
        value_or_digest(out, keys, i, report->style->show_keys);
        outbuf_char(out, '\n');
    }
}

void leaves_record(struct outbuf *out, const char *capture, const char *ue, const struct daps_leaf_keys *keys,
                   bool show_keys)
{
    bool first = true;

    outbuf_literal(out, "{\"type\":\"leaf-keys\"");
    json_key(out, "capture");
    json_string(out, capture);
    json_key(out, "ue");
    json_string(out, ue);
    json_key(out, "rat");
    json_string(out, daps_rat_name(keys->rat));
    json_key(out, "frame");
    outbuf_unsigned(out, keys->frame);
    json_key(out, "time");
    json_time(out, keys->time_ns);
    json_key(out, "key");
    json_string(out, keys->key[0] != '\0' ? keys->key : NULL);
    json_key(out, "leaves");
    outbuf_char(out, '[');
    for (unsigned i = 0; i < 2; i++) {
        if (!is_known(keys, i))
            continue;
        outbuf_string(out, first ? "{\"kind\":\"" : ",{\"kind\":\"");
        outbuf_printf(out, "%s\",\"algorithm\":\"%s\",\"digest\":", name_of(keys, i), algorithm_of(keys, i));
        if (keys->digests[i] != 0)
            outbuf_printf(out, "\"%016" PRIx64 "\"", keys->digests[i]);
        else
            outbuf_literal(out, "null");
        outbuf_literal(out, ",\"value\":");
        outbuf_string(out, show_keys ? "\"" : "null");
        if (show_keys)
            outbuf_hex(out, keys->values[i], LEAF_OCTETS);
        outbuf_string(out, show_keys ? "\"}" : "}");
        first = false;
    }
    outbuf_literal(out, "]}");
}

/* ---- LEAF lines of a key log ---- */

static void line_leaf(struct report *report, const char *ue, const struct daps_leaf_keys *keys)
{
    static const char *const kinds[] = {"rrcenc", "upenc", "rrcint"};

    for (unsigned i = 0; i < 2; i++) {
        if (!is_known(keys, i))
            continue;
        outbuf_literal(report->out, "LEAF ");
        text_safe(report->out, ue);
        outbuf_printf(report->out, " %s ", kinds[i == 0 ? 0 : keys->integrity ? 2 : 1]);
        outbuf_hex(report->out, keys->values[i], LEAF_OCTETS);
        outbuf_printf(report->out, " frame=%" PRIu64 "\n", keys->frame);
    }
}

static void line_begin(struct report *report)
{
    outbuf_literal(report->out, "# ");
    text_safe(report->out, report->capture);
    outbuf_char(report->out, '\n');
}

static void line_key(struct report *report, const struct daps_key_step *step)
{
    (void)report;
    (void)step;
}

const struct report_form report_form_leaves = {.begin = line_begin, .key = line_key, .leaf = line_leaf};
