// SPDX-License-Identifier: Apache-2.0
import LXC
import LXCTestSupport
import Testing

/// What programs can tell from an error.
@Suite(.needsRoot) struct ErrorTests {
    private func code(_ body: () throws -> Void) -> LXCError.Code? {
        do {
            try body()
            return nil
        } catch { return (error as? LXCError)?.code }
    }

    @Test func eachFailureHasItsCode() throws {
        try withContainers { fixture in
            let scene = LibraryScene(fixture)
            let none = try scene.container("none")
            #expect(code { try none.start() } == .notDefined)
            #expect(code { _ = try none.configuration() } == .notDefined)
            #expect(code { try none.destroy() } == .notDefined)
            #expect(code { try none.copy(to: fixture.name("copy")) } == .notDefined)
            #expect(code { try none.attach(["true"]) } == .notRunning)
            #expect(code { try none.freeze() } == .notRunning)
            #expect(code { try none.reboot() } == .notRunning)
            #expect(code { _ = try none.addresses() } == .notRunning)
            #expect(code { _ = try none.cgroupValue("memory.max") } == .notRunning)
            #expect(code { _ = try none.consoleLog() } == .notRunning)
            #expect(code { _ = try none.openTerminal() } == .notRunning)
            #expect(code { _ = try none.initHandle() } == .notRunning)
            #expect(code { try none.mount("/tmp", at: "/mnt", flags: .bind) } == .notRunning)
            #expect(code { try none.create(template: "no-such-template") } == .templateFailed)
            #expect(code { _ = try Container("a/b", installation: scene.installation) } == .invalidName)
            #expect(code { try none.checkpoint(to: "/tmp/none") } == .notDefined)
            let web = try scene.busybox("web")
            #expect(code { try web.checkpoint(to: fixture.lxcpath + "/.images") } == .notRunning)
            #expect(code { try web.checkpoint(to: "images") } == .failed)
            #expect(code { try web.create(template: "busybox") } == .alreadyDefined)
            #expect(code { try web.restore("snap7") } == .noSnapshot)
            try web.start()
            #expect(code { try web.start() } == .alreadyRunning)
            #expect(code { try web.destroy() } == .alreadyRunning)
            #expect(code { try web.attach(["no-such-program"]) } == .programNotFound)
            #expect(code { try web.attach(["/etc/passwd"]) } == .programNotExecutable)
            #expect(code { _ = try web.output(of: ["yes"], limit: 10_000) } == .tooMuchOutput)
            #expect(code { _ = try web.consoleLog() } == .failed)
            try web.stop()
        }
    }

    @Test func anErrorSaysWhereItWasAskedFor() throws {
        try withContainers { fixture in
            let web = try LibraryScene(fixture).busybox("bad")
            try fixture.append(web.name, ["lxc.mount.entry = /no/such/source srv none bind,create=dir"])
            let failure = #expect(throws: LXCError.self) { try web.start() }
            #expect(failure?.key == "lxc.mount.entry")
            #expect(failure?.place?.file == web.configurationFile)
            #expect((failure?.place?.line ?? 0) > 1)
            #expect(failure?.errno == 2, "ENOENT")
            #expect(failure?.description.contains("asked for by lxc.mount.entry at \(web.configurationFile):") == true)
            try fixture.append(web.name, ["lxc.uts.nam = x"])
            let unknown = #expect(throws: LXCError.self) { _ = try web.configuration() }
            #expect(unknown?.code == .invalidConfiguration)
            #expect(unknown?.hint?.contains("lxc.uts.name") == true)
        }
    }

    @Test func aMissingInstallationIsNamed() throws {
        try withContainers { fixture in
            let web = try Container(fixture.name("x"), in: fixture.lxcpath, installation: Installation(prefix: "/no/such/prefix/"))
            let failure = #expect(throws: LXCError.self) { try web.create(template: "busybox") }
            #expect(failure?.code == .failed && failure?.hint?.contains("/no/such/prefix/bin/lxc") == true, "\(failure as Any)")
        }
    }
}
