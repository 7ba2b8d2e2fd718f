// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCStorage

extension StorageOrder {
    /// Takes over what the system configuration says about storage (`lxc.bdev.*`), where nothing else was asked for.
    mutating func takeDefaults(from system: SystemConfig) {
        volumeGroup = volumeGroup ?? system.value(of: .volumeGroup)
        thinPool = thinPool ?? system.value(of: .thinPool)
        zfsRoot = zfsRoot ?? system.value(of: .zfsRoot)
        rbdPool = rbdPool ?? system.value(of: .rbdPool)
        rbdUser = rbdUser ?? system.value(of: .rbdUser)
    }
}
