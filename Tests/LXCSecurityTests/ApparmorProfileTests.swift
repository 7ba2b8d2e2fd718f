// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@testable import LXCSecurity

/// The text of the profiles; that the kernel does with it what it should is tested in the virtual machine.
struct ApparmorProfileTests {
    /// Whether one of AppArmor's patterns, as far as they are used here, matches a path.
    private func matches(_ pattern: Substring, _ path: Substring) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        if pattern == "{,/**}" { return path.isEmpty || path.hasPrefix("/") && path.count > 1 }
        if first == "*" {
            let rest = pattern.dropFirst()
            return path.indices.prefix { path[..<$0].allSatisfy { $0 != "/" } }.contains { matches(rest, path[$0...]) }
                || matches(rest, path.suffix(0)) && !path.contains("/")
        }
        guard let character = path.first else { return false }
        if first == "[", let end = pattern.firstIndex(of: "]") {
            return !pattern[..<end].dropFirst(2).contains(character) && matches(pattern[pattern.index(after: end)...], path.dropFirst())
        }
        return first == character && matches(pattern.dropFirst(), path.dropFirst())
    }

    @Test func patternsLeaveOutTheExceptionsOnly() {
        let patterns = ApparmorPatterns(folder: "/s/", exceptions: ["kernel/sem", "kernel/shmmax", "kernel/sem_next", "net/**"]).all
        func isDenied(_ path: String) -> Bool { patterns.contains { matches($0[...], path[...]) } }
        for path in ["/s/kernel/sem", "/s/kernel/shmmax", "/s/kernel/sem_next", "/s/net/a", "/s/net/ipv4/conf/all/x", "/other", "/s2/a"] {
            #expect(!isDenied(path), "\(path)")
        }
        for path in [
            "/s/x", "/s/kerb", "/s/kernel/se2", "/s/kernel/semaphore", "/s/kernel/sem_other", "/s/kernel/sysrq", "/s/kernel/random/x",
            "/s/network", "/s/fs/nr", "/s/kernels/sem", "/s/nett/a", "/s/kernel/sem_next2",
        ] {
            #expect(isDenied(path), "\(path)")
        }
    }

    @Test func namesArePlainInRules() {
        let profile = ApparmorProfile(container: "a*b[c]", lxcPath: "/var/lib/l\"x", allowsNesting: false, raw: ["deny /x w,"])
        #expect(profile.name == "lxc-a*b[c]_</var/lib/l\"x>")
        #expect(profile.fileName == "lxc-a*b[c]_<-var-lib-l\"x>")
        #expect(profile.text.hasPrefix("profile \"lxc-a\\*b\\[c\\]_</var/lib/l\\\"x>\" flags="))
        #expect(profile.text.hasSuffix("  deny /x w,\n}\n"))
        #expect(!profile.text.contains("pivot_root"))
    }

    @Test func sharedProfilesHaveTheNamesOfCLXC() {
        #expect(
            ApparmorProfile.sharedNames == [
                "lxc-container-default", "lxc-container-default-cgns", "lxc-container-default-with-mounting",
                "lxc-container-default-with-nesting",
            ])
        #expect(ApparmorProfile(shared: "unconfined") == nil)
    }

    /// The files that are installed say what the programs say; LXC_TEST_WRITE_PROFILES=1 writes them.
    @Test(arguments: ApparmorProfile.sharedNames) func shippedFilesAreUpToDate(name: String) throws {
        let profile = try #require(ApparmorProfile(shared: name))
        let checkout = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = "\(checkout)/share/apparmor/lxc/lxc-\(name.dropFirst("lxc-container-".count))"
        let text = "# SPDX-License-Identifier: Apache-2.0\n# For lxc.apparmor.profile = \(name)\n\n" + profile.text
        if ProcessEnvironment.value("LXC_TEST_WRITE_PROFILES") != nil { try AtomicFile.write(file, text.kernelBytes, mode: 0o644) }
        #expect(try WholeFile.text(file) == text)
    }

    @Test(.enabled("needs apparmor_parser (apt-get install apparmor)") { try FileStatus.ifPresent("/etc/apparmor.d/abi/3.0") != nil })
    func theParserTakesEveryProfile() throws {
        let names = ApparmorProfile.sharedNames.compactMap { ApparmorProfile(shared: $0) }
        for profile in names + [ApparmorProfile(container: "p1", lxcPath: "/var/lib/lxc", allowsNesting: true, raw: ["deny /x w,"])] {
            let features = "/etc/apparmor.d/abi/3.0"
            let result = try ProgramRun.of(
                "/usr/sbin/apparmor_parser",
                arguments: ["apparmor_parser", "--stdout", "--kernel-features", features, "--policy-features", features],
                environment: ["LC_ALL=C"],
                input: profile.text.kernelBytes, milliseconds: 60000)
            #expect(result.isSuccess && result.output.count > 1000, "\(profile.name): \(String(kernelBytes: result.error))")
        }
    }
}
