// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The template `lxc-busybox`: fills a root filesystem with the host's busybox and completes the container's configuration.
package enum BusyboxTemplate {
    /// Runs the template as a program; complaints go to standard error.
    ///
    /// - Parameter arguments: The words after the program's name.
    /// - Returns: 0 when the container is complete (or help was asked for), else 1.
    package static func run(_ arguments: [String]) -> Int32 {
        do {
            let options = try BusyboxOptions(arguments)
            if options.wantsHelp {
                report(BusyboxOptions.usage, on: .output)
                return 0
            }
            try make(options)
            return 0
        } catch {
            report("lxc-busybox: \(error.message)\n" + (error.advice.map { "  \($0)\n" } ?? ""), on: .error)
            return 1
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
            try BusyboxConfig.append(options, rootfs: rootfs, libraries: busybox.isStatic ? [] : HostLibraries.folders)
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

    private static func report(_ text: String, on stream: StandardStream) {
        // When even standard error is closed, the exit status is all that is left to say.
        do { try stream.write(text) } catch {}
    }
}
