// SPDX-License-Identifier: Apache-2.0
// The decoders of zlib, liblzma and libzstd, with what Swift cannot see of them: macros.
#ifndef CCOMPRESSION_CALLS_H
#define CCOMPRESSION_CALLS_H

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

// 15 bits of window, and 16 more to ask for the gzip header.
static inline int ccompression_gzip_start(z_stream *stream) { return inflateInit2(stream, 15 + 16); }

// Every stream of the file, with a limit on the decoder's memory.
static inline lzma_ret ccompression_xz_start(lzma_stream *stream, uint64_t memory)
{
    return lzma_stream_decoder(stream, memory, LZMA_CONCATENATED);
}

#endif
