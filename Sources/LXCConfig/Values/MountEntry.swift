// SPDX-License-Identifier: Apache-2.0

/// One line of `lxc.mount.entry` or of an fstab file; blanks written as `\040` are already blanks here.
package struct MountEntry: Sendable, Equatable {
    package var source: String
    /// As written: relative means below the root filesystem.
    package var target: String
    /// `none` for a bind mount.
    package var fsType: String
    package var options: MountOptions
    /// The line as written.
    package var text: String

    package init(
        source: String = "", target: String = "", fsType: String = "", options: MountOptions = MountOptions(), text: String = ""
    ) {
        self.source = source
        self.target = target
        self.fsType = fsType
        self.options = options
        self.text = text
    }
}
