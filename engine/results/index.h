/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DAPS_RESULTS_INDEX_H
#define DAPS_RESULTS_INDEX_H

#include "daps/results.h"

/* Results by the frames they name. It owns nothing. */
struct result_index;
struct result_index *result_index_new(void);
void result_index_free(struct result_index *index);
void result_index_add(struct result_index *index, const struct daps_result *result);
void result_index_clear(struct result_index *index);
/* Appends the results of that frame, const struct daps_result *, in the order they were added. */
void result_index_at(struct result_index *index, uint64_t frame, GPtrArray *out);

#endif
