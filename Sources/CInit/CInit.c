// SPDX-License-Identifier: Apache-2.0
#include "CInit.h"

#include <sched.h>
#include <sys/mman.h>

static int word_count;
static char **words;

// Embedded Swift has no access to the command line. Found as in CLinux/command_line.c.
__attribute__((constructor)) static void remember_command_line(void) {
    words = environ - 1;
    while ((long)words[-1] != word_count) words--, word_count++;
}

int cinit_word_count(void) { return word_count; }

char **cinit_words(void) { return words; }

char **cinit_copy_words(int count, char **words) {
    // The kernel has laid them out one after the other.
    size_t length = (size_t)(words[count - 1] + strlen(words[count - 1]) + 1 - words[0]);
    size_t list = ((size_t)count + 1) * sizeof(char *);
    char **copy = mmap(0, list + length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (copy == MAP_FAILED) return 0;
    char *text = (char *)copy + list;
    memcpy(text, words[0], length);
    for (int i = 0; i < count; i++) copy[i] = text + (words[i] - words[0]);
    return copy;
}

int cinit_start(int (*body)(void *), void *argument, int count) {
    size_t size = 256 * 1024 + (size_t)count * 2 * sizeof(char *);
    char *stack = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) return -1;
    int pid = clone(body, stack + (size & ~(size_t)15), CLONE_VM | CLONE_VFORK | SIGCHLD, argument);
    int error = errno;
    munmap(stack, size);
    errno = error;
    return pid;
}
