/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in the rows of the tables (tables.c). Cells are texts that the caller frees; NULL is an empty one. */
#ifndef DAPS_DISSECTOR_ROWS_H
#define DAPS_DISSECTOR_ROWS_H

#include "lineage.h"
#include "session.h"

enum { ROWS_HANDOVER = 16, ROWS_FINDING = 9, ROWS_COVERAGE = 5, ROWS_KEY = 8, MOST_COLUMNS = 16 };

void rows_handover(const struct session *session, const struct daps_result *result, char *cells[MOST_COLUMNS]);
void rows_finding(const struct session *session, const struct daps_result *result, char *cells[MOST_COLUMNS]);

void rows_key(const struct lineage_key *key, char *cells[MOST_COLUMNS]);

/* What was not audited or not judged, in one line of that table. False: there is nothing of that. */
bool rows_silence(struct session *session, bool of_findings, char *cells[MOST_COLUMNS]);

/* Row at that place of the table of coverage. False: it is not to be shown. */
unsigned rows_coverage_count(void);
bool rows_coverage(struct session *session, unsigned place, char *cells[MOST_COLUMNS]);

#endif
