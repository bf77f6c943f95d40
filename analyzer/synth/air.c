/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys and PDCP entities of a synthetic UE. */
#include "synth/air.h"

#include <string.h>

#include "daps/kdf.h"
#include "rrc/raster.h"

static void read_hex(const char *hex, uint8_t out[static 32])
{
    for (size_t i = 0; i < 32; i++)
        out[i] = (uint8_t)(g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]));
}

void air_start(struct air *air, unsigned ue, const char *key_line)
{
    const char *count = strstr(key_line, "ul_nas_count=");
    char **words = g_strsplit(key_line, " ", 4); /* kind, UE, key */

    if (air->ciphers == NULL)
        air->ciphers = daps_ciphers_new(DAPS_LIBRARY_ANY);
    air->suspend_ncc = -1;
    air->has_kgnb = air->has_kamf = false;
    air->nh_n = 0;
    if (g_strv_length(words) >= 3 && strlen(words[2]) == 64) {
        air->has_kamf = strcmp(words[0], "KAMF") == 0 || strcmp(words[0], "KASME") == 0;
        air->has_kgnb = !air->has_kamf;
        read_hex(words[2], air->has_kamf ? air->kamf : air->root);
    }
    g_strfreev(words);
    if (!air->has_kamf) {
        for (unsigned i = 0; i < 32; i++) /* of the UE's own; the key log does not have it */
            air->kamf[i] = (uint8_t)(0xA0 + i * 7 + ue);
    }
    air->ul_nas_count = count != NULL ? (uint32_t)g_ascii_strtoull(count + 13, NULL, 10) : 0;
}

void air_stop(struct air *air)
{
    daps_ciphers_free(air->ciphers);
    if (air->plain != NULL)
        g_byte_array_unref(air->plain);
    daps_wipe(air, sizeof *air);
}

void air_connect(struct air *air, int32_t c_rnti, const struct synth_cell *cell)
{
    memset(&air->active, 0, sizeof air->active);
    memset(air->drb, 0, sizeof air->drb);
    memset(air->drb_rlc, 0, sizeof air->drb_rlc);
    air->active.c_rnti = c_rnti;
    air->connected = true;
    air->new_key_set = false;
    air->open = air->clear_once = air->contention = false;
    air->pci = cell->pci;
    air->ssb_arfcn = cell->ssb_arfcn;
}

/* KgNB of KAMF, KeNB of KASME. */
static void make_root(struct air *air)
{
    air->nh_n = 0;
    if (air->rat == DAPS_RAT_LTE)
        daps_kdf_kenb(air->kamf, air->ul_nas_count, air->root);
    else
        daps_kdf_kgnb(air->kamf, air->ul_nas_count, 1, air->root);
}

void air_secure(struct air *air, int nea, int nia)
{
    struct air_leg *leg = &air->active;

    if (!air->has_kgnb)
        make_root(air);
    memcpy(leg->key, air->root, 32);
    leg->n = 0;
    leg->secured = true;
    leg->ul_ciphered = leg->dl_ciphered = false;
    leg->nea = nea;
    leg->nia = nia;
    air->clear_once = true;
}

void air_assume_connected(struct air *air, int32_t c_rnti, const struct synth_cell *cell)
{
    if (air->connected)
        return;
    air_connect(air, c_rnti, cell);
    air_secure(air, 2, 2);
    air->clear_once = false;
    air->active.ul_ciphered = air->active.dl_ciphered = true;
    air->active.srb1[0] = 37;
    air->active.srb1[1] = 41;
}

void air_new_key_set(struct air *air, unsigned ue, char *out, size_t size)
{
    out[0] = '\0';
    if (air->new_key_set)
        return;
    air->new_key_set = true;
    air->ul_nas_count++;
    make_root(air);
    if (!air->has_kamf)
        return;
    g_snprintf(out, (gulong)size, "%s %u ", air->rat == DAPS_RAT_LTE ? "KASME" : "KAMF", ue);
    for (unsigned i = 0; i < 32; i++)
        g_snprintf(out + strlen(out), (gulong)(size - strlen(out)), "%02x", air->kamf[i]);
    g_snprintf(out + strlen(out), (gulong)(size - strlen(out)), " ul_nas_count=%u", air->ul_nas_count);
}

/* The value that the cell's frequency has in KgNB*. */
static void star(const struct air *air, const uint8_t parent[static 32], int32_t pci, int32_t arfcn,
                 uint8_t out[static 32])
{
    const unsigned octets = air->quirk == AIR_TWO_OCTETS && arfcn <= 0xFFFF ? 2 : 3;

    if (air->rat == DAPS_RAT_LTE)
        daps_kdf_kenb_star(parent, (uint16_t)pci, (uint32_t)arfcn, out);
    else
        daps_kdf_kgnb_star_octets(parent, (uint16_t)pci, (uint32_t)arfcn, octets, out);
}

