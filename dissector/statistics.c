/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tree of rules and the filter "this UE's handovers"; tables.c has the tables. */
#include "statistics.h"

#include "ws_compat.h" /* before any other header of Wireshark */

#include <epan/conversation_filter.h>
#include <epan/stats_tree.h>
#include <epan/tap.h>
#include <inttypes.h>
#include <string.h>

#include "daps/words.h"
#include "packet_daps.h"
#include "tables.h"

static const char root_name[] = "Findings", not_judged_name[] = "Not judged";

/* Nodes that the tree has: what no longer holds must go back to 0. */
static bool has_rule[DAPS_RULE_COUNT], has_evidence[DAPS_RULE_COUNT][DAPS_EVIDENCE_PROVEN + 1], has_not_judged,
    has_reason[DAPS_NOT_JUDGED_COUNT];

static void tree_start(stats_tree *tree)
{
    memset(has_rule, 0, sizeof has_rule);
    memset(has_evidence, 0, sizeof has_evidence);
    memset(has_reason, 0, sizeof has_reason);
    has_not_judged = false;
    (void)stats_tree_create_node(tree, root_name, 0, STAT_DT_INT, TRUE);
}

struct counts {
    int all, by_rule[DAPS_RULE_COUNT], by_evidence[DAPS_RULE_COUNT][DAPS_EVIDENCE_PROVEN + 1];
};

static void count(struct counts *counts, const GPtrArray *findings)
{
    for (guint i = 0; i < findings->len; i++) {
        const struct daps_result *result = findings->pdata[i];
        counts->all++;
        counts->by_rule[result->finding->rule]++;
        counts->by_evidence[result->finding->rule][result->finding->evidence]++;
    }
}

/* A tree without findings is no clean bill where something could not be judged. */
static void show_not_judged(stats_tree *tree, struct session *session)
{
    struct daps_not_judged_count counts[DAPS_NOT_JUDGED_COUNT];
    const char *name;
    int root;

    session_not_judged(session, counts);
    if (daps_not_judged_total(counts) == 0 && !has_not_judged)
        return;
    has_not_judged = true;
    root = set_stat_node(tree, not_judged_name, 0, TRUE, (int)daps_not_judged_total(counts));
    for (unsigned reason = 0; reason < DAPS_NOT_JUDGED_COUNT; reason++) {
        if (counts[reason].n == 0 && !has_reason[reason])
            continue;
        has_reason[reason] = true;
        name = daps_not_judged_name((enum daps_not_judged)reason);
        set_stat_node(tree, name, root, FALSE, (int)counts[reason].n);
    }
}

/* Whole counts every time: what is open may have changed since the last frame. */
static tap_packet_status tree_packet(stats_tree *tree, packet_info *pinfo, epan_dissect_t *edt, const void *data,
                                     tap_flags_t flags)
{
    const struct daps_tap *tap = data;
    struct counts counts = {0};
    int root;

    (void)pinfo;
    (void)edt;
    (void)flags;
    if (tap->note == NULL && tap->results->len == 0)
        return TAP_PACKET_DONT_REDRAW;
    count(&counts, session_settled(tap->session, true));
    count(&counts, session_open(tap->session, true));
    root = set_stat_node(tree, root_name, 0, TRUE, counts.all);
    for (unsigned rule = 0; rule < DAPS_RULE_COUNT; rule++) {
        int node;
        if (counts.by_rule[rule] == 0 && !has_rule[rule])
            continue;
        has_rule[rule] = true;
        node = set_stat_node(tree, daps_rule((enum daps_rule_id)rule)->name, root, TRUE, counts.by_rule[rule]);
        for (unsigned evidence = 0; evidence <= DAPS_EVIDENCE_PROVEN; evidence++) {
            if (counts.by_evidence[rule][evidence] == 0 && !has_evidence[rule][evidence])
                continue;
            has_evidence[rule][evidence] = true;
            set_stat_node(tree, daps_evidence_name((enum daps_evidence)evidence), node, FALSE,
                          counts.by_evidence[rule][evidence]);
        }
    }
    show_not_judged(tree, tap->session);
    return TAP_PACKET_REDRAW;
}

static const struct note_ue *ue_of(const packet_info *pinfo)
{
    const struct session *session = packet_daps_session();
    const struct frame_note *note = session != NULL ? session_note(session, pinfo->num) : NULL;

    return note != NULL && note->n_ues > 0 ? &note->ues[0] : NULL;
}

static ws_bool has_ue(packet_info *pinfo WS_FILTER_USER)
{
    WS_FILTER_UNUSED;
    return ue_of(pinfo) != NULL;
}

static char *filter_ue(packet_info *pinfo WS_FILTER_USER)
{
    const struct note_ue *ue = ue_of(pinfo);

    WS_FILTER_UNUSED;
    return ue != NULL ? g_strdup_printf("daps.ue == \"%s\"", ue->name) : NULL;
}

static char *filter_handovers(packet_info *pinfo WS_FILTER_USER)
{
    const struct note_ue *ue = ue_of(pinfo);

    WS_FILTER_UNUSED;
    return ue != NULL ? g_strdup_printf("daps.handover && daps.ue == \"%s\"", ue->name) : NULL;
}

/* The first handover that names the frame, NULL none; valid as long as the session stands still. */
static const struct daps_handover *handover_of(const packet_info *pinfo)
{
    GPtrArray *results = g_ptr_array_new();
    const struct daps_handover *found = NULL;

    if (packet_daps_session() != NULL)
        session_results(packet_daps_session(), pinfo->num, results);
    for (guint i = 0; i < results->len && found == NULL; i++) {
        const struct daps_result *result = results->pdata[i];
        if (!result->is_finding)
            found = &result->handover;
    }
    g_ptr_array_unref(results);
    return found;
}

static ws_bool has_handover(packet_info *pinfo WS_FILTER_USER)
{
    WS_FILTER_UNUSED;
    return handover_of(pinfo) != NULL;
}

/* A handover is named by the frame of its command. */
static char *filter_handover(packet_info *pinfo WS_FILTER_USER)
{
    const struct daps_handover *handover = handover_of(pinfo);

    WS_FILTER_UNUSED;
    return handover != NULL ? g_strdup_printf("daps.command_frame == %" PRIu64 " && daps.handover.ue == \"%s\"",
                                              handover->frame, handover->ue)
                            : NULL;
}

static char *filter_key(packet_info *pinfo WS_FILTER_USER)
{
    const struct daps_handover *handover = handover_of(pinfo);

    WS_FILTER_UNUSED;
    return handover != NULL ? g_strdup_printf("daps.key == \"%s\" && daps.ue == \"%s\"", handover->key.id, handover->ue)
                            : NULL;
}

void statistics_register(void)
{
    tables_register();
    (void)stats_tree_register_plugin("daps", "daps_rules", "DAPS" WS_MENU_SEPARATOR "Findings by rule", 0, tree_packet,
                                     tree_start, NULL);
    register_conversation_filter("daps", "DAPS: this UE", has_ue, filter_ue WS_FILTER_NO_USER);
    register_conversation_filter("daps", "DAPS: this UE's handovers", has_ue, filter_handovers WS_FILTER_NO_USER);
    register_conversation_filter("daps", "DAPS: this handover", has_handover, filter_handover WS_FILTER_NO_USER);
    register_conversation_filter("daps", "DAPS: this key", has_handover, filter_key WS_FILTER_NO_USER);
}
