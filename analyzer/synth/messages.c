/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes into each message: paths and values, which the PER writer turns into octets. */
#include "synth/messages.h"

#include <stdarg.h>
#include <string.h>

#include "per/writer.h"
#include "synth/tables_nr_synth.h"

/* Assignments under construction; paths are owned. */
struct draft {
    GArray *assigns; /* struct per_assign */
    const char *prefix;
};

static struct draft draft_start(const char *prefix)
{
    struct draft draft = {g_array_new(FALSE, TRUE, sizeof(struct per_assign)), prefix};

    return draft;
}

static struct per_assign *add(struct draft *draft, const char *path)
{
    struct per_assign assign = {.only_there = true};

    assign.path = g_strconcat(draft->prefix, *draft->prefix != '\0' && *path != '\0' ? "." : "", path, NULL);
    g_array_append_val(draft->assigns, assign);
    return &g_array_index(draft->assigns, struct per_assign, draft->assigns->len - 1);
}

static void set(struct draft *draft, const char *path, int64_t value)
{
    struct per_assign *assign = add(draft, path);

    assign->value = value;
    assign->only_there = false;
}

static void set_name(struct draft *draft, const char *path, const char *name)
{
    struct per_assign *assign = add(draft, path);

    assign->name = name;
    assign->only_there = false;
}

static void set_octets(struct draft *draft, const char *path, const GByteArray *octets)
{
    struct per_assign *assign = add(draft, path);

    assign->octets = octets->data;
    assign->length = octets->len;
    assign->only_there = false;
}

static GByteArray *finish(struct draft *draft, uint32_t root, char **error)
{
    struct per_output *out = g_new(struct per_output, 1);
    GByteArray *octets = NULL;
    size_t n = per_write(&nr_synth_table, root, (const struct per_assign *)(const void *)draft->assigns->data,
                         draft->assigns->len, out);

    if (n > 0)
        octets = g_byte_array_append(g_byte_array_sized_new((guint)n), out->octets, (guint)n);
    else if (*error == NULL)
        *error = g_strdup(out->error);
    for (guint i = 0; i < draft->assigns->len; i++)
        g_free((gpointer)(guintptr)g_array_index(draft->assigns, struct per_assign, i).path);
    g_array_unref(draft->assigns);
    g_free(out);
    return octets;
}

struct row {
    const char *path;
    int64_t value;
    const char *name;
};

static void set_rows(struct draft *draft, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct per_assign *assign = add(draft, rows[i].path);
        assign->value = rows[i].value;
        assign->name = rows[i].name;
        assign->only_there = false;
    }
}

