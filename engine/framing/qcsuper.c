/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NR RRC as QCSuper writes it: the body of Qualcomm's log 0xB821 (qualcomm.c) on UDP port 47928. */
#include "framing/peel.h"

enum { PORT = 47928, PORTS_OF_SERVICES = 1024 };

/* The port lies in the range that systems give out to clients, so an entry has to look like one there. */
static bool is_plausible(const struct peel *peel, const struct octets *payload)
{
    uint32_t source = peel->ends.source.port, destination = peel->ends.destination.port;
    return (destination == PORT && source >= PORTS_OF_SERVICES) || qualcomm_nr_fits(*payload);
}

bool peel_qcsuper(struct peel *peel, struct octets payload)
{
    if (!is_plausible(peel, &payload))
        return false;
    (void)peel_qualcomm_nr(peel, peel->ends.known ? daps_ends_key(&peel->ends, false) : 0, payload);
    return true;
}
