// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// The process between host and container: enters the namespaces and makes the program's process as a child of the tool.
///
/// It has no descriptor of the host but the standard streams, its channel and, while it enters, the handle on init.
struct AttachTransient {
    let plan: AttachPlan
    /// The system call filter of the program; nil without one.
    let filter: SystemCallFilter?
    /// Number of the handle on the container's init.
    let initHandle: Int32
    /// Terminal end of the program's terminal.
    let terminal: Int32?

    /// Runs the process to its end; the caller is the copy that ``ProcessCopy/make(namespaces:options:cgroup:)`` made.
    func run(_ channel: AttachChannel) -> Never {
        do {
            try attaching { () throws(OperationFailure) in
                try attempting("cannot close the tool's descriptors") { () throws(KernelError) in
                    try Execution.closeAll(except: [channel.number, initHandle] + (terminal.map { [$0] } ?? []))
                }
                guard case .begin? = try attempting("cannot talk to the tool", { () throws(KernelError) in try channel.receive() })?.message
                else { ProcessCopy.exitNow(1) }
                if plan.isFurnishedOpenly {
                    try attempting("cannot hide the process") { () throws(KernelError) in try ProcessControl.setDumpable(false) }
                }
                try askForLabel()
                try enterContainer()
            }
            try bear(channel)
        } catch {
            AttachedProcess.report(error, channel)
        }
        ProcessCopy.exitNow(0)
    }

    /// Asks for the label that the program gets when it is executed: the copy inherits the wish.
    ///
    /// Here, because a `/proc` of the container may be anything, and because nobody else can: since Linux 5.13 only who may look into a
    /// process opens such a file of it, and an ordinary user may not look into one in a container.
    private func askForLabel() throws(OperationFailure) {
        guard let label = plan.label else { return }
        let what = "cannot confine the program (\(label.line))"
        try attempting(what, hint: "lxc-attach -e LSM runs it without a label") { () throws(KernelError) in
            let file = try OwnedDescriptor(opening: label.path, [.writeOnly, .noControllingTerminal])
            guard try FilesystemKind(of: file) == .proc else {
                throw KernelError(call: "open", errno: .notPermitted, subject: label.file)
            }
            try file.writeAll(label.line.kernelBytes)
        }
    }

    private func enterContainer() throws(OperationFailure) {
        if let pid = plan.coreScheduling {
            try attempting("cannot join the container's core-scheduling group", key: "lxc.sched.core") { () throws(KernelError) in
                try ProcessControl.joinCoreScheduling(of: pid)
            }
        }
        if !plan.namespaces.isEmpty {
            let what = "cannot enter the container's namespaces (\(plan.namespaces))"
            try attempting(what, hint: "attach as the container's owner, or as root", for: [.notPermitted]) { () throws(KernelError) in
                try enterNamespaces()
            }
        }
        // Nobody in the container may be lent this handle.
        DescriptorFlags.close(initHandle)
        if plan.namespaces.contains(.mount) {
            try attempting("cannot find a working directory in the container") { () throws(KernelError) in try changeDirectory() }
        }
    }

    private func enterNamespaces() throws(KernelError) {
        do { try Namespaces.enter(initHandle, plan.namespaces, label: "namespaces \(plan.namespaces)") } catch {
            // A namespace may belong to another user namespace than the rest, which only the host's root may enter; ended is ended.
            guard error.errno == .notPermitted || error.errno == .invalidArgument else { throw error }
            for (kind, file) in NamespaceSet.all where plan.namespaces.contains(kind) {
                try Namespaces.enter(initHandle, kind, label: "namespace \(file)")
            }
        }
    }

    /// The caller's directory if the container has one of that name.
    private func changeDirectory() throws(KernelError) {
        if let path = plan.workingDirectory {
            do {
                try ProcessControl.changeDirectory(path)
                // CVE-2024-21626: a directory outside the root shows as unreachable.
                if try ProcessControl.workingDirectory().hasPrefix("/") { return }
            } catch {
                // The container has no such directory.
            }
        }
        try ProcessControl.changeDirectory("/")
    }

    private func bear(_ channel: AttachChannel) throws(AttachFailure) {
        let born: Int32?
        do { born = try copyProcess() } catch {
            throw AttachFailure(.failed, OperationFailure("cannot make a process in the container", error))
        }
        guard let pid = born else { AttachedProcess(plan: plan, filter: filter, terminal: terminal).run(channel) }
        try attaching { () throws(OperationFailure) in
            try attempting("cannot talk to the tool") { () throws(KernelError) in try channel.send(.born(pid: pid)) }
        }
    }

    /// The copy's number on the host; nil in the copy.
    private func copyProcess() throws(KernelError) -> Int32? {
        switch try ProcessCopy.make(options: .sameParent) {
        case .child: nil
        case .parent(let pid, _): pid
        }
    }
}
