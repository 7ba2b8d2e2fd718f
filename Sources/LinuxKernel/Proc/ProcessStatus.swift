// SPDX-License-Identifier: Apache-2.0

/// What `/proc/PID/status` says about a process.
///
/// See: `proc_pid_status(5)`. Fields that the kernel does not show, or shows in an unknown form, are nil or empty.
package struct ProcessStatus: Sendable, Equatable {
    /// The four ids of one kind.
    package struct Identity: Sendable, Equatable {
        package var real: UInt32
        package var effective: UInt32
        package var saved: UInt32
        package var filesystem: UInt32
    }

    /// Name of the program, at most 15 bytes, with the kernel's `\n` and `\\` escapes undone.
    package private(set) var name = ""
    /// State letter: `R`, `S`, `D`, `T`, `t`, `Z`, `X`.
    package private(set) var state: Character?
    package private(set) var threadGroup: Int32?
    package private(set) var parent: Int32?
    package private(set) var tracer: Int32?
    package private(set) var user: Identity?
    package private(set) var group: Identity?
    /// Supplementary groups.
    package private(set) var groups: [UInt32] = []
    /// The process's number in each pid namespace, from the reader's one inwards.
    package private(set) var namespacePIDs: [Int32] = []
    package private(set) var threads: Int32?
    /// Signal sets; bit 0 is signal 1.
    package private(set) var blockedSignals: UInt64?
    package private(set) var ignoredSignals: UInt64?
    package private(set) var caughtSignals: UInt64?
    /// Capability sets; bit N is capability N.
    package private(set) var inheritableCapabilities: UInt64?
    package private(set) var permittedCapabilities: UInt64?
    package private(set) var effectiveCapabilities: UInt64?
    package private(set) var boundingCapabilities: UInt64?
    package private(set) var ambientCapabilities: UInt64?
    package private(set) var hasNoNewPrivileges: Bool?
    /// Seccomp mode: 0 none, 1 strict, 2 filter.
    package private(set) var seccompMode: Int32?
    /// Resident memory, bytes.
    package private(set) var residentBytes: UInt64?

    /// Reads the text of such a file.
    package init(parsing bytes: [UInt8]) {
        for line in bytes.split(separator: 0x0A) {
            guard let colon = line.firstIndex(of: 0x3A) else { continue }
            let words = line[(colon + 1)...].split(whereSeparator: { $0 == 0x20 || $0 == 0x09 })
            set(String(kernelBytes: line[..<colon]), words, line[(colon + 1)...])
        }
    }

    /// Status of a process.
    ///
    /// - Parameter process: `self`, or a process number as text.
    /// - Returns: The status at this moment.
    /// - Throws: ``KernelError``; `.noSuchFileOrDirectory` or `.noSuchProcess` when the process is gone.
    package static func read(process: String = "self") throws(KernelError) -> ProcessStatus {
        ProcessStatus(parsing: try WholeFile.read("/proc/\(process)/status", limit: 4 << 20))
    }

    /// Whether a signal is in the blocked set.
    ///
    /// - Parameter signal: Number of the signal, 1 to 64; others are never blocked.
    /// - Returns: Nil when the kernel does not tell.
    package func blocks(signal: Int32) -> Bool? {
        guard (1...64).contains(signal) else { return false }
        return blockedSignals.map { $0 >> UInt64(signal - 1) & 1 == 1 }
    }

    private mutating func set(_ field: String, _ words: [ArraySlice<UInt8>], _ rest: ArraySlice<UInt8>) {
        switch field {
        case "Name": name = Self.unescaped(rest.drop { $0 == 0x09 })
        case "State": state = words.first?.first.map { Character(Unicode.Scalar($0)) }
        case "Tgid": threadGroup = Self.decimal(words.first)
        case "PPid": parent = Self.decimal(words.first)
        case "TracerPid": tracer = Self.decimal(words.first)
        case "Uid": user = Self.identity(words)
        case "Gid": group = Self.identity(words)
        case "Groups": groups = words.compactMap { Self.decimal($0) }
        case "NSpid": namespacePIDs = words.compactMap { Self.decimal($0) }
        case "Threads": threads = Self.decimal(words.first)
        case "SigBlk": blockedSignals = Self.hexadecimal(words.first)
        case "SigIgn": ignoredSignals = Self.hexadecimal(words.first)
        case "SigCgt": caughtSignals = Self.hexadecimal(words.first)
        case "CapInh": inheritableCapabilities = Self.hexadecimal(words.first)
        case "CapPrm": permittedCapabilities = Self.hexadecimal(words.first)
        case "CapEff": effectiveCapabilities = Self.hexadecimal(words.first)
        case "CapBnd": boundingCapabilities = Self.hexadecimal(words.first)
        case "CapAmb": ambientCapabilities = Self.hexadecimal(words.first)
        case "NoNewPrivs": hasNoNewPrivileges = Self.decimal(words.first, UInt8.self).map { $0 != 0 }
        case "Seccomp": seccompMode = Self.decimal(words.first)
        case "VmRSS":
            let kilobytes = Self.decimal(words.first, UInt64.self)?.multipliedReportingOverflow(by: 1024)
            residentBytes = kilobytes.flatMap { $0.overflow ? nil : $0.partialValue }
        default: break
        }
    }

    private static func identity(_ words: [ArraySlice<UInt8>]) -> Identity? {
        let ids = words.compactMap { decimal($0, UInt32.self) }
        guard ids.count == 4 else { return nil }
        return Identity(real: ids[0], effective: ids[1], saved: ids[2], filesystem: ids[3])
    }

    private static func decimal<Number: FixedWidthInteger>(_ word: ArraySlice<UInt8>?, _: Number.Type = Number.self) -> Number? {
        word.flatMap { Number(String(kernelBytes: $0)) }
    }

    private static func hexadecimal(_ word: ArraySlice<UInt8>?) -> UInt64? { word.flatMap { UInt64(String(kernelBytes: $0), radix: 16) } }

    private static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
        var result: [UInt8] = []
        var rest = bytes
        while let first = rest.popFirst() {
            switch (first, rest.first) {
            case (0x5C, 0x6E): result.append(0x0A)
            case (0x5C, 0x5C): result.append(0x5C)
            default:
                result.append(first)
                continue
            }
            rest = rest.dropFirst()
        }
        return String(kernelBytes: result)
    }
}
