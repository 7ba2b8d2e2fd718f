// SPDX-License-Identifier: Apache-2.0
internal import LXCConfig
internal import LinuxKernel
internal import Unpacking

/// Completes the configuration that lxc-create has begun.
struct TemplateConfig {
    /// Lines that come from the image, without a line end.
    var distribution: [String] = []
    /// Lines for this container.
    var container: [String] = []

    /// Adds a setting as a line that is read back as the same value.
    ///
    /// Throws ``ImageFailure`` for a key or value that the configuration cannot hold.
    mutating func set(_ key: String, _ value: String) throws(ImageFailure) {
        var document = ContainerConfigDocument(path: "image")
        do { try document.set(key, value) } catch {
            throw ImageFailure("the image asks for \(key) = \(shown(value)), which cannot be: \(error.reason)")
        }
        let bytes = document.bytes
        if bytes.dropLast().contains(where: { $0 < 0x20 && $0 != 0x09 }) {
            throw ImageFailure("the image asks for \(key) = \(shown(value)), which has a line break in it")
        }
        container.append(String(kernelBytes: bytes.dropLast()))
    }

    /// Writes the file: comments, the image's lines, what stood there before, the container's lines, and the network.
    ///
    /// The image's lines come first, so that what the administrator has in default.conf wins. The network's lines come last, because
    /// people look for them there.
    func write(_ options: TemplateOptions) throws(ImageFailure) {
        let place = options.path + "/config"
        let present = try attempt("cannot read the configuration") { () throws(KernelError) in
            try FileStatus.ifPresent(place) == nil ? [] : try WholeFile.read(place, limit: 1 << 20)
        }
        var (comments, kept, network): ([String], [String], [String]) = ([], [], [])
        for line in present.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast(present.last == 0x0A ? 1 : 0) {
            let text = String(kernelBytes: line)
            let key = text.drop { $0 == " " || $0 == "\t" }
            if key.hasPrefix("lxc.net") {
                network.append(text)
            } else if key.hasPrefix("lxc.") {
                kept.append(text)
            } else {
                comments.append(text)
            }
        }
        var lines = comments
        while lines.last == "" { lines.removeLast() }
        if !lines.isEmpty { lines.append("") }
        if !distribution.isEmpty { lines += ["# What the image asks for"] + distribution + [""] }
        lines += ["# This container"] + kept
        if !kept.contains(where: { $0.hasPrefix("lxc.rootfs.path") || $0.hasPrefix("lxc.rootfs ") }) {
            lines.append("lxc.rootfs.path = dir:" + options.rootfs)
        }
        lines += container
        if !network.isEmpty { lines += ["", "# Network"] + network }
        let bytes = lines.joined(separator: "\n").kernelBytes + [0x0A]
        do { _ = try ConfigParser.parse(bytes, name: place) } catch {
            throw ImageFailure("the configuration that comes out of the image is not valid: \(error.key ?? ""): \(error.reason)")
        }
        try attempt("cannot write the configuration") { () throws(KernelError) in
            try AtomicFile.write(place, bytes, mode: 0o640)
        }
        try Self.changeOwner("config", options)
    }

    /// Gives a file of the container's folder to who owns the container.
    static func changeOwner(_ name: String, _ options: TemplateOptions) throws(ImageFailure) {
        guard options.mappedUser != nil || options.mappedGroup != nil else { return }
        try attempt("cannot change the owner of \(name)") { () throws(KernelError) in
            // The highest number leaves an id as it is: chown(2).
            try DirectoryHandle(opening: options.path).changeOwner(
                name, user: options.mappedUser ?? .max, group: options.mappedGroup ?? .max)
        }
    }

    /// A file of the shared configuration; nil when this installation has none of that name.
    static func shared(_ name: String) throws(ImageFailure) -> String? {
        let path = InstalledPaths.config + "/" + name
        return try attempt("cannot look for \(path)") { () throws(KernelError) in try FileStatus.ifPresent(path) } == nil ? nil : path
    }
}
