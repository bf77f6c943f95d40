/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the menu does; Wireshark's window calls it, tshark has none. Its text windows and its dialog are those that it
 * has for scripts. */
#include "menu.h"

#include "ws_compat.h" /* before any other header of Wireshark */

#include <cfile.h>
#include <epan/frame_data.h>
#include <epan/funnel.h>
#include <epan/plugin_if.h>
#include <string.h>

#include "findings.h"
#include "live.h"
#include "packet_daps.h"
#include "prefs.h"
#include "report.h"
#include "report/outbuf.h"
#include "report/text_finding.h"
#include "text_window.h"

static void *number_of(frame_data *frame, void *number)
{
    *(uint32_t *)number = frame->num;
    return number;
}

/* The frame nearest to that one, behind it or before, that a finding names; 0 none. */
static uint32_t nearest(const GPtrArray *results, uint32_t from, bool behind)
{
    uint32_t found = 0;

    for (guint i = 0; i < results->len; i++) {
        const struct daps_finding *finding = ((const struct daps_result *)results->pdata[i])->finding;
        for (uint32_t n = 0; n < finding->n_frames; n++) {
            const uint32_t frame =
                (uint32_t)session_number(packet_daps_session(), finding->subjects[n].frame); /* 0: dropped */
            if (frame == 0 || (behind ? frame <= from : frame >= from))
                continue;
            if (found == 0 || (behind ? frame < found : frame > found))
                found = frame;
        }
    }
    return found;
}

static void go(bool behind)
{
    uint32_t from = 0, settled, open, to;

    if (packet_daps_session() == NULL || plugin_if_get_frame_data(number_of, &from) == NULL)
        return;
    settled = nearest(session_settled(packet_daps_session(), true), from, behind);
    open = nearest(session_open(packet_daps_session(), true), from, behind);
    if (settled == 0 || open == 0)
        to = MAX(settled, open);
    else
        to = behind ? MIN(settled, open) : MAX(settled, open);
    if (to != 0)
        plugin_if_goto_frame(to);
}

static void go_on(ext_menubar_gui_type gui, gpointer object, gpointer user)
{
    (void)gui;
    (void)object;
    (void)user;
    go(true);
}

static void go_back(ext_menubar_gui_type gui, gpointer object, gpointer user)
{
    (void)gui;
    (void)object;
    (void)user;
    go(false);
}

static void show_all(ext_menubar_gui_type gui, gpointer object, gpointer user)
{
    (void)gui;
    (void)object;
    plugin_if_apply_filter(user, true);
}

static void read_again(ext_menubar_gui_type gui, gpointer object, gpointer user)
{
    (void)gui;
    (void)object;
    (void)user;
    (void)live_read_again();
}

/* ---- findings and rules as text ---- */

/* All findings, as they are known now. */
static char *all_findings(void)
{
    return packet_daps_session() != NULL ? findings_text(packet_daps_session(), 0, prefs_daps()->show_keys) : NULL;
}

static void follow_findings(ext_menubar_gui_type gui, gpointer object, gpointer user)
{
    (void)gui;
    (void)object;
    (void)user;
    if (packet_daps_session() != NULL)
        text_window_follow("DAPS: findings", all_findings);
}

static void explain_frame(ext_menubar_gui_type gui, gpointer object, gpointer user)
{
    uint32_t frame = 0;

    (void)gui;
    (void)object;
    (void)user;
    if (packet_daps_session() != NULL && plugin_if_get_frame_data(number_of, &frame) != NULL)
        text_window_show("DAPS: findings of the frame",
                         findings_text(packet_daps_session(), frame, prefs_daps()->show_keys));
}

static void show_rule(ext_menubar_gui_type gui, gpointer object, gpointer rule)
{
    struct outbuf out;

    (void)gui;
    (void)object;
    outbuf_init(&out, NULL, NULL);
    text_rule(&out, rule);
    text_window_show(((const struct daps_rule *)rule)->name, g_strndup(out.octets, out.length));
    outbuf_clear(&out);
}

/* ---- export ---- */

static void *name_of(capture_file *file, void *name)
{
    *(char **)name = g_strdup(file->filename);
    return name;
}

/* Path of the capture as Wireshark has it; caller frees. */
static char *capture_name(void)
{
    char *name = NULL;

    (void)plugin_if_get_capture_file(name_of, &name);
    return name != NULL ? name : g_strdup("capture");
}

