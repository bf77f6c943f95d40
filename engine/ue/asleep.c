/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ue/asleep.h"

#include <string.h>

#include "bytes/sparse.h"
#include "daps/kdf.h"
#include "ue/ue.h"

struct daps_ue_asleep {
    uint32_t octets; /* it was last found to cost */
    uint32_t length; /* of what follows */
    uint8_t written[];
};

/* What is written: the structures, one behind the other. */
struct written {
    struct daps_ue ue;
    struct daps_term_numbers terms; /* where the pool holds nothing */
    struct daps_pdcp pdcp;          /* if there is one */
};

G_STATIC_ASSERT(sizeof(struct daps_ue) % 8 == 0 && sizeof(struct daps_term_numbers) % 8 == 0 &&
                sizeof(struct daps_pdcp) % 8 == 0);

static void drop_array(GArray **array)
{
    if (*array != NULL && (*array)->len == 0)
        g_clear_pointer(array, g_array_unref);
}

/* Room for what there may be again goes. */
static void drop_what_is_empty(struct daps_ue *ue)
{
    if (ue->state == DAPS_UE_IDLE && ue->n_kept == 0)
        daps_ue_forget_keys(ue);
    if (ue->n_candidates == 0)
        g_clear_pointer(&ue->candidates, g_free);
    if (!ue->request.pending) {
        g_clear_pointer(&ue->request.ev, g_free);
        g_clear_pointer(&ue->request.before, g_free);
        ue->request.has_before = false;
    }
    if (!ue->early.pending)
        g_clear_pointer(&ue->early.complete, g_free);
    drop_array(&ue->seen.collisions);
    drop_array(&ue->seen.facts);
    drop_array(&ue->seen.unfits);
    if (ue->attempts->len == 0)
        g_clear_pointer(&ue->attempts, g_ptr_array_unref);
    if (ue->n_kept == 0)
        g_clear_pointer(&ue->kept, daps_kept_free);
}

struct daps_ue_asleep *daps_ue_sleep(struct daps_ue *ue)
{
    uint8_t out[SPARSE_MOST(sizeof(struct written))];
    struct daps_term_numbers terms = {0};
    struct daps_ue_asleep *asleep;
    struct daps_pdcp *pdcp;
    size_t n, octets;

    drop_what_is_empty(ue);
    pdcp = ue->pdcp;
    if (pdcp != NULL)
        daps_pdcp_sleep(pdcp);
    if (daps_term_pool_rest(ue->pool, &terms))
        g_clear_pointer(&ue->pool, daps_term_pool_free);
    octets = daps_ue_octets(ue) - sizeof *ue - (pdcp != NULL ? sizeof *pdcp : 0);
    n = sparse_write(ue, sizeof *ue, out);
    n += sparse_write(&terms, sizeof terms, out + n);
    if (pdcp != NULL)
        n += sparse_write(pdcp, sizeof *pdcp, out + n);
    asleep = g_malloc(sizeof *asleep + n);
    asleep->octets = (uint32_t)MIN(octets + n, UINT32_MAX);
    asleep->length = (uint32_t)n;
    memcpy(asleep->written, out, n);
    daps_wipe(out, n);
    if (pdcp != NULL)
        daps_wipe(pdcp, sizeof *pdcp);
    g_free(pdcp);
    g_free(ue);
    return asleep;
}

struct daps_ue *daps_ue_wake(struct daps_ue_asleep *asleep)
{
    struct daps_ue *ue = g_new(struct daps_ue, 1);
    struct daps_term_numbers terms;
    struct pdcp_host host;
    size_t n = sparse_read(ue, sizeof *ue, asleep->written);

    n += sparse_read(&terms, sizeof terms, asleep->written + n);
    if (ue->pool == NULL)
        ue->pool = daps_term_pool_again(&terms);
    if (ue->attempts == NULL)
        ue->attempts = g_ptr_array_new_with_free_func(g_free);
    if (ue->pdcp != NULL) {
        ue->pdcp = g_new(struct daps_pdcp, 1);
        (void)sparse_read(ue->pdcp, sizeof *ue->pdcp, asleep->written + n);
        host = daps_ue_host(ue);
        daps_pdcp_wake(ue->pdcp, &host);
    }
    daps_wipe(asleep->written, asleep->length);
    g_free(asleep);
    return ue;
}

size_t daps_ue_asleep_octets(const struct daps_ue_asleep *asleep)
{
    return sizeof *asleep + asleep->octets;
}
