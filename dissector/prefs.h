/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Preferences of the plugin. */
#ifndef DAPS_DISSECTOR_PREFS_H
#define DAPS_DISSECTOR_PREFS_H

#include "ws_compat.h"

#include "daps/engine.h"

struct daps_prefs {
    const char *keylog;  /* path, "" none */
    const char *program; /* that writes reports, "" the one that is found */
    ws_bool show_keys;   /* show values of keys */
    ws_bool decipher;    /* dissect RRC that deciphers */
    int ncc_reading;     /* enum daps_ncc_reading */
};

void prefs_register_daps(int protocol);
const struct daps_prefs *prefs_daps(void);
bool prefs_has_keylog(void);

/* The key log of the preferences; problems are reported to the user. NULL none. Free with daps_keylog_free. */
struct daps_keylog *prefs_load_keylog(void);

#endif
