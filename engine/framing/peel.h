/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the room: the state of one record on its way through the layers, and the layers themselves.
 *
 * Every layer is a function that takes its header off and calls the next one. The calls go strictly inwards (link, IP,
 * transport, carrier), so their depth is bounded whatever the input says; a tunnel begins again from a loop (peel_run).
 */
#ifndef DAPS_FRAMING_PEEL_H
#define DAPS_FRAMING_PEEL_H

#include "bytes/octets.h"
#include "daps/framing.h"
#include "framing/radio.h"
#include "identity/identity.h"

/* One side of a conversation. IPv4 is kept as ::ffff:a.b.c.d. */
struct endpoint {
    uint64_t high, low;
    uint32_t port;
};

struct peel;
typedef void peel_layer(struct peel *peel, struct octets packet);

struct peel {
    struct daps_framing *framing;
    uint64_t frame;
    int64_t time_ns;
    bool cut;        /* the octets at hand end before the packet did: what runs out of them is cut, not malformed */
    size_t missing;  /* so many octets before; 0 if not cut */
    bool user_plane; /* inside a tunnel of the core network: what is not radio is nobody's business */
    bool radio;      /* a radio layer was recognised */
    bool addressed;
    struct endpoint source, destination;
    peel_layer *next; /* and what it is to be given: set by peel_then */
    struct octets rest;
    unsigned depth;
};

/* What the metadata around a PDU said. */
struct pdu_context {
    uint64_t ue_key;
    enum daps_channel channel;
    struct daps_cell cell;
};

#define NO_CELL ((struct daps_cell){.pci = -1, .ssb_arfcn = -1})

/* framing.c: counting and reporting */
void peel_count(struct peel *peel, enum daps_framing_class class);
/* Hands an NR RRC PDU over, or reports why it is not whole. */
void peel_deliver(struct peel *peel, const char *layer, const struct pdu_context *context, struct octets pdu);
/* Hands a PDCP PDU over; frame, time and octets of out are filled here. A bearer that is not configured is counted. */
void peel_pdcp(struct peel *peel, const char *layer, struct daps_pdcp_pdu *out, struct octets pdu);
/* rrc: NR RRC may be in what is lost. format (may be NULL) adds numbers to the sentence. */
void peel_problem(struct peel *peel, enum daps_framing_class class, const char *layer, const char *reason, bool rrc,
                  const uint64_t *ue_key, const char *format, ...) __attribute__((format(printf, 7, 8)));
/* A header of layer ended early: cut or malformed, as the record tells. ue_key: NULL if it is not known. */
void peel_short(struct peel *peel, const char *layer, bool rrc, const uint64_t *ue_key);
/* The same of a layer that may hold whatever the capture has had before. */
void peel_short_carrier(struct peel *peel, const char *layer);
/* What Wireshark's framing says around a PDU cannot be read up to it: whatever it is, it may be signalling. */
void peel_no_context(struct peel *peel, const char *layer, const struct octets *payload);
/* Of payload only the first length octets belong to what comes next; those that are not there were cut off. */
void peel_keep(struct peel *peel, struct octets *payload, size_t length);
/* A cell as a log states it: -1 for what cannot be (TS 38.331: PhysCellId 0..1007, ARFCN-ValueNR 0..3279165). */
struct daps_cell peel_cell(uint32_t pci, uint32_t arfcn);
/* A UE key from both ends, the same whichever way round they are; 0 if they tell nobody apart. */
uint64_t peel_pair_key(const struct endpoint *a, const struct endpoint *b, bool with_ports);
uint64_t peel_endpoint_key(const struct endpoint *a);

/* whose.c: the PDU's link; the name gets its writer from peel. */
struct identity_link *peel_identify(struct peel *peel, const struct identity_name *name);
/* Hands a CCCH message over, once it has said whose link is. */
void peel_common(struct peel *peel, const char *layer, struct identity_link *link, enum daps_channel channel,
                 struct octets pdu);
/* The CCCH of a framing that only says CCCH: rrcResumeRequest1 is longer than what goes on UL-CCCH (TS 38.331 6.2.2).
 */
enum daps_channel peel_ccch(bool downlink, struct octets pdu);
/*
 * Whose a downlink PDCP PDU of an SRB is: ue_key's, unless it answers a request for another UE that came over the
 * name found last.
 */
uint64_t peel_answered(struct peel *peel, uint64_t ue_key, struct octets pdu);

