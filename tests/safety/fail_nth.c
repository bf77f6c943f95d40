/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded into the program: its FAIL_NTH-th allocation fails, every later one succeeds, or with FAIL_ON fails as
 * well. Without FAIL_NTH all succeed, and FAIL_COUNT names a file that gets their number.
 */
#define _GNU_SOURCE /* RTLD_NEXT; NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *(*real_malloc)(size_t), *(*real_calloc)(size_t, size_t), *(*real_realloc)(void *, size_t);
static atomic_long made;
static long failing = -1;
static int go_on;
static char early[65536]; /* for dlsym, which allocates before it has found calloc */
static size_t early_taken;

static void find(void *function, const char *name)
{
    void *symbol = dlsym(RTLD_NEXT, name);

    memcpy(function, &symbol, sizeof symbol);
}

static void __attribute__((constructor)) begin(void)
{
    const char *text = getenv("FAIL_NTH");

    failing = text != NULL ? strtol(text, NULL, 10) : -1;
    go_on = getenv("FAIL_ON") != NULL;
    atomic_store(&made, 0);
}

static void __attribute__((destructor)) end(void)
{
    const char *path = getenv("FAIL_COUNT");
    const long n = atomic_load(&made);
    FILE *file = path != NULL ? fopen(path, "w") : NULL;

    if (file != NULL) {
        fprintf(file, "%ld\n", n);
        fclose(file);
    }
}

static int fails(void)
{
    const long nth = atomic_fetch_add(&made, 1) + 1;

    if (failing < 0 || nth < failing || (nth > failing && !go_on))
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t octets)
{
    if (real_malloc == NULL)
        find(&real_malloc, "malloc");
    return fails() ? NULL : real_malloc(octets);
}

void *calloc(size_t n, size_t octets)
{
    static int looking;

    if (real_calloc == NULL) {
        if (looking) {
            void *octets_of = early + early_taken;
            early_taken += (n * octets + 15) / 16 * 16;
            return octets_of;
        }
        looking = 1;
        find(&real_calloc, "calloc");
        looking = 0;
    }
    return fails() ? NULL : real_calloc(n, octets);
}

void *realloc(void *octets, size_t more)
{
    if (real_realloc == NULL)
        find(&real_realloc, "realloc");
    return fails() ? NULL : real_realloc(octets, more);
}
