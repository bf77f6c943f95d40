/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scenarios: what happens to UEs, in the words of a protocol engineer, played into a capture. The language is described
 * in docs/scenarios.md.
 */
#ifndef DAPS_SYNTH_SCENARIO_H
#define DAPS_SYNTH_SCENARIO_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "synth/carrier.h"
#include "synth/messages.h"

/* Where frames and keys go. Each returns false on a write error, which the player reports with the errno at hand. */
struct synth_sink {
    void *user;
    bool (*open)(void *user, int link_type);
    bool (*frame)(void *user, int64_t time_ns, const GByteArray *octets);
    void (*key)(void *user, const char *line); /* of a key log; NULL: not wanted */
};

struct synth_options {
    const char *framing; /* overrides the scenario's own; NULL */
};

/*
 * Plays the scenario text (name stands in messages for its file). Returns NULL, or a sentence that names file, line and
 * the word it could not follow; the caller frees it.
 */
char *synth_play(const char *name, const char *text, const struct synth_options *options,
                 const struct synth_sink *sink);

#endif
