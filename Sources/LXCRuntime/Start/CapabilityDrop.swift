// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// Which capabilities a container loses.
enum CapabilityDrop {
    /// What `lxc.cap.drop` or `lxc.cap.keep` takes away; with neither, nothing.
    static func dropped(_ settings: SecuritySettings) -> CapabilityMask {
        if let kept = settings.capabilityKeep {
            let keep = CapabilityMask(numbers: kept.map { $0.number })
            return CapabilityMask(rawValue: ~keep.rawValue)
        }
        return CapabilityMask(numbers: settings.capabilityDrop.map { $0.number })
    }

    /// Removes them from the bounding and inheritable sets, so that no program run from here on can have them.
    static func apply(_ settings: SecuritySettings) throws(OperationFailure) {
        let mask = dropped(settings)
        try attempting("cannot drop capabilities") { () throws(KernelError) in
            if !mask.isEmpty { try CapabilitySets.dropFromBounding(mask) }
            let sets = try CapabilitySets.current()
            // Nothing is inheritable: a file with inheritable capabilities must not gain any (CVE-2022-24769).
            try CapabilitySets.set(effective: sets.effective, permitted: sets.permitted, inheritable: [])
        }
    }
}
