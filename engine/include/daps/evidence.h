/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Evidence: what PDUs below RRC show of a UE's keys and contexts, as events like the messages of RRC are. It is found
 * left of the event, where octets and key values are, and judged right of it; so the events of a capture say all that
 * the audit of the capture rests on.
 *
 * A context is named by its serial among those of the UE (struct daps_context). The engine numbers contexts in the
 * order in which events begin them, so the same events give the same serials. A stay under a key that no context in
 * sight stands for has a serial with DAPS_STAY_UNSEEN set.
 */
#ifndef DAPS_EVIDENCE_H
#define DAPS_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#define DAPS_STAY_UNSEEN      UINT32_C(0x80000000)
#define DAPS_COLLISION_OCTETS 64 /* of contents that a collision holds at most */

/* Which root of the key log is a connection's, by MAC-I (TS 38.331 5.3.4.3). */
struct daps_root_evidence {
    bool fits;     /* the one named here; else none of the log does */
    bool in_force; /* of the connection that is secured already; else of the one about to be */
    bool near;     /* with another UL NAS COUNT than the key log gives (TS 33.501 A.9): */
    uint32_t ul_nas_count;
    uint32_t ordinal;            /* among the roots of ... */
    char name[64];               /* ... that UE name of the key log */
    int8_t ciphering, integrity; /* found with it, -1 not */
    bool confirmed;              /* nothing new: a message that followed is right under it as well ... */
    uint32_t given;              /* ... and not under the UL NAS COUNT of the key log */
    uint64_t command_frame;      /* ... its security mode command */
};

/* How a key of which the standard, an implementation or the capture left something open came about, by MAC-I. */
struct daps_key_evidence {
    uint32_t context;         /* whose key it is */
    int32_t pci, arfcn;       /* of its cell */
    int32_t point_a, carrier; /* ... and its other frequencies, -1 unknown */
    uint8_t frequency;        /* enum daps_frequency (keys/dialect.h): which one the value was computed with ... */
    bool two_octets;          /* ... and in two octets, where A.11 has three */
    bool deep;                /* the value of its parent as well */
    bool other_reading;       /* the NCC was compared with the other of active and stored one (TS 38.331 5.3.5.7) */
    int8_t nh_ahead;          /* the parent's value is that of the NH so many steps on, 0 none */
    bool horizontal;          /* ... that of the active key, although the NCC asks for an NH */
    uint64_t failed_frame;    /* ... that of the key of the attempt with this command, 0 none */
    uint32_t other;           /* another value was shown for these inputs before: which of such keys it is, 0 none */
};

/* A use of keystream: one PDU under a context. Told where it shows something new of the context. */
struct daps_use_evidence {
    uint32_t context;
    bool srb;
    uint8_t bearer;    /* BEARER: RB identity - 1 */
    uint8_t direction; /* 0 uplink, 1 downlink */
    uint32_t count;
    bool verified; /* its MAC-I is right under the computed key */
};

/* Two PDUs with one (key, COUNT, BEARER, DIRECTION) and different contents; or one of them once more. */
struct daps_collision_evidence {
    uint32_t context; /* of the later one: whose key it is */
    uint32_t stays[2];
    uint64_t frames[2];
    bool reset;   /* RRC began COUNT anew in between, with the key it had (TS 38.331 5.3.5.6.3) */
    bool again;   /* no new collision: contents that are in one were captured once more */
    bool mac;     /* the tuple of the MAC-I, else that of the keystream */
    uint8_t view; /* as in struct daps_stream_id */
    bool srb;
    uint8_t algorithm, bearer, direction;
    uint32_t count, copies;
    bool by_value;          /* a phone's log names the key of both by value: it is one key */
    bool proven;            /* both verify under the computed key */
    bool counted_elsewhere; /* the keystream of the same PDUs collides as well, within one stay */
    uint32_t overlap;       /* octets that both have */
    uint8_t octets;         /* of the XORs, at most DAPS_COLLISION_OCTETS */
    bool has_plain;
    uint8_t xor_cipher[DAPS_COLLISION_OCTETS], xor_plain[DAPS_COLLISION_OCTETS];
};

/* What one PDU shows of its bearer: it was sent in clear although ciphering is on, or its COUNT is close to the end. */
struct daps_bearer_evidence {
    uint32_t context;
    bool near_end; /* of COUNT; else in clear */
    bool srb;
    uint8_t bearer, direction; /* as in struct daps_use_evidence */
    uint8_t ciphering;         /* NEA number in force */
    uint32_t count;
    bool verified; /* the MAC-I is right under the computed key */
};

/* How many messages were tried under the key of a context in vain; told again whenever that changes. */
struct daps_unfit_evidence {
    uint32_t context;
    uint64_t messages, first_frame; /* 0 messages: one was right after all */
};

/* A request whose shortMAC-I or resumeMAC-I is right under no key that the UE is known to have had. */
struct daps_request_evidence {
    bool resume;    /* else a re-establishment */
    uint32_t tried; /* keys */
};

/* A phone's log of its random access: in Msg3 a message of SRB1 left it, under that C-RNTI. */
struct daps_sent_evidence {
    uint32_t c_rnti;
};

/* Keys by value in a phone's log, as digests; or whether the key that the standard derives gives them. */
struct daps_seen_evidence {
    uint64_t srb, drb;                    /* digests of KRRCenc and KUPenc, 0 none */
    uint8_t srb_algorithm, drb_algorithm; /* EEA each is for */
    bool downlink;    /* of PDUs in that direction; else uplink, where a phone may be late to change */
    bool restarts;    /* COUNT of a signalling bearer has begun anew under them */
    bool checked;     /* nothing of the above, but: ... */
    bool fits;        /* ... the derived key of ... */
    uint32_t context; /* ... that context gives what was logged for it, or does not */
};

/* What a node interface says of a UE's keys and handovers (TS 36.413, TS 36.423). */
enum daps_node_says {
    DAPS_NODE_SECURED,   /* its connection is given that KeNB, and NCC 0 (TS 33.401 7.2.8.1) */
    DAPS_NODE_REKEYED,   /* another KeNB has taken that one's place (7.2.9.2) */
    DAPS_NODE_PREPARES,  /* the source asks a target for a handover; the command follows once the target agrees */
    DAPS_NODE_REFUSED,   /* ... which it does not: no command */
    DAPS_NODE_KEY,       /* the key of the command just before, by value */
    DAPS_NODE_SENT,      /* the source has sent the command: it hands its PDCP status over */
    DAPS_NODE_REACHED,   /* the target says that the UE is there */
    DAPS_NODE_CANCELLED, /* the source goes on without the target */
    DAPS_NODE_LOST,      /* the UE is elsewhere or has another key, by a handover of which the command is not known */
    DAPS_NODE_RELEASED,  /* the connection is over */
    DAPS_NODE_SAYS
};

/* "secured", "prepares", ...; never NULL. */
const char *daps_node_says_name(enum daps_node_says says);

struct daps_node_evidence {
    uint8_t says;           /* enum daps_node_says */
    struct daps_node_cell { /* PREPARES: of the source, ... */
        int32_t pci, arfcn; /* ... -1 not known */
        int32_t c_rnti;     /* ... that the UE has there, likewise */
    } source;
    uint64_t digest;    /* SECURED, REKEYED, KEY: of the key's value; 0 its value is not known */
    uint64_t key_frame; /* KEY: of the message that carried it, or the NH that it comes from */
    bool vertical;      /* KEY: from the NH that a node interface carried */
    bool checked, fits; /* KEY: what it has to come from was at hand, and gives it */
};

#endif
