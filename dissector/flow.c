/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handovers as a flow graph between UE, source, target and core: messages, the keys they lead to, and findings beside
 * them. Roles and not cells, so that it stays readable however many cells a UE has seen: the target of one handover is
 * the source of the next.
 *
 * A key's arrow starts where its parent is from: a horizontal derivation is the source's, the NH of a vertical one and
 * the root key are the core's (TS 33.501 6.9.2.1.1).
 */
#include "flow.h"

#include "seq_compat.h" /* before any other header of Wireshark */

#include <epan/column-utils.h>
#include <string.h>

#include "daps/words.h"
#include "packet_daps.h"
#include "show.h"

enum lane { LANE_UE, LANE_SOURCE, LANE_TARGET, LANE_CORE };

static void set_lane(address *lane, enum lane number)
{
    static const char *const names[] = {"UE", "Source", "Target", "Core"};

    alloc_address_wmem(NULL, lane, AT_STRINGZ, (int)strlen(names[number]) + 1, names[number]);
}

/* Lanes stand in the order in which arrows name them: these two, which are never drawn, name all of them first. */
static void order_lanes(seq_analysis_info_t *graph)
{
    seq_analysis_item_t arrows[2] = {{.display = TRUE}, {.display = TRUE}};
    GQueue *const items = graph->items;
    GQueue naming = G_QUEUE_INIT;

    for (unsigned i = 0; i < G_N_ELEMENTS(arrows); i++) {
        set_lane(&arrows[i].src_addr, i == 0 ? LANE_UE : LANE_TARGET);
        set_lane(&arrows[i].dst_addr, i == 0 ? LANE_SOURCE : LANE_CORE);
        g_queue_push_tail(&naming, &arrows[i]);
    }
    graph->items = &naming;
    (void)sequence_analysis_get_nodes(graph);
    graph->items = items;
    g_queue_clear(&naming);
    for (unsigned i = 0; i < G_N_ELEMENTS(arrows); i++) {
        free_address_wmem(NULL, &arrows[i].src_addr);
        free_address_wmem(NULL, &arrows[i].dst_addr);
    }
}

/* Takes comment over. */
static void arrow(seq_analysis_info_t *graph, packet_info *pinfo, enum lane from, enum lane to, const char *label,
                  GString *comment)
{
    seq_analysis_item_t *item = g_new0(seq_analysis_item_t, 1);
    char time[COL_MAX_LEN] = "";

    if (g_queue_is_empty(graph->items))
        order_lanes(graph);
    set_fd_time(pinfo->epan, pinfo->fd, time);
    item->frame_number = pinfo->num;
    set_lane(&item->src_addr, from);
    set_lane(&item->dst_addr, to);
    item->time_str = g_strdup(time);
    item->frame_label = g_strdup(label);
    item->comment = g_string_free(comment, FALSE);
    item->line_style = 1;
    item->display = TRUE;
    sequence_analysis_use_color_filter(pinfo, item);
    g_queue_push_tail(graph->items, item);
}

static GString *comment_of(const struct daps_tap *tap)
{
    GString *text = g_string_new("UE");

    for (unsigned i = 0; tap->note != NULL && i < tap->note->n_ues; i++)
        g_string_append_printf(text, "%s %s", i > 0 ? "," : "", tap->note->ues[i].name);
    return text;
}

/* In front: the window has room for a few words. */
static void say_findings(GString *text, const struct daps_tap *tap)
{
    g_string_append_c(text, ':');
    for (guint i = 0; i < tap->results->len; i++) {
        const struct daps_result *result = tap->results->pdata[i];
        if (result->is_finding)
            g_string_append_printf(text, " %s (%s, %s);", daps_rule(result->finding->rule)->name,
                                   daps_severity_name(result->finding->severity),
                                   daps_evidence_name(result->finding->evidence));
    }
}

static void say_handovers(GString *text, const struct daps_tap *tap, uint64_t frame)
{
    for (guint i = 0; i < tap->results->len; i++) {
        const struct daps_result *result = tap->results->pdata[i];
        const struct daps_handover *handover = &result->handover;
        if (result->is_finding)
            continue;
        g_string_append_printf(text, "; %s ", daps_procedure_name(handover->procedure));
        if (handover->frame == frame) {
            g_string_append(text, "to ");
            daps_words_cell(text, &handover->target, handover->rat);
        } else {
            g_string_append(text, "of ");
            daps_words_frame(text, handover->frame);
        }
        g_string_append_printf(text, ": %s", daps_words_outcome(handover->outcome));
    }
}

/* Which cell a message is from or to: the target's are the Complete, the release of the source, and what asks it to
 * take a UE that lost its source. */
