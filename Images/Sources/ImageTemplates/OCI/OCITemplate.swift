// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
internal import Unpacking

/// The template `lxc-oci`: a container from an image of the Open Container Initiative.
enum OCITemplate {
    static func make(_ options: OCIOptions) throws(ImageFailure) {
        let isMapped = try options.common.isMapped
        let reference = try OCIReference(options.url)
        let folder = try TemporaryFolder(in: options.common.path, "oci")
        let architecture = options.architecture ?? OCIArchitecture.host
        let image: OCIImage
        switch reference {
        case .layout(let path, let tag):
            image = try OCIImage(try OCILayout(path), tag: tag, architecture: architecture)
        case .archive(let path, let tag):
            image = try OCIImage(try layout(of: path, folder.path), tag: tag, architecture: architecture)
        case .remote(let source):
            Surroundings.say("getting \(shown(source)) with skopeo")
            let copy = SkopeoCopy(
                source: source, architecture: architecture, user: options.user, password: options.password,
                sharedBlobs: options.keepsCache ? Surroundings.cacheFolder(isMapped: isMapped) + "/oci" : nil)
            image = try OCIImage(try copy.fetch(into: folder.path), tag: "latest", architecture: architecture)
        }
        let root = try attempt("cannot open the root filesystem") { () throws(KernelError) in
            try DirectoryHandle(opening: options.common.rootfs)
        }
        var settings = UnpackSettings()
        settings.makesDevices = options.common.makesDevices && !isMapped
        let reports = try image.unpack(into: root, settings) { Surroundings.say("unpacking " + $0) }
        for report in reports { Summary.print(report) }
        try makeMountPoints(root)
        try configure(options, image, root, isMapped)
        withExtendedLifetime(folder) {}
    }

    /// Unpacks the archive of a layout; a layout is small files with names that we know, so the strict rules hold.
    private static func layout(of path: String, _ folder: String) throws(ImageFailure) -> OCILayout {
        let target = folder + "/layout"
        let handle = try attempt("cannot make a folder for the work") { () throws(KernelError) in
            try HostPath.makeDirectories(target, mode: 0o700)
            return try DirectoryHandle(opening: target)
        }
        do { _ = try SafeUnpacker(into: handle).unpack(try FileSource(opening: path)) } catch {
            throw error.during("cannot use the image \(path)")
        }
        return try OCILayout(target)
    }

    /// Where the container's own filesystems go; many images leave them to who starts them.
    private static func makeMountPoints(_ root: DirectoryHandle) throws(ImageFailure) {
        for name in ["dev", "proc", "sys"] {
            do throws(KernelError) { try root.makeDirectories(name) } catch {
                throw ImageFailure("the image has no usable directory /\(name): \(error.reason)")
            }
        }
    }

    private static func configure(
        _ options: OCIOptions, _ image: OCIImage, _ root: DirectoryHandle, _ isMapped: Bool
    ) throws(ImageFailure) {
        var lines = TemplateConfig()
        for name in ["common.conf"] + (isMapped ? ["userns.conf"] : []) + ["oci.common.conf"] {
            if let path = try TemplateConfig.shared(name) { lines.distribution.append("lxc.include = " + path) }
        }
        try lines.set("lxc.uts.name", options.common.name)
        try lines.set("lxc.mount.auto", "proc:mixed sys:mixed cgroup:mixed")
        var settings = OCIRuntimeSettings()
        try settings.add(image.config, try ContainerAccounts(root), to: &lines)
        if options.usesDHCP {
            let hook = InstalledPaths.hooks + "/dhclient"
            let status = try attempt("cannot look for \(hook)") { () throws(KernelError) in try FileStatus.ifPresent(hook) }
            if status == nil {
                throw ImageFailure(
                    "--dhcp needs the hook \(hook), which is not installed",
                    advice: "leave --dhcp out; lxc.net.0.ipv4.address in the configuration gives a fixed address")
            }
            for key in ["lxc.hook.start-host", "lxc.hook.stop"] { try lines.set(key, hook) }
        }
        try lines.write(options.common)
        for note in settings.notes { Surroundings.say(note) }
    }
}
