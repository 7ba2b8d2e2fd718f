// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel
import Testing

@Suite struct ControlAddressTests {
    @Test func hashesAsThePublishedVectors() {
        #expect(NameHash("a").text == "af63dc4c8601ec8c")
        #expect(NameHash("/srv/lxc/c1").text == "20003f6d3838a15e")
        #expect(NameHash("").text == "cbf29ce484222325")
    }

    @Test func longNamesAreHashed() {
        // "/p/" + name + "/command": 105 bytes are used as they are, 106 are not.
        let fits = String(repeating: "n", count: 105 - "/p//command".count)
        #expect(CommandAddress(lxcPath: "/p", name: fits).text == "/p/\(fits)/command")
        let tooLong = fits + "n"
        #expect(CommandAddress(lxcPath: "/p", name: tooLong).text == "lxc/\(NameHash("/p/\(tooLong)").text)/command")
    }

    @Test(arguments: [("/var/lib/lxc///", "/var/lib/lxc/c1/command"), ("/a//b", "/a//b/c1/command"), ("rel", "rel/c1/command")])
    func onlyTrailingSlashesAreDropped(path: String, text: String) {
        #expect(CommandAddress(lxcPath: path, name: "c1").text == text)
    }

    @Test func monitorSocketHasTwoSlashes() {
        #expect(MonitorAddress(lxcPath: "/var/lib/lxc").text == "lxc/ad055575fe28ddd5//var/lib/lxc")
        #expect(MonitorAddress(lxcPath: "/var/lib/lxc/").text == "lxc/ad055575fe28ddd5//var/lib/lxc")
    }

    @Test func filesOfTheRunDirectory() {
        let run = RunDirectory(path: "/run/lxc")
        #expect(run.monitorFifo(lxcPath: "/var/lib/lxc/") == "/run/lxc/var/lib/lxc/monitor-fifo")
        #expect(run.lockFile(lxcPath: "/var/lib/lxc", name: "p1") == "/run/lxc/lock/var/lib/lxc/.p1")
    }
}

@Suite struct ControlStateMessageTests {
    @Test func stateOfTheWire() {
        let bytes = StateMessage(name: "p1", event: .state(.frozen)).encoded
        #expect(bytes.count == 264)
        #expect(Array(bytes[0..<8]) == [0, 0, 0, 0, 0x70, 0x31, 0, 0])
        #expect(Array(bytes[260...]) == [6, 0, 0, 0])
        #expect(StateMessage(decoding: bytes) == StateMessage(name: "p1", event: .state(.frozen)))
    }

    @Test func exitStatusOfTheWire() {
        let message = StateMessage(name: "p1", event: .exited(waitStatus: 0x0100))
        #expect(Array(message.encoded[0..<4]) == [2, 0, 0, 0])
        #expect(StateMessage(decoding: message.encoded) == message)
    }

    @Test func aLongNameIsCutAndStaysTerminated() {
        let bytes = StateMessage(name: String(repeating: "x", count: 400), event: .state(.running)).encoded
        #expect(bytes[4 + 255] == 0)
        #expect(StateMessage(decoding: bytes)?.name.count == 255)
    }

    @Test(arguments: [0, 263, 265]) func rejectsOtherSizes(size: Int) {
        #expect(StateMessage(decoding: [UInt8](repeating: 0, count: size)) == nil)
    }

    @Test(arguments: [(0, UInt8(1)), (0, 3), (260, 8), (260, 0xFF)]) func rejectsUnknownNumbers(offset: Int, value: UInt8) {
        var bytes = StateMessage(name: "p1", event: .state(.running)).encoded
        bytes[offset] = value
        #expect(StateMessage(decoding: bytes) == nil)
    }

    @Test func rejectsANameWithoutItsEnd() {
        var bytes = StateMessage(name: "p1", event: .state(.running)).encoded
        for index in 4..<260 { bytes[index] = 0x61 }
        #expect(StateMessage(decoding: bytes) == nil)
    }
}
