// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

extension RegularFile {
    /// Largest configuration file that is read; common ones have a few kilobytes.
    static let largestConfiguration = 4 << 20

    /// Reads a configuration file.
    init(configuration path: String) throws(Failure) { try self.init(path, limit: Self.largestConfiguration) }
}
