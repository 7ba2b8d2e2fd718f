// SPDX-License-Identifier: Apache-2.0
#include "CInit.h"

static int word_count;
static char **words;

// Embedded Swift has no access to the command line. The C library hands it to what runs before main.
__attribute__((constructor)) static void remember_command_line(int count, char **start) {
    word_count = count;
    words = start;
}

int cinit_word_count(void) { return word_count; }

char **cinit_words(void) { return words; }