static enum lane peer(const struct daps_tap *tap, const struct note_event *event, uint64_t frame)
{
    if (event->source_release)
        return LANE_TARGET;
    for (guint i = 0; i < tap->results->len; i++) {
        const struct daps_result *result = tap->results->pdata[i];
        if (!result->is_finding && result->handover.complete_frame == frame)
            return LANE_TARGET;
    }
    return event->kind == DAPS_EV_REESTABLISHMENT_REQUEST || event->kind == DAPS_EV_REESTABLISHMENT ||
                   event->kind == DAPS_EV_RESUME_REQUEST
               ? LANE_TARGET
               : LANE_SOURCE;
}

static void draw_message(seq_analysis_info_t *graph, packet_info *pinfo, const struct daps_tap *tap,
                         const struct note_event *event)
{
    const enum lane cell = peer(tap, event, pinfo->num);
    const char *name = daps_words_message(event->kind, event->downlink, event->rat);
    GString *comment = comment_of(tap);

    say_findings(comment, tap);
    g_string_append_printf(comment, " %s", show_event(event));
    say_handovers(comment, tap, pinfo->num);
    arrow(graph, pinfo, event->downlink ? cell : LANE_UE, event->downlink ? LANE_UE : cell, name, comment);
}

/* A PDCP PDU that a finding names, and of which no message could be read. False: the frame has none. */
static bool draw_pdu(seq_analysis_info_t *graph, packet_info *pinfo, const struct daps_tap *tap)
{
    const struct daps_keystream_tuple *tuple = NULL;

    for (guint i = 0; i < tap->results->len && tuple == NULL; i++) {
        const struct daps_result *result = tap->results->pdata[i];
        if (result->is_finding && result->finding->keystream.present)
            tuple = &result->finding->keystream;
    }
    if (tuple == NULL)
        return false;
    const bool downlink = tuple->direction != 0;
    GString *comment = comment_of(tap);
    say_findings(comment, tap);
    g_string_append_printf(comment, " COUNT %u, BEARER %d", tuple->count, tuple->bearer);
    arrow(graph, pinfo, downlink ? LANE_SOURCE : LANE_UE, downlink ? LANE_UE : LANE_SOURCE, "PDCP PDU", comment);
    return true;
}

static void draw_key(seq_analysis_info_t *graph, packet_info *pinfo, const char *ue, const struct daps_key_view *key,
                     enum daps_rat rat, enum daps_derivation derivation)
{
    const enum lane from = derivation == DAPS_DERIVATION_HORIZONTAL ? LANE_SOURCE : LANE_CORE;
    GString *comment = g_string_new(NULL);

    g_string_append_printf(comment, "UE %s: ", ue);
    daps_words_key(comment, key, rat);
    if (key->kind != DAPS_KEY_ROOT)
        g_string_append_printf(comment, ", %s", daps_derivation_name(derivation));
    if (key->ncc >= 0)
        g_string_append_printf(comment, ", NCC %d", key->ncc);
    arrow(graph, pinfo, from, key->kind == DAPS_KEY_ROOT ? LANE_SOURCE : LANE_TARGET, key->id, comment);
}

/* Keys that come into being in the frame: root keys, and those of handovers commanded or executed here. */
static void draw_keys(seq_analysis_info_t *graph, packet_info *pinfo, const struct daps_tap *tap)
{
    for (unsigned i = 0; tap->note != NULL && i < tap->note->n_steps; i++) {
        const struct daps_key_step *step = &tap->note->steps[i].step;
        if (step->key.kind == DAPS_KEY_ROOT)
            draw_key(graph, pinfo, step->ue, &step->key, step->rat, step->key.derivation);
    }
    for (guint i = 0; i < tap->results->len; i++) {
        const struct daps_result *result = tap->results->pdata[i];
        const struct daps_handover *handover = &result->handover;
        if (result->is_finding || handover->prepared || handover->derivation == DAPS_DERIVATION_NONE ||
            handover->key.id[0] == '\0' ||
            (handover->executed_frame != 0 ? handover->executed_frame : handover->frame) != pinfo->num)
            continue;
        draw_key(graph, pinfo, handover->ue, &handover->key, handover->rat, handover->derivation);
    }
}

static tap_packet_status draw(void *graph, packet_info *pinfo, epan_dissect_t *edt, const void *data, tap_flags_t flags)
{
    const struct daps_tap *tap = data;
    bool drawn = false;

    (void)edt;
    (void)flags;
    for (unsigned i = 0; tap->note != NULL && i < tap->note->n_events; i++) {
        if (!show_is_message(&tap->note->events[i]))
            continue;
        draw_message(graph, pinfo, tap, &tap->note->events[i]);
        drawn = true;
    }
    if (!drawn)
        drawn = draw_pdu(graph, pinfo, tap);
    draw_keys(graph, pinfo, tap);
    return drawn ? TAP_PACKET_REDRAW : TAP_PACKET_DONT_REDRAW;
}

void flow_register(int protocol)
{
    register_seq_analysis("daps", "DAPS handovers", protocol, "daps", 0, draw);
}
