/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages that change no key, user data, and how a capture names a UE. */
#include <string.h>

#include "synth/layers.h"
#include "synth/lte_messages.h"
#include "synth/steps.h"

void step_traffic(struct player *p)
{
    const char *way = player_word(p, "dl or ul");

    if (strcmp(way, "dl") == 0) {
        if (p->ue->target != NULL)
            p->ue->logged = p->ue->target;
        step_send(p, "capability-enquiry", step_with_transaction(step_transaction(p)));
    } else if (strcmp(way, "ul") == 0) {
        step_send(p, "measurement-report", step_with_transaction(0));
    } else {
        player_fail(p, "'%s' is neither dl nor ul", way);
    }
}

void step_nas(struct player *p)
{
    const char *way = player_word(p, "dl or ul");

    p->ue->air.new_key_set = false;
    if (strcmp(way, "dl") == 0)
        step_send(p, "nas-dl", step_with_transaction(step_transaction(p)));
    else if (strcmp(way, "ul") == 0)
        step_send(p, "nas-ul", step_with_transaction(0));
    else
        player_fail(p, "'%s' is neither dl nor ul", way);
}

void step_measurement_report(struct player *p)
{
    step_send(p, "measurement-report", step_with_transaction(0));
}

void step_counter_check(struct player *p)
{
    step_send(p, "counter-check", step_with_transaction(step_transaction(p)));
}

void step_mobility_from_nr(struct player *p)
{
    step_send(p, "mobility-from-nr", step_with_transaction(step_transaction(p)));
}

void step_mobility_from_eutra(struct player *p)
{
    step_send(p, "mobility-from-eutra", step_with_transaction(step_transaction(p)));
}

void step_rlc_failure(struct player *p)
{
    step_send(p, "rlc-failure", step_with_transaction(0));
}

/* The log holds the newest message once more. */
void step_duplicate(struct player *p)
{
    int64_t step = p->step_ns;

    if (p->last == NULL) {
        player_fail(p, "there is no message yet to duplicate");
        return;
    }
    p->step_ns = 0;
    p->again = true;
    player_send(p, p->last_channel, g_byte_array_append(g_byte_array_new(), p->last->data, p->last->len));
    p->again = false;
    p->step_ns = step;
}

/* TS 38.323 6.2.2, TS 36.323 6.2 */
static unsigned read_sn_bits(struct player *p)
{
    const unsigned bits = (unsigned)player_number(p, "SN bits", 7, 18);

    if (bits != 12 && bits != 18 && (p->rat == DAPS_RAT_NR || (bits != 7 && bits != 15)))
        player_fail(p, "no PDCP of this technology has SNs of %u bits", bits);
    return bits;
}

/* bearers [sn 12|18, LTE: 7|15, too] | bearers release: DRB 1 and 2 come or go. */
void step_bearers(struct player *p)
{
    const bool release = player_accept(p, "release");
    unsigned sn_bits = 12, transaction;

    if (!release && player_accept(p, "sn"))
        sn_bits = read_sn_bits(p);
    step_settle(p->ue, true);
    p->ue->sn_bits = sn_bits;
    transaction = p->ue->last_transaction = step_transaction(p);
    player_send(p, DAPS_CH_DL_DCCH,
                p->rat == DAPS_RAT_LTE ? lte_bearers(transaction, sn_bits, release, &p->error)
                                       : synth_bearers(transaction, sn_bits, release, &p->error));
    if (release) {
        memset(p->ue->air.drb, 0, sizeof p->ue->air.drb);
        memset(p->ue->air.drb_rlc, 0, sizeof p->ue->air.drb_rlc);
    }
}

/* data dl|ul [drb N] [count N] [octets N] [sn BITS] [source] */
void step_data(struct player *p)
{
    const char *way = player_word(p, "dl or ul");
    const bool downlink = strcmp(way, "dl") == 0;
    unsigned drb = 1, count = 1, octets = 60,
             sn_bits = p->rat == DAPS_RAT_LTE && p->ue->sn_bits > 0 ? p->ue->sn_bits : 12;
    bool source = false;

    if (!downlink && strcmp(way, "ul") != 0)
        player_fail(p, "'%s' is neither dl nor ul", way);
    while (p->error == NULL && player_peek(p) != NULL) {
        if (player_accept(p, "drb"))
            drb = (unsigned)player_number(p, "DRB", 1, 28);
        else if (player_accept(p, "count"))
            count = (unsigned)player_number(p, "number of PDUs", 1, 1000000000);
        else if (player_accept(p, "octets"))
            octets = (unsigned)player_number(p, "octets", 1, 8900);
        else if (player_accept(p, "sn"))
            sn_bits = read_sn_bits(p);
        else if (player_accept(p, "source"))
            source = true;
        else
            player_fail(p, "'%s' is none of drb, count, octets, sn, source", player_peek(p));
    }
    if (!synth_is_below_rrc(p->framing))
        player_fail(p, "user data needs a framing below RRC");
    for (unsigned i = 0; i < count && p->error == NULL; i++)
        player_send_data(p, downlink, drb, source, sn_bits, octets);
}

/* data-reset dl|ul [drb N] [to COUNT]: the entity counts from there again, as an implementation should not. */
void step_data_reset(struct player *p)
{
    const char *way = player_word(p, "dl or ul");
    unsigned drb = 1;
    uint32_t count = 0;

    while (p->error == NULL && player_peek(p) != NULL) {
        if (player_accept(p, "drb"))
            drb = (unsigned)player_number(p, "DRB", 1, 28);
        else if (player_accept(p, "to"))
            count = (uint32_t)player_number(p, "COUNT", 0, G_MAXUINT32);
        else
            player_fail(p, "'%s' is none of drb, to", player_peek(p));
    }
    p->ue->air.drb[drb][strcmp(way, "dl") == 0] = count;
}

void step_raw(struct player *p)
{
    const char *channel_name = player_word(p, "a channel"), *hex = player_word(p, "hexadecimal digits");
    unsigned channel = 0;
    GByteArray *pdu = g_byte_array_new();

    while (channel < DAPS_CH_COUNT && strcmp(daps_channel_name((enum daps_channel)channel), channel_name) != 0)
        channel++;
    if (channel == DAPS_CH_COUNT)
        player_fail(p, "'%s' is no channel", channel_name);
    for (; p->error == NULL && *hex != '\0'; hex += 2) {
        int high = g_ascii_xdigit_value(hex[0]), low = high < 0 ? -1 : g_ascii_xdigit_value(hex[1]);
        uint8_t octet = (uint8_t)(high * 16 + low);
        if (low < 0)
            player_fail(p, "'%.12s' is no row of pairs of hexadecimal digits", hex);
        else
            g_byte_array_append(pdu, &octet, 1);
    }
    player_send(p, (enum daps_channel)channel, pdu);
}

void step_ueid(struct player *p)
{
    p->ue->ue_id = (unsigned)player_number(p, "UEId", 0, 65535);
}

void step_writer(struct player *p)
{
    p->ue->writer = (unsigned)player_number(p, "writer", 0, 254);
}
