// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@testable import LXCTemplates

@Suite struct DistributionTests {
    private func options(_ words: String...) throws(TemplateFailure) -> DistributionOptions {
        try DistributionOptions(.debian, ["--path=/c", "--name=n", "--rootfs=/c/rootfs"] + words)
    }

    @Test func readsTheOptionsOfCLXCsTemplates() throws {
        let options = try options(
            "-r", "bookworm", "-a", "armhf", "--packages=vim,less", "--mirror", "http://m/d", "--security-mirror=http://s", "-S", "/k",
            "--enable-non-free", "-I", "/usr/bin/qemu", "-F", "--keyring=/r", "--variant=buildd")
        #expect(options.release == "bookworm" && options.architecture.name == "armhf" && options.packages == ["vim", "less"])
        #expect(options.mirror == "http://m/d" && options.securityMirror == "http://s" && options.authorizedKeys == "/k")
        #expect(options.hasNonFree && options.interpreter == "/usr/bin/qemu" && options.flushesCache && options.keyring == "/r")
        #expect(options.variant == "buildd" && options.name == "n" && options.path == "/c" && options.rootfs == "/c/rootfs")
        #expect(try DistributionOptions(.ubuntu, ["-c"]).onlyCleans)
        let ubuntu = try DistributionOptions(.ubuntu, ["-p/c", "-nn", "-u", "me", "--password", "x", "-b", "you", "-d"])
        #expect(ubuntu.user == "me" && ubuntu.password == "x" && ubuntu.sharedHome == "you" && ubuntu.isVerbose)
    }

    @Test(arguments: [
        ["-r", "../../etc"], ["-r", "a b"], ["-r", ""], ["-a", "--x"], ["-r", ".hidden"], ["--mirror", "http://a\ndeb http://evil"],
        ["--user=a:b"], ["word"], ["--no-such"],
    ])
    func refusesWordsThatWouldBecomeSomethingElse(words: [String]) {
        #expect(throws: TemplateFailure.self) { try DistributionOptions(.debian, ["--path=/c", "--name=n"] + words) }
    }

    @Test(arguments: [
        ("x86_64", "amd64"), ("i686", "i386"), ("aarch64", "arm64"), ("armv7l", "armhf"), ("ppc64le", "ppc64el"), ("riscv64", "riscv64"),
    ])
    func architecturesByEitherName(name: String, debian: String) { #expect(DebianArchitecture(name).name == debian) }

    @Test func anUnknownArchitectureIsSaidPlainly() {
        let failure = #expect(throws: TemplateFailure.self) { try DebianArchitecture("vax").handler() }
        #expect(failure?.message == "there is no architecture vax")
        #expect(throws: Never.self) { try DebianArchitecture.host.handler() }
    }

    /// QEMU has ptrace and netlink by now, but not what systemd sets its services up with.
    @Test("S2.03: a system for another processor gets an init and network tools that QEMU can run")
    func foreignSystemsHaveWhatRuns() {
        let (own, foreign) = (
            Distribution.debian.packages("bookworm", isForeign: false), Distribution.debian.packages("bookworm", isForeign: true)
        )
        #expect(own.contains("init") && !own.contains("sysvinit-core"))
        #expect(foreign.contains("sysvinit-core") && foreign.contains("initscripts") && !foreign.contains("init"))
        for packages in [own, foreign] { #expect(packages.contains("ifupdown") && packages.contains("isc-dhcp-client")) }
    }

    @Test func usersOfTheHost() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\nbroken\nme:x:1000:100:Me,,,:/home/me:/bin/sh\nmeow:x:1:1::/m:\n"
        let user = SystemAccounts.HostUser("me", passwd: passwd)
        #expect(user?.user == 1000 && user?.group == 100 && user?.home == "/home/me")
        #expect(SystemAccounts.HostUser("broken", passwd: passwd) == nil)
        #expect(SystemAccounts.HostUser("you", passwd: passwd) == nil)
    }

    @Test func blanksInFstab() { #expect(MountText.escaped("/home/a b\t\\") == "/home/a\\040b\\011\\134") }

    @Test(arguments: [Distribution.debian, .ubuntu]) func helpNamesEveryOption(distribution: Distribution) {
        let text = DistributionOptions.usage(distribution)
        let hidden: Set = ["mapped-uid", "mapped-gid"]
        let ofUbuntu: Set = ["user", "password", "bindhome"]
        for row in DistributionOptions.Row.allCases {
            guard let long = row.option.long.map({ "\($0)" }), !hidden.contains(long) else { continue }
            if distribution == .debian && ofUbuntu.contains(long) { continue }
            #expect(text.contains("--\(long)"), "\(long)")
        }
    }
}
