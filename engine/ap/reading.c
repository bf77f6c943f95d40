/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PDUs of S1AP and X2AP (TS 36.413 9.3, TS 36.423 9.3; aligned PER of ITU-T X.691) and the containers in them.
 *
 *   CHOICE { initiatingMessage, successfulOutcome, unsuccessfulOutcome } of
 *   SEQUENCE { procedureCode, criticality, value: open type with protocolIEs: list of { id, criticality, open type } }
 */
#include "ap/inside.h"
#include "per/tables_lte_preparation.h"
#include "per/tables_s1ap.h"
#include "per/tables_x2ap.h"

enum { MAX_EARFCN = 65535 }; /* the EARFCN is beyond it and comes as ...-v9e0 (TS 36.331 6.3.5) */

static struct ap_span span_of(struct ap_message *m, const struct per_hit *hit)
{
    if (hit->fragmented || hit->bit % 8 != 0) { /* 16K and more: no container of a handover is that long */
        m->unread = true;
        return (struct ap_span){NULL, 0};
    }
    return (struct ap_span){m->pdu->octets + hit->bit / 8, (size_t)hit->value};
}

/* A BIT STRING of 256 bits, aligned (X.691 16.10). */
static void read_key(struct ap_message *m, const struct per_hit *hit)
{
    struct daps_bits bits = daps_bits_of(m->pdu->octets, m->pdu->length);

    bits.position = hit->bit;
    for (unsigned i = 0; i < sizeof m->key; i++)
        m->key[i] = (uint8_t)daps_bits_take(&bits, 8);
    m->has_key = hit->value == 256 && bits.error == NULL;
}

static bool on_s1(void *user, const struct per_hit *hit)
{
    struct ap_message *m = user;

    switch ((enum s1ap_field)hit->field) {
    case S1AP_PDU:
        m->choice = (unsigned)hit->value;
        break;
    case S1AP_PROCEDURE:
        m->procedure = (unsigned)hit->value;
        break;
    case S1AP_MME_ID:
        m->mme_id = (uint32_t)hit->value;
        m->has_mme_id = true;
        break;
    case S1AP_HANDOVER_TYPE:
        m->handover_type = (unsigned)hit->value;
        break;
    case S1AP_SOURCE_TO_TARGET:
        m->source_to_target = span_of(m, hit);
        break;
    case S1AP_TARGET_TO_SOURCE:
        m->target_to_source = span_of(m, hit);
        break;
    case S1AP_NCC:
        m->ncc = (int)hit->value;
        m->has_ncc = true;
        break;
    case S1AP_KEY:
        read_key(m, hit);
        break;
    default:
        break;
    }
    return true;
}

static bool on_x2(void *user, const struct per_hit *hit)
{
    struct ap_message *m = user;

    switch ((enum x2ap_field)hit->field) {
    case X2AP_PDU:
        m->choice = (unsigned)hit->value;
        break;
    case X2AP_PROCEDURE:
        m->procedure = (unsigned)hit->value;
        break;
    case X2AP_OLD_ID:
        m->old_id = (uint32_t)hit->value;
        m->has_old_id = true;
        break;
    case X2AP_NEW_ID:
        m->has_new_id = true;
        break;
    case X2AP_OLD_ID_EXTENSION:
        m->old_extension = (uint32_t)hit->value + 1; /* 0: there is none */
        break;
    case X2AP_MME_ID:
        m->mme_id = (uint32_t)hit->value;
        m->has_mme_id = true;
        break;
    case X2AP_NCC:
        m->ncc = (int)hit->value;
        m->has_ncc = true;
        break;
    case X2AP_KEY:
        read_key(m, hit);
        break;
    case X2AP_RRC_CONTEXT:
        m->rrc_context = span_of(m, hit);
        break;
    case X2AP_TARGET_TO_SOURCE:
        m->target_to_source = span_of(m, hit);
        break;
    case X2AP_CONDITIONAL:
        m->conditional = true;
        break;
    default:
        break;
    }
    return true;
}

bool ap_read_s1(const struct daps_pdu *pdu, struct ap_message *m)
{
    struct daps_bits bits = daps_bits_of(pdu->octets, pdu->length);

    *m = (struct ap_message){.pdu = pdu, .choice = 3, .procedure = 256, .ncc = -1};
    return per_walk(&s1ap_table, S1AP_ROOT_S1AP_PDU, &bits, on_s1, m) && !m->unread;
}

bool ap_read_x2(const struct daps_pdu *pdu, struct ap_message *m)
{
    struct daps_bits bits = daps_bits_of(pdu->octets, pdu->length);

    *m = (struct ap_message){.pdu = pdu, .choice = 3, .procedure = 256, .ncc = -1};
    return per_walk(&x2ap_table, X2AP_ROOT_X2AP_PDU, &bits, on_x2, m) && !m->unread;
}

/* ---- containers ---- */

static bool on_container(void *user, const struct per_hit *hit)
{
    struct ap_span *inner = user;

    if (hit->field == S1AP_RRC_CONTAINER && !hit->fragmented && hit->bit % 8 == 0) {
        inner->octets += hit->bit / 8;
        inner->length = (size_t)hit->value;
        return false;
    }
    return true;
}

static struct ap_span inside(struct ap_span container, uint32_t root)
{
    struct daps_bits bits = daps_bits_of(container.octets, container.length);
    struct ap_span inner = {container.octets, 0};

    if (container.octets == NULL)
        return container;
    if (!per_walk(&s1ap_table, root, &bits, on_container, &inner) || inner.length == 0)
        return (struct ap_span){NULL, 0};
    return inner;
}

struct ap_span ap_rrc_of_source(struct ap_span container)
{
    return inside(container, S1AP_ROOT_SOURCEENB_TOTARGETENB_TRANSPARENTCONTAINER);
}

struct ap_span ap_rrc_of_target(struct ap_span container)
{
    return inside(container, S1AP_ROOT_TARGETENB_TOSOURCEENB_TRANSPARENTCONTAINER);
}

struct preparing {
    struct ap_span preparation;
    struct daps_node_cell source;
};

static bool on_preparation(void *user, const struct per_hit *hit)
{
    struct preparing *preparing = user;
    struct daps_bits bits = daps_bits_of(preparing->preparation.octets, preparing->preparation.length);

    switch ((enum lte_preparation_field)hit->field) {
    case LTE_PREPARATION_CRITICAL: /* of a release to come */
        return hit->value == 0;
    case LTE_PREPARATION_SOURCE_C_RNTI:
        bits.position = hit->bit;
        preparing->source.c_rnti = (int32_t)daps_bits_take(&bits, 16);
        break;
    case LTE_PREPARATION_SOURCE_CARRIER_FREQ:
        preparing->source.arfcn = hit->value == MAX_EARFCN ? -1 : (int32_t)hit->value;
        break;
    case LTE_PREPARATION_SOURCE_PHYS_CELL_ID:
        preparing->source.pci = (int32_t)hit->value;
        break;
    default:
        break;
    }
    return true;
}

struct daps_node_cell ap_source_of(struct ap_span preparation)
{
    struct preparing preparing = {preparation, {-1, -1, -1}};
    struct daps_bits bits = daps_bits_of(preparation.octets, preparation.length);

    if (preparation.octets != NULL) /* what has been read before something strange is right */
        (void)per_walk(&lte_preparation_table, LTE_PREPARATION_ROOT_HANDOVERPREPARATIONINFORMATION, &bits,
                       on_preparation, &preparing);
    return preparing.source;
}
