/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * walk_check TIMES SEED: the generated walk against the tables it was made of. Reads lines "<channel> <hex>" and walks
 * each message both ways, as its own type and as others, whole and TIMES times damaged, stopped at a hit or not: the
 * same hits, the same result, and for what cannot be read the same reason at the same bit. Exit status 1 if anything
 * differs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daps/event.h"
#include "per/tables_nr_rrc.h"

#define MOST_HITS 4096

static const uint32_t roots[] = {
    NR_RRC_ROOT_DL_DCCH_MESSAGE,
    NR_RRC_ROOT_UL_DCCH_MESSAGE,
    NR_RRC_ROOT_DL_CCCH_MESSAGE,
    NR_RRC_ROOT_UL_CCCH_MESSAGE,
    NR_RRC_ROOT_UL_CCCH1_MESSAGE,
    NR_RRC_ROOT_BCCH_BCH_MESSAGE,
    NR_RRC_ROOT_BCCH_DL_SCH_MESSAGE,
    NR_RRC_ROOT_RRCRECONFIGURATION,
    NR_RRC_ROOT_RADIOBEARERCONFIG,
    NR_RRC_ROOT_CELLGROUPCONFIG,
    NR_RRC_ROOT_RRCRECONFIGURATIONCOMPLETE,
    NR_RRC_ROOT_SECURITYMODECOMMAND,
    NR_RRC_ROOT_HANDOVERCOMMAND,
    NR_RRC_ROOT_HANDOVERPREPARATIONINFORMATION,
};

/* In the order of roots. */
static const enum daps_channel channels[] = {
    DAPS_CH_DL_DCCH,
    DAPS_CH_UL_DCCH,
    DAPS_CH_DL_CCCH,
    DAPS_CH_UL_CCCH,
    DAPS_CH_UL_CCCH1,
    DAPS_CH_BCCH_BCH,
    DAPS_CH_BCCH_DL_SCH,
    DAPS_CH_RECONFIGURATION,
    DAPS_CH_RADIO_BEARER_CONFIG,
    DAPS_CH_CELL_GROUP_CONFIG,
    DAPS_CH_RECONFIGURATION_COMPLETE,
    DAPS_CH_NONE,
    DAPS_CH_HANDOVER_COMMAND,
    DAPS_CH_HANDOVER_PREPARATION,
};

struct outcome {
    struct per_hit hits[MOST_HITS];
    unsigned n, most; /* the walk is stopped at number most */
    struct daps_bits bits;
    bool good;
};

static struct {
    uint64_t walks, hits, unread, stopped, different;
} counts;

static bool note(void *user, const struct per_hit *hit)
{
    struct outcome *out = user;

    out->hits[out->n++] = *hit;
    return out->n < out->most;
}

static bool is_same(const struct outcome *a, const struct outcome *b)
{
    if (a->good != b->good || a->n != b->n || (a->bits.error == NULL) != (b->bits.error == NULL))
        return false;
    for (unsigned i = 0; i < a->n; i++) {
        const struct per_hit *x = &a->hits[i], *y = &b->hits[i];
        if (x->field != y->field || x->value != y->value || x->bit != y->bit || x->fragmented != y->fragmented)
            return false;
    }
    if (a->bits.error != NULL)
        return strcmp(a->bits.error, b->bits.error) == 0 && a->bits.position == b->bits.position;
    return a->n == a->most || a->bits.position == b->bits.position;
}

static void compare(uint32_t root, const uint8_t *octets, size_t length, uint64_t bit, unsigned most)
{
    static struct outcome tables, walk;

    tables.n = walk.n = 0;
    tables.most = walk.most = most;
    tables.bits = daps_bits_of(octets, length);
    tables.bits.position = bit;
    walk.bits = tables.bits;
    tables.good = per_walk(&nr_rrc_table, root, &tables.bits, note, &tables);
    walk.good = nr_rrc_walk(root, &walk.bits, note, &walk);
    counts.walks++;
    counts.hits += tables.n;
    counts.unread += !tables.good;
    counts.stopped += tables.n == most;
    if (is_same(&tables, &walk))
        return;
    counts.different++;
    printf("root %" PRIu32 " from bit %" PRIu64 ": tables %u hits, %s, bit %" PRIu64 "; walk %u hits, %s, bit %" PRIu64
           "; ",
           root, bit, tables.n, tables.bits.error != NULL ? tables.bits.error : "good", tables.bits.position, walk.n,
           walk.bits.error != NULL ? walk.bits.error : "good", walk.bits.position);
    for (size_t i = 0; i < length; i++)
        printf("%02x", octets[i]);
    putchar('\n');
}

static uint64_t random_state;

static uint32_t random_below(uint64_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state % n);
}

/* In place; returns the new length. */
static size_t damage(uint8_t *octets, size_t length)
{
    for (uint32_t i = random_below(5); i > 0 && length > 0; i--)
        octets[random_below(length)] ^= (uint8_t)(1U << random_below(8));
    switch (random_below(6)) {
    case 0:
        return random_below(length + 1);
    case 1:
        for (size_t i = random_below(length + 1); i < length; i++)
            octets[i] = (uint8_t)random_below(256);
        return length;
    default:
        return length;
    }
}

static void check_message(uint32_t root, const uint8_t *octets, size_t length, unsigned times)
{
    uint8_t *copy = malloc(length + 1); /* of its size, so that a read behind it is seen */

    compare(root, octets, length, 0, MOST_HITS);
    compare(root, octets, length, 0, 1 + random_below(20));
    for (unsigned i = 0; copy != NULL && i < times; i++) {
        const uint32_t as = random_below(4) == 0 ? roots[random_below(sizeof roots / sizeof *roots)] : root;
        size_t n;
        memcpy(copy, octets, length);
        n = damage(copy, length);
        compare(as, copy, n, n > 0 && random_below(8) == 0 ? random_below(8) : 0,
                random_below(4) == 0 ? 1 + random_below(20) : MOST_HITS);
    }
    free(copy);
}

static uint32_t root_of(const char *channel)
{
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        if (strcmp(daps_channel_name(channels[i]), channel) == 0)
            return roots[i];
    }
    fprintf(stderr, "walk_check: no channel %s\n", channel);
    exit(2);
}

int main(int argc, char **argv)
{
    const unsigned times = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    char *line = NULL;
    size_t size = 0;

    random_state = argc > 2 ? strtoull(argv[2], NULL, 10) | 1 : 1;
    while (getline(&line, &size, stdin) > 0) {
        char *hex = strchr(line, ' ');
        size_t length = 0;
        uint8_t *octets;
        if (hex == NULL)
            continue;
        *hex++ = '\0';
        octets = malloc(strlen(hex) / 2 + 1);
        for (unsigned octet; octets != NULL && sscanf(hex, "%2x", &octet) == 1; hex += 2)
            octets[length++] = (uint8_t)octet;
        if (octets != NULL)
            check_message(root_of(line), octets, length, times);
        free(octets);
    }
    free(line);
    printf("%" PRIu64 " walks, %" PRIu64 " hits, %" PRIu64 " unread, %" PRIu64 " stopped, %" PRIu64 " different\n",
           counts.walks, counts.hits, counts.unread, counts.stopped, counts.different);
    return counts.different == 0 && counts.walks > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
