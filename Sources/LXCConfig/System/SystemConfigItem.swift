// SPDX-License-Identifier: Apache-2.0

/// The items of the system configuration `lxc.conf`; the raw value is the full name.
package enum SystemConfigItem: String, Sendable, CaseIterable {
    case defaultConfig = "lxc.default_config"
    case containerPath = "lxc.lxcpath"
    case volumeGroup = "lxc.bdev.lvm.vg"
    case thinPool = "lxc.bdev.lvm.thin_pool"
    case zfsRoot = "lxc.bdev.zfs.root"
    case cgroupUse = "lxc.cgroup.use"
    case cgroupPattern = "lxc.cgroup.pattern"
    case rbdPool = "lxc.bdev.rbd.rbdpool"
    case rbdUser = "lxc.bdev.rbd.rbduser"
    /// `highest-first` or `lowest-first`
    case startOrderRule = "lxc.start.order.rule"
    /// `keep` or `clear`
    case attachEnvironment = "lxc.attach.env"

    /// The items that `lxc-config -l` lists, in its order.
    package static let listed: [SystemConfigItem] = [
        .defaultConfig, .containerPath, .volumeGroup, .thinPool, .zfsRoot, .cgroupUse, .cgroupPattern,
    ]

    /// The item with this exact name; `lxcpath` is what the first users were told to write.
    package init?(name: String) {
        if name == "lxcpath" { self = .containerPath } else { self.init(rawValue: name) }
    }

    /// The item that `lxc-config` means: the first one whose name begins with the word.
    package init?(beginning word: String) {
        if let exact = SystemConfigItem(name: word) {
            self = exact
        } else if !word.isEmpty, let first = (Self.listed + Self.allCases).first(where: { $0.rawValue.hasPrefix(word) }) {
            self = first
        } else {
            return nil
        }
    }

    /// What the value may be; nil when every text is fine.
    var words: [String]? {
        switch self {
        case .startOrderRule: ["highest-first", "lowest-first"]
        case .attachEnvironment: ["keep", "clear"]
        default: nil
        }
    }
}
