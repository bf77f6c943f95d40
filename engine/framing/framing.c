/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way of one record, from its link type to the PDUs in it. */
#include "framing/framing.h"

#include <glib.h>

#include "daps/bound.h"
#include "daps/short_way.h"
#include "framing/peel.h"

enum { MOST_LAYERS = DAPS_BOUND(32, 6) }; /* as many as peel_then is called for one record */

struct framing *framing_new(struct tally *tally, void *user, framing_pdu *pdu)
{
    struct framing *framing = g_new0(struct framing, 1);

    framing->tally = tally;
    framing->user = user;
    framing->pdu = pdu;
    return framing;
}

static void peel_record(struct framing *framing, const struct daps_record *record)
{
    const size_t missing = record->caplen < record->len ? record->len - record->caplen : 0;
    struct peel peel = {
        .framing = framing,
        .record = record,
        .at = {.tally = framing->tally,
               .frame = record->frame,
               .time_ns = record->time_ns,
               .cut = missing > 0,
               .missing = missing,
               .user_plane = record->user_plane},
        .ends = record->ends,
        .diag = record->diag,
        .foreign = record->foreign,
    };
    peel_link(&peel, record->linktype, octets_of(record->data, record->caplen));
    peel_run(&peel);
}

void framing_record(struct framing *framing, const struct daps_record *record)
{
    framing->tally->frame = record->frame;
    framing->tally->counts.frames++;
    if (!DAPS_SHORT_WAY(record->linktype == LINKTYPE_UPPER_PDU ? upper_pdu_again(framing, record)
                                                               : head_again(framing, record)))
        peel_record(framing, record);
}

void framing_finish(struct framing *framing)
{
    struct peel peel = {.framing = framing,
                        .at = {.tally = framing->tally, .frame = framing->tally->frame, .time_ns = INT64_MIN}};

    if (framing->fragments)
        fragments_finish(framing->fragments, &peel);
    if (framing->segments)
        segments_finish(framing->segments, &peel);
    sctp_finish(&peel);
}

void framing_free(struct framing *framing)
{
    if (!framing)
        return;
    fragments_free(framing->fragments);
    segments_free(framing->segments);
    sctp_messages_free(framing->sctp);
    g_free(framing);
}

void peel_then(struct peel *peel, peel_layer *layer, struct octets packet)
{
    peel->next = layer;
    peel->rest = packet;
}

void peel_run(struct peel *peel)
{
    while (peel->next) {
        peel_layer *layer = peel->next;
        peel->next = NULL;
        if (++peel->depth > MOST_LAYERS) {
            tally_problem(&peel->at, (struct daps_framing_problem){.what = DAPS_PROBLEM_TOO_MANY_LAYERS,
                                                                   .layer = "tunnel",
                                                                   .numbers = {MOST_LAYERS},
                                                                   .rrc_lost = tally_has_radio(peel->at.tally)});
            return;
        }
        layer(peel, peel->rest);
    }
}

void peel_deliver(struct peel *peel, const char *layer, const struct pdu_context *context, struct octets pdu)
{
    if (!tally_rrc(&peel->at, layer, context->rat, context->ue_key, pdu))
        return;
    const struct daps_pdu out = {
        .frame = peel->at.frame,
        .time_ns = peel->at.time_ns,
        .layer = DAPS_LAYER_RRC,
        .rat = context->rat,
        .octets = pdu.at,
        .length = pdu.left,
        .ue_key = context->ue_key,
        .channel = context->channel,
        .logged_cell = context->cell,
    };
    peel->framing->pdu(peel->framing->user, &out);
}

void peel_radio(struct peel *peel, struct daps_pdu *pdu, struct octets octets)
{
    pdu->frame = peel->at.frame;
    pdu->time_ns = peel->at.time_ns;
    pdu->octets = octets.at;
    pdu->length = octets.left;
    pdu->missing = peel->at.missing;
    pdu->ends = peel->ends;
    pdu->logged_cell = NO_CELL;
    if (pdu->layer == DAPS_LAYER_PDCP)
        head_remember(peel, pdu);
    peel->framing->pdu(peel->framing->user, pdu);
}

void peel_short_carrier(struct peel *peel, const char *layer)
{
    tally_short(&peel->at, layer, peel->at.cut && tally_has_radio(peel->at.tally) && !peel->at.user_plane, NULL);
}

void peel_no_context(struct peel *peel, const char *layer, const struct octets *payload)
{
    if (payload->bad)
        tally_short(&peel->at, layer, true, NULL);
    else
        tally_problem(&peel->at, (struct daps_framing_problem){
                                     .what = DAPS_PROBLEM_CONTEXT_TAG, .layer = layer, .rrc_lost = true});
}

void peel_keep(struct peel *peel, struct octets *payload, size_t length)
{
    peel->at.missing = length > payload->left ? length - payload->left : 0;
    peel->at.cut = peel->at.missing > 0;
    octets_trim(payload, length);
}

struct daps_cell peel_cell(enum daps_rat rat, uint32_t pci, uint32_t arfcn)
{
    const bool lte = rat == DAPS_RAT_LTE;
    struct daps_cell cell = NO_CELL;
    /* Loggers write 0 and 0 where they know neither; 0 MHz is no cell's frequency. */
    if (arfcn > 0 && arfcn <= (lte ? 262143 : 3279165))
        cell.ssb_arfcn = (int32_t)arfcn;
    if (pci <= (lte ? 503 : 1007) && (pci > 0 || arfcn != 0))
        cell.pci = (int32_t)pci;
    return cell;
}
