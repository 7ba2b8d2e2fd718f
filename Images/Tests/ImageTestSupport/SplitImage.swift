// SPDX-License-Identifier: Apache-2.0

/// An image of metadata and a root filesystem, as image servers have them.
package struct SplitImage {
    /// The files of the metadata.
    package var files: [(name: String, text: String)] = [
        ("config", "# Image's own\nlxc.arch = x86_64\nlxc.tty.max = 2\n"), ("templates", "/etc/hostname\n\n/etc/hosts\n/missing\n"),
        ("excludes-user", "./dev/*\n"), ("create-message", "Welcome to LXC_NAME\u{1B}[31m\n"),
    ]
    package var tree = TarWriter()

    package init() {
        tree.directory("etc")
        tree.file("etc/hostname", "LXC_NAME\n")
        tree.file("etc/hosts", "127.0.0.1 LXC_NAME LXC_PATH\n")
        tree.file("bin/sh", "#!x\n", mode: 0o755)
        tree.file("dev/log", "")
    }

    /// Writes `meta.tar.xz` and `rootfs.tar.xz` below a folder of the place.
    package func write(_ place: Workplace, _ folder: String = "image") throws {
        var meta = TarWriter()
        for file in files { meta.file(file.name, file.text) }
        _ = try place.write(folder + "/meta.tar", meta.finished)
        _ = try place.write(folder + "/rootfs.tar", tree.finished)
        try place.shell("cd \(folder) && xz -f -0 -k meta.tar rootfs.tar")
    }
}
