/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables daps,handovers and daps,findings. */
#ifndef DAPS_DISSECTOR_TABLES_H
#define DAPS_DISSECTOR_TABLES_H

void tables_register(void);

#endif
