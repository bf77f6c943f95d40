/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of a statement: every error says which word was not understood and what could stand there. */
#include <stdarg.h>
#include <string.h>

#include "synth/player.h"

#define MOST_NS    (INT64_C(4294967295) * 1000000000)
#define HEX_HIDDEN 16 /* that many hexadecimal digits in a row may be a key */

/* A key that stands where something else should is still a key. */
static void hide_keys(char *sentence)
{
    char *to = sentence;

    while (*sentence != '\0') {
        const size_t digits = strspn(sentence, "0123456789abcdefABCDEF"),
                     kept = digits < HEX_HIDDEN ? MAX(digits, 1) : 0;
        memmove(to, kept > 0 ? sentence : "...", kept > 0 ? kept : 3);
        to += kept > 0 ? kept : 3;
        sentence += MAX(digits, 1);
    }
    *to = '\0';
}

void player_fail(struct player *p, const char *format, ...)
{
    va_list arguments;

    if (p->error != NULL)
        return;
    va_start(arguments, format);
    p->error = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    hide_keys(p->error);
}

const char *player_peek(const struct player *p)
{
    return p->words[p->next];
}

const char *player_word(struct player *p, const char *what)
{
    if (p->words[p->next] == NULL) {
        player_fail(p, "the line ends where %s is needed", what);
        return "";
    }
    return p->words[p->next++];
}

bool player_accept(struct player *p, const char *keyword)
{
    if (p->words[p->next] == NULL || strcmp(p->words[p->next], keyword) != 0)
        return false;
    p->next++;
    return true;
}

int64_t player_number(struct player *p, const char *what, int64_t least, int64_t most)
{
    const char *word = player_word(p, what);
    int64_t value = least;

    if (p->error == NULL && !g_ascii_string_to_signed(word, 10, least, most, &value, NULL))
        player_fail(p, "'%s' is no %s from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, word, what, least, most);
    return value;
}

int64_t player_duration(struct player *p)
{
    static const struct {
        const char *suffix;
        int64_t ns;
    } units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
    const char *word = player_word(p, "a duration");
    char *end;
    gint64 value = g_ascii_strtoll(word, &end, 10);

    for (size_t i = 0; i < G_N_ELEMENTS(units) && end != word; i++) {
        if (strcmp(end, units[i].suffix) == 0 && value <= MOST_NS / units[i].ns && value >= -MOST_NS / units[i].ns)
            return value * units[i].ns;
    }
    player_fail(p, "'%s' is no duration such as 20ms or 5s", word);
    return 0;
}

void player_advance(struct player *p, int64_t ns)
{
    const int64_t time_ns = p->time_ns + ns; /* both are below MOST_NS */

    if (time_ns < 0 || time_ns > MOST_NS)
        player_fail(p, "time leaves the years 1970 to 2106, which a capture can hold");
    else
        p->time_ns = time_ns;
}

const struct synth_cell *player_cell(struct player *p)
{
    const char *word = player_word(p, "a cell");

    for (guint i = 0; i < p->cells->len; i++) {
        const struct synth_cell *cell = g_ptr_array_index(p->cells, i);
        if (strcmp(cell->name, word) == 0)
            return cell;
    }
    player_fail(p, "no cell '%s' has been declared", word);
    return NULL;
}
