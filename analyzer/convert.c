/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Items of a baseband log as packets: RRC as upper PDUs (link type 252), each with the number of its item and its cell
 * as comment. PDUs of PDCP stay behind: a log has their first octets, uplink as they were before ciphering, and keys do
 * not belong into a capture.
 */
#include "convert.h"

#include <glib.h>
#include <inttypes.h>
#include <string.h>

#include "daps/problem.h"
#include "say.h"
#include "synth/carrier.h"
#include "synth/output.h"
#include "unwrap/unwrap.h"

struct convert {
    const char *path, *output_path;
    struct synth_output *output;
    struct unwrap *unwrap;
    int64_t last_time_ns;
    uint64_t written, unnamed, pdcp, problems;
    GString *first_problem;
    bool failed;
};

static void write_rrc(struct convert *convert, const struct daps_pdu *pdu)
{
    GByteArray *octets = g_byte_array_append(g_byte_array_new(), pdu->octets, (guint)pdu->length), *frame;
    const struct synth_frame wrapped = {.rat = pdu->rat,
                                        .channel = pdu->channel,
                                        .octets = octets,
                                        .ue = (unsigned)pdu->ue_key,
                                        .many_ues = pdu->ue_key != 0,
                                        .cell = {-1, -1}};
    GString *comment = g_string_new(NULL);

    g_string_append_printf(comment, "item %" PRIu64, pdu->frame);
    if (pdu->logged_cell.pci >= 0)
        g_string_append_printf(comment, ", PCI %" PRId32, pdu->logged_cell.pci);
    if (pdu->logged_cell.ssb_arfcn >= 0)
        g_string_append_printf(comment, ", %s %" PRId32, pdu->rat == DAPS_RAT_LTE ? "EARFCN" : "NR-ARFCN",
                               pdu->logged_cell.ssb_arfcn);
    if (pdu->ue_key != 0)
        g_string_append_printf(comment, ", subscription %" PRIu64, pdu->ue_key);
    if (pdu->time_ns != INT64_MIN)
        convert->last_time_ns = pdu->time_ns;
    else
        g_string_append(comment, ", without a time");
    frame = synth_wrap(SYNTH_UPPER_PDU, &wrapped);
    if (frame == NULL) {
        convert->unnamed++;
    } else {
        convert->failed |= !synth_output_comment(convert->output, convert->last_time_ns, frame, comment->str);
        convert->written++;
        g_byte_array_unref(frame);
    }
    g_string_free(comment, TRUE);
    g_byte_array_unref(octets);
}

static void on_pdu(void *user, const struct daps_pdu *pdu)
{
    struct convert *convert = user;

    if (pdu->layer == DAPS_LAYER_RRC)
        write_rrc(convert, pdu);
    else if (pdu->layer == DAPS_LAYER_LOGGED && pdu->logged->has_pdu)
        convert->pdcp++;
}

static void on_problem(void *user, const struct daps_framing_problem *problem)
{
    struct convert *convert = user;

    if (!problem->rrc_lost || convert->problems++ > 0)
        return;
    convert->first_problem = g_string_new(NULL);
    g_string_append_printf(convert->first_problem, "item %" PRIu64 ": ", problem->frame);
    daps_problem_say(convert->first_problem, problem);
}

struct convert *convert_new(const char *path, const char *output_path, struct synth_output *output)
{
    struct convert *convert = g_new0(struct convert, 1);
    const struct unwrap_sink sink = {.user = convert, .pdu = on_pdu, .problem = on_problem};

    convert->path = path;
    convert->output_path = output_path;
    convert->output = output;
    convert->unwrap = unwrap_new(&sink);
    return convert;
}

bool convert_is_item(const struct daps_record *record)
{
    return record->linktype == DAPS_LINKTYPE_DIAG || record->linktype == DAPS_LINKTYPE_DIAG_ITEM;
}

bool convert_item(struct convert *convert, const struct daps_record *record)
{
    unwrap_record(convert->unwrap, record);
    return !convert->failed;
}

static void tell(const struct convert *convert)
{
    say("%s: %" PRIu64 " RRC message%s written to %s; %" PRIu64
        " of kinds that have no name in an upper PDU and %" PRIu64
        " PDU%s of PDCP, logged in part or before ciphering, were not",
        convert->path, convert->written, convert->written == 1 ? "" : "s",
        strcmp(convert->output_path, "-") == 0 ? "standard output" : convert->output_path, convert->unnamed,
        convert->pdcp, convert->pdcp == 1 ? "" : "s");
    if (convert->problems > 0)
        say("%s: %" PRIu64 " item%s could not be read, first %s", convert->path, convert->problems,
            convert->problems == 1 ? "" : "s", convert->first_problem->str);
}

bool convert_finish(struct convert *convert)
{
    bool all_read;

    unwrap_finish(convert->unwrap);
    tell(convert);
    all_read = convert->problems == 0;
    unwrap_free(convert->unwrap);
    if (convert->first_problem != NULL)
        g_string_free(convert->first_problem, TRUE);
    g_free(convert);
    return all_read;
}