/* The NH of that index (TS 33.501 6.9.2.1.1), from the newest one made if that lies before it. */
static void next_hop(struct air *air, uint32_t n, uint8_t out[static 32])
{
    uint8_t next[32];

    if (air->nh_n == 0 || air->nh_n > n) {
        memcpy(air->nh, air->root, 32);
        air->nh_n = 0;
    }
    for (; air->nh_n < n; air->nh_n++) {
        if (air->rat == DAPS_RAT_LTE)
            daps_kdf_nh_lte(air->kamf, air->nh, next);
        else
            daps_kdf_nh(air->kamf, air->nh, next);
        memcpy(air->nh, next, 32);
    }
    memcpy(out, air->nh, 32);
    daps_wipe(next, sizeof next);
}

/* TS 33.501 6.9.2.3.4: horizontal if the NCC is that of the active key, else NH by NH until it is. */
static void derive(struct air *air, struct air_leg *leg, int ncc, bool new_key_set, int32_t pci, int32_t ssb_arfcn)
{
    uint8_t parent[32];

    memcpy(parent, new_key_set ? air->root : leg->key, 32);
    if (air->quirk == AIR_STORED_NCC && air->stored)
        leg->n = air->stored_n;
    if (new_key_set) {
        leg->n = (uint32_t)ncc;
    } else if ((int)(leg->n & 7) == ncc) {
        if (air->quirk == AIR_FAILED_PARENT && air->stored)
            memcpy(parent, air->failed_key, 32);
    } else {
        const uint32_t from = leg->n;
        while (leg->n == from || (int)(leg->n & 7) != ncc)
            leg->n++;
        next_hop(air, leg->n + (air->quirk == AIR_NH_AHEAD), parent);
    }
    star(air, parent, pci, ssb_arfcn, leg->key);
    daps_wipe(parent, sizeof parent);
}

void air_command(struct air *air, const struct synth_command *command)
{
    struct air_leg *target = &air->target;

    *target = air->active;
    target->c_rnti = command->c_rnti;
    memset(target->srb1_rlc, 0, sizeof target->srb1_rlc);
    if (command->nea >= 0) {
        target->nea = command->nea;
        target->nia = command->nia;
    }
    if (command->ncc >= 0) {
        const struct synth_cell *cell = command->target;
        /* messages.c: 273 resource blocks, 30 kHz apart, from Point A on */
        const int32_t arfcn = air->quirk == AIR_POINT_A   ? cell->point_a
                              : air->quirk == AIR_CARRIER ? daps_raster_carrier(cell->point_a, 0, 30, 273)
                                                          : cell->ssb_arfcn;
        derive(air, target, command->ncc, command->key_set_change, command->target->pci,
               command->same_frequency ? air->ssb_arfcn : arfcn);
        memset(target->srb1, 0, sizeof target->srb1); /* new PDCP entities (TS 38.323 5.1.1) */
    }
    target->ul_ciphered = target->dl_ciphered = target->secured;
    air->open = true;
    air->contention = command->rach != DAPS_RACH_CFRA;
}

void air_settle(struct air *air, bool in_target)
{
    if (!air->open)
        return;
    air->open = air->contention = false;
    if (in_target) {
        air->stored = false;
        air->active = air->target;
    } else {
        air->stored = memcmp(air->active.key, air->target.key, 32) != 0;
        air->stored_n = air->target.n;
        memcpy(air->failed_key, air->target.key, sizeof air->failed_key);
        if (memcmp(air->active.key, air->target.key, 32) == 0)
            memcpy(air->active.srb1, air->target.srb1, sizeof air->active.srb1); /* TS 38.331 5.3.5.8.3: goes on */
        memset(air->active.srb1_rlc, 0, sizeof air->active.srb1_rlc);
    }
}

void air_rekey(struct air *air, int ncc, const struct synth_cell *cell, int32_t c_rnti)
{
    struct air_leg *leg = &air->active;

    derive(air, leg, ncc, false, cell->pci, cell->ssb_arfcn);
    memset(leg->srb1, 0, sizeof leg->srb1);
    memset(leg->srb1_rlc, 0, sizeof leg->srb1_rlc);
    leg->c_rnti = c_rnti;
    air->pci = cell->pci;
    air->ssb_arfcn = cell->ssb_arfcn;
}

