/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the room: logs of AZENQOS (.azm), zip archives whose azqdata.db, a SQLite database, has a table
 *
 *     signalling(log_hash, time, ..., name, symbol, protocol, ..., detail_hex, ...)
 *
 * with one row a message, in the order in which they came; detail_hex are its octets, "08 01 B3 70". Each row is a
 * record (link type DAPS_LINKTYPE_AZENQOS, engine/framing/azenqos.c), its number stands for the frame number. A log
 * made of those of several phones tells them apart by log_hash.
 */
#ifndef DAPS_CAPTURE_AZM_H
#define DAPS_CAPTURE_AZM_H

#include "capture.h"
#include "input.h"

/* Can this build read them? */
bool azm_is_read(void);

struct azm;

/* Unpacks it to a temporary file, of at most input->max_spool octets. NULL: *error. input must live longer. */
struct azm *azm_open(struct input *input, char **error);
void azm_close(struct azm *azm); /* NULL is fine */

/* Fills record with the next row, but its number. After DAPS_CAPTURE_ERROR *reason is set, not to be freed. */
enum daps_capture_status azm_next(struct azm *azm, struct daps_record *record, const char **reason);

#endif
