// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// A thread of a test; the product has none.
final class TestThread {
    private final class Work {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    private var thread = pthread_t()

    func start(_ body: @escaping () -> Void) {
        let work = Unmanaged.passRetained(Work(body))
        pthread_create(
            &thread, nil,
            { raw in
                guard let raw else { return nil }
                Unmanaged<Work>.fromOpaque(raw).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
    }

    func join() { pthread_join(thread, nil) }
}

/// A value that threads of a test share.
final class Locked<Value>: @unchecked Sendable {
    private let mutex = Mutex(())
    private var value: Value

    init(_ value: Value) { self.value = value }

    func with<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        try mutex.withLock { _ in try body(&value) }
    }
}
