/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adding up. */
#include "report/totals.h"

#include <glib.h>
#include <string.h>

#include "daps/shapes.h"

static const char rest[] = "more"; /* what no longer had a row; always the last one */

static int order_of(const char *name, const char *other)
{
    const int last = strcmp(name, rest) == 0, other_last = strcmp(other, rest) == 0;

    return last != other_last ? last - other_last : strcmp(name, other);
}

static void insert_other(struct capture_totals *totals, unsigned at, const char *name)
{
    memmove(&totals->other[at + 1], &totals->other[at], (totals->n_other - at) * sizeof totals->other[0]);
    totals->n_other++;
    g_strlcpy(totals->other[at].name, name, sizeof totals->other[at].name);
    totals->other[at].n = 0;
}

void totals_add_other(struct capture_totals *totals, const char *name, uint64_t n)
{
    char short_name[sizeof totals->other[0].name];
    unsigned at = 0;
    int order = 1;

    g_strlcpy(short_name, name, sizeof short_name);
    while (at < totals->n_other && (order = order_of(totals->other[at].name, short_name)) < 0)
        at++;
    if (at < totals->n_other && order == 0) {
        totals->other[at].n += n;
        return;
    }
    if (totals->n_other == TOTALS_MAX_OTHER) {
        g_strlcpy(totals->other[TOTALS_MAX_OTHER - 1].name, rest, sizeof short_name);
        totals->other[TOTALS_MAX_OTHER - 1].n += n;
        return;
    }
    insert_other(totals, at, short_name);
    totals->other[at].n = n;
}

void totals_add_capture(struct run_totals *run, const struct capture_totals *capture)
{
    run->captures++;
    run->unreadable += capture->unreadable;
    run->lost += capture->error != NULL && capture->frames == 0;
    run->sum.frames += capture->frames;
    daps_counts_add(&run->sum.counts, &capture->counts);
    for (unsigned i = 0; i < capture->n_other; i++)
        totals_add_other(&run->sum, capture->other[i].name, capture->other[i].n);
    for (unsigned i = 0; i <= DAPS_SEVERITY_HIGH; i++)
        run->sum.findings_by_severity[i] += capture->findings_by_severity[i];
}

void totals_clear(struct capture_totals *totals)
{
    g_free(totals->error);
    totals->error = NULL;
}

uint64_t totals_findings_from(const struct capture_totals *totals, unsigned severity)
{
    uint64_t n = 0;

    for (unsigned i = severity; i <= DAPS_SEVERITY_HIGH; i++)
        n += totals->findings_by_severity[i];
    return n;
}
