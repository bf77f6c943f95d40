/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RRC messages for synthetic captures, really encoded (TS 38.331, TS 36.331 in unaligned PER). */
#ifndef DAPS_SYNTH_MESSAGES_H
#define DAPS_SYNTH_MESSAGES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "daps/event.h"

struct synth_cell {
    char name[32];
    int32_t pci, ssb_arfcn, point_a; /* of LTE: ssb_arfcn is the EARFCN-DL */
    int32_t cell_identity;
};

/* A handover command or candidate, in the words of the scenario language. */
struct synth_command {
    enum daps_rat rat;
    const struct synth_cell *target; /* NULL: no reconfigurationWithSync */
    unsigned transaction;
    int ncc; /* -1: no masterKeyUpdate */
    bool key_set_change;
    bool daps;
    bool same_frequency; /* without frequencyInfoDL */
    bool meas_config;
    int nea, nia; /* -1: no securityAlgorithmConfig */
    enum daps_rach rach;
    int32_t c_rnti;
    char t304[16];  /* "ms1000" */
    int sk_counter; /* -1 none */
    bool source_release;
    bool attempt_conditional; /* attemptCondReconfig beside the candidates */
};

/*
 * Each returns a new array with the octets of one PDU of the channel it names, or NULL with *error set (g_free) if a
 * value does not fit the ASN.1. The caller unrefs.
 */
GByteArray *synth_reconfiguration(const struct synth_command *command, char **error); /* DL-DCCH */
GByteArray *synth_conditional(const struct synth_command *candidates, unsigned n, unsigned transaction,
                              char **error); /* DL-DCCH */
/* bare RRCReconfiguration; where the command is of LTE, in a message of DL-DCCH */
GByteArray *synth_scg_change(const struct synth_command *command, char **error);

/*
 * DRB 1 and 2 on logical channels 4 and 5 (RLC AM with 12-bit SN, PDCP SN of sn_bits, no SDAP header), or their
 * release. DL-DCCH.
 */
GByteArray *synth_bearers(unsigned transaction, unsigned sn_bits, bool release, char **error);

/* A message by its name in the scenario language ("setup-request", "measurement-report", ...), on *channel. */
struct synth_simple {
    enum daps_rat rat;
    unsigned transaction;
    int nea, nia, ncc;
    int32_t c_rnti, pci;
    int64_t i_rnti; /* 40 bits; shortI-RNTI is the lower 24 */
    const char *cause;
    uint32_t number; /* varies contents of messages that have any */
};
GByteArray *synth_message(const char *name, const struct synth_simple *values, enum daps_channel *channel,
                          char **error);

#endif
