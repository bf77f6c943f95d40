/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LINKTYPE_WIRESHARK_UPPER_PDU (252), "exported PDU": one PDU of a named dissector behind a list of tags.
 * Specified in Wireshark's wsutil/exported_pdu_tlvs.h.
 *
 *     u16 tag | u16 length | value ... , ended by tag 0; then the PDU
 *
 * Values are not aligned. Strings may end in any number of NULs, or in none.
 */
#include <string.h>

#include "framing/peel.h"

enum {
    TAG_END = 0,
    TAG_DISSECTOR_NAME = 12,
    TAG_HEURISTIC_NAME = 13,
    TAG_DISSECTOR_TABLE = 14,
    TAG_IPV4_SOURCE = 20,
    TAG_IPV4_DESTINATION = 21,
    TAG_IPV6_SOURCE = 22,
    TAG_IPV6_DESTINATION = 23,
    TAG_SOURCE_PORT = 25,
    TAG_DESTINATION_PORT = 26,
    TAG_TABLE_VALUE = 32,
};

static const char layer[] = "upper PDU";

struct tags {
    struct octets dissector, heuristic, table;
    uint32_t table_value;
};

static void read_ipv4(struct peel *peel, struct daps_endpoint *e, struct octets value)
{
    uint32_t address = octets_u32(&value);
    if (value.bad)
        return;
    e->high = 0;
    e->low = 0xffff00000000u | address;
    peel->ends.known = true;
}

static void read_ipv6(struct peel *peel, struct daps_endpoint *e, struct octets value)
{
    uint64_t high = octets_u64(&value), low = octets_u64(&value);
    if (value.bad)
        return;
    e->high = high;
    e->low = low;
    peel->ends.known = true;
}

/* Octets of a string without the NULs at its end. */
static struct octets read_string(struct octets value)
{
    while (value.left && !value.at[value.left - 1])
        value.left--;
    return value;
}

static void read_tag(struct peel *peel, struct tags *tags, uint16_t tag, struct octets value)
{
    switch (tag) {
    case TAG_DISSECTOR_NAME:
        tags->dissector = read_string(value);
        break;
    case TAG_HEURISTIC_NAME:
        tags->heuristic = read_string(value);
        break;
    case TAG_DISSECTOR_TABLE:
        tags->table = read_string(value);
        break;
    case TAG_IPV4_SOURCE:
        read_ipv4(peel, &peel->ends.source, value);
        break;
    case TAG_IPV4_DESTINATION:
        read_ipv4(peel, &peel->ends.destination, value);
        break;
    case TAG_IPV6_SOURCE:
        read_ipv6(peel, &peel->ends.source, value);
        break;
    case TAG_IPV6_DESTINATION:
        read_ipv6(peel, &peel->ends.destination, value);
        break;
    case TAG_SOURCE_PORT:
        peel->ends.source.port = octets_u32(&value);
        break;
    case TAG_DESTINATION_PORT:
        peel->ends.destination.port = octets_u32(&value);
        break;
    case TAG_TABLE_VALUE:
        tags->table_value = octets_u32(&value);
        break;
    default: /* port type, SS7 point codes, column text, ...: nothing here depends on them */
        break;
    }
}

static const struct upper_name *look_up(struct upper_cache *cache, struct octets name)
{
    if (!name.left || name.left > UPPER_NAME_MAX)
        return upper_name_find(name.at, name.left);
    size_t spread = name.left + name.at[name.left - 1] * (size_t)3 + name.at[name.left / 2] * (size_t)5;
    size_t i = spread % (sizeof cache->slot / sizeof *cache->slot);
    if (cache->slot[i].length != name.left || memcmp(cache->slot[i].name, name.at, name.left) != 0) {
        memcpy(cache->slot[i].name, name.at, name.left);
        cache->slot[i].length = name.left;
        cache->slot[i].entry = upper_name_find(name.at, name.left);
    }
    return cache->slot[i].entry;
}

static void peel_named(struct peel *peel, const struct upper_name *entry, struct octets pdu)
{
    struct pdu_context context = {.rat = entry->rat, .channel = entry->channel, .cell = NO_CELL};
    switch (entry->kind) {
    case UPPER_RRC:
        if (peel->ends.known)
            context.ue_key = daps_ends_key(&peel->ends, true);
        peel_deliver(peel, layer, &context, pdu);
        break;
    case UPPER_COUNTED:
        peel_ap(peel, entry->class, pdu);
        break;
    case UPPER_INNER:
        entry->unwrap(peel, pdu);
        break;
    }
}

/* Of a record that ends inside its tags. */
static bool may_be_rrc(struct peel *peel, const struct tags *tags)
{
    return !tags->dissector.left || look_up(&peel->framing->upper, tags->dissector)->kind != UPPER_COUNTED;
}

