/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line of a key log, read; shared by the files of this room. */
#ifndef DAPS_ENGINE_KEYLOG_LINE_H
#define DAPS_ENGINE_KEYLOG_LINE_H

#include "daps/keylog.h"

enum keylog_kind { KEYLOG_NOTHING, KEYLOG_KEY, KEYLOG_UPPER, KEYLOG_NH, KEYLOG_LEAF };

struct keylog_line {
    enum keylog_kind kind; /* NOTHING: empty, or a comment */
    enum daps_rat rat;     /* KEY, UPPER */
    char ue[64];
    uint8_t secret[32]; /* LEAF: the first 16 octets */
    bool has_ncc;
    int ncc;
    uint32_t ul_nas_count;
    enum daps_leaf leaf;
    uint64_t frame;
};

/* False with a sentence in error that quotes nothing of the line. The caller wipes line. */
bool keylog_line_read(const char *text, struct keylog_line *line, char *error, size_t error_octets);

#endif
