// SPDX-License-Identifier: Apache-2.0

/// Paths in lines of fstab(5).
enum MountText {
    /// A path with its blanks written as their octal numbers, as the kernel and getmntent(3) read them.
    static func escaped(_ path: String) -> String {
        var text = ""
        for character in path {
            switch character {
            case " ": text += "\\040"
            case "\t": text += "\\011"
            case "\\": text += "\\134"
            default: text.append(character)
            }
        }
        return text
    }
}
