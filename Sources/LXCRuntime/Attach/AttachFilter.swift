// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The system call filter of an attached program.
enum AttachFilter {
    /// The filter that the program gets, so that it does not run with fewer limits than init; nil when there is none to load.
    static func make(_ profile: InitProfile, _ wishes: AttachWishes, _ client: ControlClient) throws(AttachFailure) -> SystemCallFilter? {
        guard profile.status.seccompMode ?? 0 != 0, !wishes.elevated.contains(.securityModule) else { return nil }
        guard let file = try setting("lxc.seccomp.profile", client) else {
            // A tool that is itself confined hands its filters on.
            if (try? ProcessStatus.read())?.seccompMode ?? 0 != 0 { return nil }  // unreadable: as if there were no filter here
            throw AttachFailure(
                .failed,
                OperationFailure(
                    "cannot give the program the system call filter of the container's init",
                    reason: "it does not come from its configuration",
                    hint: "lxc-attach -e LSM runs the program without a filter and without a label"))
        }
        let allowsNesting = try setting("lxc.seccomp.allow_nesting", client) == "1"
        return try attaching { () throws(OperationFailure) in
            try SystemCallPolicy(file: file, allowsNesting: allowsNesting, origin: nil).compile(nil)
        }
    }

    /// A setting of the running container; nil when it has none.
    private static func setting(_ key: String, _ client: ControlClient) throws(AttachFailure) -> String? {
        do {
            let value = try client.configItem(key)
            return value == "" ? nil : value
        } catch { throw AttachFailure("cannot learn the container's system call filter", error) }
    }
}
