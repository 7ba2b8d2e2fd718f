// SPDX-License-Identifier: Apache-2.0
// What runs in the second thread of a supervisor that prepares a network namespace: system calls, and nothing of Swift.
#ifndef CLINUX_NETWORK_THREAD_H
#define CLINUX_NETWORK_THREAD_H

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
    int descriptor = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

static inline void *clinux_network_thread(void *unused) {
    (void)unused;
    return (void *)clinux_new_network();
}

// A number in one C library, a pointer in the other.
struct clinux_thread {
    pthread_t handle;
};

// Starts the thread on a stack that is given; glibc would keep one of its own for ever.
static inline int clinux_start_network_thread(struct clinux_thread *thread, void *stack) {
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error) return error;
    error = pthread_attr_setstack(&attributes, stack, CLINUX_THREAD_STACK);
    if (!error) error = pthread_create(&thread->handle, &attributes, clinux_network_thread, 0);
    pthread_attr_destroy(&attributes);
    return error;
}

static inline long clinux_finish_network_thread(struct clinux_thread thread) {
    void *result = 0;
    int error = pthread_join(thread.handle, &result);
    return error ? -error : (long)result;
}

static inline void *clinux_map_stack(void) {
    void *stack = mmap(0, CLINUX_THREAD_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    return stack == MAP_FAILED ? 0 : stack;
}

static inline void clinux_unmap_stack(void *stack) { munmap(stack, CLINUX_THREAD_STACK); }

#endif
