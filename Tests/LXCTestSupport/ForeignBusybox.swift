// SPDX-License-Identifier: Apache-2.0
package import Testing

import LinuxKernel

/// A static busybox for another architecture, out of Debian's package; fetched once for a checkout.
package enum ForeignBusybox {
    private static let folder = ".build/foreign-busybox"

    /// The program's path.
    ///
    /// - Parameter architecture: Debian's name, for example `arm64`.
    /// - Returns: An absolute path.
    /// - Throws: ``FixtureFailure`` with what apt-get said.
    package static func path(_ architecture: String) throws -> String {
        let folder = try "\(ProcessControl.workingDirectory())/\(folder)/\(architecture)"
        let program = folder + "/root/bin/busybox"
        if try FileStatus.ifPresent(program) != nil { return program }
        // Lists and state of its own: this machine's packages are not for another architecture.
        let fetched = try ToolRunner.run(
            "/bin/sh",
            [
                "-ec",
                """
                rm -rf "$1"; mkdir -p "$1/state/lists/partial" "$1/cache/archives/partial"; cd "$1"; : > status
                get="apt-get -qq -o APT::Architecture=$2 -o APT::Architectures=$2 -o Dir::State=$1/state -o Dir::Cache=$1/cache"
                get="$get -o Dir::State::status=$1/status -o Debug::NoLocking=1 -o APT::Sandbox::User=root"
                # Of a mirror that is about to change some lists may be missing; the one that counts is asked for by the download.
                $get update || true
                $get download busybox-static
                dpkg-deb -x busybox-static_*.deb new && mv new root
                """, "sh", folder, architecture,
            ], environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], seconds: 120)
        guard fetched.code == 0 else { throw FixtureFailure("\(fetched)") }
        return program
    }
}

extension Trait where Self == ConditionTrait {
    /// The test runs programs of another architecture.
    ///
    /// - Parameter architecture: Debian's name.
    /// - Returns: The trait.
    package static func needsForeignBusybox(_ architecture: String) -> Self {
        .enabled("needs busybox-static for \(architecture) from the Debian mirror") {
            // Why apt-get could not get it is of no use in a list of tests left out.
            (try? ForeignBusybox.path(architecture)) != nil
        }
    }
}