/* A TDD carrier of 100 MHz in band n78, as commercial networks configure it. */
static const struct row serving_cell_rows[] = {
    {"uplinkConfigCommon.frequencyInfoUL.frequencyBandList.[0]", 78, NULL},
    {"uplinkConfigCommon.frequencyInfoUL.scs-SpecificCarrierList.[0].carrierBandwidth", 273, NULL},
    {"uplinkConfigCommon.frequencyInfoUL.scs-SpecificCarrierList.[0].subcarrierSpacing", 0, "kHz30"},
    {"uplinkConfigCommon.frequencyInfoUL.p-Max", 23, NULL},
    {"uplinkConfigCommon.initialUplinkBWP.genericParameters.locationAndBandwidth", 1099, NULL},
    {"uplinkConfigCommon.initialUplinkBWP.genericParameters.subcarrierSpacing", 0, "kHz30"},
    {"uplinkConfigCommon.initialUplinkBWP.rach-ConfigCommon.setup.rach-ConfigGeneric.prach-ConfigurationIndex", 159,
     NULL},
    {"uplinkConfigCommon.initialUplinkBWP.rach-ConfigCommon.setup.rach-ConfigGeneric.preambleReceivedTargetPower", -100,
     NULL},
    {"uplinkConfigCommon.initialUplinkBWP.rach-ConfigCommon.setup.rach-ConfigGeneric.ra-ResponseWindow", 0, "sl20"},
    {"uplinkConfigCommon.initialUplinkBWP.rach-ConfigCommon.setup.prach-RootSequenceIndex.l139", 77, NULL},
    {"uplinkConfigCommon.initialUplinkBWP.rach-ConfigCommon.setup.msg1-SubcarrierSpacing", 0, "kHz30"},
    {"uplinkConfigCommon.initialUplinkBWP.pusch-ConfigCommon.setup.pusch-TimeDomainAllocationList.[0].mappingType", 0,
     "typeA"},
    {"uplinkConfigCommon.initialUplinkBWP.pusch-ConfigCommon.setup.pusch-TimeDomainAllocationList.[1].mappingType", 0,
     "typeB"},
    {"uplinkConfigCommon.initialUplinkBWP.pusch-ConfigCommon.setup.msg3-DeltaPreamble", 1, NULL},
    {"uplinkConfigCommon.initialUplinkBWP.pucch-ConfigCommon.setup.pucch-ResourceCommon", 11, NULL},
    {"n-TimingAdvanceOffset", 0, "n25600"},
    {"ssb-PositionsInBurst.mediumBitmap", 0x80, NULL},
    {"ssb-periodicityServingCell", 0, "ms20"},
    {"ssbSubcarrierSpacing", 0, "kHz30"},
    {"tdd-UL-DL-ConfigurationCommon.referenceSubcarrierSpacing", 0, "kHz30"},
    {"tdd-UL-DL-ConfigurationCommon.pattern1.dl-UL-TransmissionPeriodicity", 0, "ms5"},
    {"tdd-UL-DL-ConfigurationCommon.pattern1.nrofDownlinkSlots", 7, NULL},
    {"tdd-UL-DL-ConfigurationCommon.pattern1.nrofDownlinkSymbols", 6, NULL},
    {"tdd-UL-DL-ConfigurationCommon.pattern1.nrofUplinkSlots", 2, NULL},
    {"tdd-UL-DL-ConfigurationCommon.pattern1.nrofUplinkSymbols", 4, NULL},
    {"downlinkConfigCommon.initialDownlinkBWP.genericParameters.locationAndBandwidth", 1099, NULL},
    {"downlinkConfigCommon.initialDownlinkBWP.genericParameters.subcarrierSpacing", 0, "kHz30"},
    {"downlinkConfigCommon.initialDownlinkBWP.pdcch-ConfigCommon.setup.controlResourceSetZero", 10, NULL},
    {"downlinkConfigCommon.initialDownlinkBWP.pdcch-ConfigCommon.setup.searchSpaceZero", 0, NULL},
    {"downlinkConfigCommon.initialDownlinkBWP.pdcch-ConfigCommon.setup.ra-SearchSpace", 1, NULL},
    {"downlinkConfigCommon.initialDownlinkBWP.pdsch-ConfigCommon.setup.pdsch-TimeDomainAllocationList.[0]."
     "startSymbolAndLength",
     40, NULL},
    {"downlinkConfigCommon.initialDownlinkBWP.pdsch-ConfigCommon.setup.pdsch-TimeDomainAllocationList.[1]."
     "startSymbolAndLength",
     57, NULL},
    {"ss-PBCH-BlockPower", 15, NULL},
};

static const struct row frequency_rows[] = {
    {"downlinkConfigCommon.frequencyInfoDL.frequencyBandList.[0]", 78, NULL},
    {"downlinkConfigCommon.frequencyInfoDL.scs-SpecificCarrierList.[0].carrierBandwidth", 273, NULL},
    {"downlinkConfigCommon.frequencyInfoDL.scs-SpecificCarrierList.[0].subcarrierSpacing", 0, "kHz30"},
};

