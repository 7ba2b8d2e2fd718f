// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
package import Testing

/// What a test needs of the machine; without it the test is left out, with the reason.
extension Trait where Self == ConditionTrait {
    /// Only root gives files to others and makes devices.
    package static var needsRoot: Self { .enabled("needs root: it makes root filesystems") { ProcessControl.effectiveUser == 0 } }

    /// Programs of the host, in `/usr/bin`.
    ///
    /// - Parameters:
    ///   - names: The programs.
    ///   - packages: The Debian packages that have them.
    /// - Returns: The trait.
    package static func needs(_ names: String..., packages: String) -> Self {
        .enabled("needs \(names.joined(separator: ", ")) (apt-get install \(packages))") {
            for name in names where try FileStatus.ifPresent("/usr/bin/" + name) == nil { return false }
            return true
        }
    }
}
