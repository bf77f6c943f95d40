/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SNOW 3G, AES and ZUC of intel-ipsec-mb, through its JOB interface. One job at a time: what is deciphered is
 * signalling, and each decision waits for its result.
 *
 * First eight octets of every input as in cipher_library.h. The rest of the IV:
 *     NEA1  the same eight octets twice                                              UEA2, TS 35.215 3.4
 *     NIA1  COUNT | FRESH = BEARER(5) 0(27), twice, DIRECTION folded into octets 8 and 14   UIA2, TS 33.401 B.2.2
 *     NEA3  the same eight octets twice                                              EEA3
 *     NIA3  as NIA1                                                                  EIA3
 */
#ifdef HAVE_IPSEC_MB

#include <glib.h>
#include <intel-ipsec-mb.h>
#include <string.h>

#include "crypto/cipher_library.h"
#include "daps/kdf.h"

struct __attribute__((aligned(16))) schedules {
    uint8_t round_keys[11 * 16], unused[11 * 16]; /* AES */
    uint8_t subkey1[16], subkey2[16];
    uint8_t key[16];
    uint8_t iv[16];
    uint8_t tag[16];
    uint8_t snow[4096];
};

struct state {
    IMB_MGR *manager;
    struct schedules *s; /* aligned */
    void *memory;
    unsigned algorithm; /* whose schedules these are, 0 none */
};

static void ipsec_close(void *opaque)
{
    struct state *state = opaque;

    if (state->manager != NULL)
        free_mb_mgr(state->manager);
    if (state->memory != NULL)
        daps_wipe(state->s, sizeof *state->s);
    g_free(state->memory);
    g_free(state);
}

static void *ipsec_open(void)
{
    struct state *state = g_new0(struct state, 1);

    state->manager = alloc_mb_mgr(0);
    if (state->manager == NULL)
        daps_crypto_failed(gcry_error(GPG_ERR_ENOMEM));
    else {
        init_mb_mgr_auto(state->manager, NULL);
        state->memory = g_malloc0(sizeof *state->s + 64);
        state->s = (struct schedules *)(((uintptr_t)state->memory + 63) / 64 * 64);
        if (IMB_SNOW3G_KEY_SCHED_SIZE(state->manager) <= sizeof state->s->snow)
            return state;
    }
    ipsec_close(state);
    return NULL;
}

static bool ipsec_supports(unsigned algorithm)
{
    return algorithm >= 1 && algorithm <= 3;
}

static bool prepare(struct state *state, unsigned algorithm, const uint8_t key[static 16])
{
    struct schedules *s = state->s;

    if (state->algorithm == algorithm && memcmp(s->key, key, 16) == 0)
        return true;
    memcpy(s->key, key, 16);
    state->algorithm = algorithm;
    if (algorithm == 1)
        return IMB_SNOW3G_INIT_KEY_SCHED(state->manager, s->key, (snow3g_key_schedule_t *)(void *)s->snow) == 0;
    if (algorithm == 2) {
        IMB_AES_KEYEXP_128(state->manager, s->key, s->round_keys, s->unused);
        IMB_AES_CMAC_SUBKEY_GEN_128(state->manager, s->round_keys, s->subkey1, s->subkey2);
    }
    return true;
}

static bool run(struct state *state, const IMB_JOB *wanted)
{
    IMB_JOB *job = IMB_GET_NEXT_JOB(state->manager);

    *job = *wanted;
    job = IMB_SUBMIT_JOB(state->manager);
    if (job == NULL)
        job = IMB_FLUSH_JOB(state->manager);
    return job != NULL && job->status == IMB_STATUS_COMPLETED;
}

