// SPDX-License-Identifier: Apache-2.0
import CLiblxc
import LXCOperations
import LXCRuntime
import LinuxKernel

extension FunctionTable {
    static func fillCheckpoint(_ object: Object) {
        object.pointee.checkpoint = { (object, directory, stops, isVerbose) in
            succeeding(object) { (handle) throws(LXCError) in
                var options = CheckpointOptions(directory: try absolute(directory, handle))
                options.stops = stops
                options.isVerbose = isVerbose
                try write(handle, options)
            }
        }
        object.pointee.restore = { (object, directory, isVerbose) in
            succeeding(object) { (handle) throws(LXCError) in
                var options = RestoreOptions(directory: try absolute(directory, handle))
                options.isVerbose = isVerbose
                try takeUp(handle, options)
            }
        }
        object.pointee.migrate = { (object, command, options, size) in
            calling(object, failing: -Errno.invalidArgument.rawValue) { (handle) throws(LXCError) in
                try migrate(handle, command, options, Int(size))
                return 0
            }
        }
    }
}

private func migrate(
    _ handle: ContainerHandle, _ command: UInt32, _ given: UnsafeMutablePointer<migrate_opts>?, _ size: Int
) throws(LXCError) {
    let what = "cannot migrate \(handle.container.name)"
    guard let given, size > 0 else { throw LXCError(.failed, what, reason: "there are no options") }
    // Of another release's struct only the members that both know; those that are missing are zero.
    var wanted = migrate_opts()
    withUnsafeMutableBytes(of: &wanted) { $0.copyMemory(from: UnsafeRawBufferPointer(start: given, count: min(size, $0.count))) }
    if command == UInt32(MIGRATE_FEATURE_CHECK) {
        let missing = try missingFeatures(wanted.features_to_check)
        if size >= MemoryLayout<migrate_opts>.size { given.pointee.features_to_check &= ~missing }
        guard missing == 0 else { throw LXCError(.failed, what, reason: "criu or the kernel lacks what was asked for") }
        return
    }
    guard wanted.pageserver_address == nil else {
        throw LXCError(.failed, what, reason: "pages over the network are not supported", hint: "copy the folder of the images instead")
    }
    let directory = try absolute(wanted.directory, handle)
    let script = String(kernelText: wanted.action_script)
    switch command {
    case UInt32(MIGRATE_PRE_DUMP), UInt32(MIGRATE_DUMP):
        var options = CheckpointOptions(directory: directory)
        options.isPreliminary = command == UInt32(MIGRATE_PRE_DUMP)
        options.stops = wanted.stop
        options.isVerbose = wanted.verbose
        options.earlier = String(kernelText: wanted.predump_dir)
        options.actionScript = script
        if wanted.ghost_limit > 0 { options.ghostLimit = wanted.ghost_limit }
        try write(handle, options)
    case UInt32(MIGRATE_RESTORE):
        var options = RestoreOptions(directory: directory)
        options.isVerbose = wanted.verbose
        options.actionScript = script
        try takeUp(handle, options)
    default: throw LXCError(.failed, what, reason: "\(command) is not a command")
    }
}

/// Writing runs criu as a child, which a program with threads leaves to a process of its own.
private func write(_ handle: ContainerHandle, _ options: CheckpointOptions) throws(LXCError) {
    _ = try ContainerWorker.perform(ContainerWork(handle.container, .checkpoint(options)).logged)
}

private func takeUp(_ handle: ContainerHandle, _ options: RestoreOptions) throws(LXCError) {
    _ = try ContainerWorker.perform(ContainerWork(handle.container, .restoreCheckpoint(options)).logged)
}

private func absolute(_ directory: UnsafePointer<CChar>?, _ handle: ContainerHandle) throws(LXCError) -> String {
    let what = "cannot use the images of \(handle.container.name)"
    guard let path = String(kernelText: directory), !path.isEmpty else { throw LXCError(.failed, what, reason: "there is no folder") }
    if path.hasPrefix("/") { return path }
    do { return try ProcessControl.workingDirectory() + "/" + path } catch { throw LXCError(.failed, OperationFailure(what, error)) }
}

/// The bits of what criu or the kernel cannot do, of those that are asked for.
private func missingFeatures(_ wanted: UInt64) throws(LXCError) -> UInt64 {
    let known: [(UInt64, String)] = [(UInt64(FEATURE_MEM_TRACK), "mem_dirty_track"), (UInt64(FEATURE_LAZY_PAGES), "lazy_pages")]
    var missing = wanted
    for (bit, feature) in known where wanted & bit != 0 { if try CriuCommand.hasFeature(feature) { missing &= ~bit } }
    return missing
}
