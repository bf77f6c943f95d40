/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Key derivation of TS 33.501 Annex A and TS 33.401 Annex A on the KDF of TS 33.220 B.2.
 *
 * Keys and outputs are 32 octets unless said otherwise. No allocation the caller sees, no state. Every function
 * returns true, or false if the crypto library refused (out is then zeroed). Callers wipe what they keep with
 * daps_wipe().
 */
#ifndef DAPS_ENGINE_KDF_H
#define DAPS_ENGINE_KDF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daps/event.h"

#define DAPS_KEY_OCTETS 32

/* HMAC-SHA-256(key, s[0..s_length)) (TS 33.220 B.2.0). */
bool daps_kdf(const uint8_t key[static 32], const uint8_t *s, size_t s_length, uint8_t out[static 32]);

/* Algorithm type distinguishers, TS 33.501 Table A.8-1 = TS 33.401 Table A.7-1. */
enum daps_key_use {
    DAPS_USE_NAS_ENC = 1,
    DAPS_USE_NAS_INT = 2,
    DAPS_USE_RRC_ENC = 3,
    DAPS_USE_RRC_INT = 4,
    DAPS_USE_UP_ENC = 5,
    DAPS_USE_UP_INT = 6,
};

/* TS 33.501 */
bool daps_kdf_algorithm_key(const uint8_t key[static 32], enum daps_key_use use, uint8_t algorithm,
                            uint8_t out[static 32]); /* A.8 */
bool daps_kdf_kgnb(const uint8_t kamf[static 32], uint32_t ul_nas_count, uint8_t access,
                   uint8_t out[static 32]); /* A.9, access 1 = 3GPP */
bool daps_kdf_nh(const uint8_t kamf[static 32], const uint8_t sync[static 32], uint8_t out[static 32]); /* A.10 */
bool daps_kdf_kgnb_star(const uint8_t parent[static 32], uint16_t pci, uint32_t ssb_arfcn,
                        uint8_t out[static 32]); /* A.11, 3-octet ARFCN */
/* As A.11 with the ARFCN in 2 or 3 octets: 2, which some stacks take for small numbers, is not what A.11 says. */
bool daps_kdf_kgnb_star_octets(const uint8_t parent[static 32], uint16_t pci, uint32_t ssb_arfcn, unsigned octets,
                               uint8_t out[static 32]);
bool daps_kdf_kngenb_star(const uint8_t parent[static 32], uint16_t pci, uint32_t earfcn_dl,
                          uint8_t out[static 32]); /* A.12, 3 octets */
bool daps_kdf_kamf_prime(const uint8_t kamf[static 32], uint8_t direction, uint32_t nas_count,
                         uint8_t out[static 32]);                                              /* A.13 */
bool daps_kdf_ksn(const uint8_t kgnb[static 32], uint16_t sn_counter, uint8_t out[static 32]); /* A.16 */

/* KgNB below KAMF, KeNB below KASME (TS 33.401 A.3), for 3GPP access: the root of a connection. */
bool daps_kdf_root(enum daps_rat rat, const uint8_t upper[static 32], uint32_t ul_nas_count, uint8_t out[static 32]);

/* The one of A.11, A.12 and TS 33.401 A.5 that has this FC; ARFCN in 2 or 3 octets, 0: in as many as it says. */
bool daps_kdf_star(uint8_t fc, const uint8_t parent[static 32], uint16_t pci, uint32_t arfcn, unsigned octets,
                   uint8_t out[static 32]);

/* TS 33.401 */
bool daps_kdf_kenb(const uint8_t kasme[static 32], uint32_t ul_nas_count, uint8_t out[static 32]);           /* A.3 */
bool daps_kdf_nh_lte(const uint8_t kasme[static 32], const uint8_t sync[static 32], uint8_t out[static 32]); /* A.4 */
bool daps_kdf_kenb_star(const uint8_t parent[static 32], uint16_t pci, uint32_t earfcn_dl,
                        uint8_t out[static 32]); /* A.5: 2 octets up to 65535, else 3 */
bool daps_kdf_algorithm_key_lte(const uint8_t key[static 32], enum daps_key_use use, uint8_t algorithm,
                                uint8_t out[static 32]);                                           /* A.7 */
bool daps_kdf_s_kenb(const uint8_t kenb[static 32], uint16_t scg_counter, uint8_t out[static 32]); /* A.15 */

/*
 * The key that a 128-bit algorithm takes: the 128 least significant bits of what A.8 (LTE: A.7) derives from KgNB,
 * KeNB, KSN or S-KeNB.
 */
bool daps_kdf_leaf(enum daps_rat rat, const uint8_t key[static 32], enum daps_key_use use, uint8_t algorithm,
                   uint8_t out[static 16]);

/* Initialises libgcrypt unless a host program has; false if it does not work. Every function here does so itself. */
bool daps_crypto_ready(void);

/* Overwrites octets[0..length) with zeros in a way the compiler keeps. */
void daps_wipe(void *octets, size_t length);

#endif
