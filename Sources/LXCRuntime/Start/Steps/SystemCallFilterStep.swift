// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Puts the system call filter on this process, and so on everything in the container.
struct SystemCallFilterStep: InitStep {
    let name = "loading the system call filter"

    func perform(_ context: InitContext) throws(OperationFailure) {
        guard let filter = context.systemCallFilter else { return }
        context.systemCallFilter = nil
        try attempting(
            "cannot load the seccomp policy", key: "lxc.seccomp.profile", origin: context.origin("lxc.seccomp.profile")
        ) { () throws(KernelError) in context.listener = try filter.load() }
    }
}
