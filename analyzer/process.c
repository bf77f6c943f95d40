/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals, descriptors, limits, and the last words. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "commands.h"
#include "daps/kdf.h"

#define MOST_TEMPORARY 4
#define SCRUB_OCTETS   (256U * 1024)
#define SCRUB_STEP     1024
#define HANDLER_OCTETS (64U * 1024)
#define SPARE_OCTETS   (1U << 20) /* less than this is no memory */

static struct {
    atomic_bool noted;
    char path[PATH_MAX];
} temporary[MOST_TEMPORARY];

static atomic_bool interrupted, ended;
static int interrupt_pipe[2] = {-1, -1}; /* readable for ever once interrupted */

/* ---- temporary files ---- */

bool process_note_temporary(const char *path)
{
    for (unsigned i = 0; i < MOST_TEMPORARY && strlen(path) < PATH_MAX; i++) {
        if (atomic_load(&temporary[i].noted))
            continue;
        g_strlcpy(temporary[i].path, path, PATH_MAX);
        atomic_store(&temporary[i].noted, true);
        return true;
    }
    return false;
}

void process_forget_temporary(const char *path)
{
    for (unsigned i = 0; i < MOST_TEMPORARY; i++) {
        if (atomic_load(&temporary[i].noted) && strcmp(temporary[i].path, path) == 0)
            atomic_store(&temporary[i].noted, false);
    }
}

/* Only what a signal handler may do. */
static void remove_temporary(void)
{
    for (unsigned i = 0; i < MOST_TEMPORARY; i++) {
        if (atomic_load(&temporary[i].noted))
            unlink(temporary[i].path);
    }
}

/* ---- the end ---- */

/*
 * Plain text only, without an allocation, and in one piece: two threads may come here at once, and the first ends the
 * process.
 */
static void __attribute__((noreturn)) give_up(const char *reason)
{
    const char *const parts[] = {"dapsaudit: ", reason, "; what was not written by now is lost"};
    char line[400];
    size_t length = 0;

    remove_temporary();
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        for (const char *at = parts[i]; *at != '\0' && length < sizeof line - 1; at++)
            line[length++] = *at >= ' ' && *at <= '~' ? *at : '?';
    }
    line[length++] = '\n';
    if (write(STDERR_FILENO, line, length) < 0)
        _exit(EXIT_UNREADABLE); /* there is nobody else to tell */
    _exit(EXIT_UNREADABLE);
}

/*
 * GLib ends a process whose allocation or thread failed by a message and a trap; the engine does so when the crypto
 * library fails, which is no fact about a capture either. Warnings of libraries are their own affair.
 */
static void on_message(const char *domain, GLogLevelFlags level, const char *message, gpointer unused)
{
    if ((level & (G_LOG_LEVEL_ERROR | G_LOG_FLAG_FATAL)) == 0)
        g_log_default_handler(domain, level, message, unused);
    else
        give_up(strstr(message, "failed to allocate") != NULL ? "out of memory" : message);
}

/*
 * Where memory did not even suffice for a message, GLib aborts; glibc's malloc without an arena, and pcre2 without its
 * tables, run into nothing. Any other end like that is a fault and stays one: whoever finds a broken stack or heap must
 * not be answered by running on.
 */
