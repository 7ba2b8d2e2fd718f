// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// What the tools say, word for word, when they cannot do what users ask of them.
@Suite(.needsRoot) struct ToolFailureTests {
    /// A command line and its answer. `{c}` stands for the container's name, `{p}` for the container path, `{s}` for the folder of what
    /// is installed for every machine, `{t}` for the templates in there.
    struct Case {
        let line: String
        let error: String
        let code: Int32

        init(_ line: String, _ error: String..., code: Int32 = 1) {
            self.line = line
            self.error = error.map { $0 + "\n" }.joined()
            self.code = code
        }
    }

    /// These work on no container, and know no container path; or take it in another way.
    private static let pathless = ["checkconfig", "clone", "start-ephemeral", "unshare", "update-config", "usernsexec"]

    func check(_ fixture: ContainerFixture, _ name: String, as user: [String] = [], _ cases: [Case]) throws {
        let templates = try DirectoryListing.names(in: fixture.installation.templates).map { $0.dropFirst(4) }.joined(separator: " ")
        func filled(_ text: String) -> String {
            var text = text
            for (mark, meaning) in [("{c}", name), ("{p}", fixture.lxcpath), ("{s}", fixture.installation.share), ("{t}", templates)] {
                text = text.split(separator: mark, omittingEmptySubsequences: false).joined(separator: meaning)
            }
            return text
        }
        for one in cases {
            var words = filled(one.line).split(separator: " ").map { $0 == "''" ? "" : String($0) }
            let tool = words.removeFirst()
            let path = Self.pathless.contains(tool) || words.contains("-P") ? [] : ["-P", fixture.lxcpath]
            let command = user + [fixture.installation.bin + "/lxc-" + tool] + path + words
            let result = try fixture.run(command[0], Array(command.dropFirst()))
            let isAsExpected = result.error == filled(one.error) && result.output == "" && result.code == one.code
            #expect(isAsExpected, "\(result)\n--- expected: status \(one.code)\n\(filled(one.error))")
            #expect(result.error.split(separator: "\n").count <= 5)
        }
    }

    @Test func nothingOfThatName() throws {
        try withContainers { fixture in
            try check(
                fixture, "nobody",
                [
                    Case(
                        "start -n {c}", "lxc-start: {c}: no configuration of {c} was found: {p}/{c}/config does not exist",
                        "  see lxc-ls -P {p} for the containers there are, or create it with lxc-create -n {c}"),
                    Case("start -n {c} -f /no/such/file", "lxc-start: {c}: cannot read /no/such/file: no such file or directory"),
                    Case("stop -n {c}", "lxc-stop: {c}: {c} is not running", "  lxc-ls -f shows which containers run", code: 2),
                    Case(
                        "attach -n {c} -- true", "lxc-attach: {c}: Failed to get init pid: the container is not running",
                        "  start the container first with lxc-start"),
                    Case("destroy -n {c}", "lxc-destroy: {c}: Container is not defined", "  see lxc-ls for the containers there are"),
                    Case(
                        "copy -n {c} -N other", "lxc-copy: {c}: Error: container {c} is not defined",
                        "  see lxc-ls for the containers there are"),
                    Case(
                        "copy -n {c} -e", "lxc-copy: {c}: Error: container {c} is not defined", "  see lxc-ls for the containers there are"),
                    Case("info -n {c}", "{c} doesn't exist"),
                    Case(
                        "freeze -n {c}", "lxc-freeze: {c}: Failed to freeze {p}:{c}: it is not running",
                        "  lxc-ls -f shows which containers run"),
                    Case(
                        "unfreeze -n {c}", "lxc-unfreeze: {c}: Failed to unfreeze {p}:{c}: it is not defined",
                        "  see lxc-ls for the containers there are"),
                    Case("cgroup -n {c} memory.max", "lxc-cgroup: {c}: '{p}:{c}' is not running", "  lxc-ls -f shows which containers run"),
                    Case(
                        "snapshot -n {c}", "lxc-snapshot: {c}: Error: container {c} is not defined",
                        "  see lxc-ls for the containers there are"),
                    Case(
                        "execute -n {c}",
                        "lxc-execute: {c}: no command to execute in {c}: neither the command line nor lxc.execute.cmd names one",
                        "  give it after --: lxc-execute -n {c} -- COMMAND"),
                    Case(
                        "clone -P {p} {c} other", "lxc-clone: Error: container {c} is not defined",
                        "  see lxc-ls for the containers there are"),
                    Case(
                        "start-ephemeral -P {p} -o {c} -d", "lxc-start-ephemeral: Error: container {c} is not defined",
                        "  see lxc-ls for the containers there are"),
                ])
        }
    }

