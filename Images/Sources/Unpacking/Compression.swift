// SPDX-License-Identifier: Apache-2.0
internal import CCompression

/// The ways in which an archive may be compressed. There are no others: a name from outside is never handed to a library or a program.
package enum Compression: Sendable, CaseIterable {
    case none, gzip, xz, zstd

    /// Recognizes the first bytes of a file. What looks like none of them is taken for an archive that is not compressed.
    package init(firstBytes bytes: [UInt8]) {
        if bytes.starts(with: [0x1F, 0x8B]) {
            self = .gzip
        } else if bytes.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) {
            self = .xz
        } else if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
            self = .zstd
        } else {
            self = .none
        }
    }
}

/// Decompressed bytes, with the limits on how many there may be.
package final class Decompressor: ByteSource {
    private let source: any ByteSource
    private let decoder: any Decoder
    private let limits: UnpackLimits
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
    /// The part of `room` that was read and not decoded yet.
    private var pending = 0..<0
    private var isAtEnd = false
    /// Bytes that went in, and came out.
    private(set) var taken: Int64 = 0
    private(set) var given: Int64 = 0
    package var compressedCount: Int64? { taken }

    /// Starts with the first bytes, which say how they are compressed.
    ///
    /// - Parameters:
    ///   - source: The compressed bytes.
    ///   - compression: What they must be; nil to recognize it.
    ///   - limits: On the decoder's memory and on what comes out.
    /// - Throws: ``ImageFailure`` when it is compressed otherwise.
    package init(_ source: any ByteSource, compression: Compression? = nil, limits: UnpackLimits) throws(ImageFailure) {
        self.source = source
        self.limits = limits
        var filled = 0
        while filled < 8 {
            let got = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: room[filled...]))
            if got == 0 { break }
            filled += got
        }
        pending = 0..<filled
        taken = Int64(filled)
        let found = Compression(firstBytes: Array(room[..<min(filled, 8)]))
        if let compression, compression != found {
            throw ImageFailure("it is said to be compressed with \(compression), and is not")
        }
        switch found {
        case .none: decoder = PlainDecoder()
        case .gzip: decoder = try GzipDecoder()
        case .xz: decoder = try XzDecoder(memory: limits.windowBytes)
        case .zstd: decoder = try ZstdDecoder(window: limits.windowBytes)
        }
    }

    deinit { room.deallocate() }

    /// See ``ByteSource/read(into:)``.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImageFailure) -> Int {
        while true {
            if pending.isEmpty && !isAtEnd {
                let got = try source.read(into: room)
                pending = 0..<got
                taken += Int64(got)
                isAtEnd = got == 0
            }
            let input = UnsafeRawBufferPointer(rebasing: room[pending])
            let step = try decoder.decode(input, into: buffer, isLast: isAtEnd)
            pending = pending.lowerBound + step.taken..<pending.upperBound
            if step.given > 0 {
                try count(step.given)
                return step.given
            }
            if isAtEnd && pending.isEmpty {
                guard decoder.isComplete else { throw ImageFailure("it ends in the middle of its compressed data") }
                return 0
            }
        }
    }

    private func count(_ bytes: Int) throws(ImageFailure) {
        given += Int64(bytes)
        if given > limits.totalBytes {
            throw ImageFailure("it has more than \(limits.totalBytes >> 20) MiB once it is decompressed")
        }
        if given > limits.freeBytes && given / max(taken, 1) > limits.ratio {
            throw ImageFailure("it grows to more than \(limits.ratio) times its size when it is decompressed, as no root filesystem does")
        }
    }
}

/// What one call of a decoder did.
struct DecoderStep {
    let taken: Int
    let given: Int
}

/// A decoder of one format.
protocol Decoder: AnyObject {
    /// Whether the data so far is complete.
    var isComplete: Bool { get }
    /// Decodes a piece; takes nothing and gives nothing only when it needs more input.
    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool) throws(ImageFailure)
        -> DecoderStep
}

/// Passes bytes on as they are.
private final class PlainDecoder: Decoder {
    let isComplete = true

    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool) -> DecoderStep {
        let count = min(input.count, output.count)
        output.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<count]))
        return DecoderStep(taken: count, given: count)
    }
}
