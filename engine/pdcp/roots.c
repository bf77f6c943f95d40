/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which root of the key log is this connection's? UEs of a capture are numbered as they come, which need not be how the
 * key log numbers them, so a MAC-I decides: that of the security mode command (TS 38.331 5.3.4.3: integrity protected
 * with the new key, not ciphered), or in a capture that begins behind it, of whatever comes.
 *
 * Tried are, in this order: the UE's next root by its name; every other root of the log, those that no connection has
 * taken first; and UL NAS COUNTs near the one given, below the UE's own KAMF first. If none fits, the root stays
 * unknown: that is the key log's matter, and says nothing about the network. If one fits among more than PDCP_FEW, it
 * is held on trial: the messages that follow confirm it, or it is taken back.
 */
#include <string.h>

#include "bytes/digest.h"
#include "daps/bound.h"
#include "daps/kdf.h"
#include "pdcp/inside.h"

/*
 * Keys of others tried in one capture; beyond, only those of the UE's own name. Where the log has been found to be
 * about this capture, as many more as it has roots for each that was found: a log of other UEs is not tried for ever.
 */
#define FIRST_TRIALS  DAPS_BOUND(131072U, 32U)
#define MOST_TRIALS   DAPS_BOUND(1048576U, 64U)
#define MOST_UNFIT    DAPS_BOUND(65536, 2) /* security mode commands remembered that nothing fits */
#define MOST_SEARCHES DAPS_BOUND(256, 8)   /* PDUs of one UE that are tried where no security mode command was seen */
#define MOST_FIRST    DAPS_BOUND(16, 2)    /* roots tried then */
#define NEAR_COUNTS   8                    /* UL NAS COUNTs tried on either side of the one given, ... */
#define MOST_NEAR     DAPS_BOUND(64, 2)    /* ... of all roots of a log that has no more than these */
#define MOST_HFN_PDUS DAPS_BOUND(16, 2) /* PDUs of one UE that are tried with every HFN while its root is not known */
#define HFNS_A_TRIAL  64
#define ON_TRIAL      4 /* messages that may fail before a root on trial is taken back */

struct pdcp_roots {
    GByteArray *taken;           /* a bit a root of the key log: it is some connection's */
    unsigned first_free;         /* all roots before that are taken */
    GHashTable *unfit;           /* digests of security mode commands that nothing fits */
    uint64_t connections, found; /* seen, and those of them whose root is */
    GHashTable *right;           /* digests of roots that are some connection's just as the key log gives them */
    uint64_t trials;             /* with every HFN, HFNS_A_TRIAL each */
    uint64_t others, earned;     /* roots of others tried; how many those found allow beyond the first */
    struct pdcp_cell cells[PDCP_MOST_CELLS]; /* that messages to any UE name with their frequency, oldest first */
    unsigned n_cells;
};

struct pdcp_roots *pdcp_roots_new(void)
{
    struct pdcp_roots *roots = g_new0(struct pdcp_roots, 1);

    roots->taken = g_byte_array_new();
    roots->unfit = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    roots->right = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    return roots;
}

void pdcp_roots_free(struct pdcp_roots *roots)
{
    if (roots == NULL)
        return;
    g_byte_array_unref(roots->taken);
    g_hash_table_unref(roots->unfit);
    g_hash_table_unref(roots->right);
    g_free(roots);
}

void pdcp_share_cell(struct pdcp_roots *roots, const struct pdcp_cell *cell)
{
    for (unsigned i = 0; i < roots->n_cells; i++) {
        if (daps_cell_equals(&roots->cells[i].cell, &cell->cell)) {
            roots->cells[i] = *cell;
            return;
        }
    }
    if (roots->n_cells == PDCP_MOST_CELLS)
        memmove(roots->cells, roots->cells + 1, --roots->n_cells * sizeof roots->cells[0]);
    roots->cells[roots->n_cells++] = *cell;
}

bool pdcp_shared_cell(const struct pdcp_roots *roots, unsigned i, struct pdcp_cell *out)
{
    if (i >= roots->n_cells)
        return false;
    *out = roots->cells[i];
    return true;
}