/* RACH-ConfigDedicated by kind of access (TS 38.321 5.1.1): absent, cfra, or cfra-TwoStep-r16. */
static void set_rach(struct draft *draft, enum daps_rach rach)
{
    if (rach == DAPS_RACH_CFRA) {
        set(draft,
            "spCellConfig.reconfigurationWithSync.rach-ConfigDedicated.uplink.cfra.resources.ssb."
            "ssb-ResourceList.[0].ra-PreambleIndex",
            52);
    } else if (rach == DAPS_RACH_CFRA_2STEP) {
        set(draft,
            "spCellConfig.reconfigurationWithSync.rach-ConfigDedicated.uplink.cfra-TwoStep-r16."
            "resourcesTwoStep-r16.ssb-ResourceList.[0].ra-PreambleIndex",
            53);
    }
}

static GByteArray *cell_group(const struct synth_command *command, char **error)
{
    static const char prefix[] = "spCellConfig.reconfigurationWithSync.spCellConfigCommon";
    const struct synth_cell *cell = command->target;
    struct draft common = draft_start(prefix), draft = draft_start("");

    set(&common, "physCellId", cell->pci);
    set_rows(&common, serving_cell_rows, G_N_ELEMENTS(serving_cell_rows));
    if (!command->same_frequency) {
        set(&common, "downlinkConfigCommon.frequencyInfoDL.absoluteFrequencySSB", cell->ssb_arfcn);
        set(&common, "downlinkConfigCommon.frequencyInfoDL.absoluteFrequencyPointA", cell->point_a);
        set_rows(&common, frequency_rows, G_N_ELEMENTS(frequency_rows));
    }
    g_array_append_vals(draft.assigns, common.assigns->data, common.assigns->len);
    g_array_unref(common.assigns);
    set(&draft, "spCellConfig.reconfigurationWithSync.newUE-Identity", command->c_rnti);
    set_name(&draft, "spCellConfig.reconfigurationWithSync.t304", command->t304);
    set_rach(&draft, command->rach);
    if (command->daps)
        set_name(&draft,
                 "spCellConfig.reconfigurationWithSync.daps-UplinkPowerConfig-r16."
                 "uplinkPowerSharingDAPS-Mode-r16",
                 "semi-static-mode1");
    set_name(&draft, "mac-CellGroupConfig.bsr-Config.periodicBSR-Timer", "sf10");
    set_name(&draft, "mac-CellGroupConfig.bsr-Config.retxBSR-Timer", "sf80");
    set(&draft, "physicalCellGroupConfig.p-NR-FR1", 23);
    return finish(&draft, NR_SYNTH_ROOT_CELLGROUPCONFIG, error);
}

#define RECONF "criticalExtensions.rrcReconfiguration."
#define V1530  RECONF "nonCriticalExtension."
#define V1560  V1530 "nonCriticalExtension.nonCriticalExtension."
#define V1610  V1560 "nonCriticalExtension."

/* An A3 measurement of one frequency: object, report and identity number i + 1. */
static void set_measurement(struct draft *draft, int i, int32_t ssb_frequency)
{
    char *object = g_strdup_printf(RECONF "measConfig.measObjectToAddModList.[%d]", i);
    char *report = g_strdup_printf(RECONF "measConfig.reportConfigToAddModList.[%d]", i);
    char *identity = g_strdup_printf(RECONF "measConfig.measIdToAddModList.[%d]", i);

    draft->prefix = object;
    set(draft, "measObjectId", i + 1);
    set(draft, "measObject.measObjectNR.ssbFrequency", ssb_frequency);
    set_name(draft, "measObject.measObjectNR.ssbSubcarrierSpacing", "kHz30");
    set(draft, "measObject.measObjectNR.smtc1.periodicityAndOffset.sf20", i);
    set_name(draft, "measObject.measObjectNR.smtc1.duration", "sf2");
    set(draft, "measObject.measObjectNR.referenceSignalConfig.ssb-ConfigMobility.deriveSSB-IndexFromCell", 1);
    set(draft, "measObject.measObjectNR.absThreshSS-BlocksConsolidation.thresholdRSRP", 40);
    set(draft, "measObject.measObjectNR.cellsToAddModList.[0].physCellId", 100 + i);
    set(draft, "measObject.measObjectNR.cellsToAddModList.[1].physCellId", 200 + i);
    draft->prefix = report;
    set(draft, "reportConfigId", i + 1);
    set(draft, "reportConfig.reportConfigNR.reportType.eventTriggered.eventId.eventA3.a3-Offset.rsrp", 6);
    set_name(draft, "reportConfig.reportConfigNR.reportType.eventTriggered.eventId.eventA3.timeToTrigger", "ms320");
    set_name(draft, "reportConfig.reportConfigNR.reportType.eventTriggered.reportInterval", "ms240");
    draft->prefix = identity;
    set(draft, "measId", i + 1);
    set(draft, "measObjectId", i + 1);
    set(draft, "reportConfigId", i + 1);
    draft->prefix = "";
    g_free(object);
    g_free(report);
    g_free(identity);
}