/* Where a list that begins like this is kept; names differ in their middle, "nr-rrc.dl.dcch". */
static size_t slot_of(struct octets packet)
{
    enum { FIRST = 11, SECOND = 14, SLOTS = 16 };
    return packet.left > SECOND ? (packet.at[FIRST] + (size_t)packet.at[SECOND] * 3) % SLOTS : 0;
}

/* A list met before says again what it said. Ends known from outside would be part of that. */
static bool recall(struct peel *peel, struct octets packet)
{
    const size_t i = slot_of(packet);
    const struct upper_memory *memory = &peel->framing->upper_tags;
    const size_t length = memory->slot[i].length;
    if (length == 0 || length > packet.left || memcmp(memory->slot[i].tags, packet.at, length) != 0)
        return false;
    peel->ends = memory->slot[i].ends;
    octets_skip(&packet, length);
    peel_named(peel, memory->slot[i].entry, packet);
    return true;
}

static struct daps_pdu rrc_behind(const struct upper_name *entry, const struct daps_ends *ends)
{
    return (struct daps_pdu){.layer = DAPS_LAYER_RRC,
                             .rat = entry->rat,
                             .ue_key = ends->known ? daps_ends_key(ends, true) : 0,
                             .channel = entry->channel,
                             .logged_cell = NO_CELL};
}

static void remember(const struct peel *peel, struct octets packet, size_t length, const struct upper_name *entry)
{
    const size_t i = slot_of(packet);
    struct upper_memory *memory = &peel->framing->upper_tags;
    if (length > UPPER_TAGS_MAX)
        return;
    memcpy(memory->slot[i].tags, packet.at, length);
    memory->slot[i].length = length;
    memory->slot[i].ends = peel->ends;
    memory->slot[i].entry = entry;
    memory->slot[i].pdu = rrc_behind(entry, &peel->ends);
}

/* False: the record ends inside its tags. */
static bool read_tags(struct peel *peel, struct octets *packet, struct tags *tags)
{
    for (;;) {
        uint16_t tag = octets_u16(packet);
        struct octets value = octets_take(packet, octets_u16(packet));
        if (packet->bad) {
            tally_short(&peel->at, layer, may_be_rrc(peel, tags), NULL);
            return false;
        }
        if (tag == TAG_END)
            return true;
        read_tag(peel, tags, tag, value);
    }
}

static bool are_blank(const struct daps_ends *ends)
{
    return !ends->known && ends->source.port == 0 && ends->destination.port == 0;
}

/* blank: nothing is known of the ends from outside. */
static void read_upper_pdu(struct peel *peel, struct octets packet, bool blank)
{
    static const char ppid_table[] = "sctp.ppi";
    const struct octets whole = packet;
    struct tags tags = {.table_value = 0};
    const struct octets *name;
    if (!read_tags(peel, &packet, &tags))
        return;
    name = tags.dissector.left ? &tags.dissector : &tags.heuristic;
    if (name->left) {
        const struct upper_name *entry = look_up(&peel->framing->upper, *name);
        if (blank)
            remember(peel, whole, whole.left - packet.left, entry);
        peel_named(peel, entry, packet);
    } else if (tags.table.left == sizeof ppid_table - 1 && !memcmp(tags.table.at, ppid_table, tags.table.left)) {
        peel_ap(peel, sctp_payload_class(tags.table_value), packet);
    } else if (tags.table.left) {
        tally_count(&peel->at, DAPS_FRAMING_UPPER_OTHER);
    } else {
        tally_problem(&peel->at, (struct daps_framing_problem){
                                     .what = DAPS_PROBLEM_DISSECTOR_UNNAMED, .layer = layer, .rrc_lost = true});
    }
}

bool upper_pdu_again(struct framing *framing, const struct daps_record *record)
{
    const struct octets packet = octets_of(record->data, record->caplen);
    const size_t i = slot_of(packet), length = framing->upper_tags.slot[i].length;
    struct daps_pdu *pdu = &framing->upper_tags.slot[i].pdu;
    if (length == 0 || length >= packet.left || record->caplen < record->len || !are_blank(&record->ends) ||
        framing->upper_tags.slot[i].entry->kind != UPPER_RRC ||
        memcmp(framing->upper_tags.slot[i].tags, packet.at, length) != 0)
        return false;
    framing->tally->counts.classes[pdu->rat == DAPS_RAT_LTE ? DAPS_FRAMING_LTE_RRC : DAPS_FRAMING_NR_RRC]++;
    pdu->frame = record->frame;
    pdu->time_ns = record->time_ns;
    pdu->octets = packet.at + length;
    pdu->length = packet.left - length;
    framing->pdu(framing->user, pdu);
    return true;
}

void peel_upper_pdu(struct peel *peel, struct octets packet)
{
    const bool blank = are_blank(&peel->ends);
    if (!blank || !recall(peel, packet))
        read_upper_pdu(peel, packet, blank);
}
