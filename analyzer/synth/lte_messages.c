/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LTE RRC messages for synthetic captures (TS 36.331), by the same words as those of NR. */
#include <string.h>

#include "synth/draft.h"
#include "synth/lte_messages.h"
#include "synth/tables_lte_synth.h"

#define RECONF "criticalExtensions.c1.rrcConnectionReconfiguration-r8."
#define V1250                                                                                                          \
    RECONF "nonCriticalExtension.nonCriticalExtension.nonCriticalExtension.nonCriticalExtension.nonCriticalExtension."
#define V1510 V1250 "nonCriticalExtension.nonCriticalExtension.nonCriticalExtension."
#define V1610 V1510 "nonCriticalExtension.nonCriticalExtension."
#define HO    RECONF "mobilityControlInfo."

/* ARFCN-ValueEUTRA ends at 65535, which says that the frequency is in carrierFreq-v9e0; without it, it is there alone.
 */
static void set_frequency(struct draft *draft, const struct synth_command *command)
{
    if (command->same_frequency)
        return;
    if (command->target->ssb_arfcn < 65535)
        draft_set(draft, HO "carrierFreq.dl-CarrierFreq", command->target->ssb_arfcn);
    else
        draft_set(draft, HO "carrierFreq-v9e0.dl-CarrierFreq-v9e0", command->target->ssb_arfcn);
}

static const char *t304_name(const char *name)
{
    return strcmp(name, "ms10000") == 0 ? "ms10000-v1310" : name;
}

static void set_mobility(struct draft *draft, const struct synth_command *command)
{
    draft_set(draft, HO "targetPhysCellId", command->target->pci);
    set_frequency(draft, command);
    draft_set_name(draft, HO "t304", t304_name(command->t304));
    draft_set(draft, HO "newUE-Identity", command->c_rnti);
    if (command->rach == DAPS_RACH_CFRA)
        draft_set(draft, HO "rach-ConfigDedicated.ra-PreambleIndex", 52);
    else if (command->rach == DAPS_RACH_SKIP)
        draft_add(draft, HO "rach-Skip-r14.targetTA-r14.ta0-r14");
    if (command->daps)
        draft_set(draft, HO "daps-Config-r16.daps-PowerCoordinationInfo-r16.powerControlMode-r16", 1);
}

static void set_security(struct draft *draft, const struct synth_command *command)
{
    static const char intra[] = RECONF "securityConfigHO.handoverType.intraLTE.";
    char path[160];

    g_snprintf(path, sizeof path, "%skeyChangeIndicator", intra);
    draft_set(draft, path, command->key_set_change);
    g_snprintf(path, sizeof path, "%snextHopChainingCount", intra);
    draft_set(draft, path, command->ncc);
    if (command->nea < 0)
        return;
    g_snprintf(path, sizeof path, "%ssecurityAlgorithmConfig.cipheringAlgorithm", intra);
    draft_set(draft, path, command->nea);
    g_snprintf(path, sizeof path, "%ssecurityAlgorithmConfig.integrityProtAlgorithm", intra);
    draft_set(draft, path, command->nia);
}

/* SRB1, SRB2 and two DRBs; with DAPS both DRBs carry daps-HO. */
static void set_bearers(struct draft *draft, const struct synth_command *command)
{
    for (int i = 0; i < 2; i++) {
        char *srb = g_strdup_printf(RECONF "radioResourceConfigDedicated.srb-ToAddModList.[%d].srb-Identity", i);
        char *drb = g_strdup_printf(RECONF "radioResourceConfigDedicated.drb-ToAddModList.[%d].drb-Identity", i);
        char *daps = g_strdup_printf(RECONF "radioResourceConfigDedicated.drb-ToAddModList.[%d].daps-HO-r16", i);
        draft_set(draft, srb, i + 1);
        draft_set(draft, drb, i + 1);
        if (command->daps)
            draft_set_name(draft, daps, "true");
        g_free(srb);
        g_free(drb);
        g_free(daps);
    }
}

