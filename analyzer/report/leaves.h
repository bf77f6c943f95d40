/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AS keys that a phone's log names by value, in the forms of `keys`: their digests, values only where they are wanted.
 */
#ifndef DAPSAUDIT_LEAVES_H
#define DAPSAUDIT_LEAVES_H

#include "report/report.h"

void leaves_text(struct report *report, const char *ue, const struct daps_leaf_keys *keys);
void leaves_record(struct outbuf *out, const char *capture, const char *ue, const struct daps_leaf_keys *keys,
                   bool show_keys);

#endif
