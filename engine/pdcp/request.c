/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shortMAC-I of a re-establishment request and resumeMAC-I or shortResumeMAC-I of a resume request: the 16 least
 * significant bits of the MAC-I with KRRCint of the source PCell, COUNT, BEARER and DIRECTION all ones, over
 *
 *     | sourcePhysCellId 10 | targetCellIdentity 36 | source-c-RNTI 16 | 0 0 |    NR: VarShortMAC-Input and
 *                                                        VarResumeMAC-Input alike (TS 38.331 5.3.7.4, 5.3.13.3)
 *     | cellIdentity 28 | physCellId 9 | c-RNTI 16 | 0 0 0 |    LTE: VarShortMAC-Input, VarShortINACTIVE-MAC-Input-r15
 *     | cellIdentity 28 | physCellId 9 | c-RNTI 16 | 1 | 0 0 |    ... and with resumeDiscriminator
 *                                                VarShortResumeMAC-Input-r13 (TS 36.331 5.3.7.4, 5.3.3.3a, 7.1)
 *
 * The cell identity is that of the first PLMN in SIB1 of the cell the request is sent in, PCI and C-RNTI are those of
 * the source PCell. Where the capture does not show it, or the context that the request speaks for has no key beyond
 * doubt, nothing is said.
 */
#include <string.h>

#include "daps/bound.h"
#include "daps/kdf.h"
#include "pdcp/inside.h"

#define MOST_KEYS DAPS_BOUND(8, 2) /* contexts of the UE, the newest */

struct request {
    const struct pdcp_host *host;
    struct daps_ue_view ue;
    bool resume;
    uint16_t mac;
    int32_t pci, c_rnti; /* of the source PCell */
    int64_t target;      /* cellIdentity */
    unsigned n;          /* keys tried */
    const struct daps_term *tried[MOST_KEYS];
};

/* What the MAC is over: octets are filled, their number is returned. */
static unsigned input_of(const struct request *request, bool discriminator, uint8_t octets[static 8])
{
    const uint64_t pci = (uint64_t)request->pci, target = (uint64_t)request->target, c_rnti = (uint64_t)request->c_rnti;
    const bool nr = request->ue.rat == DAPS_RAT_NR;
    const uint64_t input = nr ? pci << 54 | target << 18 | c_rnti << 2
                              : target << 36 | pci << 27 | c_rnti << 11 | (uint64_t)discriminator << 10;

    for (unsigned i = 0; i < 8; i++)
        octets[i] = (uint8_t)(input >> (56 - 8 * i));
    return nr ? 8 : 7;
}

static bool fits(const struct request *request, const struct daps_context *context, const uint8_t leaf[static 16],
                 bool discriminator)
{
    const struct daps_tuple all_ones = {.count = UINT32_MAX, .bearer = 31, .direction = 1};
    uint8_t octets[8], mac[MAC];
    const unsigned n = input_of(request, discriminator, octets);

    return daps_nia(request->host->ciphers, (unsigned)context->integrity, leaf, &all_ones, octets, 8 * (size_t)n,
                    mac) &&
           (mac[2] << 8 | mac[3]) == request->mac;
}

/* A resume request of LTE comes from a suspension in EPC or, without discriminator, from RRC_INACTIVE. */
static bool is_right(const struct request *request, const struct daps_context *context)
{
    uint8_t leaf[16];
    bool right;

    right = daps_kdf_leaf(request->ue.rat, context->chain.key->value, DAPS_USE_RRC_INT, (uint8_t)context->integrity,
                          leaf) &&
            (fits(request, context, leaf, false) ||
             (request->resume && request->ue.rat == DAPS_RAT_LTE && fits(request, context, leaf, true)));
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
    struct request request = {.host = host, .resume = resume, .mac = (uint16_t)ev->request_mac};

    host->look(host->user, &request.ue);
    request.pci = resume ? request.ue.active.pci : ev->ue_pci;
    request.c_rnti = resume ? request.ue.active.c_rnti : ev->ue_c_rnti;
    if (ev->request_mac < 0 || request.pci < 0 || request.c_rnti < 0 || host->options->keylog == NULL ||
        !host->cell_identity(host->user, ev->rat, &ev->logged_cell, &request.target))
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
