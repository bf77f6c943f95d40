/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RRC PDUs that the modem's log wrote in several entries, numbered 1, 2, ... and 7 for the last (log 0xB821 of
 * version 23 on, 0xB0C0 of version 30 on). Parts come in order; anything else is given up and reported.
 */
#include <glib.h>
#include <string.h>

#include "daps/bound.h"
#include "framing/peel.h"

enum { SLOTS = DAPS_BOUND(4, 2), PDU_MAX = 65535 };

struct slot {
    bool used;
    struct pdu_context context;
    unsigned next; /* number of the part that must come */
    uint64_t first_frame, last_frame;
    uint32_t length;
    uint8_t *data; /* PDU_MAX octets, kept for reuse */
};

struct segments {
    struct slot slot[SLOTS];
};

struct segments *segments_new(void)
{
    return g_new0(struct segments, 1);
}

void segments_free(struct segments *segments)
{
    if (!segments)
        return;
    for (int i = 0; i < SLOTS; i++)
        g_free(segments->slot[i].data);
    g_free(segments);
}

static const char *layer_of(const struct pdu_context *context)
{
    if (context->layer != NULL)
        return context->layer;
    return context->rat == DAPS_RAT_LTE ? "Qualcomm LTE RRC log" : "Qualcomm NR RRC log";
}

static void incomplete(struct peel *peel, const struct pdu_context *context, unsigned number)
{
    tally_problem(&peel->at, (struct daps_framing_problem){.what = DAPS_PROBLEM_PARTS_MISSING,
                                                           .layer = layer_of(context),
                                                           .numbers = {number},
                                                           .rrc_lost = true,
                                                           .ue_known = true,
                                                           .ue_key = context->ue_key});
}

static void give_up(struct slot *slot, struct peel *peel)
{
    if (slot->used)
        incomplete(peel, &slot->context, slot->next);
    slot->used = false;
}

static struct slot *find(struct segments *segments, struct peel *peel, const struct pdu_context *context)
{
    struct slot *oldest = &segments->slot[0];
    for (int i = 0; i < SLOTS; i++) {
        struct slot *slot = &segments->slot[i];
        if (slot->used && slot->context.ue_key == context->ue_key && slot->context.rat == context->rat)
            return slot;
        if (!slot->used || (oldest->used && slot->last_frame < oldest->last_frame))
            oldest = slot;
    }
    give_up(oldest, peel);
    return oldest;
}

static void start(struct slot *slot, const struct peel *peel, const struct pdu_context *context)
{
    if (!slot->data)
        slot->data = g_malloc(PDU_MAX);
    slot->used = true;
    slot->context = *context;
    slot->next = 1;
    slot->first_frame = peel->at.frame;
    slot->length = 0;
}

bool segments_add(struct segments *segments, struct peel *peel, const struct pdu_context *context, unsigned number,
                  bool last, struct octets part, struct octets *whole)
{
    tally_count(&peel->at, DAPS_FRAMING_SEGMENT);
    struct slot *slot = find(segments, peel, context);
    if (slot->used && (slot->context.channel != context->channel || (number != 0 && number != slot->next)))
        give_up(slot, peel);
    if (!slot->used) {
        if (last || number != 1) {
            incomplete(peel, context, 1);
            return false;
        }
        start(slot, peel, context);
    }
    slot->last_frame = peel->at.frame;
    if (part.left > PDU_MAX - slot->length) {
        slot->used = false;
        tally_problem(&peel->at, (struct daps_framing_problem){.what = DAPS_PROBLEM_RRC_LENGTH,
                                                               .layer = layer_of(context),
                                                               .rrc_lost = true,
                                                               .ue_known = true,
                                                               .ue_key = context->ue_key});
        return false;
    }
    memcpy(slot->data + slot->length, part.at, part.left);
    slot->length += (uint32_t)part.left;
    slot->next++;
    if (!last)
        return false;
    slot->used = false;
    *whole = octets_of(slot->data, slot->length);
    return true;
}

void segments_finish(struct segments *segments, struct peel *peel)
{
    for (int i = 0; i < SLOTS; i++)
        give_up(&segments->slot[i], peel);
}
