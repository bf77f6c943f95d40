/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wireshark's framings below RRC, as packet-mac-nr.h, packet-rlc-nr.h and packet-pdcp-nr.h describe them:
 *
 *     "mac-nr"  radio type | direction | RNTI type | 02 RNTI | 03 UEId | 07 SFN slot | 01 | MAC PDU
 *     "rlc-nr"  mode | SN length | 02 direction | 03 UEId | 04 bearer type | 05 bearer id | 01 | RLC PDU
 *     "pdcp-nr" plane | 02 SN length | 03 direction | 04 bearer type | 05 bearer id | 06 UEId | [0f] | 01 | PDCP PDU
 */
#include "synth/layers.h"

#include <string.h>

#include "synth/put.h"

enum { LCID_SRB1 = 1, LCID_DRB1 = 4, LCID_CCCH_UL = 52, LCID_C_RNTI = 58, LCID_SHORT_BSR = 61, LCID_PADDING = 63 };

bool synth_is_below_rrc(enum synth_framing framing)
{
    return framing >= SYNTH_MAC_NR && framing < SYNTH_FRAMING_COUNT;
}

static bool is_uplink(enum daps_channel channel)
{
    return channel == DAPS_CH_UL_CCCH || channel == DAPS_CH_UL_CCCH1;
}

/* ---- around the context ---- */

static GByteArray *gsmtap(enum synth_framing framing, const struct synth_frame *frame, GByteArray *payload)
{
    const unsigned first = frame->rat == DAPS_RAT_LTE ? 0x0400 : 0x0500; /* MAC, then RLC and PDCP */
    GByteArray *out = g_byte_array_new();

    if (framing == SYNTH_GSMTAP_V2_MAC) {
        put_number(out, 0x02040f00, 4);
        put_number(out, 0, 8);
        put_number(out, 0, 4);
    } else {
        put_number(out, 0x0300, 2);
        put_number(out, 2, 2); /* no metadata */
        put_number(out, framing == SYNTH_GSMTAP_V3_MAC ? first : first + 2, 2);
        put_number(out, 0, 2);
    }
    g_byte_array_append(out, payload->data, payload->len);
    g_byte_array_unref(payload);
    return put_udp(&(struct udp_path){0x7F000000U | frame->ue, 0x7F000000U | frame->ue, 13337, 4729, true}, out,
                   frame->number);
}

/* name: of the protocol, in front of the context where the carrier wants it. */
GByteArray *synth_carry(enum synth_framing framing, const struct synth_frame *frame, const char *name,
                        GByteArray *context)
{
    GByteArray *out = g_byte_array_new();

    switch (framing) {
    case SYNTH_MAC_NR_DLT157:
    case SYNTH_MAC_LTE_DLT147:
        g_byte_array_append(out, context->data, context->len);
        g_byte_array_unref(context);
        return out;
    case SYNTH_MAC_NR_UPPER:
    case SYNTH_MAC_LTE_UPPER:
        put_upper_name(out, framing == SYNTH_MAC_NR_UPPER ? "mac-nr-framed" : "mac-lte-framed");
        put_number(out, 0, 4);
        g_byte_array_append(out, context->data, context->len);
        g_byte_array_unref(context);
        return out;
    case SYNTH_GSMTAP_V2_MAC:
    case SYNTH_GSMTAP_V3_MAC:
    case SYNTH_GSMTAP_V3_PDCP:
    case SYNTH_GSMTAP_V3_BOTH:
        g_byte_array_unref(out);
        return gsmtap(framing, frame, context);
    default:
        break;
    }
    g_byte_array_append(out, (const uint8_t *)name, (guint)strlen(name));
    g_byte_array_append(out, context->data, context->len);
    g_byte_array_unref(context);
    if (framing == SYNTH_MAC_NR_DLT149 || framing == SYNTH_MAC_NR_UPPER_UDP || framing == SYNTH_MAC_LTE_DLT149) {
        GByteArray *datagram = g_byte_array_new();
        if (framing == SYNTH_MAC_NR_UPPER_UDP) {
            put_upper_name(datagram, "udp");
            put_number(datagram, 0, 4);
        }
        put_number(datagram, 0xBEEFDEAD, 4);
        put_number(datagram, 8 + out->len, 2);
        put_number(datagram, 0, 2);
        g_byte_array_append(datagram, out->data, out->len);
        g_byte_array_unref(out);
        return datagram;
    }
    return put_udp(&(struct udp_path){frame->writer != 0 ? 0x0A000000U | frame->writer : 0x7F000001,
                                      frame->writer != 0 ? 0x0A0000FFU : 0x7F000001, 9999, 9999, true},
                   out, frame->number);
}

