// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// A program that a template runs: one of the host's, or one of the system that it makes.
struct HostProgram: Sendable {
    let name: String
    let path: String

    private static let folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"]
    /// Nothing of the caller's but where packages come from: proxies, and whether questions are asked.
    private static var environment: [String] {
        let passed = ["http_proxy=", "https_proxy=", "no_proxy=", "HTTP_PROXY=", "HTTPS_PROXY=", "NO_PROXY=", "DEBOOTSTRAP_PROXY="]
        return ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "LANG=C", "HOME=/root", "DEBIAN_FRONTEND=noninteractive"]
            + ProcessEnvironment.lines.filter { line in passed.contains { line.hasPrefix($0) } }
    }

    /// Looks for a program of the host; nil when it is not installed.
    static func find(_ name: String) throws(TemplateFailure) -> HostProgram? {
        do throws(KernelError) {
            for folder in folders {
                if try FileStatus.ifPresent(folder + "/" + name)?.kind == .regular {
                    return HostProgram(name: name, path: folder + "/" + name)
                }
            }
            return nil
        } catch { throw TemplateFailure("cannot look for \(name)", error) }
    }

    /// Runs a program of a system with that as its root directory.
    ///
    /// - Parameters:
    ///   - root: The system's folder.
    ///   - command: Path of the program in there, and its arguments.
    ///   - input: What its standard input gives.
    ///   - loud: Whether the user sees what it prints; else that is shown only when it fails.
    /// - Throws: ``TemplateFailure`` when it cannot be run or does not succeed.
    static func inside(_ root: String, _ command: [String], input: String = "", loud: Bool = false) throws(TemplateFailure) {
        guard let chroot = try find("chroot") else { throw TemplateFailure("chroot is not installed", advice: "apt-get install coreutils") }
        try chroot.run([root] + command, input: input, loud: loud, called: command.first)
    }

    /// Runs the program, which must succeed.
    func run(_ arguments: [String], input: String = "", loud: Bool = false, called: String? = nil) throws(TemplateFailure) {
        let what = called ?? name
        do throws(KernelError) {
            let given = try MemoryFile.make("input", input.kernelBytes)
            let reading = try OwnedDescriptor(opening: "/proc/self/fd/\(given.number)", .readOnly)
            let output = try MemoryFile.empty("output")
            var launch = ProgramLaunch(.path(path), arguments: [name] + arguments, environment: Self.environment)
            launch.descriptors = [(from: reading.number, to: 0)]
            if !loud { launch.descriptors += [(from: output.number, to: 1), (from: output.number, to: 2)] }
            launch.diesWithParent = true
            let child = try launch.start()
            let status = try PidFD(child.pid).collect()
            if status == .exited(0) { return }
            if !loud { try StandardStream.error.write(String(kernelBytes: MemoryFile.content(of: output))) }
            throw KernelError(call: "wait", errno: .ioError, subject: "\(status)")
        } catch {
            if error.call == "wait" { throw TemplateFailure("\(what) \(error.subject)", advice: "what it said stands above") }
            throw TemplateFailure("cannot run \(what)", error)
        }
    }

    /// Tells the user what goes on.
    static func say(_ text: String) {
        // Whoever has closed the output does not want to know.
        do { try StandardStream.output.write(text) } catch {}
    }
}
