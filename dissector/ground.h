/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frames that verdicts rest on: who exports the frames of a finding exports these as well, else the excerpt says
 * something else (a repeat without the failure before it, for one).
 */
#ifndef DAPS_DISSECTOR_GROUND_H
#define DAPS_DISSECTOR_GROUND_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct ground;

struct ground *ground_new(void);
void ground_free(struct ground *ground); /* NULL is fine */

/* That frame holds signalling of this UE (a name that lives as long as the session); begins: a connection is secured.
 */
void ground_signalling(struct ground *ground, const char *ue, uint64_t frame, bool begins);
void ground_broadcast(struct ground *ground, uint64_t frame);

/*
 * Appends to out (guint64) what a finding about that UE rests on whose own frames are first to last: the UE's
 * signalling from a little before to a little behind them, the beginning of the connection, and system information
 * before them. Of a long stretch, both its ends.
 */
void ground_between(const struct ground *ground, const char *ue, uint64_t first, uint64_t last, GArray *out);

#endif
