/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells of the tables. */
#include "rows.h"

#include "daps/words.h"
#include "items.h"

enum { NUMBER = 8 }; /* characters that a number has room for, so that sorting texts sorts numbers */

/* Frees text. */
static char *right(char *text, int width)
{
    char *cell = text[0] != '\0' ? g_strdup_printf("%*s", width, text) : g_strdup("");

    g_free(text);
    return cell;
}

static char *number_cell(uint64_t number)
{
    return number != 0 ? g_strdup_printf("%*" PRIu64, NUMBER, number) : g_strdup("");
}

static char *seconds_cell(int64_t ns)
{
    if (ns == INT64_MIN)
        return g_strdup("");
    return g_strdup_printf("%*" PRIi64 ".%06" PRIi64, NUMBER, ns / 1000000000, (ns < 0 ? -ns : ns) % 1000000000 / 1000);
}

/* From the command to what settled its outcome, else to its Complete. */
static char *duration_cell(const struct session *session, const struct daps_handover *handover)
{
    const uint64_t end = handover->settled_frame != 0 ? handover->settled_frame : handover->complete_frame;
    const int64_t from = handover->time_ns, to = end != 0 ? session_frame_time(session, end) : INT64_MIN;

    if (from == INT64_MIN || to == INT64_MIN || to < from)
        return g_strdup("");
    return g_strdup_printf("%*" PRIi64 ".%03" PRIi64, NUMBER, (to - from) / 1000000, (to - from) % 1000000 / 1000);
}

void rows_handover(const struct session *session, const struct daps_result *result, char *cells[MOST_COLUMNS])
{
    static const struct {
        const char *member; /* NULL: filled below */
        bool number;
    } columns[ROWS_HANDOVER] = {
        {"frame", true},         {NULL, false},
        {"ue", false},           {"procedure", false},
        {"outcome", false},      {"source_pci", true},
        {"pci", true},           {"arfcn", true},
        {NULL, false},           {"ncc", true},
        {"derivation", false},   {"key", false},
        {"rach", false},         {"complete_frame", true},
        {"settled_frame", true}, {NULL, false},
    };
    const struct daps_handover *handover = &result->handover;

    for (unsigned i = 0; i < ROWS_HANDOVER; i++) {
        if (columns[i].member == NULL)
            continue;
        cells[i] = member_cell(&daps_shape_handover, columns[i].member, handover);
        if (columns[i].number)
            cells[i] = right(cells[i], NUMBER);
    }
    cells[1] = seconds_cell(session_elapsed(session, handover->time_ns));
    cells[8] = handover->c_rnti >= 0 ? g_strdup_printf("0x%04x", (unsigned)handover->c_rnti) : g_strdup("");
    cells[15] = duration_cell(session, handover);
}

static char *frames_of(const struct daps_result *result)
{
    GString *text = g_string_new(NULL);

    for (uint32_t i = 0; i < result->finding->n_frames && i < 8; i++) {
        if (result->finding->subjects[i].frame != 0) /* not dropped by a read filter */
            g_string_append_printf(text, "%s%" PRIu64, text->len > 0 ? " " : "", result->finding->subjects[i].frame);
    }
    if (result->finding->n_frames > 8)
        g_string_append_printf(text, " and %u more", result->finding->n_frames - 8);
    return g_string_free(text, FALSE);
}

void rows_finding(const struct session *session, const struct daps_result *result, char *cells[MOST_COLUMNS])
{
    const struct daps_finding *finding = result->finding;
    uint64_t first = 0;

    for (uint32_t i = 0; i < finding->n_frames && first == 0; i++)
        first = finding->subjects[i].frame;
    cells[0] = number_cell(first);
    cells[1] = seconds_cell(session_elapsed(session, session_frame_time(session, first)));
    cells[2] = g_strdup(result->ue);
    cells[3] = g_strdup(daps_rule(finding->rule)->name);
    cells[4] = g_strdup_printf("%*s%s", DAPS_SEVERITY_HIGH - (int)finding->severity, "",
                               daps_severity_name(finding->severity));
    cells[5] = g_strdup(daps_evidence_name(finding->evidence));
    cells[6] = g_strdup(finding->has_key ? finding->key.id : "");
    cells[7] = frames_of(result);
    cells[8] = g_strdup(daps_words_title(finding));
}

