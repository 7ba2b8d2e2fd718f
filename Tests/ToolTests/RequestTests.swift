// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LXCTools
import LinuxKernel
import Testing

@Suite struct StartRequestTests {
    @Test func everythingAtOnce() {
        let run = ToolRun(
            "lxc-start -n p1 -d -F -p /run/pid -c /dev/tty9 -L con.log -s lxc.uts.name=x -s a=b=c --share-net 1 --share-pid web -- /init -x"
        )
        let request = run.engine.started
        #expect(request?.command == ["/init", "-x"])
        #expect(request?.isForeground == true)
        #expect(request?.pidFile == "/run/pid")
        #expect(request?.console == "/dev/tty9")
        #expect(request?.consoleLog == "con.log")
        #expect(request?.closesDescriptors == false)
        #expect(request?.definitions == [Definition(key: "lxc.uts.name", value: "x"), Definition(key: "a", value: "b=c")])
        #expect(request?.sharedNamespaces == [NamespaceShare(kind: .network, source: "1"), NamespaceShare(kind: .pid, source: "web")])
    }

    @Test(arguments: [("", false), ("-d", false), ("-F", true), ("-F -d", false), ("-d -F", true)])
    func theLastOfDaemonAndForegroundWins(options: String, isForeground: Bool) {
        #expect(ToolRun("lxc-start p1 \(options)").engine.started?.isForeground == isForeground)
    }

    @Test func theBackgroundClosesDescriptors() {
        #expect(ToolRun("lxc-start p1").engine.started?.closesDescriptors == true)
        #expect(ToolRun("lxc-start p1 -F -C").engine.started?.closesDescriptors == true)
    }

    @Test func initsStatusBecomesTheToolsStatus() { #expect(ToolRun("lxc-start p1 -F") { $0.exit = .signal(9) }.status == 137) }

    @Test(arguments: ["-s foo", "-s =foo", "--share-net="]) func malformedValuesAreRefused(options: String) {
        let run = ToolRun("lxc-start p1 \(options)")
        #expect(run.status == 1)
        #expect(run.engine.started == nil)
        #expect(run.errors.hasSuffix("lxc-start: could not parse command line\n"))
    }
}

@Suite struct ExecuteRequestTests {
    @Test func everythingAtOnce() {
        let request = ToolRun("lxc-execute zz -d -u 1000 -g 0 -s a=b --share-ipc 7 -- sh -c true").engine.executed
        #expect(request?.target.name == "zz")
        #expect(request?.command == ["sh", "-c", "true"])
        #expect(request?.isDaemon == true)
        #expect(request?.user == 1000)
        #expect(request?.group == 0)
        #expect(request?.sharedNamespaces == [NamespaceShare(kind: .ipc, source: "7")])
    }

    @Test(arguments: ["-u x", "-u -1", "-g 4294967295", "-g 99999999999999999999"]) func badNumbersAreRefused(options: String) {
        let run = ToolRun("lxc-execute zz \(options) -- true")
        #expect(run.status == 1)
        #expect(run.engine.executed == nil)
    }

    @Test func aMissingCommandIsAUsageError() {
        let run = ToolRun("lxc-execute zz") { $0.failure = ExecuteCommand.noCommand }
        #expect(run.status == 1)
        #expect(
            run.errors == """
                lxc-execute: zz: there is no command to run
                  write it after the name: lxc-execute NAME -- COMMAND
                  or set lxc.execute.cmd
                lxc-execute: could not parse command line

                """)
    }
}

@Suite struct AttachRequestTests {
    @Test func theSeedsExample() {
        let request = ToolRun(words: ["lxc-attach", "-n", "p1", "-e", "-s", "NETWORK|UTSNAME"]).engine.attached
        #expect(request?.namespaces == [.network, .uts])
        #expect(request?.elevated == .all)
        #expect(request?.command == [])
    }

    @Test(
        arguments: [
            (["-e"], .all), (["-eCGROUP"], .cgroup), (["--elevated-privileges=CAP|LSM"], [.capabilities, .securityModule]),
            (["-s", "mnt|pid"], .all), ([], []),
        ] as [([String], AttachRequest.Privileges)])
    func privileges(words: [String], expected: AttachRequest.Privileges) {
        #expect(ToolRun(words: ["lxc-attach", "p1"] + words).engine.attached?.elevated == expected)
    }

    @Test(
        arguments: [
            ("MOUNT|PID|UTSNAME|IPC|USER|NETWORK|CGROUP|TIME", [.mount, .pid, .uts, .ipc, .user, .network, .cgroup, .time]),
            ("mnt|net|uts", [.mount, .network, .uts]), ("Mount", .mount),
        ] as [(String, NamespaceSet)])
    func namespaces(text: String, expected: NamespaceSet) {
        #expect(ToolRun(words: ["lxc-attach", "p1", "-s", text]).engine.attached?.namespaces == expected)
    }