static void set_reconfiguration(struct draft *draft, const struct synth_command *command)
{
    draft_set(draft, "rrc-TransactionIdentifier", command->transaction);
    draft_add(draft, "criticalExtensions.c1.rrcConnectionReconfiguration-r8");
    if (command->target != NULL) {
        set_mobility(draft, command);
        set_bearers(draft, command);
        if (command->ncc >= 0)
            set_security(draft, command);
    }
    if (command->sk_counter >= 0)
        draft_set(draft, V1510 "sk-Counter-r15", command->sk_counter);
    if (command->source_release)
        draft_set_name(draft, V1610 "daps-SourceRelease-r16", "true");
}

GByteArray *lte_reconfiguration(const struct synth_command *command, char **error)
{
    struct draft draft = draft_start_in(&lte_synth_table, "message.c1.rrcConnectionReconfiguration");

    set_reconfiguration(&draft, command);
    return draft_finish(&draft, LTE_SYNTH_ROOT_DL_DCCH_MESSAGE, error);
}

/* One of drb-ToAddModList: identity, PDCP, RLC and logical channel (TS 36.331 6.3.2). */
static void set_drb(struct draft *draft, int i, unsigned sn_bits)
{
    const struct {
        const char *path;
        int64_t value;
        bool wanted;
    } rows[] = {
        {"drb-Identity", i + 1, true},
        {"pdcp-Config.rlc-UM.pdcp-SN-Size", 0, sn_bits == 7},
        {"pdcp-Config.rlc-AM.statusReportRequired", 0, sn_bits != 7},
        {"pdcp-Config.pdcp-SN-Size-v1130", 0, sn_bits == 15},
        {"pdcp-Config.pdcp-SN-Size-v1310", 0, sn_bits == 18},
        {"rlc-Config.um-Bi-Directional.ul-UM-RLC.sn-FieldLength", 1, sn_bits == 7},
        {"rlc-Config.um-Bi-Directional.dl-UM-RLC.sn-FieldLength", 1, sn_bits == 7},
        {"rlc-Config.am.ul-AM-RLC.maxRetxThreshold", 0, sn_bits != 7},
        {"logicalChannelIdentity", i + 3, true},
    };

    for (size_t k = 0; k < G_N_ELEMENTS(rows); k++) {
        char *path = g_strdup_printf(RECONF "radioResourceConfigDedicated.drb-ToAddModList.[%d].%s", i, rows[k].path);
        if (rows[k].wanted)
            draft_set(draft, path, rows[k].value);
        g_free(path);
    }
}

GByteArray *lte_bearers(unsigned transaction, unsigned sn_bits, bool release, char **error)
{
    struct draft draft = draft_start_in(&lte_synth_table, "message.c1.rrcConnectionReconfiguration");

    draft_set(&draft, "rrc-TransactionIdentifier", transaction);
    for (int i = 0; i < 2; i++) {
        char *released = g_strdup_printf(RECONF "radioResourceConfigDedicated.drb-ToReleaseList.[%d]", i);
        if (release)
            draft_set(&draft, released, i + 1);
        else
            set_drb(&draft, i, sn_bits);
        g_free(released);
    }
    return draft_finish(&draft, LTE_SYNTH_ROOT_DL_DCCH_MESSAGE, error);
}

GByteArray *lte_conditional(const struct synth_command *candidates, unsigned n, unsigned transaction, char **error)
{
    struct draft draft = draft_start_in(&lte_synth_table, "message.c1.rrcConnectionReconfiguration");
    GPtrArray *inner = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
    GByteArray *octets;

    draft_set(&draft, "rrc-TransactionIdentifier", transaction);
    if (candidates[0].attempt_conditional)
        draft_set(&draft, V1610 "conditionalReconfiguration-r16.attemptCondReconf-r16", 0);
    for (unsigned i = 0; i < n; i++) {
        struct draft bare = draft_start_in(&lte_synth_table, "");
        char *item =
            g_strdup_printf(V1610 "conditionalReconfiguration-r16.condReconfigurationToAddModList-r16.[%u].", i);
        char *id = g_strconcat(item, "condReconfigurationId-r16", NULL),
             *trigger = g_strconcat(item, "triggerCondition-r16.[0]", NULL),
             *apply = g_strconcat(item, "condReconfigurationToApply-r16", NULL);
        GByteArray *candidate;
        set_reconfiguration(&bare, &candidates[i]);
        candidate = draft_finish(&bare, LTE_SYNTH_ROOT_RRCCONNECTIONRECONFIGURATION, error);
        draft_set(&draft, id, i + 1);
        draft_set(&draft, trigger, 1);
        if (candidate != NULL) {
            g_ptr_array_add(inner, candidate);
            draft_set_octets(&draft, apply, candidate);
        }
        g_free(item);
        g_free(id);
        g_free(trigger);
        g_free(apply);
    }
    octets = draft_finish(&draft, LTE_SYNTH_ROOT_DL_DCCH_MESSAGE, error);
    g_ptr_array_unref(inner);
    return octets;
}

