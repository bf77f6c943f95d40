/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * walk_check TIMES SEED: the generated walks against the tables they were made of. Reads lines "<channel> <hex>" and
 * walks each message both ways, as its own type and as others, whole and TIMES times damaged, stopped at a hit or not:
 * the same hits, the same result, and for what cannot be read the same reason at the same bit. Exit status 1 if
 * anything differs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "per/tables_lte_rrc.h"
#include "per/tables_nr_rrc.h"

#define MOST_HITS 4096

struct walk_root {
    const char *channel; /* NULL: never by itself */
    uint32_t root;
};

static const struct walk_root nr_roots[] = {
    {"dl-dcch", NR_RRC_ROOT_DL_DCCH_MESSAGE},
    {"ul-dcch", NR_RRC_ROOT_UL_DCCH_MESSAGE},
    {"dl-ccch", NR_RRC_ROOT_DL_CCCH_MESSAGE},
    {"ul-ccch", NR_RRC_ROOT_UL_CCCH_MESSAGE},
    {"ul-ccch1", NR_RRC_ROOT_UL_CCCH1_MESSAGE},
    {"bcch-bch", NR_RRC_ROOT_BCCH_BCH_MESSAGE},
    {"bcch-dl-sch", NR_RRC_ROOT_BCCH_DL_SCH_MESSAGE},
    {"rrc-reconfiguration", NR_RRC_ROOT_RRCRECONFIGURATION},
    {"radio-bearer-config", NR_RRC_ROOT_RADIOBEARERCONFIG},
    {"cell-group-config", NR_RRC_ROOT_CELLGROUPCONFIG},
    {"rrc-reconfiguration-complete", NR_RRC_ROOT_RRCRECONFIGURATIONCOMPLETE},
    {NULL, NR_RRC_ROOT_SECURITYMODECOMMAND},
    {"handover-command", NR_RRC_ROOT_HANDOVERCOMMAND},
    {"handover-preparation-information", NR_RRC_ROOT_HANDOVERPREPARATIONINFORMATION},
};

static const struct walk_root lte_roots[] = {
    {"lte-dl-dcch", LTE_RRC_ROOT_DL_DCCH_MESSAGE},
    {"lte-ul-dcch", LTE_RRC_ROOT_UL_DCCH_MESSAGE},
    {"lte-dl-ccch", LTE_RRC_ROOT_DL_CCCH_MESSAGE},
    {"lte-ul-ccch", LTE_RRC_ROOT_UL_CCCH_MESSAGE},
    {"lte-bcch-bch", LTE_RRC_ROOT_BCCH_BCH_MESSAGE},
    {"lte-bcch-dl-sch", LTE_RRC_ROOT_BCCH_DL_SCH_MESSAGE},
    {NULL, LTE_RRC_ROOT_RRCCONNECTIONRECONFIGURATION},
    {"lte-handover-command", LTE_RRC_ROOT_HANDOVERCOMMAND},
    {"lte-handover-preparation-information", LTE_RRC_ROOT_HANDOVERPREPARATIONINFORMATION},
};

/* One technology: its tables and the walk made of them. */
static const struct technology {
    const struct per_table *table;
    bool (*walk)(uint32_t root, struct daps_bits *bits, per_on_hit *on_hit, void *user);
    const struct walk_root *roots;
    unsigned n;
} technologies[] = {
    {&nr_rrc_table, nr_rrc_walk, nr_roots, sizeof nr_roots / sizeof *nr_roots},
    {&lte_rrc_table, lte_rrc_walk, lte_roots, sizeof lte_roots / sizeof *lte_roots},
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

static void compare(const struct technology *of, uint32_t root, const uint8_t *octets, size_t length, uint64_t bit,
                    unsigned most)
{
    static struct outcome tables, walk;

    tables.n = walk.n = 0;
    tables.most = walk.most = most;
    tables.bits = daps_bits_of(octets, length);
    tables.bits.position = bit;
    walk.bits = tables.bits;
    tables.good = per_walk(of->table, root, &tables.bits, note, &tables);
    walk.good = of->walk(root, &walk.bits, note, &walk);
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

static void check_message(const struct technology *of, uint32_t root, const uint8_t *octets, size_t length,
                          unsigned times)
{
    uint8_t *copy = malloc(length + 1); /* of its size, so that a read behind it is seen */

    compare(of, root, octets, length, 0, MOST_HITS);
    compare(of, root, octets, length, 0, 1 + random_below(20));
    for (unsigned i = 0; copy != NULL && i < times; i++) {
        const uint32_t as = random_below(4) == 0 ? of->roots[random_below(of->n)].root : root;
        size_t n;
        memcpy(copy, octets, length);
        n = damage(copy, length);
        compare(of, as, copy, n, n > 0 && random_below(8) == 0 ? random_below(8) : 0,
                random_below(4) == 0 ? 1 + random_below(20) : MOST_HITS);
    }
    free(copy);
}

static const struct technology *technology_of(const char *channel, uint32_t *root)
{
    for (size_t t = 0; t < sizeof technologies / sizeof *technologies; t++) {
        const struct technology *of = &technologies[t];
        for (unsigned i = 0; i < of->n; i++) {
            if (of->roots[i].channel != NULL && strcmp(of->roots[i].channel, channel) == 0) {
                *root = of->roots[i].root;
                return of;
            }
        }
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
        uint32_t root = 0;
        uint8_t *octets;
        if (hex == NULL)
            continue;
        *hex++ = '\0';
        octets = malloc(strlen(hex) / 2 + 1);
        for (unsigned octet; octets != NULL && sscanf(hex, "%2x", &octet) == 1; hex += 2)
            octets[length++] = (uint8_t)octet;
        if (octets != NULL) {
            const struct technology *of = technology_of(line, &root);
            check_message(of, root, octets, length, times);
        }
        free(octets);
    }
    free(line);
    printf("%" PRIu64 " walks, %" PRIu64 " hits, %" PRIu64 " unread, %" PRIu64 " stopped, %" PRIu64 " different\n",
           counts.walks, counts.hits, counts.unread, counts.stopped, counts.different);
    return counts.different == 0 && counts.walks > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
