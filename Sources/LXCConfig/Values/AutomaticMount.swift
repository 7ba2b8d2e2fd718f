// SPDX-License-Identifier: Apache-2.0

/// One word of `lxc.mount.auto`.
package enum AutomaticMount: Sendable, Equatable {
    package enum ProcMode: Sendable, Equatable { case mixed, readWrite }
    package enum SysMode: Sendable, Equatable { case mixed, readOnly, readWrite }
    package enum CgroupMode: Sendable, Equatable { case `default`, mixed, readOnly, readWrite }

    case proc(ProcMode)
    case sys(SysMode)
    /// `full`: the whole tree, not only the container's own part; `force`: even when a cgroup namespace makes it needless.
    case cgroup(mode: CgroupMode, full: Bool, force: Bool)
    case cgroup2(readOnly: Bool)
    /// A directory through which mounts are injected into the running container.
    case shmounts(host: String, container: String)

    /// Where injected mounts appear when the configuration does not say.
    package static let defaultInjectionDirectory = "/dev/.lxc-mounts"

    /// Of each family only the last word counts; the number is the family's place in the order of mounting.
    var family: Int {
        switch self {
        case .proc: 0
        case .sys: 1
        case .cgroup: 2
        case .cgroup2: 3
        case .shmounts: 4
        }
    }

    /// Reads one word, for example `proc:mixed` or `cgroup-full:rw:force`.
    package init(word: String) throws(ValueProblem) {
        let parts = ConfigText.parts(word, separator: 0x3A)
        let modes = Array(parts.dropFirst())
        guard let mount = parts.first == "shmounts" ? try Self.injection(modes) : Self.plain(parts[0], modes) else {
            throw ValueProblem(
                "\(quoted(word)) is not something to mount",
                hint: "words: proc[:mixed|:rw] sys[:mixed|:ro|:rw] cgroup[-full][:mixed|:ro|:rw][:force] cgroup2[:ro] shmounts:DIRECTORY")
        }
        self = mount
    }

    private static func plain(_ name: String, _ modes: [String]) -> AutomaticMount? {
        switch (name, modes) {
        case ("proc", []), ("proc", ["mixed"]): .proc(.mixed)
        case ("proc", ["rw"]): .proc(.readWrite)
        case ("sys", []), ("sys", ["mixed"]): .sys(.mixed)
        case ("sys", ["ro"]): .sys(.readOnly)
        case ("sys", ["rw"]): .sys(.readWrite)
        case ("cgroup", _): cgroup(modes, full: false)
        case ("cgroup-full", _): cgroup(modes, full: true)
        // The unified tree is mounted in any case, so force says nothing new.
        case ("cgroup2", []), ("cgroup2", ["force"]), ("cgroup2", ["rw"]), ("cgroup2", ["rw", "force"]): .cgroup2(readOnly: false)
        case ("cgroup2", ["ro"]), ("cgroup2", ["ro", "force"]): .cgroup2(readOnly: true)
        default: nil
        }
    }

    private static func cgroup(_ modes: [String], full: Bool) -> AutomaticMount? {
        let force = modes.last == "force"
        switch force ? Array(modes.dropLast()) : modes {
        case []: return .cgroup(mode: .default, full: full, force: force)
        case ["mixed"]: return .cgroup(mode: .mixed, full: full, force: force)
        case ["ro"]: return .cgroup(mode: .readOnly, full: full, force: force)
        case ["rw"]: return .cgroup(mode: .readWrite, full: full, force: force)
        default: return nil
        }
    }

    private static func injection(_ parts: [String]) throws(ValueProblem) -> AutomaticMount {
        guard let host = parts.first, !host.isEmpty, parts.count <= 2 else {
            throw ValueProblem("shmounts needs a directory of the host", hint: "write shmounts:/path/on/host[:/path/inside]")
        }
        let container = parts.count == 2 && !parts[1].isEmpty ? parts[1] : defaultInjectionDirectory
        return .shmounts(host: host, container: container)
    }

    /// The word that reads back as this mount.
    package var word: String {
        switch self {
        case .proc(let mode): "proc:" + (mode == .mixed ? "mixed" : "rw")
        case .sys(.mixed): "sys:mixed"
        case .sys(.readOnly): "sys:ro"
        case .sys(.readWrite): "sys:rw"
        case .cgroup(let mode, let full, let force): "cgroup" + (full ? "-full" : "") + Self.suffix(mode) + (force ? ":force" : "")
        case .cgroup2(let readOnly): readOnly ? "cgroup2:ro" : "cgroup2"
        case .shmounts(let host, let container): "shmounts:\(host):\(container)"
        }
    }

    private static func suffix(_ mode: CgroupMode) -> String {
        switch mode {
        case .default: ""
        case .mixed: ":mixed"
        case .readOnly: ":ro"
        case .readWrite: ":rw"
        }
    }
}
