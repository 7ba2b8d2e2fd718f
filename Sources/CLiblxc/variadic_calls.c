// SPDX-License-Identifier: Apache-2.0
// The members with variable arguments: Swift can neither be called like that nor name the type.
#include "container_memory.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

// Collects the words up to NULL into a list ended by NULL; `first` NULL puts nothing in front.
static char **collect(const char *first, va_list words) {
    va_list counting;
    va_copy(counting, words);
    size_t count = first ? 2 : 1;
    while (va_arg(counting, char *)) count++;
    va_end(counting);
    char **list = calloc(count, sizeof *list);
    if (!list) return NULL;
    size_t index = 0;
    if (first) list[index++] = (char *)first;
    while ((list[index] = va_arg(words, char *))) index++;
    return list;
}

static bool startl(struct lxc_container *c, int useinit, ...) {
    if (!c) return false;
    va_list words;
    va_start(words, useinit);
    char **list = collect(NULL, words);
    va_end(words);
    if (!list) return false;
    const bool result = c->start(c, useinit, list[0] ? list : NULL);
    free(list);
    return result;
}

static bool createl(struct lxc_container *c, const char *t, const char *bdevtype, struct bdev_specs *specs, int flags, ...) {
    if (!c) return false;
    va_list words;
    va_start(words, flags);
    char **list = collect(NULL, words);
    va_end(words);
    if (!list) return false;
    const bool result = c->create(c, t, bdevtype, specs, flags, list);
    free(list);
    return result;
}

static int attach_run_waitl(struct lxc_container *c, lxc_attach_options_t *options, const char *program, const char *arg, ...) {
    if (!c) return -1;
    va_list words;
    va_start(words, arg);
    // Without an argument nothing follows that could be read.
    char **list = arg ? collect(arg, words) : calloc(1, sizeof *list);
    va_end(words);
    if (!list) return -1;
    const int result = c->attach_run_wait(c, options, program, (const char *const *)list);
    free(list);
    return result;
}

void cliblxc_fill_variadic(struct lxc_container *c) {
    c->startl = startl;
    c->createl = createl;
    c->attach_run_waitl = attach_run_waitl;
}
