// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// A file descriptor that was made for the caller; closed when the value goes.
public struct Descriptor: ~Copyable, Sendable {
    private let owned: OwnedDescriptor

    init(_ owned: consuming OwnedDescriptor) { self.owned = owned }

    /// The descriptor's number, valid while this value lives. It is close-on-exec.
    public var number: Int32 { owned.number }

    /// Gives the descriptor up.
    ///
    /// - Returns: Its number; the caller closes it.
    public consuming func release() -> Int32 { owned.release() }
}
