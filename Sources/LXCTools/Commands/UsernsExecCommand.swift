// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
package import LinuxKernel

/// What `lxc-usernsexec` is asked to do.
package struct UsernsExecRequest: Sendable, Equatable {
    /// The maps; nil for everything that subuid(5) and subgid(5) give the caller.
    package var mapping: IDMapping?
    /// Whether the caller's own user and group are mapped too, after the others.
    package var includesCaller = false
    /// Who to be inside.
    package var user: UInt32 = 0
    package var group: UInt32 = 0
    package var command: [String] = []
}

/// `lxc-usernsexec`: needs nothing of a container.
package enum UsernsExecCommand: ToolCommand {
    static let map = Option(
        nil, "m", .required("MAP"), default: "all ids of the caller in /etc/subuid and /etc/subgid, from 0 on",
        help: "Map ids: [u|g|b]:FIRST-INSIDE:FIRST-OUTSIDE:COUNT for users, groups or both; may be repeated.")
    static let own = Option(nil, "s", help: "Map the caller's own user and group too, after the others.")
    static let user = Option(nil, "u", .required("UID"), default: "0", help: "Become this user of the namespace.")
    static let group = Option(nil, "g", .required("GID"), default: "0", help: "Become this group of the namespace.")

    package static let table = OptionTable(
        tool: "lxc-usernsexec",
        synopsis: ["[-m MAP]... [-s] [-u UID] [-g GID] [--] [COMMAND [ARG...]]"],
        summary: "Runs COMMAND (a shell if there is none) as root of a new user namespace.",
        groups: [.init(nil, [map, own, user, group])],
        operands: Operands(name: .absent, rest: .command),
        shared: .helpOnly)

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> UsernsExecRequest {
        var request = UsernsExecRequest(command: options.words.isEmpty ? ["/bin/sh"] : options.words)
        let maps = options.values(map)
        if !maps.isEmpty { request.mapping = try IDMapWord.mapping(maps) }
        request.includesCaller = options.has(own)
        request.user = try options.identity(user) ?? 0
        request.group = try options.identity(group) ?? 0
        return request
    }

    /// Does it; returns only by throwing, since the command takes the program's place.
    package static func run(
        _ request: UsernsExecRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        var entry = UserNamespaceEntry(mapping: try mapping(request))
        entry.others = .mount
        entry.user = request.user
        entry.group = request.group
        do throws(OperationFailure) { try entry.enter() } catch { throw ToolFailure(error) }
        return try CommandExecution.replace(request.command)
    }

    private static func mapping(_ request: UsernsExecRequest) throws(ToolFailure) -> IDMapping {
        let mapping: IDMapping
        if let given = request.mapping {
            mapping = given
        } else {
            let known: IDMapping?
            do throws(KernelError) { known = try CallingUser().defaultMapping() } catch {
                throw ToolFailure("cannot learn which ids you have", error)
            }
            guard let known else {
                throw ToolFailure(
                    .notAvailable, "Failed to find subuid or subgid allocation",
                    advice: "lxc-checkconfig --user NAME says what is missing; -m names ids by hand")
            }
            mapping = known
        }
        guard request.includesCaller else { return mapping }
        guard let whole = mapping.including(user: ProcessControl.effectiveUser, group: ProcessControl.effectiveGroup) else {
            throw .usage("\(own.displayName): no id is left for the caller")
        }
        return whole.mapping
    }
}

/// Ranges of ids as words of a command line: `[u|g|b]:FIRST-INSIDE:FIRST-OUTSIDE:COUNT`.
enum IDMapWord {
    /// Reads the words of both maps.
    ///
    /// - Throws: ``ToolFailure`` that names the word, for one that is not understood or overlaps another.
    static func mapping(_ words: [String]) throws(ToolFailure) -> IDMapping {
        var entries: [IDMapEntry] = []
        for word in words {
            let fields = word.split(separator: ":", omittingEmptySubsequences: false)
            // Without a letter both are meant.
            let kind = fields.count == 4 ? String(fields[0]) : "b"
            guard fields.count == 4 || fields.count == 3, ["u", "g", "b"].contains(kind) else {
                throw .usage("-m: \"\(word)\" is not [u|g|b]:FIRST-INSIDE:FIRST-OUTSIDE:COUNT")
            }
            let numbers = fields.suffix(3).joined(separator: " ")
            for letter in kind == "b" ? ["u", "g"] : [kind] {
                do throws(ValueProblem) {
                    let entry = try IDMapText.parse("\(letter) \(numbers)", origin: ConfigOrigin())
                    try IDMapText.check(entry, after: entries)
                    entries.append(entry)
                } catch { throw .usage("-m: \"\(word)\": \(error.reason)") }
            }
        }
        return IDMapping(entries)
    }
}
