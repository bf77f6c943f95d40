/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The key log: lines to secrets, and the secrets of one UE's connections in order. */
#include "daps/keylog.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daps/kdf.h"

enum line_kind { LINE_KEY, LINE_UPPER, LINE_NH };

struct line {
    enum line_kind kind;
    enum daps_rat rat;
    char ue[64];
    uint8_t secret[32];
    bool has_ncc;
    int ncc;
    uint32_t ul_nas_count;
};

struct daps_keylog {
    GPtrArray *lines; /* struct line *, owned, in file order; what holds keys never moves: a copy would stay behind */
};

static const struct keyword {
    const char *name;
    enum line_kind kind;
    enum daps_rat rat;
} keywords[] = {
    {"KGNB", LINE_KEY, DAPS_RAT_NR},     {"KENB", LINE_KEY, DAPS_RAT_LTE}, {"KAMF", LINE_UPPER, DAPS_RAT_NR},
    {"KASME", LINE_UPPER, DAPS_RAT_LTE}, {"NH", LINE_NH, DAPS_RAT_NR}, /* of whatever RAT the root before it is */
};

static void free_line(gpointer line)
{
    daps_wipe(line, sizeof(struct line));
    g_free(line);
}

struct daps_keylog *daps_keylog_new(void)
{
    struct daps_keylog *keylog = g_new0(struct daps_keylog, 1);

    keylog->lines = g_ptr_array_new_with_free_func(free_line);
    return keylog;
}

void daps_keylog_free(struct daps_keylog *keylog)
{
    if (keylog == NULL)
        return;
    g_ptr_array_unref(keylog->lines);
    g_free(keylog);
}

static bool parse_key(const char *token, uint8_t out[static 32], char *error, size_t error_octets)
{
    size_t length = strlen(token);

    if (length != 64) {
        snprintf(error, error_octets, "a key of %zu hexadecimal digits where 64 are needed", length);
        return false;
    }
    for (size_t i = 0; i < 32; i++) {
        int high = g_ascii_xdigit_value(token[2 * i]), low = g_ascii_xdigit_value(token[2 * i + 1]);
        if (high < 0 || low < 0) {
            snprintf(error, error_octets, "'%c' in a key is not a hexadecimal digit",
                     high < 0 ? token[2 * i] : token[2 * i + 1]);
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool parse_number(const char *token, uint64_t most, uint64_t *out)
{
    return g_ascii_string_to_unsigned(token, 10, 0, most, out, NULL);
}

static bool parse_ncc(const char *token, struct line *line, char *error, size_t error_octets)
{
    uint64_t ncc;

    if (!parse_number(token, 7, &ncc)) {
        snprintf(error, error_octets, "NCC '%.20s' is not a number from 0 to 7", token);
        return false;
    }
    line->has_ncc = true;
    line->ncc = (int)ncc;
    return true;
}

/* What may follow the key: ncc= after KGNB and KENB, ul_nas_count= (needed) after KAMF and KASME. */
static bool parse_tail(const char *token, struct line *line, char *error, size_t error_octets)
{
    uint64_t count;

    if (line->kind == LINE_KEY) {
        if (token == NULL)
            return true;
        if (g_str_has_prefix(token, "ncc="))
            return parse_ncc(token + 4, line, error, error_octets);
        snprintf(error, error_octets, "'%.20s' where only ncc=<0..7> may stand", token);
        return false;
    }
    if (line->kind == LINE_NH) {
        if (token != NULL)
            snprintf(error, error_octets, "'%.20s' after an NH line's key", token);
        return token == NULL;
    }
    if (token == NULL || !g_str_has_prefix(token, "ul_nas_count=")) {
        snprintf(error, error_octets, "ul_nas_count=<number> is missing after the key");
        return false;
    }
    if (!parse_number(token + 13, UINT32_MAX, &count)) {
        snprintf(error, error_octets, "'%.40s' is not a COUNT from 0 to 4294967295", token);
        return false;
    }
    line->ul_nas_count = (uint32_t)count;
    return true;
}

static const struct keyword *find_keyword(const char *token)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keywords); i++) {
        if (strcmp(keywords[i].name, token) == 0)
            return &keywords[i];
    }
    return NULL;
}