static void set_meas_config(struct draft *draft, int32_t ssb_arfcn)
{
    for (int i = 0; i < 3; i++)
        set_measurement(draft, i, ssb_arfcn + 96 * i);
    set(draft, RECONF "measConfig.s-MeasureConfig.ssb-RSRP", 60);
    set_name(draft,
             RECONF "measConfig.quantityConfig.quantityConfigNR-List.[0].quantityConfigCell.ssb-FilterConfig."
                    "filterCoefficientRSRP",
             "fc8");
}

/* SRB1, SRB2 and two DRBs; with DAPS both DRBs carry daps-Config and no SRB is re-established (TS 38.331 5.3.5.5.2). */
static void set_bearers(struct draft *draft, const struct synth_command *command)
{
    for (int i = 0; i < 2; i++) {
        char *srb = g_strdup_printf(RECONF "radioBearerConfig.srb-ToAddModList.[%d]", i);
        char *drb = g_strdup_printf(RECONF "radioBearerConfig.drb-ToAddModList.[%d]", i);
        draft->prefix = srb;
        set(draft, "srb-Identity", i + 1);
        if (!command->daps && command->ncc >= 0)
            set_name(draft, "reestablishPDCP", "true");
        draft->prefix = drb;
        set(draft, "drb-Identity", i + 1);
        if (command->daps)
            set_name(draft, "daps-Config-r16", "true");
        else if (command->ncc >= 0)
            set_name(draft, "reestablishPDCP", "true");
        draft->prefix = "";
        g_free(srb);
        g_free(drb);
    }
    if (command->nea >= 0) {
        set(draft, RECONF "radioBearerConfig.securityConfig.securityAlgorithmConfig.cipheringAlgorithm", command->nea);
        set(draft, RECONF "radioBearerConfig.securityConfig.securityAlgorithmConfig.integrityProtAlgorithm",
            command->nia);
        set_name(draft, RECONF "radioBearerConfig.securityConfig.keyToUse", "master");
    }
}

/* The contents of an RRCReconfiguration at prefix ("" for a bare one). group is kept until the draft is finished. */
static void set_reconfiguration(struct draft *draft, const struct synth_command *command, const GByteArray *group)
{
    set(draft, "rrc-TransactionIdentifier", command->transaction);
    add(draft, "criticalExtensions.rrcReconfiguration");
    if (command->meas_config)
        set_meas_config(draft, command->target != NULL ? command->target->ssb_arfcn : 632628);
    if (group != NULL) {
        set_bearers(draft, command);
        set_octets(draft, V1530 "masterCellGroup", group);
    }
    if (command->ncc >= 0) {
        set(draft, V1530 "masterKeyUpdate.keySetChangeIndicator", command->key_set_change);
        set(draft, V1530 "masterKeyUpdate.nextHopChainingCount", command->ncc);
    }
    if (command->sk_counter >= 0)
        set(draft, V1560 "sk-Counter", command->sk_counter);
    if (command->source_release)
        set_name(draft, V1610 "daps-SourceRelease-r16", "true");
}

static GByteArray *bare_reconfiguration(const struct synth_command *command, char **error)
{
    struct draft draft = draft_start("");
    GByteArray *group = command->target != NULL ? cell_group(command, error) : NULL, *octets;

    set_reconfiguration(&draft, command, group);
    octets = finish(&draft, NR_SYNTH_ROOT_RRCRECONFIGURATION, error);
    if (group != NULL)
        g_byte_array_unref(group);
    return octets;
}

