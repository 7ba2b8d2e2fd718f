// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
internal import Unpacking

/// Makes a container of an image that consists of metadata and a root filesystem.
struct ImageInstallation {
    let options: TemplateOptions
    let metadata: ImageMetadata
    let tree: FilesystemTree
    let isMapped: Bool
    /// Whether every line of the image's configuration is taken over.
    let isTrusted: Bool
    /// Whether the image is to have `/dev/pts`.
    var makesDev = true

    func run() throws(ImageFailure) {
        guard let config = try metadata.text("config") else { throw ImageFailure("the image's metadata has no file \"config\"") }
        let placeholders = Placeholders(options)
        var policy = ImageConfigPolicy()
        var lines = TemplateConfig()
        lines.distribution = try policy.accepted(placeholders.applied(to: config), trusted: isTrusted)

        let root = try attempt("cannot open the root filesystem") { () throws(KernelError) in try DirectoryHandle(opening: options.rootfs) }
        var settings = UnpackSettings()
        settings.makesDevices = options.makesDevices && !isMapped
        settings.excluded = try metadata.lines("excludes").map { String($0.drop { $0 == "/" || $0 == "." }) }.filter { !$0.isEmpty }
        Summary.print(try tree.unpack(into: root, settings))
        if makesDev {
            do throws(KernelError) { try root.makeDirectories("dev/pts") } catch {
                throw ImageFailure("the image has no usable directory /dev: \(error.reason)")
            }
        }
        try placeholders.apply(to: try metadata.lines("templates"), in: root)

        if let fstab = try metadata.text("fstab") {
            try addTable(placeholders.applied(to: fstab), to: &lines, &policy)
        }
        try lines.set("lxc.uts.name", options.name)
        try lines.write(options)
        for note in policy.notes { Surroundings.say(note) }
        if !policy.notes.isEmpty { Surroundings.say("--trust-config takes all of it over") }
        if let message = try metadata.text("create-message") { Self.show(placeholders.applied(to: message)) }
    }

    /// A table of mounts names folders of the host.
    private func addTable(_ text: String, to lines: inout TemplateConfig, _ policy: inout ImageConfigPolicy) throws(ImageFailure) {
        guard isTrusted else { return policy.leftOut("its fstab") }
        let place = options.path + "/fstab"
        try attempt("cannot write \(place)") { () throws(KernelError) in try AtomicFile.write(place, text.kernelBytes, mode: 0o640) }
        try TemplateConfig.changeOwner("fstab", options)
        try lines.set("lxc.mount.fstab", place)
    }

    /// Prints what the image has to say, without what would steer a terminal, and not for ever.
    private static func show(_ message: String) {
        let text = String(
            message.unicodeScalars.filter { $0 == "\n" || $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) }.map(Character.init))
        Surroundings.say("---\n" + text.prefix(8192))
    }
}

extension ImageConfigPolicy {
    /// Remembers that something of the image has no effect.
    mutating func leftOut(_ what: String) { add(note: "left out of the image: \(what), which an image does not decide") }
}
