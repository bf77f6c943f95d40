/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of Wireshark's statistics are filled once and hear no more of the capture (their dialogs take their tap
 * away when they have been filled). A window of text is the plugin's own to write: it can follow a capture that runs.
 */
#include "text_window.h"

#include "ws_compat.h" /* before any other header of Wireshark */

#include <epan/funnel.h>

struct followed {
    funnel_text_window_t *window;
    char *(*make)(void);
    char *shown;
};

static GPtrArray *all; /* struct followed *; NULL none */

/* What makes windows of text, NULL none: in tshark, for one. */
static const funnel_ops_t *window_ops(void)
{
    const funnel_ops_t *ops = funnel_get_funnel_ops();

    return ops != NULL && ops->new_text_window != NULL && ops->set_text != NULL ? ops : NULL;
}

void text_window_show(const char *title, char *text)
{
    const funnel_ops_t *ops = window_ops();
    funnel_text_window_t *window = ops != NULL ? ops->new_text_window(ops->ops_id, title) : NULL;

    if (window != NULL)
        ops->set_text(window, text);
    g_free(text);
}

/* The user closes it. */
static void forget(void *user)
{
    struct followed *followed = user;

    g_ptr_array_remove_fast(all, followed);
    g_free(followed->shown);
    g_free(followed);
}

static void refresh(struct followed *followed)
{
    const funnel_ops_t *ops = window_ops();
    char *text = followed->make();

    if (text == NULL || ops == NULL || g_strcmp0(text, followed->shown) == 0) {
        g_free(text);
        return;
    }
    ops->set_text(followed->window, text);
    g_free(followed->shown);
    followed->shown = text;
}

void text_window_follow(const char *title, char *(*make)(void))
{
    const funnel_ops_t *ops = window_ops();
    struct followed *followed;
    funnel_text_window_t *window;

    if (ops == NULL || ops->set_close_cb == NULL) {
        text_window_show(title, make());
        return;
    }
    window = ops->new_text_window(ops->ops_id, title);
    if (window == NULL)
        return;
    followed = g_new0(struct followed, 1);
    followed->window = window;
    followed->make = make;
    if (all == NULL)
        all = g_ptr_array_new();
    g_ptr_array_add(all, followed);
    ops->set_close_cb(window, forget, followed);
    refresh(followed);
}

void text_windows_refresh(void)
{
    for (guint i = 0; all != NULL && i < all->len; i++)
        refresh(all->pdata[i]);
}

struct text_window {
    funnel_text_window_t *window;
    void (*closed)(void *user); /* NULL: nobody waits for it */
    void *user;
};

static void tell_closed(void *data)
{
    struct text_window *window = data;

    if (window->closed != NULL)
        window->closed(window->user);
    g_free(window);
}

struct text_window *text_window_open(const char *title, char *text, void (*closed)(void *user), void *user)
{
    const funnel_ops_t *ops = window_ops();
    struct text_window *window = NULL;
    funnel_text_window_t *shown =
        ops != NULL && ops->set_close_cb != NULL ? ops->new_text_window(ops->ops_id, title) : NULL;

    if (shown != NULL) {
        window = g_new0(struct text_window, 1);
        window->window = shown;
        window->closed = closed;
        window->user = user;
        ops->set_close_cb(shown, tell_closed, window);
        ops->set_text(shown, text);
    }
    g_free(text);
    return window;
}

void text_window_close_with(struct text_window *window, char *text)
{
    const funnel_ops_t *ops = window_ops();

    window->closed = NULL;
    if (ops != NULL)
        ops->set_text(window->window, text);
    g_free(text);
}
