/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line of a key log:
 *
 *     KEYWORD  UE  [NCC | leaf]  key  [option=value]        words divided by blanks
 *
 * The key may be divided as well: by blanks, colons or dashes, with 0x in front of the whole or of each octet. It goes
 * on until the end of the line or a word with a "=" or "#". No sentence about a wrong line quotes any of it: a key that
 * stands where a name should is still a key.
 */
#include "keys/keylog_line.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "daps/kdf.h"

static const struct keyword {
    const char *name;
    enum keylog_kind kind;
    enum daps_rat rat;
} keywords[] = {
    {"KGNB", KEYLOG_KEY, DAPS_RAT_NR},     {"KENB", KEYLOG_KEY, DAPS_RAT_LTE}, {"KAMF", KEYLOG_UPPER, DAPS_RAT_NR},
    {"KASME", KEYLOG_UPPER, DAPS_RAT_LTE}, {"NH", KEYLOG_NH, DAPS_RAT_NR}, /* of whatever RAT the root before it is */
    {"LEAF", KEYLOG_LEAF, DAPS_RAT_NR},
};

static const char *const leaf_names[DAPS_LEAVES] = {"rrcenc", "rrcint", "upenc", "upint"};

/* What is left of the line. */
struct words {
    const char *at;
    char *error;
    size_t error_octets;
};

/* The next word, not copied: *length octets; NULL at the end, which a comment makes as well. */
static const char *next_word(struct words *words, size_t *length)
{
    static const char blanks[] = " \t\r\n\v\f";

    words->at += strspn(words->at, blanks);
    *length = strcspn(words->at, blanks);
    if (*length == 0 || *words->at == '#')
        return NULL;
    words->at += *length;
    return words->at - *length;
}

static bool wrong(struct words *words, const char *sentence)
{
    g_strlcpy(words->error, sentence, words->error_octets);
    return false;
}

static bool is_word(const char *word, size_t length, const char *name)
{
    return length == strlen(name) && g_ascii_strncasecmp(word, name, length) == 0;
}

static bool read_number(const char *digits, size_t length, uint64_t most, uint64_t *out)
{
    char text[24];

    if (length == 0 || length >= sizeof text)
        return false;
    memcpy(text, digits, length);
    text[length] = '\0';
    return g_ascii_string_to_unsigned(text, 10, 0, most, out, NULL);
}

static bool read_ncc(struct words *words, const char *digits, size_t length, struct keylog_line *line)
{
    uint64_t ncc;

    if (!read_number(digits, length, 7, &ncc))
        return wrong(words, "the NCC is not a number from 0 to 7");
    line->has_ncc = true;
    line->ncc = (int)ncc;
    return true;
}

/* The digits of one word of the key; digits counts those of the whole key. */
static bool read_digits(struct words *words, const char *word, size_t length, size_t needed, size_t *digits,
                        uint8_t out[static 32])
{
    for (size_t i = 0; i < length; i++) {
        const int digit = g_ascii_xdigit_value(word[i]);
        if (word[i] == ':' || word[i] == '-')
            continue;
        if (word[i] == '0' && i + 1 < length && (word[i + 1] == 'x' || word[i + 1] == 'X') && *digits % 2 == 0) {
            i++;
            continue;
        }
        if (digit < 0) {
            snprintf(words->error, words->error_octets, "character %zu of the key is no hexadecimal digit",
                     *digits + 1);
            return false;
        }
        if (*digits < needed)
            out[*digits / 2] = (uint8_t)(out[*digits / 2] << 4 | digit);
        (*digits)++;
    }
    return true;
}

static bool read_key(struct words *words, struct keylog_line *line)
{
    const size_t needed = line->kind == KEYLOG_LEAF ? 32 : 64;
    size_t digits = 0, length;
    const char *word, *before = words->at;

    while ((word = next_word(words, &length)) != NULL && memchr(word, '=', length) == NULL) {
        if (digits == needed && length > 0)
            return wrong(words, "something follows the key that is no option=value");
        if (!read_digits(words, word, length, needed, &digits, line->secret))
            return false;
        before = words->at;
    }
    words->at = before; /* an option is read again */
    if (digits == 0)
        return wrong(words, "the line ends before its key");
    if (digits != needed) {
        snprintf(words->error, words->error_octets, "a key of %zu hexadecimal digits where %zu are needed", digits,
                 needed);
        return false;
    }
    return true;
}

