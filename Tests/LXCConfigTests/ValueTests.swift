// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import LXCConfig

/// The small languages inside of values.
@Suite struct ValueTests {
    @Test(arguments: [
        ("SIGHUP", Int32(1)), ("sigkill", 9), ("SigPwr", 30), ("15", 15), ("64", 64), ("SIGRTMIN", 34), ("SIGRTMIN+3", 37),
        ("SIGRTMAX", 64),
        ("sigrtmax-2", 62), ("SIGIOT", 6), ("SIGCLD", 17), ("SIGUNUSED", 31), ("07", 7),
    ])
    func signals(text: String, number: Int32) throws { #expect(try SignalName.parse(text) == number) }

    @Test(arguments: ["KILL", "RTMIN+3", "SIG", "SIGFOO", "0", "65", "SIGRTMIN+31", "SIGRTMIN-1", "SIGRTMIN+", "SIGRTMAX+1", "-9", ""])
    func noSignals(text: String) { #expect(throws: ValueProblem.self) { try SignalName.parse(text) } }

    @Test(arguments: [
        ("0", UInt64(0)), ("5000", 5000), ("1KB", 1024), ("1 MB", 1 << 20), ("2gb", 2 << 30), ("3K", 3072), ("7B", 7),
        ("8589934591GB", 8_589_934_591 << 30),
    ])
    func sizes(text: String, bytes: UInt64) throws { #expect(try ByteSize.parse(text) == bytes) }

    @Test(arguments: [("auto", UInt64(131_072)), ("0", 0), ("1", 4096), ("4096", 4096), ("4097", 8192), ("8589934591GB", 1 << 63)])
    func buffers(text: String, bytes: UInt64) throws { #expect(try ByteSize.parseBuffer(text, page: 4096) == bytes) }

    @Test(arguments: [
        ("5h", Int64(18_000_000_000_000)), ("-2m", -120_000_000_000), ("3s", 3_000_000_000), ("4ms", 4_000_000), ("5us", 5000), ("6 ns", 6),
        ("0", 0), ("-0s", 0),
    ])
    func offsets(text: String, nanoseconds: Int64) throws {
        #expect(try TimeOffset.parse(text) == nanoseconds)
        #expect(try TimeOffset.parse(TimeOffset.text(nanoseconds)) == nanoseconds)
    }

    @Test(arguments: [
        ("::", "::"), ("::1", "::1"), ("fe80::1", "fe80::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("0:0:0:0:0:0:0:0", "::"), ("2001:DB8::", "2001:db8::"), ("::ffff:10.0.0.1", "::ffff:a00:1"),
        ("1:0:2:0:3:0:4:0", "1:0:2:0:3:0:4:0"),
        ("1::8", "1::8"), ("0:0:1::", "0:0:1::"),
    ])
    func ipv6(text: String, canonical: String) throws {
        let address = try #require(IPAddress(ipv6: text))
        #expect(address.description == canonical && IPAddress(ipv6: canonical) == address && !address.isIPv4)
    }

    @Test(arguments: ["", ":", "1:", "1:2", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8::", "g::", "::1.2.3", "1.2.3.4::", "::1.2.3.4:5", "1:::2"])
    func noIPv6(text: String) { #expect(IPAddress(ipv6: text) == nil) }

    @Test(arguments: [("10.1.2.3", 8), ("172.16.0.1", 16), ("192.168.0.1", 24), ("224.0.0.1", 32)])
    func classes(text: String, prefix: Int) throws {
        let address = try InterfaceAddress(ipv4: text, origin: ConfigOrigin())
        #expect(address.prefixLength == prefix && address.text == "\(text)/\(prefix)")
    }

    @Test func broadcast() throws {
        let address = try InterfaceAddress(ipv4: "10.0.3.4/24 10.0.3.255", origin: ConfigOrigin())
        #expect(address.broadcast?.bytes == [10, 0, 3, 255] && address.prefixLength == 24)
    }

    @Test func randomDigits() throws {
        for _ in 0..<64 {
            let address = try HardwareAddress(parsing: "xX:16:3E:xx:0x:ff")
            #expect(address.bytes[0] & 1 == 0 && Array(address.bytes[1...2]) == [0x16, 0x3E] && address.bytes[4] < 16)
            #expect(try HardwareAddress(parsing: address.text) == address)
        }
    }

    @Test(arguments: [
        ("a b", ["a", "b"]), ("  a\t b ", ["a", "b"]), ("'a b' c", ["a b", "c"]), ("\"a \\\" b\"", ["a \" b"]), ("a\\ b", ["a b"]),
        ("''", [""]), ("a''b", ["ab"]), ("'\\'", ["\\"]), ("\"\\n\"", ["\\n"]), ("", []), ("a=\"b c\"'d e'f", ["a=b cd ef"]),
        ("é 'ü ö'", ["é", "ü ö"]),
    ])
    func commandWords(text: String, words: [String]) throws { #expect(try CommandWords.split(text) == words) }

    @Test(arguments: [
        ["/bin/sh", "-c", "echo \"a b\" 'c'"], ["a\nb", "", "\t", "\r\n"], ["$'x'", "\\", "'", "\"", "a'b\"c\\"], ["é ü", "\u{7F}\u{1}"],
        ["--flag=a b", "$HOME", "`id`", "$(id)", "*"],
    ])
    func commandsSurviveBeingWritten(words: [String]) throws {
        let line = CommandWords.joined(words)
        #expect(try CommandWords.split(line) == words)
        #expect(!line.utf8.contains { $0 < 0x20 })
        let text = try ContainerConfigDocument.with("lxc.init.cmd", line).bytes
        let read = try ConfigParser.parse(text, name: "config").config.process.initCommand
        #expect(try CommandWords.split(read ?? "") == words)
    }

    @Test(arguments: [("'a", 0), ("a \"b", 2), ("a\\", 1), ("\"a\\\"", 0)]) func openCommands(text: String, offset: Int) {
        let failure = #expect(throws: ValueProblem.self) { try CommandWords.split(text) }
        #expect(failure?.offset == offset)
    }

    @Test(arguments: [
        ("chown", 0), ("checkpoint_restore", 40), ("63", 63), ("mac_admin", 33), ("sys_time", 25), ("audit_read", 37),
    ])
    func capabilities(word: String, number: Int) {
        #expect(CapabilityName(word: word)?.number == number)
        #expect(CapabilityName(number: number).flatMap { CapabilityName(word: $0.name) }?.number == number)
    }

    @Test func fortyOneCapabilities() { #expect(CapabilityName.names.count == 41 && Set(CapabilityName.names).count == 41) }

    @Test func mountOptions() throws {
        let options = try MountOptions(
            parsing: "rbind,ro,nodev,noexec,rw,,size=5M,devgid=5,rox,rslave,create=dir,optional,relative,idmap=container,mode=1777")
        #expect(options.flags == [.bind, .recursive, .noDev, .noExec] && options.cleared == .readOnly)
        #expect(options.data == "size=5M,devgid=5,rox,mode=1777")
        #expect(options.propagation == MountPropagation(kind: .slave, isRecursive: true))
        #expect(options.create == .directory && options.isOptional && options.isRelative && options.idmap == "container")
        let again = try MountOptions(parsing: "nosuid,suid,dev,nodev,defaults,async,strictatime,nostrictatime")
        #expect(again.flags == .noDev && again.cleared == [.noSuid, .synchronous, .strictAccessTime] && again.data.isEmpty)
    }

    @Test(arguments: [
        ("ro", MountFlagSet.readOnly), ("nosuid", .noSuid), ("nodev", .noDev), ("noexec", .noExec), ("sync", .synchronous),
        ("dirsync", .dirSync), ("noatime", .noAccessTime), ("nodiratime", .noDirAccessTime), ("relatime", .relativeAccessTime),
        ("strictatime", .strictAccessTime), ("lazytime", .lazyTime), ("mand", .mandatoryLock), ("bind", .bind), ("remount", .remount),
    ])
    func mountFlags(word: String, flag: MountFlagSet) throws {
        #expect(try MountOptions(parsing: word).flags == flag)
        for other in [word + "x", "x" + word, word + "=1", word.uppercased()] { #expect(try MountOptions(parsing: other).data == other) }
    }

    @Test func mountEntryEscapes() throws {
        let entry = try MountEntry(parsing: "/a\\040b\\011c\\012d\\134e\\\\f\\999 t/\\ none bind,x=\\040 0 0")
        #expect(entry.source == "/a b\tc\nd\\e\\f\\999" && entry.target == "t/\\" && entry.options.data == "x= ")
        #expect(try MountEntry(parsing: "proc proc proc").options == MountOptions())
        #expect(try MountEntry(parsing: "a b c d # why not").options.data == "d")
    }

    @Test(arguments: [("1000:2000", UInt64(1000), UInt64(2000)), ("5", 5, 5), ("unlimited", .max, .max), ("1 : unlimited", 1, .max)])
    func limits(text: String, soft: UInt64, hard: UInt64) throws {
        let limit = try ResourceLimitText.parse(name: "nofile", text, origin: ConfigOrigin())
        #expect(limit.soft == soft && limit.hard == hard)
    }

    @Test(arguments: ["2:1", "unlimited:5", "1:2:3", "", ":", "-1", "x", "18446744073709551615"]) func noLimits(text: String) {
        #expect(throws: ValueProblem.self) { try ResourceLimitText.parse(name: "7", text, origin: ConfigOrigin()) }
    }

    @Test(arguments: [("lxc.uts.nmae", "lxc.uts.name"), ("lxc.tty.mx", "lxc.tty.max"), ("abcdefgh", nil), ("", nil)])
    func suggestions(word: String, guess: String?) {
        #expect(KeySuggestion.nearest(to: word, among: KeyRegistry.keys.map(\.name)) == guess)
    }

    @Test(arguments: [("ab", "ba", 1), ("abc", "", 3), ("kitten", "sitting", 3), ("same", "same", 0)])
    func distances(first: String, second: String, distance: Int) {
        #expect(KeySuggestion.distance(Array(first.utf8), Array(second.utf8)) == distance)
    }

    @Test(arguments: [("FATAL", LogLevel.fatal), ("trace", .trace), ("5", .error), ("Info", .info)])
    func logLevels(word: String, level: LogLevel) { #expect(LogLevel(word: word) == level) }

    @Test(arguments: ["arm", "armel", "armhf", "i686", "x86", "mips", "x32"]) func narrowMachines(name: String) {
        #expect(KernelArchitecture(name: name) == .linux32)
    }
}

extension ContainerConfigDocument {
    fileprivate static func with(_ key: String, _ value: String) throws(ConfigProblem) -> ContainerConfigDocument {
        var document = ContainerConfigDocument()
        try document.set(key, value)
        return document
    }
}
