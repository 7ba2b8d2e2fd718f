// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// What this version cannot do is refused by name: a container never starts with less than its configuration asks for.
enum StartRefusal {
    static func check(_ config: ContainerConfig) throws(OperationFailure) {
        try checkIDMap(config)
    }

    private static func checkIDMap(_ config: ContainerConfig) throws(OperationFailure) {
        guard !config.idMap.isEmpty else { return try checkUser(config) }
        for kind in [IDMapEntry.Kind.user, .group] {
            let name = kind == .user ? "user" : "group"
            guard config.idMap.contains(where: { $0.kind == kind && $0.containerID == 0 }) else {
                throw OperationFailure(
                    "cannot use the id map", reason: "it maps no \(name) to the container's root (id 0)", key: "lxc.idmap",
                    origin: config.idMap.first?.origin, hint: "add lxc.idmap = \(kind == .user ? "u" : "g") 0 100000 65536")
            }
        }
    }

    /// Without a map only root has the rights that a container's first process needs.
    private static func checkUser(_ config: ContainerConfig) throws(OperationFailure) {
        guard ProcessControl.effectiveUser != 0 else { return }
        let user = try attempting("cannot learn who you are") { () throws(KernelError) in try CallingUser() }
        let ids = try attempting("cannot learn which ids you have") { () throws(KernelError) in
            try (user.subordinates(.user).first, user.subordinates(.group).first)
        }
        let name = user.name?.text ?? "NAME"
        let hint =
            if let users = ids.0, let groups = ids.1 {
                "add lxc.idmap = u 0 \(users.first) \(users.count) and lxc.idmap = g 0 \(groups.first) \(groups.count)"
            } else { "you have no ids to map: lxc-checkconfig --user \(name) says what is missing" }
        throw OperationFailure(
            "cannot start it as an ordinary user", reason: "its configuration maps no ids (lxc.idmap), and only root can do without",
            hint: hint)
    }
}
