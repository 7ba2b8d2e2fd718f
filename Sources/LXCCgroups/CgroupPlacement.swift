// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Where a container's cgroups go: the values of the `lxc.cgroup.dir*` keys and of the system's `lxc.cgroup.*` keys.
package struct CgroupPlacement: Sendable, Equatable {
    /// The container's name.
    package var name: String
    /// `lxc.cgroup.dir`: parent of the monitor's, the container's and the pivot cgroup.
    package var directory: String?
    /// `lxc.cgroup.dir.container`: the container's cgroup, exactly this path.
    package var containerDirectory: String?
    /// `lxc.cgroup.dir.monitor`: the monitor's cgroup, exactly this path.
    package var monitorDirectory: String?
    /// `lxc.cgroup.dir.container.inner`: cgroup below the container's one for its processes; limits stay on the outer one.
    package var innerDirectory: String?
    /// `lxc.cgroup.dir.monitor.pivot`: where the monitor goes before its cgroup is removed.
    package var pivotDirectory: String?
    /// `lxc.cgroup.relative`: below the caller's own cgroup, not below the one of process 1.
    package var isRelative: Bool
    /// `lxc.cgroup.pattern` of the system configuration; `%n` stands for the name.
    package var pattern: String?
    /// `lxc.cgroup.use` of the system configuration: controllers to use, nil or `@all` for every one.
    package var wantedControllers: [String]?

    package init(
        name: String, directory: String? = nil, containerDirectory: String? = nil, monitorDirectory: String? = nil,
        innerDirectory: String? = nil, pivotDirectory: String? = nil, isRelative: Bool = false, pattern: String? = nil,
        wantedControllers: [String]? = nil
    ) {
        self.name = name
        self.directory = directory
        self.containerDirectory = containerDirectory
        self.monitorDirectory = monitorDirectory
        self.innerDirectory = innerDirectory
        self.pivotDirectory = pivotDirectory
        self.isRelative = isRelative
        self.pattern = pattern
        self.wantedControllers = wantedControllers
    }
}

/// Which of the two cgroups of a container.
package enum CgroupRole: String, Sendable, Equatable {
    case monitor
    case payload
}

/// The name of one cgroup below the base, before a number is appended.
struct CgroupName: Equatable {
    /// Components from the base to the cgroup.
    let components: [String]
    /// Whether `-1` … `-999` may be appended when the name is taken.
    let isNumbered: Bool
    /// How many of the leading components belong to this container alone and go with it.
    let ownedDepth: Int

    /// The path, relative to the base.
    ///
    /// - Parameter number: 0 for the plain name, else the number to append.
    /// - Returns: The path without a slash at either end.
    func path(number: Int) -> String {
        let plain = components.joined(separator: "/")
        return number == 0 ? plain : "\(plain)-\(number)"
    }
}

extension CgroupPlacement {
    /// The name of the monitor's or the container's cgroup.
    func cgroupName(_ role: CgroupRole) throws(CgroupError) -> CgroupName {
        let (exact, key) =
            role == .monitor ? (monitorDirectory, "lxc.cgroup.dir.monitor") : (containerDirectory, "lxc.cgroup.dir.container")
        if let exact {
            return CgroupName(components: try Self.components(exact, key), isNumbered: false, ownedDepth: 0)
        }
        guard !name.isEmpty, !name.contains("/") else { throw .invalidPath(name, setting: "the container's name") }
        if let directory {
            let parents = try Self.components(directory, "lxc.cgroup.dir")
            return CgroupName(components: parents + ["lxc.\(role.rawValue).\(name)"], isNumbered: true, ownedDepth: 0)
        }
        guard let pattern, !pattern.isEmpty else {
            return CgroupName(components: ["lxc.\(role.rawValue).\(name)"], isNumbered: true, ownedDepth: 0)
        }
        let parents = try Self.components(Self.replaceName(in: pattern, with: name), "lxc.cgroup.pattern")
        let shared = pattern.split(separator: "/").prefix { !$0.holds("%n") }.count
        return CgroupName(components: parents + [role.rawValue], isNumbered: true, ownedDepth: parents.count - shared)
    }

    /// Components of the inner cgroup below the container's one; empty when there is none.
    func innerComponents() throws(CgroupError) -> [String] {
        guard let innerDirectory else { return [] }
        return try Self.components(innerDirectory, "lxc.cgroup.dir.container.inner")
    }

    /// Components of the cgroup that the monitor ends in.
    func pivotComponents() throws(CgroupError) -> [String] {
        if let pivotDirectory { return try Self.components(pivotDirectory, "lxc.cgroup.dir.monitor.pivot") }
        guard let directory else { return ["lxc.pivot"] }
        return try Self.components(directory, "lxc.cgroup.dir") + ["lxc.pivot"]
    }

    /// Whether hierarchies with these controllers take part.
    func uses(_ controllers: [String]) -> Bool {
        guard let wantedControllers, !wantedControllers.contains("@all") else { return true }
        return controllers.contains { wantedControllers.contains($0) }
    }

    /// Cuts a path of the configuration; slashes at either end and doubled ones do not matter.
    private static func components(_ path: String, _ setting: String) throws(CgroupError) -> [String] {
        let components = path.split(separator: "/").map(String.init).filter { $0 != "." }
        guard !components.isEmpty, !components.contains("..") else { throw .invalidPath(path, setting: setting) }
        return components
    }

    private static func replaceName(in pattern: String, with name: String) -> String {
        var result = ""
        var rest = Substring(pattern)
        while let percent = rest.firstIndex(of: "%") {
            result += rest[..<percent]
            let next = rest.index(after: percent)
            if next < rest.endIndex, rest[next] == "n" {
                result += name
                rest = rest[rest.index(after: next)...]
            } else {
                result += "%"
                rest = rest[next...]
            }
        }
        return result + rest
    }
}
