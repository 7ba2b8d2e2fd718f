// SPDX-License-Identifier: Apache-2.0
import LXCStorage
import LinuxKernel

/// The templates `lxc-debian` and `lxc-ubuntu`: a system of the archive's packages, copied out of a cache.
package enum DistributionTemplate {
    /// Runs the template as a program; complaints go to standard error.
    ///
    /// - Parameters:
    ///   - distribution: Whose packages are installed.
    ///   - arguments: The words after the program's name.
    /// - Returns: 0 when the container is complete (or help was asked for), else 1.
    package static func run(_ distribution: Distribution, _ arguments: [String]) -> Int32 {
        TemplateProgram.run("lxc-" + distribution.name) { () throws(TemplateFailure) in
            let options = try DistributionOptions(distribution, arguments)
            if options.wantsHelp { return HostProgram.say(DistributionOptions.usage(distribution)) }
            guard ProcessControl.effectiveUser == 0 else {
                throw TemplateFailure(
                    "only root can make a system of packages", advice: "run lxc-create as root, or use the template download")
            }
            if options.onlyCleans { return try SystemCache(distribution).clean() }
            try make(options)
        }
    }

    private static func make(_ options: DistributionOptions) throws(TemplateFailure) {
        let release = options.release ?? options.distribution.defaultRelease
        let bootstrap = Bootstrap(options: options, release: release, handler: try options.architecture.handler())
        let home = try options.sharedHome.map { (name) throws(TemplateFailure) in try SystemAccounts.HostUser.find(name).home }
        let rootfs = options.rootfs ?? options.path + "/rootfs"
        try copySystem(bootstrap, options, to: rootfs)
        let system: InstalledSystem
        do { system = try InstalledSystem(options, at: rootfs, release: release) } catch {
            throw TemplateFailure("cannot complete the system", error)
        }
        try system.complete()
        if let home {
            do { try DirectoryHandle(opening: rootfs).makeDirectories(home) } catch { throw TemplateFailure("cannot make \(home)", error) }
        }
        do {
            try TemplateConfig(folder: options.path, rootfs: rootfs).append(lines(options, home))
        } catch { throw TemplateFailure("cannot complete the configuration", error) }
    }

    private static func copySystem(_ bootstrap: Bootstrap, _ options: DistributionOptions, to rootfs: String) throws(TemplateFailure) {
        let cache = try SystemCache(options.distribution)
        // What shapes the system is in its name; the rest is done to the copy.
        var name = "\(bootstrap.release)-\(options.architecture.name)"
        if options.variant != "minbase" { name += "-" + options.variant }
        if options.hasNonFree { name += "-nonfree" }
        let source = try cache.system(name, isFresh: options.flushesCache, make: bootstrap.make)
        HostProgram.say("Copying \(source)\n")
        var copy = TreeCopy()
        copy.fillsExisting = true
        do {
            if try FileStatus.ifPresent(rootfs) == nil { try HostPath.makeDirectories(rootfs) }
            _ = try copy.run(from: source, to: rootfs)
        } catch { throw TemplateFailure("cannot copy the system to \(rootfs)", error) }
        if options.interpreter != nil { try bootstrap.copyInterpreter(into: rootfs) }
    }

    private static func lines(_ options: DistributionOptions, _ home: String?) -> String {
        var text = """

            # What containers of \(options.distribution.title) have in common
            lxc.include = \(InstalledPaths.config)/\(options.distribution.name).common.conf

            lxc.uts.name = \(options.name)
            lxc.arch = \(options.architecture.name)
            lxc.tty.max = 4
            lxc.pty.max = 1024

            """
        if options.hasOldInit { text += "lxc.signal.halt = SIGPWR\n" }
        if let home {
            text += "lxc.mount.entry = \(MountText.escaped(home)) \(MountText.escaped(String(home.dropFirst()))) none bind 0 0\n"
        }
        return text
    }
}
