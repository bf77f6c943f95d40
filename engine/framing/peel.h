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
#include "framing/framing.h"
#include "framing/sctp_messages.h"

struct peel;
typedef void peel_layer(struct peel *peel, struct octets packet);

struct peel {
    struct framing *framing;
    const struct daps_record *record; /* NULL at the end of the capture */
    struct tally_place at;
    struct daps_ends ends;     /* of the innermost packet */
    enum daps_diag_state diag; /* of a baseband log, ... */
    uint32_t foreign;          /* ... as the record has it */
    peel_layer *next;          /* and what it is to be given: set by peel_then */
    struct octets rest;
    unsigned depth;
};

/* What the metadata around a PDU said. */
struct pdu_context {
    enum daps_rat rat;
    uint64_t ue_key;
    enum daps_channel channel;
    struct daps_cell cell;
    const char *layer; /* of PDUs in parts: what is said to be missing them; NULL: Qualcomm's */
};

#define NO_CELL ((struct daps_cell){.pci = -1, .ssb_arfcn = -1})

/* framing.c: handing over and reporting */
/* Hands an RRC PDU over, or reports why it is not whole. */
void peel_deliver(struct peel *peel, const char *layer, const struct pdu_context *context, struct octets pdu);
/* Hands a PDU of a layer below RRC over, of which technology and the fields about that layer are filled; cut or not. */
void peel_radio(struct peel *peel, struct daps_pdu *pdu, struct octets octets);
/* A header of a layer that may hold whatever the capture has had before ended early. */
void peel_short_carrier(struct peel *peel, const char *layer);
/* What Wireshark's framing says around a PDU cannot be read up to it: whatever it is, it may be signalling. */
void peel_no_context(struct peel *peel, const char *layer, const struct octets *payload);
/* Of payload only the first length octets belong to what comes next; those that are not there were cut off. */
void peel_keep(struct peel *peel, struct octets *payload, size_t length);
/*
 * A cell as a log states it: -1 for what cannot be (TS 38.331: PhysCellId 0..1007, ARFCN-ValueNR 0..3279165; TS 36.331:
 * PhysCellId 0..503, ARFCN-ValueEUTRA-r9 0..262143).
 */
struct daps_cell peel_cell(enum daps_rat rat, uint32_t pci, uint32_t arfcn);
/* ends.c */
uint64_t peel_endpoint_key(const struct daps_endpoint *a);

/* What is behind this layer, for peel_run to go on with: so layers may hold one another without recursion. */
void peel_then(struct peel *peel, peel_layer *layer, struct octets packet);
/* Goes on until nothing is left, or more layers are inside one another than are followed, which is reported. */
void peel_run(struct peel *peel);

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
 * Whether a datagram that is lost may have held RRC: by its ports if its first octets are there, else by whether
 * the capture has had any so far.
 */
bool udp_may_hold_rrc(const struct peel *peel, uint8_t protocol, struct octets first_octets);
/* mac-nr, rlc-lte, ... by the name a payload starts with; false: no such name */
bool peel_named_payload(struct peel *peel, struct octets payload);

/* sctp.c */
void peel_sctp(struct peel *peel, struct octets packet);
enum daps_framing_class sctp_payload_class(uint32_t ppid);
/* Counts a PDU of a node interface, and hands it over or says that it carries what nobody follows. */
void peel_ap(struct peel *peel, enum daps_framing_class class, struct octets pdu);
/* Are PDUs of that class handed over? */
bool peel_ap_is_read(enum daps_framing_class class);
/* The capture has ended: messages that have not become whole are said. */
void sctp_finish(struct peel *peel);

/* upper_pdu.c */
enum { LINKTYPE_UPPER_PDU = 252 };
void peel_upper_pdu(struct peel *peel, struct octets packet);
/* A whole RRC PDU behind a list of tags met before, which most records are: handed over at once. False: it is not. */
bool upper_pdu_again(struct framing *framing, const struct daps_record *record);

/* gsmtap2.c, gsmtap3.c: false if the payload is no GSMTAP of that version */
bool peel_gsmtap2(struct peel *peel, struct octets payload);
bool peel_gsmtap3(struct peel *peel, struct octets payload);
/*
 * gsmtap3.c: an RRC PDU of a GSMTAP of either version. context has technology, cell and channel; DAPS_CH_NONE: no such
 * sub-type, which is reported.
 */
void peel_gsmtap_rrc(struct peel *peel, const char *of_version, unsigned subtype, struct pdu_context *context,
                     struct octets pdu);
enum { GSMTAP_LTE_MAC = 0x0400, GSMTAP_NR_MAC = 0x0500 }; /* then RLC, PDCP */
void peel_gsmtap_radio(struct peel *peel, uint16_t type, struct octets pdu);

