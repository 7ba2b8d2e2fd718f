// SPDX-License-Identifier: Apache-2.0
import LXCStorage
import LXCTestSupport
import LinuxKernel
import Testing

@Suite(.needsRoot) struct TreeSizeTests {
    @Test func filesOfAllLevelsCount() throws {
        try withContainers { fixture in
            let top = fixture.lxcpath + "/tree"
            try fixture.write(top + "/one", String(repeating: "x", count: 100_000))
            for number in 0..<300 { try fixture.write("\(top)/wide/\(number)/deep/file", "x") }
            _ = try fixture.run("/bin/sh", ["-c", "cd \(top) && ln -s /usr usr && truncate -s 1G hole && mkfifo fifo"])
            let size = try #require(TreeSize.estimate(top, within: .seconds(10)))
            #expect(size >= 100_000 && size < 100_000_000)
            #expect(TreeSize.estimate(top, within: .zero) == nil && TreeSize.estimate(top + "/nothere", within: .seconds(1)) == nil)
        }
    }
}
