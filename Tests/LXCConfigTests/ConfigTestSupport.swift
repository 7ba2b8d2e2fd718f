// SPDX-License-Identifier: Apache-2.0
import Glibc
import LinuxKernel

@testable import LXCConfig

/// Reads a configuration that a test wrote down.
func document(_ text: String) throws(ConfigProblem) -> ContainerConfigDocument {
    try ConfigParser.parse(text.kernelBytes, name: "test.conf")
}

/// The settings of a configuration that a test wrote down.
func settings(_ text: String) throws(ConfigProblem) -> ContainerConfig { try document(text).config }

/// The fault of a configuration that is wrong; nil when there is none.
func problem(_ text: String) -> ConfigProblem? { problem(bytes: text.kernelBytes) }

/// The same for any bytes.
func problem(bytes: [UInt8]) -> ConfigProblem? {
    do { _ = try ConfigParser.parse(bytes, name: "test.conf") } catch { return error }
    return nil
}

/// The fault of a configuration file that is wrong; nil when there is none.
func problem(inFile path: String) -> ConfigProblem? {
    do { _ = try ConfigParser.load(path: path) } catch { return error }
    return nil
}

extension ContainerConfigDocument {
    /// What a save would write, as text.
    var savedText: String { String(kernelBytes: bytes) }
}

/// A folder for one test; it goes with everything in it when the test ends.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/lxc-config-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw KernelError(call: "mkdtemp", errno: .ioError, subject: "/tmp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String { try write(name, text.kernelBytes) }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = try OwnedDescriptor(opening: path + "/" + name, [.writeOnly, .create, .truncate], mode: 0o644)
        try file.writeAll(bytes)
        return path + "/" + name
    }

    func makeFolder(_ name: String) -> String {
        _ = mkdir(path + "/" + name, 0o755)
        return path + "/" + name
    }

    func makeFIFO(_ name: String) -> String {
        _ = mkfifo(path + "/" + name, 0o600)
        return path + "/" + name
    }

    func link(_ name: String, to target: String) -> String {
        _ = symlink(target, path + "/" + name)
        return path + "/" + name
    }

    /// A file of this size that takes no room on the disk.
    func makeHole(_ name: String, size: Int) throws -> String {
        let file = try OwnedDescriptor(opening: path + "/" + name, [.writeOnly, .create])
        _ = ftruncate(file.number, size)
        return path + "/" + name
    }

    private static func remove(_ path: String) {
        for name in (try? DirectoryListing.names(in: path)) ?? [] where unlink(path + "/" + name) != 0 { remove(path + "/" + name) }
        _ = rmdir(path)
    }
}

/// A filesystem in memory with a fixed size, mounted for one test. Needs root.
final class SmallFilesystem {
    let path: String

    init(in folder: TemporaryFolder, bytes: Int) throws {
        path = folder.makeFolder("small")
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(bytes)") == 0 else {
            throw KernelError(call: "mount", errno: .permissionDenied, subject: path)
        }
    }

    deinit { _ = umount(path) }
}

/// How much slower than a release build the tests run.
enum TestSpeed {
    /// The bounds of one second are for release builds on an idle machine; an unoptimized build is about twenty times slower.
    static var factor: Int {
        var isDebug = false
        assert(
            {
                isDebug = true
                return true
            }())
        return isDebug ? 20 : 2
    }
}
