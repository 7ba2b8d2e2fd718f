// SPDX-License-Identifier: Apache-2.0
import CLinux

/// An abstract socket name that is taken without anybody listening there: a lock that goes with its holder.
///
/// Who connects to it is refused, as if nobody had the name.
package struct AbstractNameReservation: ~Copyable, Sendable {
    private let socket: UnixSocket

    /// Takes the name.
    ///
    /// - Throws: ``KernelError``, `.addressInUse` when somebody has it.
    ///
    /// Kernel call: `bind(2)`.
    package init(of address: AbstractAddress) throws(KernelError) {
        let socket = try UnixSocket()
        let number = socket.number
        try kernelCommand("bind", address.description) { address.withSocketAddress { bind(number, $0, $1) } }
        self.socket = socket
    }
}
