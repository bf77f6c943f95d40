/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Key derivation: TS 33.220 B.2 with the inputs of TS 33.501 Annex A and TS 33.401 Annex A.
 *
 *     S = FC | P0 | L0 | P1 | L1 ...     FC one octet, Ln the length of Pn in octets as two octets, big endian
 *     derived key = HMAC-SHA-256(Key, S)
 */
#include "daps/kdf.h"

#include <gcrypt.h>
#include <glib.h>
#include <string.h>

/* Longest S in use: FC, a 32-octet SYNC input and its length. */
#define S_MOST 48

struct s_input {
    uint8_t octets[S_MOST];
    size_t length;
};

static struct s_input s_start(uint8_t fc)
{
    struct s_input s = {.octets = {fc}, .length = 1};

    return s;
}

static void s_octets(struct s_input *s, const uint8_t *p, size_t length)
{
    memcpy(s->octets + s->length, p, length);
    s->octets[s->length + length] = (uint8_t)(length >> 8);
    s->octets[s->length + length + 1] = (uint8_t)length;
    s->length += length + 2;
}

/* value as a big-endian parameter of that many octets, 1 to 4. */
static void s_number(struct s_input *s, uint32_t value, size_t length)
{
    uint8_t p[4];

    for (size_t i = 0; i < length; i++)
        p[i] = (uint8_t)(value >> (8 * (length - 1 - i)));
    s_octets(s, p, length);
}

static bool s_derive(const uint8_t key[static 32], struct s_input *s, uint8_t out[static 32])
{
    bool ok = daps_kdf(key, s->octets, s->length, out);

    daps_wipe(s, sizeof *s);
    return ok;
}

/* libgcrypt wants its version checked before use; a host program (Wireshark) may have done so already. */
static gpointer initialise(gpointer unused)
{
    (void)unused;
    if (!gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P)) {
        if (gcry_check_version(NULL) == NULL)
            return NULL;
        gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
        gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    }
    return GINT_TO_POINTER(1);
}

/* Once a process: batches run engines in several threads, and libgcrypt aborts if two initialise it. */
bool daps_crypto_ready(void)
{
    static GOnce once = G_ONCE_INIT;

    return g_once(&once, initialise, NULL) != NULL;
}

bool daps_kdf(const uint8_t key[static 32], const uint8_t *s, size_t s_length, uint8_t out[static 32])
{
    gcry_mac_hd_t mac;
    size_t length = DAPS_KEY_OCTETS;
    bool ok;

    memset(out, 0, DAPS_KEY_OCTETS);
    if (!daps_crypto_ready() || gcry_mac_open(&mac, GCRY_MAC_HMAC_SHA256, 0, NULL) != 0)
        return false;
    ok = gcry_mac_setkey(mac, key, DAPS_KEY_OCTETS) == 0 && gcry_mac_write(mac, s, s_length) == 0 &&
         gcry_mac_read(mac, out, &length) == 0 && length == DAPS_KEY_OCTETS;
    gcry_mac_close(mac);
    if (!ok)
        memset(out, 0, DAPS_KEY_OCTETS);
    return ok;
}

/* One shape for both: FC | algorithm type distinguisher | 00 01 | algorithm identity | 00 01 */
static bool algorithm_key(uint8_t fc, const uint8_t key[static 32], enum daps_key_use use, uint8_t algorithm,
                          uint8_t out[static 32])
{
    struct s_input s = s_start(fc);

    s_number(&s, (uint32_t)use, 1);
    s_number(&s, algorithm, 1);
    return s_derive(key, &s, out);
}

/* TS 33.501 A.8: 69 | distinguisher | 00 01 | algorithm | 00 01 */
bool daps_kdf_algorithm_key(const uint8_t key[static 32], enum daps_key_use use, uint8_t algorithm,
                            uint8_t out[static 32])
{
    return algorithm_key(0x69, key, use, algorithm, out);
}

/* TS 33.401 A.7: 15 | distinguisher | 00 01 | algorithm | 00 01 */
bool daps_kdf_algorithm_key_lte(const uint8_t key[static 32], enum daps_key_use use, uint8_t algorithm,
                                uint8_t out[static 32])
{
    return algorithm_key(0x15, key, use, algorithm, out);
}

bool daps_kdf_leaf(enum daps_rat rat, const uint8_t key[static 32], enum daps_key_use use, uint8_t algorithm,
                   uint8_t out[static 16])
{
    uint8_t whole[32];
    const bool ok = rat == DAPS_RAT_LTE ? daps_kdf_algorithm_key_lte(key, use, algorithm, whole)
                                        : daps_kdf_algorithm_key(key, use, algorithm, whole);

    memcpy(out, whole + 16, 16);
    daps_wipe(whole, sizeof whole);
    return ok;
}