/* tokens: NULL-terminated, at least one. An NH line serves both RATs: it belongs to whatever root it follows. */
static bool parse_tokens(char **tokens, guint n, struct line *line, char *error, size_t error_octets)
{
    const struct keyword *keyword = find_keyword(tokens[0]);
    const guint most = 4;
    guint key_at;

    if (keyword == NULL) {
        snprintf(error, error_octets, "'%.20s' is none of KGNB, KENB, KAMF, KASME, NH", tokens[0]);
        return false;
    }
    line->kind = keyword->kind;
    line->rat = keyword->rat;
    key_at = line->kind == LINE_NH ? 3 : 2;
    if (n <= key_at) {
        snprintf(error, error_octets, "the %s line ends before its key", tokens[0]);
        return false;
    }
    if (n > most) {
        snprintf(error, error_octets, "'%.20s' is more than a %s line holds", tokens[most], tokens[0]);
        return false;
    }
    if (strlen(tokens[1]) >= sizeof line->ue) {
        snprintf(error, error_octets, "the UE name '%.20s...' is too long", tokens[1]);
        return false;
    }
    g_strlcpy(line->ue, tokens[1], sizeof line->ue);
    if (line->kind == LINE_NH && !parse_ncc(tokens[2], line, error, error_octets))
        return false;
    return parse_key(tokens[key_at], line->secret, error, error_octets) &&
           parse_tail(n > key_at + 1 ? tokens[key_at + 1] : NULL, line, error, error_octets);
}

bool daps_keylog_add_line(struct daps_keylog *keylog, const char *text, char *error, size_t error_octets)
{
    char *copy = g_strdup(text), **tokens;
    struct line line = {0};
    bool ok = true;
    guint n = 0;
    const size_t length = strlen(copy);

    g_strdelimit(copy, "\t\r\n", ' ');
    tokens = g_strsplit(copy, " ", -1);
    for (guint i = 0; tokens[i] != NULL; i++) {
        if (*tokens[i] != '\0')
            tokens[n++] = tokens[i];
        else
            g_free(tokens[i]);
    }
    tokens[n] = NULL;
    if (n > 0 && tokens[0][0] != '#') {
        ok = parse_tokens(tokens, n, &line, error, error_octets);
        if (ok)
            g_ptr_array_add(keylog->lines, g_memdup2(&line, sizeof line));
    }
    daps_wipe(&line, sizeof line);
    daps_wipe(copy, length);
    g_free(copy);
    for (guint i = 0; i < n; i++)
        daps_wipe(tokens[i], strlen(tokens[i]));
    g_strfreev(tokens);
    return ok;
}

size_t daps_keylog_count(const struct daps_keylog *keylog)
{
    return keylog->lines->len;
}

/* "*" unless the UE has lines of its own for that RAT. */
static const char *name_for(const struct daps_keylog *keylog, const char *ue, enum daps_rat rat)
{
    for (guint i = 0; i < keylog->lines->len; i++) {
        const struct line *line = keylog->lines->pdata[i];
        if (line->kind != LINE_NH && line->rat == rat && strcmp(line->ue, ue) == 0)
            return ue;
    }
    return "*";
}

/* Walks the lines of one UE and RAT, root by root. */
struct walk {
    const struct daps_keylog *keylog;
    const char *name;
    enum daps_rat rat;
    guint next;
    bool opened;   /* a root's first line has been met */
    bool has[2];   /* kinds the current root already has */
    unsigned root; /* number of the root the line just given belongs to */
    enum daps_rat nh_rat;
};

