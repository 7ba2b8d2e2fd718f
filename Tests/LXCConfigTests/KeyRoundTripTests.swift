// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@testable import LXCConfig

/// set, get, save, load, clear of every key.
@Suite struct KeyRoundTripTests {
    @Test func everyRowHasASample() {
        let sampled = Set(KeySample.all.compactMap { KeyRegistry.find($0.key)?.key.name })
        let readable = KeyRegistry.keys.filter { $0.form != .branch && $0.form != .include }
        #expect(readable.map(\.name).filter { !sampled.contains($0) } == [])
    }

    @Test func everyRowIsDocumentedAndFound() {
        for key in KeyRegistry.keys {
            #expect(key.documentation.hasSuffix("."), "\(key.name)")
            let name = key.name.replacingNumber(with: "3")
            #expect(KeyRegistry.find(name)?.key.name == key.name)
            #expect(KeyRegistry.find(name)?.isHistoric == false)
        }
    }

    @Test(arguments: KeySample.all) func setGetSaveLoadClear(sample: KeySample) throws {
        var edited = ContainerConfigDocument()
        if sample.key.hasPrefix("lxc.net.") && sample.key != "lxc.net.0.type" { try edited.set("lxc.net.0.type", "veth") }
        try edited.set(sample.key, sample.value)
        #expect(edited.value(of: sample.key) == sample.read)

        let loaded = try document(edited.savedText)
        #expect(loaded.value(of: sample.key) == sample.read)
        #expect(try ContainerConfig(entries: edited.config.entries) == edited.config)
        // What is read back can be given again.
        if KeyRegistry.find(sample.key)?.key.form == .scalar, sample.key != "lxc.rootfs.path", !sample.read.contains("\n") {
            var again = ContainerConfigDocument()
            try again.set(sample.key, sample.read)
            #expect(again.value(of: sample.key) == sample.read)
        }

        try edited.clear(sample.key)
        if sample.key == "lxc.net.0.type" {
            #expect(edited.value(of: sample.key) == nil && edited.config.networks.isEmpty)
        } else {
            #expect(edited.value(of: sample.key) == sample.normal)
        }
        #expect(!edited.savedText.contains(sample.key + " "))
        #expect(try document(edited.savedText).config.entries.filter { $0.key == sample.key } == [])
    }

    @Test(arguments: KeySample.all) func fileSetsTheSameAsACaller(sample: KeySample) throws {
        let fromFile = try settings("  \(sample.key)\t=  \"\(sample.value)\"  \r\n")
        #expect(fromFile.value(of: sample.key) == sample.read)
        #expect(fromFile.origin(of: sample.key) == ConfigOrigin(file: "test.conf", line: 1))
    }

    @Test(arguments: KeySample.all) func emptyLineClears(sample: KeySample) throws {
        let cleared = try settings("\(sample.key) = \(sample.value)\n\(sample.key) =\n")
        switch sample.key {
        case "lxc.autodev": #expect(cleared.value(of: sample.key) == "0")  // as C LXC: an empty value is a zero here
        case let key where key.hasPrefix("lxc.net."):
            #expect(cleared.value(of: key) == (key.hasSuffix(".type") ? nil : sample.normal))
        default: #expect(cleared.value(of: sample.key) == sample.normal)
        }
    }

    @Test func monitorSignalIsKillUntilItIsCleared() throws {
        #expect(try settings("").value(of: "lxc.monitor.signal.pdeath") == "9")
        #expect(try settings("lxc.monitor.signal.pdeath = 0").process.parentDeathSignal == 0)
    }
}

extension String {
    fileprivate func replacingNumber(with number: String) -> String {
        split(separator: ".", omittingEmptySubsequences: false).map { $0 == "N" ? number[...] : $0 }.joined(separator: ".")
    }
}