/* Behind the key: ncc= of KGNB and KENB, ul_nas_count= of KAMF and KASME, frame= of LEAF. */
static bool read_option(struct words *words, struct keylog_line *line)
{
    static const struct {
        const char *name, *range;
        uint64_t most;
    } options[] = {[KEYLOG_KEY] = {"ncc=", "ncc= is not a number from 0 to 7", 7},
                   [KEYLOG_UPPER] = {"ul_nas_count=", "ul_nas_count= is not a COUNT from 0 to 4294967295", UINT32_MAX},
                   [KEYLOG_NH] = {"", "", 0},
                   [KEYLOG_LEAF] = {"frame=", "frame= is not a frame number from 1 on", INT64_MAX}};
    const char *name = options[line->kind].name;
    uint64_t value;
    size_t length;
    const char *word = next_word(words, &length);

    if (word == NULL)
        return line->kind != KEYLOG_UPPER || wrong(words, "ul_nas_count=<number> is missing after the key");
    if (name == NULL || *name == '\0' || length < strlen(name) || g_ascii_strncasecmp(word, name, strlen(name)) != 0)
        return wrong(words, "an option that this line does not have follows the key");
    if (!read_number(word + strlen(name), length - strlen(name), options[line->kind].most, &value) ||
        (line->kind == KEYLOG_LEAF && value == 0))
        return wrong(words, options[line->kind].range);
    line->has_ncc = line->kind == KEYLOG_KEY;
    line->ncc = line->has_ncc ? (int)value : 0;
    line->ul_nas_count = line->kind == KEYLOG_UPPER ? (uint32_t)value : 0;
    line->frame = line->kind == KEYLOG_LEAF ? value : 0;
    return next_word(words, &length) == NULL || wrong(words, "something follows the option");
}

static bool read_leaf_kind(struct words *words, const char *word, size_t length, struct keylog_line *line)
{
    for (unsigned i = 0; i < DAPS_LEAVES; i++) {
        if (is_word(word, length, leaf_names[i])) {
            line->leaf = (enum daps_leaf)i;
            return true;
        }
    }
    return wrong(words, "the kind of the AS key is none of rrcenc, rrcint, upenc, upint");
}

static bool read_keyword(struct words *words, const char *word, size_t length, struct keylog_line *line)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keywords); i++) {
        if (is_word(word, length, keywords[i].name)) {
            line->kind = keywords[i].kind;
            line->rat = keywords[i].rat;
            return true;
        }
    }
    return wrong(words, "it begins with none of KGNB, KENB, KAMF, KASME, NH, LEAF");
}

/* NOLINTNEXTLINE(readability-non-const-parameter): wrong() writes there */
bool keylog_line_read(const char *text, struct keylog_line *line, char *error, size_t error_octets)
{
    struct words words = {text, error, error_octets};
    const char *word;
    size_t length;

    memset(line, 0, sizeof *line);
    if (strncmp(text, "\xEF\xBB\xBF", 3) == 0) /* byte order mark of UTF-8 */
        words.at += 3;
    word = next_word(&words, &length);
    if (word == NULL)
        return true;
    if (!read_keyword(&words, word, length, line))
        return false;
    word = next_word(&words, &length);
    if (word == NULL)
        return wrong(&words, "the line ends before its UE");
    if (length >= sizeof line->ue)
        return wrong(&words, "the name of the UE, which stands before the key, is missing or too long");
    memcpy(line->ue, word, length);
    if (line->kind == KEYLOG_NH || line->kind == KEYLOG_LEAF) {
        word = next_word(&words, &length);
        if (word == NULL)
            return wrong(&words, "the line ends before its key");
        if (!(line->kind == KEYLOG_NH ? read_ncc(&words, word, length, line)
                                      : read_leaf_kind(&words, word, length, line)))
            return false;
    }
    return read_key(&words, line) && read_option(&words, line);
}
