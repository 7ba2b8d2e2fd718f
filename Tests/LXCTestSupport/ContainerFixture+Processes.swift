// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

// The processes of this test's containers, found without asking a tool.
extension ContainerFixture {
    /// Starts one of our tools on this test's lxcpath and goes on.
    package func begin(_ tool: String, _ arguments: String...) throws -> BackgroundProgram {
        try launch(installation.bin + "/lxc-" + tool, ["-P", lxcpath] + arguments)
    }

    /// Starts any program and goes on; it is ended with the test.
    package func launch(_ path: String, _ arguments: [String]) throws -> BackgroundProgram {
        let started = try BackgroundProgram(path, arguments, environment: baseEnvironment)
        atEnd("program \(path)") {
            try started.kill()
            try started.wait()
        }
        return started
    }

    /// The supervisor of a container, when there is one. No other test uses the full name, so no other process can be meant.
    package func supervisor(_ name: String) throws -> Int32? { try supervisors(name).first }

    /// All supervisors of a container: one that ends, and the next that waits for it; youngest first.
    package func supervisors(_ name: String) throws -> [Int32] {
        let title = "[lxc monitor] \(lxcpath) \(name)\0".kernelBytes
        return try DirectoryListing.names(in: "/proc").compactMap { Int32($0) }.sorted(by: >).filter { pid in
            // One that has gone meanwhile, or is a zombie, is not meant.
            (try? WholeFile.read("/proc/\(pid)/cmdline"))?.starts(with: title) == true
        }
    }

    /// The children of a process; none when it has gone.
    package func children(of pid: Int32) throws -> [Int32] {
        do { return try WholeFile.text("/proc/\(pid)/task/\(pid)/children").split(separator: " ").compactMap { Int32($0) } } catch {
            if error.errno == .noSuchFileOrDirectory || error.errno == .noSuchProcess { return [] }
            throw error
        }
    }

    /// Sends SIGKILL to a process of a container and waits until it has ended.
    ///
    /// - Returns: Whether it was still there.
    @discardableResult
    package func kill(_ pid: Int32) throws -> Bool {
        do throws(KernelError) {
            let handle = try PidFD(pid)
            guard handle.isRunning else { return false }
            try handle.send(9)
            _ = handle.waitForEnd(milliseconds: 5000)
            return true
        } catch {
            if error.errno == .noSuchProcess { return false }
            throw error
        }
    }

    /// What a stopped container must not have on the machine: mounts, cgroups, processes, sockets, and its journal.
    package func residue(_ name: String) throws -> [String] {
        var lines = try MachineSnapshot.take(words: [name]).lines
        do { lines.append("journal " + (try WholeFile.text("\(installation.run)\(lxcpath)/\(name).journal"))) } catch {
            if error.errno != .noSuchFileOrDirectory { throw error }
        }
        return lines
    }

    /// Lock files and whatever else is in the run folder for this test's lxcpath.
    package func runFiles() throws -> [String] {
        let found = try run("/usr/bin/find", [installation.run, "-path", "*\(lxcpath)/*"])
        return found.lines.map { String($0.dropFirst(installation.run.count)) }.sorted()
    }
}
