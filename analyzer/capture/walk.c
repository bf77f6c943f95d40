/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directories are visited once each (by device and inode), so links that lead back up end nowhere. */
#include "walk.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "capture.h"

struct place {
    dev_t device;
    ino_t inode;
};

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
    walk->skipped = g_ptr_array_new_with_free_func(free_note);
    walk->unreadable = g_ptr_array_new_with_free_func(free_note);
    return walk;
}

void daps_walk_free(struct daps_walk *walk)
{
    if (!walk)
        return;
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

static bool visited_before(GArray *visited, const struct stat *st)
{
    for (guint i = 0; i < visited->len; i++) {
        const struct place *place = &g_array_index(visited, struct place, i);
        if (place->device == st->st_dev && place->inode == st->st_ino)
            return true;
    }
    struct place here = {.device = st->st_dev, .inode = st->st_ino};
    g_array_append_val(visited, here);
    return false;
}

static gint by_name_backwards(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)b, *(const char *const *)a);
}

/* Puts what is in a directory on the stack, so that the first by name is taken off first. */
static void push_directory(struct daps_walk *walk, GPtrArray *stack, const char *path)
{
    GError *error = NULL;
    GDir *dir = g_dir_open(path, 0, &error);
    if (!dir) {
        add_note(walk->unreadable, path, error->message);
        g_error_free(error);
        return;
    }
    GPtrArray *names = g_ptr_array_new();
    for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir))
        g_ptr_array_add(names, g_build_filename(path, name, NULL));
    g_dir_close(dir);
    g_ptr_array_sort(names, by_name_backwards);
    for (guint i = 0; i < names->len; i++)
        g_ptr_array_add(stack, g_ptr_array_index(names, i));
    g_ptr_array_unref(names);
}

static void add_file(struct daps_walk *walk, const char *path)
{
    const char *reason = NULL;
    if (daps_capture_probe(path, &reason) == DAPS_KIND_NOT_CAPTURE)
        add_note(walk->skipped, path, reason);
    else
        g_ptr_array_add(walk->captures, g_strdup(path));
}

static void visit(struct daps_walk *walk, GPtrArray *stack, GArray *visited, const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        add_note(walk->unreadable, path, g_strerror(errno));
    } else if (S_ISDIR(st.st_mode)) {
        if (!visited_before(visited, &st))
            push_directory(walk, stack, path);
    } else if (S_ISREG(st.st_mode)) {
        add_file(walk, path);
    } else {
        add_note(walk->skipped, path, "not a regular file");
    }
}

void daps_walk_add(struct daps_walk *walk, const char *path)
{
    struct stat st;
    if (!strcmp(path, "-") || stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
        g_ptr_array_add(walk->captures, g_strdup(path));
        return;
    }
    GPtrArray *stack = g_ptr_array_new_with_free_func(g_free);
    GArray *visited = g_array_new(FALSE, FALSE, sizeof(struct place));
    g_ptr_array_add(stack, g_strdup(path));
    while (stack->len) {
        char *next = g_ptr_array_steal_index(stack, stack->len - 1);
        visit(walk, stack, visited, next);
        g_free(next);
    }
    g_array_unref(visited);
    g_ptr_array_unref(stack);
}
