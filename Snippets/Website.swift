// SPDX-License-Identifier: Apache-2.0
//! Makes a base container once, a web server of it once, and a new website at each run: copies that share what they do not change.
import Glibc
import LXC

if geteuid() != 0 {
    print("The use of overlayfs requires privileged containers.")
    exit(1)
}

/// Starts a container, runs programs in it, and stops it.
func prepare(_ container: Container, with commands: [[String]]) throws {
    try container.start()
    _ = try container.addresses(within: .seconds(30))
    for command in commands { try container.attach(command) }
    if try !container.shutdown(within: .seconds(30)) { try container.stop() }
}

var overlay = CopyOptions.snapshot
overlay.storage = .overlay

// Create a base container, if it is missing, and customize it a bit.
let base = try Container("base")
if !base.isDefined {
    var options = CreateOptions()
    options.isQuiet = true
    try base.create(
        template: "download", arguments: ["--dist", "ubuntu", "--release", "precise", "--arch", "i386"], options: options)
    try prepare(base, with: [["apt-get", "update"], ["apt-get", "dist-upgrade", "-y"]])
}

// Copy it as web, if that does not exist, and install a web server.
let web = try Container("web")
if !web.isDefined {
    try base.copy(to: "web", options: overlay)
    try prepare(web, with: [["apt-get", "update"], ["apt-get", "install", "apache2", "-y"]])
}

// Create a website of it.
let site = try web.copy(to: "mysite", options: overlay)
try site.start()
if let address = try site.addresses(family: .inet, within: .seconds(30)).first {
    print("Website running at: http://\(address)")
} else if try !site.shutdown(within: .seconds(30)) {
    try site.stop()
}
