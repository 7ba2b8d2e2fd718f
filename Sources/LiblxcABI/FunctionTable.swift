// SPDX-License-Identifier: Apache-2.0
import CLiblxc

/// Puts the functions into a struct. Those with variable arguments are in C: `variadic_calls.c`.
enum FunctionTable {
    static func fill(_ object: Object) {
        fillLifecycle(object)
        fillConfig(object)
        fillInformation(object)
        fillCopies(object)
        fillDevices(object)
        fillAttach(object)
        fillCheckpoint(object)
        cliblxc_fill_variadic(object)
    }
}
