/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the engine counts of one capture. */
#ifndef DAPS_ENGINE_COUNTS_H
#define DAPS_ENGINE_COUNTS_H

#include "daps/event.h"
#include "daps/finding.h"
#include "daps/not_judged.h"

struct daps_engine_counts {
    uint64_t rrc_messages; /* PDUs handed over or deciphered */
    uint64_t undecoded;
    bool of[DAPS_RAT_COUNT]; /* messages of that technology were among them */
    uint64_t duplicates;     /* repeated log entries of one message, not counted as attempts */
    uint64_t repeats;        /* of these, entries of a stretch that the log holds twice: same octets, same times */
    uint64_t handovers, daps_handovers, fallbacks, scg_changes;
    uint64_t ues, ues_given_up; /* given up: gave way to others, because of the bounds in engine options */
    struct {
        uint64_t pdus, signalling, clear, deciphered, verified, unreadable, unverified, unplaced, uncompared, malformed;
    } pdcp;
    uint64_t findings[DAPS_RULE_COUNT];
    struct daps_not_judged_count not_judged[DAPS_NOT_JUDGED_COUNT];
};

#endif
