/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What node interfaces say, to the UE it is of. Key values end here: they are held against what the UE's keys are
 * derived from, and whoever judges gets digests and the answer.
 */
#include "ap/ap.h"
#include "bytes/digest.h"
#include "inside.h"

static uint64_t digest_of(const uint8_t *key)
{
    return key != NULL ? daps_digest(key, DAPS_KEY_OCTETS) : 0;
}

static struct daps_event event_of(const struct ap_said *said)
{
    struct daps_event ev;

    daps_event_clear(&ev, DAPS_EV_NODE);
    ev.rat = DAPS_RAT_LTE;
    ev.frame = said->frame;
    ev.time_ns = said->time_ns;
    ev.node.says = (uint8_t)said->what;
    ev.node.source = said->source;
    return ev;
}

/* ---- a KeNB ---- */

static void index_roots(struct daps_engine *engine)
{
    const unsigned n = daps_keylog_roots(engine->options.keylog, DAPS_RAT_LTE);

    engine->node_roots = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (unsigned i = n; i-- > 0;) { /* of equal lines the first counts */
        struct daps_keylog_root root = {0};
        const char *ue;
        unsigned ordinal;
        if (daps_keylog_any_root(engine->options.keylog, DAPS_RAT_LTE, i, &ue, &ordinal, &root) && root.has_key) {
            const uint64_t digest = digest_of(root.key);
            g_hash_table_insert(engine->node_roots, g_memdup2(&digest, sizeof digest), GUINT_TO_POINTER(i + 1));
        }
        daps_wipe(&root, sizeof root);
    }
}

/* Which root of the key log it is, if any, is told first. True: that root's value is this one. */
static bool tell_root(struct daps_engine *engine, struct daps_ue *ue, const struct ap_said *said)
{
    struct daps_keylog_root root = {0};
    struct daps_event ev = event_of(said);
    const uint64_t digest = digest_of(said->kenb);
    const char *name = "";
    unsigned ordinal = 0, number;

    if (engine->options.keylog == NULL)
        return false;
    if (engine->node_roots == NULL)
        index_roots(engine);
    number = GPOINTER_TO_UINT(g_hash_table_lookup(engine->node_roots, &digest));
    daps_event_clear(&ev, DAPS_EV_KEY_ROOT);
    ev.rat = DAPS_RAT_LTE;
    ev.frame = said->frame;
    ev.time_ns = said->time_ns;
    ev.root.fits = number > 0 &&
                   daps_keylog_any_root(engine->options.keylog, DAPS_RAT_LTE, number - 1, &name, &ordinal, &root) &&
                   memcmp(root.key, said->kenb, sizeof root.key) == 0;
    ev.root.ordinal = ordinal;
    g_strlcpy(ev.root.name, name, sizeof ev.root.name);
    daps_wipe(&root, sizeof root);
    daps_engine_evidence(engine, ue, &ev);
    return ev.root.fits;
}

static void take_root(struct daps_engine *engine, struct daps_ue *ue, const struct ap_said *said)
{
    struct daps_keylog_root given = {.has_key = true};
    struct daps_event ev = event_of(said);

    memcpy(given.key, said->kenb, sizeof given.key);
    ev.node.digest = digest_of(said->kenb);
    if (!tell_root(engine, ue, said))
        ue->given = &given;
    daps_engine_evidence(engine, ue, &ev);
    ue->given = NULL;
    daps_wipe(&given, sizeof given);
}

/* ---- a KeNB*, or the NH that it is made from ---- */

static bool star(const struct daps_attempt *attempt, const uint8_t parent[static 32], unsigned octets,
                 uint8_t out[static 32])
{
    return daps_kdf_star(attempt->key->fc, parent, (uint16_t)attempt->target.pci, (uint32_t)attempt->target.arfcn,
                         octets, out);
}

/* Is it what comes from parent, in as many octets as the standard has or as some implementations take? */
static bool comes_from(const struct daps_attempt *attempt, const uint8_t parent[static 32], const uint8_t *carried,
                       struct daps_dialect *dialect)
{
    uint8_t value[32];
    bool fits = star(attempt, parent, 0, value) && memcmp(value, carried, sizeof value) == 0;

    if (!fits && attempt->target.arfcn <= UINT16_MAX) {
        dialect->two_octets = true; /* of LTE: three */
        fits = star(attempt, parent, 3, value) && memcmp(value, carried, sizeof value) == 0;
    }
    dialect->two_octets &= fits;
    daps_wipe(value, sizeof value);
    return fits;
}

/* X2: KeNB* itself was carried. */
static void check_star(const struct daps_attempt *attempt, const struct ap_said *said, struct daps_node_evidence *node,
                       struct daps_dialect *dialect)
{
    const struct daps_term *parent = attempt->parent;

    if (parent != NULL && parent->has_value) {
        node->checked = true;
        node->fits = comes_from(attempt, parent->value, said->star, dialect);
    }
    if (!node->fits && said->fresh_nh != NULL && said->fresh_ncc == said->ncc) {
        node->checked = true;
        node->fits = node->vertical = comes_from(attempt, said->fresh_nh, said->star, dialect);
    }
}

/* The value of the key that goes with the command, and what was found of it. False: it is not known. */
static bool value_of(const struct daps_attempt *attempt, const struct ap_said *said, struct daps_node_evidence *node,
                     struct daps_dialect *dialect, uint8_t value[static 32])
{
    const bool has_cell = attempt->target.pci >= 0 && attempt->target.arfcn >= 0;

    if (attempt->parent == NULL)
        return false;
    if (said->nh != NULL && has_cell) { /* TS 33.401 7.2.8.4.3: the target makes it of the NH that the MME gave it */
        const struct daps_term *parent = attempt->parent;
        const bool other = parent->has_value && memcmp(parent->value, said->nh, sizeof parent->value) != 0;
        node->checked = node->vertical = true;
        node->fits = said->ncc == attempt->ncc && !other; /* a key log may know that NH, too */
        return star(attempt, said->nh, 0, value);
    }
    if (said->star == NULL)
        return false;
    memcpy(value, said->star, 32);
    if (has_cell)
        check_star(attempt, said, node, dialect);
    return true;
}

static void take_key(struct daps_engine *engine, struct daps_ue *ue, const struct ap_said *said)
{
    struct daps_event ev = event_of(said);
    struct daps_dialect dialect = daps_dialect(0);
    uint8_t value[32] = {0};
    bool known = false;

    if (ue->open != NULL && ue->open->frame == said->frame)
        known = value_of(ue->open, said, &ev.node, &dialect, value);
    ev.node.digest = known ? digest_of(value) : 0;
    ev.node.key_frame = said->key_frame;
    daps_engine_evidence(engine, ue, &ev);
    if (known && ue->open != NULL && ue->open->key != NULL)
        daps_term_verified(ue->pool, ue->open->key, &dialect, value, false);
    daps_wipe(value, sizeof value);
}

void engine_node(struct daps_engine *engine, const struct ap_said *said)
{
    struct daps_ue *ue = engine_get_ue(engine, said->ue_key, NULL, DAPS_RAT_LTE, said->frame);
    struct daps_event ev = event_of(said);

    engine->counts.of[DAPS_RAT_LTE] = true;
    if (said->kenb != NULL)
        take_root(engine, ue, said);
    else if (said->what == DAPS_NODE_KEY)
        take_key(engine, ue, said);
    else
        daps_engine_evidence(engine, ue, &ev);
}