GByteArray *lte_scg_change(unsigned transaction, const GByteArray *nr, char **error)
{
    struct draft draft = draft_start_in(&lte_synth_table, "message.c1.rrcConnectionReconfiguration");

    draft_set(&draft, "rrc-TransactionIdentifier", transaction);
    draft_set_octets(&draft, V1510 "nr-Config-r15.setup.nr-SecondaryCellGroupConfig-r15", nr);
    return draft_finish(&draft, LTE_SYNTH_ROOT_DL_DCCH_MESSAGE, error);
}

/* ---- messages without mobility ---- */

struct lte_filling {
    struct draft draft;
    const struct synth_simple *values;
    const char *also;
    GByteArray *held;
};

typedef void lte_filler(struct lte_filling *f);

static void fill_transaction(struct lte_filling *f)
{
    draft_set(&f->draft, "rrc-TransactionIdentifier", f->values->transaction);
}

static void fill_ncc(struct lte_filling *f)
{
    fill_transaction(f);
    draft_set(&f->draft, f->also, f->values->ncc);
}

/* Of EPC: the NCC comes with the resume (TS 36.331 5.3.3.4a). */
static void fill_suspend_without_ncc(struct lte_filling *f)
{
    fill_transaction(f);
    draft_set_name(&f->draft, "criticalExtensions.c1.rrcConnectionRelease-r8.releaseCause", "rrc-Suspend-v1320");
    draft_set(&f->draft,
              "criticalExtensions.c1.rrcConnectionRelease-r8.nonCriticalExtension.nonCriticalExtension."
              "nonCriticalExtension.nonCriticalExtension.resumeIdentity-r13",
              f->values->i_rnti);
}

static void fill_suspend(struct lte_filling *f)
{
    static const char inactive[] = "criticalExtensions.c1.rrcConnectionRelease-r8.nonCriticalExtension."
                                   "nonCriticalExtension.nonCriticalExtension.nonCriticalExtension."
                                   "nonCriticalExtension.rrc-InactiveConfig-r15.";
    const struct {
        const char *name;
        int64_t value;
    } rows[] = {{"nextHopChainingCount-r15", f->values->ncc},
                {"fullI-RNTI-r15", f->values->i_rnti},
                {"shortI-RNTI-r15", f->values->i_rnti & 0xFFFFFF}};

    fill_transaction(f);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *path = g_strconcat(inactive, rows[i].name, NULL);
        draft_set(&f->draft, path, rows[i].value);
        g_free(path);
    }
}

static void fill_resume_request(struct lte_filling *f)
{
    draft_set(&f->draft, "criticalExtensions.rrcConnectionResumeRequest-r15.resumeIdentity-r15.shortI-RNTI-r15",
              f->values->i_rnti & 0xFFFFFF);
}

static void fill_nas(struct lte_filling *f)
{
    f->held = g_byte_array_new();
    g_byte_array_set_size(f->held, 24);
    memset(f->held->data, (int)(f->values->number & 0xFF), 24);
    f->held->data[0] = 0x27; /* EMM, integrity protected and ciphered (TS 24.301 9.3) */
    draft_set_octets(&f->draft, f->also, f->held);
}

static void fill_nas_transaction(struct lte_filling *f)
{
    fill_nas(f);
    fill_transaction(f);
}

