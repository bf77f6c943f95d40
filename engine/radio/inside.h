/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this room share; not for others. */
#ifndef DAPS_RADIO_INSIDE_H
#define DAPS_RADIO_INSIDE_H

#include "bearers.h"
#include "bytes/octets.h"
#include "identity/identity.h"
#include "radio/radio.h"

struct radio {
    struct tally *tally;
    struct radio_sink sink;
    struct bearers *bearers;
    struct identity *identity;
    struct reassembly *reassembly; /* NULL until the first segment */
    struct daps_rrc_result *trial; /* for looking whether octets could be RRC */
};

/* One PDU as it was given, and how much of it there is. */
struct way {
    struct radio *radio;
    const struct daps_pdu *of; /* NULL at the end of the capture */
    struct tally_place at;
};

/* mac_nr.c, rlc_nr.c, pdcp_nr.c: a PDU of the layer, all of it in octets */
void radio_mac(struct way *way, struct octets pdu);
void radio_rlc(struct way *way, struct octets pdu);
void radio_pdcp(struct way *way, struct octets pdu);

/* rlc_nr.c: an RLC PDU of logical channel lcid (1..32) of link */
void radio_channel(struct way *way, struct identity_link *link, bool downlink, unsigned lcid, struct octets pdu);

/* radio.c: hands over a PDCP PDU; frame, time and octets of out are filled. A bearer that is not configured is counted.
 */
void radio_deliver_pdcp(struct way *way, const char *layer, struct daps_pdu *out, struct octets pdu);
/* The same of RRC on CCCH, or says why it is not whole. */
void radio_deliver_ccch(struct way *way, const char *layer, uint64_t ue_key, enum daps_channel channel,
                        struct octets pdu);

/* whose.c: how what came around the PDU names its UE, to be completed by what is inside */
struct identity_name radio_name(const struct way *way);
/* The link of that name. */
struct identity_link *radio_whose(struct way *way, const struct identity_name *name);
/* Hands a CCCH message over, once it has said whose link is. */
void radio_common(struct way *way, const char *layer, struct identity_link *link, enum daps_channel channel,
                  struct octets pdu);
/* The CCCH of a framing that only says CCCH: rrcResumeRequest1 is longer than what goes on UL-CCCH (TS 38.331 6.2.2).
 */
enum daps_channel radio_ccch(bool downlink, struct octets pdu);
/*
 * Whose a downlink PDCP PDU of an SRB is: ue_key's, unless it answers a request for another UE that came over the
 * name found last.
 */
uint64_t radio_answered(struct way *way, uint64_t ue_key, struct octets pdu);

/* mac_subpdu.c */
enum mac_kind {
    MAC_OTHER, /* CEs, and logical channels beyond 32 */
    MAC_C_RNTI,
    MAC_CHANNEL,
    MAC_CCCH, /* downlink, or uplink of 48 bits */
    MAC_CCCH1
};
struct mac_subpdu {
    enum mac_kind kind;
    unsigned lcid;
    unsigned length; /* octets of contents, as the subheader says */
    struct octets contents;
    bool headless; /* the PDU ended inside the subheader ... */
    bool ended;    /* ... or inside the contents */
    bool padding;  /* what ended the PDU */
    bool reserved; /* the first bit is set, which is no LX bit: "R: Reserved bit, set to 0" */
};
/*
 * One subPDU off the front; false at padding or at the end. If it runs past the end pdu is marked bad, and contents is
 * what there is of it.
 */
bool mac_subpdu_next(struct octets *pdu, bool downlink, struct mac_subpdu *sub);

/* reassembly.c: SDUs of RLC in segments. The entity that receives them is known by value. */
struct rlc_entity {
    uint64_t ue_key, leg; /* as in struct daps_pdcp_pdu */
    bool downlink, srb;
    uint8_t bearer;
};
struct rlc_segment {
    uint32_t sn, offset;
    uint8_t sn_bits;
    bool last;
};
struct reassembly;
struct reassembly *reassembly_new(void);
void reassembly_free(struct reassembly *reassembly);
/* True when the SDU is whole: *whole is set, valid until the next call. way->at.cut: the end of data is missing. */
bool reassembly_add(struct reassembly *reassembly, struct way *way, const struct rlc_entity *entity,
                    const struct rlc_segment *segment, struct octets data, struct octets *whole);
/* An SDU of AM that came in one piece (offset 0, last): segments of it that wait are not missed any more. */
void reassembly_pass(struct reassembly *reassembly, struct way *way, const struct rlc_entity *entity,
                     const struct rlc_segment *segment, struct octets sdu);
void reassembly_finish(struct reassembly *reassembly, struct way *way);

/* rlc_known.c: SDUs that have been whole */
struct rlc_known;
struct rlc_known *rlc_known_new(void);
void rlc_known_free(struct rlc_known *known);
uint64_t rlc_entity_hash(const struct rlc_entity *entity); /* never 0 */
/* with_octets: to be compared octet by octet later, while they fit */
void rlc_known_note(struct rlc_known *known, const struct rlc_entity *entity, uint32_t sn, struct octets sdu,
                    bool with_octets);
/* Whether this segment is part of an SDU that has been whole, as far as its octets are kept. */
bool rlc_known_has(const struct rlc_known *known, const struct rlc_entity *entity, const struct rlc_segment *segment,
                   struct octets data);

#endif