/* Header and plain data in pdu become a PDCP PDU (TS 38.323 5.8, 5.9). */
static void protect(struct air *air, const struct air_leg *leg, GByteArray *pdu, const struct daps_tuple *tuple,
                    guint header, bool srb, bool ciphered)
{
    uint8_t key[16], mac[4] = {0};

    if (srb) {
        if (leg->secured && leg->nia > 0) {
            daps_kdf_leaf(air->rat, leg->key, DAPS_USE_RRC_INT, (uint8_t)leg->nia, key);
            daps_nia(air->ciphers, (unsigned)leg->nia, key, tuple, pdu->data, (uint64_t)pdu->len * 8, mac);
        }
        g_byte_array_append(pdu, mac, 4);
    }
    if (air->plain == NULL)
        air->plain = g_byte_array_new();
    g_byte_array_set_size(air->plain, 0);
    g_byte_array_append(air->plain, pdu->data, pdu->len);
    if (ciphered && leg->nea > 0) {
        daps_kdf_leaf(air->rat, leg->key, srb ? DAPS_USE_RRC_ENC : DAPS_USE_UP_ENC, (uint8_t)leg->nea, key);
        daps_nea(air->ciphers, (unsigned)leg->nea, key, tuple, pdu->data + header, pdu->data + header,
                 pdu->len - header);
    }
    daps_wipe(key, sizeof key);
}

GByteArray *air_signalling(struct air *air, bool downlink, const GByteArray *rrc, struct air_pdu *pdu)
{
    struct air_leg *leg = air->open ? &air->target : &air->active;
    const uint32_t count = leg->srb1[downlink]++;
    const struct daps_tuple tuple = {.count = count, .direction = downlink};
    const bool lte = air->rat == DAPS_RAT_LTE;
    const uint8_t header[2] = {(uint8_t)(lte ? count & 0x1F : count >> 8 & 0x0F), (uint8_t)count};
    const guint octets = lte ? 1 : 2;
    const bool ciphered = leg->secured && !air->clear_once && (downlink ? leg->dl_ciphered : leg->ul_ciphered);
    GByteArray *out = g_byte_array_new();

    *pdu = (struct air_pdu){.downlink = downlink,
                            .srb = true,
                            .bearer = 1,
                            .sn_bits = lte ? 5 : 12,
                            .next_rlc_sn = &leg->srb1_rlc[downlink],
                            .msg3 = !downlink && air->contention,
                            .c_rnti = leg->c_rnti,
                            .count = count,
                            .ciphered = ciphered && leg->nea > 0,
                            .leg = leg,
                            .rlc_sn = lte ? 0 : leg->srb1_rlc[downlink]++ & 0xFFF};
    g_byte_array_append(out, header, octets);
    g_byte_array_append(out, rrc->data, rrc->len);
    protect(air, leg, out, &tuple, octets, true, ciphered);
    pdu->plain = air->plain;
    air->clear_once = false;
    if (!downlink)
        air->contention = false;
    return out;
}

GByteArray *air_data(struct air *air, bool downlink, unsigned drb, bool source, unsigned sn_bits,
                     const GByteArray *data, struct air_pdu *pdu)
{
    struct air_leg *leg = air->open && !source ? &air->target : &air->active;
    const uint32_t count = air->drb[drb][downlink]++;
    const struct daps_tuple tuple = {.count = count, .bearer = (uint8_t)(drb - 1), .direction = downlink};
    uint8_t header[3] = {(uint8_t)(0x80 | (count >> 8 & 0x0F)), (uint8_t)count};
    guint length = 2;
    GByteArray *out = g_byte_array_new();

    if (sn_bits == 18) {
        header[0] = (uint8_t)(0x80 | (count >> 16 & 3));
        header[1] = (uint8_t)(count >> 8);
        header[2] = (uint8_t)count;
        length = 3;
    } else if (sn_bits == 15) {
        header[0] = (uint8_t)(0x80 | (count >> 8 & 0x7F));
    } else if (sn_bits == 7) {
        header[0] = (uint8_t)(0x80 | (count & 0x7F));
        length = 1;
    }
    *pdu = (struct air_pdu){.downlink = downlink,
                            .bearer = drb,
                            .sn_bits = sn_bits,
                            .c_rnti = leg->c_rnti,
                            .um = sn_bits == 7,
                            .count = count,
                            .ciphered = leg->secured && leg->nea > 0,
                            .leg = leg,
                            .next_rlc_sn = &air->drb_rlc[drb][downlink],
                            .rlc_sn = air->rat == DAPS_RAT_LTE ? 0 : air->drb_rlc[drb][downlink]++ & 0xFFF};
    g_byte_array_append(out, header, length);
    g_byte_array_append(out, data->data, data->len);
    protect(air, leg, out, &tuple, length, false, leg->secured);
    pdu->plain = air->plain;
    return out;
}
