// SPDX-License-Identifier: Apache-2.0
package import Testing

import LinuxKernel

/// What a test needs of the machine. A test whose need is not met is left out with a reason that is printed, unless
/// `LXC_TEST_REQUIRE` (words `root`, `peer`, separated by commas) says that this must not happen: then it runs, and fails.
package enum Requirement: String, CaseIterable, Sendable {
    case root
    case peer

    /// Whether the machine has it.
    package var isMet: Bool {
        switch self {
        case .root: ProcessControl.effectiveUser == 0
        case .peer: PeerTools.folder != nil
        }
    }

    /// Whether leaving out a test for this is forbidden.
    package var isInsistedOn: Bool {
        (ProcessEnvironment.value("LXC_TEST_REQUIRE") ?? "").split(separator: ",").contains { $0 == rawValue }
    }

    /// The reason that is printed.
    package var reason: Comment {
        switch self {
        case .root: "needs root: it starts real containers (run the tests as root)"
        case .peer: "needs C LXC to compare with (apt-get install lxc)"
        }
    }

    var trait: ConditionTrait { .enabled(reason) { isMet || isInsistedOn } }
}

extension Trait where Self == ConditionTrait {
    /// The test starts real containers.
    package static var needsRoot: Self { Requirement.root.trait }
    /// The test talks to Debian's `lxc-*` tools.
    package static var needsPeerLXC: Self { Requirement.peer.trait }

    /// The test creates containers with the templates `oci`, `local` and `download`, which are a package of their own.
    package static var needsImageTemplates: Self {
        .enabled("needs the templates for images (make images, or make release)") {
            try FileStatus.ifPresent(try TestInstallation.shared.get().templates + "/lxc-oci") != nil
        }
    }

    /// The test runs a program of the host.
    ///
    /// - Parameters:
    ///   - path: Where the program is.
    ///   - package: The Debian package that has it.
    /// - Returns: The trait.
    package static func needsProgram(_ path: String, package: String) -> Self {
        .enabled("needs \(path) (apt-get install \(package))") { try FileStatus.ifPresent(path) != nil }
    }
}

extension Trait where Self == ConditionTrait {
    /// The test wants the kernel and the host of one of the virtual machines that `make vm-test` boots.
    ///
    /// - Parameter boot: Which of them: `plain` or `systemd`.
    /// - Returns: The trait.
    package static func needsVirtualMachine(_ boot: String) -> Self {
        .enabled("needs the virtual machine (make vm-test)") { ProcessEnvironment.value("LXC_TEST_VM") == boot }
    }
}
