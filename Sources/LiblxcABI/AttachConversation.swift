// SPDX-License-Identifier: Apache-2.0
import CLiblxc
import LXCOperations
import LXCRuntime
import LinuxKernel

/// What the caller and its two children say to each other until the function is called.
///
/// The end of the connection tells nothing: another thread's child may hold a copy of it. The children's own ends do.
final class AttachConversation {
    private let what: String
    private let name: String
    private let socket: UnixSocket
    /// The process between host and container.
    private let transient: Int32
    /// What the process in the container has said already: it may be faster than the word of its birth.
    private var early: cliblxc_attach_report?

    init(what: String, name: String, socket: consuming UnixSocket, transient: Int32) {
        self.what = what
        self.name = name
        self.socket = socket
        self.transient = transient
    }

    /// Leads the process to its function.
    ///
    /// - Returns: Its number.
    /// - Throws: ``AttachFailure``; no process is left then.
    func run(_ attach: borrowing CallbackAttach) throws(AttachFailure) -> Int32 {
        let born: Int32
        do { born = try awaitBirth(attach) } catch {
            end(transient)
            throw error
        }
        end(transient)
        do { try accompany(born, attach) } catch {
            end(born)
            throw error
        }
        return born
    }

    private func awaitBirth(_ attach: borrowing CallbackAttach) throws(AttachFailure) -> Int32 {
        let handle = try working { () throws(KernelError) in try PidFD(transient) }
        try attach.admit(transient)
        try working { () throws(KernelError) in try socket.sendAll([0]) }
        while true {
            let report = try next(handle, attach)
            if report.kind == CLIBLXC_ATTACH_BORN.rawValue { return report.pid }
            guard early == nil else { throw unexpected() }
            // Its own failures end the process between host and container before there is another one.
            if report.kind == CLIBLXC_ATTACH_FAILED.rawValue, report.step <= CLIBLXC_ATTACH_CLONE.rawValue { throw failure(report) }
            early = report
        }
    }

    private func accompany(_ pid: Int32, _ attach: borrowing CallbackAttach) throws(AttachFailure) {
        let handle = try working { () throws(KernelError) in try PidFD(pid) }
        while true {
            let report: cliblxc_attach_report
            if let said = early { report = said } else { report = try next(handle, attach) }
            early = nil
            switch UInt32(bitPattern: report.kind) {
            case CLIBLXC_ATTACH_FAILED.rawValue: throw failure(report)
            case CLIBLXC_ATTACH_READY.rawValue: return
            default: throw unexpected()
            }
        }
    }

    /// The next report of a child that lives. System calls of it that wait for a decision are served from then on.
    private func next(_ child: borrowing PidFD, _ attach: borrowing CallbackAttach) throws(AttachFailure) -> cliblxc_attach_report {
        while true {
            let received = try working { () throws(KernelError) in
                while try !Poll.wait(socket.number, child.number).first { if !child.isRunning { break } }
                return try socket.receiveMessage(upTo: MemoryLayout<cliblxc_attach_report>.size, wait: false)
            }
            let report = try report(received?.bytes ?? [])
            guard report.kind == CLIBLXC_ATTACH_LISTENER.rawValue else { return report }
            guard let listener = received?.descriptors.first else { throw unexpected() }
            try attach.serve(listener)
        }
    }

    private func report(_ bytes: [UInt8]) throws(AttachFailure) -> cliblxc_attach_report {
        guard bytes.count == MemoryLayout<cliblxc_attach_report>.size else {
            throw AttachFailure(
                .failed,
                OperationFailure(
                    what, reason: "the process that was to enter it was killed", hint: "look for memory limits in its cgroup"))
        }
        return bytes.withUnsafeBytes { $0.loadUnaligned(as: cliblxc_attach_report.self) }
    }

    private func failure(_ report: cliblxc_attach_report) -> AttachFailure {
        let step =
            switch UInt32(bitPattern: report.step) {
            case CLIBLXC_ATTACH_CORE_SCHEDULING.rawValue: "join the container's core-scheduling group"
            case CLIBLXC_ATTACH_NAMESPACES.rawValue: "enter the container's namespaces"
            case CLIBLXC_ATTACH_DIRECTORY.rawValue: "change to its working directory"
            case CLIBLXC_ATTACH_CLONE.rawValue: "make a process in the container"
            case CLIBLXC_ATTACH_REMOUNT.rawValue: "mount a fresh /proc and /sys"
            case CLIBLXC_ATTACH_PERSONALITY.rawValue: "set the personality"
            case CLIBLXC_ATTACH_CAPABILITIES.rawValue: "drop capabilities"
            case CLIBLXC_ATTACH_GROUPS.rawValue: "set its groups"
            case CLIBLXC_ATTACH_GID.rawValue: "become its group"
            case CLIBLXC_ATTACH_UID.rawValue: "become its user"
            case CLIBLXC_ATTACH_LABEL.rawValue: "take the container's label"
            case CLIBLXC_ATTACH_NO_NEW_PRIVILEGES.rawValue: "set no_new_privs"
            case CLIBLXC_ATTACH_KEYRING.rawValue: "get a session keyring"
            case CLIBLXC_ATTACH_FILTER.rawValue: "load the container's system call filter"
            case CLIBLXC_ATTACH_STREAMS.rawValue: "set its standard streams"
            case CLIBLXC_ATTACH_TERMINAL.rawValue: "take its terminal"
            default: "prepare itself"
            }
        let error = KernelError(call: "attach", errno: Errno(rawValue: report.error), subject: name)
        return AttachFailure(.failed, OperationFailure("\(what): the process cannot \(step)", error))
    }

    private func unexpected() -> AttachFailure {
        AttachFailure(.failed, OperationFailure(what, reason: "the process that was to enter it says something unexpected"))
    }

    private func working<Value: ~Copyable>(_ body: () throws(KernelError) -> Value) throws(AttachFailure) -> Value {
        do { return try body() } catch { throw AttachFailure(.failed, OperationFailure(what, error)) }
    }

    /// Ends and collects a child, which has usually ended.
    private func end(_ pid: Int32) {
        do {
            let handle = try PidFD(pid)
            // One that has told of a birth ends by itself.
            if !handle.waitForEnd(milliseconds: 100) { try handle.send(Signals.kill) }
            _ = try handle.collect()
        } catch {}  // a program may collect all its children itself
    }
}
