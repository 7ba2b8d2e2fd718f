// SPDX-License-Identifier: Apache-2.0
#ifndef CLIBLXC_CONTAINER_MEMORY_H
#define CLIBLXC_CONTAINER_MEMORY_H

#include <lxc/lxccontainer.h>
#include <stdlib.h>
#include <string.h>

// An object as it lies in memory: what programs see, then what only the library knows.
struct cliblxc_container {
    struct lxc_container visible;
    void *handle;
};

// Everything zero, allocated with malloc because callers free parts of it; NULL without memory.
static inline struct cliblxc_container *cliblxc_allocate(void) { return calloc(1, sizeof(struct cliblxc_container)); }
static inline void cliblxc_free(void *memory) { free(memory); }
static inline void *cliblxc_calloc(size_t count, size_t size) { return calloc(count, size); }
static inline void *cliblxc_handle(const struct lxc_container *c) { return ((const struct cliblxc_container *)c)->handle; }

// Users of an object. Without a lock: the object is gone when the last user goes.
static inline int cliblxc_add_user(struct lxc_container *c) { return __atomic_add_fetch(&c->numthreads, 1, __ATOMIC_ACQ_REL); }
static inline int cliblxc_remove_user(struct lxc_container *c) { return __atomic_sub_fetch(&c->numthreads, 1, __ATOMIC_ACQ_REL); }

void cliblxc_fill_variadic(struct lxc_container *c);

#endif