static bool is_taken(const struct pdcp_roots *roots, unsigned index)
{
    return index / 8 < roots->taken->len && (roots->taken->data[index / 8] >> (index % 8) & 1) != 0;
}

static void take(struct pdcp_roots *roots, unsigned index)
{
    const guint before = roots->taken->len;

    if (index / 8 >= before) {
        g_byte_array_set_size(roots->taken, index / 8 + 1);
        memset(roots->taken->data + before, 0, roots->taken->len - before);
    }
    roots->taken->data[index / 8] |= (guint8)(1U << (index % 8));
    while (is_taken(roots, roots->first_free))
        roots->first_free++;
}

static uint64_t root_digest(const uint8_t key[static 32])
{
    return daps_digest(key, 32);
}

static void note_right(struct pdcp_roots *roots, const uint8_t key[static 32])
{
    const uint64_t digest = root_digest(key);

    g_hash_table_add(roots->right, g_memdup2(&digest, sizeof digest));
}

/* ---- by a security mode command ---- */

struct search {
    struct daps_pdcp *pdcp;
    const struct daps_keylog *keylog;
    const struct daps_pdu *pdu;
    uint32_t count;
    int nia;
    unsigned tried;
    struct daps_root_evidence root; /* the one that fits */
};

/* Is the MAC-I of the command right below that key? */
static bool fits(struct search *s, const uint8_t key[static 32])
{
    const struct daps_tuple tuple = {
        .count = s->count, .bearer = (uint8_t)(s->pdu->bearer - 1), .direction = s->pdu->downlink};
    const size_t length = s->pdu->length - MAC;
    uint8_t leaf[16], mac[MAC];
    bool right;

    s->tried++;
    right = daps_kdf_leaf(s->pdcp->ue.rat, key, DAPS_USE_RRC_INT, (uint8_t)s->nia, leaf) &&
            daps_nia(s->pdcp->ciphers, (unsigned)s->nia, leaf, &tuple, s->pdu->octets, 8 * (uint64_t)length, mac) &&
            memcmp(mac, s->pdu->octets + length, MAC) == 0;
    daps_wipe(leaf, sizeof leaf);
    return right;
}

static struct daps_root_evidence root_of(const char *name, unsigned ordinal)
{
    struct daps_root_evidence root = {.fits = true, .ordinal = ordinal, .ciphering = -1, .integrity = -1};

    g_strlcpy(root.name, name, sizeof root.name);
    return root;
}

static bool by_name(struct search *s)
{
    const struct daps_ue_view *ue = &s->pdcp->ue;
    struct daps_keylog_root root;
    const bool found = daps_keylog_root(s->keylog, ue->name, ue->rat, ue->roots, &root) && fits(s, root.key);

    if (found) {
        s->root = root_of(ue->name, ue->roots);
        note_right(s->pdcp->host.roots, root.key);
    }
    daps_wipe(&root, sizeof root);
    return found;
}

static bool may_try(const struct pdcp_roots *roots)
{
    return roots->others < MIN(FIRST_TRIALS + roots->earned, MOST_TRIALS);
}

/* All roots of the log, those that are taken only if taken is true. */
static bool among_all(struct search *s, struct pdcp_roots *roots, bool taken)
{
    const struct daps_ue_view *ue = &s->pdcp->ue;
    const unsigned n = daps_keylog_roots(s->keylog, ue->rat);
    struct daps_keylog_root root;
    const char *name;
    unsigned ordinal;
    bool found = false;

    for (unsigned i = taken ? 0 : roots->first_free; !found && i < n && may_try(roots); i++) {
        if (is_taken(roots, i) != taken)
            continue;
        roots->others++;
        found = daps_keylog_any_root(s->keylog, ue->rat, i, &name, &ordinal, &root) && fits(s, root.key);
        if (found) {
            s->root = root_of(name, ordinal);
            take(roots, i);
            note_right(roots, root.key);
            roots->earned += n;
        }
    }
    if (!may_try(roots))
        s->pdcp->host.not_judged(s->pdcp->host.user, DAPS_NOT_JUDGED_NOT_FOLLOWED, s->pdu->frame);
    daps_wipe(&root, sizeof root);
    return found;
}

