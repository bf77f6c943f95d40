/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NR RRC messages to events (TS 38.331). The messages are those of rrc_messages.py; what must come out is written here
 * by hand as "kind field=value ...", fields in the order of struct daps_event, absent ones left out, events divided by
 * " | ". "digest" stands where one must be there.
 */
#include <check.h>
#include <glib.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/digest.h"
#include "rrc/rrc.h"
#include "rrc_messages.h"

static struct daps_rrc_result result;

/* ---- events as text ---- */

static void add_number(GString *text, const char *name, int64_t value, int64_t absent)
{
    if (value != absent)
        g_string_append_printf(text, " %s=%" PRId64, name, value);
}

static void add_mask(GString *text, const char *name, uint32_t mask)
{
    if (mask == 0)
        return;
    g_string_append_printf(text, " %s=", name);
    for (unsigned i = 0; i < 32; i++) {
        if ((mask >> i & 1) != 0)
            g_string_append_printf(text, "%s%u", (mask & ((1U << i) - 1)) != 0 ? "," : "", i + 1);
    }
}

static void add_bearers(GString *text, const struct daps_bearers *b)
{
    add_mask(text, "drb", b->drb_added);
    add_mask(text, "drb_released", b->drb_released);
    add_mask(text, "drb_daps", b->drb_daps);
    add_mask(text, "drb_reestablish", b->drb_reestablish);
    add_mask(text, "drb_recover", b->drb_recover);
    add_mask(text, "ul12", b->drb_ul_sn12);
    add_mask(text, "ul18", b->drb_ul_sn18);
    add_mask(text, "dl12", b->drb_dl_sn12);
    add_mask(text, "dl18", b->drb_dl_sn18);
    add_mask(text, "drb_integrity", b->drb_integrity);
    add_mask(text, "unciphered", b->drb_ciphering_disabled);
    add_mask(text, "sdap_ul", b->drb_sdap_ul);
    add_mask(text, "sdap_dl", b->drb_sdap_dl);
    add_mask(text, "srb", b->srb_added);
    add_mask(text, "srb_reestablish", b->srb_reestablish);
}

static void add_event(GString *text, const struct daps_event *ev)
{
    g_string_append_printf(text, "%s%s", text->len > 0 ? " | " : "", daps_event_kind_name(ev->kind));
    if (ev->digest != 0)
        g_string_append(text, " digest");
    add_number(text, "transaction", ev->transaction, -1);
    add_number(text, "ncc", ev->ncc, -1);
    add_number(text, "nea", ev->ciphering, -1);
    add_number(text, "nia", ev->integrity, -1);
    add_number(text, "key_update", ev->key_update, 0);
    add_number(text, "key_set_change", ev->key_set_change, 0);
    add_number(text, "nas_container", ev->nas_container, 0);
    add_number(text, "sk_counter", ev->sk_counter, -1);
    add_number(text, "sync", ev->sync, 0);
    add_number(text, "prepared", ev->prepared, 0);
    add_number(text, "full_config", ev->full_config, 0);
    add_number(text, "daps", ev->daps, 0);
    add_number(text, "source_release", ev->daps_source_release, 0);
    add_number(text, "daps_power", ev->daps_power, 0);
    if (ev->rach != DAPS_RACH_UNKNOWN)
        g_string_append_printf(text, " %s", daps_rach_name(ev->rach));
    add_number(text, "pci", ev->target.pci, -1);
    add_number(text, "ssb", ev->target.ssb_arfcn, -1);
    add_number(text, "point_a", ev->point_a, -1);
    add_number(text, "c_rnti", ev->c_rnti, -1);
    add_number(text, "t304", ev->t304_ms, -1);
    add_number(text, "candidate", ev->candidate_id, -1);
    add_number(text, "ltm", ev->ltm, 0);
    add_bearers(text, &ev->bearers);
    add_number(text, "daps_failure", ev->daps_failure, 0);
    add_number(text, "suspend", ev->suspend, 0);
    add_number(text, "short_i_rnti", ev->short_i_rnti, -1);
    add_number(text, "request_mac", ev->request_mac, -1);
    if (ev->cell_identity >= 0)
        g_string_append_printf(text, " cell_identity=%09" PRIx64, (uint64_t)ev->cell_identity);
    if (ev->i_rnti >= 0)
        g_string_append_printf(text, " i_rnti=%010" PRIx64, (uint64_t)ev->i_rnti);
    add_number(text, "ue_c_rnti", ev->ue_c_rnti, -1);
    add_number(text, "ue_pci", ev->ue_pci, -1);
    if (ev->cause != DAPS_REEST_NONE)
        g_string_append_printf(text, " %s", daps_reestablishment_cause_name(ev->cause));
}

