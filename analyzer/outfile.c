/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names, identities, and the file beside the file. */
#define _GNU_SOURCE /* mkostemp; NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "process.h"
#include "say.h"

#define MOST_LINKS 40

/* ---- where a name leads ---- */

/* The directory and name that path leads to through links, as "DIRECTORY/NAME"; NULL with errno. */
static char *destination(const char *path, bool *in_proc)
{
    char *at = g_strdup(path), target[PATH_MAX], *whole = NULL;
    struct statfs file_system;

    *in_proc = false;
    for (unsigned links = 0; whole == NULL && links < MOST_LINKS; links++) {
        char *directory = g_path_get_dirname(at), *name = g_path_get_basename(at), *real = realpath(directory, NULL);
        ssize_t length;
        g_free(at);
        g_free(directory);
        if (real == NULL) {
            g_free(name);
            return NULL;
        }
        at = g_build_filename(real, name, NULL);
        *in_proc |= statfs(real, &file_system) == 0 && file_system.f_type == PROC_SUPER_MAGIC;
        length = *in_proc ? -1 : readlink(at, target, sizeof target - 1);
        if (length < 0) {
            whole = at;
        } else {
            target[length] = '\0';
            g_free(at);
            at = target[0] == '/' ? g_strdup(target) : g_build_filename(real, target, NULL);
        }
        free(real);
        g_free(name);
    }
    if (whole == NULL) {
        g_free(at);
        errno = ELOOP;
    }
    return whole;
}

/* ---- which files are which ---- */

struct known {
    const char *role, *path; /* path is the caller's */
    bool written, exists;
    dev_t device;
    ino_t inode;
    char *destination; /* of what does not exist */
};

struct outfile_names {
    GArray *known;
    struct known messages; /* standard error, which a shell may have sent anywhere */
    bool messages_clash;
};

static void clear_known(gpointer data)
{
    g_free(((struct known *)data)->destination);
}

void outfile_names_free(struct outfile_names *names)
{
    if (names == NULL)
        return;
    g_array_unref(names->known);
    g_free(names);
}

/* Devices and pipes may be both: writing to them destroys nothing. */
static struct known look_at(const char *path, bool standard, int descriptor)
{
    struct known known = {.path = path};
    struct stat info;
    bool in_proc;

    known.exists = (standard ? fstat(descriptor, &info) : stat(path, &info)) == 0;
    if (known.exists && S_ISREG(info.st_mode)) {
        known.device = info.st_dev;
        known.inode = info.st_ino;
    }
    if (!standard && !known.exists)
        known.destination = destination(path, &in_proc);
    return known;
}

struct outfile_names *outfile_names_new(void)
{
    struct outfile_names *names = g_new0(struct outfile_names, 1);

    names->known = g_array_new(FALSE, FALSE, sizeof(struct known));
    g_array_set_clear_func(names->known, clear_known);
    names->messages = look_at("standard error", true, STDERR_FILENO);
    return names;
}

static bool is_same(const struct known *a, const struct known *b)
{
    if (a->exists && b->exists)
        return a->inode != 0 && a->inode == b->inode && a->device == b->device;
    return a->exists == b->exists && a->destination != NULL && b->destination != NULL &&
           strcmp(a->destination, b->destination) == 0;
}

void outfile_names_read(struct outfile_names *names, const char *path, const char *role)
{
    struct known known;

    if (path == NULL)
        return;
    known = look_at(path, strcmp(path, "-") == 0, STDIN_FILENO);
    known.role = role;
    names->messages_clash |= is_same(&known, &names->messages);
    g_array_append_val(names->known, known);
}

bool outfile_names_write(struct outfile_names *names, const char *path)
{
    const bool standard = path == NULL || strcmp(path, "-") == 0;
    struct known known = look_at(standard ? "standard output" : path, standard, STDOUT_FILENO);

    if (names->messages_clash) {
        dup2(STDOUT_FILENO, STDERR_FILENO); /* not a message into it, either */
        say("standard error is both a file that is read and output");
        clear_known(&known);
        return false;
    }
    for (guint i = 0; i < names->known->len; i++) {
        const struct known *other = &g_array_index(names->known, struct known, i);
        if (!is_same(&known, other))
            continue;
        if (other->written)
            say("%s and %s are one file: each output needs its own", other->path, known.path);
        else
            say("%s is both %s and output", other->path, other->role);
        clear_known(&known);
        return false;
    }
    known.written = true;
    g_array_append_val(names->known, known);
    return true;
}

