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
#include <epan/uat-int.h>
#include <string.h>

#include "daps/keylog.h"
#include "decipher.h"
#include "export.h"
#include "fields.h"
#include "flow.h"
#include "live.h"
#include "menu.h"
#include "prefs.h"
#include "responses.h"
#include "show.h"
#include "statistics.h"
#include "take.h"

static int protocol = -1;
static int tap = -1;
static int expert_protocol = -1, expert_tap; /* whoever collects expert items wants ours as well */
static dissector_handle_t handle;
static struct session *session;
static struct daps_keylog *keylog;
static bool wanting;          /* Wireshark was told which fields are wanted */
static GHashTable *dependent; /* frames that were said to depend on others */
static bool tree_needed;      /* a capture of this program's run held PDUs that only a tree shows */

struct session *packet_daps_session(void)
{
    return session;
}

/* What was said of the frame at hand: taps are told of it only when its dissection has ended. */
static struct daps_news said;

/* Is something else to be said of frames before that one than when they were shown? */
static bool changes_earlier(uint64_t frame)
{
    if (said.withdrawn->len > 0)
        return true;
    for (guint i = 0; i < said.results->len; i++) {
        const struct daps_result *result = said.results->pdata[i];
        if ((result->is_finding ? result->finding->subjects[0].frame : result->handover.frame) < frame)
            return true;
    }
    return false;
}

static bool ask(const packet_info *pinfo, bool first, struct showing *showing)
{
    g_ptr_array_set_size(said.results, 0);
    g_ptr_array_set_size(said.withdrawn, 0);
    if (first)
        session_news(session, &said);
    else
        session_results(session, pinfo->num, said.results);
    if (first && changes_earlier(pinfo->num))
        live_changed();
    *showing = (struct showing){.session = session,
                                .note = session_note(session, pinfo->num),
                                .bystander = session_bystander(session, pinfo->num),
                                .results = said.results,
                                .withdrawn = said.withdrawn};
    return showing->note != NULL || showing->bystander != NULL || said.results->len > 0;
}

static void show_results(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, const struct showing *showing)
{
    for (guint i = 0; i < showing->results->len; i++) {
        const struct daps_result *result = showing->results->pdata[i];
        if (!result->is_finding)
            show_handover(tree, tvb, pinfo, result, showing);
    }
    for (int severity = DAPS_SEVERITY_HIGH; severity >= DAPS_SEVERITY_INFO; severity--) {
        for (guint i = 0; i < showing->results->len; i++) {
            const struct daps_result *result = showing->results->pdata[i];
            if (result->is_finding && (int)result->finding->severity == severity)
                show_finding(tree, tvb, pinfo, result);
        }
    }
    for (guint i = 0; i < showing->withdrawn->len; i++)
        show_withdrawn(tree, tvb, showing->withdrawn->pdata[i]);
}

static void tell_taps(packet_info *pinfo, const struct showing *showing)
{
    struct daps_tap *told;

    told = wmem_new0(pinfo->pool, struct daps_tap);
    told->session = session;
    told->frame = pinfo->num;
    told->note = showing->note;
    told->results = showing->results;
    told->withdrawn = showing->withdrawn;
    tap_queue_packet(tap, pinfo, told);
}

/* What of a frame somebody wants to see; building the rest would cost time for nothing. */
struct wanted {
    bool tree; /* fields or expert items of ours */
    bool columns, taps, deciphered, exported;
    bool any;
};

static struct wanted wanted_of(const packet_info *pinfo, proto_tree *tree)
{
    struct wanted wanted = {.columns = pinfo->cinfo != NULL, .taps = have_tap_listener(tap)};

    wanted.tree = have_tap_listener(expert_tap) /* Wireshark's dialog collects them without a tree */
                  || (tree != NULL && (proto_field_is_referenced(tree, protocol) || fields_of_parts_wanted(tree) ||
                                       (expert_protocol > 0 && proto_field_is_referenced(tree, expert_protocol))));
    wanted.deciphered = tree != NULL && prefs_daps()->decipher; /* fields of nr-rrc, and who knows whose inside */
    wanted.exported = export_is_wanted();
    wanted.any = wanted.tree || wanted.columns || wanted.taps || wanted.deciphered || wanted.exported;
    return wanted;
}

