// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Runs one system call, repeats it after an interruption, and turns -1 into a typed error.
///
/// This is the only loop over EINTR and the only reader of `errno`.
package func kernelCall<Value: FixedWidthInteger>(
    _ name: StaticString, _ subject: @autoclosure () -> String, _ body: () -> Value
) throws(KernelError) -> Value {
    while true {
        let value = body()
        if value != -1 { return value }
        let code = Errno.last
        if code == .interrupted { continue }
        throw KernelError(call: "\(name)", errno: code, subject: subject())
    }
}

/// Runs one system call whose result is not needed.
package func kernelCommand<Value: FixedWidthInteger>(
    _ name: StaticString, _ subject: @autoclosure () -> String, _ body: () -> Value
) throws(KernelError) {
    _ = try kernelCall(name, subject(), body)
}
