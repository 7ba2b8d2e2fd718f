// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LinuxKernel

/// Work on files that belong to the mapped ids of a container, done by root of a user namespace with the same map.
///
/// An ordinary user has no rights over such files outside of it. The caller's own user and group are mapped too, so that the files of
/// both can be worked on. A program does the work (`lxc` under the name `lxc-mapped`), because the caller may have threads; it has the
/// caller's rights and no others.
package struct MappedHelper: Sendable {
    /// The map with the caller in it.
    package let mapping: IDMapping
    /// What the caller's user and group are called inside.
    package let user: UInt32
    package let group: UInt32

    /// The name by which the program is called.
    package static let programName = "lxc-mapped"

    /// - Parameter entries: The container's id map; an empty one stands for all ids that the caller has.
    /// - Throws: ``OperationFailure`` when there are no ids to map.
    package init(_ entries: [IDMapEntry]) throws(OperationFailure) {
        let what = "cannot map the container's ids"
        var wanted: IDMapping? = entries.isEmpty ? nil : IDMapping(entries)
        if wanted == nil { wanted = try attempting(what) { () throws(KernelError) in try CallingUser().defaultMapping() } }
        guard let whole = wanted?.including(user: ProcessControl.effectiveUser, group: ProcessControl.effectiveGroup) else {
            throw OperationFailure(
                what, reason: "you have no ids in /etc/subuid and /etc/subgid",
                hint: "lxc-checkconfig --user NAME says what is missing, and with --prepare root adds it")
        }
        (mapping, user, group) = (whole.mapping, whole.user, whole.group)
    }

    /// - Parameter mapping: The container's map.
    /// - Throws: ``OperationFailure`` when it has no room for the caller.
    init(_ mapping: IDMapping) throws(OperationFailure) {
        guard let whole = mapping.including(user: ProcessControl.effectiveUser, group: ProcessControl.effectiveGroup) else {
            throw OperationFailure("cannot map the container's ids", reason: "no id is left for the caller")
        }
        (self.mapping, user, group) = (whole.mapping, whole.user, whole.group)
    }

    /// The program with a piece of work, not started yet.
    ///
    /// - Parameter work: `template DIRECTORY ROOTFS PROGRAM ARGUMENT...`, `remove PATH...`, `copy FROM TO` and so on.
    /// - Returns: Its environment is the caller's.
    package func launch(_ work: [String]) -> ProgramLaunch {
        ProgramLaunch(
            .path(InstalledPaths.bin + "/lxc"), arguments: [Self.programName] + mapping.words.flatMap { ["-m", $0] } + ["--"] + work,
            environment: ProcessEnvironment.lines)
    }

    /// Removes trees; those that are not there are no failure.
    ///
    /// - Throws: ``OperationFailure`` that names what stays.
    package func remove(_ paths: [String]) throws(OperationFailure) {
        try run(["remove"] + paths, "cannot remove \(paths.first ?? "")")
    }

    /// Does a piece of work and waits for its end.
    ///
    /// - Parameters:
    ///   - work: As for ``launch(_:)``.
    ///   - what: What is being done, for the failure.
    ///   - descriptors: As for ``ProgramRun``.
    /// - Throws: ``OperationFailure`` with what the program said.
    package func run(_ work: [String], _ what: String, descriptors: [(from: Int32, to: Int32)] = []) throws(OperationFailure) {
        let plan = launch(work)
        guard case .path(let path) = plan.executable else { return }
        let result = try attempting(what) { () throws(KernelError) in
            try ProgramRun.of(path, arguments: plan.arguments, environment: plan.environment, milliseconds: .max, descriptors: descriptors)
        }
        if result.isSuccess { return }
        var said = String(kernelBytes: result.error.split(separator: 0x0A).first ?? [])[...]
        // It may say once more what could not be done.
        for prefix in ["\(Self.programName): ", "\(what): "] where said.hasPrefix(prefix) { said = said.dropFirst(prefix.count) }
        throw OperationFailure(what, reason: said.isEmpty ? "\(Self.programName) \(result.status)" : String(said))
    }
}

extension IDMapping {
    /// The ranges as words of a command line: `u:FIRST-INSIDE:FIRST-OUTSIDE:COUNT`, `g:...`.
    package var words: [String] {
        users.map { "u:\($0.inside):\($0.outside):\($0.count)" } + groups.map { "g:\($0.inside):\($0.outside):\($0.count)" }
    }
}
