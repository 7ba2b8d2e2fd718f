// SPDX-License-Identifier: Apache-2.0

/// Where a setting came from.
package struct ConfigOrigin: Sendable, Equatable, Hashable {
    /// The file as it was named, or the place in words when it was not a file: `-s`, `command line`.
    package var file: String
    /// The line in that file, counted from 1; 0 when it did not come from a file.
    package var line: Int

    package init(file: String = "", line: Int = 0) {
        self.file = file
        self.line = line
    }
}

extension ConfigOrigin: CustomStringConvertible {
    /// `FILE:LINE`, or only the place when there is no line.
    package var description: String { line > 0 ? "\(file):\(line)" : file }
}

/// A value together with the place where the user asked for it.
///
/// The parameter has no constraints: a program would search for each conformance when it first uses the type.
package struct Sourced<Value> {
    package var value: Value
    package var origin: ConfigOrigin

    package init(_ value: Value, _ origin: ConfigOrigin = ConfigOrigin()) {
        self.value = value
        self.origin = origin
    }
}

extension Sourced: Sendable where Value: Sendable {}
extension Sourced: Equatable where Value: Equatable {}
