/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which library serves which algorithm. */
#include "daps/cipher.h"

#include <glib.h>

#include "crypto/cipher_library.h"

#define MOST_LIBRARIES 2

struct daps_ciphers {
    unsigned n;
    struct {
        const struct cipher_library *library;
        void *state;
    } opened[MOST_LIBRARIES];
};

static void add(struct daps_ciphers *ciphers, const struct cipher_library *library)
{
    void *state = library->open();

    if (state == NULL)
        return;
    ciphers->opened[ciphers->n].library = library;
    ciphers->opened[ciphers->n].state = state;
    ciphers->n++;
}

struct daps_ciphers *daps_ciphers_new(enum daps_cipher_library library)
{
    struct daps_ciphers *ciphers = g_new0(struct daps_ciphers, 1);

    if (library != DAPS_LIBRARY_IPSEC_MB)
        add(ciphers, &cipher_gcrypt);
#ifdef HAVE_IPSEC_MB
    if (library != DAPS_LIBRARY_GCRYPT)
        add(ciphers, &cipher_ipsec_mb);
#endif
    return ciphers;
}

void daps_ciphers_free(struct daps_ciphers *ciphers)
{
    if (ciphers == NULL)
        return;
    for (unsigned i = 0; i < ciphers->n; i++)
        ciphers->opened[i].library->close(ciphers->opened[i].state);
    g_free(ciphers);
}

bool daps_ciphers_supported(const struct daps_ciphers *ciphers, unsigned algorithm)
{
    if (algorithm == 0)
        return true;
    for (unsigned i = 0; i < ciphers->n; i++) {
        if (ciphers->opened[i].library->supports(algorithm))
            return true;
    }
    return false;
}

bool daps_nea(struct daps_ciphers *ciphers, unsigned algorithm, const uint8_t key[static 16],
              const struct daps_tuple *tuple, const uint8_t *in, uint8_t *out, size_t octets)
{
    for (unsigned i = 0; i < ciphers->n; i++) {
        const struct cipher_library *library = ciphers->opened[i].library;
        if (library->supports(algorithm) &&
            (octets == 0 || library->nea(ciphers->opened[i].state, algorithm, key, tuple, in, out, octets)))
            return true;
    }
    return false;
}

bool daps_nia(struct daps_ciphers *ciphers, unsigned algorithm, const uint8_t key[static 16],
              const struct daps_tuple *tuple, const uint8_t *message, uint64_t bits, uint8_t mac[static 4])
{
    for (unsigned i = 0; i < ciphers->n; i++) {
        const struct cipher_library *library = ciphers->opened[i].library;
        if (library->supports(algorithm) &&
            library->nia(ciphers->opened[i].state, algorithm, key, tuple, message, bits, mac))
            return true;
    }
    return false;
}
