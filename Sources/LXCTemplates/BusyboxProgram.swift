// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// A busybox of the host: where it is, what it can do, and whether it runs without the host's libraries.
package struct BusyboxProgram: Sendable, Equatable {
    package let path: String
    /// The applets' places as busybox itself lists them, for example `usr/bin/env`; relative and without `..`.
    package let applets: [String]
    /// Whether it needs no shared library.
    package let isStatic: Bool

    static let installAdvice = "install one with:  apt-get install busybox-static    or name one:  -- --busybox-path=PATH"

    /// Looks at a busybox.
    ///
    /// - Parameter path: The program; nil to search `PATH`, then the usual folders.
    /// - Throws: ``TemplateFailure`` when there is none or it does not behave like busybox.
    package init(at path: String?) throws(TemplateFailure) {
        if let path { self.path = path } else { self.path = try Self.search() }
        isStatic = try Self.isStatic(self.path)
        applets = try Self.listApplets(self.path)
    }

    private static func search() throws(TemplateFailure) -> String {
        let folders = (ProcessEnvironment.value("PATH") ?? "").split(separator: ":").map(String.init)
        for folder in folders + ["/bin", "/usr/bin", "/usr/local/bin", "/sbin", "/usr/sbin"] where folder.hasPrefix("/") {
            let candidate = folder + "/busybox"
            do {
                guard let status = try FileStatus.ifPresent(candidate) else { continue }
                if status.kind == .regular, status.permissions & 0o111 != 0 { return candidate }
            } catch {
                continue  // a folder of PATH that cannot be entered is no reason to stop looking
            }
        }
        throw TemplateFailure("there is no busybox on this host", advice: installAdvice)
    }

    private static func isStatic(_ path: String) throws(TemplateFailure) -> Bool {
        let head: [UInt8]
        do throws(KernelError) {
            let file = try OwnedDescriptor(opening: path, [.readOnly, .noControllingTerminal, .nonBlocking])
            // The program headers follow the ELF header within the first page in everything that a linker makes.
            head = try FileStatus(of: file).kind == .regular ? file.read(upTo: 4096) : []
        } catch {
            throw TemplateFailure("cannot read busybox", error, advice: installAdvice)
        }
        guard let needsInterpreter = ElfHeader(head)?.needsInterpreter else {
            throw TemplateFailure("\(path) is not a program for Linux", advice: installAdvice)
        }
        return !needsInterpreter
    }

    private static func listApplets(_ path: String) throws(TemplateFailure) -> [String] {
        let result: ProgramOutput.Result
        do {
            result = try ProgramOutput.of(
                path, arguments: ["busybox", "--list-full"], environment: ["PATH=/bin:/usr/bin"], limit: 1 << 20, milliseconds: 5000)
        } catch {
            throw TemplateFailure("cannot run \(path) --list-full", error, advice: installAdvice)
        }
        guard result.status == .exited(0) else {
            throw TemplateFailure("\(path) --list-full \(result.status)", advice: installAdvice)
        }
        let applets = applets(in: result.output)
        for needed in ["init", "sh"] where !applets.contains(where: { $0 == needed || $0.hasSuffix("/" + needed) }) {
            throw TemplateFailure("\(path) has no applet \"\(needed)\", which a container needs", advice: installAdvice)
        }
        return applets
    }

    /// The places in a list, one a line; names that would leave the folder are dropped.
    static func applets(in output: [UInt8]) -> [String] {
        output.split(separator: UInt8(ascii: "\n")).map { String(kernelBytes: $0) }.filter { line in
            let parts = line.split(separator: "/", omittingEmptySubsequences: false)
            return !line.isEmpty && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
        }
    }
}
