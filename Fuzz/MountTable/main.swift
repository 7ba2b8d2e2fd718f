// SPDX-License-Identifier: Apache-2.0
// Feeds libFuzzer's bytes to the parsers of /proc/PID/mountinfo and of what is worked out from it: no input may trap.
import FuzzDriver
import Glibc
import LXCCgroups
import LinuxKernel

exit(
    fuzz { data, count in
        let bytes = fuzzInput(data, count)
        let table = MountTable(parsing: bytes)
        for entry in table.entries {
            _ = table.isReachable(entry)
            // Lossless text must give back the bytes of a path without escapes.
            precondition(String(kernelBytes: entry.mountPoint.kernelBytes) == entry.mountPoint)
        }
        precondition(table.entries.count + table.malformedLines == bytes.split(separator: 0x0A).count)
        // The same input as the other files that are read together with it.
        let membership = ProcessCgroup(parsing: bytes)
        _ = ProcessStatus(parsing: bytes)
        _ = ProcessStartTime(parsing: bytes)
        let layout = CgroupLayout(mounts: table, membership: membership, leavesInitScope: true)
        for hierarchy in layout.hierarchies { precondition(hierarchy.baseDirectory != nil) }
        return 0
    })
