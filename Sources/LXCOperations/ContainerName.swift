// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel

/// Names that can be a container's: one path component that no tool or shell mistakes for something else.
package enum ContainerName {
    private static let longest = 255

    /// - Throws: ``LXCError`` with the code `invalidName`.
    package static func check(_ name: String) throws(LXCError) {
        let bytes = name.kernelBytes
        let fault: String? =
            if bytes.isEmpty {
                "it is empty"
            } else if bytes.count > longest {
                "it has \(bytes.count) bytes, and at most \(longest) are allowed"
            } else if bytes.contains(0x2F) {
                "it contains a slash"
            } else if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
                "it contains a control character"
            } else if bytes.first == 0x2D {
                "it begins with a hyphen"
            } else if bytes.first == 0x2E {
                "it begins with a dot"
            } else {
                nil
            }
        guard let fault else { return }
        throw LXCError(
            .invalidName, "cannot use the container name \"\(name)\"", reason: fault,
            hint: "use letters, digits, hyphens, dots and underscores")
    }
}
