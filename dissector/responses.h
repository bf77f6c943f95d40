/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statistics > Service Response Time > DAPS, and tshark -z daps,rtd: how long handovers take. */
#ifndef DAPS_DISSECTOR_RESPONSES_H
#define DAPS_DISSECTOR_RESPONSES_H

void responses_register(int protocol);

#endif
