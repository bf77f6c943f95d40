/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Joins of UEs that have no name yet: a framing knows a UE before the first message of it is read. */
#ifndef DAPS_ENGINE_JOINS_H
#define DAPS_ENGINE_JOINS_H

#include "daps/bound.h"
#include "daps/engine.h"

#define JOINS_MOST DAPS_BOUND(256, 4) /* waiting; names under which no message ever comes are dropped first */

struct joins;

/* Free with joins_free; NULL is fine there. */
struct joins *joins_new(void);
void joins_free(struct joins *joins);

/* Keeps a copy of join for the UE of that key. */
void joins_keep(struct joins *joins, uint64_t ue_key, const struct daps_identity_join *join);

/* Gives the sink what was kept for that UE, which is called ue. False: nothing was. */
bool joins_deliver(struct joins *joins, uint64_t ue_key, const char *ue, const struct daps_sink *sink);

#endif
