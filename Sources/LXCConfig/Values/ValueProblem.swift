// SPDX-License-Identifier: Apache-2.0

/// Why the text of one value cannot be used; the parser adds the file, the line and the key.
package struct ValueProblem: Error, Sendable, Equatable {
    /// What is wrong, as the rest of a sentence that begins with the key.
    package var reason: String
    /// What to write instead.
    package var hint: String?
    /// Bytes from the start of the value to the place of the fault.
    package var offset: Int

    package init(_ reason: String, hint: String? = nil, at offset: Int = 0) {
        self.reason = reason
        self.hint = hint
        self.offset = offset
    }
}

/// Text from outside made fit for a message: control characters escaped, long text cut.
package func quoted(_ text: String) -> String {
    var shown = "\""
    var length = 0
    for scalar in text.unicodeScalars {
        if length == 60 {
            shown += "..."
            break
        }
        length += 1
        if scalar.value < 0x20 || scalar.value == 0x7F {
            shown += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
        } else {
            shown.unicodeScalars.append(scalar)
        }
    }
    return shown + "\""
}