    @Test func wrongWords() throws {
        try withContainers { fixture in
            try check(
                fixture, "nobody",
                [
                    Case("start", "lxc-start: No container name specified"),
                    Case(
                        "start -n {c} -l DEBGU", "lxc-start: {c}: -l/--logpriority: \"DEBGU\" is not a log level",
                        "  use one of FATAL ALERT CRIT ERROR WARN NOTICE INFO DEBUG TRACE", "lxc-start: could not parse command line"),
                    Case("stop -n {c} -t abc", "lxc-stop: {c}: Invalid timeout: \"abc\" is not -1 or a number of seconds"),
                    Case(
                        "wait -n {c} -s RUNING", "lxc-wait: {c}: invalid state 'RUNING'",
                        "  use STOPPED, STARTING, RUNNING, STOPPING, ABORTING, FREEZING, FROZEN, THAWED"),
                    Case(
                        "attach -n {c} -s NETWROK", "lxc-attach: {c}: -s/--namespaces: \"NETWROK\" is not a namespace",
                        "  use MOUNT, PID, UTSNAME, IPC, USER, NETWORK, CGROUP, TIME, joined with |",
                        "lxc-attach: could not parse command line"),
                    Case(
                        "create -n {c}", "lxc-create: {c}: A template must be specified",
                        "  Use \"none\" if you really want a container without a rootfs"),
                    Case(
                        "create -n {c} -t busibox", "lxc-create: {c}: bad template: busibox: {s}/templates/lxc-busibox does not exist",
                        "  there are: {t}; or give the absolute path of one"),
                    Case(
                        "create -n {c} -t /etc/passwd", "lxc-create: {c}: bad template: /etc/passwd: it is not a program",
                        "  make it executable (chmod +x)"),
                    Case(
                        "create -n {c} -t busybox -B zsf", "lxc-create: {c}: zsf is not a valid backing storage type.",
                        "  use none, dir, best, btrfs, loop, lvm, nbd, overlay, rbd, zfs"),
                    Case(
                        "create -n ../{c} -t busybox", "lxc-create: ../{c}: \"../{c}\" cannot be a container name",
                        "  a name is a single folder name; give the folder above it with -P", "lxc-create: could not parse command line"),
                    Case(
                        "create -n .{c} -t busybox", "lxc-create: .{c}: cannot use the container name \".{c}\": it begins with a dot",
                        "  use letters, digits, hyphens, dots and underscores", "lxc-create: could not parse command line"),
                    Case("create -n {c} -t busybox -f /no/such", "lxc-create: {c}: cannot read /no/such: no such file or directory"),
                    Case(
                        "create -n {c} -t busybox -B loop --fssize 10X", "lxc-create: {c}: --fssize: \"10X\" is not a size",
                        "  write a number and a unit, such as 500M or 2G", "lxc-create: could not parse command line"),
                    Case(
                        "create -n {c} -t busybox -B loop --fstype nosuch",
                        "lxc-create: {c}: cannot make a filesystem nosuch: mkfs.nosuch is not installed"),
                    Case(
                        "create -n {c} -t busybox -- --nosuch", "lxc-busybox: unrecognized option '--nosuch'",
                        "  lxc-create -t busybox -h shows the options",
                        "lxc-create: {c}: cannot create {c}: the template {s}/templates/lxc-busybox ended with status 1",
                        "  what it said stands above; nothing of the container was kept"),
                    Case("ls --format jsn", "lxc-ls: --format: \"jsn\" is not one of table, json", "lxc-ls: could not parse command line"),
                    Case("update-config -c /no/such", "lxc-update-config: cannot read /no/such: no such file or directory"),
                    Case("update-config -c /etc", "lxc-update-config: cannot read /etc: it is a directory"),
                    Case(
                        "unshare -s MOUNTT -- true", "lxc-unshare: -s/--namespaces: there is no namespace \"MOUNTT\"",
                        "  there are MOUNT, PID, UTSNAME, IPC, USER, NETWORK, CGROUP, TIME"),
                    Case(
                        "unshare -s NETWORK -i nosuch0 -- true",
                        "lxc-unshare: cannot move nosuch0 into the new network namespace: no such device"),
                    Case(
                        "usernsexec -m 0:1 -- true", "lxc-usernsexec: -m: \"0:1\" is not [u|g|b]:FIRST-INSIDE:FIRST-OUTSIDE:COUNT",
                        "lxc-usernsexec: could not parse command line"),
                    Case("top", "lxc-top: standard input or output is not a terminal", "  use -b or --format json for a file or a program"),
                    Case(
                        "start-ephemeral -o {c} -b data", "lxc-start-ephemeral: -b/--bdir: \"data\" is not an absolute path",
                        "lxc-start-ephemeral: could not parse command line"),
                    Case(
                        "clone {c}", "lxc-clone: Error: you must provide orig and new names", "  write lxc-clone ORIG NEW",
                        "lxc-clone: could not parse command line"),
                    Case(
                        "checkconfig --user nosuch", "lxc-checkconfig: there is no user \"nosuch\": /etc/passwd has no such line",
                        "  accounts of a directory service need their lines in /etc/subuid, /etc/subgid and lxc-usernet by hand"),
                    Case(
                        "copy -n {c} -N {c}", "lxc-copy: {c}: the copy cannot have the name of the original",
                        "lxc-copy: could not parse command line"),
                ])
        }
    }

