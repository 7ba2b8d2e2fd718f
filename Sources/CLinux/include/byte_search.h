// SPDX-License-Identifier: Apache-2.0
// A byte looked for sixteen at a time. memchr(3) of musl looks at each byte before and behind the aligned words, which is nearly all there
// is of a path.
#ifndef CLINUX_BYTE_SEARCH_H
#define CLINUX_BYTE_SEARCH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef unsigned char clinux_bytes __attribute__((vector_size(16)));

static inline int clinux_holds_byte(const unsigned char *text, size_t count, unsigned char byte) {
    if (count < sizeof(clinux_bytes)) {
        for (size_t index = 0; index < count; index++)
            if (text[index] == byte) return 1;
        return 0;
    }
    for (size_t start = 0;;) {
        clinux_bytes part;
        memcpy(&part, text + start, sizeof part);
        // All bits of each byte that is equal.
        clinux_bytes equal = (clinux_bytes)(part == byte);
        uint64_t halves[2];
        memcpy(halves, &equal, sizeof halves);
        if (halves[0] | halves[1]) return 1;
        size_t rest = count - start - sizeof part;
        if (rest == 0) return 0;
        // The last part overlaps the one before.
        start += rest < sizeof part ? rest : sizeof part;
    }
}

#endif
