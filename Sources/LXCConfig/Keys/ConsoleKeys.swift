// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// `lxc.console.*`
enum ConsoleKeys {
    static let all: [ConfigKey] = [
        .text(
            "lxc.console.path", historic: ["lxc.console"], .path,
            "Terminal or file that is the container's console; none for no console.",
            get: { $0.console.consolePath }, set: { $0.console.consolePath = $1 }),
        .text(
            "lxc.console.logfile", .path, "File that receives what is written to the console.",
            get: { $0.console.logFile }, set: { $0.console.logFile = $1 }),
        .flag(
            "lxc.console.rotate", "Begin a new log file when lxc.console.size is reached.",
            get: { $0.console.rotate }, set: { $0.console.rotate = $1 }),
        .parsed(
            "lxc.console.buffer.size", .bytes, "Size of the console's ring buffer in memory; auto is 128 KiB, 0 turns it off.",
            parse: buffer, get: { String($0.console.bufferSize) }, set: { $0.console.bufferSize = $1 ?? 0 }),
        .parsed(
            "lxc.console.size", .bytes, "Largest size of the console's log file; auto is 128 KiB, 0 sets no limit.",
            parse: buffer, get: { String($0.console.logSize) }, set: { $0.console.logSize = $1 ?? 0 }),
    ]

    private static let buffer: @Sendable (String) throws(ValueProblem) -> UInt64 = { (text) throws(ValueProblem) in
        try ByteSize.parseBuffer(text, page: UInt64(clamping: MemoryPage.size))
    }
}
