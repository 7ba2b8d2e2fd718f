// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// The label of a security module that the container's programs get at their next exec.
enum SecurityLabel {
    /// What the kernel's active modules are asked for.
    enum Request: Equatable {
        case nothing
        case apparmor(profile: String)
        case selinux(context: String)
    }

    private static let defaultProfile = "lxc-container-default-cgns"

    /// - Throws: ``OperationFailure`` when the configuration wants confinement that this version or this kernel cannot give.
    static func request(_ settings: SecuritySettings) throws(OperationFailure) -> Request {
        let modules = activeModules()
        if let context = settings.selinuxContext, modules.contains("selinux") { return .selinux(context: context) }
        guard modules.contains("apparmor") else { return .nothing }
        switch settings.apparmorProfile {
        case "unconfined", "unchanged": return .nothing
        case "generated":
            throw OperationFailure(
                "cannot generate an AppArmor profile", reason: "this version loads profiles by name only", key: "lxc.apparmor.profile",
                hint: "name a loaded profile, or set lxc.apparmor.profile = unconfined")
        case let profile: return .apparmor(profile: profile ?? defaultProfile)
        }
    }

    /// Sets the label for the next exec through a procfs that the container cannot have touched.
    ///
    /// `request`: found out on the host; the container's `/sys` may say what it likes.
    static func prepare(_ request: Request, proc: DirectoryHandle?, log: LogWriter) throws(OperationFailure) {
        let line: String
        let key: String
        switch request {
        case .nothing: return
        case .apparmor(let profile):
            line = "exec \(profile)"
            key = "lxc.apparmor.profile"
        case .selinux(let context):
            line = context
            key = "lxc.selinux.context"
        }
        let file = try attempting("cannot ask for the label \(line)", key: key) { () throws(KernelError) in
            guard let proc else { throw KernelError(call: "open", errno: .noSuchFileOrDirectory, subject: "proc") }
            return try proc.open("thread-self/attr/exec", .writeOnly, links: .followedInside)
        }
        try attempting("cannot confine the container (\(line))", key: key, hint: "load the profile first, or set \(key) = unconfined") {
            () throws(KernelError) in
            guard try FilesystemKind(of: file) == .proc else {
                throw KernelError(call: "open", errno: .notPermitted, subject: "attr/exec")
            }
            try file.writeAll(line.kernelBytes)
        }
        log.debug("label of the next exec: \(line)")
    }

    private static func activeModules() -> [String] {
        guard let text = try? WholeFile.text("/sys/kernel/security/lsm") else {  // not mounted everywhere: the module's own switch remains
            let enabled = try? WholeFile.text("/sys/module/apparmor/parameters/enabled")
            return enabled?.hasPrefix("Y") == true ? ["apparmor"] : []
        }
        return text.split { $0 == "," || $0 == "\n" }.map(String.init)
    }
}
