/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The KDF of TS 33.220 B.2, and its derivations by name: their inputs are rows of derivations.c. */
#include "daps/kdf.h"

#include <gcrypt.h>
#include <glib.h>
#include <string.h>

#include "crypto/cipher_library.h"
#include "daps/derivations.h"

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

/*
 * A library that works and fails all the same is out of memory. That is no fact about a capture, and whatever was
 * concluded from it would be one; so it ends the process as a failed allocation of GLib's does.
 */
void daps_crypto_failed(gcry_error_t error)
{
    g_error("libgcrypt failed: %s", gcry_strerror(error));
}

bool daps_kdf(const uint8_t key[static 32], const uint8_t *s, size_t s_length, uint8_t out[static 32])
{
    gcry_mac_hd_t mac = NULL;
    size_t length = DAPS_KEY_OCTETS;
    gcry_error_t error;

    memset(out, 0, DAPS_KEY_OCTETS);
    if (!daps_crypto_ready())
        return false;
    error = gcry_mac_open(&mac, GCRY_MAC_HMAC_SHA256, 0, NULL);
    error = error != 0 ? error : gcry_mac_setkey(mac, key, DAPS_KEY_OCTETS);
    error = error != 0 ? error : gcry_mac_write(mac, s, s_length);
    error = error != 0 ? error : gcry_mac_read(mac, out, &length);
    gcry_mac_close(mac);
    if (error != 0)
        daps_crypto_failed(error);
    return length == DAPS_KEY_OCTETS;
}

static bool algorithm_key(enum daps_derive what, const uint8_t key[static 32], enum daps_key_use use, uint8_t algorithm,
                          uint8_t out[static 32])
{
    const struct daps_inputs inputs = {
        .number = {[DAPS_INPUT_USE] = (uint32_t)use, [DAPS_INPUT_ALGORITHM] = algorithm}};

    return daps_derive(what, key, &inputs, out);
}

bool daps_kdf_algorithm_key(const uint8_t key[static 32], enum daps_key_use use, uint8_t algorithm,
                            uint8_t out[static 32])
{
    return algorithm_key(DAPS_DERIVE_AS_KEY, key, use, algorithm, out);
}