static bool ipsec_nea(void *opaque, unsigned algorithm, const uint8_t key[static 16], const struct daps_tuple *tuple,
                      const uint8_t *in, uint8_t *out, size_t octets)
{
    struct state *state = opaque;
    struct schedules *s = state->s;
    IMB_JOB job;

    if (!prepare(state, algorithm, key))
        return false;
    memset(s->iv, 0, sizeof s->iv);
    cipher_prefix(tuple, s->iv);
    if (algorithm != 2)
        cipher_prefix(tuple, s->iv + 8);
    memset(&job, 0, sizeof job);
    job.cipher_direction = IMB_DIR_ENCRYPT;
    job.chain_order = IMB_ORDER_CIPHER_HASH;
    job.hash_alg = IMB_AUTH_NULL;
    job.src = in;
    job.dst = out;
    job.iv = s->iv;
    job.iv_len_in_bytes = 16;
    job.key_len_in_bytes = 16;
    if (algorithm == 1) {
        job.cipher_mode = IMB_CIPHER_SNOW3G_UEA2_BITLEN;
        job.enc_keys = job.dec_keys = s->snow;
        job.msg_len_to_cipher_in_bits = (uint64_t)octets * 8;
    } else if (algorithm == 2) {
        job.cipher_mode = IMB_CIPHER_CNTR;
        job.enc_keys = job.dec_keys = s->round_keys;
        job.msg_len_to_cipher_in_bytes = octets;
    } else {
        job.cipher_mode = IMB_CIPHER_ZUC_EEA3;
        job.enc_keys = job.dec_keys = s->key;
        job.msg_len_to_cipher_in_bytes = octets;
    }
    return run(state, &job);
}

/* COUNT | BEARER(5) 0(27) twice; DIRECTION folded into the second copies: IV of UIA2 and of EIA3 alike. */
static void integrity_iv(const struct daps_tuple *tuple, uint8_t iv[static 16])
{
    const uint8_t direction = (uint8_t)((tuple->direction & 1) << 7);

    cipher_prefix(tuple, iv);
    iv[4] = (uint8_t)((tuple->bearer & 31) << 3);
    memcpy(iv + 8, iv, 8);
    iv[8] ^= direction;
    iv[14] ^= direction;
}

static bool ipsec_nia(void *opaque, unsigned algorithm, const uint8_t key[static 16], const struct daps_tuple *tuple,
                      const uint8_t *message, uint64_t bits, uint8_t mac[static 4])
{
    struct state *state = opaque;
    struct schedules *s = state->s;
    uint8_t *prefixed = NULL;
    IMB_JOB job;
    bool ok;

    if (!prepare(state, algorithm, key))
        return false;
    memset(&job, 0, sizeof job);
    job.cipher_mode = IMB_CIPHER_NULL;
    job.cipher_direction = IMB_DIR_ENCRYPT;
    job.chain_order = IMB_ORDER_HASH_CIPHER;
    job.src = message;
    job.msg_len_to_hash_in_bits = bits;
    job.auth_tag_output = s->tag;
    job.auth_tag_output_len_in_bytes = 4;
    if (algorithm == 2) {
        prefixed = g_malloc(8 + (size_t)(bits / 8) + 1);
        cipher_prefix(tuple, prefixed);
        memcpy(prefixed + 8, message, (size_t)((bits + 7) / 8));
        job.src = prefixed;
        job.hash_alg = IMB_AUTH_AES_CMAC_BITLEN;
        job.msg_len_to_hash_in_bits = bits + 64;
        job.u.CMAC._key_expanded = s->round_keys;
        job.u.CMAC._skey1 = s->subkey1;
        job.u.CMAC._skey2 = s->subkey2;
    } else {
        integrity_iv(tuple, s->iv);
        if (algorithm == 1) {
            job.hash_alg = IMB_AUTH_SNOW3G_UIA2_BITLEN;
            job.u.SNOW3G_UIA2._key = s->snow;
            job.u.SNOW3G_UIA2._iv = s->iv;
        } else {
            job.hash_alg = IMB_AUTH_ZUC_EIA3_BITLEN;
            job.u.ZUC_EIA3._key = s->key;
            job.u.ZUC_EIA3._iv = s->iv;
        }
    }
    ok = run(state, &job);
    if (ok)
        memcpy(mac, s->tag, 4);
    g_free(prefixed);
    return ok;
}

const struct cipher_library cipher_ipsec_mb = {
    .open = ipsec_open,
    .close = ipsec_close,
    .supports = ipsec_supports,
    .nea = ipsec_nea,
    .nia = ipsec_nia,
};

#else
typedef int cipher_ipsec_mb_is_not_built; /* ISO C forbids an empty file */
#endif
