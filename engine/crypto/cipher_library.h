/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One library that serves some of the algorithms; what cipher.c knows of it. Not for others. */
#ifndef DAPS_ENGINE_CIPHER_LIBRARY_H
#define DAPS_ENGINE_CIPHER_LIBRARY_H

#include <gcrypt.h>

#include "daps/cipher.h"

struct cipher_library {
    /* State with prepared keys, or NULL if the library does not work here. */
    void *(*open)(void);
    void (*close)(void *state);
    bool (*supports)(unsigned algorithm); /* 1..3 */
    bool (*nea)(void *state, unsigned algorithm, const uint8_t key[static 16], const struct daps_tuple *tuple,
                const uint8_t *in, uint8_t *out, size_t octets);
    bool (*nia)(void *state, unsigned algorithm, const uint8_t key[static 16], const struct daps_tuple *tuple,
                const uint8_t *message, uint64_t bits, uint8_t mac[static 4]);
};

/* A call of a library that works has failed: does not return (kdf.c). */
void daps_crypto_failed(gcry_error_t error) __attribute__((noreturn));

extern const struct cipher_library cipher_gcrypt;
#ifdef HAVE_IPSEC_MB
extern const struct cipher_library cipher_ipsec_mb;
#endif

/* COUNT(32) | BEARER(5) | DIRECTION(1) | 0(26): the first eight octets of every input (TS 33.401 B.1.3, B.2.3). */
static inline void cipher_prefix(const struct daps_tuple *tuple, uint8_t out[static 8])
{
    out[0] = (uint8_t)(tuple->count >> 24);
    out[1] = (uint8_t)(tuple->count >> 16);
    out[2] = (uint8_t)(tuple->count >> 8);
    out[3] = (uint8_t)tuple->count;
    out[4] = (uint8_t)((tuple->bearer & 31) << 3 | (tuple->direction & 1) << 2);
    out[5] = out[6] = out[7] = 0;
}

#endif
