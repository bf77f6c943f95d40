/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of an event: their table, and writing them. */
#include "report/event_json.h"

#include <inttypes.h>
#include <stdio.h>

#include "report/json.h"
#include "report/text.h"

#define FIELD(name, type, member, most)                                                                                \
    {                                                                                                                  \
        name, offsetof(struct daps_event, member), EVENT_FIELD_##type, most, DAPS_EV_KIND_COUNT                        \
    }
#define EVIDENCE(kind, type, name, member, most)                                                                       \
    {                                                                                                                  \
#name, offsetof(struct daps_event, member), EVENT_FIELD_##type, most, DAPS_EV_##kind                           \
    }
#define ROOT(type, member, most)      EVIDENCE(KEY_ROOT, type, root_##member, root.member, most)
#define KEY(type, member, most)       EVIDENCE(KEY_FITS, type, key_##member, key.member, most)
#define USE(type, member, most)       EVIDENCE(KEYSTREAM_USE, type, use_##member, use.member, most)
#define COLLISION(type, member, most) EVIDENCE(COLLISION, type, collision_##member, collision.member, most)
#define UNFIT(type, member, most)     EVIDENCE(KEY_UNFIT, type, unfit_##member, unfit.member, most)
#define BEARER(type, member, most)    EVIDENCE(BEARER, type, bearer_##member, bearer.member, most)
#define SEEN(type, member, most)      EVIDENCE(KEY_SEEN, type, seen_##member, seen.member, most)
#define SENT(type, member, most)      EVIDENCE(MESSAGE_SENT, type, sent_##member, sent.member, most)
#define NODE(type, member, most)      EVIDENCE(NODE, type, node_##member, node.member, most)
#define BEARERS(name)                 FIELD(#name, SET, bearers.name, 0)
#define FLAG(name)                    FIELD(#name, FLAG, name, 0)

