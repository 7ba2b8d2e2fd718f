// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Namespaces that a container takes from somebody else (`lxc.namespace.share.*`), opened before anything is made.
struct SharedNamespaces: ~Copyable {
    /// One of them, with what is said when it cannot be entered.
    private struct Opened {
        let kind: NamespaceSet
        let descriptor: SharedDescriptor
        let what: String
        let key: String
        let origin: ConfigOrigin
    }

    private let opened: [Opened]

    init(_ requests: KeyedList<NamespaceKind, Sourced<String>>, lxcPath: String) throws(OperationFailure) {
        var opened: [Opened] = []
        for (kind, file) in NamespaceSet.all {
            guard let key = NamespaceKind(rawValue: file), let request = requests[key] else { continue }
            let what = "cannot share the \(file) namespace of \(request.value)"
            let descriptor = try Self.open(file, kind, request, lxcPath, what)
            opened.append(
                Opened(kind: kind, descriptor: descriptor, what: what, key: Self.key(file), origin: request.origin))
        }
        self.opened = opened
    }

    private static func key(_ file: String) -> String { "lxc.namespace.share.\(file)" }

    /// The value is a path, a process number, or the name of a container in the same container path.
    private static func open(
        _ file: String, _ kind: NamespaceSet, _ request: Sourced<String>, _ lxcPath: String, _ what: String
    ) throws(OperationFailure) -> SharedDescriptor {
        let value = request.value
        let key = key(file)
        if value.hasPrefix("/") {
            return try attempting(what, key: key, origin: request.origin) { () throws(KernelError) in
                let descriptor = try OwnedDescriptor(opening: value, .readOnly)
                guard try FilesystemKind(of: descriptor) == .namespaces else {
                    throw KernelError(call: "statfs", errno: .invalidArgument, subject: value, explanation: "it is not a namespace")
                }
                let found = try NamespaceFamily.kind(of: descriptor)
                guard found == kind else {
                    throw KernelError(
                        call: "ioctl", errno: .invalidArgument, subject: value, explanation: "it is a namespace of another kind: \(found)")
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
            throw OperationFailure(
                what, reason: "\(error)", key: key, origin: request.origin, hint: error == .stopped ? "start \(value) first" : nil)
        }
    }

    /// Creates the container's first process in these and in new namespaces.
    ///
    /// With shared ones a helper enters them and creates the process as a child of ours: entering is for ever, and the supervisor
    /// stays on the host.
    func makeProcess(new: NamespaceSet, cgroup: Int32?) throws(OperationFailure) -> ProcessCopy.Side {
        guard !opened.isEmpty else {
            return try attempting(Self.what) { () throws(KernelError) in
                try ProcessCopy.make(namespaces: new, options: .defaultSignalActions, cgroup: cgroup)
            }
        }
        let pair = try attempting(Self.what) { () throws(KernelError) in try UnixSocket.pair(.sequencedPackets) }
        switch try attempting(Self.what, { () throws(KernelError) in try ProcessCopy.make() }) {
        case .child:
            return bearInside(new, cgroup, report: pair.second)
        case .parent(_, let helper):
            let message = try attempting(Self.what) { () throws(KernelError) in
                let message = try pair.first.receive(upTo: 1 << 16)
                _ = try helper.collect()
                return message
            }
            switch message.flatMap({ HandshakeMessage($0) }) {
            case .born(let pid)? where pid > 0:
                return .parent(pid: pid, handle: try attempting(Self.what) { () throws(KernelError) in try PidFD(pid) })
            case .failed(let failure)?: throw failure
            default: throw OperationFailure(Self.what, reason: "the process that was to make it was killed")
            }
        }
    }

    private static let what = "cannot create the container's first process"

    private func bearInside(_ new: NamespaceSet, _ cgroup: Int32?, report: borrowing UnixSocket) -> ProcessCopy.Side {
        do throws(OperationFailure) {
            for space in opened {
                try attempting(space.what, key: space.key, origin: space.origin) { () throws(KernelError) in
                    try Namespaces.enter(space.descriptor.number, space.kind, label: "\(space.kind)")
                }
            }
            let side = try attempting(Self.what) { () throws(KernelError) in
                try ProcessCopy.make(namespaces: new, options: [.sameParent, .defaultSignalActions], cgroup: cgroup)
            }
            switch consume side {
            case .child: return .child
            case .parent(let pid, _): tell(.born(pid: pid), report)
            }
        } catch { tell(.failed(error), report) }
    }

    /// Without the supervisor there is nobody to tell.
    private func tell(_ message: HandshakeMessage, _ report: borrowing UnixSocket) -> Never {
        do throws(KernelError) { try report.sendAll(message.bytes) } catch { ProcessCopy.exitNow(1) }
        ProcessCopy.exitNow(0)
    }
}
