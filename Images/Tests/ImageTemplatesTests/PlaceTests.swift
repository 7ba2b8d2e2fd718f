// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@testable import ImageTemplates

@Suite struct PlaceTests {
    @Test("S1.64 S1.67 S1.94: downloads are kept in the system's cache, those of ordinary users below their home")
    func cacheFolder() throws {
        let home = try #require(ProcessEnvironment.value("HOME"))
        try #require(ProcessEnvironment.value("LXC_CACHE_PATH") == nil)
        #expect(Surroundings.cacheFolder(isMapped: true) == home + "/.cache/lxc")
        #expect(Surroundings.cacheFolder(isMapped: false) == InstalledPaths.cache)
    }
}
