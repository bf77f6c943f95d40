/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RRC PDUs by channel in unaligned PER (ITU-T X.691): what is the same in every technology. A row of struct
 * rrc_technology says what differs.
 */
#include "rrc/rrc.h"

#include "rrc/reading.h"

uint64_t rrc_bit_string(const struct rrc_reading *r, const struct per_hit *hit)
{
    struct daps_bits bits = daps_bits_of(r->walked.octets, r->walked.length);

    bits.position = hit->bit;
    return daps_bits_take64(&bits, (unsigned)hit->value);
}

/* Contents from a later release (criticalExtensionsFuture): what is left when nothing inside can be known. */
static enum daps_event_kind kind_without_contents(enum daps_event_kind kind)
{
    switch (kind) {
    case DAPS_EV_REESTABLISHMENT: /* without its NCC it derives nothing */
    case DAPS_EV_FAILURE_INFORMATION:
        return DAPS_EV_TRAFFIC;
    default:
        return kind;
    }
}

/* Octets of an OCTET STRING, which UPER does not align: they go to the end of the scratch room. */
void rrc_take_segment(struct rrc_reading *r, struct rrc_message *m)
{
    const size_t length = (size_t)(m->container.bits / 8);
    struct daps_bits bits = daps_bits_of(m->container.octets, m->container.length);
    uint8_t *room = r->out->scratch + r->scratch;

    if (!m->container.present || m->future || length > DAPS_RRC_SCRATCH - r->scratch)
        return;
    bits.position = m->container.bit;
    for (size_t i = 0; i < length; i++)
        room[i] = (uint8_t)daps_bits_take(&bits, 8);
    if (bits.error != NULL)
        return;
    m->segment.present = true;
    m->segment.octets = room;
    m->segment.length = length;
    r->scratch += length;
    r->out->segment = m->segment;
}

/* Into ev, the event of that kind. */
static void walk_fields(struct rrc_reading *r, struct rrc_span span, uint32_t root, const struct rrc_message_kind *kind,
                        struct daps_event *ev)
{
    struct rrc_message m = {.r = r, .ev = ev};

    if (!rrc_walk(r, root, span, r->technology->on_field, &m)) {
        if (kind->kind == DAPS_EV_SYSTEM_INFORMATION) { /* broadcast is not what is audited: its cell is not known */
            r->out->status = DAPS_RRC_OK;
            r->out->error = NULL;
        }
        return;
    }
    if (m.future)
        ev->kind = kind_without_contents(kind->kind);
    if (kind->digest)
        ev->digest = r->out->digest = daps_digest(r->octets, r->length);
    if (kind->kind == DAPS_EV_TRAFFIC)
        rrc_take_segment(r, &m);
}

void rrc_read_fields(struct rrc_reading *r, struct rrc_span span, uint32_t root, const struct rrc_message_kind *kind)
{
    struct daps_event *ev;

    r->out->message = kind->name != NULL ? kind->name : "spare";
    if (kind->kind == DAPS_EV_KIND_COUNT)
        return;
    ev = rrc_add_event(r, kind->kind);
    if (ev == NULL)
        return;
    if (kind->wanted != RRC_NOTHING)
        walk_fields(r, span, root, kind, ev);
    else if (kind->digest)
        ev->digest = r->out->digest = daps_digest(r->octets, r->length);
}

/*
 * Reads a message of that class. Which one it is stands in the first bits:
 *
 *   | 0 c1, 1 extension | index in c1 | the message
 */
void rrc_read_message(struct rrc_reading *r, const struct rrc_message_class *class)
{
    const struct rrc_span span = rrc_whole(r);
    struct daps_bits bits = daps_bits_of(r->octets, r->length);
    uint32_t extension = daps_bits_take(&bits, 1), c1 = 0;
    const struct rrc_message_kind *kind;

    if (extension == 0)
        c1 = daps_bits_take(&bits, class->c1_bits);
    kind = &class->kinds[c1];
    if (bits.error != NULL) {
        r->out->status = DAPS_RRC_UNDECODED;
        r->out->error = bits.error;
    } else if (extension != 0) {
        r->technology->read_extension(r, span, class->root);
    } else if (kind->kind == DAPS_EV_RECONFIGURATION) {
        const struct rrc_span said = rrc_without_padding(span);
        struct rrc_span inner = span;
        const uint64_t digest = rrc_digest(said);
        if (said.bits == span.bits)
            r->out->digest = digest; /* that of all octets */
        inner.bit = bits.position;
        inner.bits = span.bits - bits.position;
        r->out->message = kind->name;
        r->technology->reconfiguration(r, inner, false, digest);
    } else {
        rrc_read_fields(r, span, class->root, kind);
    }
}

