/* SPDX-License-Identifier: GPL-2.0-or-later */
/* No link is followed: what a link in a folder leads to is either in the folder, and read there, or not in it. */
#include "walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "capture.h"

static void free_note(gpointer data)
{
    struct daps_walk_note *note = data;
    g_free(note->path);
    g_free(note->reason);
    g_free(note);
}

struct daps_walk *daps_walk_new(void)
{
    struct daps_walk *walk = g_new0(struct daps_walk, 1);
    walk->captures = g_ptr_array_new_with_free_func(g_free);
    walk->found = g_hash_table_new(g_direct_hash, g_direct_equal);
    walk->skipped = g_ptr_array_new_with_free_func(free_note);
    walk->unreadable = g_ptr_array_new_with_free_func(free_note);
    return walk;
}

void daps_walk_free(struct daps_walk *walk)
{
    if (!walk)
        return;
    g_hash_table_unref(walk->found);
    g_ptr_array_unref(walk->captures);
    g_ptr_array_unref(walk->skipped);
    g_ptr_array_unref(walk->unreadable);
    g_free(walk);
}

static void add_note(GPtrArray *notes, const char *path, const char *reason)
{
    struct daps_walk_note *note = g_new0(struct daps_walk_note, 1);
    note->path = g_strdup(path);
    note->reason = g_strdup(reason);
    g_ptr_array_add(notes, note);
}

static gint by_name_backwards(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)b, *(const char *const *)a);
}

/* What the kernel makes up has no captures in it, and no end. */
static const char *not_of_files(int directory)
{
    static const struct {
        unsigned long type;
        const char *reason;
    } kinds[] = {{PROC_SUPER_MAGIC, "is procfs"},
                 {SYSFS_MAGIC, "is sysfs"},
                 {DEBUGFS_MAGIC, "is debugfs"},
                 {TRACEFS_MAGIC, "is tracefs"},
                 {CGROUP2_SUPER_MAGIC, "is a control group"}};
    struct statfs file_system;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds) && fstatfs(directory, &file_system) == 0; i++) {
        if ((unsigned long)file_system.f_type == kinds[i].type)
            return kinds[i].reason;
    }
    return NULL;
}

static DIR *open_directory(struct daps_walk *walk, const char *path, bool named)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (named ? 0 : O_NOFOLLOW);
    const int descriptor = open(path, flags);
    const char *reason = descriptor >= 0 ? not_of_files(descriptor) : NULL;
    DIR *directory = descriptor >= 0 && reason == NULL ? fdopendir(descriptor) : NULL;
    if (reason != NULL)
        add_note(named ? walk->unreadable : walk->skipped, path, reason);
    else if (directory == NULL)
        add_note(walk->unreadable, path, g_strerror(errno));
    if (directory == NULL && descriptor >= 0)
        close(descriptor);
    return directory;
}

/* Puts what is in a directory on the stack, so that the first by name is taken off first. */
static void push_directory(struct daps_walk *walk, GPtrArray *stack, const char *path, bool named)
{
    DIR *directory = open_directory(walk, path, named);
    if (directory == NULL)
        return;
    GPtrArray *names = g_ptr_array_new();
    const struct dirent *entry;
    errno = 0;
    for (; (entry = readdir(directory)) != NULL; errno = 0) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            g_ptr_array_add(names, g_build_filename(path, entry->d_name, NULL));
    }
    if (errno != 0)
        add_note(walk->unreadable, path, g_strerror(errno));
    closedir(directory);
    g_ptr_array_sort(names, by_name_backwards);
    for (guint i = 0; i < names->len; i++)
        g_ptr_array_add(stack, g_ptr_array_index(names, i));
    g_ptr_array_unref(names);
}

static void add_file(struct daps_walk *walk, const char *path)
{
    const char *reason = NULL;
    char *kept;
    if (daps_capture_probe(path, &reason) == DAPS_KIND_NOT_CAPTURE) {
        add_note(walk->skipped, path, reason);
        return;
    }
    kept = g_strdup(path);
    g_ptr_array_add(walk->captures, kept);
    g_hash_table_add(walk->found, kept);
}

static void visit(struct daps_walk *walk, GPtrArray *stack, const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        add_note(walk->unreadable, path, g_strerror(errno));
    else if (S_ISDIR(st.st_mode))
        push_directory(walk, stack, path, false);
    else if (S_ISREG(st.st_mode))
        add_file(walk, path);
    else
        add_note(walk->skipped, path,
                 S_ISLNK(st.st_mode) ? "a link; links in a folder are not followed" : "not a regular file");
}

void daps_walk_add(struct daps_walk *walk, const char *path)
{
    struct stat st;
    if (!strcmp(path, "-") || stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
        g_ptr_array_add(walk->captures, g_strdup(path));
        return;
    }
    GPtrArray *stack = g_ptr_array_new_with_free_func(g_free);
    push_directory(walk, stack, path, true);
    while (stack->len) {
        char *next = g_ptr_array_steal_index(stack, stack->len - 1);
        visit(walk, stack, next);
        g_free(next);
    }
    g_ptr_array_unref(stack);
}
