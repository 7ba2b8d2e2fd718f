// SPDX-License-Identifier: Apache-2.0
import FuzzDriver
import Glibc
import LXCConfig
import LinuxKernel

// Any text as a configuration: it is read or refused, never trapped on. What was read must come back the same when it is written
// and read again, when its entries go to another process, and when every key is read, set again and cleared.
//
// Run it: scripts/fuzz.sh 60

exit(
    fuzz { data, count in
        let bytes = fuzzInput(data, count)
        // Includes would make the outcome depend on the machine; the content of other files is not what is tested here.
        if contains(bytes, Array("include".utf8)) { return 0 }
        checkParser(bytes)
        checkUpdate(bytes)
        // Guesses at what long texts of the wrong kind mean would eat most of the time.
        if bytes.count < 256 { checkSystemConfig(bytes) }
        return 0
    })

private func checkParser(_ bytes: [UInt8]) {
    let document: ContainerConfigDocument
    do { document = try ConfigParser.parse(bytes, name: "fuzz") } catch {
        require(!error.description.isEmpty && error.origin.line > 0, "an error without a place")
        require(error.description.split(separator: "\n").count <= 5, "an error of more than five lines")
        return
    }
    do {
        require(try ContainerConfig(entries: document.config.entries) == document.config, "entries give other settings")
        var edited = document
        for entry in document.config.entries.prefix(16) {
            _ = edited.value(of: entry.key)
            _ = edited.keys(under: entry.key)
        }
        try edited.set("lxc.x-fuzz", "1")
        let again = try ConfigParser.parse(edited.bytes, name: "fuzz")
        require(again.value(of: "lxc.x-fuzz") == "1", "a key that was set is gone")
        require(again.config.entries.map(\.key) == edited.config.entries.map(\.key), "saving changes the keys")
        require(again.config.entries.map(\.value) == edited.config.entries.map(\.value), "saving changes the values")
        for entry in document.config.entries.prefix(4) { try edited.clear(entry.key) }
        _ = try ConfigParser.parse(edited.bytes, name: "fuzz")
    } catch {
        fatalError("what was read is refused: \(error)")
    }
}

private func checkUpdate(_ bytes: [UInt8]) {
    let update = ConfigUpdate(bytes, name: "fuzz")
    require(update.isNeeded || update.newBytes == bytes, "an update of nothing changes something")
    require(update.isNeeded != update.diff.isEmpty, "the preview does not fit")
    require(!ConfigUpdate(update.newBytes, name: "fuzz").isNeeded, "an update needs an update")
}

private func checkSystemConfig(_ bytes: [UInt8]) {
    var config = SystemConfig(owner: .root, paths: InstallPaths(systemConfiguration: "/etc/lxc", containers: "/var/lib/lxc"))
    // try?: a refusal is as good as an answer, only traps count.
    try? config.read(bytes)
    for item in SystemConfigItem.allCases { _ = config.value(of: item) }
    // try?: as above.
    _ = try? FstabFile.parse(bytes, file: "fuzz")
    _ = try? CommandWords.split(String(kernelBytes: bytes))
}

private func require(_ condition: Bool, _ message: String) {
    if !condition { fatalError(message) }
}

private func contains(_ bytes: [UInt8], _ word: [UInt8]) -> Bool {
    guard bytes.count >= word.count else { return false }
    return (0...bytes.count - word.count).contains { bytes[$0..<$0 + word.count].elementsEqual(word) }
}
