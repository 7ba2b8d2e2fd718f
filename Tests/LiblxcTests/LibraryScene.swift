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

    /// Compiles a program of `Tests/LiblxcTests/Programs` and links it with Debian's library.
    func compile(_ name: String) throws -> String {
        let program = "\(fixture.lxcpath)/.\(name)"
        let checkout = TestInstallation.checkout
        // The checks of layouts without our headers beside them: they look at Debian's.
        try fixture.write("\(fixture.lxcpath)/.checks/layout_checks.h", layoutChecks(checkout))
        let result = try fixture.run(
            "/usr/bin/gcc",
            [
                "-O1", "-g", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-I", "\(fixture.lxcpath)/.checks", "-o", program,
                "\(checkout)/Tests/LiblxcTests/Programs/\(name).c", "-l:liblxc.so.1", "-lpthread",
            ], seconds: 120)
        guard result.code == 0 else { throw FixtureFailure("\(result)") }
        return program
    }

    private func layoutChecks(_ checkout: String) throws -> String {
        try WholeFile.text("\(checkout)/Sources/CLiblxc/include/layout_checks.h")
    }

    /// Runs a program on our library.
    func run(_ program: String, _ arguments: [String], seconds: Int32 = 60) throws -> ToolResult {
        try fixture.run(program, arguments, environment: ["LD_LIBRARY_PATH=\(folder)"], seconds: seconds)
    }
}