static char *events_as_text(void)
{
    GString *text = g_string_new(NULL);

    for (uint32_t i = 0; i < result.n_events; i++)
        add_event(text, &result.events[i]);
    return g_string_free(text, FALSE);
}

static uint8_t *octets_of(const char *hex, size_t *length)
{
    uint8_t *octets = malloc(strlen(hex) / 2 + 1);

    *length = strlen(hex) / 2;
    for (size_t i = 0; i < *length; i++)
        octets[i] = (uint8_t)(g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]));
    return octets;
}

/* Decodes from a block of exactly that size, so that a sanitizer sees a read past its end. */
static void decode(enum daps_channel channel, const uint8_t *octets, size_t length)
{
    uint8_t *block = malloc(length > 0 ? length : 1);
    enum daps_rrc_status status;

    memcpy(block, octets, length);
    status = daps_rrc_decode_nr(channel, block, length, &result);
    ck_assert_int_eq(status, result.status);
    ck_assert_int_eq(result.error != NULL, status == DAPS_RRC_UNDECODED);
    if (status == DAPS_RRC_UNDECODED)
        ck_assert_uint_eq(result.n_events, 0);
    for (uint32_t i = 0; i < result.n_events; i++) {
        ck_assert_int_eq(result.events[i].channel, channel);
        ck_assert_int_eq(result.events[i].rat, DAPS_RAT_NR);
        ck_assert_uint_eq(result.events[i].octets, length);
    }
    free(block);
}

static void decode_hex(enum daps_channel channel, const char *hex)
{
    size_t length;
    uint8_t *octets = octets_of(hex, &length);

    decode(channel, octets, length);
    free(octets);
}

/* ---- what each message says ---- */

#define DAPS_HANDOVER                                                                                                  \
    " digest transaction=3 ncc=5 nea=2 nia=1 key_update=1 key_set_change=1 nas_container=1 sync=1 full_config=1 "      \
    "daps=1 "                                                                                                          \
    "daps_power=1 cfra pci=500 ssb=632628 point_a=632196 c_rnti=17942 t304=1000 " BEARERS
#define BEARERS                                                                                                        \
    "drb=1,2,32 drb_released=5,17 drb_daps=1 drb_reestablish=2 drb_recover=2 ul12=2 ul18=1 dl12=1 dl18=2 "             \
    "drb_integrity=2 unciphered=2 sdap_ul=1 srb=1,2 srb_reestablish=1"
#define PREPARED_HANDOVER                                                                                              \
    " digest transaction=3 ncc=5 nea=2 nia=1 key_update=1 key_set_change=1 nas_container=1 sync=1 prepared=1 "         \
    "full_config=1 daps=1 daps_power=1 cfra pci=500 ssb=632628 point_a=632196 c_rnti=17942 t304=1000 " BEARERS
#define CANDIDATE_7                                                                                                    \
    " digest transaction=0 ncc=2 key_update=1 sync=1 cbra pci=22 ssb=632628 point_a=632196 c_rnti=100 t304=500"
#define SCG " sync=1 cfra pci=301 ssb=627264 point_a=626000 c_rnti=300 t304=200"

struct sample {
    const char *hex;
    enum daps_channel channel;
    const char *message, *events;
};

