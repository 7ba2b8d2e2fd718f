// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Reliability 3.4: kill -9 right before each call that changes something. What is there afterwards is old or new, never torn, the next
/// command of any kind tidies up, and nothing is left.
@Suite(.needsRoot, .needsProgram("/sbin/mkfs.ext4", package: "e2fsprogs")) struct StorageStepTests {
    /// What is cut short.
    enum Work: String, CaseIterable, Sendable {
        case copy, sharedCopy, imageCopy, rename, snapshot, restore, restoreLayers, restoreImage, destroySnapshot, destroy, destroyAll
        case createImage
    }

    @Test(arguments: Work.allCases) func nothingIsTorn(work: Work) throws {
        try withContainers { fixture in
            let scene = try StepScene(fixture, work)
            let count = try scene.countSteps()
            #expect(count > 5)
            let steps = Self.steps(of: count)
            var hits = 0
            for (number, step) in steps.enumerated() {
                for everybody in [false, true] {
                    if try !scene.cutShort(at: step, everybody: everybody, next: number) { return }
                    hits += 1
                }
            }
            print("kills at a step: \(work.rawValue): \(count) steps, \(hits) kills at \(steps.count) of them")
        }
    }

    /// All of them with `LXC_TEST_STEPS=all`; else as many as it says, spread evenly.
    private static func steps(of count: Int) -> [Int] {
        let text = ProcessEnvironment.value("LXC_TEST_STEPS") ?? ""
        let wanted = text == "all" ? count : min(count, Int(text) ?? 6)
        return wanted < 2 ? Array(1...count) : (0..<wanted).map { 1 + $0 * (count - 1) / (wanted - 1) }
    }
}
