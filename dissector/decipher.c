/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RRC in a frame that Wireshark does not show, as it was ciphered or came in a way that Wireshark does not read.
 *
 * nr-rrc tells MAC, RLC and PDCP what it reads about bearers and algorithms, by what they have attached to the packet.
 * That is taken off while it reads ours: what Wireshark shows of other frames must be what it shows without us.
 */
#include "decipher.h"

#include <epan/column-utils.h>
#include <epan/exceptions.h>
#include <epan/proto_data.h>
#include <epan/show_exception.h>
#include <string.h>

#include "items.h"
#include "messages.h"
#include "take_ids.h"

static dissector_handle_t dissectors[DAPS_RAT_COUNT][DAPS_CH_COUNT];

void decipher_resolve(void)
{
    for (unsigned rat = 0; rat < DAPS_RAT_COUNT; rat++) {
        for (unsigned channel = 0; channel < DAPS_CH_COUNT; channel++) {
            const char *name = messages_dissector((enum daps_rat)rat, (enum daps_channel)channel);
            dissectors[rat][channel] = name != NULL ? find_dissector(name) : NULL;
        }
    }
}

const char *decipher_message(const struct note_rrc *rrc)
{
    return messages_name(rrc->rat, rrc->channel, rrc->octets, rrc->length);
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
    const struct take_ids *ids = take_ids();
    int below[RRC + LTE_LAYERS];
    GPtrArray *attached[G_N_ELEMENTS(below)];

    memcpy(below, ids->layers, RRC * sizeof below[0]);
    memcpy(&below[RRC], ids->lte, sizeof ids->lte);
    for (unsigned i = 0; i < G_N_ELEMENTS(below); i++)
        attached[i] = take_off(pinfo, below[i]);
    TRY
    {
        call_dissector_only(dissector, rrc, pinfo, tree, NULL);
    }
    CATCH_NONFATAL_ERRORS
    {
        show_exception(rrc, pinfo, tree, EXCEPT_CODE, GET_MESSAGE);
    }
    ENDTRY;
    for (unsigned i = 0; i < G_N_ELEMENTS(below); i++)
        put_back(pinfo, below[i], attached[i]);
}

/* Whoever names a data source after its octets finds them by these words. */
static const char *source_name(const struct note_rrc *rrc)
{
    if (rrc->key[0] == '\0')
        return rrc->rat == DAPS_RAT_LTE ? "LTE RRC" : "NR RRC";
    return rrc->rat == DAPS_RAT_LTE ? "Deciphered LTE RRC" : "Deciphered NR RRC";
}

static void show_one(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, const struct note_rrc *rrc)
{
    const bool clear = rrc->key[0] == '\0';
    const dissector_handle_t dissector = dissectors[rrc->rat][rrc->channel];
    tvbuff_t *octets;
    proto_tree *sub;
    ws_bool writable;

    if (dissector == NULL)
        return;
    octets = tvb_new_child_real_data(tvb, rrc->octets, rrc->length, (int)rrc->length);
    add_new_data_source(pinfo, octets, source_name(rrc));
    if (clear)
        sub = put_subtree(tree, octets, hf_daps_read, ett_daps_deciphered,
                          "%s, which Wireshark did not find in this frame, %u octets", decipher_message(rrc),
                          rrc->length);
    else
        sub =
            put_subtree(tree, octets, hf_daps_deciphered, ett_daps_deciphered,
                        "%s, deciphered with the keys of %s, %u octets", decipher_message(rrc), rrc->key, rrc->length);
    put_string(sub, octets, hf_daps_deciphered_key, rrc->key);
    writable = col_get_writable(pinfo->cinfo, -1);
    col_set_writable(pinfo->cinfo, -1, FALSE);
    dissect(dissector, sub, octets, pinfo);
    col_set_writable(pinfo->cinfo, -1, writable);
}

void decipher_show(proto_tree *tree, tvbuff_t *tvb, packet_info *pinfo, const struct frame_note *note)
{
    for (guint i = 0; note->rrc != NULL && i < note->rrc->len; i++)
        show_one(tree, tvb, pinfo, &g_array_index(note->rrc, struct note_rrc, i));
}
