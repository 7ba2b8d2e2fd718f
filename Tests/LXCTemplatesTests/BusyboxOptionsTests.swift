// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import LXCTemplates

@Suite struct BusyboxOptionsTests {
    @Test func readsWhatLxcCreatePasses() throws {
        let options = try BusyboxOptions([
            "--path=/var/lib/lxc/web", "--name=web", "--rootfs=/mnt/r", "--mapped-uid=1000", "--mapped-gid", "1001",
        ])
        #expect(options.path == "/var/lib/lxc/web")
        #expect(options.name == "web")
        #expect(options.rootfs == "/mnt/r")
        #expect(options.mappedUser == 1000)
        #expect(options.mappedGroup == 1001)
        #expect(options.busyboxPath == nil)
    }

    @Test(arguments: [["-n", "web", "-p", "/c"], ["-nweb", "-p/c"], ["--nam", "web", "--pat=/c"]])
    func acceptsEverySpelling(arguments: [String]) throws {
        let options = try BusyboxOptions(arguments)
        #expect(options.name == "web")
        #expect(options.path == "/c")
    }

    @Test(arguments: [["-h"], ["--help"], ["--name=x", "--help"]])
    func helpNeedsNothingElse(arguments: [String]) throws {
        #expect(try BusyboxOptions(arguments).wantsHelp)
    }

    @Test(arguments: [
        ["--name=web"], ["--path=/c"], ["--name=web", "--path=/c", "extra"], ["--name=web", "--path=/c", "--colour=red"],
        ["--name=web", "--path=/c", "--mapped-uid=many"], ["--name=web", "--path=/c", "--mapped-uid=4294967295"],
        ["--name=web", "--path=/c", "--mapped-gid=-1"], ["--name=web\nlxc.hook.start = /x", "--path=/c"],
        ["--name=web", "--path=/c", "--rootfs=/r\nlxc.cap.keep = all"], ["--name"],
    ])
    func refusesWhatMakesNoSense(arguments: [String]) {
        #expect(throws: TemplateFailure.self) { _ = try BusyboxOptions(arguments) }
    }
}
