// SPDX-License-Identifier: Apache-2.0
// zlib's start of an inflation is a macro, so Swift cannot call it.
#ifndef CZLIB_CALLS_H
#define CZLIB_CALLS_H

#include <zlib.h>

// 15 bits of window, and 16 more to ask for the gzip header.
static inline int czlib_inflate_gzip_start(z_stream *stream) { return inflateInit2(stream, 15 + 16); }

#endif
