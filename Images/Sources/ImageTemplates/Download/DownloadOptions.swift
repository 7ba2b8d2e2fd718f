// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
package import Unpacking

/// The command line of the template `lxc-download`.
package struct DownloadOptions: Sendable, Equatable {
    /// How a list of images is printed.
    package enum ListFormat: String, Sendable { case table, json }

    package var common = TemplateOptions()
    package var distribution: String?
    package var release: String?
    package var architecture: String?
    package var variant: String?
    package var server = ImageServer.usual
    package var lists = false
    package var listFormat = ListFormat.table
    package var flushesCache = false
    package var forcesCache = false
    package var keyID: String?
    package var keyserver: String?
    package var keyring: String?
    package var validates = true
    package var trustsConfig = false

    static let usage =
        """
        Usage: lxc-create -t download -n NAME -- [-d DIST -r RELEASE -a ARCH]

        A container from an image of a server. Asks which one when it can.

        Options after "--":
          -d, --dist=NAME       distribution, for example debian
          -r, --release=NAME    its release, for example bookworm
          -a, --arch=NAME       architecture, for example amd64 (default: this machine's)
          --variant=NAME        variant of the image (default: default)
          -l, --list            print which images there are, those that fit
          --format=FORMAT       of the list: table or json
          --server=SERVER       HOST, https://HOST/PATH, or http://HOST, which everybody on
                                the way can change (default: images.linuxcontainers.org)
          --flush-cache         forget what was downloaded before
          --force-cache         use what was downloaded before, however old it is
          --keyring=FILE        accept only what these keys have signed (gpgv)
          --keyid=FINGERPRINT   accept only what this key has signed, got from a key server
          --keyserver=URL       the key server (default: hkps://keyserver.ubuntu.com)
          --no-validate         compare no digests and check no signatures
          --trust-config        take over every line of the image's configuration, also hooks
                                and mounts of the host's folders

        """ + TemplateOptions.usage

    /// Reads the words after the program's name.
    ///
    /// - Throws: ``ImageFailure`` when a word is not understood or one is missing.
    package init(_ arguments: [String]) throws(ImageFailure) {
        let rows = [
            OptionRow(short: UInt8(ascii: "d"), long: "dist", argument: .required),
            OptionRow(short: UInt8(ascii: "r"), long: "release", argument: .required),
            OptionRow(short: UInt8(ascii: "a"), long: "arch", argument: .required),
            OptionRow(short: nil, long: "variant", argument: .required), OptionRow(short: nil, long: "server", argument: .required),
            OptionRow(short: UInt8(ascii: "l"), long: "list", argument: .none), OptionRow(short: nil, long: "format", argument: .required),
            OptionRow(short: nil, long: "flush-cache", argument: .none), OptionRow(short: nil, long: "force-cache", argument: .none),
            OptionRow(short: nil, long: "keyid", argument: .required), OptionRow(short: nil, long: "keyserver", argument: .required),
            OptionRow(short: nil, long: "keyring", argument: .required), OptionRow(short: nil, long: "no-validate", argument: .none),
            OptionRow(short: nil, long: "trust-config", argument: .none),
        ]
        var common = TemplateOptions()
        try common.parse(arguments, program: "download", rows: rows) { (row, argument) throws(ImageFailure) in try take(row, argument) }
        self.common = common
        if common.wantsHelp { return }
        for (option, word) in [("--dist", distribution), ("--release", release), ("--arch", architecture), ("--variant", variant)] {
            // They become folders of the cache.
            if let word, !ListedImage.isName(word) { throw ImageFailure("\(option): \(shown(word)) is not a name that images have") }
        }
        if keyring != nil && keyID != nil { throw ImageFailure("--keyring and --keyid do not go together") }
        if !validates && (keyring != nil || keyID != nil) { throw ImageFailure("--no-validate and keys do not go together") }
        if !lists { try common.check("download") }
    }

    private mutating func take(_ row: Int, _ argument: String) throws(ImageFailure) {
        switch row {
        case 0: distribution = argument
        case 1: release = argument
        case 2: architecture = argument
        case 3: variant = argument
        case 4: server = argument
        case 5: lists = true
        case 6:
            guard let format = ListFormat(rawValue: argument) else {
                throw ImageFailure("--format: \(shown(argument)) is neither table nor json")
            }
            listFormat = format
        case 7: flushesCache = true
        case 8: forcesCache = true
        case 9: keyID = argument
        case 10: keyserver = argument
        case 11: keyring = argument
        case 12: validates = false
        default: trustsConfig = true
        }
    }
}