/* diag.c: a command of Qualcomm's DIAG, a log packet */
void peel_diag(struct peel *peel, struct octets command);
void peel_diag_item(struct peel *peel, struct octets packet);
/* Says what is no item, and what was skipped in front of one, of a log of that name. True: it is no item. */
bool peel_foreign(struct peel *peel, const char *of);
/* sdm.c: a packet of a Samsung modem */
void peel_sdm(struct peel *peel, struct octets packet);
/* diag_pdcp.c: the body of logs 0xB0A3, 0xB0B3, 0xB0A5 and 0xB0B5. False: its layout is not known, which is said. */
bool peel_diag_pdcp(struct peel *peel, uint64_t ue_key, uint16_t code, struct octets body);
/* diag_rach.c: the body of log 0xB062, likewise; nothing is said, since no rule needs it */
bool peel_diag_rach(struct peel *peel, uint64_t ue_key, struct octets body);
/* diag_cell.c: the body of logs 0xB0C1, 0xB0C2, 0xB822 and 0xB823, likewise; *version is that of the item */
bool peel_diag_cell_is(uint16_t code);
bool peel_diag_cell(struct peel *peel, uint64_t ue_key, uint16_t code, struct octets body, uint32_t *version);
/*
 * qualcomm.c: the body of log 0xB821, whoever carried it, of that UE; that of log 0xB0C0. False: the layout of its
 * version is not known, which is said.
 */
bool peel_qualcomm_nr(struct peel *peel, uint64_t ue_key, struct octets body);
bool peel_qualcomm_lte(struct peel *peel, uint64_t ue_key, struct octets body);
bool qualcomm_nr_fits(struct octets body); /* as its own length says */

/* azenqos.c: a row of a log's table of signalling */
void peel_azenqos(struct peel *peel, struct octets packet);

/* qcsuper.c, rls.c: false if the payload is something else that happens to use the port */
bool peel_qcsuper(struct peel *peel, struct octets payload);
bool peel_rls(struct peel *peel, struct octets payload);

/* wireshark.c: a PDU with its context, behind the name; _in: log_key of a log that is about one UE, or NULL */
void peel_mac_nr(struct peel *peel, struct octets payload);
void peel_mac_nr_in(struct peel *peel, struct octets payload, const uint64_t *log_key);
void peel_rlc_nr(struct peel *peel, struct octets payload);
void peel_rlc_nr_in(struct peel *peel, struct octets payload, const uint64_t *log_key);
void peel_pdcp_nr(struct peel *peel, struct octets payload);
void peel_pdcp_nr_in(struct peel *peel, struct octets payload, const uint64_t *log_key);

/* wireshark_lte.c: the same of LTE */
void peel_mac_lte(struct peel *peel, struct octets payload);
void peel_mac_lte_in(struct peel *peel, struct octets payload, const uint64_t *log_key);
void peel_rlc_lte(struct peel *peel, struct octets payload);
void peel_rlc_lte_in(struct peel *peel, struct octets payload, const uint64_t *log_key);
void peel_pdcp_lte(struct peel *peel, struct octets payload);
void peel_pdcp_lte_in(struct peel *peel, struct octets payload, const uint64_t *log_key);

/* upper_names.c */
enum upper_kind {
    UPPER_RRC,     /* rat, channel */
    UPPER_COUNTED, /* class */
    UPPER_INNER    /* unwrap */
};

struct upper_name {
    const char *name; /* lower case, every separator a '.' */
    enum upper_kind kind;
    enum daps_rat rat;
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

/* Tag lists met before, and what they said: captures hold few different ones. */
#define UPPER_TAGS_MAX 64
struct upper_memory {
    struct {
        uint8_t tags[UPPER_TAGS_MAX];
        size_t length; /* with the tag that ends them; 0: nothing here */
        struct daps_ends ends;
        const struct upper_name *entry;
        struct daps_pdu pdu; /* of RRC: what of it is the same behind every such list */
    } slot[16];
};

/* Contexts of pdcp-nr met before, and what they said of their PDU. */
#define PDCP_CONTEXT_MAX 24
struct pdcp_memory {
    struct {
        uint8_t octets[PDCP_CONTEXT_MAX];
        uint8_t length; /* with the tag that ends it; 0: nothing here */
        bool downlink, srb, has_ue_id, ciphering_off;
        uint8_t bearer, sn_bits, sdap_octets;
        uint16_t ue_id;
        enum daps_channel channel;
    } slot[16];
};

/* same_head.c: what stood in front of a PDCP PDU, and what it said of it. */
#define HEADS    16
#define HEAD_MAX 96
struct head_memory {
    uint8_t octets[HEAD_MAX];
    size_t length; /* 0: nothing here */
    int linktype;
    struct daps_pdu pdu;
};
/* The record begins like one before: its PDU is handed over. False: it has to be peeled. */
bool head_again(struct framing *framing, const struct daps_record *record);
/* What is in front of that PDU, the last thing in its record, is kept if it is of the kind that comes again. */
void head_remember(const struct peel *peel, const struct daps_pdu *pdu);

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
/* number of the part from 1 on; 0: it is the last, which has none. True when whole: *whole is set, valid until the next
 * call. */
bool segments_add(struct segments *segments, struct peel *peel, const struct pdu_context *context, unsigned number,
                  bool last, struct octets part, struct octets *whole);
void segments_finish(struct segments *segments, struct peel *peel);

struct framing {
    struct tally *tally;
    void *user;
    framing_pdu *pdu;
    struct fragments *fragments; /* NULL until the first one */
    struct segments *segments;   /* likewise */
    struct sctp_messages *sctp;  /* likewise */
    struct upper_cache upper;
    struct upper_memory upper_tags;
    struct pdcp_memory pdcp_contexts;
    struct head_memory heads[HEADS];
};

#endif