/* Limits are those of TS 38.331 and TS 36.331, where the number comes from RRC. */
const struct event_field event_fields[] = {
    FIELD("logged_pci", I32, logged_cell.pci, INT32_MAX),
    FIELD("logged_arfcn", I32, logged_cell.ssb_arfcn, INT32_MAX),
    FIELD("digest", DIGEST, digest, 0),
    FIELD("octets", COUNT, octets, 0),
    FIELD("transaction", I8, transaction, 3),
    FIELD("ncc", I8, ncc, 7),
    FIELD("ciphering", I8, ciphering, INT8_MAX), /* 127 is one of a later release */
    FIELD("integrity", I8, integrity, INT8_MAX),
    FLAG(key_update),
    FLAG(key_set_change),
    FLAG(five_gc),
    FLAG(nas_container),
    FIELD("nas_digest", DIGEST, nas_digest, 0),
    FIELD("sk_counter", I32, sk_counter, 65535),
    FLAG(sync),
    FLAG(prepared),
    FLAG(full_config),
    FLAG(daps),
    FLAG(daps_source_release),
    FLAG(daps_power),
    FIELD("rach", RACH, rach, 0),
    FIELD("pci", I32, target.pci, 1007),
    FIELD("arfcn", I32, target.ssb_arfcn, 3279165),
    FIELD("point_a", I32, point_a, 3279165),
    FIELD("carrier", I32, carrier, 3279165),
    FIELD("c_rnti", I32, c_rnti, 65535),
    FIELD("t304", I32, t304_ms, INT32_MAX),
    FIELD("candidate_id", I16, candidate_id, INT16_MAX),
    FLAG(ltm),
    FLAG(conditional),
    FLAG(attempt_conditional),
    BEARERS(drb_added),
    BEARERS(drb_released),
    BEARERS(drb_daps),
    BEARERS(drb_reestablish),
    BEARERS(drb_recover),
    BEARERS(drb_ul_sn12),
    BEARERS(drb_ul_sn18),
    BEARERS(drb_dl_sn12),
    BEARERS(drb_dl_sn18),
    BEARERS(drb_integrity),
    BEARERS(drb_ciphering_disabled),
    BEARERS(drb_sdap_ul),
    BEARERS(drb_sdap_dl),
    BEARERS(drb_secondary),
    BEARERS(srb_added),
    BEARERS(srb_reestablish),
    FLAG(daps_failure),
    FLAG(suspend),
    FIELD("i_rnti", I64, i_rnti, (INT64_C(1) << 40) - 1),
    FIELD("short_i_rnti", I32, short_i_rnti, (1 << 24) - 1),
    FIELD("request_mac", I32, request_mac, 65535),
    FIELD("cell_identity", I64, cell_identity, (INT64_C(1) << 36) - 1),
    FLAG(of_phone),
    FIELD("ue_c_rnti", I32, ue_c_rnti, 65535),
    FIELD("ue_pci", I32, ue_pci, 1007),
    FIELD("cause", CAUSE, cause, 0),
    FIELD("count_uplink_drb", U8, counts.drb[0], 32),
    FIELD("count_uplink", COUNT, counts.count[0], 0),
    FIELD("count_downlink_drb", U8, counts.drb[1], 32),
    FIELD("count_downlink", COUNT, counts.count[1], 0),
    FLAG(from_pdcp),
    FLAG(executed),
    ROOT(FLAG, fits, 0),
    ROOT(FLAG, in_force, 0),
    ROOT(FLAG, near, 0),
    ROOT(COUNT, ul_nas_count, 0),
    ROOT(COUNT, ordinal, 0),
    ROOT(TEXT, name, 0),
    ROOT(I8, ciphering, 7),
    ROOT(I8, integrity, 7),
    ROOT(FLAG, confirmed, 0),
    ROOT(COUNT, given, 0),
    ROOT(U64, command_frame, INT64_MAX),
    KEY(COUNT, context, 0),
    KEY(I32, pci, 1007),
    KEY(I32, arfcn, 3279165),
    KEY(I32, point_a, 3279165),
    KEY(I32, carrier, 3279165),
    KEY(U8, frequency, 2),
    KEY(FLAG, two_octets, 0),
    KEY(FLAG, deep, 0),
    KEY(FLAG, other_reading, 0),
    KEY(S8, nh_ahead, 8),
    KEY(FLAG, horizontal, 0),
    KEY(U64, failed_frame, INT64_MAX),
    KEY(COUNT, other, 0),
    USE(COUNT, context, 0),
    USE(FLAG, srb, 0),
    USE(U8, bearer, 31),
    USE(U8, direction, 1),
    USE(COUNT, count, 0),
    USE(FLAG, verified, 0),
    COLLISION(COUNT, context, 0),
    EVIDENCE(COLLISION, COUNT, collision_earlier_stay, collision.stays[0], 0),
    EVIDENCE(COLLISION, COUNT, collision_stay, collision.stays[1], 0),
    EVIDENCE(COLLISION, U64, collision_earlier_frame, collision.frames[0], INT64_MAX),
    EVIDENCE(COLLISION, U64, collision_frame, collision.frames[1], INT64_MAX),
    COLLISION(FLAG, reset, 0),
    COLLISION(FLAG, again, 0),
    COLLISION(FLAG, mac, 0),
    COLLISION(U8, view, 8),
    COLLISION(FLAG, srb, 0),
    COLLISION(U8, algorithm, 7),
    COLLISION(U8, bearer, 31),
    COLLISION(U8, direction, 1),
    COLLISION(COUNT, count, 0),
    COLLISION(COUNT, copies, 0),
    COLLISION(FLAG, by_value, 0),
    COLLISION(FLAG, proven, 0),
    COLLISION(FLAG, counted_elsewhere, 0),
    COLLISION(COUNT, overlap, 0),
    COLLISION(U8, octets, DAPS_COLLISION_OCTETS),
    COLLISION(FLAG, has_plain, 0),
    COLLISION(XOR, xor_cipher, 0),
    COLLISION(XOR, xor_plain, 0),
    UNFIT(COUNT, context, 0),
    UNFIT(U64, messages, INT64_MAX),
    UNFIT(U64, first_frame, INT64_MAX),
    BEARER(COUNT, context, 0),
    BEARER(FLAG, near_end, 0),
    BEARER(FLAG, srb, 0),
    BEARER(U8, bearer, 31),
    BEARER(U8, direction, 1),
    BEARER(U8, ciphering, 7),
    BEARER(COUNT, count, 0),
    BEARER(FLAG, verified, 0),
    EVIDENCE(REQUEST_FORGED, FLAG, request_resume, request.resume, 0),
    EVIDENCE(REQUEST_FORGED, COUNT, request_tried, request.tried, 0),
    SEEN(DIGEST, srb, 0),
    SEEN(DIGEST, drb, 0),
    SEEN(U8, srb_algorithm, 7),
    SEEN(U8, drb_algorithm, 7),
    SEEN(FLAG, downlink, 0),
    SEEN(FLAG, restarts, 0),
    SEEN(FLAG, checked, 0),
    SEEN(FLAG, fits, 0),
    SEEN(COUNT, context, 0),
    SENT(COUNT, c_rnti, UINT16_MAX),
    NODE(SAYS, says, 0),
    EVIDENCE(NODE, I32, node_source_pci, node.source.pci, 1007),
    EVIDENCE(NODE, I32, node_source_arfcn, node.source.arfcn, 3279165),
    EVIDENCE(NODE, I32, node_source_c_rnti, node.source.c_rnti, 65535),
    NODE(DIGEST, digest, 0),
    NODE(U64, key_frame, INT64_MAX),
    NODE(FLAG, vertical, 0),
    NODE(FLAG, checked, 0),
    NODE(FLAG, fits, 0),
};
const size_t event_fields_n = G_N_ELEMENTS(event_fields);

static const void *at(const struct event_field *field, const struct daps_event *ev)
{
    return (const char *)ev + field->offset;
}

const char *event_field_text(const struct event_field *field, const struct daps_event *ev)
{
    return at(field, ev);
}

