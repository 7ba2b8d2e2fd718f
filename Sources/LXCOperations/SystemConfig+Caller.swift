// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
import LinuxKernel

extension SystemConfig {
    /// The system configuration of whoever runs this program.
    ///
    /// - Throws: ``ConfigProblem`` when its file cannot be used.
    package static func loadForCaller() throws(ConfigProblem) -> SystemConfig {
        try load(owner: ProcessControl.effectiveUser == 0 ? .root : .user(home: ProcessEnvironment.value("HOME") ?? "/"))
    }
}
