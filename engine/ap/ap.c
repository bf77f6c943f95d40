/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The room's doors. */
#include "ap/inside.h"

struct ap *ap_new(const struct ap_sink *sink)
{
    struct ap *ap = g_new0(struct ap, 1);

    ap->sink = *sink;
    g_queue_init(&ap->by_age);
    ap->by_name = g_hash_table_new(g_int64_hash, g_int64_equal);
    return ap;
}

void ap_free(struct ap *ap)
{
    if (ap == NULL)
        return;
    while (ap->by_age.head != NULL)
        ap_remove(ap, ap->by_age.head->data);
    g_hash_table_unref(ap->by_name);
    g_free(ap);
}

void ap_take(struct ap *ap, const struct daps_pdu *pdu)
{
    struct ap_message m;
    const bool read = pdu->x2 ? ap_read_x2(pdu, &m) : ap_read_s1(pdu, &m);

    if (!read && (m.unread || (pdu->x2 ? ap_x2_begins(&m) : ap_s1_begins(&m))))
        ap_unfollowed(ap, &m);
    else if (read && pdu->x2)
        ap_take_x2(ap, &m);
    else if (read)
        ap_take_s1(ap, &m);
    daps_wipe(&m, sizeof m);
}

void ap_finish(struct ap *ap)
{
    for (const GList *link = ap->by_age.head; link != NULL; link = link->next)
        ap_drop(ap, link->data);
}
