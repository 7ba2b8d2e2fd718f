// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Storage on which one command is cut short again and again.
struct StepScene {
    private let fixture: ContainerFixture
    private let work: StorageStepTests.Work
    private let killer: String
    private let name: String
    /// Of what the command makes.
    private let other: String

    init(_ fixture: ContainerFixture, _ work: StorageStepTests.Work) throws {
        self.fixture = fixture
        self.work = work
        (name, other) = (fixture.name("web"), fixture.name("other"))
        let tools = fixture.lxcpath + "-tools"
        fixture.atEnd("tools") { _ = try fixture.run("/bin/rm", ["-rf", tools]) }
        _ = try fixture.run("/bin/mkdir", [tools])
        killer = try fixture.compile("killstep", to: tools + "/killstep")
        if work != .createImage { try make() }
    }

    /// Makes the container as it is before the command.
    private func make() throws {
        switch work {
        case .restoreLayers: _ = try fixture.create("web", "-B", "overlay")
        case .imageCopy, .restoreImage: _ = try fixture.create("web", "-B", "loop", "--fssize", "16M")
        default: _ = try fixture.busybox("web")
        }
        // Few files have as many kinds of steps as many have.
        let isImage = work == .imageCopy || work == .restoreImage
        if !isImage {
            let kept = ["busybox", "sh", "init", "cat", "sync", "rm", "mount"].map { "! -name \($0)" }.joined(separator: " ")
            _ = try fixture.shell("find '\(fixture.rootfs(name))' \\( -path '*bin/*' \\) \(kept) -delete")
        }
        try change("old")
        switch work {
        case .restore, .restoreLayers, .restoreImage, .destroySnapshot, .destroyAll: try fixture.succeed("snapshot", "-n", name)
        default: break
        }
    }

    private func change(_ text: String) throws {
        if work == .imageCopy || work == .restoreImage {
            let folder = fixture.lxcpath + "-tools/mount"
            let script = "mkdir '\(folder)'; mount -o loop '\(fixture.folder(name))/rootdev' '\(folder)'"
            _ = try fixture.shell(
                "\(script); for f in a b c; do echo \(text) > '\(folder)'/$f; done; umount '\(folder)'; rmdir '\(folder)'")
        } else if work == .restoreLayers {
            let upper = fixture.folder(name) + "/overlay/delta"
            _ = try fixture.shell("mkdir -p '\(upper)'; for f in a b c; do echo \(text) > '\(upper)'/$f; done")
        } else {
            _ = try fixture.shell("for f in a b c; do echo \(text) > '\(fixture.rootfs(name))'/$f; done")
        }
    }

    private var command: (tool: String, arguments: [String]) {
        switch work {
        case .copy, .imageCopy: ("copy", ["-n", name, "-N", other])
        case .sharedCopy: ("copy", ["-n", name, "-N", other, "-s"])
        case .rename: ("copy", ["-n", name, "-N", other, "-R"])
        case .snapshot: ("snapshot", ["-n", name])
        case .restore, .restoreLayers, .restoreImage: ("snapshot", ["-n", name, "-r", "snap0"])
        case .destroySnapshot: ("snapshot", ["-n", name, "-d", "snap0"])
        case .destroy: ("destroy", ["-n", name])
        case .destroyAll: ("destroy", ["-n", name, "-s"])
        case .createImage: ("create", ["-n", name, "-t", "busybox", "-f", "/dev/null", "-B", "loop", "--fssize", "16M"])
        }
    }

    /// `step`: the command is killed before this one; 0 for none.
    private func run(step: Int, everybody: Bool) throws -> (result: ToolResult, count: Int) {
        let (tool, arguments) = command
        let path = fixture.installation.bin + "/lxc-" + tool
        let result = try fixture.run(
            killer, ["\(step)", everybody ? "all" : "one", path, "-P", fixture.lxcpath] + arguments, seconds: 60)
        guard let line = result.error.split(separator: "\n").last(where: { $0.hasPrefix("killstep: ") }),
            let count = Int(line.split(separator: " ")[1])
        else { throw FixtureFailure("\(result)") }
        return (result, count)
    }

    /// The number of steps when nobody is killed; everything is as before then.
    func countSteps() throws -> Int {
        if work == .restore || work == .restoreLayers || work == .restoreImage { try change("new") }
        let (result, count) = try run(step: 0, everybody: false)
        #expect(result.error.hasSuffix("status 0\n"), "\(result)")
        try backToTheBeginning()
        return count
    }

