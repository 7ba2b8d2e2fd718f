// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCTools
import LinuxKernel
import Testing

@Suite struct ByteSizeTextTests {
    @Test(
        arguments: [
            (0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.00 KiB"), (1208, "1.18 KiB"), (917_504, "896.00 KiB"),
            (1_048_575, "1024.00 KiB"),
            (1 << 20, "1.00 MiB"), (1 << 30, "1.00 GiB"), (5 << 29, "2.50 GiB"), (.max, "17179869184.00 GiB"),
            // Ties go to the even digit, as printf has it: 1.125 and 1.375.
            (1152, "1.12 KiB"), (1408, "1.38 KiB"),
        ] as [(UInt64, String)])
    func binary(bytes: UInt64, text: String) { #expect(ByteSizeText.binary(bytes) == text) }

    @Test(arguments: [(0, "0.00MB"), (917_504, "0.88MB"), (1 << 20, "1.00MB"), (.max, "17592186044416.00MB")] as [(UInt64, String)])
    func megabytes(bytes: UInt64, text: String) { #expect(ByteSizeText.megabytes(bytes) == text) }

    @Test(
        arguments: [(8_641_853, "0.01 seconds"), (0, "0.00 seconds"), (1_999_999_999, "2.00 seconds"), (61_230_000_000, "61.23 seconds")]
            as [(UInt64, String)])
    func seconds(nanoseconds: UInt64, text: String) { #expect(ByteSizeText.seconds(nanoseconds: nanoseconds) == text) }
}

@Suite struct JSONValueTests {
    @Test(
        arguments: [
            (.null, "null"), (.boolean(true), "true"), (.integer(-5), "-5"), (.unsigned(.max), "18446744073709551615"),
            (.array([]), "[]"), (.object([]), "{}"), (.array([.integer(1), .string("a")]), #"[1,"a"]"#),
            (.object([.init("b", .null), .init("a", .array([.boolean(false)]))]), #"{"b":null,"a":[false]}"#),
            (.optional("x"), #""x""#), (.optional(nil as String?), "null"), (.optional(UInt64.max), "18446744073709551615"),
            (.optional(nil as Int32?), "null"),
        ] as [(JSONValue, String)])
    func values(value: JSONValue, text: String) { #expect(value.text == text) }

    @Test(arguments: [
        ("plain é 日本", #""plain é 日本""#), ("\"\\\n\r\t", #""\"\\\n\r\t""#),
        ("\u{0}\u{1B}[0m\u{7F}\u{9B}", #""\u0000\u001b[0m\u007f\u009b""#),
        ("👍", "\"👍\""), ("/", "\"/\""),
    ])
    func strings(value: String, text: String) { #expect(JSONValue.string(value).text == text) }

    @Test func bytesThatAreNoTextStayTellable() {
        #expect(JSONValue.string(String(kernelBytes: [0x61, 0xFF, 0x80])).text == #""a\uefff\uef80""#)
    }
}

@Suite struct ConfigCommandTests {
    @Test func list() {
        #expect(
            ToolRun("lxc-config -l").output == """
                lxc.default_config
                lxc.lxcpath
                lxc.bdev.lvm.vg
                lxc.bdev.lvm.thin_pool
                lxc.bdev.zfs.root
                lxc.cgroup.use
                lxc.cgroup.pattern

                """)
    }

    @Test(
        arguments: [
            ("lxc.lxcpath", "/var/lib/lxc\n", 0), ("lxc.lxc", "/var/lib/lxc\n", 0), ("lxc.cgroup.use", "lxc.cgroup.use is not set.\n", 0),
            ("lxc", "/etc/lxc/default.conf\n", 0), ("foo", "Unknown configuration item: foo\n", 1),
        ] as [(String, String, Int32)])
    func items(word: String, output: String, status: Int32) {
        let run = ToolRun("lxc-config \(word)") { $0.values = [.containerPath: "/var/lib/lxc", .defaultConfig: "/etc/lxc/default.conf"] }
        #expect(run.output == output)
        #expect(run.status == status)
    }

    @Test func withoutAWordItExplainsItself() {
        let run = ToolRun("lxc-config")
        #expect(run.status == 0)
        #expect(run.output == HelpText.help(ConfigCommand.table))
        #expect(ToolRun("lxc-config -h").output == run.output)
    }

    @Test func json() {
        let run = ToolRun("lxc-config lxc.lxcpath --format json") { $0.values = [.containerPath: "/x"] }
        #expect(run.output == #"{"schema":1,"items":{"lxc.lxcpath":"/x"}}"# + "\n")
        #expect(ToolRun("lxc-config -l --format json").output.hasPrefix(#"{"schema":1,"items":{"lxc.default_config":null,"#))
    }

    @Test func manual() {
        #expect(ToolRun("lxc-config --manual lxc-stop").output == ManualPage.text(StopCommand.table))
        #expect(ToolRun("lxc-config --manual nosuch").status == 1)
    }
}
