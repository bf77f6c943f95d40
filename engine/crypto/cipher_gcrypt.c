/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AES of libgcrypt: 128-NEA2 is CTR mode with COUNT | BEARER | DIRECTION | 0(26) | 0(64) as first counter block
 * (TS 33.401 B.1.3), 128-NIA2 is CMAC over the same eight octets and the message, cut to 32 bits (B.2.3).
 */
#include <gcrypt.h>
#include <glib.h>
#include <string.h>

#include "crypto/cipher_library.h"
#include "daps/kdf.h"

struct state {
    gcry_cipher_hd_t ctr;
    gcry_mac_hd_t cmac;
    uint8_t ctr_key[16], cmac_key[16];
    bool ctr_set, cmac_set;
};

static void gcrypt_close(void *opaque)
{
    struct state *state = opaque;

    gcry_cipher_close(state->ctr);
    gcry_mac_close(state->cmac);
    daps_wipe(state, sizeof *state);
    g_free(state);
}

static void *gcrypt_open(void)
{
    struct state *state = g_new0(struct state, 1);

    if (daps_crypto_ready() && gcry_cipher_open(&state->ctr, GCRY_CIPHER_AES128, GCRY_CIPHER_MODE_CTR, 0) == 0 &&
        gcry_mac_open(&state->cmac, GCRY_MAC_CMAC_AES, 0, NULL) == 0)
        return state;
    gcrypt_close(state);
    return NULL;
}

static bool gcrypt_supports(unsigned algorithm)
{
    return algorithm == 2;
}

static bool gcrypt_nea(void *opaque, unsigned algorithm, const uint8_t key[static 16], const struct daps_tuple *tuple,
                       const uint8_t *in, uint8_t *out, size_t octets)
{
    struct state *state = opaque;
    uint8_t block[16] = {0};

    (void)algorithm;
    if (!state->ctr_set || memcmp(state->ctr_key, key, 16) != 0) {
        state->ctr_set = false;
        if (gcry_cipher_setkey(state->ctr, key, 16) != 0)
            return false;
        memcpy(state->ctr_key, key, 16);
        state->ctr_set = true;
    }
    cipher_prefix(tuple, block);
    if (gcry_cipher_setctr(state->ctr, block, sizeof block) != 0)
        return false;
    if (in == out)
        return gcry_cipher_encrypt(state->ctr, out, octets, NULL, 0) == 0;
    return gcry_cipher_encrypt(state->ctr, out, octets, in, octets) == 0;
}

static bool gcrypt_nia(void *opaque, unsigned algorithm, const uint8_t key[static 16], const struct daps_tuple *tuple,
                       const uint8_t *message, uint64_t bits, uint8_t mac[static 4])
{
    struct state *state = opaque;
    uint8_t prefix[8];
    size_t length = 4;

    (void)algorithm;
    if (bits % 8 != 0)
        return false;
    if (!state->cmac_set || memcmp(state->cmac_key, key, 16) != 0) {
        state->cmac_set = false;
        if (gcry_mac_setkey(state->cmac, key, 16) != 0)
            return false;
        memcpy(state->cmac_key, key, 16);
        state->cmac_set = true;
    }
    cipher_prefix(tuple, prefix);
    return gcry_mac_reset(state->cmac) == 0 && gcry_mac_write(state->cmac, prefix, sizeof prefix) == 0 &&
           (bits == 0 || gcry_mac_write(state->cmac, message, (size_t)(bits / 8)) == 0) &&
           gcry_mac_read(state->cmac, mac, &length) == 0 && length == 4;
}

const struct cipher_library cipher_gcrypt = {
    .open = gcrypt_open,
    .close = gcrypt_close,
    .supports = gcrypt_supports,
    .nea = gcrypt_nea,
    .nia = gcrypt_nia,
};
