/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Landlock's three system calls (linux/landlock.h; numbers and bits stand here because Debian 12's header lacks the
 * newer ones). What a kernel does not know is left out of what is asked for.
 */
#define _GNU_SOURCE /* O_PATH; NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "say.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule       445
#define SYS_landlock_restrict_self  446
#endif

#ifdef DAPSAUDIT_NO_SANDBOX /* sanitizers and coverage read and write files of their own */
#define HAVE_SANDBOX 0
#else
#define HAVE_SANDBOX 1
#endif

#define ASK_VERSION 1U
#define PATH_RULE   1

enum {
    RIGHT_WRITE_FILE = 1 << 1,
    RIGHT_READ_FILE = 1 << 2,
    RIGHT_READ_DIR = 1 << 3,
    RIGHT_REMOVE_FILE = 1 << 5,
    RIGHT_MAKE_FILE = 1 << 8,
    RIGHT_TRUNCATE = 1 << 14,
    RIGHTS_OF_FILES = RIGHT_WRITE_FILE | RIGHT_READ_FILE | RIGHT_TRUNCATE,
    READ = RIGHT_READ_FILE | RIGHT_READ_DIR,
    WRITE = RIGHT_WRITE_FILE | RIGHT_TRUNCATE,
    MAKE = RIGHT_MAKE_FILE | RIGHT_REMOVE_FILE,
};

struct ruleset {
    uint64_t files, network, scoped;
};

struct path_rule {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

/* All there is to give up, by version of Landlock. */
static struct ruleset everything(long version, size_t *octets)
{
    static const uint64_t files[] = {0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff};
    struct ruleset all = {.files = files[MIN(version, 5) - 1]};

    *octets = sizeof all.files;
    if (version >= 4) {
        all.network = 3; /* bind, connect */
        *octets += sizeof all.network;
    }
    if (version >= 6) {
        all.scoped = 3; /* abstract sockets, signals */
        *octets += sizeof all.scoped;
    }
    return all;
}

/* descriptor: opened, or with O_PATH. What is no directory has only the rights of files. */
static void allow_descriptor(int ruleset, uint64_t handled, int descriptor, uint64_t rights)
{
    struct stat info;
    struct path_rule rule = {.allowed = rights & handled, .parent = descriptor};

    if (descriptor < 0 || fstat(descriptor, &info) != 0)
        return;
    if (!S_ISDIR(info.st_mode))
        rule.allowed &= RIGHTS_OF_FILES;
    syscall(SYS_landlock_add_rule, ruleset, PATH_RULE, &rule, 0); /* a pipe takes none and needs none */
}

/* What is not there cannot be read, and opening it will say so. */
static void allow(int ruleset, uint64_t handled, const char *path, uint64_t rights)
{
    const int descriptor = open(path, O_PATH | O_CLOEXEC);

    allow_descriptor(ruleset, handled, descriptor, rights);
    if (descriptor >= 0)
        close(descriptor);
}

/* libwiretap, its libraries and what they look at when they are loaded. */
static void allow_libraries(int ruleset, uint64_t handled)
{
    static const char *const paths[] = {"/usr",
                                        "/lib",
                                        "/lib64",
                                        "/opt",
                                        "/nix/store",
                                        "/gnu/store",
                                        "/etc/ld.so.cache",
                                        "/etc/gcrypt",
                                        "/etc/gnutls",
                                        "/etc/crypto-policies",
                                        "/proc/cpuinfo",
                                        "/proc/sys/crypto",
                                        "/sys/devices/system/cpu",
                                        "/dev/null",
                                        "/dev/urandom"};
    char **folders = g_strsplit(g_getenv("LD_LIBRARY_PATH") != NULL ? g_getenv("LD_LIBRARY_PATH") : "", ":", -1);

    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++)
        allow(ruleset, handled, paths[i], READ);
    for (unsigned i = 0; folders[i] != NULL; i++) {
        if (folders[i][0] == '/')
            allow(ruleset, handled, folders[i], READ);
    }
    g_strfreev(folders);
}

/* A new file beside the old one takes its name; what is no regular file is written where it is. */
static void allow_output(int ruleset, uint64_t handled, const char *path)
{
    char *real = realpath(path, NULL), *folder = g_path_get_dirname(real != NULL ? real : path);

    allow(ruleset, handled, folder, WRITE | MAKE);
    allow(ruleset, handled, path, WRITE);
    g_free(folder);
    free(real);
}

static void allow_all(int ruleset, uint64_t handled, const struct sandbox *sandbox)
{
    allow_libraries(ruleset, handled);
    allow(ruleset, handled, g_get_tmp_dir(), READ | WRITE | MAKE);
    allow_descriptor(ruleset, handled, STDIN_FILENO, RIGHT_READ_FILE); /* a file is opened again by its number */
    for (unsigned i = 0; sandbox->inputs[i] != NULL; i++)
        allow(ruleset, handled, sandbox->inputs[i], READ);
    if (sandbox->output != NULL && strcmp(sandbox->output, "-") != 0)
        allow_output(ruleset, handled, sandbox->output);
    if (sandbox->excerpt != NULL)
        allow_output(ruleset, handled, sandbox->excerpt);
}

/* False, with errno, where there is no Landlock. */
static bool enter(const struct sandbox *sandbox)
{
    const long version = HAVE_SANDBOX ? syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, ASK_VERSION) : -1;
    size_t octets = 0;
    const struct ruleset all = version > 0 ? everything(version, &octets) : (struct ruleset){0};
    const int ruleset = version > 0 ? (int)syscall(SYS_landlock_create_ruleset, &all, octets, 0U) : -1;
    bool entered;

    if (ruleset < 0)
        return false;
    allow_all(ruleset, all.files, sandbox);
    entered = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0U) == 0;
    close(ruleset);
    return entered;
}

void sandbox_enter(const struct sandbox *sandbox)
{
    if (!enter(sandbox) && sandbox->verbose)
        say("captures are read without a sandbox: %s",
            HAVE_SANDBOX ? g_strerror(errno) : "this build was made to look for faults");
}
