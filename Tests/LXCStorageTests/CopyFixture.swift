// SPDX-License-Identifier: Apache-2.0
import Glibc
import LXCTestSupport
import LinuxKernel
import Testing

@testable import LXCStorage

/// A folder of the host in which one test copies trees; it goes at the end, with whatever is mounted in it.
final class CopyFixture {
    let folder: String
    var source: String { folder + "/source" }
    var target: String { folder + "/target" }

    private init() throws {
        folder = "/tmp/lxc-copy-\(ProcessControl.pid)-\(UInt32.random(in: .min ... .max))"
        try HostPath.makeDirectories(source)
    }

    static func run(_ body: (CopyFixture) throws -> Void) throws {
        let fixture = try CopyFixture()
        defer {
            do {
                try fixture.shell("for at in $(grep -o '\(fixture.folder)/[^ ]*' /proc/self/mounts | sort -r); do umount -l \"$at\"; done")
                let report = try TreeRemoval.remove(fixture.folder)
                if let left = report.remaining.first { Issue.record("cannot remove \(left.path): \(left.error)") }
            } catch { Issue.record("cannot tidy up: \(error)") }
        }
        try body(fixture)
    }

    /// Runs a script in the folder; it must succeed.
    @discardableResult
    func shell(_ script: String, seconds: Int32 = 120) throws -> String {
        let result = try ToolRunner.run("/bin/bash", ["-euc", script], directory: folder, seconds: seconds)
        guard result.code == 0 else { throw FixtureFailure("\(result)") }
        return result.output
    }

    /// What rsync finds different, times of last access and blocks on the disk apart.
    func differences() throws -> String { try shell("rsync -aHAXn --checksum --itemize-changes source/ target/") }
}

/// Who copies along in a test: nobody, or a thread that does what the second process does.
enum TestHelper: CaseIterable {
    case nobody, thread

    func set(on copy: inout TreeCopy) {
        switch self {
        case .nobody: copy.useOneProcess()
        case .thread: copy.helper = .given(Self.startThread)
        }
    }

    private static func startThread(_ copier: EntryCopier) throws(KernelError) -> CopyPartner {
        let pair = try UnixSocket.pair(.sequencedPackets)
        let theirs = SharedDescriptor(try pair.second.descriptor.duplicate())
        let work = Unmanaged.passRetained(Work(theirs, EntryCopier(shift: copier.shift, fresh: copier.fresh)))
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { raw in
                if let raw { Unmanaged<Work>.fromOpaque(raw).takeRetainedValue().serve() }
                return nil
            }, work.toOpaque())
        pthread_detach(thread)
        return CopyPartner(pair.closingSecond(), process: nil)
    }

    private final class Work {
        private let descriptor: SharedDescriptor
        private let copier: EntryCopier

        init(_ descriptor: SharedDescriptor, _ copier: EntryCopier) {
            self.descriptor = descriptor
            self.copier = copier
        }

        func serve() {
            do { try CopyPartner.serve(UnixSocket(owning: descriptor.duplicate()), copier) } catch {
                // As the death of the process would: the first one learns it as the end of the messages.
            }
        }
    }
}
