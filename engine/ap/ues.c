/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UEs by the names that nodes give them. */
#include "ap/inside.h"

uint64_t ap_node(const struct daps_endpoint *endpoint, bool with_port)
{
    if (endpoint->high == 0 && endpoint->low == 0 && endpoint->port == 0)
        return 0;
    return daps_digest_four(endpoint->high, endpoint->low, with_port ? endpoint->port : 0, 0);
}

uint64_t ap_name(enum ap_name kind, uint64_t scope, uint64_t id)
{
    return daps_digest_four((uint64_t)kind + 1, scope, id, 0);
}

static void unlink_ue(struct ap *ap, struct ap_ue *ue)
{
    if (ue->older != NULL)
        ue->older->newer = ue->newer;
    else
        ap->oldest = ue->newer;
    if (ue->newer != NULL)
        ue->newer->older = ue->older;
    else
        ap->newest = ue->older;
    ue->older = ue->newer = NULL;
}

static void link_ue(struct ap *ap, struct ap_ue *ue)
{
    ue->older = ap->newest;
    if (ap->newest != NULL)
        ap->newest->newer = ue;
    else
        ap->oldest = ue;
    ap->newest = ue;
}

struct ap_ue *ap_find(struct ap *ap, uint64_t name)
{
    struct ap_ue *ue = name != 0 ? g_hash_table_lookup(ap->by_name, &name) : NULL;

    if (ue != NULL && ue != ap->newest) {
        unlink_ue(ap, ue);
        link_ue(ap, ue);
    }
    return ue;
}

void ap_rename(struct ap *ap, struct ap_ue *ue, enum ap_name kind, uint64_t name)
{
    struct ap_ue *before = name != 0 ? g_hash_table_lookup(ap->by_name, &name) : NULL;

    if (ue->names[kind] == name)
        return;
    if (ue->names[kind] != 0)
        g_hash_table_remove(ap->by_name, &ue->names[kind]);
    for (unsigned i = 0; before != NULL && i < AP_NAMES; i++) { /* the name is another's by now */
        if (before->names[i] == name) {
            g_hash_table_remove(ap->by_name, &name);
            before->names[i] = 0;
        }
    }
    ue->names[kind] = name;
    if (name != 0)
        g_hash_table_insert(ap->by_name, &ue->names[kind], ue);
}

void ap_remove(struct ap *ap, struct ap_ue *ue)
{
    for (unsigned i = 0; i < AP_NAMES; i++)
        ap_rename(ap, ue, (enum ap_name)i, 0);
    unlink_ue(ap, ue);
    ap->n_ues--;
    daps_wipe(ue, sizeof *ue);
    g_free(ue);
}

struct ap_ue *ap_add(struct ap *ap, uint64_t frame)
{
    struct ap_ue *ue = g_new0(struct ap_ue, 1);

    if (ap->n_ues == AP_MOST_UES) {
        ap_drop(ap, ap->oldest);
        ap_remove(ap, ap->oldest);
    }
    ap->n_ues++;
    ue->key = daps_digest_four(++ap->n_keys, frame, 0x4150, 0);
    link_ue(ap, ue);
    return ue;
}
