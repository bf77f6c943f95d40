/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What differs between the Wireshark versions this plugin is built for (4.0, 4.4, 4.6), and nothing else. */
#ifndef DAPS_DISSECTOR_WS_COMPAT_H
#define DAPS_DISSECTOR_WS_COMPAT_H

#define WS_BUILD_DLL
#include <wireshark.h>

#include <epan/packet.h>
#include <epan/stats_tree.h>
#include <ws_version.h>

#define DAPS_WS_AT_LEAST(major, minor)                                                                                 \
    (WIRESHARK_VERSION_MAJOR > (major) || (WIRESHARK_VERSION_MAJOR == (major) && WIRESHARK_VERSION_MINOR >= (minor)))

/* Type of the variable behind a boolean preference, and of callbacks that answer yes or no. */
#if DAPS_WS_AT_LEAST(4, 3)
typedef bool ws_bool;
#else
typedef gboolean ws_bool;
#endif

/* Value of a field of an unsigned type of up to 32 bits. */
static inline uint32_t ws_finfo_unsigned(field_info *finfo)
{
#if DAPS_WS_AT_LEAST(4, 1)
    return fvalue_get_uinteger(finfo->value);
#else
    return fvalue_get_uinteger(&finfo->value);
#endif
}

/* The packet cannot be understood without that earlier frame. */
static inline void ws_depends_on(packet_info *pinfo, uint32_t frame)
{
#if DAPS_WS_AT_LEAST(4, 1)
    mark_frame_as_depended_upon(pinfo->fd, frame);
#else
    mark_frame_as_depended_upon(pinfo, frame);
#endif
}

/* Callbacks of a conversation filter have a user argument in newer versions. */
#if DAPS_WS_AT_LEAST(4, 3)
#define WS_FILTER_USER    , void *user
#define WS_FILTER_NO_USER , NULL
#define WS_FILTER_UNUSED  (void)user
#else
#define WS_FILTER_USER
#define WS_FILTER_NO_USER
#define WS_FILTER_UNUSED (void)0
#endif

/* Menu Telephony, beside NGAP and F1AP. */
#if DAPS_WS_AT_LEAST(4, 1)
#define WS_TELEPHONY REGISTER_TELEPHONY_GROUP_UNSORTED
#else
#define WS_TELEPHONY REGISTER_STAT_GROUP_TELEPHONY
#endif

/* Separator of the levels of a name in the statistics menu. */
#ifdef STATS_TREE_MENU_SEPARATOR
#define WS_MENU_SEPARATOR STATS_TREE_MENU_SEPARATOR
#else
#define WS_MENU_SEPARATOR "/"
#endif

#endif
