/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages without a cell group, by their names in the scenario language. */
#include <string.h>

#include "synth/draft.h"
#include "synth/lte_messages.h"
#include "synth/messages.h"
#include "synth/tables_nr_synth.h"

/* One message being filled. */
struct filling {
    struct draft draft;
    const struct synth_simple *values;
    const char *also; /* another component to be there */
    GByteArray *held; /* octets that the draft refers to, NULL none */
};

typedef void filler(struct filling *f);

static void fill_transaction(struct filling *f)
{
    draft_set(&f->draft, "rrc-TransactionIdentifier", f->values->transaction);
}

static void fill_ncc(struct filling *f)
{
    draft_set(&f->draft, "criticalExtensions.rrcReestablishment.nextHopChainingCount", f->values->ncc);
}

static void fill_suspend(struct filling *f)
{
    draft_set(&f->draft, "criticalExtensions.rrcRelease.suspendConfig.nextHopChainingCount", f->values->ncc);
    draft_set(&f->draft, "criticalExtensions.rrcRelease.suspendConfig.fullI-RNTI", f->values->i_rnti);
    draft_set(&f->draft, "criticalExtensions.rrcRelease.suspendConfig.shortI-RNTI", f->values->i_rnti & 0xFFFFFF);
}

static void fill_resume(struct filling *f)
{
    draft_set(&f->draft, "rrcResumeRequest.resumeIdentity", f->values->i_rnti & 0xFFFFFF);
}

static void fill_nas(struct filling *f)
{
    f->held = g_byte_array_new();
    g_byte_array_set_size(f->held, 24);
    memset(f->held->data, (int)(f->values->number & 0xFF), 24);
    f->held->data[0] = 0x7E; /* 5GMM, security protected (TS 24.501 9.2) */
    f->held->data[1] = 0x02;
    draft_set_octets(&f->draft, f->also, f->held);
}

static void fill_nas_transaction(struct filling *f)
{
    fill_nas(f);
    fill_transaction(f);
}

static void fill_lte(struct filling *f)
{
    /* DL-DCCH-Message, rrcConnectionReconfiguration without contents (TS 36.331 6.2.2) */
    static const uint8_t empty_reconfiguration[3] = {0x20, 0x00, 0x00};

    fill_transaction(f);
    f->held = g_byte_array_append(g_byte_array_new(), empty_reconfiguration, sizeof empty_reconfiguration);
    draft_set_octets(&f->draft, f->also, f->held);
}

static void fill_security(struct filling *f)
{
    draft_set(&f->draft, "rrc-TransactionIdentifier", f->values->transaction);
    draft_set(&f->draft,
              "criticalExtensions.securityModeCommand.securityConfigSMC.securityAlgorithmConfig.cipheringAlgorithm",
              f->values->nea);
    draft_set(&f->draft,
              "criticalExtensions.securityModeCommand.securityConfigSMC.securityAlgorithmConfig.integrityProtAlgorithm",
              f->values->nia);
}

static void fill_request(struct filling *f)
{
    draft_set(&f->draft, "rrcReestablishmentRequest.ue-Identity.c-RNTI", f->values->c_rnti);
    draft_set(&f->draft, "rrcReestablishmentRequest.ue-Identity.physCellId", f->values->pci);
    draft_set(&f->draft, "rrcReestablishmentRequest.ue-Identity.shortMAC-I",
              (int64_t)(0xA000 + f->values->number % 0x1000));
    draft_set_name(&f->draft, "rrcReestablishmentRequest.reestablishmentCause", f->values->cause);
}

static void fill_report(struct filling *f)
{
    static const char results[] = "criticalExtensions.measurementReport.measResults.";
    char *prefix = g_strconcat(f->draft.prefix, ".", results, NULL);
    const char *outer = f->draft.prefix;

    prefix[strlen(prefix) - 1] = '\0';
    f->draft.prefix = prefix;
    draft_set(&f->draft, "measId", 1 + f->values->number % 3);
    draft_add(&f->draft, "measResultServingMOList.[0].measResultServingCell.measResult.cellResults");
    for (unsigned i = 0; i < 4; i++) {
        char *cell = g_strdup_printf("%s.measResultNeighCells.measResultListNR.[%u]", prefix, i);
        f->draft.prefix = cell;
        draft_set(&f->draft, "physCellId", (f->values->number * 7 + i * 131) % 1008);
        draft_set(&f->draft, "measResult.cellResults.resultsSSB-Cell.rsrp", 30 + (f->values->number + i) % 60);
        f->draft.prefix = prefix;
        g_free(cell);
    }
    f->draft.prefix = outer;
    g_free(prefix);
}

