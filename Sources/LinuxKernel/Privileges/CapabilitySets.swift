// SPDX-License-Identifier: Apache-2.0
import CLinux

/// A set of capabilities, one bit per number of capabilities(7).
package struct CapabilityMask: OptionSet, Sendable, Hashable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let netAdmin = CapabilityMask(rawValue: 1 << 12)
    package static let sysAdmin = CapabilityMask(rawValue: 1 << 21)

    /// Makes a set of numbers; those above 63 cannot exist and are left out.
    package init(numbers: some Sequence<Int>) {
        rawValue = numbers.reduce(0) { $1 >= 0 && $1 < 64 ? $0 | (1 << UInt64($1)) : $0 }
    }

    /// Whether a capability is in the set; numbers outside 0 to 63 never are.
    package func contains(number: Int) -> Bool { number >= 0 && number < 64 && rawValue & (1 << UInt64(number)) != 0 }
}

/// The capability sets of the running process, capabilities(7).
package enum CapabilitySets {
    /// The highest number that the running kernel knows.
    ///
    /// Source: `prctl(2)` `PR_CAPBSET_READ`, which refuses unknown numbers; `/proc` may not be mounted.
    package static func highestKnown() -> Int {
        var number = 40
        while number < 63, clinux_prctl(PR_CAPBSET_READ, UInt(number + 1), 0, 0, 0) >= 0 { number += 1 }
        while number > 0, clinux_prctl(PR_CAPBSET_READ, UInt(number), 0, 0, 0) < 0 { number -= 1 }
        return number
    }

    /// The bounding set: what programs can gain by exec. `PR_CAPBSET_READ`.
    package static func bounding() -> CapabilityMask {
        CapabilityMask(numbers: (0...highestKnown()).filter { clinux_prctl(PR_CAPBSET_READ, UInt($0), 0, 0, 0) == 1 })
    }

    /// Removes capabilities from the bounding set for ever. `PR_CAPBSET_DROP`.
    package static func dropFromBounding(_ mask: CapabilityMask) throws(KernelError) {
        for number in 0...highestKnown() where mask.contains(number: number) {
            try kernelCommand("prctl", "PR_CAPBSET_DROP \(number)") { clinux_prctl(PR_CAPBSET_DROP, UInt(number), 0, 0, 0) }
        }
    }

    /// The three sets of the caller. Kernel call: `capget(2)`.
    package static func current() throws(KernelError) -> (effective: CapabilityMask, permitted: CapabilityMask, inheritable: CapabilityMask)
    {
        var effective: UInt64 = 0
        var permitted: UInt64 = 0
        var inheritable: UInt64 = 0
        try kernelCommand("capget", "self") { clinux_capget(&effective, &permitted, &inheritable) }
        return (CapabilityMask(rawValue: effective), CapabilityMask(rawValue: permitted), CapabilityMask(rawValue: inheritable))
    }

    /// Sets the three sets of the caller. Kernel call: `capset(2)`.
    package static func set(
        effective: CapabilityMask, permitted: CapabilityMask, inheritable: CapabilityMask
    ) throws(KernelError) {
        try kernelCommand("capset", "self") { clinux_capset(effective.rawValue, permitted.rawValue, inheritable.rawValue) }
    }

    /// Empties the ambient set. `PR_CAP_AMBIENT_CLEAR_ALL`.
    package static func clearAmbient() throws(KernelError) {
        try kernelCommand("prctl", "PR_CAP_AMBIENT") { clinux_prctl(PR_CAP_AMBIENT, UInt(PR_CAP_AMBIENT_CLEAR_ALL), 0, 0, 0) }
    }

    /// Raises permitted capabilities into the ambient set, so that they survive exec of a non-root user.
    package static func raiseAmbient(_ mask: CapabilityMask) throws(KernelError) {
        for number in 0...highestKnown() where mask.contains(number: number) {
            try kernelCommand("prctl", "PR_CAP_AMBIENT_RAISE \(number)") {
                clinux_prctl(PR_CAP_AMBIENT, UInt(PR_CAP_AMBIENT_RAISE), UInt(number), 0, 0)
            }
        }
    }

    /// Keeps the permitted set across a change of user id. `PR_SET_KEEPCAPS`.
    package static func keepAcrossUserChange(_ keep: Bool) throws(KernelError) {
        try kernelCommand("prctl", "PR_SET_KEEPCAPS") { clinux_prctl(PR_SET_KEEPCAPS, keep ? 1 : 0, 0, 0, 0) }
    }
}

/// keyrings(7).
package enum SessionKeyring {
    /// Joins a new, empty session keyring, so that the host's keys are out of reach.
    ///
    /// Kernel call: `keyctl(2)` `KEYCTL_JOIN_SESSION_KEYRING`.
    package static func joinNew() throws(KernelError) {
        try kernelCommand("keyctl", "session keyring") { clinux_join_session_keyring() }
    }
}
