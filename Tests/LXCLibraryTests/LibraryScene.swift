// SPDX-License-Identifier: Apache-2.0
import LXC
import LXCTestSupport

/// What a program with the library has: an installation, and a container path of its own.
struct LibraryScene: Sendable {
    let fixture: ContainerFixture
    let installation: Installation

    init(_ fixture: ContainerFixture) {
        self.fixture = fixture
        installation = Installation(prefix: fixture.installation.prefix)
    }

    /// Names a container of this test.
    func container(_ short: String) throws(LXCError) -> Container {
        try Container(fixture.name(short), in: fixture.lxcpath, installation: installation)
    }

    /// Creates a busybox container without a network.
    func busybox(_ short: String, _ lines: [String] = []) throws -> Container {
        let container = try container(short)
        var options = CreateOptions()
        options.configuration = try Configuration(parsing: (["lxc.net.0.type = empty"] + lines).joined(separator: "\n") + "\n")
        options.isQuiet = true
        try container.create(template: "busybox", options: options)
        return container
    }
}