/*
 * KAMF of a root with a UL NAS COUNT so far from the one given; root goes. Where a KgNB stands beside
 * KAMF and does not fit, it is KAMF's own that is tried.
 */
static bool fits_with(struct search *s, struct daps_keylog_root *root, const char *name, unsigned ordinal, int off)
{
    const int64_t count = (int64_t)root->ul_nas_count + off;
    const uint64_t given = root_digest(root->key);
    const bool found = root->has_upper && root->key_given == (off == 0) && count >= 0 && count <= UINT32_MAX &&
                       daps_kdf_root(s->pdcp->ue.rat, root->upper, (uint32_t)count, root->key) && fits(s, root->key);

    if (found) {
        s->root = root_of(name, ordinal);
        s->root.near = true;
        s->root.ul_nas_count = (uint32_t)count;
        s->pdcp->given_root = given;
        s->pdcp->needs.other_count = off != 0;
        s->pdcp->needs.given = root->ul_nas_count;
        s->pdcp->needs.fits = (uint32_t)count;
    }
    daps_wipe(root, sizeof *root);
    return found;
}

/* The UE's own root, then, of a log that has but few, every other. */
static bool near_count(struct search *s)
{
    const struct daps_ue_view *ue = &s->pdcp->ue;
    const unsigned all = daps_keylog_roots(s->keylog, ue->rat), few = all <= MOST_NEAR ? all : 0;
    struct daps_keylog_root root;
    const char *name;
    unsigned ordinal;

    for (int i = 1; i < 2 * NEAR_COUNTS + 2; i++) { /* the nearest first */
        const int off = i % 2 == 0 ? i / 2 : -(i / 2);
        if (daps_keylog_root(s->keylog, ue->name, ue->rat, ue->roots, &root) &&
            fits_with(s, &root, ue->name, ue->roots, off))
            return true;
        for (unsigned k = 0; k < few && s->pdcp->host.roots->trials < MOST_TRIALS; k++) {
            s->pdcp->host.roots->trials++;
            if (daps_keylog_any_root(s->keylog, ue->rat, k, &name, &ordinal, &root) &&
                fits_with(s, &root, name, ordinal, off))
                return true;
        }
    }
    return false;
}

static bool was_in_vain(struct pdcp_roots *roots, uint64_t digest)
{
    return g_hash_table_contains(roots->unfit, &digest);
}

static void note_in_vain(struct pdcp_roots *roots, uint64_t digest)
{
    if (g_hash_table_size(roots->unfit) == MOST_UNFIT)
        g_hash_table_remove_all(roots->unfit);
    g_hash_table_add(roots->unfit, g_memdup2(&digest, sizeof digest));
}

/* By the record of this command in a log beside the air, already? */
static bool is_secured(const struct daps_ue_view *ue, const struct daps_event *smc, const struct daps_pdu *pdu)
{
    if (smc->digest == 0)
        return false;
    return ue->smc_digest == smc->digest || (ue->logged_smc == smc->digest && ue->active.chain.key != NULL &&
                                             !pdcp_is_later(pdu->time_ns, ue->secured_ns, PDCP_DISORDER_NS));
}