/* TS 33.501 A.9: 6E | UL NAS COUNT | 00 04 | access type distinguisher | 00 01 */
bool daps_kdf_kgnb(const uint8_t kamf[static 32], uint32_t ul_nas_count, uint8_t access, uint8_t out[static 32])
{
    struct s_input s = s_start(0x6E);

    s_number(&s, ul_nas_count, 4);
    s_number(&s, access, 1);
    return s_derive(kamf, &s, out);
}

/* TS 33.501 A.10: 6F | SYNC | 00 20 */
bool daps_kdf_nh(const uint8_t kamf[static 32], const uint8_t sync[static 32], uint8_t out[static 32])
{
    struct s_input s = s_start(0x6F);

    s_octets(&s, sync, 32);
    return s_derive(kamf, &s, out);
}

/* PCI | 00 02 | ARFCN | length: the shape of A.11, A.12 and of TS 33.401 A.5 */
static bool cell_key(uint8_t fc, const uint8_t parent[static 32], uint16_t pci, uint32_t arfcn, size_t arfcn_octets,
                     uint8_t out[static 32])
{
    struct s_input s = s_start(fc);

    s_number(&s, pci, 2);
    s_number(&s, arfcn, arfcn_octets);
    return s_derive(parent, &s, out);
}

/* TS 33.501 A.11: 70 | PCI | 00 02 | ARFCN-DL of the SSB | 00 03 */
bool daps_kdf_kgnb_star(const uint8_t parent[static 32], uint16_t pci, uint32_t ssb_arfcn, uint8_t out[static 32])
{
    return cell_key(0x70, parent, pci, ssb_arfcn, 3, out);
}

bool daps_kdf_kgnb_star_octets(const uint8_t parent[static 32], uint16_t pci, uint32_t ssb_arfcn, unsigned octets,
                               uint8_t out[static 32])
{
    return cell_key(0x70, parent, pci, ssb_arfcn, octets == 2 ? 2 : 3, out);
}

/* TS 33.501 A.12: 71 | PCI | 00 02 | EARFCN-DL | 00 03 */
bool daps_kdf_kngenb_star(const uint8_t parent[static 32], uint16_t pci, uint32_t earfcn_dl, uint8_t out[static 32])
{
    return cell_key(0x71, parent, pci, earfcn_dl, 3, out);
}

/* TS 33.401 A.5: 13 | PCI | 00 02 | EARFCN-DL | 00 02, or 00 03 where two octets do not hold it */
bool daps_kdf_kenb_star(const uint8_t parent[static 32], uint16_t pci, uint32_t earfcn_dl, uint8_t out[static 32])
{
    return cell_key(0x13, parent, pci, earfcn_dl, earfcn_dl > 0xFFFF ? 3 : 2, out);
}

/* TS 33.501 A.13: 72 | DIRECTION | 00 01 | COUNT | 00 04 */
bool daps_kdf_kamf_prime(const uint8_t kamf[static 32], uint8_t direction, uint32_t nas_count, uint8_t out[static 32])
{
    struct s_input s = s_start(0x72);

    s_number(&s, direction, 1);
    s_number(&s, nas_count, 4);
    return s_derive(kamf, &s, out);
}

static bool counter_key(uint8_t fc, const uint8_t key[static 32], uint32_t counter, size_t octets,
                        uint8_t out[static 32])
{
    struct s_input s = s_start(fc);

    s_number(&s, counter, octets);
    return s_derive(key, &s, out);
}

/* TS 33.501 A.16: 79 | SN counter | 00 02 */
bool daps_kdf_ksn(const uint8_t kgnb[static 32], uint16_t sn_counter, uint8_t out[static 32])
{
    return counter_key(0x79, kgnb, sn_counter, 2, out);
}

/* TS 33.401 A.15: 1C | SCG counter | 00 02 */
bool daps_kdf_s_kenb(const uint8_t kenb[static 32], uint16_t scg_counter, uint8_t out[static 32])
{
    return counter_key(0x1C, kenb, scg_counter, 2, out);
}

/* TS 33.401 A.3: 11 | UL NAS COUNT | 00 04 */
bool daps_kdf_kenb(const uint8_t kasme[static 32], uint32_t ul_nas_count, uint8_t out[static 32])
{
    return counter_key(0x11, kasme, ul_nas_count, 4, out);
}

/* TS 33.401 A.4: 12 | SYNC | 00 20 */
bool daps_kdf_nh_lte(const uint8_t kasme[static 32], const uint8_t sync[static 32], uint8_t out[static 32])
{
    struct s_input s = s_start(0x12);

    s_octets(&s, sync, 32);
    return s_derive(kasme, &s, out);
}

void daps_wipe(void *octets, size_t length)
{
    if (length > 0) /* an empty container may have no octets to point at */
        explicit_bzero(octets, length);
}
