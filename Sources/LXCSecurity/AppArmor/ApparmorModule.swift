// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// The AppArmor of the running kernel, as its files show it.
package enum ApparmorModule {
    private static let folder = "/sys/kernel/security/apparmor"

    /// Whether the kernel confines programs with AppArmor.
    package static var isEnabled: Bool {
        if let modules = try? WholeFile.text("/sys/kernel/security/lsm") {  // not mounted everywhere: the module's own switch remains
            return modules.split { $0 == "," || $0 == "\n" }.contains("apparmor")
        }
        let enabled = try? WholeFile.text("/sys/module/apparmor/parameters/enabled")  // absent without AppArmor
        return enabled?.hasPrefix("Y") == true
    }

    /// Whether the caller is confined itself, as in a container.
    package static var confinesCaller: Bool {
        get throws(KernelError) {
            let label = try WholeFile.text("/proc/self/attr/current").prefix { $0 != "\n" && $0 != "\0" }
            return label != "unconfined" && label != "kernel"
        }
    }

    /// Whether a profile can say what may be mounted; without that it does not keep a container in.
    package static var mediatesMounts: Bool {
        get throws(KernelError) { try FileStatus.ifPresent(folder + "/features/mount") != nil }
    }

    /// Whether the kernel knows a profile; nil when the caller may not look.
    package static func isLoaded(_ name: String) throws(KernelError) -> Bool? {
        let text: String
        do throws(KernelError) { text = try WholeFile.text(folder + "/profiles", limit: 1 << 24) } catch {
            if [.noSuchFileOrDirectory, .permissionDenied, .notPermitted].contains(error.errno) { return nil }
            throw error
        }
        // Each line is a name and the mode of the profile in parentheses.
        return text.split(separator: "\n").contains { $0.hasPrefix(name + " (") }
    }

    /// Loads a compiled profile, in the place of one that has its name.
    static func load(_ policy: [UInt8]) throws(KernelError) {
        // One write is one policy.
        try OwnedDescriptor(opening: folder + "/.replace", .writeOnly).writeAll(policy)
    }

    /// Forgets a profile; one that is not loaded is no failure.
    package static func remove(_ name: String) throws(KernelError) {
        do throws(KernelError) { try OwnedDescriptor(opening: folder + "/.remove", .writeOnly).writeAll(name.kernelBytes) } catch {
            if error.errno != .noSuchFileOrDirectory { throw error }
        }
    }
}
