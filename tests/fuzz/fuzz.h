/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the harnesses share. Whatever they hold the program to ends the process if it does not hold. */
#ifndef DAPS_TEST_FUZZ_H
#define DAPS_TEST_FUZZ_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "batch.h"
#include "daps/engine.h"
#include "daps/framing.h"
#include "daps/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

_Noreturn void fuzz_fail(const char *where, int line, const char *what);

#define must(condition) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition))

/* What is left of the input. Numbers behind its end are 0. */
struct feed {
    const uint8_t *octets;
    size_t left;
};

static inline uint32_t feed_number(struct feed *feed, unsigned octets)
{
    uint32_t number = 0;

    for (; octets > 0; octets--) {
        number = number << 8 | (feed->left > 0 ? *feed->octets : 0);
        feed->octets += feed->left > 0;
        feed->left -= feed->left > 0;
    }
    return number;
}

/* That many octets, or what is left: in memory of their own, so that a read past their end is seen. Caller frees. */
uint8_t *feed_octets(struct feed *feed, uint32_t *length);

/* The input so far as a file without a name; its path is that of a process's own descriptor. Close *file. */
char *fuzz_file(const void *octets, size_t length, int *file);

/* u8 link type (an index) | u8 octets the snap length took off | u16 length | octets. Free its data. */
struct daps_record fuzz_record(struct feed *feed, uint64_t frame);

/* A finding is about frames that were there, and a proof holds. */
void fuzz_finding(const struct daps_finding *finding, uint64_t last_frame);

/* The key log that keys of samples and scenarios are in. Caller frees. */
struct daps_keylog *fuzz_sample_keys(void);

/* Options of an audit without arguments, and one input through work with them; returns what it wrote. */
void fuzz_options(struct options *options, enum report_format format, enum report_view view);
void fuzz_options_clear(struct options *options);
GString *fuzz_run(const struct options *options, const char *path, batch_work *work);

/* Each line is JSON; no character of text is one that does more than stand there. */
void fuzz_is_json(const char *text, size_t length);
void fuzz_is_ndjson(const GString *text);
void fuzz_is_plain(const char *text, size_t length);

#endif
