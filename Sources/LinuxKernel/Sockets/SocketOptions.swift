// SPDX-License-Identifier: Apache-2.0
import CLinux

extension UnixSocket {
    /// Longest wait of one send or connect; zero or less waits for ever.
    ///
    /// Kernel call: `setsockopt(2)` `SO_SNDTIMEO`.
    package func setSendLimit(_ limit: Duration) throws(KernelError) {
        try Self.setSendLimit(limit, of: descriptor.number)
    }

    static func setSendLimit(_ limit: Duration, of number: Int32) throws(KernelError) {
        try setSocketOption(number, SO_SNDTIMEO, "SO_SNDTIMEO", timeval(limit))
    }

    /// Longest wait of one receive; zero or less waits for ever.
    ///
    /// Kernel call: `setsockopt(2)` `SO_RCVTIMEO`.
    package func setReceiveLimit(_ limit: Duration) throws(KernelError) {
        try SocketOptions.setReceiveLimit(limit, of: descriptor.number)
    }

    func readOption<Value: BitwiseCopyable>(_ option: Int32, _ name: String, _ value: inout Value) throws(KernelError) {
        var length = socklen_t(MemoryLayout<Value>.size)
        let number = descriptor.number
        try kernelCommand("getsockopt", "\(name) of descriptor \(number)") {
            getsockopt(number, SOL_SOCKET, option, &value, &length)
        }
    }
}

/// Options of sockets of any kind.
package enum SocketOptions {
    /// Longest wait of one receive; zero or less waits for ever.
    ///
    /// Kernel call: `setsockopt(2)` `SO_RCVTIMEO`.
    package static func setReceiveLimit(_ limit: Duration, of number: Int32) throws(KernelError) {
        try setSocketOption(number, SO_RCVTIMEO, "SO_RCVTIMEO", timeval(limit))
    }
}

func setSocketOption<Value: BitwiseCopyable>(
    _ number: Int32, _ option: Int32, _ name: String, _ value: Value
) throws(KernelError) {
    var value = value
    try kernelCommand("setsockopt", "\(name) of descriptor \(number)") {
        setsockopt(number, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<Value>.size))
    }
}

extension timeval {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init()
        guard duration > .zero else { return }
        tv_sec = min(Int(seconds), Int(Int32.max))
        // Rounded up: a limit below one microsecond must not become "no limit".
        tv_usec = min(999_999, Int((attoseconds + 999_999_999_999) / 1_000_000_000_000))
    }
}