/* What is behind this layer, for peel_run to go on with: so layers may hold one another without recursion. */
void peel_then(struct peel *peel, peel_layer *layer, struct octets packet);
/* Goes on until nothing is left, or more layers are inside one another than are followed, which is reported. */
void peel_run(struct peel *peel);
/* Whether the capture has shown any NR RRC, or what carries it, so far. */
bool peel_has_radio(const struct peel *peel);

/* link.c */
enum { ETHERTYPE_IPV4 = 0x0800, ETHERTYPE_IPV6 = 0x86dd };
bool ethertype_is_vlan(uint16_t ethertype);
bool ethertype_is_known(uint16_t ethertype);
void peel_ethertype(struct peel *peel, uint16_t ethertype, struct octets packet);
void peel_ethernet(struct peel *peel, struct octets packet);
void peel_ppp(struct peel *peel, struct octets packet);
void peel_link(struct peel *peel, int linktype, struct octets packet);

/* ip.c */
void peel_ip(struct peel *peel, struct octets packet);
void peel_ipv4(struct peel *peel, struct octets packet);
void peel_ipv6(struct peel *peel, struct octets packet);
/* Whether this is an IP packet whose length is that of what is there, or, not exact, at most that. */
bool ip_fits(const struct peel *peel, struct octets packet, bool exact);
/* Whether layers from further out come again inside this IP protocol. */
bool protocol_is_tunnel(uint8_t protocol);
void peel_transport(struct peel *peel, uint8_t protocol, struct octets payload);

/* tunnels.c, gtp_u.c; those of UDP say false if the payload is something else that happens to use the port */
void peel_mpls(struct peel *peel, struct octets packet);
void peel_gre(struct peel *peel, struct octets packet);
void peel_etherip(struct peel *peel, struct octets packet);
bool peel_vxlan(struct peel *peel, struct octets payload);
bool peel_geneve(struct peel *peel, struct octets payload);
bool peel_l2tp(struct peel *peel, struct octets payload);
bool peel_lisp(struct peel *peel, struct octets payload);
bool peel_mpls_in_udp(struct peel *peel, struct octets payload);
void peel_gtp_u(struct peel *peel, struct octets payload);

/* udp.c */
void peel_udp(struct peel *peel, struct octets datagram);
/*
 * Whether a datagram that is lost may have held NR RRC: by its ports if its first octets are there, else by whether
 * the capture has had any so far.
 */
bool udp_may_hold_rrc(const struct peel *peel, uint8_t protocol, struct octets first_octets);
/* mac-nr, rlc-lte, ... by the name a payload starts with; false: no such name */
bool peel_named_payload(struct peel *peel, struct octets payload);

/* sctp.c */
void peel_sctp(struct peel *peel, struct octets packet);
enum daps_framing_class sctp_payload_class(uint32_t ppid);

/* upper_pdu.c */
void peel_upper_pdu(struct peel *peel, struct octets packet);

/* gsmtap2.c, gsmtap3.c: false if the payload is no GSMTAP of that version */
bool peel_gsmtap2(struct peel *peel, struct octets payload);
bool peel_gsmtap3(struct peel *peel, struct octets payload);
/* gsmtap3.c: an NR RRC PDU of a GSMTAP of either version; channel DAPS_CH_NONE: no such sub-type, which is reported */
void peel_gsmtap_rrc(struct peel *peel, const char *of_version, enum daps_channel channel, unsigned subtype,
                     struct daps_cell cell, struct octets pdu);
enum { GSMTAP_NR_MAC = 0x0500 }; /* then RLC, PDCP */
void peel_gsmtap_radio(struct peel *peel, uint16_t type, struct octets pdu);

/* qcsuper.c, rls.c: false if the payload is something else that happens to use the port */
bool peel_qcsuper(struct peel *peel, struct octets payload);
bool peel_rls(struct peel *peel, struct octets payload);

/* What Wireshark's framings say around a PDU of MAC, RLC and PDCP. */
struct mac_context {
    bool downlink;
    uint8_t rnti_type;
    struct identity_name name;
};
struct rlc_context {
    uint8_t mode, sn_bits, bearer_type, bearer;
    bool downlink;
    struct identity_name name;
};
struct pdcp_context {
    uint8_t plane, sn_bits, bearer_type, bearer, sdap;
    bool downlink, ciphering_off;
    struct identity_name name;
};

