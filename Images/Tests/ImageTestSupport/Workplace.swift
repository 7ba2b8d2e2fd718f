// SPDX-License-Identifier: Apache-2.0
import Foundation
package import LinuxKernel
package import Unpacking

/// A folder of a test, with a canary beside the place where things are unpacked; removed at the end.
package final class Workplace {
    package let path: String
    /// Where archives are unpacked.
    package var root: String { path + "/root" }
    private let canary = "nobody touches this\n"

    package init() throws {
        path = "/tmp/lxc-images-" + String(UInt64.random(in: .min ... .max), radix: 36)
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: path + "/canary", withIntermediateDirectories: true)
        try canary.write(toFile: path + "/canary/file", atomically: false, encoding: .utf8)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("cannot remove \(path): \(error)") }
    }

    /// Whether nothing outside the root was touched.
    package var isCanaryIntact: Bool {
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: path + "/canary")
            return try names == ["file"] && String(contentsOfFile: path + "/canary/file", encoding: .utf8) == canary
        } catch { return false }
    }

    /// Everything in the root, sorted.
    package func tree() throws -> [String] { try FileManager.default.subpathsOfDirectory(atPath: root).sorted() }

    package func text(_ name: String) throws -> String { try String(contentsOfFile: root + "/" + name, encoding: .utf8) }

    package func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let place = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (place as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: place))
        return place
    }

    package func handle() throws -> DirectoryHandle { try DirectoryHandle(opening: root) }

    /// Unpacks bytes into the root.
    @discardableResult
    package func unpack(_ bytes: [UInt8], _ settings: UnpackSettings = UnpackSettings()) throws -> UnpackReport {
        try SafeUnpacker(into: handle(), settings).unpack(BytesSource(bytes))
    }

    /// What a shell command prints; fails when its status is not 0.
    @discardableResult
    package func shell(_ command: String) throws -> String {
        let process = Process()
        let output = Foundation.Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-euo", "pipefail", "-c", command]
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: bytes, as: UTF8.self)
        guard process.terminationStatus == 0 else { throw ImageFailure("\(command): status \(process.terminationStatus): \(text)") }
        return text
    }
}

/// Bytes in memory, given out in pieces.
package final class BytesSource: ByteSource {
    private let bytes: [UInt8]
    private var position = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, bytes.count - position)
        buffer.copyBytes(from: bytes[position..<position + count])
        position += count
        return count
    }
}

/// The folder of the programs that were built with the tests.
package enum BuiltProducts {
    package static var folder: String {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        // The test runner is swift's own on Linux when the bundle is loaded, else the bundle itself lies beside the programs.
        for argument in CommandLine.arguments where argument.hasSuffix(".xctest") {
            return (argument as NSString).deletingLastPathComponent
        }
        return (program as NSString).deletingLastPathComponent
    }
}
