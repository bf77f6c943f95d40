/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What-if: ways to avoid a repeated key that an engine can suppose while it follows events, as if the network (or a
 * later standard) had taken them. Only what is derived and sent changes; the events stay those of the capture.
 */
#ifndef DAPS_MITIGATION_H
#define DAPS_MITIGATION_H

#include <stdint.h>

enum daps_mitigation {
    DAPS_MITIGATION_NONE,             /* the events as they are */
    DAPS_MITIGATION_REFRESH,          /* the key of the source is changed at once after a DAPS fallback */
    DAPS_MITIGATION_FRESH_NH,         /* a pair never used before for what would repeat a key or a failed pair */
    DAPS_MITIGATION_NH_CONSUMED,      /* a pair that a failed attempt took is not taken again */
    DAPS_MITIGATION_OTHER_CELL,       /* no (PCI, ARFCN) twice under one key */
    DAPS_MITIGATION_OTHER_ALGORITHMS, /* other algorithms where a key comes again */
    DAPS_MITIGATION_CFRA,             /* four-step contention-free random access in every handover */
    DAPS_MITIGATION_FRESH_INPUT,      /* a nonce or counter in the KDF of KNG-RAN* (no standard has it) */
    DAPS_MITIGATION_COUNT_KEPT,       /* COUNT goes on where a key comes again (no standard has it) */
    DAPS_MITIGATION_COUNT
};

/* What it would have taken. */
struct daps_mitigation_cost {
    uint64_t applied;         /* attempts or fallbacks that it changed */
    uint64_t messages;        /* of RRC, added */
    uint64_t amf_round_trips; /* added */
    uint64_t unable;          /* where it could not be supposed: NCC or algorithms of the key are not known, or spent */
};

/* "refresh": as it is typed, and its number; DAPS_MITIGATION_COUNT if there is none of that name. Never NULL. */
const char *daps_mitigation_name(enum daps_mitigation mitigation);
enum daps_mitigation daps_mitigation_by_name(const char *name);

/* words/mitigations.c: what is done, on what clause it rests, what it costs beside messages, what it does not reach. */
struct daps_mitigation_words {
    const char *title, *basis, *state, *caveat;
};
const struct daps_mitigation_words *daps_mitigation_words(enum daps_mitigation mitigation);

#endif
