// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@testable import LXCConfig

/// K20: a value that is set by a program stays one value of its key, or is refused.
@Suite struct SmuggledValueTests {
    static let keys = [
        "lxc.environment", "lxc.uts.name", "lxc.hook.pre-start", "lxc.mount.entry", "lxc.cgroup2.memory.max",
        "lxc.sysctl.net.ipv4.ip_forward",
        "lxc.init.cmd", "lxc.execute.cmd", "lxc.rootfs.path", "lxc.net.0.script.up", "lxc.group", "lxc.apparmor.raw", "lxc.console.logfile",
        "lxc.seccomp.notify.cookie", "lxc.proc.oom_score_adj", "lxc.include",
    ]
    static let breaks = ["\n", "\r", "\r\n", "\n\n", "\u{2028}", "\u{85}", "\u{0B}", "\0", "\0\n", "\\\n", "\"\n", "'\n"]

    @Test("K20: nothing becomes a second line", arguments: keys, breaks) func oneValue(key: String, separator: String) throws {
        for start in ["A=b", "/a", "/usr usr none bind 0 0", "1"] {
            var document = try ConfigParser.parse(Array("lxc.tty.max = 1\n".utf8), name: "k20")
            // Refused is as good.
            do { try document.set(key, start + separator + "lxc.hook.stop = /attack") } catch { continue }
            let read = try ConfigParser.parse(document.bytes, name: "k20")
            #expect(read.config.hooks.commands(.stop).isEmpty, "\(String(kernelBytes: document.bytes))")
            #expect(read.config.entries.count <= 2, "\(String(kernelBytes: document.bytes))")
            #expect(read.value(of: key) == document.value(of: key))
        }
    }
}
