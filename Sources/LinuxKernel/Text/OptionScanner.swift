// SPDX-License-Identifier: Apache-2.0
import CLinux

/// One option as the scanner needs it: spelling and argument rule.
package struct OptionRow: Sendable {
    /// Whether the option takes an argument; the raw values are those of `struct option`.
    package enum Argument: Int32, Sendable { case none, required, optional }

    /// The letter after a single dash, if there is one; an ASCII character other than `:`, `-` and `;`. `?` takes no argument.
    package let short: UInt8?
    /// The word after two dashes, if there is one; part of the program's text, so C can read it where it lies.
    package let long: StaticString?
    package let argument: Argument

    package init(short: UInt8?, long: StaticString?, argument: Argument) {
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
    /// What getopt_long(3) says about the first fault, without a line end; `nil` for a clean scan.
    package let fault: String?
}

/// Splits a command line with libc's own parser, which scripts rely on: abbreviated long options, joined short ones, options after
/// other words, and `--`.
///
/// Library call: `getopt_long(3)`.
package enum OptionScanner {
    /// Scans the words after a program's name, which complaints begin with. There are at most 65,000 options.
    package static func scan(program: String, arguments: [String], rows: [OptionRow]) -> ScannedOptions {
        // getopt_long keeps its place in global variables: one scan at a time.
        pthread_mutex_lock(scanLock)
        defer { pthread_mutex_unlock(scanLock) }
        return withScanMemory(program, arguments, rows) { memory in
            clinux_option_scan_start()
            var found: [ScannedOptions.Occurrence] = []
            while true {
                var argument: UnsafeMutablePointer<CChar>?
                var faulty: Int32 = 0
                let value = clinux_option_scan_next(memory.count, memory.words, memory.short, memory.long, &argument, &faulty)
                if value == -1 { break }
                guard faulty == 0, let row = memory.row(of: value) else {
                    return ScannedOptions(
                        occurrences: found, operands: [], fault: OptionComplaint(program: program, arguments: arguments, rows: rows).text)
                }
                found.append(.init(row: row, argument: argument.map(text)))
            }
            let rest = Int(clinux_option_scan_rest())..<Int(memory.count)
            return ScannedOptions(occurrences: found, operands: rest.compactMap { memory.words[$0].map(text) }, fault: nil)
        }
    }

    private static func text(_ word: UnsafeMutablePointer<CChar>) -> String { ProgramArguments.text(of: word) }
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
    /// The words, which the scan reorders.
    let words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    let short: UnsafeMutablePointer<CChar>
    let long: UnsafeMutablePointer<option>
    let rows: [OptionRow]

    /// A long option without a letter answers with its index above the letters; all others with their letter.
    func row(of value: Int32) -> Int? {
        if value >= 256 { return Int(value) - 256 }
        return rows.firstIndex { $0.short.map(Int32.init) == value }
    }
}

// Plain allocations throughout: every further kind of Swift array would cost the start of a tool some microseconds of metadata.
private func withScanMemory<Result>(
    _ program: String, _ arguments: [String], _ rows: [OptionRow], _ body: (ScanMemory) -> Result
) -> Result {
    let count = arguments.count + 1
    let words = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: 2 * count + 2)
    defer { words.deallocate() }
    let originalOrder = words + count + 1
    for index in 0..<count { originalOrder[index] = copy(index == 0 ? program : arguments[index - 1]) }
    originalOrder[count] = nil
    words.update(from: originalOrder, count: count + 1)
    defer { for index in 0..<count { free(originalOrder[index]) } }
    let short = shortOptions(rows)
    defer { short.deallocate() }
    let long = longOptions(rows)
    defer { long.deallocate() }
    return body(
        ScanMemory(count: Int32(clamping: count), words: words, short: short, long: long, rows: rows))
}

private func copy(_ word: String) -> UnsafeMutablePointer<CChar>? { word.withKernelString { strdup($0) } }

private func longOptions(_ rows: [OptionRow]) -> UnsafeMutablePointer<option> {
    let table = UnsafeMutablePointer<option>.allocate(capacity: rows.count + 1)
    var used = 0
    for (index, row) in rows.enumerated() {
        guard let long = row.long, long.hasPointerRepresentation else { continue }
        let name = UnsafeRawPointer(long.utf8Start).assumingMemoryBound(to: CChar.self)
        let value = row.short.map(Int32.init) ?? Int32(256 + index)
        table[used] = option(name: name, has_arg: row.argument.rawValue, flag: nil, val: value)
        used += 1
    }
    table[used] = option()
    return table
}

/// The letters, each with one colon for a required argument and two for an optional one.
private func shortOptions(_ rows: [OptionRow]) -> UnsafeMutablePointer<CChar> {
    let text = UnsafeMutablePointer<CChar>.allocate(capacity: 3 * rows.count + 1)
    var used = 0
    for row in rows {
        guard let letter = row.short, letter != UInt8(ascii: "?") else { continue }
        text[used] = CChar(bitPattern: letter)
        used += 1
        for _ in 0..<row.argument.rawValue {
            text[used] = CChar(bitPattern: UInt8(ascii: ":"))
            used += 1
        }
    }
    text[used] = 0
    return text
}
