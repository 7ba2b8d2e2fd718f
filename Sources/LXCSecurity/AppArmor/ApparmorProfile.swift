// SPDX-License-Identifier: Apache-2.0

/// A profile as AppArmor's parser reads it.
package struct ApparmorProfile: Sendable, Equatable {
    /// What programs of the container show in `/proc/PID/attr/current`.
    package let name: String
    /// Rules without indentation.
    private let rules: [String]

    /// The profile of one container, for `lxc.apparmor.profile = generated`.
    ///
    /// - Parameters:
    ///   - container: Its name.
    ///   - lxcPath: The container path, absolute.
    ///   - allowsNesting: Whether it may start containers itself.
    ///   - raw: Lines of `lxc.apparmor.raw`, as they are.
    package init(container: String, lxcPath: String, allowsNesting: Bool, raw: [String]) {
        name = "lxc-\(container)_<\(lxcPath)>"
        rules =
            ApparmorRules.base + [""] + ApparmorRules.cgroups + (allowsNesting ? [""] + ApparmorRules.nesting : [])
            + (raw.isEmpty ? [] : ["", "# lxc.apparmor.raw"] + raw)
    }

    /// A profile that many containers share; nil when the name is not one of ours.
    package init?(shared name: String) {
        guard let rules = Self.shared.first(where: { $0.name == name })?.rules else { return nil }
        self.name = name
        self.rules = ApparmorRules.base + rules.flatMap { [""] + $0 }
    }

    /// Names of the profiles that many containers share.
    package static var sharedNames: [String] { shared.map { $0.name } }

    /// The profile of a container that asks for none.
    package static let usual = "lxc-container-default-cgns"

    private static let shared: [(name: String, rules: [[String]])] = [
        ("lxc-container-default", []), (usual, [ApparmorRules.cgroups]),
        ("lxc-container-default-with-mounting", [ApparmorRules.cgroups, ApparmorRules.blockDevices]),
        ("lxc-container-default-with-nesting", [ApparmorRules.cgroups, ApparmorRules.nesting]),
    ]

    /// The name of a file for the profile of one container.
    package var fileName: String { String(name.map { $0 == "/" ? "-" : $0 }) }

    /// The whole text.
    package var text: String {
        let own = [
            "# What belongs to the same container.", "signal peer=\(quotedName),", "ptrace peer=\(quotedName),", "",
        ]
        let lines = (own + rules).map { $0.isEmpty ? "" : "  " + $0 }
        // A file that was opened before a mount hid it has no path that a rule could match.
        return "profile \(quotedName) flags=(attach_disconnected, mediate_deleted) {\n" + lines.map { $0 + "\n" }.joined() + "}\n"
    }

    /// The name as a rule takes it, with what would be a pattern made plain.
    private var quotedName: String {
        let special: [Character] = ["\\", "\"", "*", "?", "[", "]", "{", "}", "^", "@"]
        return "\"" + name.map { special.contains($0) ? "\\" + String($0) : String($0) }.joined() + "\""
    }
}
