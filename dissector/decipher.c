/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deciphered RRC in a frame.
 *
 * nr-rrc tells MAC, RLC and PDCP what it reads about bearers and algorithms, by what they have attached to the packet.
 * That is taken off while it reads ours: what Wireshark shows of other frames must be what it shows without us.
 */
#include "decipher.h"

#include <epan/column-utils.h>
#include <epan/exceptions.h>
#include <epan/proto_data.h>
#include <epan/show_exception.h>

#include "items.h"
#include "take_ids.h"

static dissector_handle_t dissectors[DAPS_CH_COUNT];

void decipher_resolve(void)
{
    dissectors[DAPS_CH_DL_DCCH] = find_dissector("nr-rrc.dl.dcch");
    dissectors[DAPS_CH_UL_DCCH] = find_dissector("nr-rrc.ul.dcch");
}

/*
 * TS 38.331 6.2.1: DL-DCCH-MessageType and UL-DCCH-MessageType begin with one bit, 0 for c1, and four with the place of
 * the message in c1.
 */
const char *decipher_message(const struct note_rrc *rrc)
{
    static const char *const downlink[16] = {"RRCReconfiguration",
                                             "RRCResume",
                                             "RRCRelease",
                                             "RRCReestablishment",
                                             "SecurityModeCommand",
                                             "DLInformationTransfer",
                                             "UECapabilityEnquiry",
                                             "CounterCheck",
                                             "MobilityFromNRCommand",
                                             "DLDedicatedMessageSegment",
                                             "UEInformationRequest",
                                             "DLInformationTransferMRDC",
                                             "LoggedMeasurementConfiguration"};
    static const char *const uplink[16] = {
        "MeasurementReport",          "RRCReconfigurationComplete", "RRCSetupComplete",
        "RRCReestablishmentComplete", "RRCResumeComplete",          "SecurityModeComplete",
        "SecurityModeFailure",        "ULInformationTransfer",      "LocationMeasurementIndication",
        "UECapabilityInformation",    "CounterCheckResponse",       "UEAssistanceInformation",
        "FailureInformation",         "ULInformationTransferMRDC",  "SCGFailureInformation",
        "SCGFailureInformationEUTRA"};
    const char *name = NULL;

    if (rrc->length > 0 && rrc->octets[0] < 0x80)
        name = (rrc->channel == DAPS_CH_UL_DCCH ? uplink : downlink)[rrc->octets[0] >> 3];
    return name != NULL ? name : "RRC";
}

/* A layer may have attached something at every visit; the newest is found first. */
static GPtrArray *take_off(packet_info *pinfo, int layer)
{
    GPtrArray *attached = g_ptr_array_new();

    for (void *data; (data = p_get_proto_data(wmem_file_scope(), pinfo, layer, 0)) != NULL;) {
        g_ptr_array_add(attached, data);
        p_remove_proto_data(wmem_file_scope(), pinfo, layer, 0);
    }
    return attached;
}

static void put_back(packet_info *pinfo, int layer, GPtrArray *attached)
{
    for (guint i = attached->len; i-- > 0;)
        p_add_proto_data(wmem_file_scope(), pinfo, layer, 0, attached->pdata[i]);
    g_ptr_array_unref(attached);
}

static void dissect(dissector_handle_t dissector, proto_tree *tree, tvbuff_t *rrc, packet_info *pinfo)
{
    const int *layers = take_ids()->layers; /* those below RRC */
    GPtrArray *attached[RRC];

    for (unsigned i = 0; i < RRC; i++)
        attached[i] = take_off(pinfo, layers[i]);
    TRY
    {
        call_dissector_only(dissector, rrc, pinfo, tree, NULL);
    }
    CATCH_NONFATAL_ERRORS
    {
        show_exception(rrc, pinfo, tree, EXCEPT_CODE, GET_MESSAGE);
    }
    ENDTRY;
    for (unsigned i = 0; i < RRC; i++)
        put_back(pinfo, layers[i], attached[i]);
}

static void show_one(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, const struct note_rrc *rrc)
{
    tvbuff_t *octets = tvb_new_child_real_data(tvb, rrc->octets, rrc->length, (int)rrc->length);
    proto_tree *sub;
    ws_bool writable;

    if (dissectors[rrc->channel] == NULL)
        return;
    add_new_data_source(pinfo, octets, "Deciphered NR RRC");
    sub = put_subtree(tree, octets, hf_daps_deciphered, ett_daps_deciphered,
                      "%s, deciphered with the keys of %s, %u octets", decipher_message(rrc), rrc->key, rrc->length);
    put_string(sub, octets, hf_daps_deciphered_key, rrc->key);
    writable = col_get_writable(pinfo->cinfo, -1);
    col_set_writable(pinfo->cinfo, -1, FALSE);
    dissect(dissectors[rrc->channel], sub, octets, pinfo);
    col_set_writable(pinfo->cinfo, -1, writable);
}

void decipher_show(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, const struct frame_note *note)
{
    for (guint i = 0; note->rrc != NULL && i < note->rrc->len; i++)
        show_one(tree, tvb, pinfo, &g_array_index(note->rrc, struct note_rrc, i));
}