/* What the user answered is ours to free. The file must be new: nothing of the user's is written over. */
static void export_to(char **answers, void *unused)
{
    char *capture, *text;
    FILE *file;

    (void)unused;
    if (answers == NULL || answers[0] == NULL || answers[0][0] == '\0' || packet_daps_session() == NULL) {
        g_strfreev(answers);
        return;
    }
    capture = capture_name();
    text = g_str_has_suffix(answers[0], ".txt")
               ? findings_text(packet_daps_session(), 0, prefs_daps()->show_keys)
               : findings_ndjson(packet_daps_session(), capture, prefs_daps()->show_keys);
    file = g_file_test(answers[0], G_FILE_TEST_EXISTS) ? NULL : fopen(answers[0], "wx");
    if (file == NULL)
        text_window_show("DAPS: export", g_strdup_printf("%s exists, or cannot be written.\n", answers[0]));
    else if (fwrite(text, 1, strlen(text), file) != strlen(text))
        text_window_show("DAPS: export", g_strdup_printf("%s could not be written whole.\n", answers[0]));
    if (file != NULL)
        fclose(file);
    g_free(text);
    g_free(capture);
    g_strfreev(answers);
}

static void export_findings(ext_menubar_gui_type gui, gpointer object, gpointer user)
{
    const char *names[] = {"File (.ndjson, or .txt for text)", NULL};
    const funnel_ops_t *ops = funnel_get_funnel_ops();
    char *capture, *dot, *proposed;

    (void)gui;
    (void)object;
    (void)user;
    if (packet_daps_session() == NULL || ops == NULL || ops->new_dialog == NULL)
        return;
    capture = capture_name();
    dot = strrchr(capture, '.');
    proposed = g_strdup_printf("%.*s-findings.ndjson", (int)(dot != NULL ? dot - capture : (ptrdiff_t)strlen(capture)),
                               capture);
    const char *values[] = {proposed, NULL};
    ops->new_dialog(ops->ops_id, "DAPS: export findings", names, values, export_to, NULL, NULL);
    g_free(proposed);
    g_free(capture);
}

static void evidence(ext_menubar_gui_type gui, gpointer object, gpointer user)
{
    (void)gui;
    (void)object;
    (void)user;
    report_ask();
}

void menu_register(int protocol)
{
    static char findings[] = "daps.finding", handovers[] = "daps.handover",
                unread[] = "daps.unreadable || daps.unverified || daps.undecoded || daps.not_followed";
    ext_menu_t *menu = ext_menubar_register_menu(protocol, "DAPS", TRUE), *rules;

    ext_menubar_set_parentmenu(menu, "Tools");
    ext_menubar_add_entry(menu, "Next finding", "To the next frame that a finding names", go_on, NULL);
    ext_menubar_add_entry(menu, "Previous finding", "To the frame before this one that a finding names", go_back, NULL);
    ext_menubar_add_separator(menu);
    ext_menubar_add_entry(menu, "Show findings", findings, show_all, findings);
    ext_menubar_add_entry(menu, "Show handovers", handovers, show_all, handovers);
    ext_menubar_add_entry(menu, "Show what was not read", unread, show_all, unread);
    ext_menubar_add_separator(menu);
    ext_menubar_add_entry(menu, "Explain this frame", "Findings that name this frame, and what to do", explain_frame,
                          NULL);
    ext_menubar_add_entry(menu, "Findings as text",
                          "All findings, and what could not be judged; follows a running capture", follow_findings,
                          NULL);
    ext_menubar_add_entry(menu, "Export findings...", "To a file, as NDJSON or text", export_findings, NULL);
    ext_menubar_add_entry(menu, "Evidence of this capture...",
                          "The report that others can check, saved as HTML and opened", evidence, NULL);
    ext_menubar_add_separator(menu);
    ext_menubar_add_entry(menu, "Read again", "The whole capture, so that every row shows what is known now",
                          read_again, NULL);
    rules = ext_menubar_add_submenu(menu, "Rules");
    for (unsigned i = 0; i < DAPS_RULE_COUNT; i++) {
        const struct daps_rule *rule = daps_rule((enum daps_rule_id)i);
        ext_menubar_add_entry(rules, rule->name, rule->title, show_rule, (gpointer)rule);
    }
}