static const struct sample samples[] = {
    {daps_handover, DAPS_CH_DL_DCCH, "rrcReconfiguration", "reconfiguration" DAPS_HANDOVER},
    {bare_daps_handover, DAPS_CH_RECONFIGURATION, "rrcReconfiguration", "reconfiguration" DAPS_HANDOVER},
    {prepared_daps_handover, DAPS_CH_HANDOVER_COMMAND, "handoverCommand", "reconfiguration" PREPARED_HANDOVER},
    {handover_command_future, DAPS_CH_HANDOVER_COMMAND, "handoverCommand", ""},
    {handover_command_spare, DAPS_CH_HANDOVER_COMMAND, "handoverCommand", ""},
    {empty_reconfiguration, DAPS_CH_DL_DCCH, "rrcReconfiguration", "reconfiguration digest transaction=0"},
    {future_reconfiguration, DAPS_CH_DL_DCCH, "rrcReconfiguration", "traffic digest transaction=2"},
    {same_cell_same_frequency, DAPS_CH_DL_DCCH, "rrcReconfiguration",
     "reconfiguration digest transaction=1 ncc=0 key_update=1 sync=1 cbra c_rnti=1 t304=50"},
    {without_ssb, DAPS_CH_DL_DCCH, "rrcReconfiguration",
     "reconfiguration digest transaction=1 sync=1 cbra pci=0 point_a=1234 c_rnti=65535 t304=10000"},
    {two_step, DAPS_CH_DL_DCCH, "rrcReconfiguration",
     "reconfiguration digest transaction=1 sync=1 cfra-2step pci=1007 ssb=3279165 point_a=3279165 c_rnti=0 t304=2000"},
    {no_sync, DAPS_CH_DL_DCCH, "rrcReconfiguration", "reconfiguration digest transaction=0 | nas-transfer"},
    {source_release, DAPS_CH_DL_DCCH, "rrcReconfiguration", "reconfiguration digest transaction=1 source_release=1"},
    {conditional, DAPS_CH_DL_DCCH, "rrcReconfiguration",
     "reconfiguration digest transaction=2 | candidate-release candidate=1 | candidate-release candidate=3 | "
     "candidate" CANDIDATE_7
     " candidate=7 | candidate digest transaction=2 sync=1 daps_power=1 cfra pci=500 ssb=632628 "
     "point_a=632196 c_rnti=17942 t304=1000 candidate=8 drb=4 drb_reestablish=4"},
    {ltm, DAPS_CH_DL_DCCH, "rrcReconfiguration",
     "reconfiguration digest transaction=0 | candidate-release candidate=4 ltm=1 | "
     "candidate" CANDIDATE_7 " candidate=6 ltm=1"},
    {ltm_release, DAPS_CH_DL_DCCH, "rrcReconfiguration",
     "reconfiguration digest transaction=0 | candidate-release ltm=1"},
    {endc_scg, DAPS_CH_DL_DCCH, "rrcReconfiguration", "reconfiguration digest transaction=1 | scg-change" SCG},
    {nrdc_scg, DAPS_CH_DL_DCCH, "rrcReconfiguration",
     "reconfiguration digest transaction=1 sk_counter=65535 drb=9 ul18=9 dl12=9 | scg-change sk_counter=65535" SCG},
    {bearers_of_both, DAPS_CH_DL_DCCH, "rrcReconfiguration",
     "reconfiguration digest transaction=1 nea=1 nia=2 drb_released=3"},
    {radio_bearer_config, DAPS_CH_RADIO_BEARER_CONFIG, "radioBearerConfig",
     "reconfiguration nea=2 nia=1 daps=1 " BEARERS},
    {cell_group_config, DAPS_CH_CELL_GROUP_CONFIG, "cellGroupConfig", "scg-change" SCG},
    {cell_group_config_no_sync, DAPS_CH_CELL_GROUP_CONFIG, "cellGroupConfig", ""},
    {complete, DAPS_CH_UL_DCCH, "rrcReconfigurationComplete", "reconfiguration-complete digest transaction=2"},
    {bare_complete, DAPS_CH_RECONFIGURATION_COMPLETE, "rrcReconfigurationComplete",
     "reconfiguration-complete digest transaction=2"},
    {security_mode_command, DAPS_CH_DL_DCCH, "securityModeCommand",
     "security-mode-command digest transaction=1 nea=1 nia=3"},
    {security_mode_command_no_integrity, DAPS_CH_DL_DCCH, "securityModeCommand",
     "security-mode-command digest transaction=1 nea=0"},
    {security_mode_complete, DAPS_CH_UL_DCCH, "securityModeComplete", "security-mode-complete digest transaction=1"},
    {security_mode_failure, DAPS_CH_UL_DCCH, "securityModeFailure", "security-mode-failure digest transaction=1"},
    {daps_failure, DAPS_CH_UL_DCCH, "failureInformation", "failure-information digest daps_failure=1"},
    {rlc_failure, DAPS_CH_UL_DCCH, "failureInformation", "failure-information digest"},
    {empty_failure_extension, DAPS_CH_UL_DCCH, "failureInformation", "failure-information digest"},
    {reestablishment_request, DAPS_CH_UL_CCCH, "rrcReestablishmentRequest",
     "reestablishment-request digest request_mac=4660 ue_c_rnti=17942 ue_pci=22 handover-failure"},
    {reestablishment, DAPS_CH_DL_DCCH, "rrcReestablishment", "reestablishment digest transaction=1 ncc=3"},
    {reestablishment_future, DAPS_CH_DL_DCCH, "rrcReestablishment", "traffic digest transaction=1"},
    {reestablishment_complete, DAPS_CH_UL_DCCH, "rrcReestablishmentComplete",
     "reestablishment-complete digest transaction=1"},
    {release, DAPS_CH_DL_DCCH, "rrcRelease", "release digest transaction=1"},
    {suspend, DAPS_CH_DL_DCCH, "rrcRelease",
     "release digest transaction=1 ncc=6 suspend=1 short_i_rnti=1193046 i_rnti=123456789a"},
    {resume_request, DAPS_CH_UL_CCCH, "rrcResumeRequest", "resume-request digest short_i_rnti=1 request_mac=2"},
    {resume_request_1, DAPS_CH_UL_CCCH1, "rrcResumeRequest1", "resume-request digest request_mac=2 i_rnti=0000000001"},
    {resume, DAPS_CH_DL_DCCH, "rrcResume", "resume digest transaction=1"},
    {resume_complete, DAPS_CH_UL_DCCH, "rrcResumeComplete", "resume-complete digest transaction=3"},
    {setup_request, DAPS_CH_UL_CCCH, "rrcSetupRequest", "setup-request digest"},
    {setup, DAPS_CH_DL_CCCH, "rrcSetup", "setup digest transaction=0"},
    {reject, DAPS_CH_DL_CCCH, "rrcReject", "reject digest"},
    {counter_check, DAPS_CH_DL_DCCH, "counterCheck", "counter-check digest"},
    {mib, DAPS_CH_BCCH_BCH, "mib", "system-information"},
    {preparation, DAPS_CH_HANDOVER_PREPARATION, "handoverPreparationInformation", "handover-preparation ue_pci=321"},
    {preparation_without_source, DAPS_CH_HANDOVER_PREPARATION, "handoverPreparationInformation",
     "handover-preparation"},
};

