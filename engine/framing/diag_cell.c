/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a phone notes of its cell: 0xB0C1 and 0xB0C2 (LTE), 0xB822 and 0xB823 (NR), MIB and serving cell. There is no
 * specification; the layouts are those that SCAT and MobileInsight read. Little-endian.
 *
 *     0xB0C1: u8 version 1, 2, 3, 17 | u16 PCI | EARFCN, u16 in version 1, else u32 | SFN, antennas, bandwidth
 *     0xB0C2: u8 version 2, 3 | u16 PCI | EARFCN down, up: u16 in version 2, u32 in 3 | u8 u8 bandwidths
 *         | u32 cell identity | TAC, band, PLMN
 *     0xB822: u16 minor, u16 major version 0.3, 2.0 | u16 PCI | u32 NR-ARFCN | SFN, spacing
 *     0xB823: u16 minor, u16 major version 0.4, 3.0, 3.2, 3.3 | 3.2, 3.3: u24 | u16 PCI | from 3.0 on: u64 NCGI
 *         | u32 NR-ARFCN down, up | u16 u16 bandwidths | u64 cell identity | PLMN, TAC, band
 *
 * Every message of RRC has its PCI and frequency in its own item, so that nothing is learnt of them here. Which of a
 * cell's NR-ARFCNs 0xB823 has is not known: it only stands for the cell where RRC's items have the same number. The
 * cell identity is that of the PLMN in use, which need not be the one that a MAC-I is computed with
 * (TS 38.331 5.3.7.4).
 */
#include "framing/peel.h"

enum { LTE_MIB = 0xb0c1, LTE_CELL = 0xb0c2, NR_MIB = 0xb822, NR_CELL = 0xb823 };
enum { NR_0_3 = 3, NR_0_4 = 4, NR_2_0 = 0x20000, NR_3_0 = 0x30000, NR_3_2 = 0x30002, NR_3_3 = 0x30003 };

#define MOST_LTE_IDENTITY UINT32_C(0xfffffff)   /* TS 36.331 CellIdentity: 28 bits */
#define MOST_NR_IDENTITY  UINT64_C(0xfffffffff) /* TS 38.331 CellIdentity: 36 bits */

static const char layer[] = "Qualcomm cell log";

struct noted {
    enum daps_rat rat;
    uint32_t pci, arfcn;
    uint64_t identity, most; /* most: 0, the item has none */
};

static uint32_t version_of(uint16_t code, struct octets *body)
{
    return code == LTE_MIB || code == LTE_CELL ? octets_u8(body) : octets_le32(body);
}

static bool is_known(uint16_t code, uint32_t version)
{
    switch (code) {
    case LTE_MIB:
        return (version >= 1 && version <= 3) || version == 17;
    case LTE_CELL:
        return version == 2 || version == 3;
    case NR_MIB:
        return version == NR_0_3 || version == NR_2_0;
    default:
        return version == NR_0_4 || version == NR_3_0 || version == NR_3_2 || version == NR_3_3;
    }
}

static struct noted read_lte(uint16_t code, uint32_t version, struct octets *body)
{
    const bool wide = version >= (code == LTE_MIB ? 2 : 3);
    struct noted noted = {.rat = DAPS_RAT_LTE, .pci = octets_le16(body)};

    noted.arfcn = wide ? octets_le32(body) : octets_le16(body);
    if (code == LTE_CELL) {
        octets_skip(body, wide ? 6 : 4);
        noted.identity = octets_le32(body);
        noted.most = MOST_LTE_IDENTITY;
    }
    return noted;
}

static struct noted read_nr(uint16_t code, uint32_t version, struct octets *body)
{
    struct noted noted = {.rat = DAPS_RAT_NR};

    octets_skip(body, version == NR_3_2 || version == NR_3_3 ? 3 : 0);
    noted.pci = octets_le16(body);
    octets_skip(body, code == NR_CELL && version >= NR_3_0 ? 8 : 0);
    noted.arfcn = octets_le32(body);
    if (code == NR_CELL) {
        octets_skip(body, 8);
        noted.identity = octets_le32(body);
        noted.identity |= (uint64_t)octets_le32(body) << 32;
        noted.most = MOST_NR_IDENTITY;
    }
    return noted;
}

static void tell(struct peel *peel, uint64_t ue_key, const struct noted *noted)
{
    const struct daps_logged logged = {.cell = true, .cell_identity = (int64_t)noted->identity};
    const struct daps_pdu pdu = {.layer = DAPS_LAYER_LOGGED,
                                 .rat = noted->rat,
                                 .frame = peel->at.frame,
                                 .time_ns = peel->at.time_ns,
                                 .ue_key = ue_key,
                                 .downlink = true,
                                 .logged_cell = peel_cell(noted->rat, noted->pci, noted->arfcn),
                                 .logged = &logged};

    if (pdu.logged_cell.pci >= 0 && pdu.logged_cell.ssb_arfcn >= 0)
        peel->framing->pdu(peel->framing->user, &pdu);
}

bool peel_diag_cell_is(uint16_t code)
{
    return code == LTE_MIB || code == LTE_CELL || code == NR_MIB || code == NR_CELL;
}

bool peel_diag_cell(struct peel *peel, uint64_t ue_key, uint16_t code, struct octets body, uint32_t *version)
{
    struct noted noted;

    *version = version_of(code, &body);
    if (!body.bad && !is_known(code, *version))
        return false;
    noted = (code == LTE_MIB || code == LTE_CELL ? read_lte : read_nr)(code, *version, &body);
    if (body.bad)
        tally_short(&peel->at, layer, false, NULL);
    else if (noted.most > 0 && noted.identity <= noted.most)
        tell(peel, ue_key, &noted);
    return true;
}
