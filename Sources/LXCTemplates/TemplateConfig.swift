// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The configuration file of the container that a template fills.
struct TemplateConfig {
    /// The container's folder.
    let folder: String
    /// Where its root filesystem is.
    let rootfs: String
    /// Who gets the file in a container with mapped ids; nil leaves it.
    var owner: (user: UInt32?, group: UInt32?) = (nil, nil)

    init(folder: String, rootfs: String) {
        self.folder = folder
        self.rootfs = rootfs
    }

    /// Appends lines, after one that names the root filesystem where none does.
    ///
    /// - Throws: ``KernelError`` when the file cannot be read or written; a symbolic link in its place is not followed.
    func append(_ lines: String) throws(KernelError) {
        let directory = try DirectoryHandle(opening: folder)
        var present: [UInt8] = []
        if try directory.status("config") != nil {
            present = try directory.open("config", [.readOnly, .noControllingTerminal]).readAll(
                limit: 1 << 20, subject: directory.subject("config"))
        }
        var text = present.last.map { $0 == UInt8(ascii: "\n") ? "" : "\n" } ?? ""
        if !Self.namesRootfs(present) { text += "lxc.rootfs.path = dir:\(rootfs)\n" }
        text += lines
        let file = try directory.open("config", [.writeOnly, .append, .create, .noFollow], mode: 0o640)
        try file.writeAll(text.kernelBytes)
        if owner.user != nil || owner.group != nil {
            // The highest number leaves an id as it is: chown(2).
            try directory.changeOwner("config", user: owner.user ?? .max, group: owner.group ?? .max)
        }
    }

    /// Whether a configuration says where the root filesystem is; lxc-create writes that before it runs a template.
    static func namesRootfs(_ config: [UInt8]) -> Bool {
        config.split(separator: UInt8(ascii: "\n")).contains { line in
            let word = line.drop { $0 == 0x20 || $0 == 0x09 }.prefix { $0 != 0x20 && $0 != 0x09 && $0 != UInt8(ascii: "=") }
            return word.elementsEqual("lxc.rootfs.path".utf8) || word.elementsEqual("lxc.rootfs".utf8)
        }
    }
}