START_TEST(message_says)
{
    const struct sample *sample = &samples[_i];
    char *events;

    decode_hex(sample->channel, sample->hex);
    ck_assert_msg(result.status == DAPS_RRC_OK, "%s at bit %u", result.error, result.error_bit);
    ck_assert_str_eq(result.message, sample->message);
    events = events_as_text();
    ck_assert_str_eq(events, sample->events);
    g_free(events);
}
END_TEST

/*
 * Cut short, a message is said to be undecoded at or before the cut, or, when only what nobody asked for is missing, to
 * say what the whole one does. It never says less, or something else.
 */
START_TEST(cut_at_every_octet)
{
    const struct sample *sample = &samples[_i];
    size_t length;
    uint8_t *octets = octets_of(sample->hex, &length);

    for (size_t n = 0; n < length; n++) {
        decode(sample->channel, octets, n);
        if (result.status == DAPS_RRC_OK) {
            char *events = events_as_text();
            ck_assert_msg(strcmp(events, sample->events) == 0, "%zu of %zu octets: %s", n, length, events);
            g_free(events);
        } else {
            ck_assert_uint_le(result.error_bit, n * 8);
            ck_assert_str_eq(result.error, "message ends too early");
        }
    }
    decode(sample->channel, octets, 0);
    ck_assert_int_eq(result.status, DAPS_RRC_UNDECODED);
    free(octets);
}
END_TEST

/* Zero octets behind a message change nothing, and a command's digest neither. */
START_TEST(padded)
{
    const struct sample *sample = &samples[_i];
    uint64_t digest;
    size_t length;
    uint8_t *octets = octets_of(sample->hex, &length);
    char *events;

    decode(sample->channel, octets, length);
    digest = result.n_events > 0 && result.events[0].kind == DAPS_EV_RECONFIGURATION ? result.events[0].digest : 0;
    octets = realloc(octets, length + 5);
    memset(octets + length, 0, 5);
    for (size_t more = 1; more <= 5; more++) {
        decode(sample->channel, octets, length + more);
        events = events_as_text();
        ck_assert_str_eq(events, sample->events);
        g_free(events);
        if (digest != 0)
            ck_assert_uint_eq(result.events[0].digest, digest);
    }
    free(octets);
}
END_TEST

static uint64_t digest_of(enum daps_channel channel, const char *hex)
{
    decode_hex(channel, hex);
    ck_assert_uint_ge(result.n_events, 1);
    return result.events[0].digest;
}