/*
 * A DL-DCCH-Message is one bit for c1 and four for rrcReconfiguration, then the message; UPER has no padding between,
 * so the message is written as part of it rather than copied.
 */
GByteArray *synth_reconfiguration(const struct synth_command *command, char **error)
{
    struct draft bare = draft_start(""), draft = draft_start("message.c1.rrcReconfiguration");
    GByteArray *group = command->target != NULL ? cell_group(command, error) : NULL, *octets;

    set_reconfiguration(&bare, command, group);
    for (guint i = 0; i < bare.assigns->len; i++) {
        struct per_assign *from = &g_array_index(bare.assigns, struct per_assign, i), *to = add(&draft, from->path);
        const char *path = to->path;
        g_free((gpointer)(guintptr)from->path);
        *to = *from;
        to->path = path;
    }
    g_array_unref(bare.assigns);
    octets = finish(&draft, NR_SYNTH_ROOT_DL_DCCH_MESSAGE, error);
    if (group != NULL)
        g_byte_array_unref(group);
    return octets;
}

/* What both DRBs have: path is of one list item. */
static void set_drb(struct draft *draft, int i, unsigned sn_bits)
{
    const char *size = sn_bits == 18 ? "len18bits" : "len12bits";

    set(draft, "drb-Identity", i + 1);
    set(draft, "cnAssociation.sdap-Config.pdu-Session", i + 1);
    set_name(draft, "cnAssociation.sdap-Config.sdap-HeaderDL", "absent");
    set_name(draft, "cnAssociation.sdap-Config.sdap-HeaderUL", "absent");
    set(draft, "cnAssociation.sdap-Config.defaultDRB", i == 0);
    add(draft, "pdcp-Config.drb.headerCompression.notUsed");
    set_name(draft, "pdcp-Config.drb.pdcp-SN-SizeUL", size);
    set_name(draft, "pdcp-Config.drb.pdcp-SN-SizeDL", size);
}

static GByteArray *drb_channels(char **error)
{
    struct draft draft = draft_start("");

    for (int i = 0; i < 2; i++) {
        char *item = g_strdup_printf("rlc-BearerToAddModList.[%d]", i);
        draft.prefix = item;
        set(&draft, "logicalChannelIdentity", i + 4);
        set(&draft, "servedRadioBearer.drb-Identity", i + 1);
        set_name(&draft, "rlc-Config.am.ul-AM-RLC.sn-FieldLength", "size12");
        set_name(&draft, "rlc-Config.am.dl-AM-RLC.sn-FieldLength", "size12");
        draft.prefix = "";
        g_free(item);
    }
    return finish(&draft, NR_SYNTH_ROOT_CELLGROUPCONFIG, error);
}

GByteArray *synth_bearers(unsigned transaction, unsigned sn_bits, bool release, char **error)
{
    static const char top[] = "message.c1.rrcReconfiguration";
    struct draft draft = draft_start(top);
    GByteArray *group = release ? NULL : drb_channels(error), *octets;

    set(&draft, "rrc-TransactionIdentifier", transaction);
    for (int i = 0; i < 2; i++) {
        char *item = g_strdup_printf("%s." RECONF "radioBearerConfig.%s.[%d]", top,
                                     release ? "drb-ToReleaseList" : "drb-ToAddModList", i);
        draft.prefix = item;
        if (release)
            set(&draft, "", i + 1);
        else
            set_drb(&draft, i, sn_bits);
        draft.prefix = top;
        g_free(item);
    }
    if (group != NULL)
        set_octets(&draft, V1530 "masterCellGroup", group);
    octets = finish(&draft, NR_SYNTH_ROOT_DL_DCCH_MESSAGE, error);
    if (group != NULL)
        g_byte_array_unref(group);
    return octets;
}

