/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Wireshark looks for in a plugin. */
#include "packet_daps.h"

#include <epan/epan.h>
#include <epan/epan_dissect.h>
#include <epan/proto.h>

#if DAPS_WS_AT_LEAST(4, 4)
#include <wsutil/plugins.h>
#endif

WS_DLL_PUBLIC_DEF const gchar plugin_version[] = DAPSAUDIT_VERSION;
WS_DLL_PUBLIC_DEF const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WIRESHARK_VERSION_MINOR;

WS_DLL_PUBLIC void plugin_register(void);

/* Wireshark calls every function of an epan plugin without asking whether there is one. */
static void nothing(void)
{
}

static void nothing_to_register(register_cb callback, gpointer user)
{
    (void)callback;
    (void)user;
}

static void dissection_begins(epan_dissect_t *edt)
{
    packet_daps_dissection(edt);
}

static void dissection_ends(epan_dissect_t *edt)
{
    (void)edt;
}

void plugin_register(void)
{
    static const epan_plugin around = {.init = nothing,
                                       .post_init = nothing,
                                       .dissect_init = dissection_begins,
                                       .dissect_cleanup = dissection_ends,
                                       .cleanup = nothing,
                                       .register_all_protocols = nothing_to_register,
                                       .register_all_handoffs = nothing_to_register,
                                       .register_all_tap_listeners = nothing};
    static proto_plugin daps;

    daps.register_protoinfo = packet_daps_register;
    daps.register_handoff = packet_daps_handoff;
    proto_register_plugin(&daps);
    epan_register_plugin(&around);
}

#ifdef WS_PLUGIN_DESC_DISSECTOR
WS_DLL_PUBLIC uint32_t plugin_describe(void);

uint32_t plugin_describe(void)
{
    return WS_PLUGIN_DESC_DISSECTOR | WS_PLUGIN_DESC_EPAN | WS_PLUGIN_DESC_TAP_LISTENER;
}
#endif
