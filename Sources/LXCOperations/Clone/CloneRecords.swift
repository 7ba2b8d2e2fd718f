// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel

/// The files that say which containers build on the storage of which others.
///
/// `lxc_snapshots`, at the original: two lines per dependent, container path and name; releases before 1.1 wrote only how many.
/// `lxc_rdepends`, at the dependent: two lines per original.
enum CloneRecords {
    struct Reference: Equatable {
        let lxcPath: String
        let name: String
    }

    private static let limit = 1 << 20

    /// Whether other containers build on this one. One that is gone, however it went, does not count.
    ///
    /// `folders`: container paths whose containers do not count either.
    static func hasDependents(_ directory: String, except folders: [String] = []) throws(KernelError) -> Bool {
        guard let text = try content(directory.appendingPath("lxc_snapshots")) else { return false }
        if let count = count(text) { return count > 0 }
        for dependent in references(text) where !folders.contains(dependent.lxcPath) {
            if try exists(dependent) { return true }
        }
        return false
    }

    private static func exists(_ container: Reference) throws(KernelError) -> Bool {
        try FileStatus.ifPresent(container.lxcPath.appendingPath(container.name), followLinks: false) != nil
    }

    /// Writes down what a new container builds on, while it is being made and has no such file.
    static func write(_ originals: [Reference], _ directory: String) throws(KernelError) {
        let file = try OwnedDescriptor(
            opening: directory.appendingPath("lxc_rdepends"), [.writeOnly, .create, .truncate, .noFollow], mode: 0o644)
        try file.writeAll(text(originals).kernelBytes)
    }

    /// Puts a dependent on the list of an original; one that stands there already is not added again.
    static func add(_ dependent: Reference, to original: Reference) throws(KernelError) {
        let lock = try ContainerLock(
            lxcPath: original.lxcPath, name: original.name, in: RunDirectory.resolve(), until: .now + .seconds(30))
        defer { extendLifetime(lock) }
        let path = String(concatenating: original.lxcPath, "/", original.name, "/lxc_snapshots")
        let old = try content(path) ?? ""
        let new: String
        if let number = count(old) {
            new = "\(number + 1)\n"
        } else {
            let all = references(old)
            if all.contains(dependent) { return }
            // Those that went without telling, such as an ephemeral copy at the end of its run, go from the list now.
            var known: [Reference] = []
            for entry in all where try exists(entry) { known.append(entry) }
            new = text(known + [dependent])
        }
        // What the new container is made of is not waited for either.
        try AtomicFile.write(path, new.kernelBytes, mode: 0o644, isLasting: false)
    }

    private static func text(_ references: [Reference]) -> String {
        var text = ""
        for reference in references { text += String(concatenating: reference.lxcPath, "\n", reference.name, "\n") }
        return text
    }

    /// The containers that this one builds on.
    static func originals(_ directory: String) throws(KernelError) -> [Reference] {
        try content(directory.appendingPath("lxc_rdepends")).map(references) ?? []
    }

    /// Takes a dependent off the list of an original; the file goes when nothing is left in it.
    static func remove(_ dependent: Reference, from original: Reference) throws(KernelError) {
        let lock = try ContainerLock(
            lxcPath: original.lxcPath, name: original.name, in: RunDirectory.resolve(), until: .now + .seconds(30))
        defer { extendLifetime(lock) }
        let path = String(concatenating: original.lxcPath, "/", original.name, "/lxc_snapshots")
        guard let text = try content(path) else { return }
        let rest: String
        if let number = count(text) {
            rest = number > 1 ? "\(number - 1)\n" : ""
        } else {
            rest = self.text(references(text).filter { $0 != dependent })
        }
        if rest.isEmpty { try HostPath.remove(path) } else { try AtomicFile.write(path, rest.kernelBytes, mode: 0o644) }
    }

    /// Nil when there is no such file.
    private static func content(_ path: String) throws(KernelError) -> String? {
        do { return try WholeFile.text(path, limit: limit) } catch {
            if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return nil }
            throw error
        }
    }

    /// The number of the old form.
    private static func count(_ text: String) -> Int? {
        var (number, hasDigits) = (0, false)
        for byte in text.utf8 where byte != UInt8(ascii: "\n") && byte != UInt8(ascii: " ") {
            let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), !isTooLarge, tens < Int.max - 9 else { return nil }
            number = tens + Int(byte - UInt8(ascii: "0"))
            hasDigits = true
        }
        return hasDigits ? number : nil
    }

    private static func references(_ text: String) -> [Reference] {
        let bytes = text.utf8.span
        var (found, path, start): ([Reference], String?, Int) = ([], nil, 0)
        for end in 0...bytes.count where end == bytes.count || bytes[end] == UInt8(ascii: "\n") {
            defer { start = end + 1 }
            if end == start { continue }
            let line = text.part(start..<end)
            if let lxcPath = path { found.append(Reference(lxcPath: lxcPath, name: line)) }
            path = path == nil ? line : nil
        }
        return found
    }
}
