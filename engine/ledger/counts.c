/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ledger/counts.h"
#include "daps/bound.h"

#include <glib.h>
#include <string.h>

#define PIECE_MOST DAPS_BOUND(256, 4) /* intervals; a full piece is split */

/* Where an interval is. */
struct place {
    uint32_t piece;
    uint16_t at;
};

void counts_clear(struct counts *counts)
{
    for (uint32_t i = 0; i < counts->n_pieces; i++)
        g_free(counts->pieces[i].at);
    g_free(counts->pieces);
    *counts = (struct counts){0};
}

struct counts counts_copy(const struct counts *counts)
{
    struct counts copy = *counts;

    copy.room = counts->n_pieces;
    copy.pieces = g_memdup2(counts->pieces, counts->n_pieces * sizeof *counts->pieces);
    for (uint32_t i = 0; i < copy.n_pieces; i++) {
        struct counts_piece *piece = &copy.pieces[i];
        piece->room = piece->n;
        piece->at = g_memdup2(piece->at, piece->n * sizeof *piece->at);
    }
    return copy;
}

/* The last interval that begins at or before count; false if there is none. */
static bool find(const struct counts *counts, uint32_t count, struct place *out)
{
    uint32_t low = 0, high = counts->n_pieces;
    const struct counts_piece *piece;

    if (high > 0 && counts->pieces[high - 1].at[0].lo <= count)
        low = high;      /* nearly always the last piece */
    while (low < high) { /* first piece that begins behind count */
        const uint32_t middle = low + (high - low) / 2;
        if (counts->pieces[middle].at[0].lo <= count)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return false;
    out->piece = low - 1;
    piece = &counts->pieces[low - 1];
    high = piece->n;
    low = piece->at[high - 1].lo <= count ? high : 1;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (piece->at[middle].lo <= count)
            low = middle + 1;
        else
            high = middle;
    }
    out->at = (uint16_t)(low - 1);
    return true;
}

static struct counts_interval *interval_at(const struct counts *counts, struct place place)
{
    return &counts->pieces[place.piece].at[place.at];
}

/* The one behind it; place NULL: the first of all. False if there is none. */
static bool next_of(const struct counts *counts, const struct place *place, struct place *out)
{
    *out = (struct place){0, 0};
    if (place == NULL)
        return counts->n_pieces > 0;
    *out = (struct place){place->piece, (uint16_t)(place->at + 1)};
    if (out->at == counts->pieces[out->piece].n)
        *out = (struct place){place->piece + 1, 0};
    return out->piece < counts->n_pieces;
}

static void remove_piece(struct counts *counts, uint32_t i)
{
    g_free(counts->pieces[i].at);
    memmove(&counts->pieces[i], &counts->pieces[i + 1], (--counts->n_pieces - i) * sizeof *counts->pieces);
}

static void remove_at(struct counts *counts, struct place place)
{
    struct counts_piece *piece = &counts->pieces[place.piece];

    memmove(&piece->at[place.at], &piece->at[place.at + 1], (size_t)(--piece->n - place.at) * sizeof *piece->at);
    counts->n--;
    if (piece->n == 0)
        remove_piece(counts, place.piece);
}

/* An empty piece in front of number i. */
static struct counts_piece *insert_piece(struct counts *counts, uint32_t i)
{
    if (counts->n_pieces == counts->room) {
        counts->room = counts->room == 0 ? 1 : 2 * counts->room;
        counts->pieces = g_renew(struct counts_piece, counts->pieces, counts->room);
    }
    memmove(&counts->pieces[i + 1], &counts->pieces[i], (counts->n_pieces++ - i) * sizeof *counts->pieces);
    counts->pieces[i] = (struct counts_piece){0};
    return &counts->pieces[i];
}

static void need_room(struct counts_piece *piece)
{
    if (piece->n < piece->room)
        return;
    piece->room = (uint16_t)(piece->room == 0 ? 1 : 2 * piece->room);
    piece->at = g_renew(struct counts_interval, piece->at, piece->room);
}

static void split(struct counts *counts, uint32_t i)
{
    struct counts_piece *behind = insert_piece(counts, i + 1), *piece = &counts->pieces[i];
    const uint16_t half = piece->n / 2;

    behind->n = (uint16_t)(piece->n - half);
    behind->room = PIECE_MOST;
    behind->at = g_new(struct counts_interval, PIECE_MOST);
    memcpy(behind->at, piece->at + half, behind->n * sizeof *behind->at);
    piece->n = half;
}

/* A new interval at that place. */
static void insert_at(struct counts *counts, struct place place, uint32_t count)
{
    struct counts_piece *piece;

    if (counts->n_pieces == 0)
        insert_piece(counts, 0);
    if (counts->pieces[place.piece].n == PIECE_MOST) {
        split(counts, place.piece);
        if (place.at > counts->pieces[place.piece].n) {
            place.at = (uint16_t)(place.at - counts->pieces[place.piece].n);
            place.piece++;
        }
    }
    piece = &counts->pieces[place.piece];
    need_room(piece);
    memmove(&piece->at[place.at + 1], &piece->at[place.at], (size_t)(piece->n++ - place.at) * sizeof *piece->at);
    piece->at[place.at] = (struct counts_interval){count, count};
    counts->n++;
}

/* The lowest pieces become one interval. */
static void join_lowest(struct counts *counts)
{
    struct counts_piece *first = &counts->pieces[0], *second = &counts->pieces[1];

    second->at[0].lo = first->at[0].lo;
    second->at[0].hi = second->at[second->n - 1].hi;
    counts->n -= first->n + second->n - 1U;
    second->n = 1;
    remove_piece(counts, 0);
}

bool counts_have(const struct counts *counts, uint32_t count)
{
    struct place place;

    return find(counts, count, &place) && count <= interval_at(counts, place)->hi;
}

/* The next one behind all so far, as nearly all are. */
static inline bool goes_on(struct counts *counts, uint32_t count)
{
    const struct counts_piece *last = counts->n_pieces > 0 ? &counts->pieces[counts->n_pieces - 1] : NULL;
    struct counts_interval *interval = last != NULL ? &last->at[last->n - 1] : NULL;

    if (interval == NULL || interval->hi == UINT32_MAX || count != interval->hi + 1)
        return false;
    interval->hi = count;
    return true;
}

static bool add_within(struct counts *counts, uint32_t count)
{
    struct place left = {0, 0}, right = {0, 0};
    const bool has_left = find(counts, count, &left), has_right = next_of(counts, has_left ? &left : NULL, &right);
    struct counts_interval *before = has_left ? interval_at(counts, left) : NULL,
                           *behind = has_right ? interval_at(counts, right) : NULL;
    const bool joins_left = has_left && before->hi != UINT32_MAX && before->hi + 1 == count,
               joins_right = has_right && count != UINT32_MAX && count + 1 == behind->lo;

    if (has_left && count <= before->hi)
        return true;
    if (joins_left && joins_right) {
        before->hi = behind->hi;
        remove_at(counts, right);
    } else if (joins_left) {
        before->hi = count;
    } else if (joins_right) {
        behind->lo = count;
    } else {
        insert_at(counts, has_left ? (struct place){left.piece, (uint16_t)(left.at + 1)} : (struct place){0, 0}, count);
        if (counts->n > COUNTS_MOST)
            join_lowest(counts);
    }
    return false;
}

bool counts_add(struct counts *counts, uint32_t count)
{
    return !goes_on(counts, count) && add_within(counts, count);
}
