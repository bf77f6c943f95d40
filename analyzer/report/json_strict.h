/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is a line JSON, by the letter of RFC 8259? The library that builds the tree recurses and takes comments, so what
 * comes from outside is looked at here first: one pass, no recursion, a bound on depth.
 */
#ifndef DAPSAUDIT_JSON_STRICT_H
#define DAPSAUDIT_JSON_STRICT_H

#include <stdbool.h>
#include <stddef.h>

#define JSON_STRICT_DEPTH 16 /* deeper than any line of ours */

/*
 * Checks text[0..length). True, or false with the reason in a few words (static storage) and the octet it stands at.
 * UTF-8 is not checked here (the library does).
 */
bool json_strict_check(const char *text, size_t length, const char **reason, size_t *at);

#endif
