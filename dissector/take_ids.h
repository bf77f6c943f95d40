/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wireshark's numbers for the protocols and fields that PDUs are taken by. */
#ifndef DAPS_DISSECTOR_TAKE_IDS_H
#define DAPS_DISSECTOR_TAKE_IDS_H

#include "ws_compat.h"

#include "coverage.h"
#include "daps/event.h"

enum layer { MAC, RLC, PDCP, RRC, LAYERS };

/* Fields of the context that Wireshark shows with a PDU below RRC. */
enum context_field { DIRECTION, UE_ID, RNTI, RNTI_TYPE, MODE, SN_BITS, BEARER_TYPE, BEARER, PLANE, CONTEXT_FIELDS };

enum { CLOSED = 12, ROOTS = 23, LTE_LAYERS = 3 };

struct take_ids {
    int layers[LAYERS];
    int rrc_lte;                     /* RRC as well */
    int lte[LTE_LAYERS];             /* MAC, RLC and PDCP of LTE, which framing/ reads */
    int closed[CLOSED];              /* protocols that carry RRC between nodes, or quote what did not arrive */
    enum coverage closed_as[CLOSED]; /* COVERAGE_COUNT: not spoken of */
    int frame, udp, ip, ipv6, gtp, sctp, s1ap, x2ap;
    struct {
        int id;
        enum daps_rat rat;
        enum daps_channel channel;
    } roots[ROOTS]; /* message types */
    int context[RRC][CONTEXT_FIELDS];
    uint64_t marks[4]; /* bits of the protocols above: most protocols of most frames are none of them */
};

/* Filled by take_resolve (take.h). */
const struct take_ids *take_ids(void);

static inline bool take_is_closed(const struct take_ids *ids, int id)
{
    for (unsigned i = 0; i < CLOSED; i++) {
        if (ids->closed[i] == id)
            return true;
    }
    return false;
}

#endif
