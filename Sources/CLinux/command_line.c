// SPDX-License-Identifier: Apache-2.0
#include "libc.h"

static int word_count;
static char **words;

// Not every C library hands the command line to what runs before main. The kernel puts the number of words, the words and the
// environment behind each other; the environment is still where it was.
__attribute__((constructor)) static void remember_command_line(void) {
    words = environ - 1;
    while ((long)words[-1] != word_count) words--, word_count++;
}

int clinux_word_count(void) { return word_count; }

char **clinux_words(void) { return words; }