void daps_pdcp_find_root(struct daps_pdcp *pdcp, const struct pdcp_reading *reading, const struct daps_event *smc)
{
    const struct daps_ue_view *ue = pdcp_look(pdcp);
    struct search s = {.pdcp = pdcp,
                       .keylog = pdcp->host.options->keylog,
                       .pdu = reading->pdu,
                       .count = reading->count,
                       .nia = smc->integrity,
                       .root = {.ciphering = -1, .integrity = -1}};
    const bool secured = is_secured(ue, smc, reading->pdu);
    struct pdcp_roots *roots = pdcp->host.roots;
    const uint64_t digest = daps_digest(reading->pdu->octets, reading->pdu->length);
    bool found;

    if (s.keylog == NULL || s.nia < 1 || !daps_ciphers_supported(pdcp->ciphers, (unsigned)s.nia))
        return;
    found = by_name(&s);
    if (!found && !was_in_vain(roots, digest)) {
        found = among_all(&s, roots, false) || among_all(&s, roots, true) || near_count(&s);
        if (!found)
            note_in_vain(roots, digest);
    }
    roots->found += found && !pdcp->root_found;
    pdcp->root_found |= found;
    pdcp->unfit_frame = found ? 0 : reading->pdu->frame;
    pdcp->unsure_root = 0;
    pdcp->unsure_frame = reading->pdu->frame;
    if (found && (s.tried > PDCP_FEW || s.root.near))
        pdcp->unsure_root = secured ? ue->active.serial : ue->serials + 1; /* the context about to begin */
    s.root.in_force = secured;
    pdcp_tell_root(pdcp, reading->pdu, &s.root);
    if (secured)
        pdcp_keys_changed(pdcp);
}

void pdcp_note_connection(struct daps_pdcp *pdcp)
{
    pdcp->root_found = false;
    pdcp->just_began = true;
    pdcp->secondary_drbs = pdcp->gone_drbs = 0;
    pdcp->host.roots->connections++;
}

/*
 * The root as given is another connection's, or may be that of one whose root was not found, and this one's is not in
 * the key log: nothing is wrong with either. That is known when the capture has ended.
 */
void pdcp_tell_nas_count_at_end(struct daps_pdcp *pdcp)
{
    const struct pdcp_roots *roots = pdcp->host.roots;

    if (pdcp->nas_count_due && roots->connections <= roots->found &&
        !g_hash_table_contains(roots->right, &pdcp->given_root))
        pdcp_tell_nas_count(pdcp);
    pdcp->nas_count_due = false;
}

/* A message behind the security mode command verifies, or does not: a root on trial is kept, or taken back. */
void pdcp_try_root(struct daps_pdcp *pdcp, const struct pdcp_context *context, bool verified)
{
    const struct daps_ue_view *ue = &pdcp->ue;
    struct daps_pdu at = {.time_ns = pdcp->now_ns};

    if (pdcp->unsure_root == 0 || context == NULL || context->serial != pdcp->unsure_root)
        return;
    if (!verified && context->failed < ON_TRIAL)
        return;
    pdcp->unsure_root = 0;
    pdcp->nas_count_due |= verified && pdcp->needs.other_count;
    if (!verified)
        pdcp->needs.other_count = false;
    if (verified || context->verified > 1 || ue->active.serial != context->serial)
        return;
    at.frame = context->first_failed_frame;
    pdcp_tell_root(pdcp, &at, &(struct daps_root_evidence){.in_force = true, .ciphering = -1, .integrity = -1});
    pdcp_keys_changed(pdcp);
    pdcp->unfit_frame = context->first_failed_frame;
}

/* ---- by whatever comes ---- */

/* Every HFN, for the first PDUs of a UE and within what one capture may cost. */
static bool may_search_hfn(struct daps_pdcp *pdcp)
{
    struct pdcp_roots *roots = pdcp->host.roots;

    if (pdcp->root_searches > MOST_HFN_PDUS || roots->trials >= MOST_TRIALS)
        return false;
    roots->trials += HFNS_A_TRIAL;
    return true;
}

/* Algorithms and COUNT under one root. A PDU in clear does not tell how others are ciphered. */
static bool first_fits(struct daps_pdcp *pdcp, struct pdcp_context *candidate, const struct daps_pdu *pdu, uint32_t sn)
{
    struct pdcp_placed placed;

    for (int nia = 1; nia <= 3; nia++) {
        for (int nea = 0; nea <= 3; nea++) {
            candidate->nea = nea;
            candidate->nia = nia;
            candidate->keys_valid = false;
            if (!pdcp_is_supported(pdcp, candidate))
                continue;
            if (pdcp_try_context(pdcp, candidate, pdu, sn, &placed) && placed.how.ciphered)
                return true;
            if (may_search_hfn(pdcp) && pdcp_keys(pdcp, candidate) && pdcp_try_hfns(pdcp, candidate, pdu, &placed))
                return true;
        }
    }
    return false;
}