GByteArray *synth_conditional(const struct synth_command *candidates, unsigned n, unsigned transaction, char **error)
{
    struct draft draft = draft_start("message.c1.rrcReconfiguration");
    GPtrArray *inner = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
    GByteArray *octets;

    set(&draft, "rrc-TransactionIdentifier", transaction);
    if (candidates[0].attempt_conditional)
        set(&draft, V1610 "conditionalReconfiguration-r16.attemptCondReconfig-r16", 0);
    for (unsigned i = 0; i < n; i++) {
        GByteArray *candidate = bare_reconfiguration(&candidates[i], error);
        char *item = g_strdup_printf("message.c1.rrcReconfiguration." V1610
                                     "conditionalReconfiguration-r16.condReconfigToAddModList-r16.[%u]",
                                     i);
        draft.prefix = item;
        set(&draft, "condReconfigId-r16", i + 1);
        set(&draft, "condExecutionCond-r16.[0]", 1);
        if (candidate != NULL) {
            g_ptr_array_add(inner, candidate);
            set_octets(&draft, "condRRCReconfig-r16", candidate);
        }
        draft.prefix = "";
        g_free(item);
    }
    octets = finish(&draft, NR_SYNTH_ROOT_DL_DCCH_MESSAGE, error);
    g_ptr_array_unref(inner);
    return octets;
}

GByteArray *synth_scg_change(const struct synth_command *command, char **error)
{
    struct draft draft = draft_start("");
    GByteArray *group = cell_group(command, error), *octets;

    set(&draft, "rrc-TransactionIdentifier", command->transaction);
    if (group != NULL)
        set_octets(&draft, RECONF "secondaryCellGroup", group);
    octets = finish(&draft, NR_SYNTH_ROOT_RRCRECONFIGURATION, error);
    if (group != NULL)
        g_byte_array_unref(group);
    return octets;
}

/* ---- messages without cell group ---- */

enum filler {
    FILL_NONE,
    FILL_TRANSACTION,
    FILL_SECURITY,
    FILL_NCC,
    FILL_SUSPEND,
    FILL_REQUEST,
    FILL_RESUME,
    FILL_NAS,
    FILL_REPORT,
    FILL_LTE
};

