/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reconfigurations of every kind: cell groups, bearers, measurements, conditional candidates. */
#include "synth/messages.h"

#include <string.h>

#include "synth/draft.h"
#include "synth/lte_messages.h"
#include "synth/tables_nr_synth.h"

/* A TDD carrier of 100 MHz in band n78, as commercial networks configure it. */
static const struct draft_row serving_cell_rows[] = {
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

static const struct draft_row frequency_rows[] = {
    {"downlinkConfigCommon.frequencyInfoDL.frequencyBandList.[0]", 78, NULL},
    {"downlinkConfigCommon.frequencyInfoDL.scs-SpecificCarrierList.[0].carrierBandwidth", 273, NULL},
    {"downlinkConfigCommon.frequencyInfoDL.scs-SpecificCarrierList.[0].subcarrierSpacing", 0, "kHz30"},
};

/* RACH-ConfigDedicated by kind of access (TS 38.321 5.1.1): absent, cfra, or cfra-TwoStep-r16. */
static void set_rach(struct draft *draft, enum daps_rach rach)
{
    if (rach == DAPS_RACH_CFRA) {
        draft_set(draft,
                  "spCellConfig.reconfigurationWithSync.rach-ConfigDedicated.uplink.cfra.resources.ssb."
                  "ssb-ResourceList.[0].ra-PreambleIndex",
                  52);
    } else if (rach == DAPS_RACH_CFRA_2STEP) {
        draft_set(draft,
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

    draft_set(&common, "physCellId", cell->pci);
    draft_set_rows(&common, serving_cell_rows, G_N_ELEMENTS(serving_cell_rows));
    if (!command->same_frequency) {
        draft_set(&common, "downlinkConfigCommon.frequencyInfoDL.absoluteFrequencySSB", cell->ssb_arfcn);
        draft_set(&common, "downlinkConfigCommon.frequencyInfoDL.absoluteFrequencyPointA", cell->point_a);
        draft_set_rows(&common, frequency_rows, G_N_ELEMENTS(frequency_rows));
    }
    g_array_append_vals(draft.assigns, common.assigns->data, common.assigns->len);
    g_array_unref(common.assigns);
    draft_set(&draft, "spCellConfig.reconfigurationWithSync.newUE-Identity", command->c_rnti);
    draft_set_name(&draft, "spCellConfig.reconfigurationWithSync.t304", command->t304);
    set_rach(&draft, command->rach);
    if (command->daps)
        draft_set_name(&draft,
                       "spCellConfig.reconfigurationWithSync.daps-UplinkPowerConfig-r16."
                       "uplinkPowerSharingDAPS-Mode-r16",
                       "semi-static-mode1");
    draft_set_name(&draft, "mac-CellGroupConfig.bsr-Config.periodicBSR-Timer", "sf10");
    draft_set_name(&draft, "mac-CellGroupConfig.bsr-Config.retxBSR-Timer", "sf80");
    draft_set(&draft, "physicalCellGroupConfig.p-NR-FR1", 23);
    return draft_finish(&draft, NR_SYNTH_ROOT_CELLGROUPCONFIG, error);
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
    draft_set(draft, "measObjectId", i + 1);
    draft_set(draft, "measObject.measObjectNR.ssbFrequency", ssb_frequency);
    draft_set_name(draft, "measObject.measObjectNR.ssbSubcarrierSpacing", "kHz30");
    draft_set(draft, "measObject.measObjectNR.smtc1.periodicityAndOffset.sf20", i);
    draft_set_name(draft, "measObject.measObjectNR.smtc1.duration", "sf2");
    draft_set(draft, "measObject.measObjectNR.referenceSignalConfig.ssb-ConfigMobility.deriveSSB-IndexFromCell", 1);
    draft_set(draft, "measObject.measObjectNR.absThreshSS-BlocksConsolidation.thresholdRSRP", 40);
    draft_set(draft, "measObject.measObjectNR.cellsToAddModList.[0].physCellId", 100 + i);
    draft_set(draft, "measObject.measObjectNR.cellsToAddModList.[1].physCellId", 200 + i);
    draft->prefix = report;
    draft_set(draft, "reportConfigId", i + 1);
    draft_set(draft, "reportConfig.reportConfigNR.reportType.eventTriggered.eventId.eventA3.a3-Offset.rsrp", 6);
    draft_set_name(draft, "reportConfig.reportConfigNR.reportType.eventTriggered.eventId.eventA3.timeToTrigger",
                   "ms320");
    draft_set_name(draft, "reportConfig.reportConfigNR.reportType.eventTriggered.reportInterval", "ms240");
    draft->prefix = identity;
    draft_set(draft, "measId", i + 1);
    draft_set(draft, "measObjectId", i + 1);
    draft_set(draft, "reportConfigId", i + 1);
    draft->prefix = "";
    g_free(object);
    g_free(report);
    g_free(identity);
}

static void set_meas_config(struct draft *draft, int32_t ssb_arfcn)
{
    for (int i = 0; i < 3; i++)
        set_measurement(draft, i, ssb_arfcn + 96 * i);
    draft_set(draft, RECONF "measConfig.s-MeasureConfig.ssb-RSRP", 60);
    draft_set_name(draft,
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
        draft_set(draft, "srb-Identity", i + 1);
        if (!command->daps && command->ncc >= 0)
            draft_set_name(draft, "reestablishPDCP", "true");
        draft->prefix = drb;
        draft_set(draft, "drb-Identity", i + 1);
        if (command->daps)
            draft_set_name(draft, "daps-Config-r16", "true");
        else if (command->ncc >= 0)
            draft_set_name(draft, "reestablishPDCP", "true");
        draft->prefix = "";
        g_free(srb);
        g_free(drb);
    }
    if (command->nea >= 0) {
        draft_set(draft, RECONF "radioBearerConfig.securityConfig.securityAlgorithmConfig.cipheringAlgorithm",
                  command->nea);
        draft_set(draft, RECONF "radioBearerConfig.securityConfig.securityAlgorithmConfig.integrityProtAlgorithm",
                  command->nia);
        draft_set_name(draft, RECONF "radioBearerConfig.securityConfig.keyToUse", "master");
    }
}

/* The contents of an RRCReconfiguration at prefix ("" for a bare one). group is kept until the draft is finished. */
static void set_reconfiguration(struct draft *draft, const struct synth_command *command, const GByteArray *group)
{
    draft_set(draft, "rrc-TransactionIdentifier", command->transaction);
    draft_add(draft, "criticalExtensions.rrcReconfiguration");
    if (command->meas_config)
        set_meas_config(draft, command->target != NULL ? command->target->ssb_arfcn : 632628);
    if (group != NULL) {
        set_bearers(draft, command);
        draft_set_octets(draft, V1530 "masterCellGroup", group);
    }
    if (command->ncc >= 0) {
        draft_set(draft, V1530 "masterKeyUpdate.keySetChangeIndicator", command->key_set_change);
        draft_set(draft, V1530 "masterKeyUpdate.nextHopChainingCount", command->ncc);
    }
    if (command->sk_counter >= 0)
        draft_set(draft, V1560 "sk-Counter", command->sk_counter);
    if (command->source_release)
        draft_set_name(draft, V1610 "daps-SourceRelease-r16", "true");
}

static GByteArray *bare_reconfiguration(const struct synth_command *command, char **error)
{
    struct draft draft = draft_start("");
    GByteArray *group = command->target != NULL ? cell_group(command, error) : NULL, *octets;

    set_reconfiguration(&draft, command, group);
    octets = draft_finish(&draft, NR_SYNTH_ROOT_RRCRECONFIGURATION, error);
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
    struct draft bare, draft;
    GByteArray *group, *octets;

    if (command->rat == DAPS_RAT_LTE)
        return lte_reconfiguration(command, error);
    bare = draft_start("");
    draft = draft_start("message.c1.rrcReconfiguration");
    group = command->target != NULL ? cell_group(command, error) : NULL;
    set_reconfiguration(&bare, command, group);
    for (guint i = 0; i < bare.assigns->len; i++) {
        struct per_assign *from = &g_array_index(bare.assigns, struct per_assign, i),
                          *to = draft_add(&draft, from->path);
        const char *path = to->path;
        g_free((gpointer)(guintptr)from->path);
        *to = *from;
        to->path = path;
    }
    g_array_unref(bare.assigns);
    octets = draft_finish(&draft, NR_SYNTH_ROOT_DL_DCCH_MESSAGE, error);
    if (group != NULL)
        g_byte_array_unref(group);
    return octets;
}

/* What both DRBs have: path is of one list item. */
static void set_drb(struct draft *draft, int i, unsigned sn_bits)
{
    const char *size = sn_bits == 18 ? "len18bits" : "len12bits";

    draft_set(draft, "drb-Identity", i + 1);
    draft_set(draft, "cnAssociation.sdap-Config.pdu-Session", i + 1);
    draft_set_name(draft, "cnAssociation.sdap-Config.sdap-HeaderDL", "absent");
    draft_set_name(draft, "cnAssociation.sdap-Config.sdap-HeaderUL", "absent");
    draft_set(draft, "cnAssociation.sdap-Config.defaultDRB", i == 0);
    draft_add(draft, "pdcp-Config.drb.headerCompression.notUsed");
    draft_set_name(draft, "pdcp-Config.drb.pdcp-SN-SizeUL", size);
    draft_set_name(draft, "pdcp-Config.drb.pdcp-SN-SizeDL", size);
}

static GByteArray *drb_channels(char **error)
{
    struct draft draft = draft_start("");

    for (int i = 0; i < 2; i++) {
        char *item = g_strdup_printf("rlc-BearerToAddModList.[%d]", i);
        draft.prefix = item;
        draft_set(&draft, "logicalChannelIdentity", i + 4);
        draft_set(&draft, "servedRadioBearer.drb-Identity", i + 1);
        draft_set_name(&draft, "rlc-Config.am.ul-AM-RLC.sn-FieldLength", "size12");
        draft_set_name(&draft, "rlc-Config.am.dl-AM-RLC.sn-FieldLength", "size12");
        draft.prefix = "";
        g_free(item);
    }
    return draft_finish(&draft, NR_SYNTH_ROOT_CELLGROUPCONFIG, error);
}

GByteArray *synth_bearers(unsigned transaction, unsigned sn_bits, bool release, char **error)
{
    static const char top[] = "message.c1.rrcReconfiguration";
    struct draft draft = draft_start(top);
    GByteArray *group = release ? NULL : drb_channels(error), *octets;

    draft_set(&draft, "rrc-TransactionIdentifier", transaction);
    for (int i = 0; i < 2; i++) {
        char *item = g_strdup_printf("%s." RECONF "radioBearerConfig.%s.[%d]", top,
                                     release ? "drb-ToReleaseList" : "drb-ToAddModList", i);
        draft.prefix = item;
        if (release)
            draft_set(&draft, "", i + 1);
        else
            set_drb(&draft, i, sn_bits);
        draft.prefix = top;
        g_free(item);
    }
    if (group != NULL)
        draft_set_octets(&draft, V1530 "masterCellGroup", group);
    octets = draft_finish(&draft, NR_SYNTH_ROOT_DL_DCCH_MESSAGE, error);
    if (group != NULL)
        g_byte_array_unref(group);
    return octets;
}

GByteArray *synth_conditional(const struct synth_command *candidates, unsigned n, unsigned transaction, char **error)
{
    struct draft draft;
    GPtrArray *inner;
    GByteArray *octets;

    if (candidates[0].rat == DAPS_RAT_LTE)
        return lte_conditional(candidates, n, transaction, error);
    draft = draft_start("message.c1.rrcReconfiguration");
    inner = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
    draft_set(&draft, "rrc-TransactionIdentifier", transaction);
    if (candidates[0].attempt_conditional)
        draft_set(&draft, V1610 "conditionalReconfiguration-r16.attemptCondReconfig-r16", 0);
    for (unsigned i = 0; i < n; i++) {
        GByteArray *candidate = bare_reconfiguration(&candidates[i], error);
        char *item = g_strdup_printf("message.c1.rrcReconfiguration." V1610
                                     "conditionalReconfiguration-r16.condReconfigToAddModList-r16.[%u]",
                                     i);
        draft.prefix = item;
        draft_set(&draft, "condReconfigId-r16", i + 1);
        draft_set(&draft, "condExecutionCond-r16.[0]", 1);
        if (candidate != NULL) {
            g_ptr_array_add(inner, candidate);
            draft_set_octets(&draft, "condRRCReconfig-r16", candidate);
        }
        draft.prefix = "";
        g_free(item);
    }
    octets = draft_finish(&draft, NR_SYNTH_ROOT_DL_DCCH_MESSAGE, error);
    g_ptr_array_unref(inner);
    return octets;
}

GByteArray *synth_scg_change(const struct synth_command *command, char **error)
{
    struct draft draft = draft_start("");
    GByteArray *group = cell_group(command, error), *octets;

    draft_set(&draft, "rrc-TransactionIdentifier", command->transaction);
    if (group != NULL)
        draft_set_octets(&draft, RECONF "secondaryCellGroup", group);
    octets = draft_finish(&draft, NR_SYNTH_ROOT_RRCRECONFIGURATION, error);
    if (group != NULL)
        g_byte_array_unref(group);
    if (octets != NULL && command->rat == DAPS_RAT_LTE) {
        GByteArray *nr = octets;
        octets = lte_scg_change(command->transaction, nr, error);
        g_byte_array_unref(nr);
    }
    return octets;
}
