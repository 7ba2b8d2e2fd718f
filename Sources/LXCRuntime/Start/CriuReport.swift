// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// What criu(8) says when it fails.
package enum CriuReport {
    /// The first thing that criu complained about, which the others follow from; nil when its log says nothing of the kind.
    ///
    /// - Parameter log: The log, or what criu printed.
    /// - Returns: The complaint, without time and place.
    package static func complaint(_ log: [UInt8]) -> String? {
        let lines = String(kernelBytes: log).split(separator: "\n")
        guard let line = lines.first(where: { $0.firstRange(of: "Error") != nil }) else { return nil }
        // "(00.012345) Error (file.c:12): what went wrong"
        guard let place = line.firstRange(of: "): ") else { return String(line) }
        return String(line[place.upperBound...])
    }
}
