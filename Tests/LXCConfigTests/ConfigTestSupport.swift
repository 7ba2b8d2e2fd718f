// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

@testable import LXCConfig

/// Reads a configuration that a test wrote down.
func document(_ text: String) throws(ConfigProblem) -> ContainerConfigDocument {
    try ConfigParser.parse(text.kernelBytes, name: "test.conf")
}

/// The settings of a configuration that a test wrote down.
func settings(_ text: String) throws(ConfigProblem) -> ContainerConfig { try document(text).config }

/// The fault of a configuration that is wrong; nil when there is none.
func problem(_ text: String) -> ConfigProblem? {
    do { _ = try document(text) } catch { return error }
    return nil
}

extension ContainerConfigDocument {
    /// What a save would write, as text.
    var savedText: String { String(kernelBytes: bytes) }
}
