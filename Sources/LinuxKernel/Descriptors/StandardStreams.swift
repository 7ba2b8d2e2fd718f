// SPDX-License-Identifier: Apache-2.0

/// The numbers 0 to 2 as a whole.
package enum StandardStreams {
    /// Opens `/dev/null` on those that the caller had closed, so that nothing that is opened later ends up there by accident.
    package static func fillGaps() throws(KernelError) {
        while true {
            let null = try OwnedDescriptor(opening: "/dev/null", .readWrite)
            if null.number > 2 { return }
            try Execution.keep(null.release())
        }
    }
}