static GByteArray *mac_context(const struct synth_frame *frame, bool downlink, int32_t c_rnti)
{
    GByteArray *out = g_byte_array_new();

    put_number(out, 2, 1); /* TDD */
    put_number(out, downlink, 1);
    put_number(out, 3, 1); /* C-RNTI */
    put_number(out, 2, 1);
    put_number(out, (uint32_t)c_rnti, 2);
    put_number(out, 3, 1);
    put_number(out, frame->ue_id, 2);
    put_number(out, 7, 1);
    put_number(out, frame->number % 1024, 2);
    put_number(out, frame->number % 20, 2);
    put_number(out, 1, 1);
    return out;
}

static void put_sub_pdu(GByteArray *out, unsigned lcid, const uint8_t *octets, guint length)
{
    if (length > 255) {
        put_number(out, 0x40 | lcid, 1);
        put_number(out, length, 2);
    } else {
        put_number(out, lcid, 1);
        put_number(out, length, 1);
    }
    g_byte_array_append(out, octets, length);
}

static void put_padding(GByteArray *out)
{
    put_number(out, LCID_PADDING, 1);
    put_number(out, 0, 4);
}

/* ---- CCCH ---- */

static GByteArray *mac_ccch(const struct synth_frame *frame, int32_t c_rnti)
{
    const bool up = is_uplink(frame->channel);
    GByteArray *out = mac_context(frame, !up, c_rnti);

    if (frame->channel == DAPS_CH_UL_CCCH) {
        put_number(out, LCID_CCCH_UL, 1);
        g_byte_array_append(out, frame->octets->data, frame->octets->len);
    } else if (frame->channel == DAPS_CH_UL_CCCH1) {
        put_number(out, 0, 1);
        g_byte_array_append(out, frame->octets->data, frame->octets->len);
    } else {
        put_sub_pdu(out, 0, frame->octets->data, frame->octets->len);
    }
    put_padding(out);
    return out;
}

static GByteArray *rlc_context(const struct synth_frame *frame, bool downlink, unsigned type, unsigned bearer)
{
    GByteArray *out = g_byte_array_new();

    put_number(out, type == 1 ? 1 : 4, 1); /* TM or AM */
    put_number(out, type == 1 ? 0 : 12, 1);
    put_number(out, 0x0200U | downlink, 2);
    put_number(out, 3, 1);
    put_number(out, frame->ue_id, 2);
    put_number(out, 0x0400U | type, 2);
    put_number(out, 0x0500U | bearer, 2);
    put_number(out, 1, 1);
    return out;
}

static GByteArray *pdcp_context(enum synth_framing framing, const struct synth_frame *frame, const struct air_pdu *pdu,
                                unsigned type)
{
    const unsigned shift = framing == SYNTH_PDCP_NR_2018; /* the tags of the first generation are one higher */
    GByteArray *out = g_byte_array_new();

    put_number(out, shift != 0 ? 0x0200U | (pdu->srb ? 1 : 2) : pdu->srb ? 1 : 2, 1 + shift);
    put_number(out, (2 + shift) << 8 | pdu->sn_bits, 2);
    put_number(out, (3 + shift) << 8 | pdu->downlink, 2);
    put_number(out, (4 + shift) << 8 | type, 2);
    put_number(out, (5 + shift) << 8 | pdu->bearer, 2);
    put_number(out, 6 + shift, 1);
    put_number(out, frame->ue_id, 2);
    if (shift == 0 && pdu->srb && type == 1)
        put_number(out, 0x0F, 1);
    put_number(out, 1, 1);
    return out;
}

