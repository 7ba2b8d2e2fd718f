// SPDX-License-Identifier: Apache-2.0
import CLiblxc
import LXCOperations
import LinuxKernel

extension FunctionTable {
    static func fillCheckpoint(_ object: Object) {
        object.pointee.checkpoint = { (object, _, _, _) in
            succeeding(object) { (handle) throws(LXCError) in throw refusal(handle, "checkpoint") }
        }
        object.pointee.restore = { (object, _, _) in succeeding(object) { (handle) throws(LXCError) in throw refusal(handle, "restore") } }
        object.pointee.migrate = { (object, command, _, _) in
            calling(object, failing: -Errno.noFunction.rawValue) { (handle) throws(LXCError) in
                guard command <= UInt32(MIGRATE_FEATURE_CHECK) else {
                    throw LXCError(.failed, "cannot migrate \(handle.container.name)", reason: "\(command) is not a command")
                }
                throw refusal(handle, "migrate")
            }
        }
    }
}

/// Why a container cannot be written to disk while it runs, or taken up again from there.
private func refusal(_ handle: ContainerHandle, _ verb: String) -> LXCError {
    LXCError(
        .failed, "cannot \(verb) \(handle.container.name)", reason: "this release of swift-lxc does not work with criu",
        hint: "stop it and copy it instead: lxc-copy")
}
