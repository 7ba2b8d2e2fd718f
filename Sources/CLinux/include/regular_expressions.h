// SPDX-License-Identifier: Apache-2.0
// regcomp(3): the compiled form is opaque to Swift, so it is handed over as a plain pointer.
#ifndef CLINUX_REGULAR_EXPRESSIONS_H
#define CLINUX_REGULAR_EXPRESSIONS_H

#include <regex.h>
#include <stdlib.h>

// Compiles an extended expression. Returns NULL when it is malformed; the reason is in `reason`.
static inline void *clinux_regex_compile(const char *pattern, char *reason, size_t size) {
    regex_t *compiled = calloc(1, sizeof(*compiled));
    if (!compiled) abort();
    int code = regcomp(compiled, pattern, REG_EXTENDED | REG_NOSUB);
    if (code == 0) return compiled;
    regerror(code, compiled, reason, size);
    free(compiled);
    return NULL;
}

static inline int clinux_regex_matches(const void *compiled, const char *text) {
    return regexec((const regex_t *)compiled, text, 0, NULL, 0) == 0;
}

static inline void clinux_regex_free(void *compiled) {
    regfree((regex_t *)compiled);
    free(compiled);
}

#endif
