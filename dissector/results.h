/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine said, kept: handovers and findings with strings of their own, found again by frame.
 *
 * Some results can still change while a capture is being read. Those are *open*: asked for anew from the engine's
 * preview whenever its UE has moved on. The others are *settled*, and stay. No Wireshark here.
 */
#ifndef DAPS_DISSECTOR_RESULTS_H
#define DAPS_DISSECTOR_RESULTS_H

#include <glib.h>

#include "daps/engine.h"

/* One handover or finding. Pointers in the engine's structures point into this one. */
struct result {
    bool is_finding;
    const char *ue; /* owned by the handover or finding */
    union {
        struct daps_handover handover;
        struct daps_finding *finding; /* owned */
    };
    uint8_t value[32], parent_value[32]; /* of a handover's key, where they were asked for */
};

/* Copies; key values only if with_values. Free with result_free, which wipes them. */
struct result *result_of_handover(const struct daps_handover *handover, bool with_values);
struct result *result_of_finding(const struct daps_finding *finding, bool with_values);
void result_free(gpointer result);

/* A copy whose frames are those that number(user, frame) gives, 0 where there is none any more. */
struct result *result_renumbered(const struct result *result, uint64_t (*number)(void *user, uint64_t frame),
                                 void *user);

/* Is it the same handover or finding, perhaps further on? And does it say the same? */
bool result_same(const struct result *a, const struct result *b);
bool result_equal(const struct result *a, const struct result *b);

/* A name that stays while the result changes: equal for results that are the same. Caller frees. */
char *result_name(const struct result *result);

/* Key of a handover or finding, NULL if it has none. */
const struct daps_key_view *result_key(const struct result *result);

/* Calls each(user, frame) for every frame the result names, possibly twice for one frame. */
void result_frames(const struct result *result, void (*each)(void *user, uint64_t frame), void *user);
bool result_names(const struct result *result, uint64_t frame);

/* Results by the frames they name. It owns nothing. */
struct result_index;
struct result_index *result_index_new(void);
void result_index_free(struct result_index *index);
void result_index_add(struct result_index *index, const struct result *result);
void result_index_clear(struct result_index *index);
/* Appends the results of that frame, const struct result *, in the order they were added. */
void result_index_at(struct result_index *index, uint64_t frame, GPtrArray *out);

#endif
