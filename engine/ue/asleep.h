/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A UE that has not been met for a while takes little room: what it holds stays where it is (attempts, terms, what its
 * PDCP has kept of PDUs), but the structures themselves, most of which are zero then, are written short. It wakes as it
 * was: nothing is decided here.
 */
#ifndef DAPS_ENGINE_ASLEEP_H
#define DAPS_ENGINE_ASLEEP_H

#include <stddef.h>

struct daps_ue;
struct daps_ue_asleep;

/* Takes the UE, which is gone until it wakes. */
struct daps_ue_asleep *daps_ue_sleep(struct daps_ue *ue);

/* Gives it back; asleep is gone. */
struct daps_ue *daps_ue_wake(struct daps_ue_asleep *asleep);

/* About what it costs in memory. */
size_t daps_ue_asleep_octets(const struct daps_ue_asleep *asleep);

#endif
