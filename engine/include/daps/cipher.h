/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 128-bit ciphering and integrity of TS 33.501 Annex D (the same functions as TS 33.401 Annex B):
 *
 *     1  128-NEA1, NIA1   SNOW 3G   ETSI/SAGE UEA2 and UIA2
 *     2  128-NEA2, NIA2   AES       CTR mode, CMAC
 *     3  128-NEA3, NIA3   ZUC       128-EEA3 and 128-EIA3
 *
 * Two libraries serve them: libgcrypt (AES) and, if it was there when this was built, intel-ipsec-mb (all three). An
 * algorithm that no library serves is reported as not supported, never guessed. Keys are 16 octets: the 128 least
 * significant bits of what TS 33.501 A.8 derives.
 */
#ifndef DAPS_ENGINE_CIPHER_H
#define DAPS_ENGINE_CIPHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DAPS_CIPHER_KEY_OCTETS 16
#define DAPS_MAC_OCTETS        4

/* What a keystream or a MAC is made from besides the key (TS 33.501 D.2.1, D.3.1). */
struct daps_tuple {
    uint32_t count;
    uint8_t bearer;    /* 0..31: RB identity - 1 */
    uint8_t direction; /* 0 uplink, 1 downlink */
};

enum daps_cipher_library {
    DAPS_LIBRARY_ANY, /* libgcrypt where it serves the algorithm, else intel-ipsec-mb */
    DAPS_LIBRARY_GCRYPT,
    DAPS_LIBRARY_IPSEC_MB,
};

/* The libraries with the keys prepared last; for one thread at a time. */
struct daps_ciphers;

struct daps_ciphers *daps_ciphers_new(enum daps_cipher_library library);

/* Wipes the prepared keys and frees. NULL is fine. */
void daps_ciphers_free(struct daps_ciphers *ciphers);

/* Whether this build can run NEA/NIA number algorithm, 0..3 (0, the null algorithm, always). */
bool daps_ciphers_supported(const struct daps_ciphers *ciphers, unsigned algorithm);

/*
 * XORs the keystream of NEA algorithm (1..3) onto in[0..octets) into out, which may be in. False, and out untouched, if
 * the algorithm is not supported or the library refused.
 */
bool daps_nea(struct daps_ciphers *ciphers, unsigned algorithm, const uint8_t key[static DAPS_CIPHER_KEY_OCTETS],
              const struct daps_tuple *tuple, const uint8_t *in, uint8_t *out, size_t octets);

/*
 * MAC of NIA algorithm (1..3) over message[0..bits), most significant bit of each octet first. NIA2 of libgcrypt takes
 * whole octets only. False as above.
 */
bool daps_nia(struct daps_ciphers *ciphers, unsigned algorithm, const uint8_t key[static DAPS_CIPHER_KEY_OCTETS],
              const struct daps_tuple *tuple, const uint8_t *message, uint64_t bits,
              uint8_t mac[static DAPS_MAC_OCTETS]);

#endif
