// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Tells the kernel about the interpreters of foreign programs that are installed, as systemd-binfmt does at boot where systemd runs.
package struct InterpreterRegistration: Sendable {
    package init() {}

    /// Mounts binfmt_misc if it is not, and registers each rule of QEMU that the kernel does not have and whose interpreter is installed.
    ///
    /// - Returns: Names of the rules that were registered now.
    /// - Throws: ``ToolFailure`` when none is installed, or the kernel refuses one.
    package func perform() throws(ToolFailure) -> [String] {
        let rules: [ForeignProgramRule]
        do { rules = try ForeignProgramRule.installed() } catch { throw ToolFailure("cannot read the rules for foreign programs", error) }
        guard !rules.isEmpty else {
            throw ToolFailure(
                .notAvailable, "no rules for foreign programs in \(ForeignProgramRule.folders.joined(separator: ", "))",
                advice: "apt-get install qemu-user-static")
        }
        var registered: [String] = []
        var doing = "cannot mount binfmt_misc"
        do throws(KernelError) {
            if try ForeignProgramHandler.all() == nil {
                let mount = try DetachedMount(newInstanceOf: "binfmt_misc", source: "binfmt_misc", options: [], attributes: [])
                try mount.attach(toPath: ForeignProgramHandler.folder)
            }
            let known = try ForeignProgramHandler.all() ?? []
            for rule in rules where !known.contains(where: { $0.name == rule.name }) {
                doing = "cannot register \(rule.name)"
                try WholeFile.writeControl(ForeignProgramHandler.folder + "/register", rule.line)
                registered.append(rule.name)
            }
        } catch {
            let isRoot = ProcessControl.effectiveUser == 0
            throw ToolFailure(.systemCall, doing, reason: error.reasonWithPath(after: doing), advice: isRoot ? nil : "run it as root")
        }
        return registered
    }
}
