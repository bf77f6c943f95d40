/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PDCP PDUs and CCCH messages in the carriers below RRC: MAC, RLC and PDCP framings. */
#ifndef DAPS_SYNTH_LAYERS_H
#define DAPS_SYNTH_LAYERS_H

#include "synth/air.h"
#include "synth/carrier.h"

/* Whether the framing carries MAC, RLC or PDCP. */
bool synth_is_below_rrc(enum synth_framing framing);

/*
 * One PDCP PDU as link-level frames, appended to frames (GByteArray *, owned by the array). segment: octets of data a
 * RLC segment may have, 0 for no segmentation.
 */
void synth_wrap_pdcp(enum synth_framing framing, const struct synth_frame *frame, const struct air_pdu *pdu,
                     const GByteArray *octets, unsigned segment, GPtrArray *frames);

/* One CCCH message likewise. */
void synth_wrap_ccch(enum synth_framing framing, const struct synth_frame *frame, int32_t c_rnti, GPtrArray *frames);

/* layers.c: context and PDU in the carrier, which takes context; name: of the protocol, where the carrier wants it */
GByteArray *synth_carry(enum synth_framing framing, const struct synth_frame *frame, const char *name,
                        GByteArray *context);

/* diag_pdcp.c: the items in which a phone logs that PDU and its keys; LTE has such. */
GByteArray *synth_diag_pdcp(const struct synth_frame *frame, const struct air_pdu *pdu, const GByteArray *octets);
bool synth_is_diag_keys(enum synth_framing framing);

/* layers_lte.c: the same of LTE */
void synth_lte_pdcp(enum synth_framing framing, const struct synth_frame *frame, const struct air_pdu *pdu,
                    const GByteArray *octets, unsigned segment, GPtrArray *frames);
void synth_lte_ccch(enum synth_framing framing, const struct synth_frame *frame, int32_t c_rnti, GPtrArray *frames);

#endif
