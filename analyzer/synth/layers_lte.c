/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wireshark's framings below RRC for LTE, as packet-mac-lte.h, packet-rlc-lte.h and packet-pdcp-lte.h describe them:
 *
 *     "mac-lte"  radio type | direction | RNTI type | 02 RNTI | 03 UEId | 04 SFN subframe | 07 CRC | 01 | MAC PDU
 *     "rlc-lte"  mode | 02 SN length | 03 direction | 05 UEId | 06 channel type | 07 channel id | 01 | RLC PDU
 *     "pdcp-lte" 00 | plane | 00 | 02 SN length | 03 direction | 04 channel type | 0d channel id | 0e UEId | 01 | PDCP
 * PDU
 */
#include <string.h>

#include "synth/layers.h"
#include "synth/put.h"

enum { LCID_SRB1 = 1, LCID_DRB1 = 3, LCID_C_RNTI = 27, LCID_SHORT_BSR = 29, LCID_PADDING = 31 };
enum { BIT_E = 0x20, FI_BEGINS_INSIDE = 2, FI_ENDS_INSIDE = 1 };
enum { TYPE_CCCH = 1, TYPE_SRB = 4, TYPE_DRB = 5 };

static bool is_uplink(const struct synth_frame *frame)
{
    return frame->channel == DAPS_CH_UL_CCCH;
}

static bool is_pdcp(enum synth_framing framing)
{
    return framing == SYNTH_PDCP_LTE || framing == SYNTH_GSMTAP_V3_PDCP || framing == SYNTH_GSMTAP_V3_BOTH;
}

/* ---- MAC ---- */

static GByteArray *mac_context(const struct synth_frame *frame, bool downlink, int32_t c_rnti)
{
    GByteArray *out = g_byte_array_new();

    put_number(out, 1, 1); /* FDD */
    put_number(out, downlink, 1);
    put_number(out, 3, 1); /* C-RNTI */
    put_number(out, 2, 1);
    put_number(out, (uint32_t)c_rnti, 2);
    put_number(out, 3, 1);
    put_number(out, frame->ue_id, 2);
    put_number(out, 4, 1);
    put_number(out, (frame->number % 1024) << 4 | frame->number % 10, 2);
    put_number(out, 0x0701, 2); /* received */
    put_number(out, 1, 1);
    return out;
}

/* A subheader that others follow (TS 36.321 6.1.2). */
static void put_subheader(GByteArray *out, unsigned lcid, guint length)
{
    put_number(out, BIT_E | lcid, 1);
    if (length < 128)
        put_number(out, length, 1);
    else
        put_number(out, 0x8000U | length, 2);
}

static void put_mac(GByteArray *out, const struct air_pdu *pdu, unsigned lcid, const GByteArray *sdu)
{
    if (pdu->msg3) {
        put_number(out, BIT_E | LCID_C_RNTI, 1);
        put_number(out, BIT_E | LCID_SHORT_BSR, 1);
    }
    put_subheader(out, lcid, sdu->len);
    put_number(out, LCID_PADDING, 1);
    if (pdu->msg3) { /* CEs stand in front of SDUs */
        put_number(out, (uint32_t)pdu->c_rnti, 2);
        put_number(out, 0, 1);
    }
    g_byte_array_append(out, sdu->data, sdu->len);
    put_number(out, 0, 4);
}

/* ---- RLC ---- */

static GByteArray *rlc_context(const struct synth_frame *frame, const struct air_pdu *pdu, unsigned type)
{
    GByteArray *out = g_byte_array_new();

    put_number(out, type == TYPE_CCCH ? 1 : pdu->um ? 2 : 4, 1);
    put_number(out, type == TYPE_CCCH ? 0x0200U : 0x020AU, 2);
    put_number(out, 0x0300U | pdu->downlink, 2);
    put_number(out, 5, 1);
    put_number(out, frame->ue_id, 2);
    put_number(out, 6, 1);
    put_number(out, type, 2);
    put_number(out, 7, 1);
    put_number(out, pdu->bearer, 2);
    put_number(out, 1, 1);
    return out;
}

