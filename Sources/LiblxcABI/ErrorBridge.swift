// SPDX-License-Identifier: Apache-2.0
import CLiblxc
import LXCOperations
import LXCRuntime
import LinuxKernel
import Synchronization

/// Puts errors where C programs look for them.
enum ErrorBridge {
    /// One for all objects: a text is exchanged while another thread may exchange it too.
    private static let lock = Mutex(())
    /// For a failure that no error of the kernel stands for.
    private static let unknown: Int32 = 1

    /// Fills `error_string` and `error_num`, and tells the log.
    static func report(_ error: LXCError, on object: Object) {
        let text = CString.copy(error.description)
        lock.withLock { _ in
            cliblxc_free(object.pointee.error_string)
            object.pointee.error_string = text
            object.pointee.error_num = error.failure.errno == 0 ? unknown : error.failure.errno
        }
        Logging.report(error, container: object.pointee.name.map { String(kernelText: $0) })
    }

    /// Nothing has failed any more.
    static func clear(_ object: Object) {
        lock.withLock { _ in
            cliblxc_free(object.pointee.error_string)
            object.pointee.error_string = nil
            object.pointee.error_num = 0
        }
    }

    /// Remembers a number that is no failure of the library: the exit status of a container in the foreground.
    static func setNumber(_ number: Int32, on object: Object) { lock.withLock { _ in object.pointee.error_num = number } }
}
