/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shortMAC-I of a re-establishment request (TS 38.331 5.3.7.4) and resumeMAC-I of a resume request (5.3.13.3): the 16
 * least significant bits of the MAC-I with KRRCint of the source PCell, COUNT, BEARER and DIRECTION all ones, over
 * VarShortMAC-Input or VarResumeMAC-Input, which are alike:
 *
 *     | sourcePhysCellId 10 | targetCellIdentity 36 | source-c-RNTI 16 | 0 0 |
 *
 * targetCellIdentity is that of the first PLMN in SIB1 of the cell the request is sent in. Where the capture does not
 * show it, or the context that the request speaks for has no key beyond doubt, nothing is said.
 */
#include <string.h>

#include "daps/bound.h"
#include "daps/kdf.h"
#include "pdcp/inside.h"

#define MOST_KEYS DAPS_BOUND(8, 2) /* contexts of the UE, the newest */

struct request {
    const struct pdcp_host *host;
    struct daps_ue_view ue;
    uint16_t mac;
    int32_t pci, c_rnti; /* of the source PCell */
    int64_t target;      /* cellIdentity */
    unsigned n;          /* keys tried */
    const struct daps_term *tried[MOST_KEYS];
};

static void input_of(const struct request *request, uint8_t octets[static 8])
{
    const uint64_t input =
        (uint64_t)request->pci << 54 | (uint64_t)request->target << 18 | (uint64_t)request->c_rnti << 2;

    for (unsigned i = 0; i < 8; i++)
        octets[i] = (uint8_t)(input >> (56 - 8 * i));
}

static bool is_right(const struct request *request, const struct daps_context *context)
{
    const struct daps_tuple all_ones = {.count = UINT32_MAX, .bearer = 31, .direction = 1};
    struct daps_ciphers *ciphers = request->host->ciphers;
    uint8_t leaf[16], octets[8], mac[MAC];
    bool right;

    input_of(request, octets);
    right = daps_kdf_leaf(request->ue.rat, context->chain.key->value, DAPS_USE_RRC_INT, (uint8_t)context->integrity,
                          leaf) &&
            daps_nia(ciphers, (unsigned)context->integrity, leaf, &all_ones, octets, 8 * sizeof octets, mac) &&
            (mac[2] << 8 | mac[3]) == request->mac;
    daps_wipe(leaf, sizeof leaf);
    return right;
}

static bool is_checkable(const struct request *request, const struct daps_context *context)
{
    const struct daps_term *key = context->chain.key;

    return key != NULL && key->has_value && context->integrity > 0 &&
           daps_ciphers_supported(request->host->ciphers, (unsigned)context->integrity);
}

/* Is the request right under the key of that context? Each key is tried once. */
static bool try_context(struct request *request, const struct daps_context *context)
{
    if (!is_checkable(request, context) || request->n == MOST_KEYS)
        return false;
    for (unsigned i = 0; i < request->n; i++) {
        if (request->tried[i] == context->chain.key)
            return false;
    }
    request->tried[request->n++] = context->chain.key;
    return is_right(request, context);
}

static bool is_right_anywhere(struct request *request)
{
    const struct daps_ue_view *ue = &request->ue;
    const struct daps_attempt *attempt;

    if (try_context(request, &ue->active))
        return true;
    for (guint i = ue->attempts->len; request->n < MOST_KEYS && (attempt = daps_view_back(ue, &i)) != NULL;) {
        if (try_context(request, &attempt->target) || try_context(request, &attempt->source))
            return true;
    }
    return false;
}

/* The context that the request speaks for: its key must be beyond doubt before the request is doubted. */
static bool speaks_for(const struct request *request, const struct daps_context *context)
{
    return context->pci == request->pci && context->c_rnti == request->c_rnti && is_checkable(request, context) &&
           context->chain.key->verified;
}

static bool speaks_for_known(const struct request *request)
{
    const struct daps_ue_view *ue = &request->ue;
    const struct daps_attempt *attempt;

    if (speaks_for(request, &ue->active))
        return true;
    for (guint i = ue->attempts->len; (attempt = daps_view_back(ue, &i)) != NULL;) {
        if (speaks_for(request, &attempt->target) || speaks_for(request, &attempt->source))
            return true;
    }
    return false;
}

void daps_pdcp_check_request(const struct pdcp_host *host, const struct daps_event *ev)
{
    const bool resume = ev->kind == DAPS_EV_RESUME_REQUEST;
    struct daps_event forged;
    struct request request = {.host = host, .mac = (uint16_t)ev->request_mac};

    host->look(host->user, &request.ue);
    request.pci = resume ? request.ue.active.pci : ev->ue_pci;
    request.c_rnti = resume ? request.ue.active.c_rnti : ev->ue_c_rnti;
    if (ev->request_mac < 0 || request.pci < 0 || request.c_rnti < 0 || host->options->keylog == NULL ||
        !host->cell_identity(host->user, &ev->logged_cell, &request.target))
        return;
    if (is_right_anywhere(&request) || !speaks_for_known(&request))
        return;
    daps_event_clear(&forged, DAPS_EV_REQUEST_FORGED);
    forged.rat = ev->rat;
    forged.frame = ev->frame;
    forged.time_ns = ev->time_ns;
    forged.request.resume = resume;
    forged.request.tried = request.n;
    host->evidence(host->user, &forged);
}