static void fill_nr(struct lte_filling *f)
{
    /* RRCReconfiguration without contents (TS 38.331 6.2.2) */
    static const uint8_t empty[2] = {0x00, 0x00};

    fill_transaction(f);
    draft_set_name(&f->draft, "criticalExtensions.c1.mobilityFromEUTRACommand-r9.purpose.handover.targetRAT-Type",
                   "nr");
    f->held = g_byte_array_append(g_byte_array_new(), empty, sizeof empty);
    draft_set_octets(&f->draft, f->also, f->held);
}

static void fill_security(struct lte_filling *f)
{
    static const char config[] =
        "criticalExtensions.c1.securityModeCommand-r8.securityConfigSMC.securityAlgorithmConfig.";
    char *ciphering = g_strconcat(config, "cipheringAlgorithm", NULL),
         *integrity = g_strconcat(config, "integrityProtAlgorithm", NULL);

    fill_transaction(f);
    draft_set(&f->draft, ciphering, f->values->nea);
    draft_set(&f->draft, integrity, f->values->nia);
    g_free(ciphering);
    g_free(integrity);
}

#define REQUEST "criticalExtensions.rrcConnectionReestablishmentRequest-r8."

static void fill_request(struct lte_filling *f)
{
    draft_set(&f->draft, REQUEST "ue-Identity.c-RNTI", f->values->c_rnti);
    draft_set(&f->draft, REQUEST "ue-Identity.physCellId", f->values->pci);
    draft_set(&f->draft, REQUEST "ue-Identity.shortMAC-I", (int64_t)(0xA000 + f->values->number % 0x1000));
    draft_set_name(&f->draft, REQUEST "reestablishmentCause", f->values->cause);
}

#define REPORT "criticalExtensions.c1.measurementReport-r8.measResults."

static void fill_report(struct lte_filling *f)
{
    draft_set(&f->draft, REPORT "measId", 1 + f->values->number % 3);
    draft_set(&f->draft, REPORT "measResultPCell.rsrpResult", 30 + f->values->number % 60);
}

