/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine said of one capture, kept: handovers and findings with all they point to, found again by frame and by
 * UE.
 *
 * Some results can still change while a capture is being read. Those are *open*: asked for anew from the engine's
 * preview whenever their UE has moved on. The others are *settled*, and stay.
 */
#ifndef DAPS_ENGINE_RESULTS_H
#define DAPS_ENGINE_RESULTS_H

#include <glib.h>

#include "daps/engine.h"

/* One handover or finding. Pointers in the engine's structures point into this one. */
struct daps_result {
    bool is_finding;
    const char *ue; /* owned by the handover or finding */
    union {
        struct daps_handover handover;
        struct daps_finding *finding; /* owned */
    };
    uint8_t value[32], parent_value[32]; /* of a handover's key, where they were asked for */
};

/* Copies; key values only if with_values. Free with daps_result_free, which wipes them. */
struct daps_result *daps_result_of_handover(const struct daps_handover *handover, bool with_values);
struct daps_result *daps_result_of_finding(const struct daps_finding *finding, bool with_values);
void daps_result_free(gpointer result);

/* A copy whose frames are those that number(user, frame) gives, 0 where there is none any more. */
struct daps_result *daps_result_renumbered(const struct daps_result *result,
                                           uint64_t (*number)(void *user, uint64_t frame), void *user);

/* Is it the same handover or finding, perhaps further on? And does it say the same? */
bool daps_result_same(const struct daps_result *a, const struct daps_result *b);
bool daps_result_equal(const struct daps_result *a, const struct daps_result *b);
/* A hash of what results that are the same have in common. */
guint daps_result_hash(const struct daps_result *result);

/* A name that stays while the result changes: equal for results that are the same. Caller frees. */
char *daps_result_name(const struct daps_result *result);

/* Key of a handover or finding, NULL if it has none. */
const struct daps_key_view *daps_result_key(const struct daps_result *result);

/* Calls each(user, frame) for every frame the result names, possibly twice for one frame. */
void daps_result_frames(const struct daps_result *result, void (*each)(void *user, uint64_t frame), void *user);
bool daps_result_names(const struct daps_result *result, uint64_t frame);

struct daps_results;

/* engine is borrowed. Free with daps_results_free before the engine. */
struct daps_results *daps_results_new(struct daps_engine *engine, bool with_values);
void daps_results_free(struct daps_results *results); /* wipes keys; NULL is fine */

/* What the engine delivers, to be called from its sink. */
void daps_results_handover(struct daps_results *results, const struct daps_handover *handover);
void daps_results_finding(struct daps_results *results, const struct daps_finding *finding);

/* A frame begins; something of that UE was followed; the frame ends. */
void daps_results_begin(struct daps_results *results);
void daps_results_touch(struct daps_results *results, uint64_t ue_key);
void daps_results_touch_all(struct daps_results *results); /* of all UEs: a gap, for one */
void daps_results_end(struct daps_results *results);

/* Appends the results that name the frame: const struct daps_result *, valid until the next begin. */
void daps_results_at(struct daps_results *results, uint64_t frame, GPtrArray *out);

/*
 * What the frame just ended has brought or changed, or is named by, of these UEs and of what was settled; and in
 * withdrawn what was told earlier and no longer holds. ue_keys NULL: all UEs.
 */
struct daps_news {
    GPtrArray *results;   /* const struct daps_result * */
    GPtrArray *withdrawn; /* struct daps_result *, owned by the array */
};
void daps_results_news(struct daps_results *results, uint64_t frame, const uint64_t *ue_keys, size_t n_ues,
                       struct daps_news *news);

/*
 * All results so far of one kind: const struct daps_result *, findings or handovers. Settled ones will not change any
 * more and keep their places; open ones are as of now, valid until the next begin.
 */
const GPtrArray *daps_results_settled(const struct daps_results *results, bool findings);
const GPtrArray *daps_results_open(struct daps_results *results, bool findings);

/* What could not be judged so far, and would not be if the capture ended here: sum[DAPS_NOT_JUDGED_COUNT]. */
void daps_results_not_judged(struct daps_results *results, struct daps_not_judged_count *sum);

#endif