enum { TRANSACTION_BITS = 2 };

static bool is_dedicated(enum daps_channel channel)
{
    switch (channel) {
    case DAPS_CH_DL_CCCH:
    case DAPS_CH_DL_DCCH:
    case DAPS_CH_UL_CCCH:
    case DAPS_CH_UL_CCCH1:
    case DAPS_CH_UL_DCCH:
        return true;
    default:
        return false;
    }
}

static const struct rrc_technology *technology_of(enum daps_rat rat)
{
    return rat == DAPS_RAT_LTE ? &rrc_lte : &rrc_nr;
}

static void begin(struct daps_rrc_result *out)
{
    out->status = DAPS_RRC_OK;
    out->message = "";
    out->error = NULL;
    out->error_bit = 0;
    out->read_bits = 0;
    out->n_events = 0;
    out->n_rlc = 0;
    out->segment.present = false;
    out->digest = 0;
}

/*
 * The message, where its type is all that matters, or its transaction, as for most: both stand in the first octet.
 * NULL: no.
 */
static const struct rrc_message_kind *type_alone(const struct rrc_message_class *class, const uint8_t *octets,
                                                 size_t length)
{
    const struct rrc_message_kind *kind;

    if (class->kinds == NULL || length == 0 || octets[0] >> 7 != 0)
        return NULL;
    kind = &class->kinds[(unsigned)octets[0] >> (7 - class->c1_bits)];
    if (kind->wanted == RRC_FIELDS || kind->kind == DAPS_EV_RECONFIGURATION || kind->kind == DAPS_EV_KIND_COUNT)
        return NULL;
    return kind;
}

static void say_type(struct daps_rrc_result *out, const struct rrc_message_kind *kind, enum daps_channel channel,
                     const uint8_t *octets, size_t length)
{
    struct daps_event *ev = &out->events[0];

    if (out->silent) { /* as most are that come behind one another: what the caller has put into it */
        ev->kind = kind->kind;
        ev->frame = 0;
        ev->time_ns = INT64_MIN;
        ev->logged_cell = (struct daps_cell){-1, -1};
        ev->digest = 0;
        ev->transaction = -1;
        ev->from_pdcp = ev->executed = false;
    } else {
        daps_event_clear(ev, kind->kind);
        out->silent = true;
    }
    ev->channel = channel;
    ev->octets = (uint32_t)length;
    if (kind->digest || is_dedicated(channel))
        ev->digest = out->digest = daps_digest(octets, length);
    out->message = kind->name;
    out->n_events = 1;
}

static __attribute__((noinline)) void read_all(const struct rrc_technology *technology, enum daps_channel channel,
                                               const uint8_t *octets, size_t length, struct daps_rrc_result *out)
{
    struct rrc_reading r = {.octets = octets, .length = length, .out = out, .technology = technology};

    out->silent = false;
    technology->read_channel(&r, channel);
    if (out->status != DAPS_RRC_OK)
        out->n_events = 0;
    for (uint32_t i = 0; i < out->n_events; i++) {
        const bool within = out->events[i].rat != technology->rat; /* a part of the other technology */
        out->events[i].channel = within ? DAPS_CH_CELL_GROUP_CONFIG : channel;
    }
    /* Whatever a message says, it must be told from the same message logged again. */
    if (out->n_events > 0 && out->events[0].digest == 0 && is_dedicated(channel))
        out->events[0].digest = out->digest = daps_digest(octets, length);
}

enum daps_rrc_status daps_rrc_decode(enum daps_rat rat, enum daps_channel channel, const uint8_t *octets, size_t length,
                                     struct daps_rrc_result *out)
{
    const struct rrc_technology *technology = technology_of(rat);
    const struct rrc_message_kind *kind;

    begin(out);
    if (length > DAPS_RRC_MAX_OCTETS) {
        out->status = DAPS_RRC_UNDECODED;
        out->error = "longer than any RRC message";
        return out->status;
    }
    kind = type_alone(&technology->classes[channel], octets, length);
    if (kind != NULL) {
        say_type(out, kind, channel, octets, length);
        if (kind->wanted == RRC_TRANSACTION) {
            const unsigned behind = 1 + technology->classes[channel].c1_bits + TRANSACTION_BITS;
            out->events[0].transaction = (int8_t)(octets[0] >> (8 - behind) & 3);
            out->read_bits = behind;
        }
        out->events[0].rat = rat;
    } else {
        read_all(technology, channel, octets, length, out);
    }
    return out->status;
}

enum daps_rrc_status daps_rrc_decode_nr(enum daps_channel channel, const uint8_t *octets, size_t length,
                                        struct daps_rrc_result *out)
{
    return daps_rrc_decode(DAPS_RAT_NR, channel, octets, length, out);
}
