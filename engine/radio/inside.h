/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this room share; not for others. */
#ifndef DAPS_RADIO_INSIDE_H
#define DAPS_RADIO_INSIDE_H

#include "bearers.h"
#include "bytes/octets.h"
#include "identity/identity.h"
#include "radio/radio.h"

struct way;
struct rlc_entity;

/* mac_nr.c, mac_lte.c: one subheader with its contents. */
enum mac_kind {
    MAC_OTHER, /* CEs, and logical channels beyond those that bearers have */
    MAC_C_RNTI,
    MAC_CONTENTION, /* UE Contention Resolution Identity */
    MAC_CHANNEL,
    MAC_CCCH, /* downlink, or uplink of 48 bits */
    MAC_CCCH1
};
struct mac_subpdu {
    enum mac_kind kind;
    unsigned lcid;
    size_t length; /* octets of contents, as the subheader says */
    struct octets contents;
    bool headless; /* the PDU ended inside the subheader ... */
    bool ended;    /* ... or inside the contents */
    bool padding;  /* what ended the PDU */
    bool reserved; /* the first bit is set, which is no LX bit: "R: Reserved bit, set to 0" */
};

/* Where in a MAC PDU one is. */
struct mac_reader {
    bool downlink;
    bool last;           /* LTE: no subheader follows */
    struct octets heads; /* NR: subheaders, each with its contents behind it */
    struct octets body;  /* LTE: contents, behind all subheaders */
    size_t missing;      /* octets behind, not captured */
};

/* What differs between the technologies. */
struct radio_row {
    const char *mac, *rlc, *pdcp; /* the layers' names in problems ... */
    enum daps_framing_class mac_class, rlc_class, pdcp_class;
    unsigned srbs;          /* 1 ... srbs are there, on those LCIDs (TS 38.331 9.2.1, TS 36.331 9.2.1) ... */
    uint8_t srb_rlc_sn;     /* ... as AM with SNs of so many bits, unless RRC says otherwise */
    uint64_t am_sn, um_sn;  /* bit n: RLC has SNs of n bits */
    uint64_t pdcp_sn;       /* likewise PDCP */
    uint8_t rar_octets;     /* of a MAC RAR, whose last two are the temporary C-RNTI (TS 38.321, 36.321 6.2.3) */
    bool rars_behind;       /* all of them behind all subheaders, else each behind its own (6.1.5) */
    bool whole_or_nothing;  /* a MAC PDU with an invalid value is discarded, not only its rest (TS 36.321 5.11) */
    bool reestablishes_srb; /* RRCReestablishment comes on SRB1 (TS 38.331 5.3.7.5), not on CCCH */
    void (*mac_open)(struct mac_reader *reader, struct octets pdu);
    /*
     * One subPDU; false at padding or at the end. If it runs past the end it is headless or ended, contents is what
     * there is of it, and there is no other.
     */
    bool (*mac_next)(struct mac_reader *reader, struct mac_subpdu *sub);
    void (*rlc_pdu)(struct way *way, const struct rlc_entity *entity, bool am, unsigned sn_bits, struct octets pdu);
};
extern const struct radio_row radio_nr, radio_lte;

/* What is known of the bearers and names of one technology: each has its own. */
struct radio_side {
    const struct radio_row *row;
    struct bearers *bearers;
    struct identity *identity;
    struct {
        struct daps_ends ends;
        struct daps_names names;
        uint64_t mark; /* identity_mark() of what they found; 0 none */
    } last;            /* of PDUs that hold PDCP itself: most are named like the one before */
};

struct radio {
    struct tally *tally;
    struct radio_sink sink;
    struct radio_side sides[DAPS_RAT_COUNT];
    struct reassembly *reassembly; /* NULL until the first segment */
    struct rlc_lte *rlc_lte;       /* NULL until the first piece of an SDU of LTE */
    struct daps_rrc_result *trial; /* for looking whether octets could be RRC */
};