/* One command, prepared by the target, sent over the air and bare in a log, is one command; others are others. */
START_TEST(digests)
{
    uint64_t sent = digest_of(DAPS_CH_DL_DCCH, daps_handover), other;
    char *changed;

    ck_assert_uint_eq(digest_of(DAPS_CH_HANDOVER_COMMAND, prepared_daps_handover), sent);
    ck_assert_uint_eq(digest_of(DAPS_CH_RECONFIGURATION, bare_daps_handover), sent);
    for (size_t i = 3; i < sizeof daps_handover - 1; i++) {
        changed = g_strdup(daps_handover);
        changed[i] = changed[i] == '0' ? '1' : '0';
        decode_hex(DAPS_CH_DL_DCCH, changed);
        other = result.n_events > 0 ? result.events[0].digest : 0;
        ck_assert_uint_ne(other, sent);
        g_free(changed);
    }
}
END_TEST

/* A candidate has the digest of its own octets, wherever they lie; NAS containers likewise. */
START_TEST(digests_of_parts)
{
    static const uint8_t nas[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01};
    size_t length;
    uint8_t *octets = octets_of(candidate_7, &length);

    decode_hex(DAPS_CH_DL_DCCH, conditional);
    ck_assert_uint_eq(result.n_events, 5);
    ck_assert_uint_eq(result.events[3].digest, daps_digest(octets, (uint32_t)length));
    decode_hex(DAPS_CH_DL_DCCH, ltm);
    ck_assert_uint_eq(result.events[2].digest, daps_digest(octets, (uint32_t)length));
    decode_hex(DAPS_CH_DL_DCCH, daps_handover);
    ck_assert_uint_eq(result.events[0].nas_digest, daps_digest(nas, sizeof nas));
    decode_hex(DAPS_CH_DL_DCCH, reestablishment);
    free(octets);
    octets = octets_of(reestablishment, &length);
    ck_assert_uint_eq(result.events[0].digest, daps_digest(octets, (uint32_t)length));
    free(octets);
}
END_TEST

/* ---- which message it is: TS 38.331 6.2.1, in the order of the ASN.1 ---- */

static const char *const dl_dcch[] = {"rrcReconfiguration reconfiguration",
                                      "rrcResume resume",
                                      "rrcRelease release",
                                      "rrcReestablishment reestablishment",
                                      "securityModeCommand security-mode-command",
                                      "dlInformationTransfer nas-transfer",
                                      "ueCapabilityEnquiry traffic",
                                      "counterCheck counter-check",
                                      "mobilityFromNRCommand mobility-from-nr",
                                      "dlDedicatedMessageSegment traffic",
                                      "ueInformationRequest traffic",
                                      "dlInformationTransferMRDC traffic",
                                      "loggedMeasurementConfiguration traffic",
                                      "spare",
                                      "spare",
                                      "spare"};
static const char *const ul_dcch[] = {"measurementReport traffic",
                                      "rrcReconfigurationComplete reconfiguration-complete",
                                      "rrcSetupComplete setup-complete",
                                      "rrcReestablishmentComplete reestablishment-complete",
                                      "rrcResumeComplete resume-complete",
                                      "securityModeComplete security-mode-complete",
                                      "securityModeFailure security-mode-failure",
                                      "ulInformationTransfer nas-transfer",
                                      "locationMeasurementIndication traffic",
                                      "ueCapabilityInformation traffic",
                                      "counterCheckResponse traffic",
                                      "ueAssistanceInformation traffic",
                                      "failureInformation failure-information",
                                      "ulInformationTransferMRDC traffic",
                                      "scgFailureInformation traffic",
                                      "scgFailureInformationEUTRA traffic"};
static const char *const dl_ccch[] = {"rrcReject reject", "rrcSetup setup", "spare", "spare"};
static const char *const ul_ccch[] = {"rrcSetupRequest setup-request", "rrcResumeRequest resume-request",
                                      "rrcReestablishmentRequest reestablishment-request", "rrcSystemInfoRequest"};
static const char *const ul_ccch1[] = {"rrcResumeRequest1 resume-request", "spare", "spare", "spare"};
static const char *const bcch_dl_sch[] = {"systemInformation", "systemInformationBlockType1 system-information"};

