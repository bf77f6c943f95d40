/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The findings of the open capture for people and machines, as `dapsaudit audit` has them. */
#ifndef DAPS_DISSECTOR_FINDINGS_H
#define DAPS_DISSECTOR_FINDINGS_H

#include "session.h"

/*
 * Text: findings in frame order, of all frames (frame 0) or those that name that one, and before them how much could
 * not be judged. NDJSON: a line for each handover, then for each finding, as docs/schema.json has them. Both with the
 * numbers that the frames have now, key values only if asked for. Caller frees.
 */
char *findings_text(struct session *session, uint64_t frame, bool show_keys);
char *findings_ndjson(struct session *session, const char *capture, bool show_keys);

#endif
