// SPDX-License-Identifier: Apache-2.0
import LXC
import LXCTestSupport
import LinuxKernel
import Testing

/// A container's life, by the library alone.
@Suite(.needsRoot) struct LifecycleTests {
    @Test func fromCreationToDestruction() throws {
        try withContainers { fixture in
            let web = try LibraryScene(fixture).container("web")
            #expect(!web.isDefined)
            #expect(try web.state == .stopped)
            #expect(try web.initPID == nil)
            var options = CreateOptions()
            options.configurationFile = "/dev/null"
            options.isQuiet = true
            try web.create(template: "busybox", options: options)
            #expect(web.isDefined)
            #expect(try web.configuration()["lxc.uts.name"] == web.name)
            try web.start()
            #expect(try web.state == .running)
            #expect(try web.isRunning)
            #expect(try web.isControllable)
            #expect(try fixture.state(web.name) == "RUNNING")
            #expect(try web.initPID == fixture.initPID(web.name))
            #expect(try web.runningValue(of: "lxc.uts.name") == web.name)
            #expect(try web.attach(["sh", "-c", "exit 3"]) == .exited(3))
            #expect(try web.shutdown(within: .seconds(20)))
            #expect(try web.state == .stopped)
            try web.destroy()
            #expect(!web.isDefined)
            #expect(try FileStatus.ifPresent(web.directory) == nil)
        }
    }

    @Test func inTheForegroundItsEndIsWaitedForAndItsStatusIsInits() throws {
        try withContainers { fixture in
            let web = try LibraryScene(fixture).busybox("front")
            var options = StartOptions()
            options.consoleLog = fixture.lxcpath + "/console"
            #expect(try web.run(["/bin/sh", "-c", "hostname; exit 6"], options: options) == .exited(6))
            #expect(try WholeFile.text(fixture.lxcpath + "/console").contains(web.name))
            options.runsUnderInit = true
            #expect(try web.run(["/bin/sh", "-c", "kill -9 $$"], options: options) == .exited(137))
            #expect(try web.state == .stopped)
            let missing = try LibraryScene(fixture).container("none")
            #expect(throws: LXCError.self) { try missing.run() }
        }
    }

    @Test func frozenAndThawed() throws {
        try withContainers { fixture in
            let web = try LibraryScene(fixture).busybox("ice")
            try web.start()
            try web.freeze()
            #expect(try web.state == .frozen)
            try web.unfreeze()
            #expect(try web.state == .running)
            try web.freeze()
            #expect(try web.shutdown(within: .seconds(20)), "a frozen container is thawed first")
        }
    }

    @Test func stoppingWhatDoesNotRunIsNoError() throws {
        try withContainers { fixture in
            let web = try LibraryScene(fixture).busybox("still")
            try web.stop()
            try web.shutdown()
            #expect(try web.shutdown(within: .zero))
        }
    }

    @Test func aRunCanDifferFromTheFile() throws {
        try withContainers { fixture in
            let web = try LibraryScene(fixture).busybox("run")
            var options = StartOptions()
            var configuration = try web.configuration()
            try configuration.set("lxc.uts.name", to: "elsewhere")
            options.configuration = configuration
            options.definitions = ["lxc.environment=COLOUR=blue"]
            try web.start(options: options)
            #expect(try web.output(of: ["hostname"]).text == "elsewhere\n")
            #expect(try web.runningValue(of: "lxc.environment") == "COLOUR=blue")
            #expect(try web.configuration()["lxc.uts.name"] == web.name)
            try web.stop()
            #expect(try web.state == .stopped)
        }
    }

    @Test func aCommandTakesThePlaceOfInit() throws {
        try withContainers { fixture in
            let web = try LibraryScene(fixture).busybox("cmd")
            var options = StartOptions()
            options.runsUnderInit = true
            try web.start(["/bin/sleep", "300"], options: options)
            #expect(try web.output(of: ["ps"]).lines.contains { $0.hasSuffix("/bin/sleep 300") })
            try web.stop()
        }
    }

    @Test func waitsForAState() throws {
        try withContainers { fixture in
            let web = try LibraryScene(fixture).busybox("wait")
            #expect(try web.wait(for: [.running, .frozen], within: .milliseconds(50)) == nil)
            try web.start()
            #expect(try web.wait(for: [.running, .frozen]) == .running)
            try web.reboot(within: .seconds(20))
            #expect(try web.state == .running)
            try web.stop()
            #expect(try web.wait(for: [.stopped], within: .zero) == .stopped)
        }
    }

    @Test func lists() throws {
        try withContainers { fixture in
            let scene = LibraryScene(fixture)
            let (one, two) = (try scene.busybox("a"), try scene.busybox("b"))
            try two.start()
            let list = { (selection: Container.Selection) in
                try Container.list(in: fixture.lxcpath, selection, installation: scene.installation)
            }
            #expect(try list(.all) == [one, two])
            #expect(try list(.running) == [two])
            try two.stop()
            #expect(try list(.running) == [])
            #expect(try list(.defined) == [one, two])
            #expect(try Container.list(in: fixture.lxcpath + "/none", installation: scene.installation) == [])
        }
    }
}
