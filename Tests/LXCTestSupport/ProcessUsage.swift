// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// What a process of ours holds, to see whether that grows.
package struct ProcessUsage: Sendable, Equatable, CustomStringConvertible {
    /// Open descriptors.
    package let descriptors: Int
    /// Memory that nobody shares and that is not in a file, in KiB.
    package let privateDirty: Int

    package var description: String { "\(descriptors) descriptors, \(privateDirty) KiB" }

    /// Looks at a process.
    ///
    /// - Throws: ``FixtureFailure`` when the kernel does not say, ``KernelError`` when the process is gone.
    package init(of pid: Int32) throws {
        descriptors = try DirectoryListing.names(in: "/proc/\(pid)/fd").count
        let line = try WholeFile.text("/proc/\(pid)/smaps_rollup").split(separator: "\n").first { $0.hasPrefix("Private_Dirty:") }
        guard let size = line?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw FixtureFailure("no Private_Dirty in /proc/\(pid)/smaps_rollup")
        }
        privateDirty = size
    }

    /// Looks at a process that has come to rest: a supervisor gives memory back some time after each start.
    ///
    /// - Throws: ``FixtureFailure`` when it never rests.
    package static func atRest(_ pid: Int32) throws -> ProcessUsage {
        var last = try ProcessUsage(of: pid)
        var unchanged = 0
        for _ in 0..<200 {
            Pause.milliseconds(50)
            let usage = try ProcessUsage(of: pid)
            unchanged = usage == last ? unchanged + 1 : 0
            last = usage
            // Longer than the supervisor waits.
            if unchanged == 8 { return usage }
        }
        throw FixtureFailure("process \(pid) does not come to rest: \(last)")
    }
}
