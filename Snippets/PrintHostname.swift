// SPDX-License-Identifier: Apache-2.0
//! Reads a file of the host, and the same one of a container: there a program does it, as no closure can be run in a container.
import Glibc
import LXC

let container = try Container("p1")
if try !container.isRunning { try container.start() }

func printHostname(_ text: String) {
    print("Hostname: \(text.split(separator: "\n").first ?? "")")
}

// First on the host.
var bytes = [UInt8](repeating: 0, count: 256)
let file = open("/etc/hostname", O_RDONLY)
let count = read(file, &bytes, bytes.count)
close(file)
printHostname(String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self))

// Then in the container.
printHostname(try container.output(of: ["cat", "/etc/hostname"]).text)

if try !container.shutdown(within: .seconds(30)) { try container.stop() }