static const struct simple_row {
    const char *name;
    enum daps_channel channel;
    const char *path; /* below which everything stands; it is written even if nothing is set */
    enum filler filler;
    const char *also; /* another component to be there */
} simple_rows[] = {
    {"setup-request", DAPS_CH_UL_CCCH, "message.c1.rrcSetupRequest", FILL_NONE,
     "rrcSetupRequest.ue-Identity.randomValue"},
    {"setup", DAPS_CH_DL_CCCH, "message.c1.rrcSetup", FILL_TRANSACTION,
     "criticalExtensions.rrcSetup.radioBearerConfig.srb-ToAddModList.[0]"},
    {"reject", DAPS_CH_DL_CCCH, "message.c1.rrcReject", FILL_NONE, "criticalExtensions.rrcReject.waitTime"},
    {"setup-complete", DAPS_CH_UL_DCCH, "message.c1.rrcSetupComplete", FILL_NAS,
     "criticalExtensions.rrcSetupComplete.dedicatedNAS-Message"},
    {"security-mode-command", DAPS_CH_DL_DCCH, "message.c1.securityModeCommand", FILL_SECURITY, NULL},
    {"security-mode-complete", DAPS_CH_UL_DCCH, "message.c1.securityModeComplete", FILL_TRANSACTION, NULL},
    {"security-mode-failure", DAPS_CH_UL_DCCH, "message.c1.securityModeFailure", FILL_TRANSACTION, NULL},
    {"complete", DAPS_CH_UL_DCCH, "message.c1.rrcReconfigurationComplete", FILL_TRANSACTION, NULL},
    {"daps-failure", DAPS_CH_UL_DCCH, "message.c1.failureInformation", FILL_NONE,
     "criticalExtensions.failureInformation.nonCriticalExtension.failureInfoDAPS-r16.failureType-r16"},
    {"rlc-failure", DAPS_CH_UL_DCCH, "message.c1.failureInformation", FILL_NONE,
     "criticalExtensions.failureInformation.failureInfoRLC-Bearer.logicalChannelIdentity"},
    {"reestablishment-request", DAPS_CH_UL_CCCH, "message.c1.rrcReestablishmentRequest", FILL_REQUEST, NULL},
    {"reestablishment", DAPS_CH_DL_DCCH, "message.c1.rrcReestablishment", FILL_NCC, NULL},
    {"reestablishment-complete", DAPS_CH_UL_DCCH, "message.c1.rrcReestablishmentComplete", FILL_TRANSACTION, NULL},
    {"release", DAPS_CH_DL_DCCH, "message.c1.rrcRelease", FILL_TRANSACTION, NULL},
    {"suspend", DAPS_CH_DL_DCCH, "message.c1.rrcRelease", FILL_SUSPEND, NULL},
    {"resume-request", DAPS_CH_UL_CCCH, "message.c1.rrcResumeRequest", FILL_RESUME, NULL},
    {"resume", DAPS_CH_DL_DCCH, "message.c1.rrcResume", FILL_TRANSACTION, NULL},
    {"resume-complete", DAPS_CH_UL_DCCH, "message.c1.rrcResumeComplete", FILL_TRANSACTION, NULL},
    {"nas-dl", DAPS_CH_DL_DCCH, "message.c1.dlInformationTransfer", FILL_NAS,
     "criticalExtensions.dlInformationTransfer.dedicatedNAS-Message"},
    {"nas-ul", DAPS_CH_UL_DCCH, "message.c1.ulInformationTransfer", FILL_NAS,
     "criticalExtensions.ulInformationTransfer.dedicatedNAS-Message"},
    {"capability-enquiry", DAPS_CH_DL_DCCH, "message.c1.ueCapabilityEnquiry", FILL_TRANSACTION, NULL},
    {"measurement-report", DAPS_CH_UL_DCCH, "message.c1.measurementReport", FILL_REPORT, NULL},
    {"counter-check", DAPS_CH_DL_DCCH, "message.c1.counterCheck", FILL_TRANSACTION, NULL},
    {"mobility-from-nr", DAPS_CH_DL_DCCH, "message.c1.mobilityFromNRCommand", FILL_LTE,
     "criticalExtensions.mobilityFromNRCommand.targetRAT-MessageContainer"},
};

static void fill_security(struct draft *draft, const struct synth_simple *values)
{
    set(draft, "rrc-TransactionIdentifier", values->transaction);
    set(draft, "criticalExtensions.securityModeCommand.securityConfigSMC.securityAlgorithmConfig.cipheringAlgorithm",
        values->nea);
    set(draft,
        "criticalExtensions.securityModeCommand.securityConfigSMC.securityAlgorithmConfig.integrityProtAlgorithm",
        values->nia);
}

static void fill_request(struct draft *draft, const struct synth_simple *values)
{
    set(draft, "rrcReestablishmentRequest.ue-Identity.c-RNTI", values->c_rnti);
    set(draft, "rrcReestablishmentRequest.ue-Identity.physCellId", values->pci);
    set(draft, "rrcReestablishmentRequest.ue-Identity.shortMAC-I", (int64_t)(0xA000 + values->number % 0x1000));
    set_name(draft, "rrcReestablishmentRequest.reestablishmentCause", values->cause);
}

static void fill_report(struct draft *draft, const struct synth_simple *values)
{
    static const char results[] = "criticalExtensions.measurementReport.measResults.";
    char *prefix = g_strconcat(draft->prefix, ".", results, NULL);
    const char *outer = draft->prefix;

    prefix[strlen(prefix) - 1] = '\0';
    draft->prefix = prefix;
    set(draft, "measId", 1 + values->number % 3);
    add(draft, "measResultServingMOList.[0].measResultServingCell.measResult.cellResults");
    for (unsigned i = 0; i < 4; i++) {
        char *cell = g_strdup_printf("%s.measResultNeighCells.measResultListNR.[%u]", prefix, i);
        draft->prefix = cell;
        set(draft, "physCellId", (values->number * 7 + i * 131) % 1008);
        set(draft, "measResult.cellResults.resultsSSB-Cell.rsrp", 30 + (values->number + i) % 60);
        draft->prefix = prefix;
        g_free(cell);
    }
    draft->prefix = outer;
    g_free(prefix);
}

