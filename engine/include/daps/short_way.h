/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a record or message goes a shorter way because on the longer one nothing else would come of it:
 * DAPS_SHORT_WAY(condition), true if it did. Builds with DAPS_LONG_WAY go none of them, so that tests can hold what the
 * two say against each other.
 */
#ifndef DAPS_SHORT_WAY_H
#define DAPS_SHORT_WAY_H

#include <stdbool.h>

#ifdef DAPS_LONG_WAY
#define DAPS_SHORT_WAY(condition) (false && (condition))
#else
#define DAPS_SHORT_WAY(condition) (condition)
#endif

#endif
