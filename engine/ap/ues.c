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

struct ap_ue *ap_find(struct ap *ap, uint64_t name)
{
    struct ap_ue *ue = name != 0 ? g_hash_table_lookup(ap->by_name, &name) : NULL;

    if (ue != NULL) {
        g_queue_unlink(&ap->by_age, &ue->link);
        g_queue_push_tail_link(&ap->by_age, &ue->link);
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
    g_queue_unlink(&ap->by_age, &ue->link);
    daps_wipe(ue, sizeof *ue);
    g_free(ue);
}

struct ap_ue *ap_add(struct ap *ap, uint64_t frame)
{
    struct ap_ue *ue = g_new0(struct ap_ue, 1);

    if (ap->by_age.length == AP_MOST_UES) {
        struct ap_ue *oldest = g_queue_peek_head(&ap->by_age);
        ap_drop(ap, oldest);
        ap_remove(ap, oldest);
    }
    ue->link.data = ue;
    ue->key = daps_digest_four(++ap->n_keys, frame, 0x4150, 0);
    g_queue_push_tail_link(&ap->by_age, &ue->link);
    return ue;
}
