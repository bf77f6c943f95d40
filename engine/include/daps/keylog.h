/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The key log: one secret a line, `*` for any UE.
 *
 *   KGNB  <ue|*> <64 hex> [ncc=<0..7>]          KENB the same for LTE
 *   KAMF  <ue|*> <64 hex> ul_nas_count=<n>      KASME the same for LTE
 *   NH    <ue|*> <ncc> <64 hex>
 *   LEAF  <ue|*> <rrcenc|rrcint|upenc|upint> <32 hex> [frame=<n>]     an AS key known by value, from that frame on
 *
 * Lines of one UE are read in order: each KGNB/KAMF (KENB/KASME) line opens the keys of that UE's next secured
 * connection, its "root"; the first is number 0. A KAMF line directly before a KGNB line (or after it) of the same
 * root may stand together: they describe one root if the second does not repeat the first one's kind. NH lines belong
 * to the root last opened (those before any, to root 0); their absolute index n is the smallest number above the
 * previous one of that root with n mod 8 = ncc, starting from 1 (TS 33.501 6.9.2.1.1 has n = 0 for the virtual NH).
 * LEAF lines of one UE make a set until one repeats a kind of the set, or names another frame.
 * A UE's own lines come before `*` lines: if it has any of its own for a RAT, `*` lines are not used for it.
 * Empty lines and lines starting with # are skipped, and so is a byte order mark. Between the octets of a key there may
 * be spaces, colons or dashes, and 0x before them; hexadecimal digits and keywords may be in either case.
 *
 * Every line is filed under its UE and root when it is added, so that a question costs the same in any log.
 */
#ifndef DAPS_ENGINE_KEYLOG_H
#define DAPS_ENGINE_KEYLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daps/bound.h"
#include "daps/event.h"

struct daps_keylog;

struct daps_keylog_root {
    bool has_key; /* KGNB/KENB given, or computed from KAMF/KASME (TS 33.501 A.9, TS 33.401 A.3) */
    uint8_t key[32];
    bool has_ncc; /* ncc= was on the line; without it the key is the one of a fresh connection, NCC 0 */
    int ncc;
    bool has_upper; /* KAMF/KASME is known, so every NH can be computed */
    uint8_t upper[32];
    uint32_t ul_nas_count; /* with upper; the key was computed with it unless given */
    bool key_given;        /* on a line of its own */
};

struct daps_keylog *daps_keylog_new(void);

/* Wipes and frees; NULL is fine. */
void daps_keylog_free(struct daps_keylog *keylog);

#define DAPS_KEYLOG_MOST DAPS_BOUND(1000000, 64) /* secrets in one log; a line beyond them is an error */

/*
 * Adds one line (without or with its line end). Returns true, or false with a sentence in error[0..error_octets) that
 * says what is wrong and quotes nothing of the line: whatever stands in the wrong place may be a key.
 */
bool daps_keylog_add_line(struct daps_keylog *keylog, const char *line, char *error, size_t error_octets);

/* Number of lines that held a secret. */
size_t daps_keylog_count(const struct daps_keylog *keylog);

/* Keys of root number ordinal of that UE; false if the log has none. The caller wipes out. */
bool daps_keylog_root(const struct daps_keylog *keylog, const char *ue, enum daps_rat rat, unsigned ordinal,
                      struct daps_keylog_root *out);

/* Roots of that RAT in the whole log, whoever's. */
unsigned daps_keylog_roots(const struct daps_keylog *keylog, enum daps_rat rat);

/*
 * Root number index of them, in the order of the log: its UE's name (valid as long as the key log) and ordinal go to
 * *ue and *ordinal. False if its key is not known or there are no more. The caller wipes out.
 */
bool daps_keylog_any_root(const struct daps_keylog *keylog, enum daps_rat rat, unsigned index, const char **ue,
                          unsigned *ordinal, struct daps_keylog_root *out);

/* NH number n (absolute, from 1) of that root as given by an NH line; false if there is none. */
bool daps_keylog_nh(const struct daps_keylog *keylog, const char *ue, enum daps_rat rat, unsigned ordinal, unsigned n,
                    uint8_t nh[static 32]);

/* One AS security context's keys as LEAF lines give them: a kind a bit of has. */
enum daps_leaf { DAPS_LEAF_RRC_ENC, DAPS_LEAF_RRC_INT, DAPS_LEAF_UP_ENC, DAPS_LEAF_UP_INT, DAPS_LEAVES };
struct daps_keylog_leaves {
    uint64_t frame; /* in force from there on; 0: not said */
    bool has[DAPS_LEAVES];
    uint8_t keys[DAPS_LEAVES][16];
};

/* Set number index of that UE (`*` if it has none of its own); false if there are no more. The caller wipes out. */
bool daps_keylog_leaves(const struct daps_keylog *keylog, const char *ue, unsigned index,
                        struct daps_keylog_leaves *out);

#endif
