/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages and user data on their way through PDCP, RLC and MAC into the capture. */
#include "synth/layers.h"
#include "synth/player.h"

static void write_all(struct player *p)
{
    for (guint i = 0; i < p->newest->len && p->error == NULL && !p->silent; i++) {
        p->frames++;
        player_write(p, g_ptr_array_index(p->newest, i));
    }
}

static void start_newest(struct player *p)
{
    if (p->newest == NULL)
        p->newest = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
    g_ptr_array_set_size(p->newest, 0);
}

void player_send_below(struct player *p, struct synth_frame *frame)
{
    struct air *air = &p->ue->air;
    struct air_pdu pdu;
    GByteArray *octets;

    if (p->again && p->newest != NULL) {
        write_all(p);
        return;
    }
    start_newest(p);
    if (frame->channel == DAPS_CH_DL_DCCH || frame->channel == DAPS_CH_UL_DCCH)
        air_assume_connected(air, p->ue->c_rnti, p->ue->cell);
    switch (frame->channel) {
    case DAPS_CH_UL_CCCH:
    case DAPS_CH_UL_CCCH1:
    case DAPS_CH_DL_CCCH:
        if (!p->no_srb0)
            synth_wrap_ccch(p->framing, frame, p->ue->c_rnti, p->newest);
        break;
    case DAPS_CH_UL_DCCH:
    case DAPS_CH_DL_DCCH:
        octets = air_signalling(air, frame->channel == DAPS_CH_DL_DCCH, frame->octets, &pdu);
        synth_wrap_pdcp(p->framing, frame, &pdu, octets, p->segment, p->newest);
        g_byte_array_unref(octets);
        break;
    default:
        if (synth_framing_logs(p->framing))
            return; /* in the log already */
        player_fail(p, "this framing cannot carry a PDU of channel %s", daps_channel_name(frame->channel));
        return;
    }
    if (!p->unsent)
        write_all(p);
}

void player_send_data(struct player *p, bool downlink, unsigned drb, bool source, unsigned sn_bits, unsigned octets)
{
    struct synth_frame frame = {.rat = p->rat, .many_ues = p->many_ues, .number = p->frames + 1};
    GByteArray *data = g_byte_array_sized_new(octets), *pdcp;
    struct air_pdu pdu;

    if (p->ue->random == NULL)
        p->ue->random = g_rand_new_with_seed(p->ue->number);
    for (unsigned i = 0; i < octets; i++) {
        const uint8_t octet = (uint8_t)g_rand_int(p->ue->random);
        g_byte_array_append(data, &octet, 1);
    }
    player_names(p->ue, &frame);
    p->time_ns += 1000000;
    frame.time_ns = p->time_ns;
    start_newest(p);
    pdcp = air_data(&p->ue->air, downlink, drb, source, sn_bits, data, &pdu);
    synth_wrap_pdcp(p->framing, &frame, &pdu, pdcp, p->segment, p->newest);
    write_all(p);
    g_byte_array_unref(pdcp);
    g_byte_array_unref(data);
}
