/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Items of a baseband log as packets that Wireshark opens; convert and the extcap drive it. */
#ifndef DAPSAUDIT_CONVERT_H
#define DAPSAUDIT_CONVERT_H

#include <stdbool.h>

#include "daps/record.h"
#include "synth/output.h"

struct convert;

/* path and output_path, for messages, and output are borrowed. Free with convert_finish. */
struct convert *convert_new(const char *path, const char *output_path, struct synth_output *output);

/* Whether the record is an item of a baseband log. */
bool convert_is_item(const struct daps_record *record);

/* Writes what the item holds. False: it could not be written, errno is set. */
bool convert_item(struct convert *convert, const struct daps_record *record);

/* Says what was written and what was not. False if signalling could not be read. */
bool convert_finish(struct convert *convert);

#endif
