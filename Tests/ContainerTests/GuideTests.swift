// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// The guide in `Documentation/guide` says what happens: each chapter is followed, command by command, on a machine of its own.
///
/// `GuideChapter` describes what a page may contain, and `GuideWorld` the machine. Chapters are followed at the same time: containers
/// with an AppArmor profile of their own have a name that no other chapter has, because the kernel has one list of profiles.
@Suite(
    .needsRoot, .needsProgram("/usr/sbin/dnsmasq", package: "dnsmasq-base"),
    .needsProgram("/usr/sbin/nft", package: "nftables"),
    .needsProgram("/usr/bin/newuidmap", package: "uidmap"),
    .needsProgram("/usr/lib/python3/dist-packages/lxc/__init__.py", package: "python3-lxc"))
struct GuideTests {
    private static let folder = TestInstallation.checkout + "/Documentation/guide"
    static let chapters = [
        "01-first-container", "02-second-container", "03-advanced-use", "04-hooks-and-processors", "05-storage", "06-security",
        "07-ordinary-users", "08-programming", "09-windows-and-sound", "10-troubleshooting",
    ]

    /// The chapter that sets limits.
    private static let security = "06-security"

    @Test(arguments: chapters.filter { $0 != security }) func whatTheGuideSaysHappens(chapter: String) throws { try follow(chapter) }

    @Test(
        .enabled("needs the cgroup controllers memory and pids") {
            try FileStatus.ifPresent("/sys/fs/cgroup/memory/memory.limit_in_bytes") != nil
                || WholeFile.text("/sys/fs/cgroup/cgroup.controllers").contains("memory")
        }) func whatTheGuideSaysAboutLimitsHappens() throws
    { try follow(Self.security) }

    /// Follows a page from its first line to its last, in a world of its own.
    private func follow(_ chapter: String) throws {
        let path = "\(Self.folder)/\(chapter).md"
        let page = try GuideChapter(path: path)
        #expect(page.steps.contains { if case .command = $0.action { true } else { false } }, "\(chapter) has no commands")
        try withContainers { fixture in
            let world = try GuideWorld(fixture)
            for step in page.steps {
                let place = SourceLocation(fileID: "guide/\(chapter).md", filePath: path, line: step.line, column: 1)
                do {
                    if let problem = try follow(step, in: world) {
                        Issue.record("\(chapter).md:\(step.line): \(problem)", sourceLocation: place)
                    }
                } catch { Issue.record("\(chapter).md:\(step.line): \(error)", sourceLocation: place) }
                if case .skip(let reason) = step.action { print("\(chapter).md:\(step.line) is not run: \(reason)") }
            }
            #expect(try world.containers() == [], "\(chapter) leaves containers")
        }
    }

    /// Does what a part of a page says.
    ///
    /// - Returns: What was different, if anything was.
    private func follow(_ step: GuideChapter.Step, in world: GuideWorld) throws -> String? {
        switch step.action {
        case .skip: return nil
        case .configuration(let text, let container):
            let result = try world.configure(text, container: container)
            return result.code == 0 ? nil : result.output
        case .command(let text, let asUser):
            let result = try world.run(text, asUser: asUser)
            let lines = world.lines(of: result)
            var problem = ""
            if result.code != step.status { problem += "\nexit status \(result.code) in place of \(step.status)" }
            if !GuideChapter.matches(lines[...], step.expected[...]) { problem += "\nnot the output that the page has" }
            guard !problem.isEmpty else { return nil }
            let expected = step.expected.joined(separator: "\n")
            return "\(text)\(problem); printed:\n\(lines.joined(separator: "\n"))\nexpected:\n\(expected)"
        }
    }

    @Test func everyPageIsFollowed() throws {
        let pages = try DirectoryListing.names(in: Self.folder).filter { $0.hasSuffix(".md") && $0 != "README.md" }
        #expect(pages.sorted() == Self.chapters.map { $0 + ".md" })
    }

    @Test func outputIsCompared() {
        func matches(_ lines: [String], _ expected: [String]) -> Bool { GuideChapter.matches(lines[...], expected[...]) }
        #expect(matches([], []) && matches(["a  b "], ["a b"]) && matches([], ["..."]) && matches(["x", "b", "y"], ["...", "b", "..."]))
        #expect(!matches(["a"], []) && !matches([], ["a"]) && !matches(["a", "b"], ["a"]) && !matches(["a"], ["...", "b"]))
        #expect(matches(["pid 12 of web"], ["pid * of web"]) && matches(["pid:"], ["pid:*"]) && matches(["a-b-c"], ["*b*"]))
        #expect(!matches(["pid 12 of db"], ["pid * of web"]) && !matches(["x"], ["pid *"]))
    }

    @Test func aPageIsReadInParts() throws {
        let text = """
            ```console
            # one
            > two
            out
            (exit status 3)
            $ three
            ```
            ```lxc web
            lxc.uts.name = w
            ```
            ```console not-run: no screen
            # four
            ```
            """
        let steps = try GuideChapter(path: "page", text: text).steps
        #expect(steps.map(\.line) == [2, 6, 8, 11])
        #expect(
            steps.map(\.action) == [
                .command("one\ntwo", asUser: false), .command("three", asUser: true),
                .configuration("lxc.uts.name = w\n", container: "web"),
                .skip(reason: "no screen"),
            ])
        #expect(steps[0].expected == ["out"] && steps.map(\.status) == [3, 0, 0, 0])
        for wrong in ["```bash\n# x\n```", "```console maybe\n# x\n```", "```console\nx\n```", "```console\n# x"] {
            #expect(throws: FixtureFailure.self) { try GuideChapter(path: "page", text: wrong) }
        }
    }
}
