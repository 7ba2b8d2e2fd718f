// SPDX-License-Identifier: Apache-2.0

/// A journey of the calling thread through network namespaces, with one way home for all of them.
///
/// The abstract socket names of the host mean nothing abroad, so supervisors are asked before or after it.
package struct NetworkTour: ~Copyable {
    private let home: OwnedDescriptor
    private var isAway = false

    /// Remembers the way home.
    ///
    /// - Throws: ``KernelError`` of `open(2)`, for example without `/proc`.
    package init() throws(KernelError) { home = try Namespaces.currentNetwork() }

    /// Goes to another namespace, from home or from the last one.
    ///
    /// `target`: a handle on the namespace, or on a process in it. `label`: how an error names it.
    /// Throws ``KernelError`` of `setns(2)`; the thread stays where it is then.
    package mutating func go(to target: Int32, label: String) throws(KernelError) {
        try Namespaces.enter(target, .network, label: label)
        isAway = true
    }

    /// Ends the journey; whoever does not come home must not go on.
    package mutating func comeHome() throws(KernelError) {
        guard isAway else { return }
        try Namespaces.enter(home.number, .network, label: "our network namespace")
        isAway = false
    }
}

extension Namespaces {
    /// A handle on the network namespace that the calling thread is in.
    package static func currentNetwork() throws(KernelError) -> OwnedDescriptor {
        try OwnedDescriptor(opening: "/proc/thread-self/ns/net", .readOnly)
    }

    /// Runs work in another network namespace and comes back; only the calling thread goes there.
    ///
    /// `target`: a handle on a process, or on the namespace itself. `label`: how an error names it.
    /// Throws ``KernelError`` of the work, or of `setns(2)`.
    package static func visitNetwork<Value: ~Copyable>(
        _ target: Int32, label: String, _ body: () throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        var tour = try NetworkTour()
        let result: Result<Value, KernelError>
        do {
            try tour.go(to: target, label: label)
            result = .success(try body())
        } catch { result = .failure(error) }
        try tour.comeHome()
        return try result.get()
    }
}