GByteArray *synth_message(const char *name, const struct synth_simple *values, enum daps_channel *channel, char **error)
{
    static const uint32_t roots[DAPS_CH_COUNT] = {
        [DAPS_CH_DL_CCCH] = NR_SYNTH_ROOT_DL_CCCH_MESSAGE,
        [DAPS_CH_UL_CCCH] = NR_SYNTH_ROOT_UL_CCCH_MESSAGE,
        [DAPS_CH_DL_DCCH] = NR_SYNTH_ROOT_DL_DCCH_MESSAGE,
        [DAPS_CH_UL_DCCH] = NR_SYNTH_ROOT_UL_DCCH_MESSAGE,
    };
    /* DL-DCCH-Message, rrcConnectionReconfiguration without contents (TS 36.331 6.2.2) */
    static const uint8_t empty_lte_reconfiguration[3] = {0x20, 0x00, 0x00};
    const struct simple_row *row = NULL;
    struct draft draft;
    GByteArray *nas = NULL, *octets;

    for (size_t i = 0; i < G_N_ELEMENTS(simple_rows) && row == NULL; i++) {
        if (strcmp(simple_rows[i].name, name) == 0)
            row = &simple_rows[i];
    }
    if (row == NULL) {
        *error = g_strdup_printf("no message '%s'", name);
        return NULL;
    }
    draft = draft_start(row->path);
    add(&draft, "");
    switch (row->filler) {
    case FILL_NONE:
        break;
    case FILL_TRANSACTION:
        set(&draft, "rrc-TransactionIdentifier", values->transaction);
        break;
    case FILL_SECURITY:
        fill_security(&draft, values);
        break;
    case FILL_NCC:
        set(&draft, "criticalExtensions.rrcReestablishment.nextHopChainingCount", values->ncc);
        break;
    case FILL_SUSPEND:
        set(&draft, "criticalExtensions.rrcRelease.suspendConfig.nextHopChainingCount", values->ncc);
        set(&draft, "criticalExtensions.rrcRelease.suspendConfig.fullI-RNTI", values->i_rnti);
        set(&draft, "criticalExtensions.rrcRelease.suspendConfig.shortI-RNTI", values->i_rnti & 0xFFFFFF);
        break;
    case FILL_RESUME:
        set(&draft, "rrcResumeRequest.resumeIdentity", values->i_rnti & 0xFFFFFF);
        break;
    case FILL_REQUEST:
        fill_request(&draft, values);
        break;
    case FILL_NAS:
        nas = g_byte_array_new();
        g_byte_array_set_size(nas, 24);
        memset(nas->data, (int)(values->number & 0xFF), 24);
        nas->data[0] = 0x7E; /* 5GMM, security protected (TS 24.501 9.2) */
        nas->data[1] = 0x02;
        set_octets(&draft, row->also, nas);
        if (row->channel != DAPS_CH_UL_DCCH || strcmp(row->name, "setup-complete") == 0)
            set(&draft, "rrc-TransactionIdentifier", values->transaction);
        break;
    case FILL_REPORT:
        fill_report(&draft, values);
        break;
    case FILL_LTE:
        set(&draft, "rrc-TransactionIdentifier", values->transaction);
        nas = g_byte_array_append(g_byte_array_new(), empty_lte_reconfiguration, sizeof empty_lte_reconfiguration);
        set_octets(&draft, row->also, nas);
        break;
    }
    if (row->also != NULL && nas == NULL)
        add(&draft, row->also);
    *channel = row->channel;
    octets = finish(&draft, roots[row->channel], error);
    if (nas != NULL)
        g_byte_array_unref(nas);
    return octets;
}