/* Numbers and enumerations alike; negative: not present. */
static int64_t number(const struct event_field *field, const struct daps_event *ev)
{
    const void *value = at(field, ev);

    switch (field->type) {
    case EVENT_FIELD_FLAG:
        return *(const bool *)value ? 1 : -1;
    case EVENT_FIELD_I8:
        return *(const int8_t *)value;
    case EVENT_FIELD_I16:
        return *(const int16_t *)value;
    case EVENT_FIELD_I32:
        return *(const int32_t *)value;
    case EVENT_FIELD_I64:
        return *(const int64_t *)value;
    case EVENT_FIELD_COUNT:
    case EVENT_FIELD_SET:
        return *(const uint32_t *)value != 0 ? (int64_t) * (const uint32_t *)value : -1;
    case EVENT_FIELD_DIGEST:
        return *(const uint64_t *)value != 0 ? 0 : -1;
    case EVENT_FIELD_U8:
        return *(const uint8_t *)value != 0 ? *(const uint8_t *)value : -1;
    case EVENT_FIELD_U64:
        return *(const uint64_t *)value != 0 ? (int64_t) * (const uint64_t *)value : -1;
    case EVENT_FIELD_S8:
    case EVENT_FIELD_TEXT:
        return *(const int8_t *)value != 0 ? 0 : -1;
    case EVENT_FIELD_XOR:
        return ev->collision.octets > 0 && (value == ev->collision.xor_cipher || ev->collision.has_plain) ? 0 : -1;
    case EVENT_FIELD_RACH:
        return ev->rach != DAPS_RACH_UNKNOWN ? (int64_t)ev->rach : -1;
    case EVENT_FIELD_SAYS:
        return *(const uint8_t *)value;
    case EVENT_FIELD_CAUSE:
        return ev->cause != DAPS_REEST_NONE ? (int64_t)ev->cause : -1;
    }
    return -1;
}

bool event_field_is_of(const struct event_field *field, enum daps_event_kind kind)
{
    if (field->offset == offsetof(struct daps_event, logged_cell.pci) ||
        field->offset == offsetof(struct daps_event, logged_cell.ssb_arfcn))
        return true;
    return field->kind == (daps_event_is_evidence(kind) ? kind : DAPS_EV_KIND_COUNT);
}

bool event_field_is_present(const struct event_field *field, const struct daps_event *ev)
{
    return event_field_is_of(field, ev->kind) && number(field, ev) >= 0;
}

static void write_set(struct outbuf *out, uint32_t set, char separator)
{
    bool first = true;

    for (unsigned bit = 0; bit < 32; bit++) {
        if ((set >> bit & 1U) == 0)
            continue;
        if (!first)
            outbuf_char(out, separator);
        outbuf_unsigned(out, bit + 1);
        first = false;
    }
}

static void write_value(struct outbuf *out, const struct event_field *field, const struct daps_event *ev, bool json)
{
    const char *quote = json ? "\"" : "";
    uint64_t digest;

    switch (field->type) {
    case EVENT_FIELD_FLAG:
        outbuf_literal(out, "true");
        break;
    case EVENT_FIELD_SET:
        outbuf_string(out, json ? "[" : "");
        write_set(out, *(const uint32_t *)at(field, ev), json ? ',' : ' ');
        outbuf_string(out, json ? "]" : "");
        break;
    case EVENT_FIELD_DIGEST:
        digest = *(const uint64_t *)at(field, ev);
        outbuf_string(out, quote);
        for (int shift = 56; shift >= 0; shift -= 8)
            outbuf_hex(out, &(const uint8_t){(uint8_t)(digest >> shift)}, 1);
        outbuf_string(out, quote);
        break;
    case EVENT_FIELD_S8:
        outbuf_signed(out, *(const int8_t *)at(field, ev));
        break;
    case EVENT_FIELD_TEXT:
        if (json)
            json_string(out, at(field, ev));
        else
            text_safe(out, at(field, ev));
        break;
    case EVENT_FIELD_XOR:
        outbuf_string(out, quote);
        outbuf_hex(out, at(field, ev), ev->collision.octets);
        outbuf_string(out, quote);
        break;
    case EVENT_FIELD_RACH:
        outbuf_string(out, quote);
        outbuf_string(out, daps_rach_name(ev->rach));
        outbuf_string(out, quote);
        break;
    case EVENT_FIELD_SAYS:
        outbuf_string(out, quote);
        outbuf_string(out, daps_node_says_name((enum daps_node_says)ev->node.says));
        outbuf_string(out, quote);
        break;
    case EVENT_FIELD_CAUSE:
        outbuf_string(out, quote);
        outbuf_string(out, daps_reestablishment_cause_name(ev->cause));
        outbuf_string(out, quote);
        break;
    default:
        outbuf_signed(out, number(field, ev));
        break;
    }
}

void event_fields_write(struct outbuf *out, const struct daps_event *ev)
{
    for (size_t i = 0; i < event_fields_n; i++) {
        const struct event_field *field = &event_fields[i];
        if (!event_field_is_present(field, ev))
            continue;
        outbuf_literal(out, ",\"");
        outbuf_string(out, field->name);
        outbuf_literal(out, "\":");
        write_value(out, field, ev, true);
    }
}

void event_field_write_plain(struct outbuf *out, const struct event_field *field, const struct daps_event *ev)
{
    if (event_field_is_present(field, ev))
        write_value(out, field, ev, false);
}
