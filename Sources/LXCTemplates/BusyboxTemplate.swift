// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The template `lxc-busybox`: fills a root filesystem with the host's busybox and completes the container's configuration.
package enum BusyboxTemplate {
    /// Runs the template as a program; complaints go to standard error.
    ///
    /// - Parameter arguments: The words after the program's name.
    /// - Returns: 0 when the container is complete (or help was asked for), else 1.
    package static func run(_ arguments: [String]) -> Int32 {
        TemplateProgram.run("lxc-busybox") { () throws(TemplateFailure) in
            let options = try BusyboxOptions(arguments)
            if options.wantsHelp { return HostProgram.say(BusyboxOptions.usage) }
            try make(options)
        }
    }

    /// Makes the container that the options describe.
    ///
    /// - Throws: ``TemplateFailure`` at the first step that does not succeed; lxc-create removes what was made until then.
    package static func make(_ options: BusyboxOptions) throws(TemplateFailure) {
        guard ProcessControl.effectiveUser == 0 else {
            throw TemplateFailure("only root can make a root filesystem", advice: "run lxc-create as root")
        }
        let busybox = try BusyboxProgram(at: options.busyboxPath)
        let rootfs = options.rootfs ?? options.path + "/rootfs"
        do {
            try makeFolder(rootfs)
            try BusyboxRootfs(at: rootfs).fill(with: busybox, name: options.name)
        } catch {
            let advice =
                error.errno == .tooManySymbolicLinkLevels
                ? "the root filesystem has a symbolic link there; start from an empty folder" : nil
            throw TemplateFailure("cannot fill the root filesystem", error, advice: advice)
        }
        do {
            var config = TemplateConfig(folder: options.path, rootfs: rootfs)
            config.owner = (options.mappedUser, options.mappedGroup)
            try config.append(BusyboxConfig.lines(name: options.name, libraries: busybox.isStatic ? [] : HostLibraries.folders))
        } catch {
            throw TemplateFailure("cannot complete the configuration", error)
        }
    }

    /// The folder of the root filesystem; lxc-create has made it, a user who runs the template by hand perhaps not.
    private static func makeFolder(_ path: String) throws(KernelError) {
        if try FileStatus.ifPresent(path) != nil { return }
        guard let slash = path.lastIndex(of: "/") else { return }
        let parent = path[..<slash]
        try DirectoryHandle(opening: parent.isEmpty ? "/" : String(parent)).makeDirectories(String(path[slash...]))
    }
}