    @Test(arguments: [
        ["-s", "MOUNT,PID"], ["-s", ""], ["-s", "PID|"], ["-eFOO"], ["-e|"], ["-a", "foo"], ["-u", "x"], ["-v", "FOO"], ["-v", "=x"],
    ])
    func wrongValuesAreRefused(words: [String]) {
        let run = ToolRun(words: ["lxc-attach", "p1"] + words + ["--", "true"])
        #expect(run.status == 1)
        #expect(run.engine.attached == nil)
        #expect(run.errors.hasSuffix("lxc-attach: could not parse command line\n"))
    }

    @Test func everythingElse() {
        let request = ToolRun(
            "lxc-attach p1 -a x86_64 -R --clear-env --keep-var A --keep-var B -v C=1 -v D= -L log -u 5 -g 6 -c label -f rc -- ls -l"
        ).engine.attached
        #expect(request?.architecture == "x86_64")
        #expect(request?.remountsSysProc == true)
        #expect(request?.clearsEnvironment == true)
        #expect(request?.keptVariables == ["A", "B"])
        #expect(request?.setVariables == ["C=1", "D="])
        #expect(request?.terminalLog == "log")
        #expect(request?.user == 5)
        #expect(request?.group == 6)
        #expect(request?.context == "label")
        #expect(request?.target.options.rcfile == "rc")
        #expect(request?.command == ["ls", "-l"])
    }

    @Test(arguments: [("", nil), ("--clear-env", true), ("--keep-env", false), ("--clear-env --keep-env", false)] as [(String, Bool?)])
    func environment(options: String, clears: Bool?) {
        #expect(ToolRun("lxc-attach p1 \(options)").engine.attached?.clearsEnvironment == clears)
    }

    @Test func theCommandsStatusIsTheTools() { #expect(ToolRun("lxc-attach p1 -- x") { $0.exit = .notFound }.status == 127) }
}

@Suite struct ConsoleRequestTests {
    @Test(arguments: [("", nil), ("-t 0", 0), ("-t 3", 3), ("-t -1", nil)] as [(String, Int32?)])
    func terminals(options: String, expected: Int32?) throws {
        let run = ToolRun("lxc-console p1 \(options)")
        let request = try #require(run.engine.console)
        #expect(request.terminal == expected)
    }

    @Test(arguments: [("^a", 1), ("^b", 2), ("z", 26), ("^Q", 17)] as [(String, UInt8)])
    func escapes(text: String, expected: UInt8) {
        #expect(ToolRun("lxc-console p1 -e \(text)").engine.console?.escape == expected)
    }

    @Test(arguments: ["-e abc", "-e ^", "-e 1", "-t a", "-t -2"]) func wrongValuesAreRefused(options: String) {
        let run = ToolRun("lxc-console p1 \(options)")
        #expect(run.status == 1)
        #expect(run.engine.console == nil)
    }

    @Test func greeting() {
        #expect(
            ConsoleCommand.greeting(terminal: 1, escape: 1)
                == "\r\nConnected to tty 1\r\nType <Ctrl+a q> to exit the console, <Ctrl+a Ctrl+a> to enter Ctrl+a itself\r\n")
    }
}

@Suite struct StopRequestTests {
    private func parsed(_ options: String) -> StopRequest? { ToolRun("lxc-stop p1 \(options)").engine.stopped }

    @Test(
        arguments: [
            ("", .shutdown, 60, true), ("-t 5", .shutdown, 5, true), ("-t -1", .shutdown, nil, true), ("-t 0", .shutdown, 0, false),
            ("-W", .shutdown, 0, false), ("-W -t 9", .shutdown, 0, false), ("-r", .reboot, 60, true), ("-r -t 7", .reboot, 7, true),
            ("--nokill", .shutdown, 60, false), ("-k", .kill, 0, false), ("-k -t 0", .kill, 0, false),
        ] as [(String, StopRequest.Action, Int?, Bool)])
    func plans(options: String, action: StopRequest.Action, timeout: Int?, kills: Bool) throws {
        let parsed = parsed(options)
        let request = try #require(parsed)
        #expect(request.action == action)
        #expect(request.timeout == timeout)
        #expect(request.killsAfterTimeout == kills)
        #expect(request.takesLock)
    }

