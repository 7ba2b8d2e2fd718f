// SPDX-License-Identifier: Apache-2.0
import CLiblxc
import LXCConfig
import LXCOperations
import LXCRuntime
import LinuxKernel
import Synchronization

/// What programs hold: the C struct.
typealias Object = UnsafeMutablePointer<lxc_container>

/// What the library knows about one `struct lxc_container`; it lives as long as the struct.
///
/// Work goes on with a copy of the container, a value, so that threads which share an object wait for each other only while its
/// settings are exchanged.
final class ContainerHandle: Sendable {
    private let lock: Mutex<Container>

    init(_ container: Container) { lock = Mutex(container) }

    /// The container as it is now.
    var container: Container { lock.withLock { $0 } }

    /// Changes the settings in memory; nothing is changed when the work fails.
    func change<Result>(_ body: (inout Container) throws(LXCError) -> Result) throws(LXCError) -> Result {
        let outcome: Swift.Result<Result, LXCError> = lock.withLock { (container) in
            var changed = container
            do throws(LXCError) {
                let result = try body(&changed)
                container = changed
                return .success(result)
            } catch { return .failure(error) }
        }
        return try outcome.get()
    }

    /// Changes the configuration in memory, an empty one when there is none.
    func changeConfig<Result>(_ body: (inout ContainerConfigDocument) throws(LXCError) -> Result) throws(LXCError) -> Result {
        try change { (container) throws(LXCError) in
            var document = container.loaded ?? ContainerConfigDocument(path: container.configFile)
            let result = try body(&document)
            container.loaded = document
            return result
        }
    }

    /// The handle of an object; nil for NULL.
    static func of(_ object: Object?) -> ContainerHandle? {
        guard let object, let handle = cliblxc_handle(object) else { return nil }
        return Unmanaged<ContainerHandle>.fromOpaque(handle).takeUnretainedValue()
    }
}

/// Runs a member function: what it throws becomes `error_string` and `error_num`, and the value that means failure.
func calling<Result>(
    _ object: Object?, failing failure: Result, _ body: (ContainerHandle) throws(LXCError) -> Result
) -> Result {
    guard let object, let handle = ContainerHandle.of(object) else { return failure }
    do {
        let result = try body(handle)
        ErrorBridge.clear(object)
        return result
    } catch {
        ErrorBridge.report(error, on: object)
        return failure
    }
}

/// As ``calling(_:failing:_:)`` for a function that gives nothing back but whether it worked.
func succeeding(_ object: Object?, _ body: (ContainerHandle) throws(LXCError) -> Void) -> Bool {
    calling(object, failing: false) { (handle) throws(LXCError) in
        try body(handle)
        return true
    }
}

/// Asks a supervisor and gives its refusal a meaning.
func asking<Value>(_ what: @autoclosure () -> String, _ body: () throws(ControlError) -> Value) throws(LXCError) -> Value {
    do { return try body() } catch { throw LXCError(what(), error) }
}
