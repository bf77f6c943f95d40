/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small stories of names: what the tests of identity/ tell it, and what it tells them. */
#ifndef IDENTITY_STORY_H
#define IDENTITY_STORY_H

#include "identity/identity.h"

#include <check.h>
#include <glib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

static struct identity *identity;
static uint64_t frame;
static int64_t now_ns;
static struct {
    enum daps_identity_reason reason;
    uint64_t ue_key, announced_frame;
    char name[80];
    unsigned n;
} told;

static inline void on_join(void *user, uint64_t ue_key, const struct daps_identity_join *join)
{
    (void)user;
    told.reason = join->reason;
    told.ue_key = ue_key;
    told.announced_frame = join->announced_frame;
    told.n++;
    g_strlcpy(told.name, join->name, sizeof told.name);
}

static inline void setup(void)
{
    identity = identity_new(DAPS_RAT_NR, &(struct identity_sink){.join = on_join});
    frame = 0;
    now_ns = 0;
    memset(&told, 0, sizeof told);
}

static inline void teardown(void)
{
    identity_free(identity);
}

static inline struct identity_link *find(struct identity_name name)
{
    now_ns += 20000000;
    return identity_find(identity, &name, ++frame, now_ns);
}

static inline struct identity_name name_of(uint16_t ue_id, uint16_t rnti)
{
    return (struct identity_name){.has_ue_id = true, .ue_id = ue_id, .has_rnti = true, .rnti = rnti};
}

static inline struct identity_name msg3_of(uint16_t ue_id, uint16_t rnti)
{
    struct identity_name name = name_of(ue_id, rnti);

    name.in_mac_ce = true;
    return name;
}

static inline struct identity_name by(uint64_t address, uint32_t port, uint16_t ue_id, uint16_t rnti)
{
    struct identity_name name = name_of(ue_id, rnti);

    name.writer = (struct identity_writer){.address = address, .peer = address == 99 ? 1 : 99, .port = port};
    return name;
}

/* A PDU on a dedicated channel, of the UE with the key returned. */
static inline uint64_t pdu(struct identity_name name)
{
    struct identity_link *link = find(name);

    identity_dedicated(identity, link);
    return link->ue_key;
}

/* A message on CCCH. */
static inline uint64_t common(struct identity_name name, struct daps_event *ev)
{
    name.first_access = true;
    return identity_common(identity, find(name), ev, frame, 0);
}

static inline uint64_t connect_ue(struct identity_name name)
{
    struct daps_event ev;
    uint64_t ue;

    daps_event_clear(&ev, DAPS_EV_SETUP_REQUEST);
    ue = common(name, &ev);
    daps_event_clear(&ev, DAPS_EV_SETUP);
    ck_assert_uint_eq(common(name, &ev), ue);
    ck_assert_uint_eq(pdu(name), ue);
    return ue;
}

static inline void learn(uint64_t ue, enum daps_event_kind kind, int32_t c_rnti, int32_t pci)
{
    struct daps_event ev;

    daps_event_clear(&ev, kind);
    ev.frame = frame;
    ev.time_ns = now_ns;
    ev.sync = c_rnti >= 0;
    ev.c_rnti = c_rnti;
    ev.target.pci = pci;
    identity_learn(identity, ue, &ev, 1);
}

static inline void command(uint64_t ue, int32_t c_rnti, int32_t pci)
{
    learn(ue, DAPS_EV_RECONFIGURATION, c_rnti, pci);
}

#endif
