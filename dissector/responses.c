/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times from a handover's command to its Complete, and to what settled its outcome, by procedure. */
#include "responses.h"

#include "ws_compat.h" /* before any other header of Wireshark */

#include <epan/rtd_table.h>
#include <epan/tap.h>
#include <epan/timestats.h>

#include "daps/words.h"
#include "packet_daps.h"

enum { OF_A_PROCEDURE = 2 }; /* rows: to the Complete, to the outcome */

static void take_time(rtd_timestat *times, packet_info *pinfo, unsigned row, int64_t since_ns)
{
    const int64_t at_ns = (int64_t)pinfo->abs_ts.secs * 1000000000 + pinfo->abs_ts.nsecs, took = at_ns - since_ns;
    const nstime_t delta = {.secs = (time_t)(took / 1000000000), .nsecs = (int)(took % 1000000000)};

    if (since_ns != INT64_MIN && took >= 0)
        time_stat_update(&times->rtd[row], &delta, pinfo);
}

/* A frame is told once in a pass: the command opens, the Complete closes, whatever else is known of the handover. */
static tap_packet_status count(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *told, tap_flags_t flags)
{
    rtd_timestat *times = &((rtd_data_t *)data)->stat_table.time_stats[0];
    const struct daps_tap *tap = told;
    bool any = false;

    (void)edt;
    (void)flags;
    for (guint i = 0; i < tap->results->len; i++) {
        const struct daps_result *result = tap->results->pdata[i];
        const struct daps_handover *handover = &result->handover;
        if (result->is_finding || handover->prepared)
            continue;
        const unsigned row = (unsigned)handover->procedure * OF_A_PROCEDURE;
        any = true;
        if (handover->frame == pinfo->num && (handover->complete_frame == 0 || handover->complete_frame > pinfo->num))
            times->open_req_num++; /* else PDUs were captured out of order */
        if (handover->complete_frame == pinfo->num) {
            take_time(times, pinfo, row, handover->time_ns);
            times->open_req_num -= handover->frame < pinfo->num && times->open_req_num > 0 ? 1 : 0;
        }
        if (handover->settled_frame == pinfo->num)
            take_time(times, pinfo, row + 1, handover->time_ns);
    }
    return any ? TAP_PACKET_REDRAW : TAP_PACKET_DONT_REDRAW;
}

void responses_register(int protocol)
{
    static value_string rows[DAPS_PROC_COUNT * OF_A_PROCEDURE + 1]; /* the last is empty: its end */

    for (unsigned procedure = 0; procedure < DAPS_PROC_COUNT; procedure++) {
        const char *name = daps_procedure_name((enum daps_procedure)procedure);
        for (unsigned n = 0; n < OF_A_PROCEDURE; n++) { /* for the life of the program */
            const unsigned row = procedure * OF_A_PROCEDURE + n;
            rows[row] = (value_string){row, g_strdup_printf("%s: to %s", name, n == 0 ? "Complete" : "outcome")};
        }
    }
    register_rtd_table(protocol, "daps", 1, G_N_ELEMENTS(rows) - 1, rows, count, NULL);
}
