// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel

/// Files outside of every container that no attack may change, and whose folder must not grow.
struct Canary {
    let path: String

    init(_ fixture: ContainerFixture) throws {
        path = fixture.lxcpath + "/canary"
        _ = try fixture.run("/bin/mkdir", ["-p", path + "/dev/pts"])
        try fixture.write(path + "/secret", "untouched\n", mode: 0o600)
        try fixture.write(path + "/dev/ptmx", "file\n")
    }

    /// Everything that can be seen of it: names, modes, owners, sizes, contents.
    func listing(_ fixture: ContainerFixture) throws -> String {
        try fixture.run(
            "/bin/sh", ["-c", "cd \(path) && find . -printf '%p %y %m %U:%G %s\\n' | sort && find . -type f | sort | xargs sha256sum"]
        ).output
    }
}