/* ---- writing ---- */

/* Known where there is but one thread. */
static unsigned usual_mode(void)
{
    const mode_t mask = umask(0);

    umask(mask);
    return 0666U & ~(unsigned)mask;
}

static bool make_beside(struct outfile *outfile)
{
    char *directory = g_path_get_dirname(outfile->final);

    outfile->temporary = g_build_filename(directory, ".dapsaudit-XXXXXX", NULL);
    g_free(directory);
    /* For writing only: the sandbox gives no more in that folder. */
    outfile->fd = g_mkstemp_full(outfile->temporary, O_WRONLY | O_CLOEXEC, 0600);
    if (outfile->fd >= 0 && process_note_temporary(outfile->temporary))
        return true;
    if (outfile->fd >= 0) {
        unlink(outfile->temporary);
        close(outfile->fd);
        outfile->fd = -1;
        errno = ENAMETOOLONG;
    }
    g_free(outfile->temporary);
    outfile->temporary = NULL;
    return false;
}

/* Straight to what is there. A file is emptied, and its permissions are narrowed before anything secret is in it. */
static bool open_directly(struct outfile *outfile, bool is_file, bool secret)
{
    outfile->direct = true;
    outfile->fd = open(outfile->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (outfile->fd < 0)
        return false;
    return !is_file || ((!secret || fchmod(outfile->fd, 0600) == 0) && ftruncate(outfile->fd, 0) == 0);
}

static bool open_it(struct outfile *outfile, bool secret)
{
    struct stat info;
    const bool exists = stat(outfile->path, &info) == 0, is_file = exists && S_ISREG(info.st_mode);
    bool in_proc;

    if (exists && S_ISDIR(info.st_mode)) {
        errno = EISDIR;
        return false;
    }
    if (exists && faccessat(AT_FDCWD, outfile->path, W_OK, AT_EACCESS) != 0)
        return false;
    outfile->mode = secret ? 0600U : is_file ? (unsigned)info.st_mode & 0777U : usual_mode();
    outfile->final = destination(outfile->path, &in_proc);
    if (outfile->final == NULL)
        return false;
    if ((exists && !is_file) || in_proc)
        return open_directly(outfile, is_file, secret);
    if (make_beside(outfile)) {
        if (is_file && fchown(outfile->fd, info.st_uid, info.st_gid) != 0)
            errno = 0; /* it becomes ours, as any new file */
        return true;
    }
    return is_file && (errno == EACCES || errno == EPERM || errno == EROFS) && open_directly(outfile, true, secret);
}

static void release(struct outfile *outfile)
{
    if (outfile->temporary != NULL)
        process_forget_temporary(outfile->temporary);
    g_free(outfile->temporary);
    g_free(outfile->final);
    g_free(outfile->path);
    g_free(outfile);
}

struct outfile *outfile_open(const char *path, bool secret)
{
    struct outfile *outfile = g_new0(struct outfile, 1);
    int error;

    outfile->path = g_strdup(path);
    outfile->fd = -1;
    if (open_it(outfile, secret))
        return outfile;
    error = errno != 0 ? errno : EIO;
    outfile_abandon(outfile);
    errno = error;
    return NULL;
}

FILE *outfile_stream(const struct outfile *outfile)
{
    const int fd = fcntl(outfile != NULL ? outfile->fd : STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    FILE *file = fd >= 0 ? fdopen(fd, "wb") : NULL;

    if (file == NULL && fd >= 0)
        close(fd);
    return file;
}

bool outfile_finish(struct outfile *outfile)
{
    int error = 0;

    if (outfile->temporary != NULL && fchmod(outfile->fd, outfile->mode) != 0)
        error = errno;
    if (close(outfile->fd) != 0 && error == 0)
        error = errno;
    if (outfile->temporary != NULL && error == 0 && rename(outfile->temporary, outfile->final) != 0)
        error = errno;
    if (outfile->temporary != NULL && error != 0)
        unlink(outfile->temporary);
    release(outfile);
    errno = error;
    return error == 0;
}

void outfile_abandon(struct outfile *outfile)
{
    if (outfile == NULL)
        return;
    if (outfile->fd >= 0)
        close(outfile->fd);
    if (outfile->temporary != NULL)
        unlink(outfile->temporary);
    release(outfile);
}
