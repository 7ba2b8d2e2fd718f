// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel

/// A program that fills a new container.
package struct Template: Sendable {
    /// Its absolute path.
    package let path: String

    /// Finds a template by its name or absolute path.
    ///
    /// - Throws: ``LXCError`` naming the templates that there are.
    package init(_ name: String) throws(LXCError) {
        let path = name.hasPrefix("/") ? name : InstalledPaths.templates + "/lxc-" + name
        let what = "bad template: \(name)"
        let place = path == name ? "it" : path
        if !name.hasPrefix("/") && name.contains("/") {
            throw LXCError(.templateFailed, what, reason: "it is neither a name nor an absolute path")
        }
        let status = try attempt(what) { () throws(KernelError) in try FileStatus.ifPresent(path) }
        guard let status else {
            throw LXCError(.templateFailed, what, reason: "\(place) does not exist", hint: Self.known())
        }
        if status.kind != .regular || status.permissions & 0o111 == 0 {
            throw LXCError(.templateFailed, what, reason: "\(place) is not a program", hint: "make it executable (chmod +x)")
        }
        self.path = path
    }

    /// Lets the template print its own help.
    ///
    /// - Throws: ``LXCError`` when it cannot be executed.
    package func printHelp() throws(LXCError) {
        let launch = ProgramLaunch(.path(path), arguments: [path, "--help"], environment: ProcessEnvironment.lines)
        // Its status says nothing: many templates end their help with a failure.
        _ = try attempt("cannot run the template \(path)") { () throws(KernelError) in
            let child = try launch.start()
            return try PidFD(child.pid).collect()
        }
    }

    private static func known() -> String? {
        do {
            let names = try DirectoryListing.names(in: InstalledPaths.templates).filter { $0.hasPrefix("lxc-") }.map { $0.dropFirst(4) }
            return names.isEmpty ? nil : "there are: \(names.joined(separator: " ")); or give the absolute path of one"
        } catch { return nil }
    }
}
