// SPDX-License-Identifier: Apache-2.0
import Dispatch

/// Does work that waits, for asynchronous code: on a thread of its own, so that no thread of Swift's concurrency waits.
///
/// ```swift
/// try await withoutBlocking { () throws(LXCError) in try web.start() }
/// ```
///
/// - Parameter work: It goes on to its end, also when the task is cancelled meanwhile.
/// - Returns: What the work returns.
/// - Throws: ``LXCError`` of the work.
public func withoutBlocking<Value: Sendable>(
    _ work: @escaping @Sendable () throws(LXCError) -> Value
) async throws(LXCError) -> Value {
    let outcome: Result<Value, LXCError> = await withCheckedContinuation { (continuation) in
        // A queue of its own gets a thread of its own; one that many share would let them wait for each other.
        DispatchQueue(label: "lxc.work").async {
            do throws(LXCError) { continuation.resume(returning: .success(try work())) } catch {
                continuation.resume(returning: .failure(error))
            }
        }
    }
    return try outcome.get()
}
