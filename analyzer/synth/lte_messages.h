/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What messages.c and simple_messages.c hand on where a scenario is about LTE; see there. */
#ifndef DAPS_SYNTH_LTE_MESSAGES_H
#define DAPS_SYNTH_LTE_MESSAGES_H

#include "synth/messages.h"

GByteArray *lte_reconfiguration(const struct synth_command *command, char **error); /* DL-DCCH */
GByteArray *lte_conditional(const struct synth_command *candidates, unsigned n, unsigned transaction, char **error);
/* DL-DCCH; nr: a bare RRCReconfiguration of NR that the message carries (EN-DC). */
GByteArray *lte_scg_change(unsigned transaction, const GByteArray *nr, char **error);
GByteArray *lte_message(const char *name, const struct synth_simple *values, enum daps_channel *channel, char **error);

/* DRB 1 and 2 with SNs of so many bits, of 7 over UM, else over AM; or both released. */
GByteArray *lte_bearers(unsigned transaction, unsigned sn_bits, bool release, char **error);

#endif
