// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Makes a system out of the archive's packages with debootstrap, or mmdebstrap where only that is installed.
struct Bootstrap {
    let options: DistributionOptions
    let release: String
    /// Who runs the system's programs here; nil for the processor itself.
    let handler: ForeignProgramHandler?

    /// Whether the interpreter must be a file of the system while its packages are set up.
    private var needsInterpreterFile: Bool { options.interpreter != nil || handler.map { !$0.flags.contains("F") } ?? false }

    /// Fills a folder that does not exist yet.
    ///
    /// - Throws: ``TemplateFailure`` when a tool is missing or fails; what it says goes to the user.
    func make(_ folder: String) throws(TemplateFailure) {
        let distribution = options.distribution
        let keyring = options.keyring ?? ProcessEnvironment.value("KEYRING") ?? distribution.keyring.path
        let mirror = options.mirror ?? distribution.mirror(options.architecture.name)
        let components = distribution.components(withNonFree: options.hasNonFree).joined(separator: ",")
        let packages = distribution.packages(release, isForeign: !options.architecture.isNative).joined(separator: ",")
        try checkKeyring(keyring)
        HostProgram.say("Installing \(distribution.title) \(release) for \(options.architecture.name) from \(mirror)\n")
        // Servers that are set up must not run here.
        if let debootstrap = try HostProgram.find("debootstrap") {
            try checkKnown()
            let common = [
                "--arch=\(options.architecture.name)", "--variant=\(options.variant)", "--keyring=\(keyring)", "--components=\(components)",
                "--include=\(packages)",
            ]
            if needsInterpreterFile {
                try debootstrap.run(common + ["--foreign", release, folder, mirror], loud: true)
                try copyInterpreter(into: folder)
                try HostProgram.inside(folder, ["/debootstrap/debootstrap", "--second-stage"], loud: true)
            } else {
                try debootstrap.run(common + [release, folder, mirror], loud: true)
            }
        } else if let mmdebstrap = try HostProgram.find("mmdebstrap") {
            try mmdebstrap.run(
                [
                    "--architectures=\(options.architecture.name)", "--variant=\(options.variant)", "--keyring=\(keyring)",
                    "--components=\(components)", "--include=\(packages)", release, folder, mirror,
                ], loud: true)
            if needsInterpreterFile { try copyInterpreter(into: folder) }
        } else {
            throw TemplateFailure("neither debootstrap nor mmdebstrap is installed", advice: "apt-get install debootstrap")
        }
        // The packages as they were fetched: they would be in every container.
        try HostProgram.inside(folder, ["/usr/bin/apt-get", "clean"])
    }

    private func checkKeyring(_ path: String) throws(TemplateFailure) {
        let package = options.distribution.keyring.package
        do throws(KernelError) {
            if try FileStatus.ifPresent(path) != nil { return }
        } catch { throw TemplateFailure("cannot use the keyring", error) }
        throw TemplateFailure(
            "there are no keys to check the packages with: \(path) does not exist",
            advice: "apt-get install \(package), or name a file with --keyring=FILE")
    }

    /// debootstrap knows releases by scripts of their names, and says nothing that helps when there is none.
    private func checkKnown() throws(TemplateFailure) {
        let scripts = "/usr/share/debootstrap/scripts"
        do throws(KernelError) {
            if try FileStatus.ifPresent(scripts) == nil { return }
            if try FileStatus.ifPresent("\(scripts)/\(release)") != nil { return }
        } catch { throw TemplateFailure("cannot look at debootstrap's scripts", error) }
        throw TemplateFailure(
            "debootstrap does not know the release \(release)",
            advice: "\(scripts) has those that it knows; a link with the new name to the one before it is enough for most")
    }

    /// The interpreter's file at the place where the kernel looks for it.
    func copyInterpreter(into folder: String) throws(TemplateFailure) {
        guard let path = options.interpreter ?? handler?.interpreter else { return }
        do throws(KernelError) {
            let root = try DirectoryHandle(opening: folder)
            let source = try OwnedDescriptor(opening: path, [.readOnly, .noControllingTerminal])
            try root.makeFile(path, mode: 0o755)
            let target = try root.open(path, [.writeOnly, .truncate])
            try target.setPermissions(0o755)
            try source.copyContent(to: target, subject: path)
        } catch { throw TemplateFailure("cannot copy the interpreter \(path)", error) }
    }
}
