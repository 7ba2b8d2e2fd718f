// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The command line of the templates `debian` and `ubuntu`: what both have, and what only one of C LXC's had, in one table.
struct DistributionOptions: Sendable {
    let distribution: Distribution
    var name = ""
    var path = ""
    var rootfs: String?
    var architecture = DebianArchitecture.host
    var release: String?
    /// debootstrap's `--variant`
    var variant = "minbase"
    /// More packages to install.
    var packages: [String] = []
    var mirror: String?
    var securityMirror: String?
    var keyring: String?
    /// File with public keys that may log in.
    var authorizedKeys: String?
    var hasNonFree = false
    /// The host's interpreter to copy into the root filesystem.
    var interpreter: String?
    var flushesCache = false
    /// Only removes what is cached.
    var onlyCleans = false
    var user: String?
    var password: String?
    /// User of the host whose home the container shares.
    var sharedHome: String?
    var isVerbose = false
    var wantsHelp = false

    /// Whether the container has the init of System V.
    var hasOldInit: Bool { distribution.hasOldInit(isForeign: !architecture.isNative) }

    enum Row: Int, CaseIterable {
        case help, name, path, rootfs, architecture, release, variant, packages, mirror, securityMirror, keyring, authorizedKeys, nonFree
        case interpreter, flushCache, clean, user, password, bindHome, debug, mappedUser, mappedGroup

        var option: OptionRow {
            switch self {
            case .help: OptionRow(short: UInt8(ascii: "h"), long: "help", argument: .none)
            case .name: OptionRow(short: UInt8(ascii: "n"), long: "name", argument: .required)
            case .path: OptionRow(short: UInt8(ascii: "p"), long: "path", argument: .required)
            case .rootfs: OptionRow(short: nil, long: "rootfs", argument: .required)
            case .architecture: OptionRow(short: UInt8(ascii: "a"), long: "arch", argument: .required)
            case .release: OptionRow(short: UInt8(ascii: "r"), long: "release", argument: .required)
            case .variant: OptionRow(short: UInt8(ascii: "v"), long: "variant", argument: .required)
            case .packages: OptionRow(short: nil, long: "packages", argument: .required)
            case .mirror: OptionRow(short: nil, long: "mirror", argument: .required)
            case .securityMirror: OptionRow(short: nil, long: "security-mirror", argument: .required)
            case .keyring: OptionRow(short: nil, long: "keyring", argument: .required)
            case .authorizedKeys: OptionRow(short: UInt8(ascii: "S"), long: "auth-key", argument: .required)
            case .nonFree: OptionRow(short: nil, long: "enable-non-free", argument: .none)
            case .interpreter: OptionRow(short: UInt8(ascii: "I"), long: "interpreter-path", argument: .required)
            case .flushCache: OptionRow(short: UInt8(ascii: "F"), long: "flush-cache", argument: .none)
            case .clean: OptionRow(short: UInt8(ascii: "c"), long: "clean", argument: .none)
            case .user: OptionRow(short: UInt8(ascii: "u"), long: "user", argument: .required)
            case .password: OptionRow(short: nil, long: "password", argument: .required)
            case .bindHome: OptionRow(short: UInt8(ascii: "b"), long: "bindhome", argument: .required)
            case .debug: OptionRow(short: UInt8(ascii: "d"), long: "debug", argument: .none)
            case .mappedUser: OptionRow(short: nil, long: "mapped-uid", argument: .required)
            case .mappedGroup: OptionRow(short: nil, long: "mapped-gid", argument: .required)
            }
        }
    }

    /// Reads the words after the program's name.
    ///
    /// - Throws: ``TemplateFailure`` when a word is not understood, or `--name` or `--path` is missing.
    init(_ distribution: Distribution, _ arguments: [String]) throws(TemplateFailure) {
        self.distribution = distribution
        let scanned = try TemplateProgram.scan(distribution.name, arguments, Row.allCases.map { $0.option })
        for occurrence in scanned.occurrences {
            guard let row = Row(rawValue: occurrence.row) else { continue }
            try take(row, occurrence.argument ?? "")
        }
        if wantsHelp || onlyCleans { return }
        if let word = scanned.operands.first {
            throw TemplateFailure("unexpected word \"\(word)\"", advice: "lxc-create -t \(distribution.name) -h shows the options")
        }
        if name.isEmpty || path.isEmpty {
            throw TemplateFailure(
                "--name and --path are needed", advice: "templates are run by lxc-create: lxc-create -t \(distribution.name) -n NAME")
        }
    }

    private mutating func take(_ row: Row, _ argument: String) throws(TemplateFailure) {
        // These become lines of files; a line break would smuggle in another.
        if argument.kernelBytes.contains(where: { $0 < 0x20 }) { throw TemplateFailure("an option has a control character in it") }
        switch row {
        case .help: wantsHelp = true
        case .name: name = argument
        case .path: path = argument
        case .rootfs: rootfs = argument
        case .architecture: architecture = DebianArchitecture(try Self.word(argument, "--arch"))
        case .release: release = try Self.word(argument, "--release")
        case .variant: variant = try Self.word(argument, "--variant")
        case .packages: packages = argument.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
        case .mirror: mirror = argument
        case .securityMirror: securityMirror = argument
        case .keyring: keyring = argument
        case .authorizedKeys: authorizedKeys = argument
        case .nonFree: hasNonFree = true
        case .interpreter: interpreter = argument
        case .flushCache: flushesCache = true
        case .clean: onlyCleans = true
        case .user: user = try Self.word(argument, "--user")
        case .password: password = argument
        case .bindHome: sharedHome = try Self.word(argument, "--bindhome")
        case .debug: isVerbose = true
        // The files are root's; who owns them in a container with mapped ids is the id map's doing.
        case .mappedUser, .mappedGroup: break
        }
    }

    /// A word that becomes part of a path and of other programs' command lines.
    private static func word(_ text: String, _ option: String) throws(TemplateFailure) -> String {
        let isPlain = text.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "+"): true
            default: false
            }
        }
        guard isPlain, !text.isEmpty, !text.hasPrefix("-"), !text.hasPrefix(".") else {
            throw TemplateFailure("\(option): \"\(text)\" is not a plain word")
        }
        return text
    }
}