static bool is_proposed(struct daps_pdcp *pdcp, const struct daps_root_evidence *root,
                        const struct pdcp_context *candidate, const struct daps_pdu *pdu)
{
    const uint64_t digest = daps_digest(pdu->octets, pdu->length);
    const bool agrees = pdcp->root_proposal.digest != 0 && pdcp->root_proposal.digest != digest &&
                        pdcp->root_proposal.nea == candidate->nea && pdcp->root_proposal.nia == candidate->nia &&
                        pdcp->root_proposal.root.ordinal == root->ordinal &&
                        strcmp(pdcp->root_proposal.root.name, root->name) == 0;

    pdcp->root_proposal.digest = digest;
    pdcp->root_proposal.nea = candidate->nea;
    pdcp->root_proposal.nia = candidate->nia;
    pdcp->root_proposal.root = *root;
    return agrees;
}

/* Root number i of those in question here: the UE's own that are not spent, and all of a log that has but few. */
static bool first_root(const struct daps_ue_view *ue, const struct daps_keylog *keylog, unsigned i,
                       struct daps_root_evidence *out, struct daps_keylog_root *root)
{
    const unsigned all = daps_keylog_roots(keylog, ue->rat);
    const char *name = ue->name;
    unsigned ordinal = ue->roots + i;

    if (i < MOST_FIRST && daps_keylog_root(keylog, name, ue->rat, ordinal, root)) {
        *out = root_of(name, ordinal);
        return true;
    }
    if (all > MOST_FIRST || i >= MOST_FIRST)
        return false;
    if (!daps_keylog_any_root(keylog, ue->rat, i, &name, &ordinal, root))
        return false;
    *out = root_of(name, ordinal);
    return true;
}

/* The algorithms of a root that is known already, or root and algorithms. */
void pdcp_find_first_root(struct daps_pdcp *pdcp, const struct daps_pdu *pdu, uint32_t sn)
{
    const struct daps_ue_view *ue = &pdcp->ue;
    const struct daps_keylog *keylog = pdcp->host.options->keylog;
    struct pdcp_context *context = pdcp_context_of(pdcp, ue->active.serial);
    struct pdcp_context candidate = {.ul_active = true, .dl_active = true};
    struct daps_term term = {.kind = DAPS_TERM_ROOT, .has_value = true};
    struct daps_keylog_root root = {0};
    struct daps_root_evidence found;
    bool fits_any = false;

    if (keylog == NULL || pdcp->root_searches == MOST_SEARCHES || (context != NULL && context->nia >= 0) ||
        pdcp_kind_if_clear(pdcp, pdu) == DAPS_EV_SECURITY_MODE_COMMAND)
        return;
    pdcp->root_searches++;
    if (context != NULL)
        candidate = *context;
    candidate.term = &term;
    for (unsigned i = 0; !fits_any && first_root(ue, keylog, i, &found, &root); i++) {
        memcpy(term.value, root.key, sizeof term.value);
        fits_any = first_fits(pdcp, &candidate, pdu, sn);
    }
    if (fits_any && is_proposed(pdcp, &found, &candidate, pdu)) {
        found.in_force = true;
        found.ciphering = (int8_t)candidate.nea;
        found.integrity = (int8_t)candidate.nia;
        pdcp_tell_root(pdcp, pdu, &found);
        pdcp_sync(pdcp);
        pdcp_keys_changed(pdcp);
    } else if (!fits_any) {
        pdcp_find_first_leaves(pdcp, pdu, sn);
    }
    daps_wipe(&root, sizeof root);
    daps_wipe(&term, sizeof term);
    daps_wipe(&candidate.keys, sizeof candidate.keys);
}
