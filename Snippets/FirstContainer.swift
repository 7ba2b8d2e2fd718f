// SPDX-License-Identifier: Apache-2.0
//! Creates a container from an image, starts it, asks about it, shuts it down and destroys it.
import Glibc
import LXC

func fail(_ message: String) -> Never {
    let line = message + "\n"
    write(2, line, line.utf8.count)
    exit(1)
}

do {
    // Name the container. Nothing happens to it by that.
    let container = try Container("apicontainer")
    if container.isDefined { fail("Container already exists") }

    // Create its root filesystem.
    var options = CreateOptions()
    options.isQuiet = true
    try container.create(
        template: "download", arguments: ["--dist", "ubuntu", "--release", "trusty", "--arch", "i386"], options: options)

    // Start it.
    try container.start()

    // Ask about it.
    print("Container state: \(try container.state.rawValue)")
    print("Container PID: \(try container.initPID ?? -1)")

    // Stop it.
    if try !container.shutdown(within: .seconds(30)) {
        print("Failed to cleanly shutdown the container, forcing.")
        try container.stop()
    }

    // Destroy it.
    try container.destroy()
} catch {
    fail("\(error)")
}
