// SPDX-License-Identifier: Apache-2.0
#include "CInit.h"

static int word_count;
static char **words;

// Embedded Swift has no access to the command line. Found as in CLinux/command_line.c.
__attribute__((constructor)) static void remember_command_line(void) {
    words = environ - 1;
    while ((long)words[-1] != word_count) words--, word_count++;
}

int cinit_word_count(void) { return word_count; }

char **cinit_words(void) { return words; }
