// SPDX-License-Identifier: Apache-2.0
// Threads of our programs: their allocator takes no lock before there is a second one.
#ifndef CLINUX_PROGRAM_THREADS_H
#define CLINUX_PROGRAM_THREADS_H

#include <pthread.h>

// pthread_create(3); nothing in our programs calls that itself.
int clinux_create_thread(pthread_t *handle, const pthread_attr_t *attributes, void *(*body)(void *), void *argument);

#endif
