/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statistics > Flow Graph, "DAPS handovers", and tshark -z flow,daps,standard. */
#ifndef DAPS_DISSECTOR_FLOW_H
#define DAPS_DISSECTOR_FLOW_H

void flow_register(int protocol);

#endif
