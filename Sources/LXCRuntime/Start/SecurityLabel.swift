// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCSecurity
import LinuxKernel

/// The label of a security module that the container's programs get at their next exec.
enum SecurityLabel {
    /// What the kernel's active modules are asked for.
    enum Request: Equatable {
        case nothing
        /// `isRequired`: false when the configuration is content with less.
        case apparmor(profile: String, isRequired: Bool)
        case selinux(context: String)
    }

    /// Finds out what to ask for.
    ///
    /// `apparmor`: asked when the kernel has AppArmor.
    static func request(_ settings: SecuritySettings, apparmor: () throws(OperationFailure) -> Request) throws(OperationFailure) -> Request
    {
        if let context = settings.selinuxContext, hasSelinux { return .selinux(context: context) }
        // Nothing is asked of a kernel without it, whatever the configuration names.
        return ApparmorModule.isEnabled ? try apparmor() : .nothing
    }

    /// Sets the label for the next exec through a procfs that the container cannot have touched.
    ///
    static func prepare(_ request: Request, proc: DirectoryHandle?, log: LogWriter) throws(OperationFailure) {
        let line: String
        let key: String
        var isRequired = true
        switch request {
        case .nothing: return
        case .apparmor(let profile, let required):
            line = "exec \(profile)"
            key = "lxc.apparmor.profile"
            isRequired = required
        case .selinux(let context):
            line = context
            key = "lxc.selinux.context"
        }
        do throws(OperationFailure) { try ask(line, key, proc) } catch {
            guard !isRequired, error.errno == Errno.noSuchFileOrDirectory.rawValue else { throw error }
            log.warn("the container is not confined by AppArmor, because nobody has loaded a profile: \(line)")
            return
        }
        log.debug("label of the next exec: \(line)")
    }

    private static func ask(_ line: String, _ key: String, _ proc: DirectoryHandle?) throws(OperationFailure) {
        let file = try attempting("cannot ask for the label \(line)", key: key) { () throws(KernelError) in
            guard let proc else { throw KernelError(call: "open", errno: .noSuchFileOrDirectory, subject: "proc") }
            return try proc.open("thread-self/attr/exec", .writeOnly, links: .followedInside)
        }
        let isApparmor = key == "lxc.apparmor.profile"
        let hint = isApparmor ? "load the profile first, or set \(key) = unconfined" : "the policy must know it; or remove \(key)"
        try attempting("cannot confine the container (\(line))", key: key, hint: hint) { () throws(KernelError) in
            guard try FilesystemKind(of: file) == .proc else {
                throw KernelError(call: "open", errno: .notPermitted, subject: "attr/exec")
            }
            try file.writeAll(line.kernelBytes)
        }
    }

    private static var hasSelinux: Bool {
        if let modules = try? WholeFile.text("/sys/kernel/security/lsm") {  // not mounted everywhere: the module's own files remain
            return modules.split { $0 == "," || $0 == "\n" }.contains("selinux")
        }
        let enforces = try? WholeFile.text("/sys/fs/selinux/enforce")  // absent without SELinux
        return enforces != nil
    }
}