static const struct lte_row {
    const char *name;
    enum daps_channel channel;
    const char *path;
    lte_filler *fill;
    const char *also;
} rows[] = {
    {"setup-request", DAPS_CH_UL_CCCH, "message.c1.rrcConnectionRequest", NULL,
     "criticalExtensions.rrcConnectionRequest-r8.ue-Identity.randomValue"},
    {"setup", DAPS_CH_DL_CCCH, "message.c1.rrcConnectionSetup", fill_transaction,
     "criticalExtensions.c1.rrcConnectionSetup-r8"},
    {"reject", DAPS_CH_DL_CCCH, "message.c1.rrcConnectionReject", NULL, "criticalExtensions.c1.rrcConnectionReject-r8"},
    {"setup-complete", DAPS_CH_UL_DCCH, "message.c1.rrcConnectionSetupComplete", fill_nas_transaction,
     "criticalExtensions.c1.rrcConnectionSetupComplete-r8.dedicatedInfoNAS"},
    {"security-mode-command", DAPS_CH_DL_DCCH, "message.c1.securityModeCommand", fill_security, NULL},
    {"security-mode-complete", DAPS_CH_UL_DCCH, "message.c1.securityModeComplete", fill_transaction, NULL},
    {"security-mode-failure", DAPS_CH_UL_DCCH, "message.c1.securityModeFailure", fill_transaction, NULL},
    {"complete", DAPS_CH_UL_DCCH, "message.c1.rrcConnectionReconfigurationComplete", fill_transaction, NULL},
    {"daps-failure", DAPS_CH_UL_DCCH, "message.messageClassExtension.c2.failureInformation-r16", NULL,
     "criticalExtensions.failureInformation-r16.failureType-r16"},
    {"rlc-failure", DAPS_CH_UL_DCCH, "message.messageClassExtension.c2.failureInformation-r16", NULL,
     "criticalExtensions.failureInformation-r16.failureType-r16"},
    {"reestablishment-request", DAPS_CH_UL_CCCH, "message.c1.rrcConnectionReestablishmentRequest", fill_request, NULL},
    {"reestablishment", DAPS_CH_DL_CCCH, "message.c1.rrcConnectionReestablishment", fill_ncc,
     "criticalExtensions.c1.rrcConnectionReestablishment-r8.nextHopChainingCount"},
    {"reestablishment-complete", DAPS_CH_UL_DCCH, "message.c1.rrcConnectionReestablishmentComplete", fill_transaction,
     NULL},
    {"release", DAPS_CH_DL_DCCH, "message.c1.rrcConnectionRelease", fill_transaction,
     "criticalExtensions.c1.rrcConnectionRelease-r8"},
    {"suspend", DAPS_CH_DL_DCCH, "message.c1.rrcConnectionRelease", fill_suspend, NULL},
    {"suspend-without-ncc", DAPS_CH_DL_DCCH, "message.c1.rrcConnectionRelease", fill_suspend_without_ncc, NULL},
    {"resume-request", DAPS_CH_UL_CCCH, "message.messageClassExtension.c2.rrcConnectionResumeRequest-r13",
     fill_resume_request, NULL},
    {"resume", DAPS_CH_DL_DCCH, "message.c1.rrcConnectionResume-r13", fill_ncc,
     "criticalExtensions.c1.rrcConnectionResume-r13.nextHopChainingCount-r13"},
    {"resume-complete", DAPS_CH_UL_DCCH, "message.messageClassExtension.c2.rrcConnectionResumeComplete-r13",
     fill_transaction, NULL},
    {"nas-dl", DAPS_CH_DL_DCCH, "message.c1.dlInformationTransfer", fill_nas_transaction,
     "criticalExtensions.c1.dlInformationTransfer-r8.dedicatedInfoType.dedicatedInfoNAS"},
    {"nas-ul", DAPS_CH_UL_DCCH, "message.c1.ulInformationTransfer", fill_nas,
     "criticalExtensions.c1.ulInformationTransfer-r8.dedicatedInfoType.dedicatedInfoNAS"},
    {"capability-enquiry", DAPS_CH_DL_DCCH, "message.c1.ueCapabilityEnquiry", fill_transaction,
     "criticalExtensions.c1.ueCapabilityEnquiry-r8"},
    {"measurement-report", DAPS_CH_UL_DCCH, "message.c1.measurementReport", fill_report, NULL},
    {"counter-check", DAPS_CH_DL_DCCH, "message.c1.counterCheck", fill_transaction,
     "criticalExtensions.c1.counterCheck-r8"},
    {"mobility-from-eutra", DAPS_CH_DL_DCCH, "message.c1.mobilityFromEUTRACommand", fill_nr,
     "criticalExtensions.c1.mobilityFromEUTRACommand-r9.purpose.handover.targetRAT-MessageContainer"},
};

static const struct lte_row *row_of(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

GByteArray *lte_message(const char *name, const struct synth_simple *values, enum daps_channel *channel, char **error)
{
    static const uint32_t roots[DAPS_CH_COUNT] = {
        [DAPS_CH_DL_CCCH] = LTE_SYNTH_ROOT_DL_CCCH_MESSAGE,
        [DAPS_CH_UL_CCCH] = LTE_SYNTH_ROOT_UL_CCCH_MESSAGE,
        [DAPS_CH_DL_DCCH] = LTE_SYNTH_ROOT_DL_DCCH_MESSAGE,
        [DAPS_CH_UL_DCCH] = LTE_SYNTH_ROOT_UL_DCCH_MESSAGE,
    };
    const struct lte_row *row = row_of(name);
    struct lte_filling f = {.values = values};
    GByteArray *octets;

    if (row == NULL) {
        draft_fail(error, g_strdup_printf("LTE has no message '%s'", name));
        return NULL;
    }
    f.draft = draft_start_in(&lte_synth_table, row->path);
    f.also = row->also;
    draft_add(&f.draft, "");
    if (row->fill != NULL)
        row->fill(&f);
    if (strcmp(name, "daps-failure") == 0)
        draft_set_name(&f.draft, row->also, "dapsHO-failure");
    else if (row->also != NULL && f.held == NULL && row->fill != fill_ncc)
        draft_add(&f.draft, row->also);
    *channel = row->channel;
    octets = draft_finish(&f.draft, roots[row->channel], error);
    if (f.held != NULL)
        g_byte_array_unref(f.held);
    return octets;
}