/* mac_nr.c, rlc_nr.c, pdcp_nr.c: a PDU with its context ... */
void peel_mac_pdu(struct peel *peel, struct mac_context *mac, struct octets pdu);
void peel_rlc_pdu(struct peel *peel, const struct rlc_context *rlc, struct octets pdu);
void peel_pdcp_pdu(struct peel *peel, const struct pdcp_context *pdcp, struct octets pdu);
/* ... and behind the name; _in: log_key of a log that is about one UE, or NULL */
void peel_mac_nr(struct peel *peel, struct octets payload);
void peel_mac_nr_in(struct peel *peel, struct octets payload, const uint64_t *log_key);
void peel_rlc_nr(struct peel *peel, struct octets payload);
void peel_rlc_nr_in(struct peel *peel, struct octets payload, const uint64_t *log_key);
void peel_pdcp_nr(struct peel *peel, struct octets payload);
void peel_pdcp_nr_in(struct peel *peel, struct octets payload, const uint64_t *log_key);
/* An RLC PDU of logical channel lcid (1..32) of link. */
void peel_rlc_channel(struct peel *peel, struct identity_link *link, bool downlink, unsigned lcid, struct octets pdu);

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
/* True when the SDU is whole: *whole is set, valid until the next call. peel->cut: the end of data is missing. */
bool reassembly_add(struct reassembly *reassembly, struct peel *peel, const struct rlc_entity *entity,
                    const struct rlc_segment *segment, struct octets data, struct octets *whole);
/* An SDU of AM that came in one piece (offset 0, last): segments of it that wait are not missed any more. */
void reassembly_pass(struct reassembly *reassembly, struct peel *peel, const struct rlc_entity *entity,
                     const struct rlc_segment *segment, struct octets sdu);
void reassembly_finish(struct reassembly *reassembly, struct peel *peel);

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

/* upper_names.c */
enum upper_kind {
    UPPER_NR_RRC,  /* channel */
    UPPER_COUNTED, /* class */
    UPPER_INNER    /* unwrap */
};

struct upper_name {
    const char *name; /* lower case, every separator a '.' */
    enum upper_kind kind;
    enum daps_channel channel;
    enum daps_framing_class class;
    void (*unwrap)(struct peel *peel, struct octets payload);
};

#define UPPER_NAME_MAX 48

/* The entry for a dissector name (without trailing NULs); never NULL: unknown names get a general entry. */
const struct upper_name *upper_name_find(const uint8_t *name, size_t length);

/* The last names looked up: captures hold few different ones. */
struct upper_cache {
    struct {
        uint8_t name[UPPER_NAME_MAX];
        size_t length;
        const struct upper_name *entry;
    } slot[16];
};

/* fragments.c */
struct fragments;
struct fragments *fragments_new(void);
void fragments_free(struct fragments *fragments);

struct fragment {
    uint64_t source[2], destination[2];
    uint32_t id;
    uint8_t version;  /* 4 or 6 */
    uint8_t protocol; /* of the datagram; counts in the first fragment */
    uint32_t offset;  /* in octets */
    bool more;
    unsigned depth; /* of its packet: a fragment inside a fragment is of another datagram */
};

/*
 * Adds one fragment. True when the datagram is whole: *datagram (valid until the next call) and *protocol are set.
 * Datagrams given up are reported through peel.
 */
bool fragments_add(struct fragments *fragments, struct peel *peel, const struct fragment *fragment, struct octets data,
                   struct octets *datagram, uint8_t *protocol);
void fragments_finish(struct fragments *fragments, struct peel *peel);

/* segments.c: log entries that QCSuper's log wrote in several parts */
struct segments;
struct segments *segments_new(void);
void segments_free(struct segments *segments);
/* number 1..6 a part, last = true for the final one. True when whole: *whole is set, valid until the next call. */
bool segments_add(struct segments *segments, struct peel *peel, const struct pdu_context *context, unsigned number,
                  bool last, struct octets part, struct octets *whole);
void segments_finish(struct segments *segments, struct peel *peel);

struct daps_framing {
    struct daps_framing_sink sink;
    struct daps_framing_counts counts;
    uint64_t frame;                /* last one seen */
    struct fragments *fragments;   /* NULL until the first one */
    struct segments *segments;     /* likewise */
    struct reassembly *reassembly; /* likewise */
    struct radio *radio;
    struct identity *identity;
    struct daps_rrc_result *trial; /* for looking whether octets could be RRC */
    struct upper_cache upper;
};

#endif
