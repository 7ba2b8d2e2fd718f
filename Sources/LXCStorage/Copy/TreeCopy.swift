// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// Copies a directory tree of the host with everything that belongs to it: owners, modes, both times, hard links, holes, extended
/// attributes with access lists and capabilities, devices, named pipes, sockets and links.
///
/// Links are not followed, and what is mounted below the source is not entered: an empty directory (or file) is in its place. Blocks are
/// shared with the original on filesystems that can. Nobody but root can look into the copy before all of it is done.
///
/// The source may change meanwhile: what is gone when its turn comes is left out, and what was exchanged for something else is copied as what
/// it is then, or is an error; nothing outside of the source is ever copied.
///
///     let report = try TreeCopy().run(from: "/var/lib/lxc/a/rootfs", to: "/var/lib/lxc/b/rootfs")
package struct TreeCopy {
    /// How far a copy is.
    package struct Progress: Sendable, Equatable {
        /// Bytes of files; those of holes do not count.
        package fileprivate(set) var bytes: Int64 = 0
        /// Everything that has a name, directories included.
        package fileprivate(set) var entries = 0
        /// What ``TreeCopy/expectedBytes`` said.
        package var expectedBytes: Int64?

        package init(bytes: Int64 = 0, entries: Int = 0, expectedBytes: Int64? = nil) {
            self.bytes = bytes
            self.entries = entries
            self.expectedBytes = expectedBytes
        }
    }

    /// What was copied.
    package struct Report: Sendable, Equatable {
        package let bytes: Int64
        package let entries: Int
        /// Names that were gone from the source when their turn came.
        package let vanished: Int
    }

    /// Who copies along.
    enum Helper {
        /// Nobody.
        case none
        /// A second process, as soon as the tree turns out to be worth it and if there is a second processor.
        case process
        /// A stand-in for it, from the first file on; tests have many threads, so that they cannot copy their process.
        case given((EntryCopier) throws(KernelError) -> CopyPartner)
    }

    /// How owners change; nil keeps them.
    package var shift: OwnerShift?
    /// About how many bytes there are, when the caller knows; only passed on to `progress`.
    package var expectedBytes: Int64?
    /// Called at most every tenth of a second while the copy goes on.
    package var progress: ((Progress) -> Void)?
    /// The target exists and is empty: the root of a new filesystem, or a subvolume.
    package var fillsExisting = false
    var helper = Helper.process

    package init(shift: OwnerShift? = nil, expectedBytes: Int64? = nil, progress: ((Progress) -> Void)? = nil) {
        self.shift = shift
        self.expectedBytes = expectedBytes
        self.progress = progress
    }

    /// Keeps the copy within this process: for programs with several threads, where a second process must not be made.
    package mutating func useOneProcess() { helper = .none }

    /// Copies a tree.
    ///
    /// The first failure ends the copy. What exists of it by then stays, with its top open to root only: the caller removes it
    /// (``TreeRemoval``), unless the error is `.fileExists` about the target, which then is somebody else's.
    ///
    /// Nothing is brought to the disk: that is left to the kernel, as `cp` does.
    ///
    /// - Parameters:
    ///   - source: A directory of the host; its own path may go through symbolic links.
    ///   - target: The directory to make, in one that exists. If it lies in the source, it is left out of the copy.
    /// - Returns: What was copied.
    /// - Throws: ``KernelError`` with the path of the entry in the source (or of the target) as its subject: `.fileExists` when the target
    ///   exists, `.noSpace` when the disk is full, `.overflow` when ``shift`` has no place for an id.
    package func run(from source: String, to target: String) throws(KernelError) -> Report {
        let walk = try TreeWalk(self, source, target)
        return try walk.run()
    }
}

/// Counts what is done and says it now and then.
final class CopyMeter {
    private(set) var progress: TreeCopy.Progress
    private(set) var vanished = 0
    private let report: ((TreeCopy.Progress) -> Void)?
    private var next = MonotonicInstant.now + interval
    private static let interval = Duration.milliseconds(100)

    init(_ copy: TreeCopy) {
        progress = TreeCopy.Progress(expectedBytes: copy.expectedBytes)
        report = copy.progress
    }

    func add(bytes: Int64 = 0, entries: Int = 0, vanished: Int = 0) {
        progress.bytes += bytes
        progress.entries += entries
        self.vanished += vanished
        guard let report, next.hasPassed else { return }
        next = .now + Self.interval
        report(progress)
    }
}
