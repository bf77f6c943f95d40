/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the room: baseband logs of Qualcomm's DIAG, item by item. Three kinds of file hold them:
 *
 *     HDLC (.qmdl, .qmdl2, .mi2log): frames that end with 7e; 7d x stands for x ^ 0x20; a frame is
 *         | command, and what it has | CRC-16 (X.25), little-endian |
 *     packets (.dlf): log packets behind one another
 *         | u16 length of all, itself included | u16 code | u64 time | body |
 *     headed (.hdf): 10 00 | u16 length | the same | log packet, and anything in between
 *
 * The command of a log packet is 10 | u8 | u16 length | the same | log packet. Numbers are little-endian.
 */
#ifndef DAPS_CAPTURE_DIAG_H
#define DAPS_CAPTURE_DIAG_H

#include "capture.h"
#include "daps/bound.h"
#include "input.h"

/* The last one is read by azm.c. */
enum diag_kind { DIAG_NONE, DIAG_FRAMES, DIAG_PACKETS, DIAG_HEADED, DIAG_SDM_RAW, DIAG_SDM, DIAG_AZENQOS };

/* How much of a file is looked at to tell what it is: an item of the greatest length fits, every octet escaped. */
#define DIAG_LOOK DAPS_BOUND((size_t)160 * 1024, 8192)

/* diag_tell.c: what kind of log begins with these octets; all: they are all of it. *checksums: some are right. */
enum diag_kind diag_tell(const uint8_t *octets, size_t n, bool all, bool *checksums);

/* diag_foreign.c: the same of logs that are not read here, and why not; NULL: they are. */
enum diag_kind diag_tell_foreign(const uint8_t *octets, size_t n);
const char *diag_not_read(enum diag_kind kind);

/*
 * Looks at the beginning of input, of which nothing was read before; what was read for that is given back from *octets,
 * to be freed with g_free after input.
 */
enum diag_kind diag_look(struct input *input, uint8_t **octets, bool *checksums);

struct diag;

/* input must live longer, and be unread. Free with diag_free, NULL is fine there. */
struct diag *diag_new(struct input *input, enum diag_kind kind, bool checksums);
void diag_free(struct diag *diag);

/* Fills record with the next item, but its number. After DAPS_CAPTURE_ERROR *reason is set, not to be freed. */
enum daps_capture_status diag_next(struct diag *diag, struct daps_record *record, const char **reason);

/* Octets of the log, unpacked, up to the last item. */
uint64_t diag_offset(const struct diag *diag);

#endif