    /// Kills the command, looks, lets another one tidy up, and looks again.
    ///
    /// - Parameters:
    ///   - step: Before which it is killed.
    ///   - everybody: Whether its helpers are killed too.
    ///   - next: Chooses the command that follows.
    /// - Returns: Whether everything was as it must be; with the reason recorded when it was not.
    /// - Throws: ``FixtureFailure`` when the command cannot be run at all.
    func cutShort(at step: Int, everybody: Bool, next: Int) throws -> Bool {
        if work == .restore || work == .restoreLayers || work == .restoreImage { try change("new") }
        let (result, _) = try run(step: step, everybody: everybody)
        let words = "\(work.rawValue) killed at step \(step)\(everybody ? " with its helpers" : ""): \(result)"
        do {
            try checkAndTidy(next)
            try backToTheBeginning()
            #expect(try fixture.eventually { try fixture.loopDevices() == [] }, "\(words)")
        } catch {
            Issue.record("\(error)\n\(words)\n\(try fixture.shell("cd '\(fixture.lxcpath)'; find . -maxdepth 4 | head -n 60"))")
            return false
        }
        return true
    }

    private func tool(_ words: [String]) throws -> ToolResult {
        try fixture.run(fixture.installation.bin + "/lxc-" + words[0], ["-P", fixture.lxcpath] + words.dropFirst())
    }

    private func check(_ condition: Bool, _ what: @autoclosure () -> String) throws {
        if !condition { throw FixtureFailure(what()) }
    }

    /// Nobody works on the containers any more: a helper whose master was killed may live a moment longer.
    private func settle() throws {
        _ = try fixture.eventually {
            try !fixture.shell("ps -eo args | grep -F '\(fixture.lxcpath)' | grep -v grep || true").contains("lxc-")
        }
    }

    private func checkAndTidy(_ next: Int) throws {
        try settle()
        switch work {
        case .copy, .sharedCopy, .imageCopy: try afterACopy(next)
        case .rename: try afterARename()
        case .snapshot: try afterASnapshot(next)
        case .restore, .restoreLayers, .restoreImage: try afterARestore(next)
        case .destroySnapshot:
            if try fixture.isThere(fixture.folder(name) + "/snaps/snap0") {
                // A half-removed one may be seen, but goes.
                let words = next.isMultiple(of: 2) ? ["snapshot", "-n", name, "-d", "ALL"] : ["destroy", "-n", name, "-s"]
                let done = try tool(words)
                try check(done.code == 0, "\(done)")
            }
            if try fixture.isThere(fixture.folder(name)) { try check(content(name) == ["old"], "the original has changed") }
        case .destroy, .destroyAll:
            if try fixture.isThere(fixture.folder(name)) { try fixture.succeed("destroy", "-s", "-n", name) }
        case .createImage:
            if try fixture.isThere(fixture.folder(name) + "/partial") {
                try check(fixture.lxc("start", "-n", name).error.contains("interrupted"), "a half-made container is started")
            }
            if try next.isMultiple(of: 2) || !fixture.isThere(fixture.folder(name) + "/config") {
                if try fixture.isThere(fixture.folder(name)) {
                    try fixture.succeed("destroy", "-n", name)
                }
                try fixture.succeed("create", "-n", name, "-t", "busybox", "-f", "/dev/null", "-B", "loop", "--fssize", "16M")
                try fixture.visit(name, "true")
            }
        }
    }

    private func afterACopy(_ next: Int) throws {
        try check(content(name) == ["old"], "the original has changed")
        guard try fixture.isThere(fixture.folder(other)) else { return }
        let isMarked = try fixture.isThere(fixture.folder(other) + "/partial")
        if try isMarked || !fixture.isThere(fixture.folder(other) + "/config") {
            let start = try fixture.lxc("start", "-n", other)
            try check(start.code != 0 && start.error.contains("interrupted") == isMarked, "a half-made copy is started: \(start)")
            if next.isMultiple(of: 2) {
                try fixture.succeed("destroy", "-n", other)
            } else {
                let again = try tool([command.tool] + command.arguments)
                try check(again.code == 0, "\(again)")
            }
        }
        guard try fixture.isThere(fixture.folder(other)) else { return }
        try check(content(other) == ["old"], "the copy is torn")
        try fixture.succeed("destroy", "-n", other)
        try check(!fixture.isThere(fixture.folder(name) + "/lxc_snapshots"), "the original counts a copy that is gone")
    }

