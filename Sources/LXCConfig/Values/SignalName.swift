// SPDX-License-Identifier: Apache-2.0

/// Signals by number or name.
package enum SignalName {
    // Numbers of Linux on every machine we build for; see signal(7).
    private static let names: [(name: String, number: Int32)] = [
        ("HUP", 1), ("INT", 2), ("QUIT", 3), ("ILL", 4), ("TRAP", 5), ("ABRT", 6), ("IOT", 6), ("BUS", 7), ("FPE", 8), ("KILL", 9),
        ("USR1", 10), ("SEGV", 11), ("USR2", 12), ("PIPE", 13), ("ALRM", 14), ("TERM", 15), ("STKFLT", 16), ("CHLD", 17), ("CLD", 17),
        ("CONT", 18), ("STOP", 19), ("TSTP", 20), ("TTIN", 21), ("TTOU", 22), ("URG", 23), ("XCPU", 24), ("XFSZ", 25), ("VTALRM", 26),
        ("PROF", 27), ("WINCH", 28), ("IO", 29), ("POLL", 29), ("PWR", 30), ("SYS", 31), ("UNUSED", 31),
    ]
    /// First and last real-time signal as the C library counts them.
    private static let realTime: ClosedRange<Int32> = 34...64

    /// Reads a number from 1 to 64, `SIGNAME` in any case, `SIGRTMIN+N` or `SIGRTMAX-N`.
    package static func parse(_ text: String) throws(ValueProblem) -> Int32 {
        if let first = text.utf8.first, (0x30...0x39).contains(first) {
            return Int32(truncatingIfNeeded: try DecimalNumber.parse(text, in: 1...64))
        }
        let upper = text.uppercased()
        guard upper.hasPrefix("SIG") else {
            throw ValueProblem("\(quoted(text)) is not a signal", hint: "write a number or a name such as SIGTERM or SIGRTMIN+3")
        }
        let name = String(upper.dropFirst(3))
        if let known = names.first(where: { $0.name == name }) { return known.number }
        if let number = realTimeSignal(name) { return number }
        throw ValueProblem("there is no signal \(quoted(text)) here", hint: "see signal(7) for the names")
    }

    /// The name by which users know a signal: `SIGTERM`, or `signal 40` for one without.
    package static func text(_ number: Int32) -> String {
        names.first { $0.number == number }.map { "SIG" + $0.name } ?? "signal \(number)"
    }

    private static func realTimeSignal(_ name: String) -> Int32? {
        if name == "RTMIN" { return realTime.lowerBound }
        if name == "RTMAX" { return realTime.upperBound }
        let digits = String(name.dropFirst(6))
        // try?: the caller says that there is no such signal, whatever is wrong with the number in it.
        guard let distance = try? DecimalNumber.parse(digits, in: 0...30) else { return nil }
        if name.hasPrefix("RTMIN+") { return realTime.lowerBound + Int32(distance) }
        if name.hasPrefix("RTMAX-") { return realTime.upperBound - Int32(distance) }
        return nil
    }
}
