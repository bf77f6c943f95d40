/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Items of a baseband log as packets: RRC, and PDCP that is whole, as upper PDUs (link type 252), each with the number
 * of its item as comment. A PDCP PDU goes behind the context of Wireshark's framing:
 *
 *     13 name "pdcp_lte_udp" | [20 address] | 0 | "pdcp-lte" 00 plane 00 | 02 SN length | 03 direction | 04 channel
 * type | 0d channel id | 01 | PDU
 *
 * That framing says a PDU is as it was on the air, and has no way to say that it is not: so what a log holds in part,
 * or as it is before ciphering or behind deciphering, stays behind. Keys do not belong into a capture.
 */
#include "convert.h"

#include <glib.h>
#include <inttypes.h>
#include <string.h>

#include "daps/problem.h"
#include "say.h"
#include "synth/carrier.h"
#include "synth/output.h"
#include "synth/put.h"
#include "unwrap/unwrap.h"

struct convert {
    const char *path, *output_path;
    struct synth_output *output;
    struct unwrap *unwrap;
    int64_t last_time_ns;
    uint64_t written, unnamed, problems;
    uint64_t pdcp, in_part, plain; /* of PDCP: written; not all of it logged; uplink, or in plain */
    GString *first_problem;
    bool failed;
};

static void write_packet(struct convert *convert, const struct daps_pdu *pdu, const GByteArray *frame, GString *comment)
{
    if (pdu->ue_key != 0)
        g_string_append_printf(comment, ", subscription %" PRIu64, pdu->ue_key);
    if (pdu->time_ns != INT64_MIN)
        convert->last_time_ns = pdu->time_ns;
    else
        g_string_append(comment, ", without a time");
    convert->failed |= !synth_output_comment(convert->output, convert->last_time_ns, frame, comment->str);
}

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
    frame = synth_wrap(SYNTH_UPPER_PDU, &wrapped);
    if (frame == NULL) {
        convert->unnamed++;
    } else {
        write_packet(convert, pdu, frame, comment);
        convert->written++;
        g_byte_array_unref(frame);
    }
    g_string_free(comment, TRUE);
    g_byte_array_unref(octets);
}

/* Names the UE as its RRC does: by the address of a subscription, or not at all. */
static GByteArray *wrap_pdcp(const struct daps_pdu *pdu)
{
    enum { HEURISTIC_NAME = 13, IPV4_SOURCE = 20 };
    static const unsigned signalling = 1, user = 2;
    static const char heuristic[] = "pdcp_lte_udp", name[] = "pdcp-lte";
    GByteArray *out = g_byte_array_new();

    put_number(out, HEURISTIC_NAME, 2);
    put_number(out, sizeof heuristic - 1, 2);
    g_byte_array_append(out, (const uint8_t *)heuristic, sizeof heuristic - 1);
    if (pdu->ue_key != 0) {
        put_number(out, IPV4_SOURCE, 2);
        put_number(out, 4, 2);
        put_number(out, 0x0A000000U | pdu->ue_key, 4);
    }
    put_number(out, 0, 4);
    g_byte_array_append(out, (const uint8_t *)name, sizeof name - 1);
    put_number(out, (pdu->srb ? signalling : user) << 8, 3);
    put_number(out, 0x0200U | pdu->sn_bits, 2);
    put_number(out, 0x0300U | pdu->downlink, 2);
    put_number(out, 0x0401, 2); /* DCCH */
    put_number(out, 0x0d, 1);
    put_number(out, pdu->bearer, 2);
    put_number(out, 1, 1);
    g_byte_array_append(out, pdu->octets, (guint)pdu->length);
    return out;
}

/*
 * Downlink, items of ciphered PDUs have them as they came. Uplink none is written, not even where nothing ciphered it:
 * in a capture with some of the uplink's PDUs the others would pass for never sent.
 */
static bool is_as_on_air(const struct daps_pdu *pdu)
{
    return !pdu->logged->integrity && pdu->downlink;
}

static void take_pdcp(struct convert *convert, const struct daps_pdu *pdu)
{
    GByteArray *frame;
    GString *comment;

    if (!is_as_on_air(pdu)) {
        convert->plain++;
    } else if (pdu->length < pdu->logged->size || pdu->length == 0 || pdu->sn_bits == 0) {
        convert->in_part++;
    } else {
        frame = wrap_pdcp(pdu);
        comment = g_string_new(NULL);
        g_string_append_printf(comment, "item %" PRIu64 ", %s%u, %s, COUNT %" PRIu32, pdu->frame,
                               pdu->srb ? "SRB" : "DRB", pdu->bearer, pdu->downlink ? "downlink" : "uplink",
                               pdu->logged->count);
        write_packet(convert, pdu, frame, comment);
        convert->pdcp++;
        g_string_free(comment, TRUE);
        g_byte_array_unref(frame);
    }
}

static void on_pdu(void *user, const struct daps_pdu *pdu)
{
    struct convert *convert = user;

    if (pdu->layer == DAPS_LAYER_RRC)
        write_rrc(convert, pdu);
    else if (pdu->layer == DAPS_LAYER_LOGGED && pdu->logged->has_pdu)
        take_pdcp(convert, pdu);
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
    return record->linktype == DAPS_LINKTYPE_DIAG || record->linktype == DAPS_LINKTYPE_DIAG_ITEM ||
           record->linktype == DAPS_LINKTYPE_AZENQOS || record->linktype == DAPS_LINKTYPE_SDM;
}

bool convert_item(struct convert *convert, const struct daps_record *record)
{
    unwrap_record(convert->unwrap, record);
    return !convert->failed;
}

static void tell(const struct convert *convert)
{
    say("%s: %" PRIu64 " RRC message%s and %" PRIu64 " PDU%s of PDCP written to %s", convert->path, convert->written,
        convert->written == 1 ? "" : "s", convert->pdcp, convert->pdcp == 1 ? "" : "s",
        strcmp(convert->output_path, "-") == 0 ? "standard output" : convert->output_path);
    if (convert->unnamed > 0)
        say("%s: %" PRIu64 " RRC message%s of kinds that have no name in an upper PDU stay behind", convert->path,
            convert->unnamed, convert->unnamed == 1 ? "" : "s");
    if (convert->in_part + convert->plain > 0)
        say("%s: of PDCP stay behind %" PRIu64 " logged in part and %" PRIu64
            " uplink or in plain; what the log says of them and of keys is found in the log alone",
            convert->path, convert->in_part, convert->plain);
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