static const struct simple_row {
    const char *name;
    enum daps_channel channel;
    const char *path; /* below which everything stands; it is written even if nothing is set */
    filler *fill;     /* NULL: nothing more */
    const char *also; /* another component to be there */
} simple_rows[] = {
    {"setup-request", DAPS_CH_UL_CCCH, "message.c1.rrcSetupRequest", NULL, "rrcSetupRequest.ue-Identity.randomValue"},
    {"setup", DAPS_CH_DL_CCCH, "message.c1.rrcSetup", fill_transaction,
     "criticalExtensions.rrcSetup.radioBearerConfig.srb-ToAddModList.[0]"},
    {"reject", DAPS_CH_DL_CCCH, "message.c1.rrcReject", NULL, "criticalExtensions.rrcReject.waitTime"},
    {"setup-complete", DAPS_CH_UL_DCCH, "message.c1.rrcSetupComplete", fill_nas_transaction,
     "criticalExtensions.rrcSetupComplete.dedicatedNAS-Message"},
    {"security-mode-command", DAPS_CH_DL_DCCH, "message.c1.securityModeCommand", fill_security, NULL},
    {"security-mode-complete", DAPS_CH_UL_DCCH, "message.c1.securityModeComplete", fill_transaction, NULL},
    {"security-mode-failure", DAPS_CH_UL_DCCH, "message.c1.securityModeFailure", fill_transaction, NULL},
    {"complete", DAPS_CH_UL_DCCH, "message.c1.rrcReconfigurationComplete", fill_transaction, NULL},
    {"daps-failure", DAPS_CH_UL_DCCH, "message.c1.failureInformation", NULL,
     "criticalExtensions.failureInformation.nonCriticalExtension.failureInfoDAPS-r16.failureType-r16"},
    {"rlc-failure", DAPS_CH_UL_DCCH, "message.c1.failureInformation", NULL,
     "criticalExtensions.failureInformation.failureInfoRLC-Bearer.logicalChannelIdentity"},
    {"reestablishment-request", DAPS_CH_UL_CCCH, "message.c1.rrcReestablishmentRequest", fill_request, NULL},
    {"reestablishment", DAPS_CH_DL_DCCH, "message.c1.rrcReestablishment", fill_ncc, NULL},
    {"reestablishment-complete", DAPS_CH_UL_DCCH, "message.c1.rrcReestablishmentComplete", fill_transaction, NULL},
    {"release", DAPS_CH_DL_DCCH, "message.c1.rrcRelease", fill_transaction, NULL},
    {"suspend", DAPS_CH_DL_DCCH, "message.c1.rrcRelease", fill_suspend, NULL},
    {"resume-request", DAPS_CH_UL_CCCH, "message.c1.rrcResumeRequest", fill_resume, NULL},
    {"resume", DAPS_CH_DL_DCCH, "message.c1.rrcResume", fill_transaction, NULL},
    {"resume-complete", DAPS_CH_UL_DCCH, "message.c1.rrcResumeComplete", fill_transaction, NULL},
    {"nas-dl", DAPS_CH_DL_DCCH, "message.c1.dlInformationTransfer", fill_nas_transaction,
     "criticalExtensions.dlInformationTransfer.dedicatedNAS-Message"},
    {"nas-ul", DAPS_CH_UL_DCCH, "message.c1.ulInformationTransfer", fill_nas,
     "criticalExtensions.ulInformationTransfer.dedicatedNAS-Message"},
    {"capability-enquiry", DAPS_CH_DL_DCCH, "message.c1.ueCapabilityEnquiry", fill_transaction, NULL},
    {"measurement-report", DAPS_CH_UL_DCCH, "message.c1.measurementReport", fill_report, NULL},
    {"counter-check", DAPS_CH_DL_DCCH, "message.c1.counterCheck", fill_transaction, NULL},
    {"mobility-from-nr", DAPS_CH_DL_DCCH, "message.c1.mobilityFromNRCommand", fill_lte,
     "criticalExtensions.mobilityFromNRCommand.targetRAT-MessageContainer"},
};

static const struct simple_row *row_of(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(simple_rows); i++) {
        if (strcmp(simple_rows[i].name, name) == 0)
            return &simple_rows[i];
    }
    return NULL;
}

GByteArray *synth_message(const char *name, const struct synth_simple *values, enum daps_channel *channel, char **error)
{
    static const uint32_t roots[DAPS_CH_COUNT] = {
        [DAPS_CH_DL_CCCH] = NR_SYNTH_ROOT_DL_CCCH_MESSAGE,
        [DAPS_CH_UL_CCCH] = NR_SYNTH_ROOT_UL_CCCH_MESSAGE,
        [DAPS_CH_DL_DCCH] = NR_SYNTH_ROOT_DL_DCCH_MESSAGE,
        [DAPS_CH_UL_DCCH] = NR_SYNTH_ROOT_UL_DCCH_MESSAGE,
    };
    const struct simple_row *row = row_of(name);
    struct filling f = {.values = values};
    GByteArray *octets;

    if (values->rat == DAPS_RAT_LTE)
        return lte_message(name, values, channel, error);
    if (row == NULL) {
        draft_fail(error, g_strdup_printf("no message '%s'", name));
        return NULL;
    }
    f.draft = draft_start(row->path);
    f.also = row->also;
    draft_add(&f.draft, "");
    if (row->fill != NULL)
        row->fill(&f);
    if (row->also != NULL && f.held == NULL)
        draft_add(&f.draft, row->also);
    *channel = row->channel;
    octets = draft_finish(&f.draft, roots[row->channel], error);
    if (f.held != NULL)
        g_byte_array_unref(f.held);
    return octets;
}