/* One PDU as it was given, and how much of it there is. */
struct way {
    struct radio *radio;
    struct radio_side *side;
    const struct daps_pdu *of; /* NULL at the end of the capture */
    struct tally_place at;
};

/* mac_rar.c: a MAC PDU of random access responses */
void radio_responses(struct way *way, struct octets pdu);
/* mac.c, rlc.c, pdcp.c: a PDU of the layer, all of it in octets */
void radio_mac(struct way *way, struct octets pdu);
void radio_rlc(struct way *way, struct octets pdu);
void radio_pdcp(struct way *way, struct octets pdu);

/* rlc.c: an RLC PDU of logical channel lcid of link */
void radio_channel(struct way *way, struct identity_link *link, bool downlink, unsigned lcid, struct octets pdu);
/* rlc.c: an SDU of that entity is a PDCP PDU; rlc_sn_bits 0: what RLC counts are not SDUs */
void radio_deliver_sdu(struct way *way, const struct rlc_entity *entity, bool am, uint8_t rlc_sn_bits, uint32_t rlc_sn,
                       struct octets sdu);
/* mac_nr.c, mac_lte.c, rlc_nr.c, rlc_lte.c: what the rows have */
void mac_nr_open(struct mac_reader *reader, struct octets pdu);
bool mac_nr_next(struct mac_reader *reader, struct mac_subpdu *sub);
void mac_lte_open(struct mac_reader *reader, struct octets pdu);
bool mac_lte_next(struct mac_reader *reader, struct mac_subpdu *sub);
void rlc_nr_pdu(struct way *way, const struct rlc_entity *entity, bool am, unsigned sn_bits, struct octets pdu);
void rlc_lte_pdu(struct way *way, const struct rlc_entity *entity, bool am, unsigned sn_bits, struct octets pdu);

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
enum daps_channel radio_ccch(const struct daps_pdu *of, struct octets pdu);
/*
 * Whose a downlink PDCP PDU of an SRB is: ue_key's, unless it answers a request for another UE that came over the
 * name found last.
 */
uint64_t radio_answered(struct way *way, uint64_t ue_key, struct octets pdu);

/* reassembly.c: SDUs of RLC in segments. The entity that receives them is known by value. */
struct rlc_entity {
    uint64_t ue_key, leg; /* as in struct daps_pdcp_pdu */
    bool downlink, srb;
    uint8_t bearer;
    bool extended_li; /* LTE: length indicators have 15 bits; does not tell entities apart */
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
bool rlc_entity_equal(const struct rlc_entity *a, const struct rlc_entity *b);
/* with_octets: to be compared octet by octet later, while they fit */
void rlc_known_note(struct rlc_known *known, const struct rlc_entity *entity, uint32_t sn, struct octets sdu,
                    bool with_octets);
/* Whether this segment is part of an SDU that has been whole, as far as its octets are kept. */
bool rlc_known_has(const struct rlc_known *known, const struct rlc_entity *entity, const struct rlc_segment *segment,
                   struct octets data);

/* rlc_lte_join.c: SDUs of LTE, which RLC cuts and puts behind one another at will (TS 36.322 5.1.2, 5.1.3) */
struct rlc_piece {
    uint32_t sn;
    uint32_t offset;   /* in the data field of the PDU with that SN */
    bool starts, ends; /* of an SDU */
    bool last;         /* of its PDU */
    uint8_t sn_bits;
    bool am;
};
struct rlc_lte;
struct rlc_lte *rlc_lte_new(void);
void rlc_lte_free(struct rlc_lte *rlc);
/* Takes one piece, hands an SDU over that is whole with it. */
void rlc_lte_add(struct rlc_lte *rlc, struct way *way, const struct rlc_entity *entity, const struct rlc_piece *piece,
                 struct octets data);
/* A PDU of that SN has been seen: what the window leaves behind is given up. */
void rlc_lte_seen(struct rlc_lte *rlc, struct way *way, const struct rlc_entity *entity, uint32_t sn, unsigned sn_bits);
void rlc_lte_finish(struct rlc_lte *rlc, struct way *way);

#endif