static void channel_has(enum daps_channel channel, const char *const *names, unsigned c1_bits)
{
    for (unsigned i = 0; i < 1U << c1_bits; i++) {
        uint8_t octets[64] = {(uint8_t)(i << (7 - c1_bits))};
        char *found;
        decode(channel, octets, sizeof octets);
        ck_assert_int_eq(result.status, DAPS_RRC_OK);
        ck_assert_uint_le(result.n_events, 1);
        found = g_strdup_printf("%s%s%s", result.message, result.n_events > 0 ? " " : "",
                                result.n_events > 0 ? daps_event_kind_name(result.events[0].kind) : "");
        ck_assert_str_eq(found, names[i]);
        g_free(found);
    }
}

START_TEST(every_message_of_every_channel)
{
    channel_has(DAPS_CH_DL_DCCH, dl_dcch, 4);
    channel_has(DAPS_CH_UL_DCCH, ul_dcch, 4);
    channel_has(DAPS_CH_DL_CCCH, dl_ccch, 2);
    channel_has(DAPS_CH_UL_CCCH, ul_ccch, 2);
    channel_has(DAPS_CH_UL_CCCH1, ul_ccch1, 2);
    channel_has(DAPS_CH_BCCH_DL_SCH, bcch_dl_sch, 1);
}
END_TEST

/* messageClassExtension: on UL-DCCH eleven messages of later releases, elsewhere nothing yet. */
START_TEST(extension_class)
{
    static const enum daps_channel others[] = {DAPS_CH_DL_DCCH,  DAPS_CH_DL_CCCH,  DAPS_CH_UL_CCCH,
                                               DAPS_CH_UL_CCCH1, DAPS_CH_BCCH_BCH, DAPS_CH_BCCH_DL_SCH};

    for (unsigned i = 0; i < 16; i++) {
        uint8_t octets[8] = {(uint8_t)(0x80 | i << 2)};
        decode(DAPS_CH_UL_DCCH, octets, sizeof octets);
        ck_assert_int_eq(result.status, DAPS_RRC_OK);
        ck_assert_uint_eq(result.n_events, i < 11 ? 1 : 0);
        if (result.n_events > 0)
            ck_assert_int_eq(result.events[0].kind, DAPS_EV_TRAFFIC);
        octets[0] = 0xC0; /* messageClassExtensionFuture */
        decode(DAPS_CH_UL_DCCH, octets, sizeof octets);
        ck_assert_int_eq(result.status, DAPS_RRC_OK);
        ck_assert_uint_eq(result.n_events, 0);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(others); i++) {
        static const uint8_t octets[] = {0x80, 0xFF};
        decode(others[i], octets, sizeof octets);
        ck_assert_int_eq(result.status, DAPS_RRC_OK);
        ck_assert_uint_eq(result.n_events, 0);
        ck_assert_str_eq(result.message, "messageClassExtension");
    }
}
END_TEST

START_TEST(channels_without_events)
{
    static const enum daps_channel channels[] = {DAPS_CH_PCCH, DAPS_CH_OTHER, DAPS_CH_NONE};
    static const uint8_t octets[] = {0xFF, 0xFF, 0xFF};

    for (unsigned i = 0; i < G_N_ELEMENTS(channels); i++) {
        decode(channels[i], octets, sizeof octets);
        ck_assert_int_eq(result.status, DAPS_RRC_OK);
        ck_assert_uint_eq(result.n_events, 0);
    }
}
END_TEST

/* What is longer than RRC can be is refused before it is looked at. */
START_TEST(too_long)
{
    uint8_t *octets = g_malloc0(DAPS_RRC_MAX_OCTETS + 1);

    decode(DAPS_CH_DL_DCCH, octets, DAPS_RRC_MAX_OCTETS);
    ck_assert_int_eq(result.status, DAPS_RRC_OK);
    decode(DAPS_CH_DL_DCCH, octets, DAPS_RRC_MAX_OCTETS + 1);
    ck_assert_int_eq(result.status, DAPS_RRC_UNDECODED);
    ck_assert_str_eq(result.error, "longer than any RRC message");
    g_free(octets);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rrc-nr");
    TCase *tc = tcase_create("messages");
    SRunner *runner;
    int failed;

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, message_says, 0, G_N_ELEMENTS(samples));
    tcase_add_loop_test(tc, cut_at_every_octet, 0, G_N_ELEMENTS(samples));
    tcase_add_loop_test(tc, padded, 0, G_N_ELEMENTS(samples));
    tcase_add_test(tc, digests);
    tcase_add_test(tc, digests_of_parts);
    tcase_add_test(tc, every_message_of_every_channel);
    tcase_add_test(tc, extension_class);
    tcase_add_test(tc, channels_without_events);
    tcase_add_test(tc, too_long);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
