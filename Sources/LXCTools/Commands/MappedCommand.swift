// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LXCStorage
package import LinuxKernel

/// A piece of work as root of a user namespace: see ``MappedHelper``, which runs this program. Not for users.
package struct MappedRequest: Sendable, Equatable {
    /// What there is to do.
    package enum Work: Sendable, Equatable {
        /// Gives a container's directory and root filesystem to the container's root, then becomes the template.
        case template(directory: String, rootfs: String, command: [String])
        /// Removes trees.
        case remove([String])
        /// Gives single files or directories to the container's root.
        case own([String])
        /// Gives files and directories to the group of the container's root, which may write to them; they stay the caller's.
        case share([String])
        /// Gives the terminal that is descriptor 3 to a user of the container.
        case terminal(UInt32)
        /// Removes empty directories with all below them: cgroups, whose files cannot be removed.
        case prune([String])
    }

    package var mapping: IDMapping
    package var work: Work
}

/// `lxc-mapped`
package enum MappedCommand: ToolCommand {
    package static let table = OptionTable(
        tool: MappedHelper.programName,
        synopsis: ["-m MAP... -- template|remove|own|share|terminal|prune WORD..."],
        summary: "Works on files of containers with mapped ids; other tools run it.",
        groups: [.init(nil, [UsernsExecCommand.map])],
        operands: Operands(name: .absent, rest: .command),
        shared: .helpOnly)

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> MappedRequest {
        let mapping = try IDMapWord.mapping(options.values(UsernsExecCommand.map))
        let words = Array(options.words.dropFirst())
        let work: MappedRequest.Work
        switch options.words.first {
        case "template" where words.count >= 3:
            work = .template(directory: words[0], rootfs: words[1], command: Array(words[2...]))
        case "remove" where !words.isEmpty: work = .remove(words)
        case "own" where !words.isEmpty: work = .own(words)
        case "share" where !words.isEmpty: work = .share(words)
        case "terminal" where words.count == 1:
            guard let user = UInt32(words[0]) else { throw .usage("\"\(words[0])\" is not a user") }
            work = .terminal(user)
        case "prune" where !words.isEmpty: work = .prune(words)
        default: throw .usage("expected a piece of work", advice: "other tools start this program")
        }
        return MappedRequest(mapping: mapping, work: work)
    }

    /// Does it.
    package static func run(
        _ request: MappedRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        // Which of the ids inside is the caller, as long as that can be told.
        let group = request.mapping.groups.lazy.compactMap { $0.insideID(of: ProcessControl.effectiveGroup) }.first
        var entry = UserNamespaceEntry(mapping: request.mapping)
        entry.others = .mount
        do throws(OperationFailure) { try entry.enter() } catch { throw ToolFailure(error) }
        switch request.work {
        case .template(let directory, let rootfs, let command):
            // The caller stays able to work in the directory, by its group.
            try own(directory, group: group ?? 0)
            try own(rootfs, group: 0)
            return try CommandExecution.replace(command)
        case .remove(let paths):
            for path in paths { try remove(path) }
        case .own(let paths):
            for path in paths { try own(path, group: 0) }
        case .share(let paths):
            for path in paths { try share(path) }
        case .terminal(let user):
            do throws(KernelError) { try TerminalFile.setOwner(3, user: user, group: .max) } catch {
                throw ToolFailure("cannot give the terminal to user \(user)", error)
            }
        case .prune(let paths):
            for path in paths { try prune(path) }
        }
        return .success
    }

    private static func own(_ path: String, group: UInt32) throws(ToolFailure) {
        do throws(KernelError) {
            let (parent, name) = DirectoryHandle.split(path)
            try DirectoryHandle(opening: "/" + parent).changeOwner(name, user: 0, group: group)
        } catch { throw ToolFailure("cannot give \(path) to the container's root", error) }
    }

    private static func remove(_ path: String) throws(ToolFailure) {
        do throws(StorageFailure) { try StoragePlace.remove(path) } catch { throw ToolFailure(OperationFailure(error)) }
    }

    private static func share(_ path: String) throws(ToolFailure) {
        do throws(KernelError) {
            guard let status = try FileStatus.ifPresent(path) else { return }
            let (parent, name) = DirectoryHandle.split(path)
            try DirectoryHandle(opening: "/" + parent).changeOwner(name, user: status.owner, group: 0)
            try HostPath.changePermissions(path, to: status.kind == .directory ? 0o775 : 0o664)
        } catch { throw ToolFailure("cannot share \(path) with the container's root", error) }
    }

    /// Without recursion: a container can nest its cgroups as it likes.
    private static func prune(_ path: String) throws(ToolFailure) {
        do throws(KernelError) {
            var waiting = [path]
            var found: [String] = []
            while let next = waiting.popLast() {
                found.append(next)
                for name in try DirectoryListing.names(in: next)
                where try FileStatus.ifPresent("\(next)/\(name)", followLinks: false)?.kind == .directory {
                    waiting.append("\(next)/\(name)")
                }
            }
            for directory in found.reversed() { try HostPath.removeDirectory(directory) }
        } catch {
            if error.errno != .noSuchFileOrDirectory { throw ToolFailure("cannot remove \(path)", error) }
        }
    }
}
