// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import LinuxKernel
internal import Unpacking

/// Gets an image from a registry or another place that skopeo(1) knows, as a layout in a folder.
struct SkopeoCopy {
    let source: String
    let architecture: String
    /// For the registry; never on a command line, where everybody sees it.
    var user: String?
    var password: String?
    /// Where blobs are kept for the next time; nil to keep none.
    var sharedBlobs: String?

    /// Fetches the image.
    ///
    /// `folder`: one that nobody else can read; gets `layout` and, for the time of the work, the file with the password.
    func fetch(into folder: String) throws(ImageFailure) -> OCILayout {
        guard let skopeo = Surroundings.program("skopeo") else {
            throw ImageFailure(
                "\(shown(source)) needs the program skopeo, which is not installed", advice: "install it:  apt-get install skopeo")
        }
        let target = folder + "/layout"
        // --override-*: the image for the container, whatever the host is. --insecure-policy is not given: the host's policy decides.
        var arguments = [skopeo, "--override-os", "linux", "--override-arch", OCIArchitecture.name(architecture), "copy"]
        if let file = try credentials(in: folder) { arguments += ["--authfile", file] }
        if let sharedBlobs {
            try attempt("cannot make the cache \(sharedBlobs)") { () throws(KernelError) in try HostPath.makeDirectories(sharedBlobs) }
            arguments += ["--dest-shared-blob-dir", sharedBlobs]
        }
        arguments += [source, "oci:" + target + ":latest"]
        var launch = ProgramLaunch(.path(skopeo), arguments: arguments, environment: Surroundings.helperEnvironment)
        launch.diesWithParent = true
        let status = try attempt("cannot run skopeo") { () throws(KernelError) in
            let child = try launch.start()
            return try PidFD(child.pid).collect()
        }
        guard status == .exited(0) else {
            throw ImageFailure(
                "skopeo could not get \(shown(source)): it \(status)",
                advice: "what it said stands above; see skopeo-copy(1), containers-policy.json(5)")
        }
        return try OCILayout(target, sharedBlobs: sharedBlobs)
    }

    /// Writes the file that skopeo reads a password from: containers-auth.json(5).
    private func credentials(in folder: String) throws(ImageFailure) -> String? {
        guard let user else {
            if password != nil { throw ImageFailure("--password needs --username") }
            return nil
        }
        let secret = Data((user + ":" + (password ?? "")).utf8).base64EncodedString()
        let file = folder + "/auth.json"
        // The registry's name has no quotes or backslashes in it, see below.
        let text = "{\"auths\":{\"\(try registry())\":{\"auth\":\"\(secret)\"}}}\n"
        try attempt("cannot write the password for skopeo") { () throws(KernelError) in
            let open = try OwnedDescriptor(opening: file, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
            try open.writeAll(text.utf8)
        }
        return file
    }

    /// The registry of a `docker://` name: the first part when it looks like a host, else Docker's own.
    private func registry() throws(ImageFailure) -> String {
        guard source.hasPrefix("docker://") else { throw ImageFailure("--username is for docker:// only") }
        let parts = source.dropFirst(9).split(separator: "/", maxSplits: 1)
        guard parts.count == 2, let host = parts.first, host == "localhost" || host.contains(".") || host.contains(":") else {
            return "docker.io"
        }
        let isHost = host.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || ".:-[]_".utf8.contains($0)
        }
        guard isHost else { throw ImageFailure("\(shown(String(host))) is not the name of a registry") }
        return String(host)
    }
}
