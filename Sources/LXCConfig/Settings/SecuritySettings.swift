// SPDX-License-Identifier: Apache-2.0

/// Capabilities, security modules, seccomp, keyring.
package struct SecuritySettings: Sendable, Equatable {
    /// `lxc.cap.drop`
    package var capabilityDrop: [CapabilityName] = []
    /// `lxc.cap.keep`; nil = not set, empty = keep none.
    package var capabilityKeep: [CapabilityName]?
    /// `lxc.no_new_privs`
    package var noNewPrivileges = false
    /// `lxc.keyring.session`: a new session keyring.
    package var sessionKeyring = true
    /// `lxc.apparmor.profile`
    package var apparmorProfile: String?
    package var apparmorAllowIncomplete = false
    package var apparmorAllowNesting = false
    /// `lxc.apparmor.raw`: lines for a generated profile.
    package var apparmorRaw: [String] = []
    /// `lxc.selinux.context`
    package var selinuxContext: String?
    /// `lxc.selinux.context.keyring`
    package var selinuxKeyringContext: String?
    /// `lxc.seccomp.profile`: path of the policy file.
    package var seccompProfile: String?
    package var seccompAllowNesting = false
    /// `lxc.seccomp.notify.proxy`: `unix:PATH`.
    package var seccompNotifyProxy: String?
    package var seccompNotifyCookie: String?

    package init() {}
}