    @Test func aHungLockCanBeIgnored() { #expect(parsed("-k --nolock")?.takesLock == false) }

    @Test(arguments: [
        ("-k --nokill", "-k can't be used with --nokill"), ("-k -r", "-k can't be used with -r"), ("-k -t 3", "-k doesn't allow timeouts"),
        ("--nolock", "--nolock may only be used with -k"), ("-t -3", "Invalid timeout: \"-3\" is not -1 or a number of seconds"),
        ("-t x", "Invalid timeout: \"x\" is not -1 or a number of seconds"),
    ])
    func forbiddenMixes(options: String, message: String) {
        let run = ToolRun("lxc-stop x \(options)")
        #expect(run.status == 1)
        #expect(run.errors == "lxc-stop: x: \(message)\n")
        #expect(run.engine.stopped == nil)
    }

    @Test func nothingToStopIsTwo() {
        let run = ToolRun("lxc-stop p1") { $0.failure = StopCommand.notRunning("p1") }
        #expect(run.status == 2)
        #expect(run.errors == "lxc-stop: p1: p1 is not running\n  lxc-ls -f shows which containers run\n")
    }
}

@Suite struct WaitRequestTests {
    @Test func statesAndTime() {
        let request = ToolRun(words: ["lxc-wait", "p1", "-s", "STOPPED|RUNNING", "-t", "0"]).engine.waited
        #expect(request?.states == [.stopped, .running])
        #expect(request?.timeout == 0)
        #expect(ToolRun("lxc-wait p1 -s FROZEN").engine.waited?.timeout == nil)
    }

    @Test func theAnswerIsTheStatus() {
        #expect(ToolRun("lxc-wait p1 -s RUNNING").status == 0)
        #expect(ToolRun("lxc-wait p1 -s RUNNING -t 1") { $0.stateReached = false }.status == 1)
    }

    @Test(arguments: ["running", "FOO", "RUNNING|", "|"]) func unknownStates(words: String) {
        let run = ToolRun(words: ["lxc-wait", "p1", "-s", words])
        #expect(run.status == 1)
        #expect(run.errors.hasPrefix("lxc-wait: p1: invalid state '"))
        #expect(run.engine.waited == nil)
    }

    @Test(arguments: ["lxc-wait p1", "lxc-wait p1 -s RUNNING -t abc", "lxc-wait p1 -s RUNNING -t -2"])
    func parseErrors(line: String) {
        let run = ToolRun(line)
        #expect(run.status == 1)
        #expect(run.errors.hasSuffix("lxc-wait: could not parse command line\n"))
    }
}

@Suite struct SmallRequestTests {
    @Test func destroy() {
        let request = ToolRun("lxc-destroy -f -s p1").engine.destroyed
        #expect(request?.stopsFirst == true)
        #expect(request?.includesSnapshots == true)
        #expect(ToolRun("lxc-destroy p1").engine.destroyed?.stopsFirst == false)
    }

    @Test func cgroup() {
        let get = ToolRun("lxc-cgroup p1 cpu.shares") { $0.controls = ["cpu.shares": "1024\n"] }
        #expect(get.output == "1024\n\n")
        let set = ToolRun("lxc-cgroup -n p1 cpu.shares 512 1024")
        #expect(set.output.isEmpty)
        #expect(set.engine.calls == ["write 512 to cpu.shares of p1"])
        for line in ["lxc-cgroup p1", "lxc-cgroup p1 ../../x", "lxc-cgroup p1 a/b", "lxc-cgroup p1 .."] {
            let run = ToolRun(line)
            #expect(run.status == 1)
            #expect(run.engine.calls.isEmpty)
            #expect(run.errors.hasSuffix("lxc-cgroup: could not parse command line\n"))
        }
    }

    @Test(arguments: [
        ("lxc-device add -n p1 /dev/ttyUSB0 /dev/ttyS0", "add /dev/ttyUSB0 as /dev/ttyS0 of p1"),
        ("lxc-device -n p1 -- add eth1", "add eth1 as - of p1"),
        ("lxc-device p1 del eth1 eth0", "delete eth1 as eth0 of p1"),
    ])
    func device(line: String, call: String) {
        let run = ToolRun(line)
        #expect(run.status == 0)
        #expect(run.output.isEmpty && run.errors.isEmpty)
        #expect(run.engine.calls == [call])
    }

    @Test(arguments: [
        ("lxc-device -n p1", "there is no command"), ("lxc-device -n p1 add", "there is no device"),
        ("lxc-device -n p1 give /dev/fuse", "\"give\" is neither add nor del"),
        ("lxc-device -n p1 add a b c", "the word \"c\" is too many"),
        ("lxc-device -n p1 add \u{FF0F}dev eth/0", "\"eth/0\" is no name"), ("lxc-device", "No container name specified"),
    ])
    func deviceWithoutSense(line: String, complaint: String) {
        let run = ToolRun(line)
        #expect(run.status == 1)
        #expect(run.engine.calls.isEmpty)
        #expect(run.errors.contains(complaint), "\(run.errors)")
    }

    @Test func monitorDaemon() {
        #expect(ToolRun("lxc-monitord /var/lib/lxc 5").engine.daemon == .serve(path: "/var/lib/lxc", readyDescriptor: 5))
        #expect(ToolRun("lxc-monitord --daemon").engine.daemon == .service)
        for line in ["lxc-monitord", "lxc-monitord x 5", "lxc-monitord /x y", "lxc-monitord /x -- -1"] {
            #expect(ToolRun(line).status == 1)
        }
    }
}
