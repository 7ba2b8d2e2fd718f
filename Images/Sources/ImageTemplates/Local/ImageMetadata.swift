// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
internal import Unpacking

/// What an image says about itself: the files of its `meta.tar.xz`.
struct ImageMetadata {
    /// The generation of the image format that is known here. A file `NAME.7` is meant for this one, and comes before `NAME`.
    static let compatibilityLevel = 7
    /// Real ones have 4 KiB.
    private static let mostBytes = 1 << 20

    private let folder: DirectoryHandle
    /// Whether the files for containers with mapped ids are meant, `NAME-user`.
    private let isMapped: Bool

    /// Opens a folder with the files.
    init(_ folder: DirectoryHandle, isMapped: Bool) {
        self.folder = folder
        self.isMapped = isMapped
    }

    /// Unpacks an archive of the files into an empty folder.
    static func unpack(_ source: any ByteSource, into folder: DirectoryHandle) throws(ImageFailure) {
        var settings = UnpackSettings()
        settings.limits.totalBytes = 16 << 20
        settings.limits.entries = 1000
        do { _ = try SafeUnpacker(into: folder, settings).unpack(source) } catch { throw error.during("the image's metadata") }
    }

    /// A file's text; nil when the image does not have it.
    func text(_ name: String) throws(ImageFailure) -> String? {
        let base = isMapped ? ["\(name)-user", name] : [name]
        for candidate in base.flatMap({ ["\($0).\(Self.compatibilityLevel)", $0] }) {
            do throws(KernelError) {
                let file = try folder.open(candidate, [.readOnly, .nonBlocking, .noControllingTerminal])
                guard try FileStatus(of: file).kind == .regular else {
                    throw KernelError(call: "open", errno: .invalidArgument, subject: candidate)
                }
                return String(kernelBytes: try file.readAll(limit: Self.mostBytes, subject: candidate))
            } catch {
                if error.errno == .noSuchFileOrDirectory { continue }
                let isLink = error.errno == .tooManySymbolicLinkLevels
                throw ImageFailure(
                    "cannot read \(shown(candidate)) of the image's metadata: \(isLink ? "it is a symbolic link" : error.reason)")
            }
        }
        return nil
    }

    /// A file's lines without empty ones.
    func lines(_ name: String) throws(ImageFailure) -> [String] {
        (try text(name) ?? "").split(whereSeparator: { $0.isNewline }).map { String($0.trimmed) }.filter { !$0.isEmpty }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = self
        while text.last?.isWhitespace == true { text.removeLast() }
        return text.drop { $0.isWhitespace }
    }
}
