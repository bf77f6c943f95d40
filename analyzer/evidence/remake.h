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
    GArray *records;    /* struct daps_record, their octets owned; frame: that of the source */
    uint64_t messages;  /* made anew */
    uint64_t nas;       /* of these, messages whose NAS payload is gone */
    uint64_t i_rntis;   /* numbered */
    uint64_t requests;  /* whose MAC is gone */
    uint64_t broadcast; /* system information: not made anew */
    uint64_t unmade;    /* messages for which there is no encoding here: left out */
    uint64_t without;   /* records that hold no message that could be read: left out */
};

/* Of n records, read with these options. Free with remade_free. */
struct remade *remade_of(const struct options *options, const struct daps_record *const *records, guint n);
void remade_free(struct remade *remade); /* NULL is fine */

#endif
