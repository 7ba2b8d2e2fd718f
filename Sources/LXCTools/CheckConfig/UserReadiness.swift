// SPDX-License-Identifier: Apache-2.0
package import LXCConfig

/// What an ordinary user needs to have containers of their own, and whether it is there: `lxc-checkconfig --user`.
package struct UserReadiness: Sendable, Equatable {
    /// What the machine says about a user.
    package struct Facts: Sendable, Equatable {
        package var name = ""
        package var home = ""
        /// Programs that must be set-user-ID root, by path; false when one is missing or has no such bit.
        package var programs: [Program] = []
        /// Ranges of the user, and the first range that is free.
        package var users: [SubordinateIDFile.Range] = []
        package var groups: [SubordinateIDFile.Range] = []
        package var freeUsers: SubordinateIDFile.Range?
        package var freeGroups: SubordinateIDFile.Range?
        package var bridge = "lxcbr0"
        package var hasBridge = false
        /// Whether a line of lxc-usernet gives the user devices in the bridge.
        package var hasDevices = false
        /// Kernel settings that stand in the way when they are there, with the value they have.
        package var settings: [Setting] = []
        /// Folders and files in the user's home that are not there.
        package var missingPlaces: [String] = []
        /// Whether a systemd of the user gives out cgroups; nil where systemd does not run.
        package var hasUserManager: Bool?

        package init() {}
    }

    /// A program with more rights than its caller.
    package struct Program: Sendable, Equatable {
        package let name: String
        package let isReady: Bool
        /// Where it comes from.
        package let source: String
    }

    /// A kernel setting.
    package struct Setting: Sendable, Equatable {
        package let name: String
        package let value: String
        package let wanted: String
        package let isGood: Bool
    }

    /// What would put one lack right.
    package enum Remedy: Sendable, Equatable {
        /// A line at the end of a file of the administrator.
        case line(file: String, text: String)
        /// A kernel setting, now and at each boot.
        case setting(name: String, value: String)
        /// Folders and the first configuration in the user's home.
        case places
        /// What people have to do.
        case advice(String)
    }

    /// One thing that is needed.
    package struct Finding: Sendable, Equatable {
        package let label: String
        package let isMet: Bool
        package let detail: String
        package let remedy: Remedy?
    }

    /// How many ids a distribution takes.
    package static let wantedIDs: UInt32 = 65536
    /// How many devices a user gets.
    package static let wantedDevices = 10

    package let facts: Facts
    package let findings: [Finding]

    /// Judges what was found; `usernet` is the path of lxc-usernet(5).
    package init(_ facts: Facts, usernet: String) {
        self.facts = facts
        var findings = facts.programs.map { program in
            Finding(
                label: program.name, isMet: program.isReady,
                detail: program.isReady ? "set-user-ID root" : "missing or not set-user-ID root",
                remedy: program.isReady ? nil : .advice("install \(program.source)"))
        }
        findings.append(Self.ids("subordinate user ids", facts.users, facts.freeUsers, "/etc/subuid", facts.name))
        findings.append(Self.ids("subordinate group ids", facts.groups, facts.freeGroups, "/etc/subgid", facts.name))
        for setting in facts.settings {
            findings.append(
                Finding(
                    label: "sysctl \(setting.name)", isMet: setting.isGood, detail: setting.value,
                    remedy: setting.isGood ? nil : .setting(name: setting.name, value: setting.wanted)))
        }
        findings.append(
            Finding(
                label: "network devices in \(facts.bridge)", isMet: facts.hasDevices,
                detail: facts.hasDevices ? "allowed by \(usernet)" : "no line in \(usernet)",
                remedy: facts.hasDevices
                    ? nil : .line(file: usernet, text: "\(facts.name) veth \(facts.bridge) \(Self.wantedDevices)")))
        findings.append(
            Finding(
                label: "bridge \(facts.bridge)", isMet: facts.hasBridge, detail: facts.hasBridge ? "there" : "no such device",
                remedy: facts.hasBridge ? nil : .advice("make it: lxc-net start makes lxcbr0, at each boot with its service")))
        findings.append(
            Finding(
                label: "folders in \(facts.home)", isMet: facts.missingPlaces.isEmpty,
                detail: facts.missingPlaces.isEmpty ? "there" : "missing: \(facts.missingPlaces.joined(separator: " "))",
                remedy: facts.missingPlaces.isEmpty ? nil : .places))
        if let hasManager = facts.hasUserManager {
            findings.append(
                Finding(
                    label: "cgroups from systemd", isMet: hasManager,
                    detail: hasManager ? "the user's manager runs" : "the user is not logged in",
                    remedy: hasManager
                        ? nil : .advice("log in, or let the manager run always: loginctl enable-linger \(facts.name)")))
        }
        self.findings = findings
    }

    /// Whether nothing is missing.
    package var isReady: Bool { findings.allSatisfy { $0.isMet } }

    private static func ids(
        _ label: String, _ ranges: [SubordinateIDFile.Range], _ free: SubordinateIDFile.Range?, _ file: String, _ name: String
    ) -> Finding {
        if ranges.contains(where: { $0.count >= wantedIDs }) {
            return Finding(label: label, isMet: true, detail: text(ranges), remedy: nil)
        }
        let remedy = free.map { Remedy.line(file: file, text: "\(name):\($0.first):\($0.count)") }
        return Finding(
            label: label, isMet: false, detail: ranges.isEmpty ? "none" : "\(text(ranges)), fewer than \(wantedIDs)",
            remedy: remedy ?? .advice("no \(wantedIDs) ids are free in \(file)"))
    }

    private static func text(_ ranges: [SubordinateIDFile.Range]) -> String {
        ranges.map { "\($0.first)-\(UInt64($0.first) + UInt64($0.count) - 1)" }.joined(separator: ", ")
    }
}

extension UserReadiness.Remedy {
    /// What would be done, or has to be done, in words.
    package var text: String {
        switch self {
        case .line(let file, let text): "add to \(file): \(text)"
        case .setting(let name, let value): "set \(name) = \(value), also in \(UserPreparation.settingsFile)"
        case .places: "make the folders and a first default.conf, as the user"
        case .advice(let text): text
        }
    }
}
