/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer harness of the key log: the input is the file. What is refused is named without a digit of a key; what is
 * taken is found again, and as often as it was counted.
 */
#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "keyfile.h"

enum { DIGITS_TOLD = 11 }; /* 4294967295 has ten */

static void say(void *user, bool is_error, const char *sentence)
{
    unsigned digits = 0;

    *(bool *)user |= is_error;
    for (const char *c = sentence; *c != '\0'; c++) {
        digits = isxdigit((unsigned char)*c) ? digits + 1 : 0;
        if (digits == DIGITS_TOLD)
            fuzz_fail(__FILE__, __LINE__, sentence);
    }
}

static unsigned roots_found(const struct daps_keylog *keylog, enum daps_rat rat)
{
    unsigned found = 0;
    struct daps_keylog_root root, again;
    const char *ue;
    unsigned ordinal;
    uint8_t nh[32];

    for (unsigned i = 0; i < daps_keylog_roots(keylog, rat); i++) {
        if (!daps_keylog_any_root(keylog, rat, i, &ue, &ordinal, &root))
            continue;
        found++;
        must(daps_keylog_root(keylog, ue, rat, ordinal, &again) && again.has_key);
        must(memcmp(again.key, root.key, sizeof root.key) == 0 && (!root.has_ncc || (root.ncc >= 0 && root.ncc <= 7)));
        for (unsigned n = 0; n < 20; n++)
            (void)daps_keylog_nh(keylog, ue, rat, ordinal, n, nh);
    }
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int file;
    char *path = fuzz_file(data, size, &file);
    bool refused = false;
    struct daps_keylog *keylog = keyfile_load(path, say, &refused);
    struct daps_keylog_leaves leaves;

    must((keylog == NULL) == refused);
    if (keylog != NULL) {
        must(roots_found(keylog, DAPS_RAT_NR) + roots_found(keylog, DAPS_RAT_LTE) <= daps_keylog_count(keylog));
        for (unsigned i = 0; daps_keylog_leaves(keylog, "a", i, &leaves); i++)
            must(i < daps_keylog_count(keylog));
    }
    daps_keylog_free(keylog);
    g_free(path);
    close(file);
    return 0;
}
