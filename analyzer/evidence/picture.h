/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pictures of a UE, as SVG inside the page: colours and sizes are the page's style sheet's. */
#ifndef DAPSAUDIT_EVIDENCE_PICTURE_H
#define DAPSAUDIT_EVIDENCE_PICTURE_H

#include "evidence/evidence.h"

/* Are steps[from..to) few enough for one chart, with a lane for each cell? */
bool picture_fits(const GArray *steps, guint from, guint to);

/* Message sequence chart of steps[from..to), struct step. label: what a screen reader says. */
void picture_chart(struct outbuf *out, const struct evidence *evidence, const struct story *story, const GArray *steps,
                   guint from, guint to);

/* Which key came from which: those of findings with their ancestors. False if there is none to draw. */
bool picture_lineage(struct outbuf *out, const struct evidence *evidence, const struct story *story);

#endif
