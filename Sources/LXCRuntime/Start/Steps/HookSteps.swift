// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Runs the commands of a hook inside the container's namespaces.
struct HookStep: InitStep {
    let hook: Hook
    var name: String { "running the \(hook.rawValue) hooks" }

    func perform(_ context: InitContext) throws(OperationFailure) {
        if hook == .autodev && !context.config.console.autodev { return }
        try context.hooks.run(hook, inside: true)
    }
}

/// After the mount hooks: nothing may cover the root filesystem, or everything after would work on the wrong tree.
struct StableRootfsStep: InitStep {
    let name = "checking the root filesystem"

    func perform(_ context: InitContext) throws(OperationFailure) {
        guard let mountPoint = context.mountPoint else { return }
        let what = "cannot use the root filesystem on \(mountPoint)"
        let isStable = try attempting(what) { () throws(KernelError) in
            let seen = try FileStatus(of: OwnedDescriptor(opening: mountPoint, [.path, .directory]))
            let own = try FileStatus(of: context.rootfs.shared.owned)
            return seen.filesystem == own.filesystem && seen.inode == own.inode
        }
        if isStable { return }
        throw OperationFailure(what, reason: "a hook has mounted something else over it", hint: "mount below it, or use lxc.mount.entry")
    }
}

/// A start hook runs inside, so its program must be there: found out now, while the host can still be told plainly.
struct StartHookPresenceStep: InitStep {
    let name = "looking for the start hooks"

    func perform(_ context: InitContext) throws(OperationFailure) {
        for command in context.config.hooks.commands(.start) {
            guard let program = command.value.split(separator: " ").first, program.hasPrefix("/") else { continue }
            let what = "cannot run the start hook \(command.value)"
            let found = try attempting(what, key: "lxc.hook.start", origin: command.origin) { () throws(KernelError) in
                try context.rootfs.status(String(program), links: .followedInside)
            }
            guard found != nil else {
                throw OperationFailure(
                    what, reason: "\(program) does not exist in the root filesystem", errno: Errno.noSuchFileOrDirectory.rawValue,
                    key: "lxc.hook.start", origin: command.origin, hint: "start hooks run inside the container; put the program there")
            }
        }
    }
}
