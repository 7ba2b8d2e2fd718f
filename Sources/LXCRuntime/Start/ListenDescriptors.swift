// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Descriptors that the caller meant for init, sd_listen_fds(3): `LISTEN_FDS` of them, from 3 on.
///
/// They are the only ones that init gets besides its standard streams: any other open file of the host would be a way out.
package enum ListenDescriptors {
    private static let most: Int32 = 64

    package static var numbers: [Int32] {
        guard let count = ProcessEnvironment.value("LISTEN_FDS").flatMap({ Int32($0) }), count > 0, count <= most else { return [] }
        return Array(3..<3 + count)
    }
}
