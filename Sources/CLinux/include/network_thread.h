// SPDX-License-Identifier: Apache-2.0
// What runs in the second thread of a supervisor that prepares a network namespace: system calls, and nothing of Swift.
#ifndef CLINUX_NETWORK_THREAD_H
#define CLINUX_NETWORK_THREAD_H

#include "network_calls.h"
#include "processor_placement.h"
#include "program_threads.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CLINUX_THREAD_STACK (64 * 1024)

// The descriptor of a new network namespace, or a negative errno. The namespace belongs to this thread alone.
static inline long clinux_new_network(void) {
    if (syscall(SYS_unshare, 0x40000000L /* CLONE_NEWNET */) != 0) return -errno;
    // Nobody waits here, while the container's first process would take 0.08 ms for it. It looks again, and says what went wrong.
    int loopback = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (loopback >= 0) {
        clinux_loopback_up(loopback);
        close(loopback);
    }
    int descriptor = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

// Lies above the thread's own stack, in the same mapping.
struct clinux_thread {
    // A number in one C library, a pointer in the other.
    pthread_t handle;
    // Held while the thread must not end.
    pthread_mutex_t life;
};

static inline void *clinux_network_thread(void *argument) {
    struct clinux_thread *thread = argument;
    long result = clinux_new_network();
    pthread_mutex_lock(&thread->life);
    pthread_mutex_unlock(&thread->life);
    return (void *)result;
}

// The function of both C libraries, under a name that needs no feature macro.
extern int clinux_set_thread_processors(pthread_t thread, unsigned long size, const void *set) __asm__("pthread_setaffinity_np");

// Without this the kernel puts the thread behind the caller, although another processor has nothing to do: measured in 52 of 60 runs on
// two processors, where it then began 1.2 ms late, when the caller came to wait for it.
static inline void clinux_thread_begins_elsewhere(pthread_t thread) {
    struct clinux_processors own, others;
    if (clinux_other_processors(&own, &others) != 0) return;
    if (clinux_set_thread_processors(thread, sizeof others, &others) == 0) clinux_set_thread_processors(thread, sizeof own, &own);
}

static inline void clinux_free_thread(struct clinux_thread *thread) {
    munmap((char *)(thread + 1) - CLINUX_THREAD_STACK, CLINUX_THREAD_STACK);
}

// Starts the thread on a stack of our own; glibc would keep one of its own for ever. 0 when there is no memory or no thread to be had.
static inline struct clinux_thread *clinux_start_network_thread(void) {
    char *stack = mmap(0, CLINUX_THREAD_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) return 0;
    struct clinux_thread *thread = (struct clinux_thread *)(stack + CLINUX_THREAD_STACK) - 1;
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (!error) {
        error = pthread_attr_setstack(&attributes, stack, ((char *)thread - stack) & ~63L);
        if (!error) error = pthread_mutex_init(&thread->life, 0);
        if (!error) {
            // A thread that has ended has no number any more, and number 0 is the caller.
            pthread_mutex_lock(&thread->life);
            error = clinux_create_thread(&thread->handle, &attributes, clinux_network_thread, thread);
            if (!error) clinux_thread_begins_elsewhere(thread->handle);
            pthread_mutex_unlock(&thread->life);
        }
        pthread_attr_destroy(&attributes);
    }
    if (!error) return thread;
    clinux_free_thread(thread);
    return 0;
}

// Waits for the thread and frees it; a descriptor or a negative errno.
static inline long clinux_finish_network_thread(struct clinux_thread *thread) {
    void *result = 0;
    int error = pthread_join(thread->handle, &result);
    clinux_free_thread(thread);
    return error ? -error : (long)result;
}

#endif