void synth_wrap_ccch(enum synth_framing framing, const struct synth_frame *frame, int32_t c_rnti, GPtrArray *frames)
{
    const bool up = is_uplink(frame->channel);
    GByteArray *context;

    if (synth_is_diag_keys(framing))
        return; /* in the log already, and in no PDCP PDU */
    if (frame->rat == DAPS_RAT_LTE) {
        synth_lte_ccch(framing, frame, c_rnti, frames);
        return;
    }
    switch (framing) {
    case SYNTH_RLC_NR:
        context = rlc_context(frame, !up, 1, 0);
        g_byte_array_append(context, frame->octets->data, frame->octets->len);
        g_ptr_array_add(frames, synth_carry(framing, frame, "rlc-nr", context));
        break;
    case SYNTH_PDCP_NR:
    case SYNTH_PDCP_NR_2018:
    case SYNTH_GSMTAP_V3_PDCP:
        context = pdcp_context(framing, frame, &(struct air_pdu){.downlink = !up, .srb = true}, 4);
        g_byte_array_append(context, frame->octets->data, frame->octets->len);
        g_ptr_array_add(frames, synth_carry(framing, frame, "pdcp-nr", context));
        break;
    case SYNTH_GSMTAP_V3_BOTH:
        break; /* in clear in the log already */
    default:
        g_ptr_array_add(frames, synth_carry(framing, frame, "mac-nr", mac_ccch(frame, c_rnti)));
    }
}

/* ---- PDCP ---- */

/* One RLC AM PDU of 12-bit SN (TS 38.322 6.2.2.4). si as in the standard. */
static GByteArray *rlc_am(uint32_t sn, unsigned si, guint offset, const uint8_t *octets, guint length)
{
    GByteArray *out = g_byte_array_new();

    put_number(out, 0x8000U | si << 12 | (sn & 0xFFF), 2);
    if (si >= 2)
        put_number(out, offset, 2);
    g_byte_array_append(out, octets, length);
    return out;
}

static GByteArray *rlc_frame(enum synth_framing framing, const struct synth_frame *frame, const struct air_pdu *pdu,
                             GByteArray *rlc)
{
    GByteArray *out;

    if (framing == SYNTH_RLC_NR) {
        out = rlc_context(frame, pdu->downlink, pdu->srb ? 4 : 5, pdu->bearer);
        g_byte_array_append(out, rlc->data, rlc->len);
        g_byte_array_unref(rlc);
        return synth_carry(framing, frame, "rlc-nr", out);
    }
    /* Msg3 goes over a temporary C-RNTI and names the real one (TS 38.321 5.1.5). */
    out = mac_context(frame, pdu->downlink, pdu->msg3 ? 60000 + pdu->c_rnti % 5000 : pdu->c_rnti);
    put_sub_pdu(out, pdu->srb ? LCID_SRB1 - 1 + pdu->bearer : LCID_DRB1 - 1 + pdu->bearer, rlc->data, rlc->len);
    if (!pdu->downlink && pdu->msg3) { /* uplink MAC CEs come behind SDUs (TS 38.321 6.1.2) */
        put_number(out, LCID_C_RNTI, 1);
        put_number(out, (uint32_t)pdu->c_rnti, 2);
        put_number(out, LCID_SHORT_BSR, 1);
        put_number(out, 0, 1);
    }
    put_padding(out);
    g_byte_array_unref(rlc);
    return synth_carry(framing, frame, "mac-nr", out);
}

void synth_wrap_pdcp(enum synth_framing framing, const struct synth_frame *frame, const struct air_pdu *pdu,
                     const GByteArray *octets, unsigned segment, GPtrArray *frames)
{
    if (synth_is_diag_keys(framing)) {
        if (frame->rat == DAPS_RAT_LTE) /* NR's items have no known layout */
            g_ptr_array_add(frames, synth_diag_pdcp(frame, pdu, octets));
        return;
    }
    if (frame->rat == DAPS_RAT_LTE) {
        synth_lte_pdcp(framing, frame, pdu, octets, segment, frames);
        return;
    }
    if (framing == SYNTH_PDCP_NR || framing == SYNTH_PDCP_NR_2018 || framing == SYNTH_GSMTAP_V3_PDCP ||
        framing == SYNTH_GSMTAP_V3_BOTH) {
        GByteArray *context = pdcp_context(framing, frame, pdu, 1);
        g_byte_array_append(context, octets->data, octets->len);
        g_ptr_array_add(frames, synth_carry(framing, frame, "pdcp-nr", context));
        return;
    }
    if (segment == 0 || octets->len <= segment) {
        g_ptr_array_add(frames, rlc_frame(framing, frame, pdu, rlc_am(pdu->rlc_sn, 0, 0, octets->data, octets->len)));
        return;
    }
    for (guint at = 0; at < octets->len; at += segment) {
        const guint length = MIN(segment, octets->len - at);
        const unsigned si = at == 0 ? 1 : at + length == octets->len ? 2 : 3;
        g_ptr_array_add(frames, rlc_frame(framing, frame, pdu, rlc_am(pdu->rlc_sn, si, at, octets->data + at, length)));
    }
}
