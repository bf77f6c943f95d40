/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of epan/sequence_analysis.h the plugin needs: Wireshark exports it, and no package of Debian installs the
 * header. The flow graph takes items from whoever taps, and frees them with their texts and addresses.
 */
#ifndef DAPS_DISSECTOR_SEQ_COMPAT_H
#define DAPS_DISSECTOR_SEQ_COMPAT_H

#include "ws_compat.h"

#include <epan/address.h>
#include <epan/tap.h>

/* An arrow; texts are freed with g_free. What stands behind line_style is Wireshark's, and stays 0. */
typedef struct _seq_analysis_item {
    uint32_t frame_number;
    address src_addr;
    uint16_t port_src;
    address dst_addr;
    uint16_t port_dst;
    char *frame_label, *time_str, *comment;
    uint16_t conv_num;
    unsigned fg_color, bg_color;
    ws_bool has_color_filter, display;
    unsigned src_node, dst_node;
    uint16_t line_style;
    void *others[4];
} seq_analysis_item_t;

/* The head of the graph: nothing behind the items is looked at. */
typedef struct _seq_analysis_info {
    const char *name;
    ws_bool any_addr;
    int nconv;
    GQueue *items; /* seq_analysis_item_t, taken over */
} seq_analysis_info_t;

WS_DLL_PUBLIC void register_seq_analysis(const char *name, const char *ui_name, int protocol, const char *tap_listener,
                                         unsigned tap_flags, tap_packet_cb packet);
WS_DLL_PUBLIC int sequence_analysis_get_nodes(seq_analysis_info_t *graph); /* lanes, from the items that are there */
WS_DLL_PUBLIC void sequence_analysis_use_color_filter(packet_info *pinfo, seq_analysis_item_t *item);

#endif
