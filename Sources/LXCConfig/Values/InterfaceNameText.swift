// SPDX-License-Identifier: Apache-2.0

/// Names of network devices as the kernel takes them.
enum InterfaceNameText {
    /// Checks a name: 1 to 15 bytes, without blanks, `/` and `:`, neither `.` nor `..`; `%d` once, for a number the kernel chooses.
    ///
    /// - Parameters:
    ///   - text: The name.
    ///   - isLink: A device of the host may end in `+`: the first one whose name begins so.
    /// - Returns: The same name.
    /// - Throws: ``ValueProblem`` saying what is wrong with it.
    static func parse(_ text: String, isLink: Bool = false) throws(ValueProblem) -> String {
        let name = isLink && text.utf8.last == 0x2B ? String(text.dropLast()) : text
        let bytes = Array(name.utf8)
        guard (1...15).contains(bytes.count) else {
            throw ValueProblem(
                "\(quoted(text)) is \(bytes.isEmpty ? "no" : "too long for the") name of a network device", hint: "1 to 15 bytes")
        }
        for (index, byte) in bytes.enumerated() where byte <= 0x20 || byte == 0x7F || byte == 0x2F || byte == 0x3A {
            throw ValueProblem("\(quoted(text)) has a character that no name of a network device may have", at: index)
        }
        let percents = bytes.indices.filter { bytes[$0] == 0x25 }
        let isPattern = percents.count == 1 && bytes.dropFirst(percents[0] + 1).first == 0x64
        guard name != ".", name != "..", percents.isEmpty || isPattern else {
            throw ValueProblem("\(quoted(text)) is not the name of a network device")
        }
        return text
    }
}
