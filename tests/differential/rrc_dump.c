/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the differential tests: reads lines "<channel> <hex>" (of LTE: "lte-<channel> <hex>") and prints what the decoder
 * made of each, one JSON object a line: {"n","status","message","error","bit","events":[{every field of struct
 * daps_event}]}.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rrc/rrc.h"

static void print_bearers(const struct daps_bearers *b)
{
    printf("\"drb_added\":%" PRIu32 ",\"drb_released\":%" PRIu32 ",\"drb_daps\":%" PRIu32
           ",\"drb_reestablish\":%" PRIu32 ",\"drb_recover\":%" PRIu32 ",\"drb_ul_sn12\":%" PRIu32
           ",\"drb_ul_sn18\":%" PRIu32 ",\"drb_dl_sn12\":%" PRIu32 ",\"drb_dl_sn18\":%" PRIu32
           ",\"drb_integrity\":%" PRIu32 ",\"drb_ciphering_disabled\":%" PRIu32 ",\"drb_sdap_ul\":%" PRIu32
           ",\"drb_sdap_dl\":%" PRIu32 ",\"srb_added\":%" PRIu32 ",\"srb_reestablish\":%" PRIu32,
           b->drb_added, b->drb_released, b->drb_daps, b->drb_reestablish, b->drb_recover, b->drb_ul_sn12,
           b->drb_ul_sn18, b->drb_dl_sn12, b->drb_dl_sn18, b->drb_integrity, b->drb_ciphering_disabled, b->drb_sdap_ul,
           b->drb_sdap_dl, b->srb_added, b->srb_reestablish);
}

static void print_event(const struct daps_event *ev)
{
    printf("{\"kind\":\"%s\",\"rat\":\"%s\",\"channel\":\"%s\",\"digest\":\"%016" PRIx64 "\",\"octets\":%" PRIu32
           ",\"transaction\":%d,\"ncc\":%d,\"ciphering\":%d,\"integrity\":%d,\"key_update\":%d,\"key_set_change\":%d,"
           "\"nas_container\":%d,\"nas_digest\":\"%016" PRIx64 "\",\"sk_counter\":%" PRId32
           ",\"sync\":%d,\"prepared\":%d,\"full_config\":%d,\"daps\":%d,\"daps_source_release\":%d,\"daps_power\":%d,",
           daps_event_kind_name(ev->kind), daps_rat_name(ev->rat), daps_channel_name(ev->channel), ev->digest,
           ev->octets, ev->transaction, ev->ncc, ev->ciphering, ev->integrity, ev->key_update, ev->key_set_change,
           ev->nas_container, ev->nas_digest, ev->sk_counter, ev->sync, ev->prepared, ev->full_config, ev->daps,
           ev->daps_source_release, ev->daps_power);
    printf("\"rach\":\"%s\",\"pci\":%" PRId32 ",\"ssb_arfcn\":%" PRId32 ",\"point_a\":%" PRId32 ",\"c_rnti\":%" PRId32
           ",\"t304_ms\":%" PRId32 ",\"candidate_id\":%d,\"ltm\":%d,\"conditional\":%d,\"attempt_conditional\":%d,"
           "\"daps_failure\":%d,\"suspend\":%d,\"ue_c_rnti\":%" PRId32 ",\"ue_pci\":%" PRId32 ",\"i_rnti\":%" PRId64
           ",\"short_i_rnti\":%" PRId32 ",\"request_mac\":%" PRId32 ",\"cell_identity\":%" PRId64 ",\"cause\":\"%s\",",
           daps_rach_name(ev->rach), ev->target.pci, ev->target.ssb_arfcn, ev->point_a, ev->c_rnti, ev->t304_ms,
           ev->candidate_id, ev->ltm, ev->conditional, ev->attempt_conditional, ev->daps_failure, ev->suspend,
           ev->ue_c_rnti, ev->ue_pci, ev->i_rnti, ev->short_i_rnti, ev->request_mac, ev->cell_identity,
           daps_reestablishment_cause_name(ev->cause));
    print_bearers(&ev->bearers);
    printf(",\"count_ul_drb\":%d,\"count_ul\":%" PRIu32 ",\"count_dl_drb\":%d,\"count_dl\":%" PRIu32, ev->counts.drb[0],
           ev->counts.count[0], ev->counts.drb[1], ev->counts.count[1]);
    printf("}");
}

static enum daps_channel channel_of(const char *name)
{
    for (unsigned i = 0; i < DAPS_CH_COUNT; i++) {
        if (strcmp(name, daps_channel_name((enum daps_channel)i)) == 0)
            return (enum daps_channel)i;
    }
    return DAPS_CH_NONE;
}

/* Hex digits to octets in a block of exactly their size, so that a sanitizer sees a read past the end. */
static uint8_t *octets_of(const char *hex, size_t *length)
{
    size_t n = strspn(hex, "0123456789abcdefABCDEF") / 2;
    uint8_t *octets = malloc(n > 0 ? n : 1);

    for (size_t i = 0; i < n && octets != NULL; i++) {
        const char digits[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        octets[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    *length = n;
    return octets;
}

int main(void)
{
    static struct daps_rrc_result result;
    char *line = NULL;
    size_t capacity = 0;
    unsigned long n = 0;

    while (getline(&line, &capacity, stdin) > 0) {
        char *hex = strchr(line, ' ');
        size_t length;
        uint8_t *octets;
        if (hex == NULL)
            continue;
        *hex++ = '\0';
        octets = octets_of(hex, &length);
        if (octets == NULL)
            return EXIT_FAILURE;
        if (strncmp(line, "lte-", 4) == 0)
            daps_rrc_decode(DAPS_RAT_LTE, channel_of(line + 4), octets, length, &result);
        else
            daps_rrc_decode(DAPS_RAT_NR, channel_of(line), octets, length, &result);
        printf("{\"n\":%lu,\"status\":\"%s\",\"message\":\"%s\",\"error\":\"%s\",\"bit\":%" PRIu32 ",\"events\":[", n++,
               result.status == DAPS_RRC_OK ? "ok" : "undecoded", result.message, result.error ? result.error : "",
               result.error_bit);
        for (uint32_t i = 0; i < result.n_events; i++) {
            if (i > 0)
                printf(",");
            print_event(&result.events[i]);
        }
        printf("]}\n");
        free(octets);
    }
    free(line);
    return EXIT_SUCCESS;
}