static void show(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, const struct showing *showing,
                 const struct wanted *wanted)
{
    const bool deciphered = wanted->deciphered && showing->note != NULL && showing->note->rrc != NULL;
    proto_tree *sub = NULL;

    if (wanted->tree || deciphered)
        sub = show_start(tvb, pinfo, tree, protocol, showing);
    if (wanted->tree) {
        show_note(sub, tvb, pinfo, showing);
        show_results(sub, tvb, pinfo, showing);
    } else {
        show_experts(pinfo, showing);
    }
    if (wanted->columns)
        show_in_info(pinfo, showing);
    if (deciphered)
        decipher_show(sub, tvb, pinfo, showing->note);
}

/* Frames that nobody has to be told of: nothing is known of them, and asking would take the session's time. */
static bool is_silent(const struct frame_note *note, const struct wanted *wanted, bool first)
{
    if (first && note == NULL) /* what a frame brings lights Wireshark's lamp, whoever looks; its UE does not */
        return !wanted->tree;
    if (first)
        return false;
    if (!wanted->any)
        return true;
    return !wanted->tree && !wanted->columns && !wanted->taps && (note == NULL || note->rrc == NULL);
}

/*
 * Newer Wireshark follows such marks from frame to frame by recursion: their number is bounded, so that its depth is.
 * Counted are frames, once.
 */
#define MOST_DEPENDENT 10000

static bool may_depend(uint32_t frame)
{
    if (g_hash_table_contains(dependent, GUINT_TO_POINTER(frame)))
        return true;
    if (g_hash_table_size(dependent) >= MOST_DEPENDENT)
        return false;
    g_hash_table_add(dependent, GUINT_TO_POINTER(frame));
    return true;
}

/* Who exports or marks a frame with a finding gets what the finding rests on. */
static void depend(packet_info *pinfo, const struct showing *showing)
{
    GArray *frames = NULL;

    for (guint i = 0; i < showing->results->len; i++) {
        const struct daps_result *result = showing->results->pdata[i];
        if (!result->is_finding)
            continue;
        if (!may_depend(pinfo->num))
            return;
        if (frames == NULL)
            frames = g_array_new(FALSE, FALSE, sizeof(guint64));
        session_ground(session, result, frames);
    }
    for (guint i = 0; frames != NULL && i < frames->len; i++)
        ws_depends_on(pinfo, (uint32_t)g_array_index(frames, guint64, i));
    if (frames != NULL)
        g_array_unref(frames);
}

static void want_fields(void)
{
    if (!wanting)
        set_postdissector_wanted_hfids(handle, take_wanted_fields());
    wanting = true;
}

static void miss(enum take_outcome outcome)
{
    session_miss(session,
                 outcome == TREE_NEEDED
                     ? "Wireshark read the capture without protocol trees, and these PDUs are found by them only; "
                       "reloading the capture builds them"
                     : "Wireshark shows PDUs here, but not whose and how they were sent");
    if (outcome != TREE_NEEDED)
        return;
    tree_needed = true;
    want_fields(); /* frames to come may get a tree */
}

