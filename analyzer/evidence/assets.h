/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Style sheet and script of the page, from page.css and page.js beside this file (made by the build). */
#ifndef DAPSAUDIT_EVIDENCE_ASSETS_H
#define DAPSAUDIT_EVIDENCE_ASSETS_H

#include <stddef.h>

extern const unsigned char assets_style[], assets_script[];
extern const size_t assets_style_length, assets_script_length;

#endif
