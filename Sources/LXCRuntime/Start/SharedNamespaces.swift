// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Namespaces that a container takes from somebody else (`lxc.namespace.share.*`), opened before anything is made.
struct SharedNamespaces: ~Copyable {
    private let opened: [(kind: NamespaceSet, descriptor: SharedDescriptor)]

    init(_ requests: KeyedList<NamespaceKind, Sourced<String>>, lxcPath: String) throws(OperationFailure) {
        var opened: [(kind: NamespaceSet, descriptor: SharedDescriptor)] = []
        for (kind, file) in NamespaceSet.all {
            guard let key = NamespaceKind(rawValue: file), let request = requests[key] else { continue }
            opened.append((kind, try Self.open(file, request, lxcPath)))
        }
        self.opened = opened
    }

    /// The value is a path, a process number, or the name of a container in the same container path.
    private static func open(_ file: String, _ request: Sourced<String>, _ lxcPath: String) throws(OperationFailure) -> SharedDescriptor {
        let value = request.value
        let key = "lxc.namespace.share.\(file)"
        let what = "cannot share the \(file) namespace of \(value)"
        if value.hasPrefix("/") {
            return try attempting(what, key: key, origin: request.origin) { () throws(KernelError) in
                let descriptor = try OwnedDescriptor(opening: value, .readOnly)
                guard try FilesystemKind(of: descriptor) == .namespaces else {
                    throw KernelError(call: "statfs", errno: .invalidArgument, subject: value)
                }
                return SharedDescriptor(descriptor)
            }
        }
        if let pid = Int32(value), pid > 0 {
            return try attempting(what, key: key, origin: request.origin) { () throws(KernelError) in
                // The handle is opened first and looked at last: the number cannot have been reused in between.
                let process = try PidFD(pid)
                let descriptor = try Namespaces.open(file, of: pid)
                guard process.isRunning else { throw KernelError(call: "open", errno: .noSuchProcess, subject: value) }
                return SharedDescriptor(descriptor)
            }
        }
        let client = ControlClient(lxcPath: lxcPath, name: value)
        do throws(ControlError) {
            let handle = try client.initPIDFD()
            let pid = try client.initPID()
            let descriptor = try ControlError.wrapping { () throws(KernelError) in try Namespaces.open(file, of: pid) }
            guard handle.isRunning else { throw .kernel(KernelError(call: "open", errno: .noSuchProcess, subject: value)) }
            return SharedDescriptor(descriptor)
        } catch {
            throw OperationFailure(what, reason: "\(error)", key: key, origin: request.origin, hint: "start \(value) first")
        }
    }

    /// Creates the container's first process in these and in new namespaces.
    ///
    /// With shared ones a helper enters them and creates the process as a child of ours: entering is for ever, and the supervisor
    /// stays on the host.
    func makeProcess(new: NamespaceSet, cgroup: Int32?) throws(KernelError) -> ProcessCopy.Side {
        guard !opened.isEmpty else { return try ProcessCopy.make(namespaces: new, options: .defaultSignalActions, cgroup: cgroup) }
        let pair = try UnixSocket.pair(.sequencedPackets)
        switch try ProcessCopy.make() {
        case .child:
            return try bearInside(new, cgroup, report: pair.second)
        case .parent(_, let helper):
            let message = try pair.first.receive(upTo: 64)
            _ = try helper.collect()
            guard let message, case .born(let pid)? = HandshakeMessage(message), pid > 0 else {
                throw KernelError(call: "setns", errno: .notPermitted, subject: "shared namespaces")
            }
            return .parent(pid: pid, handle: try PidFD(pid))
        }
    }

    private func bearInside(_ new: NamespaceSet, _ cgroup: Int32?, report: borrowing UnixSocket) throws(KernelError) -> ProcessCopy.Side {
        do {
            for (kind, descriptor) in opened { try Namespaces.enter(descriptor.number, kind, label: "\(kind)") }
            switch try ProcessCopy.make(namespaces: new, options: [.sameParent, .defaultSignalActions], cgroup: cgroup) {
            case .child: return .child
            case .parent(let pid, _): try report.sendAll(HandshakeMessage.born(pid: pid).bytes)
            }
        } catch {
            // The supervisor sees the missing report as the failure.
            ProcessCopy.exitNow(1)
        }
        ProcessCopy.exitNow(0)
    }
}