/* SNs of 10 bits: D/C RF P FI(2) E SN, of UM R1 R1 R1 FI(2) E SN (TS 36.322 6.2.1.3, 6.2.1.4). */
static GByteArray *rlc_pdu(const struct air_pdu *pdu, unsigned fi, const uint8_t *octets, guint length)
{
    GByteArray *out = g_byte_array_new();

    put_number(out, (pdu->um ? 0 : 0x8000U) | fi << 11 | ((*pdu->next_rlc_sn)++ & 0x3FF), 2);
    g_byte_array_append(out, octets, length);
    return out;
}

static GByteArray *rlc_frame(enum synth_framing framing, const struct synth_frame *frame, const struct air_pdu *pdu,
                             GByteArray *rlc)
{
    GByteArray *out;
    const char *name = "rlc-lte";

    if (framing == SYNTH_RLC_LTE) {
        out = rlc_context(frame, pdu, pdu->srb ? TYPE_SRB : TYPE_DRB);
        g_byte_array_append(out, rlc->data, rlc->len);
    } else {
        /* Msg3 goes over a temporary C-RNTI and names the real one (TS 36.321 5.1.5). */
        out = mac_context(frame, pdu->downlink, pdu->msg3 ? 60000 + pdu->c_rnti % 5000 : pdu->c_rnti);
        put_mac(out, pdu, (pdu->srb ? LCID_SRB1 - 1U : LCID_DRB1 - 1U) + pdu->bearer, rlc);
        name = "mac-lte";
    }
    g_byte_array_unref(rlc);
    return synth_carry(framing, frame, name, out);
}

/* ---- PDCP ---- */

static GByteArray *pdcp_context(const struct synth_frame *frame, const struct air_pdu *pdu, unsigned type)
{
    GByteArray *out = g_byte_array_new();

    put_number(out, pdu->srb ? 0x000100U : 0x000200U, 3);
    put_number(out, 0x0200U | pdu->sn_bits, 2);
    put_number(out, 0x0300U | pdu->downlink, 2);
    put_number(out, 0x0400U | type, 2);
    put_number(out, 0x0D, 1);
    put_number(out, pdu->bearer, 2);
    put_number(out, 0x0E, 1);
    put_number(out, frame->ue_id, 2);
    put_number(out, 1, 1);
    return out;
}

void synth_lte_ccch(enum synth_framing framing, const struct synth_frame *frame, int32_t c_rnti, GPtrArray *frames)
{
    const struct air_pdu pdu = {.downlink = !is_uplink(frame), .srb = true, .sn_bits = 5};
    const char *name = "mac-lte";
    GByteArray *out;

    if (framing == SYNTH_GSMTAP_V3_BOTH)
        return; /* in clear in the log already */
    if (framing == SYNTH_RLC_LTE) {
        out = rlc_context(frame, &pdu, TYPE_CCCH);
        name = "rlc-lte";
        g_byte_array_append(out, frame->octets->data, frame->octets->len);
    } else if (is_pdcp(framing)) {
        out = pdcp_context(frame, &pdu, 3);
        name = "pdcp-lte";
        g_byte_array_append(out, frame->octets->data, frame->octets->len);
    } else {
        out = mac_context(frame, pdu.downlink, c_rnti);
        if (pdu.downlink)
            put_mac(out, &pdu, 0, frame->octets);
        else { /* Msg3 is 48 bits: one subheader, nothing behind */
            put_number(out, 0, 1);
            g_byte_array_append(out, frame->octets->data, frame->octets->len);
        }
    }
    g_ptr_array_add(frames, synth_carry(framing, frame, name, out));
}

void synth_lte_pdcp(enum synth_framing framing, const struct synth_frame *frame, const struct air_pdu *pdu,
                    const GByteArray *octets, unsigned segment, GPtrArray *frames)
{
    const guint most = segment == 0 ? octets->len : segment;

    if (is_pdcp(framing)) {
        GByteArray *context = pdcp_context(frame, pdu, 1);
        g_byte_array_append(context, octets->data, octets->len);
        g_ptr_array_add(frames, synth_carry(framing, frame, "pdcp-lte", context));
        return;
    }
    for (guint at = 0; at < octets->len; at += most) {
        const guint length = MIN(most, octets->len - at);
        const unsigned fi = (at > 0 ? FI_BEGINS_INSIDE : 0U) | (at + length < octets->len ? FI_ENDS_INSIDE : 0U);
        g_ptr_array_add(frames, rlc_frame(framing, frame, pdu, rlc_pdu(pdu, fi, octets->data + at, length)));
    }
}
