// SPDX-License-Identifier: Apache-2.0
import LXCRuntime
import LinuxKernel
import Testing

@testable import LXCTools

/// Rows that come out of a container, where anybody may have written them.
@Suite struct ListRowCodingTests {
    private var row: ListRow {
        var row = ListRow(name: "inner")
        row.parents = ["outer", "middle"]
        row.state = .frozen
        row.pid = 12
        row.memoryBytes = 4096
        row.startsAutomatically = true
        row.groups = ["a", "b"]
        row.ipv4 = ["10.0.3.2"]
        return row
    }

    @Test func rowsSurviveTheWay() {
        #expect(ListRowCoding.decode(ListRowCoding.encode([row, ListRow(name: "x")])) == [row, ListRow(name: "x")])
    }

    @Test(arguments: [
        "", "nonsense", "\u{1E}\u{1E}", "a\u{1F}b\u{1E}", String(repeating: "\u{1F}", count: 11),
        "n\u{1F}\u{1F}BOGUS" + String(repeating: "\u{1F}", count: 9),
    ])
    func anythingElseIsNoRow(text: String) {
        #expect(ListRowCoding.decode(text.kernelBytes) == [])
    }

    @Test func textCannotSteerATerminal() {
        let text = "a\u{1B}[2Jb\u{9B}c\n" + "\u{1F}\u{1F}STOPPED" + String(repeating: "\u{1F}", count: 9) + "\u{1E}"
        #expect(ListRowCoding.decode(text.kernelBytes).map(\.name) == ["a[2Jbc"])
    }
}