    private func afterARename() throws {
        let names = try DirectoryListing.names(in: fixture.lxcpath)
        try check(names == [name] || names == [other], "there is \(names)")
        try fixture.visit(names[0], "cat /a")
        try check(content(names[0]) == ["old"], "it is torn")
        let wanted = "lxc.uts.name = " + names[0]
        try check(fixture.configuration(names[0]).contains(wanted), "its name is not \(names[0])")
        if names == [name] { try fixture.succeed("copy", "-n", name, "-N", other, "-R") }
        try fixture.succeed("copy", "-n", other, "-N", name, "-R")
        try check(DirectoryListing.names(in: fixture.folder(name)).sorted() == ["config", "rootfs"], "something is left")
    }

    private func afterASnapshot(_ next: Int) throws {
        try check(content(name) == ["old"], "the original has changed")
        let list = try fixture.succeed("snapshot", "-n", name, "-L").output
        try check(list == "No snapshots\n" || list.hasPrefix("snap0 ("), list)
        switch next % 3 {
        case 0: try fixture.succeed("snapshot", "-n", name, "-d", "ALL")
        case 1:
            try fixture.succeed("snapshot", "-n", name)
            try fixture.succeed("snapshot", "-n", name, "-r", "snap0")
            try check(content(name) == ["old"], "the snapshot is torn")
            try fixture.succeed("snapshot", "-n", name, "-d", "ALL")
        default: try fixture.succeed("destroy", "-n", name, "-s")
        }
        try check(!fixture.isThere(fixture.folder(name) + "/snaps"), "something of the snapshot is left")
    }

    private func afterARestore(_ next: Int) throws {
        let commands: [[String]] = [
            ["info", "-n", name], ["snapshot", "-n", name, "-L"], ["start", "-n", name], ["copy", "-n", name, "-N", other],
            ["snapshot", "-n", name], ["ls", "-f"],
        ]
        let words = commands[next % commands.count]
        let done = try tool(words)
        try check(done.code == 0, "\(done)")
        if words[0] == "start" { try fixture.succeed("stop", "-k", "-n", name) }
        if words[0] == "copy" { try fixture.succeed("destroy", "-n", other) }
        if words == ["snapshot", "-n", name] { try fixture.succeed("snapshot", "-n", name, "-d", "snap1") }
        try check(DirectoryListing.names(in: fixture.lxcpath) == [name], "\(words) did not tidy up")
        let found = try content(name)
        try check(found == ["old"] || found == ["new"], "it is torn: \(found)")
        try check(fixture.succeed("snapshot", "-n", name, "-L").output.hasPrefix("snap0 ("), "the snapshot is gone")
        try fixture.visit(name, "cat /a")
    }

    /// What the marked files of a stopped container hold.
    private func content(_ name: String) throws -> Set<String> {
        if work == .imageCopy || work == .restoreImage {
            try fixture.succeed("start", "-n", name)
            defer { _ = try? fixture.lxc("stop", "-k", "-n", name) }  // the fixture stops what still runs
            return Set(try fixture.inside(name, "cat /a /b /c").split(separator: "\n").map(String.init))
        }
        let folder = work == .restoreLayers ? fixture.folder(name) + "/overlay/delta" : fixture.rootfs(name)
        let source = work == .sharedCopy && name == other ? fixture.rootfs(self.name) : folder
        return Set(try fixture.shell("cd '\(source)'; cat a b c").split(separator: "\n").map(String.init))
    }

    /// Takes the successful command back as well, so that it can be run again.
    private func backToTheBeginning() throws {
        switch work {
        case .copy, .sharedCopy, .imageCopy:
            if try fixture.isThere(fixture.folder(other)) { try fixture.succeed("destroy", "-n", other) }
        case .rename:
            if try fixture.isThere(fixture.folder(other)) { try fixture.succeed("copy", "-n", other, "-N", name, "-R") }
        case .snapshot:
            if try !fixture.isThere(fixture.folder(name)) { return try make() }
            if try fixture.isThere(fixture.folder(name) + "/snaps") { try fixture.succeed("snapshot", "-n", name, "-d", "ALL") }
        case .restore, .restoreLayers, .restoreImage: break
        case .destroySnapshot, .destroy, .destroyAll:
            if try fixture.isThere(fixture.folder(name)) { try fixture.succeed("destroy", "-n", name, "-s") }
            try checkThatAllIsGone()
            return try make()
        case .createImage:
            if try fixture.isThere(fixture.folder(name)) { try fixture.succeed("destroy", "-n", name) }
            return try checkThatAllIsGone()
        }
        try check(DirectoryListing.names(in: fixture.lxcpath) == [name], "something is left")
    }

    private func checkThatAllIsGone() throws { try check(DirectoryListing.names(in: fixture.lxcpath) == [], "something is left") }
}
