// SPDX-License-Identifier: Apache-2.0

extension PidFD {
    /// The process's number in the pid namespace of the mounted `/proc`; nil when it has ended or is not visible there.
    ///
    /// The number is this process's only as long as ``isRunning`` holds afterwards. See: `proc_pid_fdinfo(5)`.
    package func processNumber() throws(KernelError) -> Int32? {
        let text = try WholeFile.text("/proc/self/fdinfo/\(number)")
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Pid:") }) else { return nil }
        let field = line.dropFirst(4).drop { $0 == " " || $0 == "\t" }
        guard let number = Int32(field), number > 0 else { return nil }
        return number
    }
}
