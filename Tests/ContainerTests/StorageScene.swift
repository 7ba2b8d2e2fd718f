// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// What tests of storage do with containers and look at.
extension ContainerFixture {
    /// Whether a path names something, be it a link that leads nowhere.
    func isThere(_ path: String) throws -> Bool { try FileStatus.ifPresent(path, followLinks: false) != nil }

    /// The text of a container's configuration.
    func configuration(_ name: String) throws -> String {
        try WholeFile.text(folder(name) + "/config")
    }

    /// Creates a busybox container with more options of lxc-create; returns its full name.
    func create(_ short: String, _ options: String...) throws -> String {
        let name = name(short)
        let tool = installation.bin + "/lxc-create"
        let result = try run(tool, ["-P", lxcpath, "-n", name, "-t", "busybox", "-f", "/dev/null"] + options, seconds: 60)
        guard result.code == 0 else { throw FixtureFailure("\(result)") }
        return name
    }

    /// What a script prints in a running container.
    func inside(_ name: String, _ script: String) throws -> String {
        try succeed("attach", "-n", name, "--", "/bin/sh", "-c", script).output
    }

    /// What is written in one run is there in the next.
    func checkThatItKeepsFiles(_ name: String) throws {
        try succeed("start", "-n", name)
        _ = try inside(name, "echo kept > /root/file; mkdir -p /root/many; for i in 1 2 3; do echo $i > /root/many/$i; done")
        try succeed("stop", "-k", "-n", name)
        try succeed("start", "-n", name)
        #expect(try inside(name, "cat /root/file /root/many/*") == "kept\n1\n2\n3\n")
        try succeed("stop", "-k", "-n", name)
    }

    /// Starts a container, runs a script in it, and stops it.
    ///
    /// - Returns: What the script printed.
    @discardableResult
    func visit(_ name: String, _ script: String) throws -> String {
        try succeed("start", "-n", name)
        let output = try inside(name, script)
        try succeed("stop", "-k", "-n", name)
        return output
    }

    /// What a script prints on the host; it must succeed.
    func shell(_ script: String, seconds: Int32 = 60) throws -> String {
        let result = try run("/bin/sh", ["-ec", script], seconds: seconds)
        guard result.code == 0 else { throw FixtureFailure("\(result)") }
        return result.output
    }

    /// The loop devices whose files are of this test.
    func loopDevices() throws -> [String] {
        try DirectoryListing.names(in: "/sys/block").filter { $0.hasPrefix("loop") }.filter { device in
            // A device without a file has no such name.
            (try? WholeFile.text("/sys/block/\(device)/loop/backing_file"))?.contains(tag) ?? false
        }
    }

    /// Puts this test's containers on a btrfs of their own, which must be empty at the end.
    func mountBtrfs() throws {
        let image = lxcpath + ".img"
        atEnd("btrfs image") { [self] in _ = try run("/bin/rm", ["-f", image]) }
        _ = try shell("truncate -s 300M '\(image)' && mkfs.btrfs -q '\(image)' && mount -o loop '\(image)' '\(lxcpath)'")
        atEnd("btrfs") { [self] in
            let result = try run("/bin/umount", [lxcpath])
            if result.code != 0 { throw FixtureFailure("\(result)") }
        }
    }

    /// Makes a container in a folder and turns its root filesystem into something else.
    ///
    /// `script`: runs in the container's folder. `path`: the new `lxc.rootfs.path`, in which an at sign stands for that folder.
    func converted(_ short: String, _ script: String, path: String) throws -> String {
        let name = try busybox(short)
        _ = try shell("cd '\(folder(name))'; exec 2>&1; \(script); rm -r rootfs; mkdir rootfs")
        _ = try shell("sed -i '/^lxc.rootfs.path/d' '\(folder(name))/config'")
        try append(name, ["lxc.rootfs.path = " + path.split(separator: "@").joined(separator: folder(name))])
        return name
    }
}
