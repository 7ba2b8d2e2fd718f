// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel

/// C programs, compiled against Debian's headers, and the two libraries that they can run on.
struct LibraryScene {
    static let headers = "/usr/include/lxc/lxccontainer.h"
    let fixture: ContainerFixture
    /// Where our `liblxc.so.1` is.
    let folder: String

    init(_ fixture: ContainerFixture) throws {
        self.fixture = fixture
        folder = try fixture.installation.libraryFolder()
    }

    /// Compiles a program of `Tests/LiblxcTests/Programs` with Debian's headers and library, or with those that we install.
    func compile(_ name: String, ourHeaders: Bool = false) throws -> String {
        let program = "\(fixture.lxcpath)/.\(name)"
        let checkout = TestInstallation.checkout
        let result = try fixture.run(
            "/usr/bin/gcc",
            [
                "-O1", "-g", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-o", program,
                "\(checkout)/Tests/LiblxcTests/Programs/\(name).c",
            ] + (ourHeaders ? ["-I", "\(fixture.installation.prefix)/include", "-L", folder] : []) + ["-l:liblxc.so.1", "-lpthread"],
            seconds: 120)
        guard result.code == 0 else { throw FixtureFailure("\(result)") }
        return program
    }

    /// Runs a program on our library.
    func run(_ program: String, _ arguments: [String], seconds: Int32 = 60) throws -> ToolResult {
        try fixture.run(program, arguments, environment: ["LD_LIBRARY_PATH=\(folder)"], seconds: seconds)
    }
}