static int dissect_daps(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    const bool first = !PINFO_FD_VISITED(pinfo);
    struct wanted wanted;
    struct showing showing;
    bool silent;

    (void)data;
    if (session == NULL)
        return 0;
    if (first) {
        session_begin(session, pinfo->num);
        const bool full = tree != NULL && (PTREE_DATA(tree)->visible || wanting);
        const enum take_outcome outcome = take_frame(session, tvb, pinfo, full ? tree : NULL);
        if (outcome != TAKEN)
            miss(outcome);
        session_end(session);
    }
    wanted = wanted_of(pinfo, tree);
    silent = is_silent(session_note(session, pinfo->num), &wanted, first);
    if (silent && !wanted.taps && (first || tree == NULL)) /* with a tree it may pass a filter, and be exported */
        return 0;
    if (!ask(pinfo, first, &showing) || (silent && showing.note == NULL && showing.results->len == 0)) {
        if (wanted.taps) /* of what is left aside, tables tell */
            tell_taps(pinfo, &showing);
        return 0;
    }
    depend(pinfo, &showing);
    if (wanted.exported && showing.note != NULL)
        export_rrc(tvb, pinfo, showing.note);
    if (silent)
        return 0;
    if (wanted.taps)
        tell_taps(pinfo, &showing);
    show(tvb, pinfo, tree, &showing, &wanted);
    return 0;
}

/*
 * To want fields makes Wireshark build a tree for every frame, which costs a sixth of a list of packets. So they are
 * wanted where there will be a tree anyway, and the rest is found without (take.c) ...
 */
void packet_daps_dissection(epan_dissect_t *edt)
{
    GArray *fields;

    if (session == NULL || edt->tree == NULL || PTREE_DATA(edt->tree)->visible) /* a visible tree has everything */
        return;
    want_fields();
    /* Whoever dissects frame after frame asks for what plugins want; Wireshark's read filter, which is first, does not.
     */
    fields = take_wanted_fields();
    epan_dissect_prime_with_hfid_array(edt, fields);
    g_array_unref(fields);
}

/* Payloads of user link types that need no tree: a radio layer behind the UDP header names itself, the rest is closed.
 */
static bool needs_no_tree(const char *payload)
{
    static const char *const known[] = {"",     "udp",  "ip",   "mac-lte-framed", "nas-eps", "nas-5gs", "s1ap",
                                        "ngap", "e1ap", "f1ap", "e2ap",           "xnap",    "x2ap",    "gtp"};

    for (unsigned i = 0; i < G_N_ELEMENTS(known); i++) {
        if (strcmp(payload, known[i]) == 0)
            return true;
    }
    return false;
}

/* ... but for link types whose meaning only the user's table tells: its second column. */
static bool has_user_link_types(void)
{
    const uat_t *table = uat_get_table_by_name("User DLTs Table");
    bool needs_tree = false;

    if (table == NULL || table->user_data == NULL || table->ncols < 2)
        return false;
    for (guint i = 0; i < table->user_data->len && !needs_tree; i++) {
        char *payload = uat_fld_tostr(table->user_data->data + i * table->record_size, &table->fields[1]);
        needs_tree = !needs_no_tree(payload != NULL ? payload : "");
        g_free(payload);
    }
    return needs_tree;
}

static void start_capture(void)
{
    const struct daps_prefs *wishes = prefs_daps();
    struct session_options options = {.ncc_reading = (enum daps_ncc_reading)wishes->ncc_reading,
                                      .keep_values = wishes->show_keys};

    expert_protocol = proto_get_id_by_filter_name("_ws.expert"); /* registered behind all others */
    expert_tap = find_tap_id("expert");
    keylog = prefs_load_keylog();
    options.keylog = keylog;
    session = session_new(&options);
    dependent = g_hash_table_new(NULL, NULL);
    said.results = g_ptr_array_new();
    said.withdrawn = g_ptr_array_new_with_free_func(daps_result_free);
    if (tree_needed || has_user_link_types())
        want_fields();
    live_start();
}

static void end_capture(void)
{
    live_stop();
    set_postdissector_wanted_hfids(handle, NULL);
    wanting = false;
    if (session == NULL)
        return;
    g_hash_table_unref(dependent);
    g_ptr_array_unref(said.results);
    g_ptr_array_unref(said.withdrawn);
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
    export_register();
    flow_register(protocol);
    responses_register(protocol);
    menu_register(protocol);
}

void packet_daps_handoff(void)
{
    take_resolve();
    decipher_resolve();
}
