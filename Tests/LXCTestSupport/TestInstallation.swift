// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The built programs, installed once per test run in a prefix of their own.
package struct TestInstallation: Sendable {
    /// Everything installed lies below this folder.
    package let prefix: String

    package var bin: String { prefix + "/bin" }
    package var libexec: String { prefix + "/libexec/lxc" }
    package var share: String { prefix + "/share/lxc" }
    package var sysconf: String { prefix + "/etc/lxc" }
    package var run: String { prefix + "/run/lxc" }
    /// Folder of `liblxc.so.1`, which is named after the processor.
    package func libraryFolder() throws -> String {
        guard let name = try DirectoryListing.names(in: prefix + "/lib").first(where: { $0.hasSuffix("-linux-gnu") }) else {
            throw FixtureFailure("\(prefix)/lib has no folder of libraries")
        }
        return "\(prefix)/lib/\(name)"
    }
    package var templates: String { share + "/templates" }

    /// The installation of this run, or why there is none.
    package static let shared: Result<TestInstallation, FixtureFailure> = {
        do { return .success(try install()) } catch {
            return .failure(FixtureFailure("the built programs cannot be installed for the tests: \(error)"))
        }
    }()

    /// The root of the checkout.
    package static let checkout: String = {
        // #filePath is .../Tests/LXCTestSupport/TestInstallation.swift
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    }()

    /// Where the build put the programs: beside the test program, unless `LXC_TEST_BUILD_DIR` says otherwise (for example
    /// `.build/programs/release`, the programs as they are installed).
    package static func buildFolder() throws -> String {
        if let folder = ProcessEnvironment.value("LXC_TEST_BUILD_DIR") {
            return folder.hasPrefix("/") ? folder : checkout + "/" + folder
        }
        let program = try DirectoryHandle(opening: "/proc/self").linkTarget("exe")
        return DirectoryHandle.split(program).parent.isEmpty ? "/" : "/" + DirectoryHandle.split(program).parent
    }

    private static func install() throws -> TestInstallation {
        let folder = try buildFolder()
        let prefix = checkout + "/.build/test-prefix"
        // The library is ordinary Swift, which every build of the tests makes: programs and library need not come from the same build.
        let library = ProcessEnvironment.value("LXC_TEST_LIBRARY_DIR") ?? checkout + "/.build/debug"
        // weakened.sh installs the settings of another checkout with its programs.
        let source = ProcessEnvironment.value("LXC_TEST_SOURCE_DIR") ?? checkout
        let result = try ToolRunner.run(
            "/usr/bin/flock", [checkout + "/.build", source + "/scripts/lib/install-private.sh", folder, prefix],
            environment: ProcessEnvironment.lines + ["LIBRARY_BUILD_DIR=\(library)"], seconds: 120)
        guard result.code == 0 else { throw FixtureFailure("\(result)") }
        return TestInstallation(prefix: prefix)
    }
}
