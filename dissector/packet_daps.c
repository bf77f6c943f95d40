/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A frame on its way through the plugin.
 *
 * The first time, in capture order, its PDUs go to the session, and what is shown is what is known by then. Every later
 * time the session is only asked, and answers with what the capture up to now has shown: so a frame looks the same
 * whenever, in whatever order and with whatever filter it is looked at again.
 */
#include "packet_daps.h"

#include <epan/column-utils.h>
#include <epan/tap.h>

#include "decipher.h"
#include "fields.h"
#include "keys/keylog.h"
#include "prefs.h"
#include "show.h"
#include "statistics.h"
#include "take.h"

static int protocol = -1;
static int tap = -1;
static dissector_handle_t handle;
static struct session *session;
static struct daps_keylog *keylog;

struct session *packet_daps_session(void)
{
    return session;
}

/* What is known of a frame, now or whenever it is asked for again. */
struct known {
    struct showing showing;
    struct session_news news;
};

static bool ask(packet_info *pinfo, bool first, struct known *known)
{
    known->news.results = g_ptr_array_new();
    known->news.withdrawn = g_ptr_array_new_with_free_func(result_free);
    known->showing.note = session_note(session, pinfo->num);
    known->showing.results = known->news.results;
    known->showing.withdrawn = known->news.withdrawn;
    if (first)
        session_news(session, &known->news);
    else
        session_results(session, pinfo->num, known->news.results);
    return known->showing.note != NULL || known->news.results->len > 0;
}

static void forget(struct known *known)
{
    g_ptr_array_unref(known->news.results);
    g_ptr_array_unref(known->news.withdrawn);
}

static void show_results(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, const struct showing *showing)
{
    for (guint i = 0; i < showing->results->len; i++) {
        const struct result *result = showing->results->pdata[i];
        if (!result->is_finding)
            show_handover(tree, tvb, pinfo, result, showing->results);
    }
    for (guint i = 0; i < showing->results->len; i++) {
        const struct result *result = showing->results->pdata[i];
        if (result->is_finding)
            show_finding(tree, tvb, pinfo, result);
    }
    for (guint i = 0; i < showing->withdrawn->len; i++)
        show_withdrawn(tree, tvb, showing->withdrawn->pdata[i]);
}

static void tell_taps(packet_info *pinfo, const struct showing *showing)
{
    struct daps_tap *told;

    if (!have_tap_listener(tap))
        return;
    told = wmem_new0(pinfo->pool, struct daps_tap);
    told->session = session;
    told->results = showing->results;
    tap_queue_packet(tap, pinfo, told);
}

static void show(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, const struct showing *showing)
{
    proto_tree *sub = show_start(tvb, pinfo, tree, protocol, showing);

    show_note(sub, tvb, showing);
    show_results(sub, tvb, pinfo, showing);
    if (pinfo->cinfo != NULL)
        show_in_info(pinfo, showing);
    if (showing->note != NULL && prefs_daps()->decipher && tree != NULL)
        decipher_show(sub, tvb, pinfo, showing->note);
}

static int dissect_daps(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    const bool first = !PINFO_FD_VISITED(pinfo);
    struct known known;

    (void)data;
    if (session == NULL)
        return 0;
    if (first) {
        session_begin(session, pinfo->num);
        take_frame(session, tvb, pinfo, tree);
        session_end(session);
        if (session_note(session, pinfo->num) == NULL)
            return 0;
    }
    if (tree == NULL && pinfo->cinfo == NULL && !have_tap_listener(tap))
        return 0;
    if (ask(pinfo, first, &known)) {
        tell_taps(pinfo, &known.showing);
        show(tvb, pinfo, tree, &known.showing);
    }
    forget(&known);
    return 0;
}

static void start_capture(void)
{
    const struct daps_prefs *prefs = prefs_daps();
    struct session_options options = {.ncc_reading = (enum daps_ncc_reading)prefs->ncc_reading,
                                      .keep_values = prefs->show_keys};

    keylog = prefs_load_keylog();
    options.keylog = keylog;
    session = session_new(&options);
    set_postdissector_wanted_hfids(handle, take_wanted_fields());
}

static void end_capture(void)
{
    set_postdissector_wanted_hfids(handle, NULL);
    session_free(session);
    session = NULL;
    daps_keylog_free(keylog);
    keylog = NULL;
}

void packet_daps_register(void)
{
    protocol = fields_register();
    prefs_register_daps(protocol);
    tap = register_tap("daps");
    handle = register_dissector("daps", dissect_daps, protocol);
    register_postdissector(handle);
    register_init_routine(start_capture);
    register_cleanup_routine(end_capture);
    statistics_register();
}

void packet_daps_handoff(void)
{
    take_resolve();
    decipher_resolve();
}
