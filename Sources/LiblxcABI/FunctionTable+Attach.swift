// SPDX-License-Identifier: Apache-2.0
import CLiblxc
import LXCOperations
import LXCRuntime
import LinuxKernel

extension FunctionTable {
    static func fillAttach(_ object: Object) {
        object.pointee.attach = { (object, function, payload, options, pid) in
            guard let function else { return -1 }
            return calling(object, failing: -1) { (handle) throws(LXCError) in
                let call = AttachCall(container: handle.container, options: options?.pointee ?? .standard)
                pid?.pointee = try call.begin(function, payload)
                return 0
            }
        }
        object.pointee.attach_run_wait = { (object, options, program, arguments) in
            guard let program else { return -1 }
            return calling(object, failing: -1) { (handle) throws(LXCError) in
                var empty: UnsafeMutablePointer<CChar>?
                return try withUnsafeMutablePointer(to: &empty) { (empty) throws(LXCError) in
                    let words = arguments.map {
                        UnsafeMutableRawPointer(mutating: $0).assumingMemoryBound(to: UnsafeMutablePointer<CChar>?.self)
                    }
                    var command = lxc_attach_command_t(program: UnsafeMutablePointer(mutating: program), argv: words ?? empty)
                    let call = AttachCall(container: handle.container, options: options?.pointee ?? .standard)
                    return try withUnsafeMutablePointer(to: &command) { (command) throws(LXCError) in
                        try call.wait(for: call.begin(lxc_attach_run_command, command))
                    }
                }
            }
        }
    }
}
