/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GLib's locks for a build with ThreadSanitizer (DAPS_TSAN): the same functions, made of pthread's. Those of the
 * library wait for the kernel by themselves, which the sanitizer does not see, so that everything they guard would look
 * like a race. The program's own definitions come before the library's. g_thread_* needs none: it calls pthread_create
 * and pthread_join.
 */
#include <glib.h>
#include <pthread.h>
#include <stdlib.h>

/* The pthread object behind *p, made when it is first asked for. */
static void *object_of(gpointer *p, size_t octets, void (*init)(void *object))
{
    void *made = __atomic_load_n(p, __ATOMIC_ACQUIRE), *none = NULL;

    if (made != NULL)
        return made;
    made = calloc(1, octets);
    if (made == NULL)
        abort();
    init(made);
    if (__atomic_compare_exchange_n(p, &none, made, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return made;
    free(made);
    return none;
}

static void init_mutex(void *mutex)
{
    pthread_mutex_init(mutex, NULL);
}

static void init_cond(void *cond)
{
    pthread_cond_init(cond, NULL);
}

static pthread_mutex_t *mutex_of(GMutex *mutex)
{
    return object_of(&mutex->p, sizeof(pthread_mutex_t), init_mutex);
}

static pthread_cond_t *cond_of(GCond *cond)
{
    return object_of(&cond->p, sizeof(pthread_cond_t), init_cond);
}

void g_mutex_init(GMutex *mutex)
{
    mutex->p = NULL;
}

void g_mutex_clear(GMutex *mutex)
{
    pthread_mutex_destroy(mutex_of(mutex));
    free(mutex->p);
    mutex->p = NULL;
}

void g_mutex_lock(GMutex *mutex)
{
    pthread_mutex_lock(mutex_of(mutex));
}

gboolean g_mutex_trylock(GMutex *mutex)
{
    return pthread_mutex_trylock(mutex_of(mutex)) == 0;
}

void g_mutex_unlock(GMutex *mutex)
{
    pthread_mutex_unlock(mutex_of(mutex));
}

void g_cond_init(GCond *cond)
{
    cond->p = NULL;
}

void g_cond_clear(GCond *cond)
{
    pthread_cond_destroy(cond_of(cond));
    free(cond->p);
    cond->p = NULL;
}

void g_cond_wait(GCond *cond, GMutex *mutex)
{
    pthread_cond_wait(cond_of(cond), mutex_of(mutex));
}

void g_cond_signal(GCond *cond)
{
    pthread_cond_signal(cond_of(cond));
}

void g_cond_broadcast(GCond *cond)
{
    pthread_cond_broadcast(cond_of(cond));
}

/* One lock for all of them: whoever comes second sees all that the first one did. */
gpointer g_once_impl(GOnce *once, GThreadFunc function, gpointer argument)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

    pthread_mutex_lock(&lock);
    if (once->status != G_ONCE_STATUS_READY) {
        once->retval = function(argument);
        __atomic_store_n(&once->status, G_ONCE_STATUS_READY, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&lock);
    return once->retval;
}
