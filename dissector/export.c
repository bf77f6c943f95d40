/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RRC that was deciphered, or that Wireshark did not find, to whoever exports PDUs: each behind the tags of
 * LINKTYPE_WIRESHARK_UPPER_PDU that name its dissector, the frame it came in, and its UE.
 *
 * UEs of one capture often share all addresses. So that they stay apart in what is exported, each gets one of its own:
 * 127.x.y.z, with its number in the capture.
 */
#include "export.h"

#include <epan/exported_pdu.h>
#include <epan/tap.h>
#include <stdlib.h>
#include <wsutil/exported_pdu_tlvs.h>

#include "messages.h"

static int tap;

void export_register(void)
{
    tap = register_export_pdu_tap("DAPS: RRC that was deciphered, or that Wireshark did not find");
}

bool export_is_wanted(void)
{
    return have_tap_listener(tap);
}

enum { TAG_HEAD = 4, IPV4_OCTETS = 4 };

static int ue_size(packet_info *pinfo, void *data)
{
    (void)pinfo;
    (void)data;
    return TAG_HEAD + IPV4_OCTETS;
}

static int ue_populate(packet_info *pinfo, void *data, uint8_t *at, uint32_t room)
{
    const unsigned long number = strtoul(((const struct note_ue *)data)->name, NULL, 10);

    (void)pinfo;
    (void)room; /* as large as ue_size said */
    at[0] = 0;
    at[1] = EXP_PDU_TAG_IPV4_SRC;
    at[2] = 0;
    at[3] = IPV4_OCTETS;
    at[4] = 127;
    at[5] = (uint8_t)(number >> 16);
    at[6] = (uint8_t)(number >> 8);
    at[7] = (uint8_t)number;
    return TAG_HEAD + IPV4_OCTETS;
}

static void export_one(tvbuff_t *tvb, packet_info *pinfo, const struct frame_note *note, const struct note_rrc *rrc)
{
    const char *dissector = messages_dissector(rrc->rat, rrc->channel);
    exp_pdu_data_item_t ue = {ue_size, ue_populate, note->n_ues == 1 ? (void *)&note->ues[0] : NULL};
    const exp_pdu_data_item_t *items[] = {&exp_pdu_data_orig_frame_num, NULL, NULL};
    exp_pdu_data_t *pdu;

    if (dissector == NULL)
        return;
    if (ue.data != NULL) { /* tags in the order of their numbers */
        items[0] = &ue;
        items[1] = &exp_pdu_data_orig_frame_num;
    }
    pdu = export_pdu_create_tags(pinfo, dissector, EXP_PDU_TAG_DISSECTOR_NAME, items);
    pdu->pdu_tvb = tvb_new_child_real_data(tvb, rrc->octets, rrc->length, (int)rrc->length);
    pdu->tvb_captured_length = pdu->tvb_reported_length = rrc->length;
    tap_queue_packet(tap, pinfo, pdu);
}

void export_rrc(tvbuff_t *tvb, packet_info *pinfo, const struct frame_note *note)
{
    for (guint i = 0; note->rrc != NULL && i < note->rrc->len; i++)
        export_one(tvb, pinfo, note, &g_array_index(note->rrc, struct note_rrc, i));
}
