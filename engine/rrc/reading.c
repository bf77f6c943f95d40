/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every message's reader uses: walks of a part of the PDU, contents of OCTET STRINGs, digests of unaligned octets.
 */
#include "rrc/reading.h"

bool rrc_refuse(struct rrc_reading *r, const char *why)
{
    r->out->status = DAPS_RRC_UNDECODED;
    r->out->error = why;
    return false;
}

struct daps_event *rrc_add_event(struct rrc_reading *r, enum daps_event_kind kind)
{
    struct daps_rrc_result *out = r->out;
    struct daps_event *ev;

    if (out->n_events == DAPS_RRC_MAX_EVENTS) {
        (void)rrc_refuse(r, "more content than any real message has");
        return NULL;
    }
    ev = &out->events[out->n_events];
    daps_event_clear(ev, kind);
    ev->rat = r->technology->rat;
    ev->octets = (uint32_t)r->length;
    out->n_events++;
    return ev;
}

void rrc_candidate_released(struct rrc_reading *r, int id, bool ltm)
{
    struct daps_event *ev = rrc_add_event(r, DAPS_EV_CANDIDATE_RELEASE);

    if (ev == NULL)
        return;
    ev->candidate_id = (int16_t)id;
    ev->ltm = ltm;
}

struct rrc_span rrc_whole(const struct rrc_reading *r)
{
    struct rrc_span span = {true, r->octets, r->length, 0, (uint64_t)r->length * 8};

    return span;
}

bool rrc_walk(struct rrc_reading *r, uint32_t root, struct rrc_span span, per_on_hit *on_hit, void *user)
{
    struct daps_bits bits = daps_bits_of(span.octets, span.length);

    r->walked = span;
    bits.position = span.bit;
    bits.limit = span.bit + span.bits;
    if (r->technology->walk(root, &bits, on_hit, user)) {
        if (r->out->read_bits == 0 && span.octets == r->octets)
            r->out->read_bits = bits.position;
        return true;
    }
    r->out->status = DAPS_RRC_UNDECODED;
    r->out->error = bits.error;
    r->out->error_bit = (uint32_t)bits.position;
    return false;
}

struct rrc_span rrc_span_of(struct rrc_reading *r, const struct per_hit *hit)
{
    struct rrc_span span = r->walked;
    struct daps_bits bits = daps_bits_of(span.octets, span.length);

    span.bit = hit->bit;
    span.bits = (uint64_t)hit->value * 8;
    if (!hit->fragmented)
        return span;
    bits.position = hit->bit;
    span.octets = r->out->scratch + r->scratch;
    span.length = per_gather(r->technology->table, &bits, r->out->scratch + r->scratch, DAPS_RRC_SCRATCH - r->scratch);
    r->scratch += span.length;
    span.bit = 0;
    span.bits = (uint64_t)span.length * 8;
    span.present = bits.error == NULL;
    if (!span.present) {
        r->out->status = DAPS_RRC_UNDECODED;
        r->out->error = bits.error;
        r->out->error_bit = (uint32_t)bits.position;
    }
    return span;
}

uint64_t rrc_digest(struct rrc_span span)
{
    struct daps_bits bits = daps_bits_of(span.octets, span.length);
    struct daps_digest_state digest = daps_digest_start();
    uint64_t left;

    if (!span.present)
        return 0;
    if ((span.bit & 7) == 0)
        return daps_digest(span.octets + span.bit / 8, span.bits / 8);
    bits.position = span.bit;
    for (left = span.bits / 8; left >= 8; left -= 8)
        daps_digest_word(&digest, daps_bits_take64(&bits, 64));
    if (left > 0)
        daps_digest_word(&digest, daps_bits_take64(&bits, (unsigned)left * 8) << (64 - 8 * left));
    return daps_digest_end(&digest, span.bits / 8);
}

uint64_t rrc_digest_as_dcch(struct rrc_span span)
{
    struct daps_bits bits = daps_bits_of(span.octets, span.length);
    struct daps_digest_state digest = daps_digest_start(), kept_digest = digest;
    uint64_t word = 0, octets = 0, kept_word = 0, kept = 0;

    bits.position = span.bit;
    bits.limit = span.bit + span.bits;
    for (unsigned want = 3; bits.position < bits.limit; want = 8) {
        unsigned there = bits.limit - bits.position < want ? (unsigned)(bits.limit - bits.position) : want;
        uint64_t octet = (uint64_t)daps_bits_take(&bits, there) << (want - there);
        word |= octet << (56 - 8 * (octets % 8));
        octets++;
        if (octet != 0) {
            kept_digest = digest;
            kept_word = word;
            kept = octets;
        }
        if (octets % 8 == 0) {
            daps_digest_word(&digest, word);
            word = 0;
        }
    }
    if (kept > 0)
        daps_digest_word(&kept_digest, kept_word);
    return daps_digest_end(&kept_digest, kept);
}

struct rrc_span rrc_without_padding(struct rrc_span span)
{
    struct daps_bits bits = daps_bits_of(span.octets, span.length);

    if (((span.bit + span.bits) & 7) == 0 && span.bits >= 8 && span.octets[(span.bit + span.bits) / 8 - 1] != 0)
        return span; /* the last octet is one, and says something, as mostly */
    for (; span.bits >= 8; span.bits -= 8) {
        bits.position = span.bit + span.bits - 8;
        if (daps_bits_take(&bits, 8) != 0)
            break;
    }
    return span;
}

int8_t rrc_algorithm(int64_t value)
{
    return value <= 7 ? (int8_t)value : 127;
}

uint32_t rrc_bearer_bit(int64_t id)
{
    return id >= 1 && id <= 32 ? 1U << (id - 1) : 0;
}

int32_t rrc_t304_ms(int64_t value)
{
    static const int32_t ms[] = {50, 100, 150, 200, 500, 1000, 2000, 10000};

    return value >= 0 && value < (int64_t)(sizeof ms / sizeof ms[0]) ? ms[value] : -1;
}
