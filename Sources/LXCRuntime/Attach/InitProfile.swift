// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// What the kernel tells about a container's first process, and so about everything that an attached program must share with it.
///
/// Nothing here is asked of the monitor: the kernel knows what init really has, whatever its configuration says by now.
struct InitProfile: Sendable {
    let pid: Int32
    let status: ProcessStatus
    /// Namespaces that are not the caller's.
    let foreign: NamespaceSet
    let isLinux32: Bool
    /// The label of init's security module; nil without one, or when init is not confined.
    let label: Label?
    let users: [IDRange]
    let groups: [IDRange]
    /// Whether the user namespace lets its processes drop groups.
    let allowsGroups: Bool

    /// A label and the file that takes it for the next exec.
    struct Label: Sendable, Equatable {
        /// Beneath `/proc/PID`.
        let file: String
        /// What is written there.
        let line: String

        /// For the calling thread.
        var path: String { "/proc/thread-self/" + file }
    }

    /// Reads the profile.
    ///
    /// - Throws: ``AttachFailure`` `.notRunning` when the process ends meanwhile, so that its number may be another's.
    static func read(_ handle: borrowing PidFD) throws(AttachFailure) -> InitProfile {
        let what = "cannot look at the container's init"
        do throws(KernelError) {
            guard let pid = try handle.processNumber() else {
                throw KernelError(call: "pidfd", errno: .noSuchProcess, subject: "init")
            }
            let profile = InitProfile(
                pid: pid, status: try ProcessStatus.read(process: "\(pid)"), foreign: try foreignNamespaces(pid),
                isLinux32: personality(pid) == ProcessControl.linux32, label: try label(pid), users: try map("uid_map", pid),
                groups: try map("gid_map", pid), allowsGroups: try WholeFile.text("/proc/\(pid)/setgroups").hasPrefix("allow"))
            guard handle.isRunning else { throw KernelError(call: "pidfd", errno: .noSuchProcess, subject: "init") }
            return profile
        } catch {
            let isGone = error.errno == .noSuchProcess || !handle.isRunning
            throw AttachFailure(isGone ? .notRunning : .failed, OperationFailure(what, error))
        }
    }

    private static func foreignNamespaces(_ pid: Int32) throws(KernelError) -> NamespaceSet {
        var set: NamespaceSet = []
        for (kind, file) in NamespaceSet.all {
            // A kernel without the kind has no such file.
            guard let own = try FileStatus.ifPresent("/proc/self/ns/\(file)") else { continue }
            let theirs = try FileStatus(of: "/proc/\(pid)/ns/\(file)")
            if own.inode != theirs.inode || own.filesystem != theirs.filesystem { set.insert(kind) }
        }
        return set
    }

    /// The execution domain only: init may have given itself flags that weaken a program.
    private static func personality(_ pid: Int32) -> UInt {
        guard let text = try? WholeFile.text("/proc/\(pid)/personality"),  // unreadable: the caller's own stays
            let value = UInt(text.prefix { $0 != "\n" }, radix: 16)
        else { return 0 }
        return value & 0xFF
    }

    private static func map(_ file: String, _ pid: Int32) throws(KernelError) -> [IDRange] {
        try WholeFile.text("/proc/\(pid)/\(file)").split(separator: "\n").compactMap { line in
            let numbers = line.split(separator: " ").compactMap { UInt32($0) }
            return numbers.count == 3 ? IDRange(inside: numbers[0], outside: numbers[1], count: numbers[2]) : nil
        }
    }

    /// Whose files root's are for us, in a process with ids of its own. `file`: `uid_map` or `gid_map`.
    static func outsideID(ofRootIn file: String, _ pid: Int32) throws(KernelError) -> UInt32 {
        for range in try map(file, pid) {
            if let id = range.outsideID(of: 0) { return id }
        }
        throw KernelError(call: "read", errno: .noData, subject: "/proc/\(pid)/\(file)", explanation: "the container has no root")
    }

    private static func label(_ pid: Int32) throws(KernelError) -> Label? {
        let bytes: [UInt8]
        do { bytes = try WholeFile.read("/proc/\(pid)/attr/current", limit: 1 << 16) } catch {
            // No active security module has labels.
            if error.errno == .invalidArgument || error.errno == .noSuchFileOrDirectory { return nil }
            throw error
        }
        let text = String(kernelBytes: bytes.prefix { $0 != 0 && $0 != 0x0A })
        guard let label = Label(profile: text, isApparmor: Label.hasApparmor) else { return nil }
        // In a container that runs containers all have one label, and AppArmor lets nobody ask for the one that he has.
        return label == (try? ownLabel()) ? nil : label  // unreadable: it is asked for
    }

    private static func ownLabel() throws(KernelError) -> Label? {
        let bytes = try WholeFile.read("/proc/self/attr/current", limit: 1 << 16)
        return Label(profile: String(kernelBytes: bytes.prefix { $0 != 0 && $0 != 0x0A }), isApparmor: Label.hasApparmor)
    }
}

extension InitProfile.Label {
    /// Whether AppArmor is the module whose labels `/proc/PID/attr` shows.
    static var hasApparmor: Bool {
        let enabled = try? WholeFile.text("/sys/module/apparmor/parameters/enabled")  // absent without AppArmor
        return enabled?.hasPrefix("Y") == true
    }

    /// Reads a label as the kernel shows it; nil when it does not confine.
    ///
    /// The text is for example `lxc-p1 (enforce)`, or `system_u:system_r:container_t:s0`.
    init?(profile: String, isApparmor: Bool) {
        var name = profile
        if isApparmor, name.hasSuffix(")"), let mode = name.range(endingWith: " (") { name = String(name[..<mode]) }
        if name.isEmpty || name == "unconfined" || name == "kernel" { return nil }
        self.init(file: isApparmor ? "attr/apparmor/exec" : "attr/exec", line: isApparmor ? "exec \(name)" : name)
    }
}

extension String {
    /// Where the last occurrence of a separator begins.
    fileprivate func range(endingWith separator: String) -> Index? {
        var position = endIndex
        while position > startIndex {
            position = index(before: position)
            if self[position...].hasPrefix(separator) { return position }
        }
        return nil
    }
}