/* The next line that belongs to this UE and RAT, NULL at the end; walk->root says to which root. */
static const struct line *walk_next(struct walk *walk)
{
    while (walk->next < walk->keylog->lines->len) {
        const struct line *line = walk->keylog->lines->pdata[walk->next++];
        if (strcmp(line->ue, walk->name) != 0)
            continue;
        if (line->kind == LINE_NH) {
            if (walk->nh_rat == walk->rat)
                return line;
            continue;
        }
        walk->nh_rat = line->rat;
        if (line->rat != walk->rat)
            continue;
        if (walk->opened && walk->has[line->kind]) {
            walk->root++;
            walk->has[0] = walk->has[1] = false;
        }
        walk->opened = true;
        walk->has[line->kind] = true;
        return line;
    }
    return NULL;
}

static struct walk walk_start(const struct daps_keylog *keylog, const char *ue, enum daps_rat rat)
{
    struct walk walk = {.keylog = keylog, .name = name_for(keylog, ue, rat), .rat = rat, .nh_rat = rat};

    return walk;
}

static void key_from_upper(enum daps_rat rat, uint32_t ul_nas_count, struct daps_keylog_root *out)
{
    out->has_key = rat == DAPS_RAT_LTE ? daps_kdf_kenb(out->upper, ul_nas_count, out->key)
                                       : daps_kdf_kgnb(out->upper, ul_nas_count, 1, out->key);
}

bool daps_keylog_root(const struct daps_keylog *keylog, const char *ue, enum daps_rat rat, unsigned ordinal,
                      struct daps_keylog_root *out)
{
    struct walk walk = walk_start(keylog, ue, rat);
    const struct line *line;
    uint32_t ul_nas_count = 0;
    bool given = false;

    memset(out, 0, sizeof *out);
    while ((line = walk_next(&walk)) != NULL) {
        if (walk.root != ordinal || line->kind == LINE_NH)
            continue;
        if (line->kind == LINE_UPPER) {
            out->has_upper = true;
            memcpy(out->upper, line->secret, 32);
            ul_nas_count = line->ul_nas_count;
        } else {
            given = true;
            memcpy(out->key, line->secret, 32);
            out->has_ncc = line->has_ncc;
            out->ncc = line->ncc;
        }
    }
    if (given)
        out->has_key = true;
    else if (out->has_upper)
        key_from_upper(rat, ul_nas_count, out);
    return out->has_key;
}

/* Is this the first line that names its UE? */
static bool is_first_of_ue(const struct daps_keylog *keylog, guint at)
{
    const struct line *line = keylog->lines->pdata[at];

    for (guint i = 0; i < at; i++) {
        const struct line *before = keylog->lines->pdata[i];
        if (strcmp(before->ue, line->ue) == 0)
            return false;
    }
    return true;
}

bool daps_keylog_any_root(const struct daps_keylog *keylog, enum daps_rat rat, unsigned index, char ue[static 64],
                          unsigned *ordinal, struct daps_keylog_root *out)
{
    for (guint i = 0; i < keylog->lines->len; i++) {
        const struct line *line = keylog->lines->pdata[i];
        if (!is_first_of_ue(keylog, i))
            continue;
        for (unsigned n = 0; daps_keylog_root(keylog, line->ue, rat, n, out); n++) {
            if (index-- == 0) {
                g_strlcpy(ue, line->ue, 64);
                *ordinal = n;
                return true;
            }
        }
    }
    memset(out, 0, sizeof *out);
    return false;
}

bool daps_keylog_nh(const struct daps_keylog *keylog, const char *ue, enum daps_rat rat, unsigned ordinal, unsigned n,
                    uint8_t nh[static 32])
{
    struct walk walk = walk_start(keylog, ue, rat);
    const struct line *line;
    unsigned index = 0;

    while ((line = walk_next(&walk)) != NULL) {
        if (walk.root != ordinal)
            continue;
        if (line->kind == LINE_KEY && line->has_ncc && index == 0) {
            index = (unsigned)line->ncc; /* the chain is joined at that NCC */
        } else if (line->kind == LINE_NH) {
            index += 1 + (((unsigned)line->ncc - (index + 1)) & 7U);
            if (index == n) {
                memcpy(nh, line->secret, 32);
                return true;
            }
        }
    }
    return false;
}
