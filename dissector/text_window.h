/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Windows of text: those that Wireshark has for scripts. tshark has none, and then nothing happens. */
#ifndef DAPS_DISSECTOR_TEXT_WINDOW_H
#define DAPS_DISSECTOR_TEXT_WINDOW_H

/* A window of that text, which is freed. */
void text_window_show(const char *title, char *text);

/* The same with a text that is made anew whenever text_windows_refresh is called. make: NULL where nothing can be said
 * now, and then the window stays as it is; else freed. */
void text_window_follow(const char *title, char *(*make)(void));

/* Of all windows that follow, those whose text is another by now show it. */
void text_windows_refresh(void);

/* A window for what takes a while. closed: called if the user closes it before text_window_close_with, which writes the
 * last text into it and leaves it to the user. NULL if there can be none. Both texts are freed. */
struct text_window;
struct text_window *text_window_open(const char *title, char *text, void (*closed)(void *user), void *user);
void text_window_close_with(struct text_window *window, char *text);

#endif
