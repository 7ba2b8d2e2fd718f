// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel

extension ContainerFixture {
    /// Creates a busybox container in a user namespace: its ids 0 to 65535 are 100000 to 165535 here.
    ///
    /// - Parameters:
    ///   - short: Its name within this test.
    ///   - config: Lines that are added to its configuration.
    /// - Returns: Its full name.
    /// - Throws: ``FixtureFailure`` when a tool failed.
    func mapped(_ short: String, config: [String] = []) throws -> String {
        let map = ["lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536"]
        let name = try busybox(short, config: ["lxc.net.0.type = empty"] + map + config)
        try own(name)
        return name
    }

    /// Gives everything in a container's root filesystem to the container's root.
    func own(_ name: String) throws {
        let result = try run("/bin/chown", ["-hR", "100000:100000", folder(name)])
        guard result.code == 0 else { throw FixtureFailure("\(result)") }
    }

    /// Starts a container in the foreground with a command that ends soon.
    func runOnce(_ name: String, _ command: String..., environment: [String] = []) throws -> ToolResult {
        try run(
            installation.bin + "/lxc-start", ["-P", lxcpath, "-n", name, "-F", "--"] + command, environment: environment, seconds: 30)
    }
}
