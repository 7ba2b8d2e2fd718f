// SPDX-License-Identifier: Apache-2.0
// Feeds libFuzzer's bytes to the parser of /proc/PID/mountinfo.
import FuzzDriver
import Glibc
import LinuxKernel

exit(
    fuzz { data, count in
        let table = MountTable(parsing: fuzzInput(data, count))
        for entry in table.entries.prefix(8) { _ = table.isReachable(entry) }
        return 0
    })
