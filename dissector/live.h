/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of the packet list that were drawn before their verdict was known. */
#ifndef DAPS_DISSECTOR_LIVE_H
#define DAPS_DISSECTOR_LIVE_H

#include <stdbool.h>

/* A capture is opened, and closed. */
void live_start(void);
void live_stop(void);

/* A frame, seen for the first time, has changed what is to be said of earlier ones. */
void live_changed(void);

/* Has Wireshark dissect the capture again; false: there is no window that could. */
bool live_read_again(void);

#endif