    @Test func configurations() throws {
        try withContainers { fixture in
            let name = try fixture.bare("c", config: ["lxc.net.0.type = empty", "lxc.uts.nam = x"])
            let file = fixture.folder(name) + "/config"
            try check(
                fixture, name,
                [
                    Case(
                        "start -n {c}", "lxc-start: {c}: cannot use lxc.uts.nam: is not a key of the configuration",
                        "  asked for by lxc.uts.nam at {p}/{c}/config:2", "  did you mean lxc.uts.name?"),
                    Case(
                        "info -n {c} -c lxc.uts.name",
                        "lxc-info: {c}: Failure to retrieve information on {p}:{c}: cannot use lxc.uts.nam: is not a key of the configuration",
                        "  asked for by lxc.uts.nam at {p}/{c}/config:2", "  did you mean lxc.uts.name?"),
                    Case(
                        "copy -n {c} -N other", "lxc-copy: {c}: cannot use lxc.uts.nam: is not a key of the configuration",
                        "  asked for by lxc.uts.nam at {p}/{c}/config:2", "  did you mean lxc.uts.name?"),
                    Case(
                        "autostart -a -A",
                        "lxc-autostart: {c}: cannot use lxc.uts.nam: is not a key of the configuration (asked for by lxc.uts.nam at {p}/{c}/config:2)",
                        "lxc-autostart: 1 of 1 containers could not be started"),
                    Case(
                        "create -n other -t none -f {p}/{c}/config",
                        "lxc-create: other: cannot use lxc.uts.nam: is not a key of the configuration",
                        "  asked for by lxc.uts.nam at {p}/{c}/config:2", "  did you mean lxc.uts.name?"),
                ])
            try fixture.write(file, "lxc.include = /no/such\n")
            try check(
                fixture, name,
                [
                    Case(
                        "start -n {c}", "lxc-start: {c}: cannot use lxc.include: there is no file \"/no/such\"",
                        "  asked for by lxc.include at {p}/{c}/config:1", "  correct the path or remove the line")
                ])
            try fixture.write(file, "# a comment\nlxc.uts.name\n")
            try check(
                fixture, name,
                [
                    Case(
                        "start -n {c}", "lxc-start: {c}: cannot use lxc.uts.name: there is no = on this line",
                        "  asked for by lxc.uts.name at {p}/{c}/config:2", "  write KEY = VALUE")
                ])
            try fixture.write(file, "lxc.log.file = {p}/no/log\n".split(separator: "{p}").joined(separator: fixture.lxcpath))
            try check(
                fixture, name,
                [
                    Case(
                        "start -n {c}", "lxc-start: {c}: cannot open the log file {p}/no/log: no such file or directory",
                        "  asked for by lxc.log.file at {p}/{c}/config:1")
                ])
            let made = try fixture.run("/bin/sh", ["-c", "rm \(file); mkdir \(file)"])
            #expect(made.code == 0)
            try check(
                fixture, name,
                [
                    Case("start -n {c}", "lxc-start: {c}: cannot read {p}/{c}/config: it is a directory"),
                    Case(
                        "info -n {c} -c lxc.uts.name",
                        "lxc-info: {c}: Failure to retrieve information on {p}:{c}: cannot read {p}/{c}/config: it is a directory"),
                ])
            #expect(try fixture.run("/bin/rmdir", [file]).code == 0)
            let template = "#!/bin/sh\nfor a; do case $a in --path=*) echo lxc.foo = 1 >> ${a#--path=}/config;; esac; done\n"
            try fixture.write(fixture.lxcpath + "/template", template, mode: 0o755)
            try check(
                fixture, "fresh",
                [
                    Case(
                        "create -n {c} -t {p}/template -f /dev/null",
                        "lxc-create: {c}: the configuration that the template left is not valid: lxc.foo: is not a key of the configuration",
                        "  asked for by lxc.foo at {p}/{c}/config:9", "  did you mean lxc.hook?")
                ])
        }
    }
}