/* ---- keys ---- */

static char *frames_of_key(const struct lineage_key *key)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < key->frames->len && i < 8; i++)
        g_string_append_printf(text, "%s%" PRIu64, i > 0 ? " " : "", g_array_index(key->frames, uint64_t, i));
    if (key->frames->len > 8)
        g_string_append_printf(text, " and %u more", key->frames->len - 8);
    return g_string_free(text, FALSE);
}

/* A key that was derived again stands out. */
static char *findings_of_key(const struct lineage_key *key)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < key->findings->len; i++) {
        const struct lineage_finding *finding = key->findings->pdata[i];
        if (finding->repeats)
            g_string_prepend(text, text->len > 0 ? "REPEATED, " : "REPEATED");
        g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", finding->words);
    }
    return g_string_free(text, FALSE);
}

void rows_key(const struct lineage_key *key, char *cells[MOST_COLUMNS])
{
    cells[0] = g_strdup_printf("%5u.%5u", key->ue_place, key->place);
    cells[1] = g_strdup(key->ue);
    cells[2] = g_strdup_printf("%*s%s%s", (int)MIN(key->depth, 20) * 2, "", key->depth > 0 ? "- " : "", key->id);
    cells[3] = g_strdup(key->words != NULL ? key->words : "not shown by the capture");
    cells[4] = key->ncc >= 0 ? g_strdup_printf("%*d", NUMBER, key->ncc) : g_strdup("");
    cells[5] = g_strdup_printf("%*u", NUMBER, key->frames->len);
    cells[6] = frames_of_key(key);
    cells[7] = findings_of_key(key);
}

/* ---- what was not audited, and what was not judged ---- */

static bool is_audited(unsigned what)
{
    return what == COVERAGE_READ || what == COVERAGE_DECIPHERED;
}

bool rows_silence(struct session *session, bool of_findings, char *cells[MOST_COLUMNS])
{
    const struct coverage_count *counts = session_coverage(session);
    struct daps_not_judged_count not_judged[DAPS_NOT_JUDGED_COUNT];
    uint64_t aside = 0, total;

    session_not_judged(session, not_judged);
    total = daps_not_judged_total(not_judged);
    for (unsigned what = 0; what < COVERAGE_COUNT; what++)
        aside += is_audited(what) ? 0 : counts[what].frames;
    if (aside == 0 && total == 0)
        return false;
    cells[2] = g_strdup("");
    cells[3] = g_strdup("not all was judged");
    cells[of_findings ? 8 : 4] =
        g_strdup_printf("frames not audited: %" PRIu64 ", not judged: %" PRIu64 " (see DAPS: coverage)", aside, total);
    return true;
}

unsigned rows_coverage_count(void)
{
    return (unsigned)COVERAGE_COUNT + (unsigned)DAPS_NOT_JUDGED_COUNT;
}

bool rows_coverage(struct session *session, unsigned place, char *cells[MOST_COLUMNS])
{
    struct daps_not_judged_count not_judged[DAPS_NOT_JUDGED_COUNT];
    uint64_t n, first;

    if (place < COVERAGE_COUNT) {
        const struct coverage_count *count = &session_coverage(session)[place];
        n = count->frames;
        first = session_number(session, count->first);
    } else {
        session_not_judged(session, not_judged);
        n = not_judged[place - COVERAGE_COUNT].n;
        first = session_number(session, not_judged[place - COVERAGE_COUNT].first_frame);
    }
    if (n == 0 && place != COVERAGE_READ) /* that nothing at all was read is said */
        return false;
    cells[0] = g_strdup_printf("%2u", place + 1);
    cells[1] =
        place < COVERAGE_COUNT
            ? g_strdup_printf("frames: %s", coverage_name((enum coverage)place))
            : g_strdup_printf("not judged: %s", daps_not_judged_name((enum daps_not_judged)(place - COVERAGE_COUNT)));
    cells[2] = g_strdup_printf("%*" PRIu64, NUMBER, n);
    cells[3] = number_cell(first);
    cells[4] =
        g_strdup(place < COVERAGE_COUNT ? coverage_words((enum coverage)place)
                                        : daps_not_judged_words((enum daps_not_judged)(place - COVERAGE_COUNT), n));
    return true;
}
