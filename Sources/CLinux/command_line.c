// SPDX-License-Identifier: Apache-2.0
#include "libc.h"

static int word_count;
static char **words;

__attribute__((constructor)) static void remember_command_line(int count, char **start) {
    word_count = count;
    words = start;
}

int clinux_word_count(void) { return word_count; }

char **clinux_words(void) { return words; }
