// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
package import Unpacking

/// The command line of the template `lxc-local`.
package struct LocalOptions: Sendable, Equatable {
    package var common = TemplateOptions()
    package var metadata = ""
    package var tree = ""
    package var trustsConfig = false
    package var makesDev = true

    static let usage =
        """
        Usage: lxc-create -t local -n NAME -- --metadata=FILE --fstree=FILE

        A container from the files of an image: its metadata and its root filesystem.

        Options after "--":
          -m, --metadata=FILE   meta.tar.xz (also gzip, zstd, or not compressed)
          -f, --fstree=FILE     rootfs.tar.xz (also gzip, zstd, or not compressed), or a squashfs
          --no-dev              leave the image's /dev as it is
          --trust-config        take over every line of the image's configuration, also hooks
                                and mounts of the host's folders

        """ + TemplateOptions.usage

    /// Reads the words after the program's name.
    ///
    /// - Throws: ``ImageFailure`` when a word is not understood or one is missing.
    package init(_ arguments: [String]) throws(ImageFailure) {
        let rows = [
            OptionRow(short: UInt8(ascii: "m"), long: "metadata", argument: .required),
            OptionRow(short: UInt8(ascii: "f"), long: "fstree", argument: .required),
            OptionRow(short: nil, long: "no-dev", argument: .none), OptionRow(short: nil, long: "trust-config", argument: .none),
        ]
        var common = TemplateOptions()
        try common.parse(arguments, program: "local", rows: rows) { (row, argument) throws(ImageFailure) in
            switch row {
            case 0: metadata = argument
            case 1: tree = argument
            case 2: makesDev = false
            default: trustsConfig = true
            }
        }
        self.common = common
        if common.wantsHelp { return }
        if metadata.isEmpty || tree.isEmpty {
            throw ImageFailure(
                "--metadata and --fstree are needed", advice: "lxc-create -t local -n NAME -- -m meta.tar.xz -f rootfs.tar.xz")
        }
        try common.check("local")
    }
}

/// The template `lxc-local`: a container from the files of an image.
enum LocalTemplate {
    static func make(_ options: LocalOptions) throws(ImageFailure) {
        let isMapped = try options.common.isMapped
        let folder = try TemporaryFolder(in: options.common.path, "metadata")
        let handle = try attempt("cannot make a folder for the work") { () throws(KernelError) in try DirectoryHandle(opening: folder.path)
        }
        try ImageMetadata.unpack(try FileSource(opening: options.metadata), into: handle)
        let installation = ImageInstallation(
            options: options.common, metadata: ImageMetadata(handle, isMapped: isMapped), tree: FilesystemTree(path: options.tree),
            isMapped: isMapped, isTrusted: options.trustsConfig, makesDev: options.makesDev)
        try installation.run()
        withExtendedLifetime(folder) {}
    }
}
