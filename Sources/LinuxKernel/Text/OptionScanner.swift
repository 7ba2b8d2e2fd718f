// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// One option as the scanner needs it: spelling and argument rule.
package struct OptionRow: Sendable {
    /// Whether the option takes an argument; the raw values are those of `struct option`.
    package enum Argument: Int32, Sendable { case none, required, optional }

    /// The letter after a single dash, if there is one; an ASCII character other than `:`, `-` and `;`.
    package let short: UInt8?
    /// The word after two dashes, if there is one.
    package let long: String?
    package let argument: Argument

    package init(short: UInt8?, long: String?, argument: Argument) {
        self.short = short
        self.long = long
        self.argument = argument
    }
}

/// What a command line holds: the options in the order given, then the other words.
package struct ScannedOptions: Sendable, Equatable {
    /// One option that was given.
    package struct Occurrence: Sendable, Equatable {
        /// Index of the option in the rows that the scan was given.
        package let row: Int
        package let argument: String?
    }

    package let occurrences: [Occurrence]
    /// The words that are no options, in order; empty when the scan met a fault.
    package let operands: [String]
    /// The C library's sentence about the first fault, without a line end; `nil` for a clean scan.
    package let fault: String?
}

/// Splits a command line with libc's own parser, which scripts rely on: abbreviated long options, joined short ones, options after
/// other words, and `--`.
///
/// Library call: `getopt_long(3)`.
package enum OptionScanner {
    /// Scans one command line.
    ///
    /// - Parameters:
    ///   - program: The program's name for the C library's complaint, normally `argv[0]`.
    ///   - arguments: The words after the program's name.
    ///   - rows: The options; at most 65,000.
    package static func scan(program: String, arguments: [String], rows: [OptionRow]) -> ScannedOptions {
        // getopt_long keeps its place in global variables: one scan at a time.
        pthread_mutex_lock(scanLock)
        defer { pthread_mutex_unlock(scanLock) }
        return withScanMemory(program, arguments, rows) { memory in
            clinux_option_scan_start(0)
            var found: [ScannedOptions.Occurrence] = []
            while true {
                var argument: UnsafeMutablePointer<CChar>?
                var faulty: Int32 = 0
                let value = clinux_option_scan_next(memory.count, memory.words, memory.short, memory.long, &argument, &faulty)
                if value == -1 { break }
                guard faulty == 0, let row = memory.row(of: value) else {
                    return ScannedOptions(occurrences: found, operands: [], fault: complaint(memory))
                }
                found.append(.init(row: row, argument: argument.map(text)))
            }
            let rest = Int(clinux_option_scan_rest())..<Int(memory.count)
            return ScannedOptions(occurrences: found, operands: rest.compactMap { memory.words[$0].map(text) }, fault: nil)
        }
    }

    private static func complaint(_ memory: ScanMemory) -> String {
        memory.restoreOrder()
        guard let sentence = clinux_option_scan_complaint(memory.count, memory.words, memory.short, memory.long) else {
            return "malformed options"
        }
        defer { free(sentence) }
        let complaint = text(sentence)
        return complaint.hasSuffix("\n") ? String(complaint.dropLast()) : complaint
    }

    private static func text(_ pointer: UnsafeMutablePointer<CChar>) -> String {
        let length = strlen(pointer)
        return pointer.withMemoryRebound(to: UInt8.self, capacity: length) {
            String(kernelBytes: UnsafeBufferPointer(start: $0, count: length))
        }
    }
}

nonisolated(unsafe) private let scanLock: UnsafeMutablePointer<pthread_mutex_t> = {
    let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    lock.initialize(to: pthread_mutex_t())
    return lock
}()

/// The scan's input as C reads it; valid inside ``withScanMemory(_:_:_:_:)`` only.
private struct ScanMemory {
    /// Number of words, the program's name included.
    let count: Int32
    /// The words, which the scan reorders, and the order they had.
    let words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    let originalOrder: [UnsafeMutablePointer<CChar>?]
    let short: UnsafePointer<CChar>
    let long: UnsafePointer<option>
    let rows: [OptionRow]

    func restoreOrder() {
        for (index, word) in originalOrder.enumerated() { words[index] = word }
    }

    /// A long option without a letter answers with its index above the letters; all others with their letter.
    func row(of value: Int32) -> Int? {
        if value >= 256 { return Int(value) - 256 }
        return rows.firstIndex { $0.short.map(Int32.init) == value }
    }
}

private func withScanMemory<Result>(
    _ program: String, _ arguments: [String], _ rows: [OptionRow], _ body: (ScanMemory) -> Result
) -> Result {
    // All strings lie in one block; offsets become pointers once it no longer grows.
    var block: [CChar] = []
    func place(_ bytes: [UInt8]) -> Int {
        let start = block.count
        block.append(contentsOf: bytes.lazy.map { CChar(bitPattern: $0) })
        block.append(0)
        return start
    }
    let wordOffsets = ([program] + arguments).map { place($0.kernelBytes) }
    let shortOffset = place(shortOptions(rows))
    let longOffsets = rows.map { $0.long.map { place(Array($0.utf8)) } }
    let total = block.count
    return block.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("the block holds \(total) bytes") }
        var table: [option] = []
        for (index, (row, offset)) in zip(rows, longOffsets).enumerated() {
            guard let offset else { continue }
            let value = row.short.map(Int32.init) ?? Int32(256 + index)
            table.append(option(name: base + offset, has_arg: row.argument.rawValue, flag: nil, val: value))
        }
        table.append(option())
        let order = wordOffsets.map { Optional(base + $0) }
        var words = order + [nil]
        return words.withUnsafeMutableBufferPointer { words in
            table.withUnsafeBufferPointer { table in
                guard let words = words.baseAddress, let table = table.baseAddress else { preconditionFailure("both end in a terminator") }
                return body(
                    ScanMemory(
                        count: Int32(clamping: order.count), words: words, originalOrder: order, short: UnsafePointer(base + shortOffset),
                        long: table, rows: rows))
            }
        }
    }
}

private func shortOptions(_ rows: [OptionRow]) -> [UInt8] {
    var text: [UInt8] = []
    for row in rows {
        guard let letter = row.short else { continue }
        text.append(letter)
        text.append(contentsOf: [UInt8](repeating: UInt8(ascii: ":"), count: Int(row.argument.rawValue)))
    }
    return text
}
