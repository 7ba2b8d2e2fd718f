// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Tells the kernel about the interpreters of foreign programs that are installed, as systemd-binfmt does at boot where systemd runs.
package struct InterpreterRegistration: Sendable {
    /// Folders with rules, the ones that count first: binfmt.d(5).
    package var folders = ["/etc/binfmt.d", "/run/binfmt.d", "/usr/local/lib/binfmt.d", "/usr/lib/binfmt.d"]

    package init() {}

    /// Mounts binfmt_misc if it is not, and registers each rule of QEMU that the kernel does not have and whose interpreter is installed.
    ///
    /// - Returns: Names of the rules that were registered now.
    /// - Throws: ``ToolFailure`` when none is installed, or the kernel refuses one.
    package func perform() throws(ToolFailure) -> [String] {
        let rules = try installedRules()
        guard !rules.isEmpty else {
            throw ToolFailure(
                .notAvailable, "no rules for foreign programs in \(folders.joined(separator: ", "))",
                advice: "apt-get install qemu-user-static")
        }
        var registered: [String] = []
        do throws(KernelError) {
            if try ForeignProgramHandler.all() == nil {
                let mount = try DetachedMount(newInstanceOf: "binfmt_misc", source: "binfmt_misc", options: [], attributes: [])
                try mount.attach(toPath: ForeignProgramHandler.folder)
            }
            let known = try ForeignProgramHandler.all() ?? []
            for rule in rules where !known.contains(where: { $0.name == rule.name }) {
                try WholeFile.writeControl(ForeignProgramHandler.folder + "/register", rule.line)
                registered.append(rule.name)
            }
        } catch {
            throw ToolFailure("cannot register interpreters", error)
        }
        return registered
    }

    /// Rules named `qemu-*` whose interpreter exists.
    private func installedRules() throws(ToolFailure) -> [(name: String, line: String)] {
        do throws(KernelError) {
            var files: [String: String] = [:]
            for folder in folders where try FileStatus.ifPresent(folder)?.kind == .directory {
                for name in try DirectoryListing.names(in: folder) where name.hasPrefix("qemu-") && name.hasSuffix(".conf") {
                    if files[name] == nil { files[name] = folder + "/" + name }
                }
            }
            var rules: [(name: String, line: String)] = []
            for path in files.values.sorted() {
                for line in try WholeFile.text(path, limit: 1 << 16).split(separator: "\n") where line.hasPrefix(":") {
                    // ":name:type:offset:magic:mask:interpreter:flags"
                    let fields = line.split(separator: ":", omittingEmptySubsequences: false)
                    guard fields.count == 8, try FileStatus.ifPresent(String(fields[6])) != nil else { continue }
                    rules.append((String(fields[1]), String(line)))
                }
            }
            return rules
        } catch {
            throw ToolFailure("cannot read the rules for foreign programs", error)
        }
    }
}
