/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a UE costs, so that all of them together can be held to a bound. */
#include "ue/ue.h"

#define TABLE  256 /* octets of an empty table, about */
#define ARRAY  64  /* of an empty array */
#define KEPT   512 /* of the attempts' index, where there are few */
#define HOLDER 80  /* of an entry of the attempts' index */

static size_t of_array(const GArray *array)
{
    return array != NULL ? ARRAY + (size_t)array->len * g_array_get_element_size((GArray *)(guintptr)array) : 0;
}

size_t daps_ue_octets(const struct daps_ue *ue)
{
    size_t octets = sizeof *ue;

    if (ue->pool != NULL)
        octets += (size_t)2 * TABLE + daps_term_pool_size(ue->pool) * (sizeof(struct daps_term) + HOLDER);
    if (ue->attempts != NULL)
        octets += ARRAY + ue->attempts->len * sizeof(void *);
    if (ue->kept != NULL)
        octets += KEPT + (size_t)ue->n_kept * (sizeof(struct daps_attempt) + HOLDER);
    if (ue->candidates != NULL)
        octets += DAPS_MAX_CANDIDATES * sizeof *ue->candidates;
    if (ue->request.ev != NULL)
        octets += sizeof *ue->request.ev;
    for (unsigned i = 0; i < G_N_ELEMENTS(ue->segments); i++)
        octets += ue->segments[i].length;
    octets += of_array(ue->seen.collisions) + of_array(ue->seen.facts) + of_array(ue->seen.unfits);
    octets += daps_ue_keys_octets(ue) + (ue->logged != NULL ? logged_octets(ue->logged) : 0);
    return octets + (ue->pdcp != NULL ? daps_pdcp_octets(ue->pdcp) : 0);
}
