// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel

/// Starts several containers at the same time.
///
/// There is one thread: each container has a supervisor of its own, and those work side by side while this waits for whichever is first.
package struct ParallelStart {
    /// How every container is started.
    package var options: StartOptions
    /// The most containers that start at a moment, 1 or more.
    package var width: Int

    /// More at a moment than there are processors keeps those busy while supervisors wait for the kernel; many more only get in each
    /// other's way.
    package static var usualWidth: Int { 2 * Processors.usable }

    package init(_ options: StartOptions, width: Int = ParallelStart.usualWidth) {
        self.options = options
        self.width = max(1, width)
    }

    /// Starts all; one that fails does not keep the others from it.
    ///
    /// - Parameters:
    ///   - containers: In the order in which they are begun.
    ///   - notes: Called with the place of a container and one line about historic spellings in its configuration.
    ///   - ended: Called with the place of each container once it runs (which it may have done before), or with the reason why it does not.
    /// - Throws: ``LXCError`` when nothing can be waited for any more.
    package func run(
        _ containers: [Container], notes: (Int, String) -> Void, ended: (Int, LXCError?) -> Void
    ) throws(LXCError) {
        let epoll = try attempt("cannot wait for containers") { () throws(KernelError) in try Epoll() }
        var underWay: [Int: StartUnderWay] = [:]
        var next = 0
        while next < containers.count || !underWay.isEmpty {
            while next < containers.count && underWay.count < width {
                let index = next
                next += 1
                do throws(LXCError) {
                    guard let start = try containers[index].beginStart(options, notes: { notes(index, $0) }) else {
                        ended(index, nil)
                        continue
                    }
                    try attempt("cannot wait for \(containers[index].name)") { () throws(KernelError) in
                        try epoll.add(start.number, .readable, identifier: UInt64(index))
                    }
                    underWay[index] = start
                } catch { ended(index, error) }
            }
            if underWay.isEmpty { continue }
            let events = try attempt("cannot wait for containers") { () throws(KernelError) in try epoll.wait(until: nil) }
            for event in events {
                guard let index = Int(exactly: event.identifier), let start = underWay.removeValue(forKey: index) else { continue }
                // Its socket goes with it, and then the kernel forgets it.
                do throws(OperationFailure) {
                    try start.finish()
                    ended(index, nil)
                } catch { ended(index, LXCError(.failed, error)) }
            }
        }
    }
}
