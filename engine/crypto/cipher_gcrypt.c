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
    gcry_error_t error = 0;

    if (daps_crypto_ready()) {
        error = gcry_cipher_open(&state->ctr, GCRY_CIPHER_AES128, GCRY_CIPHER_MODE_CTR, 0);
        error = error != 0 ? error : gcry_mac_open(&state->cmac, GCRY_MAC_CMAC_AES, 0, NULL);
        if (error == 0)
            return state;
    }
    gcrypt_close(state);
    if (gcry_err_code(error) == GPG_ERR_ENOMEM)
        daps_crypto_failed(error);
    return NULL; /* it does not have them */
}

static bool gcrypt_supports(unsigned algorithm)
{
    return algorithm == 2;
}

static void must(gcry_error_t error)
{
    if (error != 0)
        daps_crypto_failed(error);
}

static bool gcrypt_nea(void *opaque, unsigned algorithm, const uint8_t key[static 16], const struct daps_tuple *tuple,
                       const uint8_t *in, uint8_t *out, size_t octets)
{
    struct state *state = opaque;
    uint8_t block[16] = {0};

    (void)algorithm;
    if (!state->ctr_set || memcmp(state->ctr_key, key, 16) != 0) {
        must(gcry_cipher_setkey(state->ctr, key, 16));
        memcpy(state->ctr_key, key, 16);
        state->ctr_set = true;
    }
    cipher_prefix(tuple, block);
    must(gcry_cipher_setctr(state->ctr, block, sizeof block));
    must(in == out ? gcry_cipher_encrypt(state->ctr, out, octets, NULL, 0)
                   : gcry_cipher_encrypt(state->ctr, out, octets, in, octets));
    return true;
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
        must(gcry_mac_setkey(state->cmac, key, 16));
        memcpy(state->cmac_key, key, 16);
        state->cmac_set = true;
    }
    cipher_prefix(tuple, prefix);
    must(gcry_mac_reset(state->cmac));
    must(gcry_mac_write(state->cmac, prefix, sizeof prefix));
    must(bits == 0 ? 0 : gcry_mac_write(state->cmac, message, (size_t)(bits / 8)));
    must(gcry_mac_read(state->cmac, mac, &length));
    return length == 4;
}

const struct cipher_library cipher_gcrypt = {
    .open = gcrypt_open,
    .close = gcrypt_close,
    .supports = gcrypt_supports,
    .nea = gcrypt_nea,
    .nia = gcrypt_nia,
};