bool daps_kdf_algorithm_key_lte(const uint8_t key[static 32], enum daps_key_use use, uint8_t algorithm,
                                uint8_t out[static 32])
{
    return algorithm_key(DAPS_DERIVE_AS_KEY_LTE, key, use, algorithm, out);
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

bool daps_kdf_kgnb(const uint8_t kamf[static 32], uint32_t ul_nas_count, uint8_t access, uint8_t out[static 32])
{
    const struct daps_inputs inputs = {.number = {[DAPS_INPUT_COUNT] = ul_nas_count, [DAPS_INPUT_ACCESS] = access}};

    return daps_derive(DAPS_DERIVE_KGNB, kamf, &inputs, out);
}

static bool next_hop(enum daps_derive what, const uint8_t upper[static 32], const uint8_t sync[static 32],
                     uint8_t out[static 32])
{
    const struct daps_inputs inputs = {.sync = sync};

    return daps_derive(what, upper, &inputs, out);
}

bool daps_kdf_nh(const uint8_t kamf[static 32], const uint8_t sync[static 32], uint8_t out[static 32])
{
    return next_hop(DAPS_DERIVE_NH, kamf, sync, out);
}

bool daps_kdf_nh_lte(const uint8_t kasme[static 32], const uint8_t sync[static 32], uint8_t out[static 32])
{
    return next_hop(DAPS_DERIVE_NH_LTE, kasme, sync, out);
}

/* octets of the ARFCN, 0: as the standard has it */
static bool cell_key(enum daps_derive what, const uint8_t parent[static 32], uint16_t pci, uint32_t arfcn,
                     unsigned octets, uint8_t out[static 32])
{
    const struct daps_inputs inputs = {.number = {[DAPS_INPUT_PCI] = pci, [DAPS_INPUT_ARFCN] = arfcn},
                                       .arfcn_octets = (uint8_t)octets};

    return daps_derive(what, parent, &inputs, out);
}

bool daps_kdf_kgnb_star(const uint8_t parent[static 32], uint16_t pci, uint32_t ssb_arfcn, uint8_t out[static 32])
{
    return cell_key(DAPS_DERIVE_KGNB_STAR, parent, pci, ssb_arfcn, 0, out);
}

bool daps_kdf_kgnb_star_octets(const uint8_t parent[static 32], uint16_t pci, uint32_t ssb_arfcn, unsigned octets,
                               uint8_t out[static 32])
{
    return cell_key(DAPS_DERIVE_KGNB_STAR, parent, pci, ssb_arfcn, octets, out);
}

bool daps_kdf_kngenb_star(const uint8_t parent[static 32], uint16_t pci, uint32_t earfcn_dl, uint8_t out[static 32])
{
    return cell_key(DAPS_DERIVE_KNGENB_STAR, parent, pci, earfcn_dl, 0, out);
}

bool daps_kdf_kenb_star(const uint8_t parent[static 32], uint16_t pci, uint32_t earfcn_dl, uint8_t out[static 32])
{
    return cell_key(DAPS_DERIVE_KENB_STAR, parent, pci, earfcn_dl, 0, out);
}

bool daps_kdf_star(uint8_t fc, const uint8_t parent[static 32], uint16_t pci, uint32_t arfcn, unsigned octets,
                   uint8_t out[static 32])
{
    static const enum daps_derive stars[] = {DAPS_DERIVE_KGNB_STAR, DAPS_DERIVE_KNGENB_STAR, DAPS_DERIVE_KENB_STAR};

    for (size_t i = 0; i < sizeof stars / sizeof *stars; i++) {
        if (daps_derive_row(stars[i])->fc == fc)
            return cell_key(stars[i], parent, pci, arfcn, octets, out);
    }
    return false;
}

bool daps_kdf_kamf_prime(const uint8_t kamf[static 32], uint8_t direction, uint32_t nas_count, uint8_t out[static 32])
{
    const struct daps_inputs inputs = {.number = {[DAPS_INPUT_DIRECTION] = direction, [DAPS_INPUT_COUNT] = nas_count}};

    return daps_derive(DAPS_DERIVE_KAMF_PRIME, kamf, &inputs, out);
}

bool daps_kdf_ksn(const uint8_t kgnb[static 32], uint16_t sn_counter, uint8_t out[static 32])
{
    const struct daps_inputs inputs = {.number = {[DAPS_INPUT_COUNTER] = sn_counter}};

    return daps_derive(DAPS_DERIVE_KSN, kgnb, &inputs, out);
}

bool daps_kdf_s_kenb(const uint8_t kenb[static 32], uint16_t scg_counter, uint8_t out[static 32])
{
    const struct daps_inputs inputs = {.number = {[DAPS_INPUT_COUNTER] = scg_counter}};

    return daps_derive(DAPS_DERIVE_S_KENB, kenb, &inputs, out);
}

bool daps_kdf_kenb(const uint8_t kasme[static 32], uint32_t ul_nas_count, uint8_t out[static 32])
{
    const struct daps_inputs inputs = {.number = {[DAPS_INPUT_COUNT] = ul_nas_count}};

    return daps_derive(DAPS_DERIVE_KENB, kasme, &inputs, out);
}

bool daps_kdf_root(enum daps_rat rat, const uint8_t upper[static 32], uint32_t ul_nas_count, uint8_t out[static 32])
{
    return rat == DAPS_RAT_LTE ? daps_kdf_kenb(upper, ul_nas_count, out) : daps_kdf_kgnb(upper, ul_nas_count, 1, out);
}

void daps_wipe(void *octets, size_t length)
{
    if (length > 0) /* an empty container may have no octets to point at */
        explicit_bzero(octets, length);
}
