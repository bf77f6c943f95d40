/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records without identities. Nothing of a record is copied: its RRC messages are read as the audit reads them and made
 * anew from the fields of struct daps_event, in a log of their own. So what no field of the event holds (NAS, SIBs,
 * addresses, capabilities, reports, ciphertext, whatever a later release adds) cannot be in the result.
 *
 * What stays: kind and order of messages, times, PCI, ARFCN, NCC, C-RNTI, algorithms, transaction, candidates and
 * lengths; I-RNTIs are numbered, MACs of requests are none.
 */
#ifndef DAPSAUDIT_REMAKE_H
#define DAPSAUDIT_REMAKE_H

#include <glib.h>

#include "daps/record.h"
#include "options.h"

struct remade {
    GArray *records;    /* struct daps_record, their octets owned; frame: 1, 2, ... */
    GArray *sources;    /* uint64_t: the frame of the source that each was made from, ascending */
    uint64_t messages;  /* made anew */
    uint64_t nas;       /* of these, messages whose NAS payload is gone */
    uint64_t i_rntis;   /* numbered */
    uint64_t requests;  /* whose MAC is gone */
    uint64_t broadcast; /* system information: not made anew */
    uint64_t unmade;    /* messages for which there is no encoding here: left out */
    uint64_t without;   /* records that hold no message that could be read: left out */
};

/* Messages that one capture may have: all are held in memory. */
#define REMADE_MOST 1000000

/* Of records (struct daps_record), read with these options. NULL: more than REMADE_MOST messages. Free with
 * remade_free. */
struct remade *remade_of(const struct options *options, const GArray *records);
void remade_free(struct remade *remade); /* NULL is fine */

#endif
