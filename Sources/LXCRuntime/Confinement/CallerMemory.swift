// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The memory of a process whose system call waits for a decision, for the program that decides.
enum CallerMemory {
    /// How long a copy of this process may take to open it, in milliseconds.
    private static let patience: Int32 = 2000

    /// Opens it for reading and writing.
    ///
    /// - Parameters:
    ///   - process: The number of the process.
    ///   - initHandle: The container's init, whose user namespace gives the right; nil for root of the host, who has it.
    /// - Returns: The open `/proc/PID/mem`.
    /// - Throws: ``KernelError``, `.permissionDenied` for a process that hides, as one does before it executes its program.
    static func open(_ process: Int32, asUserOf initHandle: SharedDescriptor?) throws(KernelError) -> OwnedDescriptor {
        let path = "/proc/\(process)/mem"
        guard let initHandle else { return try OwnedDescriptor(opening: path, .readWrite) }
        let pair = try UnixSocket.pair(.sequencedPackets)
        switch try ProcessCopy.make() {
        case .child:
            do throws(KernelError) {
                try ProcessControl.setDumpable(false)
                try Namespaces.enter(initHandle.number, .user, label: "user namespace")
                let memory = try OwnedDescriptor(opening: path, .readWrite)
                _ = try pair.second.send([0], descriptors: [memory.number])
            } catch { ProcessCopy.exitNow(1) }
            ProcessCopy.exitNow(0)
        case .parent(_, let handle):
            let reader = pair.closingSecond()
            if !handle.waitForEnd(milliseconds: patience) { try handle.send(Signals.kill) }
            _ = try handle.collect()
            let received = try reader.receiveMessage(upTo: 1, wait: false)
            guard let memory = received?.descriptors.first else {
                throw KernelError(call: "open", errno: .permissionDenied, subject: path)
            }
            return try memory.duplicate()
        }
    }
}