static void on_fault(int number)
{
    if (errno == ENOMEM || mmap(NULL, SPARE_OCTETS, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
        give_up("out of memory");
    remove_temporary();
    signal(number, SIG_DFL);
    raise(number);
}

/* ---- interrupts ---- */

static void on_interrupt(int number)
{
    if (interrupt_pipe[1] >= 0 && !atomic_exchange(&interrupted, true)) {
        const int kept = errno;
        const ssize_t written = write(interrupt_pipe[1], "", 1);
        (void)written; /* the pipe is empty: it takes one octet */
        errno = kept;
        return;
    }
    remove_temporary();
    signal(number, SIG_DFL);
    raise(number);
}

/* A signal the parent had ignored (nohup) stays ignored, one that a sanitizer has taken stays its own. */
static void handle(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK}, before;

    if (sigaction(number, NULL, &before) == 0 && ((before.sa_flags & SA_SIGINFO) != 0 || before.sa_handler != SIG_DFL))
        return;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

void process_catch_interrupts(void)
{
    if (interrupt_pipe[0] >= 0 || pipe(interrupt_pipe) != 0)
        return;
    for (unsigned i = 0; i < 2; i++)
        fcntl(interrupt_pipe[i], F_SETFD, FD_CLOEXEC);
}

bool process_interrupted(void)
{
    return atomic_load_explicit(&interrupted, memory_order_relaxed);
}

ssize_t process_read(int descriptor, void *octets, size_t most)
{
    struct pollfd waits[2] = {{.fd = descriptor, .events = POLLIN}, {.fd = interrupt_pipe[0], .events = POLLIN}};

    for (;;) {
        if (process_interrupted()) {
            errno = ECANCELED;
            return -1;
        }
        const int ready = poll(waits, 2, -1);
        const ssize_t n = ready > 0 && waits[0].revents != 0 ? read(descriptor, octets, most) : -1;
        if (n >= 0)
            return n;
        if (ready > 0 && waits[0].revents != 0 && errno != EINTR && errno != EAGAIN)
            return -1;
    }
}

/* libwiretap's scanners end the process with status 2 when they lack memory. */
static void on_exit_of_others(int status, void *unused)
{
    (void)unused;
    if (status != EXIT_CLEAN && !atomic_load(&ended)) /* GLib's --help leaves with 0 */
        give_up("a library ended the process");
}

void process_end(void)
{
    atomic_store(&ended, true);
}

/* ---- the beginning ---- */

/* The root directory can be neither read nor written like a file, so using such a descriptor is still an error. */
static void reserve_descriptors(void)
{
    for (int descriptor = 0; descriptor <= 2; descriptor++) {
        if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF && open("/", O_RDONLY) != descriptor)
            _exit(EXIT_UNREADABLE);
    }
}

/*
 * A stack that cannot grow, or on which GLib cannot even form the message that it cannot form a message, is lack of
 * memory, too: handlers have a stack of their own, and the first part of the thread's is there at once.
 */
void process_prepare_thread(void)
{
    static _Thread_local uint8_t handlers[HANDLER_OCTETS];
    const stack_t stack = {.ss_sp = handlers, .ss_size = sizeof handlers};
    stack_t before;

    if (sigaltstack(NULL, &before) == 0 && (before.ss_flags & SS_DISABLE) != 0) /* a sanitizer has its own */
        sigaltstack(&stack, NULL);
    process_scrub_stack();
}

void process_begin(void)
{
    reserve_descriptors();
    signal(SIGPIPE, SIG_IGN); /* a closed pipe shows as EPIPE where it is written to */
    signal(SIGXFSZ, SIG_IGN); /* a file size limit as EFBIG */
    g_log_set_default_handler(on_message, NULL);
    on_exit(on_exit_of_others, NULL);
    handle(SIGTRAP, on_fault);
    handle(SIGABRT, on_fault);
    handle(SIGSEGV, on_fault);
    handle(SIGINT, on_interrupt);
    handle(SIGTERM, on_interrupt);
    handle(SIGHUP, on_interrupt);
    process_prepare_thread();
}

void process_guard_keys(void)
{
    const struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void __attribute__((noinline)) process_scrub_stack(void)
{
    static const uint8_t zeros[SCRUB_STEP];
    void *(*volatile copy)(void *, const void *, size_t) = memmove; /* not to be done in place */
    uint8_t room[SCRUB_OCTETS];

    daps_wipe(room, sizeof room);
    for (size_t n = 8; n <= SCRUB_STEP; n *= 2)
        copy(room, zeros, n);
    __asm__ volatile("" : : "r"(room) : "memory");
}
