// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// Unpacks archives that nobody vouches for into one directory.
///
/// Every path is walked beneath that directory; nothing outside it is read or written, whatever the archive and the tree hold. When an
/// archive is refused, all that was put there is removed again.
package final class SafeUnpacker {
    private let root: DirectoryHandle
    private let settings: UnpackSettings

    package init(into root: DirectoryHandle, _ settings: UnpackSettings = UnpackSettings()) {
        self.root = root
        self.settings = settings
    }

    /// Unpacks one archive.
    ///
    /// - Parameters:
    ///   - source: The compressed archive. It is read to the end, so that a digest of it is one of all its bytes.
    ///   - compression: What the archive must be compressed with; nil to recognize it.
    /// - Returns: What was left out.
    /// - Throws: ``ImageFailure``; the directory then is as it was before, except for what a layer replaced.
    package func unpack(_ source: any ByteSource, compression: Compression? = nil) throws(ImageFailure) -> UnpackReport {
        let before = try names()
        do {
            let content = try Decompressor(source, compression: compression, limits: settings.limits)
            return try unpack(decompressed: content)
        } catch {
            throw emptied(keeping: before, error)
        }
    }

    /// Unpacks an archive that is not compressed, or that somebody else decompresses; it is read to its end.
    package func unpack(decompressed source: any ByteSource) throws(ImageFailure) -> UnpackReport {
        let before = try names()
        do {
            let writer = EntryWriter(root, settings)
            let reader = try ArchiveReader(source, limits: settings.limits)
            while let entry = try reader.next() { try writer.write(entry, reader) }
            try writer.finish()
            try Self.drain(source)
            return writer.report
        } catch {
            throw emptied(keeping: before, error)
        }
    }

    /// What follows the end of an archive belongs to the file, and counts against the limits, too.
    private static func drain(_ source: any ByteSource) throws(ImageFailure) {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { room.deallocate() }
        while try source.read(into: room) > 0 {}
    }

    /// The names in the directory.
    package func names() throws(ImageFailure) -> Set<String> {
        try attempt("cannot unpack into \(root.label)") { () throws(KernelError) in
            Set(try DirectoryListing.names(in: root.shared.owned, subject: root.label))
        }
    }

    /// Removes what is in the directory but for some names, and returns the error, which says so when that fails.
    package func emptied(keeping names: Set<String>, _ error: ImageFailure) -> ImageFailure {
        do throws(ImageFailure) {
            let tree = RootTree(root, settings)
            let top = try tree.parent(of: EntryPath(names: [[0x2E]]))
            for name in try self.names() where !names.contains(name) {
                try tree.remove(EntryName(name), in: top, for: EntryPath(names: [name.kernelBytes]))
            }
            return error
        } catch {
            return ImageFailure(error.message, advice: "not everything that was unpacked could be removed from \(root.label)")
        }
    }
}
