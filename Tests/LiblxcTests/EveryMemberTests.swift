// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// One binary on both libraries: what they answer differently is written down in `Documentation/liblxc-differences.md`.
@Suite(.needsRoot, .needsPeerLXC, .needsProgram(LibraryScene.headers, package: "lxc-dev"))
struct EveryMemberTests {
    private struct Difference: Hashable, CustomStringConvertible {
        let call: Substring
        let theirs: Substring
        let ours: Substring
        var description: String { "| \(call) | `\(theirs)` | `\(ours)` |" }
    }

    @Test func differsFromTheirsOnlyWhereTheTableSaysSo() throws {
        try withContainers { fixture in
            let scene = try LibraryScene(fixture)
            let program = try scene.compile("every_member")
            let name = fixture.name("abi")
            fixture.atEnd("cgroups of C LXC") { try PeerTools.removeCgroups(containing: fixture.tag) }
            var outputs: [[Substring]] = []
            for (folder, library) in [("theirs", []), ("ours", ["LD_LIBRARY_PATH=\(scene.folder)"])] {
                let path = "\(fixture.lxcpath)/\(folder)"
                try HostPath.makeDirectories(path)
                let result = try fixture.run(program, [path, name], environment: library, seconds: 120)
                #expect(result.code == 0, "\(folder): \(result)")
                outputs.append(result.output.split(separator: "\n"))
            }
            #expect(outputs[0].count == outputs[1].count && outputs[0].count > 300)
            var found: Set<Difference> = []
            for (theirs, ours) in zip(outputs[0], outputs[1]) where theirs != ours {
                let call = theirs.prefix { $0 != " " }
                found.insert(
                    Difference(
                        call: call, theirs: Self.trimmed(theirs.dropFirst(call.count)), ours: Self.trimmed(ours.dropFirst(call.count))))
            }
            let known = try Self.table()
            for difference in found.subtracting(known) { Issue.record("not in the table: \(difference)") }
            for difference in known.subtracting(found) { Issue.record("not true any more: \(difference)") }
        }
    }

    /// The rows of the first table.
    private static func table() throws -> Set<Difference> {
        let text = try WholeFile.text(TestInstallation.checkout + "/Documentation/liblxc-differences.md")
        var rows: Set<Difference> = []
        for line in text.split(separator: "\n") {
            let cells = line.split(separator: "|").map { trimmed($0) }
            guard cells.count == 4, cells[1].hasPrefix("`"), cells[2].hasPrefix("`"), !cells[0].hasPrefix("`") else { continue }
            rows.insert(Difference(call: cells[0], theirs: cells[1].dropFirst().dropLast(), ours: cells[2].dropFirst().dropLast()))
        }
        return rows
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}
