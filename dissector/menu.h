/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Tools > DAPS": to the next finding and the one before. */
#ifndef DAPS_DISSECTOR_MENU_H
#define DAPS_DISSECTOR_MENU_H

void menu_register(int protocol);

#endif
