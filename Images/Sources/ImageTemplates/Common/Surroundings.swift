// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
internal import Unpacking

/// Where a template runs.
enum Surroundings {
    /// Whether this process sits in a user namespace that does not have every id, as templates of containers with mapped ids do.
    static var hasMappedIDs: Bool {
        get throws(ImageFailure) {
            let map = try attempt("cannot read the id map") { () throws(KernelError) in try WholeFile.text("/proc/self/uid_map") }
            let words = map.split { $0 == " " || $0 == "\n" }
            return words != ["0", "0", "4294967295"]
        }
    }

    /// Folder for what is downloaded: `LXC_CACHE_PATH`, or the system's, or the user's own.
    static func cacheFolder(isMapped: Bool) -> String {
        if let chosen = ProcessEnvironment.value("LXC_CACHE_PATH"), chosen.hasPrefix("/") { return chosen }
        if isMapped, let home = ProcessEnvironment.value("HOME"), home.hasPrefix("/") { return home + "/.cache/lxc" }
        return InstalledPaths.cache
    }

    /// The first program of this name in `PATH`, or in the usual folders.
    static func program(_ name: String) -> String? {
        let folders = (ProcessEnvironment.value("PATH") ?? "").split(separator: ":").map(String.init)
        for folder in folders + ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"] where folder.hasPrefix("/") {
            let candidate = folder + "/" + name
            // try?: a folder of PATH that cannot be entered is no reason to stop looking.
            guard let status = try? FileStatus.ifPresent(candidate) else { continue }
            if status.kind == .regular, status.permissions & 0o111 != 0 { return candidate }
        }
        return nil
    }

    /// The environment of a helper program: what it needs to find files and proxies, and nothing that changes what it is.
    static var helperEnvironment: [String] {
        let kept = [
            "PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
        ]
        return kept.compactMap { name in ProcessEnvironment.value(name).map { name + "=" + $0 } }
    }

    /// Says something to the user; a template's output is lxc-create's.
    static func say(_ text: String) {
        // When nobody listens, the work is to be done all the same.
        do throws(KernelError) { try StandardStream.output.write(text + "\n") } catch {}
    }
}

extension Surroundings {
    /// Says something that is not to be missed; a program that reads standard output does not read this.
    static func warn(_ text: String) {
        // When nobody listens, the work is to be done all the same.
        do throws(KernelError) { try StandardStream.error.write(text + "\n") } catch {}
    }
}

/// A folder for the time of the work, beneath one that is ours; removed at the end.
final class TemporaryFolder {
    let path: String

    init(in folder: String, _ name: String) throws(ImageFailure) {
        let path = folder + "/." + name + "." + String(UInt64.random(in: .min ... .max), radix: 36)
        try attempt("cannot make a folder for the work") { () throws(KernelError) in
            try HostPath.makeDirectories(path, mode: 0o700)
        }
        self.path = path
    }

    deinit {
        do throws(KernelError) {
            for stayed in try TreeRemoval.remove(path).remaining {
                Surroundings.say("could not remove \(stayed.path): \(stayed.error.reason)")
            }
        } catch {
            Surroundings.say("could not remove \(path): \(error.reason)")
        }
    }
}
