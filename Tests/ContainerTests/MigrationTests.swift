// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// `Documentation/migration.md` says what happens to a container that runs while the tools are exchanged.
@Suite(.needsRoot, .needsPeerLXC) struct MigrationTests {
    private static let page = TestInstallation.checkout + "/Documentation/migration.md"

    /// From this line on the page is about C LXC's tools.
    private func backAgain() throws -> Int {
        let lines = try WholeFile.text(Self.page).split(separator: "\n", omittingEmptySubsequences: false)
        return try #require(lines.firstIndex(of: "## Going back")) + 1
    }

    @Test func whatThePageSaysHappens() throws {
        let steps = try GuideChapter(path: Self.page).steps
        let back = try backAgain()
        try withContainers { fixture in
            let world = try GuideWorld(fixture)
            fixture.atEnd("what C LXC leaves") {
                _ = try world.run(
                    """
                    lxc-stop -k -n old; lxc-destroy -n old
                    find /sys/fs/cgroup -depth -type d \\( -name 'lxc.monitor.old*' -o -name lxc.pivot \\) -exec rmdir {} + ; true
                    """, asUser: false)
            }
            let begun = try world.run(
                """
                mkdir -p /run/lxc; mount -t tmpfs none /run/lxc; rm -rf /var/lib/lxc/old
                lxc-create -n old -t busybox -f /dev/null
                printf 'lxc.net.0.type = empty\\nlxc.apparmor.profile = unconfined\\n' >> /var/lib/lxc/old/config
                /usr/bin/lxc-start -P /var/lib/lxc -n old
                """, asUser: false)
            #expect(begun.code == 0, "\(begun.output)")
            for step in steps {
                guard case .command(let text, _) = step.action else { continue }
                // What is in PATH when C LXC's packages are there again.
                let theirs = ["info", "attach", "stop"].map { "alias lxc-\($0)='/usr/bin/lxc-\($0) -P /var/lib/lxc'" }
                let isTheirs = step.line > back && !text.contains("update-config")
                let result = try world.run((isTheirs ? theirs : []).joined(separator: "\n") + "\n" + text, asUser: false)
                let lines = world.lines(of: result)
                #expect(
                    result.code == step.status && GuideChapter.matches(lines[...], step.expected[...]),
                    "\(text): status \(result.code):\n\(lines.joined(separator: "\n"))",
                    sourceLocation: SourceLocation(fileID: "docs/migration.md", filePath: Self.page, line: step.line, column: 1))
            }
        }
    }
}
