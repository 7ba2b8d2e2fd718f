// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
internal import Unpacking

/// Checks signatures of GnuPG: every file of the server has one beside it, `NAME.asc`.
struct SignatureCheck {
    /// File with the public keys that are accepted.
    let keyring: String
    /// Where signatures lie for the time of the work.
    let folder: String

    /// Takes the keys of a file.
    init(keyring: String, folder: String) throws(ImageFailure) {
        let status = try attempt("cannot read the keyring") { () throws(KernelError) in try FileStatus(of: keyring) }
        guard status.kind == .regular else { throw ImageFailure("the keyring \(keyring) is no regular file") }
        self.keyring = keyring.hasPrefix("/") ? keyring : "./" + keyring
        self.folder = folder
    }

    /// Gets a key from a key server. Only its full fingerprint says which key is meant: others can have the same end.
    init(fingerprint: String, keyserver: String?, folder: String) throws(ImageFailure) {
        var digits = fingerprint.uppercased().filter { $0 != " " }
        if digits.hasPrefix("0X") { digits.removeFirst(2) }
        guard digits.utf8.count == 40, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x46).contains($0) }) else {
            throw ImageFailure("--keyid takes the 40 digits of a key's fingerprint, not \(shown(fingerprint))")
        }
        let home = folder + "/gnupg"
        let server = keyserver ?? "hkps://keyserver.ubuntu.com"
        guard !server.hasPrefix("-"), server.utf8.allSatisfy(ImageServer.isPlainCharacter) else {
            throw ImageFailure("\(shown(server)) is not a key server")
        }
        try attempt("cannot make a folder for keys") { () throws(KernelError) in try HostPath.makeDirectories(home, mode: 0o700) }
        let gpg = ["--homedir", home, "--batch", "--no-autostart"]
        try Self.run(
            "gpg", ["--homedir", home, "--batch", "--keyserver", server, "--recv-keys", digits],
            failing: "cannot get the key \(digits) from \(server)")
        let list = try Self.run("gpg", gpg + ["--with-colons", "--list-keys"], failing: "cannot read the key \(digits)")
        // The first fingerprint of such a list is that of the key, the others are those of its parts; a second key would have a line "pub", too.
        var fields: [[String]] = []
        for line in list.split(separator: "\n" as Character) {
            fields.append(line.split(separator: ":" as Character, omittingEmptySubsequences: false).map(String.init))
        }
        let found = fields.first { $0[0] == "fpr" && $0.count > 9 }
        guard found?[9] == digits, fields.filter({ $0[0] == "pub" }).count == 1 else {
            throw ImageFailure("\(server) sent another key than \(digits)")
        }
        self.init(exported: home + "/pubring.kbx", folder: folder)
    }

    private init(exported keyring: String, folder: String) {
        self.keyring = keyring
        self.folder = folder
    }

    /// Checks bytes in memory against the signature beside their address.
    func check(_ bytes: [UInt8], _ url: String, _ client: any HTTPClient) throws(ImageFailure) {
        let file = folder + "/signed"
        try attempt("cannot keep \(url)") { () throws(KernelError) in try AtomicFile.write(file, bytes, mode: 0o600) }
        try check(file: file, url, client)
    }

    /// Checks a file against the signature beside its address.
    func check(file: String, _ url: String, _ client: any HTTPClient) throws(ImageFailure) {
        guard let signature = try client.bytes(of: url + ".asc", limit: 1 << 16) else {
            throw ImageFailure("\(url) has no signature beside it", advice: "leave the keyring out to trust the server alone")
        }
        let place = folder + "/signature.asc"
        try attempt("cannot keep the signature") { () throws(KernelError) in try AtomicFile.write(place, signature, mode: 0o600) }
        try Self.run("gpgv", ["--keyring", keyring, place, file], failing: "the signature of \(url) is not good")
    }

    @discardableResult
    private static func run(_ name: String, _ arguments: [String], failing: String) throws(ImageFailure) -> String {
        guard let program = Surroundings.program(name) else {
            throw ImageFailure(
                "signatures need the program \(name), which is not installed", advice: "install it:  apt-get install \(name)")
        }
        let result = try attempt("cannot run \(name)") { () throws(KernelError) in
            try ProgramRun.of(program, arguments: [program] + arguments, environment: Surroundings.helperEnvironment, milliseconds: 120_000)
        }
        guard result.isSuccess else {
            let words = String(kernelBytes: result.error).split(separator: "\n").last.map(String.init) ?? "\(result.status)"
            throw ImageFailure("\(failing): \(shown(words))")
        }
        return String(kernelBytes: result.output)
    }
}
