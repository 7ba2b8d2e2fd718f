// SPDX-License-Identifier: Apache-2.0
import LXCConfig

/// What this version cannot do is refused by name: a container never starts with less than its configuration asks for.
enum StartRefusal {
    static func check(_ config: ContainerConfig) throws(OperationFailure) {
        try checkIDMap(config)
    }

    private static func checkIDMap(_ config: ContainerConfig) throws(OperationFailure) {
        guard !config.idMap.isEmpty else { return }
        for kind in [IDMapEntry.Kind.user, .group] {
            let name = kind == .user ? "user" : "group"
            guard config.idMap.contains(where: { $0.kind == kind && $0.containerID == 0 }) else {
                throw OperationFailure(
                    "cannot use the id map", reason: "it maps no \(name) to the container's root (id 0)", key: "lxc.idmap",
                    origin: config.idMap.first?.origin, hint: "add lxc.idmap = \(kind == .user ? "u" : "g") 0 100000 65536")
            }
        }
    }
}
