// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The template `lxc-softwarecontainer`: a folder for one application, which sees the host's programs and libraries read-only.
///
/// The environment names what else it sees, as Pelagicore's template of that name has it: `CMAKE_INSTALL_PREFIX` (the application's
/// own files), `GATEWAY_DIR` (shared with the host, writable) and `ENABLE_NETWORKGATEWAY` (`ON`: with iptables).
package enum SoftwareContainerTemplate {
    private static let folders = [
        "bin", "dev", "etc", "etc/pulse", "home", "lib", "lib64", "proc", "root", "sbin", "usr", "usr/lib", "usr/lib64", "usr/sbin", "sys",
        "tmp", "gateways",
    ]

    private static let usage = """
        Usage: lxc-create -t softwarecontainer -n NAME

        A container for one application (lxc-execute runs it): busybox under the names
        of its applets, and the host's /usr, /lib and /lib64, read-only.

        From the environment:
          CMAKE_INSTALL_PREFIX       the application's files, seen at the same place
          GATEWAY_DIR                folder of the host that is /gateways, writable
          ENABLE_NETWORKGATEWAY=ON   with the host's iptables

        Given by lxc-create:
          -n, --name=NAME  -p, --path=DIR  --rootfs=DIR

        """

    /// Runs the template as a program; complaints go to standard error.
    ///
    /// - Parameter arguments: The words after the program's name.
    /// - Returns: 0 when the container is complete (or help was asked for), else 1.
    package static func run(_ arguments: [String]) -> Int32 {
        TemplateProgram.run("lxc-softwarecontainer") { () throws(TemplateFailure) in
            guard let place = try place(arguments) else { return HostProgram.say(usage) }
            guard ProcessControl.effectiveUser == 0 else {
                throw TemplateFailure("only root can make a root filesystem", advice: "run lxc-create as root")
            }
            try make(place)
        }
    }

    private struct Place {
        var path = ""
        var rootfs: String?
    }

    private static func place(_ arguments: [String]) throws(TemplateFailure) -> Place? {
        let rows = [
            OptionRow(short: UInt8(ascii: "h"), long: "help", argument: .none),
            .init(short: UInt8(ascii: "p"), long: "path", argument: .required),
            .init(short: UInt8(ascii: "n"), long: "name", argument: .required), .init(short: nil, long: "rootfs", argument: .required),
            .init(short: nil, long: "mapped-uid", argument: .required), .init(short: nil, long: "mapped-gid", argument: .required),
        ]
        let scanned = try TemplateProgram.scan("softwarecontainer", arguments, rows)
        var place = Place()
        for occurrence in scanned.occurrences {
            switch occurrence.row {
            case 0: return nil
            case 1: place.path = occurrence.argument ?? ""
            case 3: place.rootfs = occurrence.argument
            default: break
            }
        }
        if place.path.isEmpty { throw TemplateFailure("--path is needed", advice: "templates are run by lxc-create") }
        return place
    }

    private static func make(_ place: Place) throws(TemplateFailure) {
        let rootfs = place.rootfs ?? place.path + "/rootfs"
        let busybox = try BusyboxProgram(at: nil)
        let prefix = try variable("CMAKE_INSTALL_PREFIX")
        let gateways = try variable("GATEWAY_DIR")
        let hasNetworkGateway = ProcessEnvironment.value("ENABLE_NETWORKGATEWAY") == "ON"
        let iptables = hasNetworkGateway ? try HostProgram.find("iptables") : nil
        if hasNetworkGateway && iptables == nil {
            throw TemplateFailure("iptables is not installed, and ENABLE_NETWORKGATEWAY is ON", advice: "apt-get install iptables")
        }
        do throws(KernelError) {
            try HostPath.makeDirectories(rootfs)
            try fill(try DirectoryHandle(opening: rootfs), busybox, prefix, iptables)
            // Programs inside have ids of their own and must be able to leave something there.
            if let gateways { try HostPath.changePermissions(gateways, to: 0o777) }
        } catch { throw TemplateFailure("cannot fill the root filesystem", error) }
        var mounts = [(InstalledPaths.initProgram, "bin/init.lxc", "ro"), (busybox.path, "bin/busybox", "ro")]
        if let prefix { mounts.insert((prefix, String(prefix.drop { $0 == "/" }), "ro"), at: 0) }
        if let iptables { mounts.append((iptables.path, "bin/iptables", "ro")) }
        if let gateways { mounts.append((gateways, "gateways", "rw")) }
        do {
            try TemplateConfig(folder: place.path, rootfs: rootfs).append(try lines(mounts, place.path + "/config"))
        } catch { throw TemplateFailure("cannot complete the configuration", error) }
    }

    /// An absolute path out of the environment; nil when it is not set.
    private static func variable(_ name: String) throws(TemplateFailure) -> String? {
        guard let value = ProcessEnvironment.value(name), !value.isEmpty else { return nil }
        guard value.hasPrefix("/"), !value.kernelBytes.contains(where: { $0 < 0x20 }), value != "/" else {
            throw TemplateFailure("\(name) is \"\(value)\"", advice: "set it to the absolute path of a folder")
        }
        return value
    }

    private static func fill(
        _ root: borrowing DirectoryHandle, _ busybox: BusyboxProgram, _ prefix: String?, _ iptables: HostProgram?
    ) throws(KernelError) {
        for folder in folders + (prefix.map { [$0] } ?? []) {
            try root.makeDirectories(folder)
            try root.open(folder, [.readOnly, .directory]).setPermissions(0o755)
        }
        var files: [(path: String, content: String)] = [
            ("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"), ("etc/group", "root:x:0:root\n"),
            // No shared memory is mounted that pulse could use.
            ("etc/pulse/client.conf", "disable-shm=yes\n"), ("etc/machine-id", machineID() + "\n"),
        ]
        if try FileStatus.ifPresent("/etc/resolv.conf") != nil {
            files.append(("etc/resolv.conf", try WholeFile.text("/etc/resolv.conf", limit: 1 << 20)))
        }
        for file in files {
            let made = try root.open(file.path, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o644)
            try made.writeAll(file.content.kernelBytes)
            try made.setPermissions(0o644)
        }
        // Where the host's programs are mounted at the start.
        for name in ["busybox", "init.lxc"] + (iptables == nil ? [] : ["iptables"]) { try root.makeFile("bin/" + name, mode: 0o755) }
        let bin = try root.directory("bin")
        for applet in busybox.applets {
            let name = DirectoryHandle.split(applet).name
            if name == "busybox" || (name == "iptables" && iptables != nil) { continue }
            do { try bin.makeSymbolicLink(name, to: "busybox") } catch {
                if error.errno != .fileExists { throw error }
            }
        }
    }

    /// A new identity for D-Bus: machine-id(5).
    private static func machineID() -> String {
        let digits = Array("0123456789abcdef")
        return String((0..<32).map { _ in digits[Int.random(in: 0..<16)] })
    }

    private static func lines(_ mounts: [(String, String, String)], _ config: String) throws(KernelError) -> String {
        var text = ""
        let present = try FileStatus.ifPresent(config) == nil ? "" : WholeFile.text(config, limit: 1 << 20)
        // The configuration that goes with the template has these already.
        if !present.split(separator: "\n").contains(where: { $0.hasPrefix("lxc.mount.entry = /usr usr ") }) {
            text += """
                lxc.autodev = 1
                lxc.tty.max = 1
                lxc.pty.max = 1
                lxc.signal.halt = SIGKILL
                lxc.mount.auto = proc sys
                lxc.mount.entry = /usr usr none ro,bind 0 0
                lxc.mount.entry = /lib lib none ro,bind 0 0
                lxc.mount.entry = /lib64 lib64 none ro,bind,optional 0 0

                """
        }
        for (source, target, access) in mounts {
            text += "lxc.mount.entry = \(MountText.escaped(source)) \(MountText.escaped(target)) none \(access),bind 0 0\n"
        }
        return text
    }
}
