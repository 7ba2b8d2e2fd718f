// SPDX-License-Identifier: Apache-2.0
internal import CCompression

private let damaged = "its compressed data is damaged"

extension UnsafeRawBufferPointer {
    /// C libraries take their input as something they could change; they do not.
    fileprivate var asInput: UnsafeMutablePointer<UInt8>? {
        UnsafeMutableRawPointer(mutating: baseAddress)?.assumingMemoryBound(to: UInt8.self)
    }
}

/// gzip, by zlib; several members one after the other are one file, as gzip(1) has it.
final class GzipDecoder: Decoder {
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private(set) var isComplete = false

    init() throws(ImageFailure) {
        stream.initialize(to: z_stream())
        guard ccompression_gzip_start(stream) == Z_OK else { throw ImageFailure("zlib has no memory") }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool) throws(ImageFailure)
        -> DecoderStep
    {
        if input.isEmpty { return DecoderStep(taken: 0, given: 0) }
        if isComplete {
            // tar(1) pads with zeros to full blocks when it writes to a tape or a pipe.
            if input[0] == 0 { return DecoderStep(taken: input.count, given: 0) }
            inflateReset(stream)
            isComplete = false
        }
        stream.pointee.next_in = input.asInput
        stream.pointee.avail_in = UInt32(clamping: input.count)
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(clamping: output.count)
        let result = inflate(stream, Z_NO_FLUSH)
        switch result {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: isComplete = true
        default: throw ImageFailure(damaged)
        }
        return DecoderStep(
            taken: input.count - Int(stream.pointee.avail_in), given: output.count - Int(stream.pointee.avail_out))
    }
}

/// xz, by liblzma, which checks how much memory a file asks for before it takes it.
final class XzDecoder: Decoder {
    private let stream = UnsafeMutablePointer<lzma_stream>.allocate(capacity: 1)
    private(set) var isComplete = false
    private let memory: Int

    init(memory: Int) throws(ImageFailure) {
        self.memory = memory
        stream.initialize(to: lzma_stream())
        // The decoder itself takes a little beside the window.
        guard ccompression_xz_start(stream, UInt64(memory) + 1 << 20) == LZMA_OK else {
            throw ImageFailure("liblzma has no memory")
        }
    }

    deinit {
        lzma_end(stream)
        stream.deallocate()
    }

    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool) throws(ImageFailure)
        -> DecoderStep
    {
        if isComplete { return DecoderStep(taken: input.count, given: 0) }
        stream.pointee.next_in = UnsafePointer(input.asInput)
        stream.pointee.avail_in = input.count
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = output.count
        let result = lzma_code(stream, isLast ? LZMA_FINISH : LZMA_RUN)
        switch result {
        case LZMA_OK: break
        case LZMA_BUF_ERROR: if isLast { throw ImageFailure("it ends in the middle of its compressed data") }
        case LZMA_STREAM_END: isComplete = true
        case LZMA_MEMLIMIT_ERROR: throw ImageFailure("its compression needs more than \(memory >> 20) MiB of memory")
        default: throw ImageFailure(damaged)
        }
        return DecoderStep(taken: input.count - stream.pointee.avail_in, given: output.count - stream.pointee.avail_out)
    }
}

/// Zstandard, by libzstd.
final class ZstdDecoder: Decoder {
    private let context: OpaquePointer
    private let window: Int
    /// Whether a frame has just ended, and all of it was given.
    private(set) var isComplete = false

    init(window: Int) throws(ImageFailure) {
        self.window = window
        guard let context = ZSTD_createDCtx() else { throw ImageFailure("libzstd has no memory") }
        self.context = context
        let bits = Int32(Int.bitWidth - 1 - max(window, 1024).leadingZeroBitCount)
        guard ZSTD_isError(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, bits)) == 0 else {
            throw ImageFailure("libzstd does not take a window of \(window) bytes")
        }
    }

    deinit { ZSTD_freeDCtx(context) }

    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool) throws(ImageFailure)
        -> DecoderStep
    {
        if input.isEmpty && isComplete { return DecoderStep(taken: 0, given: 0) }
        var from = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var to = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let result = ZSTD_decompressStream(context, &to, &from)
        if ZSTD_isError(result) != 0 {
            if ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge {
                throw ImageFailure("its compression needs more than \(window >> 20) MiB of memory")
            }
            throw ImageFailure(damaged)
        }
        isComplete = result == 0
        if isLast && from.pos == 0 && to.pos == 0 && !isComplete { throw ImageFailure("it ends in the middle of its compressed data") }
        return DecoderStep(taken: from.pos, given: to.pos)
    }
}
