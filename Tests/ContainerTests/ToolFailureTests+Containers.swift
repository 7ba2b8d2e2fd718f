// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Of containers that exist.
extension ToolFailureTests {
    @Test func stopped() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("c", config: ["lxc.net.0.type = empty"])
            try fixture.write(fixture.lxcpath + "/program", "#!/no/such/shell\n", mode: 0o755)
            try check(
                fixture, name,
                [
                    Case(
                        "create -n {c} -t busybox", "lxc-create: {c}: Container already exists",
                        "  choose another name, or destroy it first"),
                    Case(
                        "create -n other -t {p}/program",
                        "lxc-create: other: cannot run the template {p}/program: no such file or directory",
                        "  the interpreter named in its first line does not exist"),
                    Case(
                        "freeze -n {c}", "lxc-freeze: {c}: Failed to freeze {p}:{c}: it is not running",
                        "  lxc-ls -f shows which containers run"),
                    Case(
                        "copy -n {c} -N other -s -B loop",
                        "lxc-copy: {c}: cannot clone the root filesystem dir:{p}/{c}/rootfs: a snapshot of dir storage cannot be kept on loop",
                        "  leave -B out, or use -B overlay"),
                    Case(
                        "copy -n {c} -N a/b", "lxc-copy: {c}: cannot use the container name \"a/b\": it contains a slash",
                        "  use letters, digits, hyphens, dots and underscores", "lxc-copy: could not parse command line"),
                    Case("copy -n {c} -N {c} -p {p}", "lxc-copy: {c}: {c} exists already: {p}/{c}/config"),
                    Case(
                        "snapshot -n {c} -r snap7", "lxc-snapshot: {c}: {c} has no snapshot snap7",
                        "  see those there are with lxc-snapshot -n {c} -L"),
                    Case("snapshot -n {c} -c /no/such", "lxc-snapshot: {c}: cannot read the comment /no/such: no such file or directory"),
                    Case(
                        "device -n {c} add /dev/null", "lxc-device: {c}: Container {c} is not running",
                        "  start it first; what it needs at every start belongs into its configuration"),
                    Case(
                        "checkpoint -n {c} -D /tmp/x", "lxc-checkpoint: {c}: cannot checkpoint {c}: it is not running", "  start it first"),
                    Case(
                        "start -n {c} -s lxc.nett.0.type=veth",
                        "lxc-start: {c}: cannot use lxc.nett.0.type: is not a key of the configuration",
                        "  asked for by lxc.nett.0.type at -s", "  did you mean lxc.net.N.type?"),
                    Case(
                        "start -n {c} -s lxc.cap.drop=sys_boott",
                        "lxc-start: {c}: cannot use lxc.cap.drop: there is no capability \"sys_boott\"",
                        "  asked for by lxc.cap.drop at -s", "  did you mean sys_boot?"),
                    Case("start -n {c} -o {p}/no/log", "lxc-start: {c}: cannot open the log file {p}/no/log: no such file or directory"),
                    Case(
                        "start -n {c} -- /no/such", "lxc-start: {c}: cannot execute /no/such in the container: no such file or directory",
                        "  the root filesystem {p}/{c}/rootfs has no /no/such: set lxc.init.cmd, or give a command after --"),
                    Case("start -n {c} -F -o {p}/no/log", "lxc-start: {c}: cannot open the log file {p}/no/log: no such file or directory"),
                    Case(
                        "start -n {c} -p {p}/no/pid", "lxc-start: {c}: cannot write the pid file {p}/no/pid: no such file or directory",
                        "  choose another place with -p"),
                    Case(
                        "start -n {c} -c /dev/null", "lxc-start: {c}: cannot use /dev/null as the console: inappropriate ioctl for device",
                        "  asked for by lxc.console.path at the command line", "  it must be a terminal"),
                    Case(
                        "destroy -n {c} -o {p}/no/log", "lxc-destroy: {c}: cannot open the log file {p}/no/log: no such file or directory"),
                    Case(
                        "execute -n {c}",
                        "lxc-execute: {c}: no command to execute in {c}: neither the command line nor lxc.execute.cmd names one",
                        "  give it after --: lxc-execute -n {c} -- COMMAND"),
                ])
            try fixture.succeed("copy", "-n", name, "-N", fixture.name("clone"), "-s")
            try check(
                fixture, name,
                [
                    Case("destroy -n {c}", "lxc-destroy: {c}: Destroying {c} failed: {c} has clones", "  destroy the clones first"),
                    Case(
                        "copy -n {c} -N third -R", "lxc-copy: {c}: cannot rename {c} to third: {c} has clones", "  destroy the clones first"
                    ),
                ])
            try fixture.succeed("destroy", "-n", fixture.name("clone"))
            try fixture.succeed("snapshot", "-n", name)
            try check(
                fixture, name,
                [
                    Case("destroy -n {c}", "lxc-destroy: {c}: Destroying {c} failed: {c} has snapshots", "  use -s to destroy them too"),
                    Case(
                        "copy -n {c} -N third -R", "lxc-copy: {c}: cannot rename {c} to third: {c} has snapshots",
                        "  destroy them first: lxc-snapshot -n {c} -d ALL"),
                ])
            try fixture.succeed("snapshot", "-n", name, "-d", "ALL")
        }
    }

    @Test func running() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("c", config: ["lxc.net.0.type = empty"])
            try fixture.succeed("start", "-n", name)
            try fixture.write(fixture.rootfs(name) + "/file", "x\n")
            try check(
                fixture, name,
                [
                    Case("destroy -n {c}", "lxc-destroy: {c}: {c} is running", "  stop it first, or use -f to stop and destroy it"),
                    Case(
                        "copy -n {c} -N other", "lxc-copy: {c}: cannot clone {c} to other: {c} is running",
                        "  stop it first: lxc-stop -n {c}"),
                    Case(
                        "copy -n {c} -N other -R", "lxc-copy: {c}: cannot rename {c} to other: {c} is running",
                        "  stop it first: lxc-stop -n {c}"),
                    Case(
                        "snapshot -n {c}", "lxc-snapshot: {c}: cannot make a snapshot of {c}: {c} is running",
                        "  stop it first: lxc-stop -n {c}"),
                    Case(
                        "execute -n {c} -- true", "lxc-execute: {c}: Container is already running",
                        "  run the command in it: lxc-attach -n {c} -- COMMAND"),
                    Case(
                        "attach -n {c} -- /no/such", "lxc-attach: {c}: cannot execute /no/such in the container: no such file or directory",
                        "  the path, or the interpreter that it names, does not exist in the container", code: 127),
                    Case(
                        "attach -n {c} -- nosuch", "lxc-attach: {c}: cannot execute nosuch in the container: no such file or directory",
                        "  no directory of PATH has it in the container", code: 127),
                    Case(
                        "attach -n {c} -- /file", "lxc-attach: {c}: cannot execute /file in the container: permission denied",
                        "  it must be an executable file for the architecture of the container", code: 126),
                    Case(
                        "cgroup -n {c} memory.nosuch",
                        "lxc-cgroup: {c}: Failed to retrieve value of 'memory.nosuch' for '{p}:{c}': \(ControllerReason.ofFile("memory", orElse: "no such file or directory"))"
                    ),
                    Case(
                        "cgroup -n {c} pids.max many",
                        "lxc-cgroup: {c}: Failed to assign 'many' value to 'pids.max' for '{p}:{c}': \(ControllerReason.ofFile("pids", orElse: "invalid argument"))"
                    ),
                    Case(
                        "device -n {c} add /no/such",
                        "lxc-device: {c}: cannot add /no/such to {c}: the host has neither a network interface nor a file of that name"),
                    Case(
                        "device -n {c} del eth7",
                        "lxc-device: {c}: cannot move eth7 out of {c}: the container has no network interface of that name"),
                    Case(
                        "console -n {c}", "lxc-console: {c}: standard input is not a terminal",
                        "  run lxc-console on a terminal, or use lxc-attach"),
                    Case("checkpoint -n {c} -D /tmp/x -r", "lxc-checkpoint: {c}: {c} is running", "  stop it first"),
                    // The last one: busybox's init takes at least two seconds, and then it is down.
                    Case(
                        "stop -n {c} -t 1 --nokill", "lxc-stop: {c}: {c} did not stop within 1 seconds", "  kill it with lxc-stop -k -n {c}"
                    ),
                ])
        }
    }

    @Test func disks() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("c", config: ["lxc.net.0.type = empty"])
            let (full, fixed) = (fixture.lxcpath + "/full", fixture.lxcpath + "/fixed")
            for (folder, options) in [(full, "size=64k,mode=0755"), (fixed, "size=1m,mode=0755")] {
                #expect(try fixture.run("/bin/mkdir", [folder]).code == 0)
                #expect(try fixture.run("/bin/mount", ["-t", "tmpfs", "-o", options, "none", folder]).code == 0)
                fixture.atEnd("the disk \(folder)") { _ = try fixture.run("/bin/umount", [folder]) }
            }
            try fixture.write(fixed + "/old", "lxc.utsname = x\n")
            #expect(try fixture.run("/bin/mount", ["-o", "remount,ro", fixed]).code == 0)
            try check(
                fixture, name,
                [
                    Case(
                        "copy -n {c} -N other -p {p}/full",
                        "lxc-copy: {c}: cannot copy the root filesystem dir:{p}/{c}/rootfs: {p}/{c}/rootfs/bin/busybox: no space left on device"
                    ),
                    Case("copy -n {c} -N other -p {p}/fixed", "lxc-copy: {c}: cannot create other: {p}/fixed/other: read-only file system"),
                    Case(
                        "copy -n {c} -N other -p {p}/fixed -R", "lxc-copy: {c}: cannot create other: {p}/fixed/other: read-only file system"
                    ),
                    Case(
                        "update-config -c {p}/fixed/old",
                        "lxc-update-config: cannot rewrite {p}/fixed/old: {p}/fixed/old.backup: read-only file system"),
                    Case(
                        "create -P {p}/fixed -n other -t busybox",
                        "lxc-create: other: cannot create other: {p}/fixed/other: read-only file system"),
                    Case(
                        "create -n other -t busybox --dir {p}/fixed/root",
                        "lxc-create: other: cannot make the root filesystem {p}/fixed/root: read-only file system"),
                    Case(
                        "create -P {p}/full -n other -t busybox",
                        "lxc-busybox: cannot fill the root filesystem: bin/busybox: no space left on device",
                        "lxc-create: other: cannot create other: the template {s}/templates/lxc-busybox ended with status 1",
                        "  what it said stands above; nothing of the container was kept"),
                ])
            // Help that nobody got is no success.
            let help = try fixture.run("/bin/sh", ["-c", "\(fixture.installation.bin)/lxc-usernsexec --help > /dev/full"])
            #expect(help.error == "lxc-usernsexec: cannot write to standard output: no space left on device\n" && help.code == 1)
        }
    }

    @Test func rights() throws {
        try withContainers { fixture in
            let name = try fixture.busybox("c", config: ["lxc.net.0.type = empty"])
            let nobody = [
                "/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "/usr/bin/env",
                "HOME=\(fixture.lxcpath)/home",
            ]
            let script = "chmod 0700 \(fixture.folder(name)); mkdir \(fixture.lxcpath)/home; chown 65534:65534 \(fixture.lxcpath)/home"
            #expect(try fixture.run("/bin/sh", ["-ec", script]).code == 0)
            try check(
                fixture, name, as: nobody,
                [
                    Case(
                        "start -n {c}", "lxc-start: {c}: cannot look into {p}/{c}: permission denied",
                        "  run it as the container's owner, or as root"),
                    Case("destroy -n {c}", "lxc-destroy: {c}: cannot destroy {c}: {p}/{c}: permission denied"),
                    Case(
                        "info -n {c}", "lxc-info: {c}: cannot look at {p}/{c}/config: permission denied",
                        "  run it as the container's owner, or as root"),
                    Case(
                        "snapshot -n {c}", "lxc-snapshot: {c}: cannot look at {p}/{c}/config: permission denied",
                        "  run it as the container's owner, or as root"),
                    Case("copy -n {c} -N other", "lxc-copy: {c}: cannot read {p}/{c}/config: permission denied"),
                    Case(
                        "unfreeze -n {c}", "lxc-unfreeze: {c}: cannot look at {p}/{c}/config: permission denied",
                        "  run it as the container's owner, or as root"),
                    Case("create -n other -t none", "lxc-create: other: cannot create other: {p}/other: permission denied"),
                    Case("update-config -c {p}/{c}/config", "lxc-update-config: cannot read {p}/{c}/config: permission denied"),
                    Case(
                        "unshare -s MOUNT -- true", "lxc-unshare: cannot make the namespaces: operation not permitted",
                        "  run it as root, or add USER to the namespaces"),
                    Case(
                        "checkconfig --user nobody --prepare", "lxc-checkconfig: cannot prepare the system for nobody: only root may",
                        "  run it as root"),
                ])
            try fixture.succeed("start", "-n", name)
            try check(
                fixture, name, as: nobody,
                [
                    Case(
                        "stop -n {c}", "lxc-stop: {c}: Insufficent privileges to control {p}:{c}",
                        "  run it as the container's owner, or as root"),
                    Case(
                        "stop -n {c} -k", "lxc-stop: {c}: Insufficent privileges to control {p}:{c}",
                        "  run it as the container's owner, or as root"),
                    Case(
                        "info -n {c}", "lxc-info: {c}: Insufficent privileges to control {p}:{c}",
                        "  run it as the container's owner, or as root"),
                    Case(
                        "attach -n {c} -- true", "lxc-attach: {c}: Insufficent privileges to control {p}:{c}",
                        "  run it as the container's owner, or as root"),
                    Case(
                        "freeze -n {c}", "lxc-freeze: {c}: Insufficent privileges to control {p}:{c}",
                        "  run it as the container's owner, or as root"),
                    Case(
                        "destroy -n {c}", "lxc-destroy: {c}: Insufficent privileges to control {p}:{c}",
                        "  run it as the container's owner, or as root"),
                    Case(
                        "console -n {c}", "lxc-console: {c}: Insufficent privileges to control {p}:{c}",
                        "  run it as the container's owner, or as root"),
                    Case(
                        "cgroup -n {c} memory.max", "lxc-cgroup: {c}: Insufficent privileges to control {p}:{c}",
                        "  run it as the container's owner, or as root"),
                    Case(
                        "device -n {c} add /dev/null",
                        "lxc-device: {c}: cannot change the devices of {c}: only root may use the host's devices",
                        "  run lxc-device as root"),
                    Case(
                        "checkpoint -n {c} -D /tmp/x", "lxc-checkpoint: {c}: Insufficent privileges to control {p}:{c}",
                        "  run it as the container's owner, or as root"),
                    Case(
                        "wait -n {c} -s STOPPED",
                        "lxc-wait: {c}: cannot wait for {c}: not allowed to control the container: insufficient privileges",
                        "  run it as the container's owner, or as root"),
                ])
        }
    }
}
