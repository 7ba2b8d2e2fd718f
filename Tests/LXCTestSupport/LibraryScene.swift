// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// C programs, compiled against Debian's headers, and the two libraries that they can run on.
package struct LibraryScene {
    package static let headers = "/usr/include/lxc/lxccontainer.h"
    package let fixture: ContainerFixture
    /// Where our `liblxc.so.1` is.
    package let folder: String

    package init(_ fixture: ContainerFixture) throws {
        self.fixture = fixture
        folder = try fixture.installation.libraryFolder()
    }

    /// Compiles a program of `Tests/LiblxcTests/Programs` with Debian's headers and library, or with those that we install.
    package func compile(_ name: String, ourHeaders: Bool = false) throws -> String {
        let ours = ourHeaders ? ["-I", "\(fixture.installation.prefix)/include", "-L", folder] : []
        return try compile(name, as: name, ours + ["-l:liblxc.so.1", "-lpthread"])
    }

    /// Compiles a file of `Tests/LiblxcTests/Programs`.
    ///
    /// - Parameters:
    ///   - name: The file's, without its ending.
    ///   - product: Name of what comes of it.
    ///   - options: More words for the compiler, behind the file's.
    /// - Returns: Path of what came of it.
    /// - Throws: ``FixtureFailure`` with what the compiler said.
    package func compile(_ name: String, as product: String, _ options: [String]) throws -> String {
        let program = "\(fixture.lxcpath)/.\(product)"
        let source = "\(TestInstallation.checkout)/Tests/LiblxcTests/Programs/\(name).c"
        let result = try fixture.run(
            "/usr/bin/gcc", ["-O1", "-g", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-o", program, source] + options, seconds: 120)
        guard result.code == 0 else { throw FixtureFailure("\(result)") }
        return program
    }

    /// Runs a program on our library.
    package func run(_ program: String, _ arguments: [String], seconds: Int32 = 60) throws -> ToolResult {
        try fixture.run(program, arguments, environment: ["LD_LIBRARY_PATH=\(folder)"], seconds: seconds)
    }
}
