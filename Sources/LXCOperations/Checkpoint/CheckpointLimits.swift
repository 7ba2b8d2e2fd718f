// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
import LinuxKernel

/// Which containers can be taken up again. Others are not written either: somebody may rely on it.
enum CheckpointLimits {
    /// - Throws: ``LXCError`` with the setting that is in the way.
    static func check(_ config: ContainerConfig, _ what: String) throws(LXCError) {
        guard ProcessControl.effectiveUser == 0 else {
            throw LXCError(.notPermitted, what, reason: "criu takes the rights of root", hint: "run it as root")
        }
        if let map = config.idMap.first {
            throw refusal(what, "a container with an id map cannot be taken up again", "lxc.idmap", map.origin)
        }
        if config.console.consolePath != "none" || config.console.ttyMax > 0 {
            throw LXCError(
                .failed, what, reason: "criu cannot bring its terminals back",
                hint: "start it with lxc.console.path = none and lxc.tty.max = 0")
        }
        for network in config.networks where !["veth", "empty"].contains(network.type?.value ?? "empty") {
            throw refusal(
                what, "a network device of type \(network.type?.value ?? "") cannot be taken up again", "lxc.net.\(network.index).type",
                network.type?.origin)
        }
    }

    private static func refusal(_ what: String, _ reason: String, _ key: String, _ origin: ConfigOrigin?) -> LXCError {
        LXCError(.failed, OperationFailure(what, reason: reason, key: key, origin: origin))
    }
}
