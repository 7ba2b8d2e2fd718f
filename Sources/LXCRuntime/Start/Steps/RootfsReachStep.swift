// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Opens the root filesystem while the process still is who started the container.
///
/// In its user namespace the container's root is a stranger to the host, whom homes and other closed folders keep out: below one of
/// those nothing could be started. What is opened before needs no way to it.
struct RootfsReachStep: InitStep {
    let name = "reaching the root filesystem"

    func perform(_ context: InitContext) throws(OperationFailure) {
        guard context.isMapped, context.namespaces.born.contains([.user, .mount]), context.mountedRootfs == nil,
            // Such a hook may put the root filesystem there.
            context.config.hooks.commands(.preMount).isEmpty,
            let content = try RootfsContent(context.config), content.isFolder, try content.options().idmap == nil
        else { return }
        do throws(OperationFailure) {
            context.mountedRootfs = SharedDescriptor(try content.mount(stage: "").takeDescriptor())
        } catch {
            // The step that needs it tries again, and tells.
            context.log.debug("\(error.what): \(error.reason)")
        }
    }
}

/// What keeps the container's root away from a path.
enum BlockedPath {
    /// What to do about a path that cannot be reached for lack of rights; nil when nothing on the way is closed.
    static func advice(_ path: String, _ root: (user: UInt32, group: UInt32)) -> String? {
        var walked = ""
        for component in path.split(separator: "/").dropLast() {
            walked += "/" + component
            // Only who may search a folder reaches what is in it, be it the folder itself.
            do throws(KernelError) { _ = try FileStatus.ifPresent(walked + "/.") } catch {
                return "the container's root (user \(root.user) here) may not enter \(walked): setfacl -m u:\(root.user):x \(walked)"
            }
        }
        return nil
    }
}
