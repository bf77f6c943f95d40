/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the process as a whole promises, whatever it reads (docs/security.md): how it ends when memory, disk or the user
 * say so, and what of its keys others can get at. Signals, descriptors and limits belong to the process, so this is the
 * second piece of state the program shares; what handlers touch is atomic.
 */
#ifndef DAPSAUDIT_PROCESS_H
#define DAPSAUDIT_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Call first. Takes descriptors 0 to 2 if the parent closed them, so that no file of ours gets their number; makes
 * a closed pipe and a file size limit errors of the write; makes a failed allocation end with a sentence and exit
 * status 3.
 */
void process_begin(void);

/* The same for a thread: call first on it. */
void process_prepare_thread(void);

/* The exit status is known: whoever ends the process from here on is us. */
void process_end(void);

/* Keys are about to be read: no core file, and no other process of this user may look at the memory. */
void process_guard_keys(void);

/*
 * What functions that have returned left on the stack of this thread, and vector registers that were last used for
 * copying: a call that is bound lazily saves them to the stack, keys and all.
 */
void process_scrub_stack(void);

/*
 * From here on the first SIGINT, SIGTERM or SIGHUP only makes process_interrupted() true, so that what was found can be
 * delivered. The second ends the process at once.
 */
void process_catch_interrupts(void);
bool process_interrupted(void);

/* read(2) that waits for data or an interrupt. -1 with errno ECANCELED after an interrupt. */
ssize_t process_read(int descriptor, void *octets, size_t most);

/*
 * A temporary file that is to go away if the process ends early: by a signal or a failed allocation. False if there is
 * no room to note it. path: at most PATH_MAX octets, copied.
 */
bool process_note_temporary(const char *path);
void process_forget_temporary(const char *path);

#endif
