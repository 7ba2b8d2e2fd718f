// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
internal import Unpacking

/// Words in an image's files that stand for this container.
struct Placeholders {
    private let values: [(word: [UInt8], value: [UInt8])]

    init(_ options: TemplateOptions) {
        values = [
            ("LXC_CONTAINER_NAME", options.name), ("LXC_TEMPLATE_CONFIG", InstalledPaths.config), ("LXC_HOOK_DIR", InstalledPaths.hooks),
            ("LXC_ROOTFS", options.rootfs), ("LXC_NAME", options.name), ("LXC_PATH", options.path),
        ].map { (Array($0.0.utf8), $0.1.kernelBytes) }
    }

    /// The text with the words replaced, in one pass: what a value holds is not looked at again.
    func applied(to bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            if bytes[position] == 0x4C, let found = values.first(where: { bytes[position...].starts(with: $0.word) }) {
                result += found.value
                position += found.word.count
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return result
    }

    func applied(to text: String) -> String { String(kernelBytes: applied(to: text.kernelBytes)) }

    /// Replaces the words in files of a root filesystem; what does not exist there is passed over.
    ///
    /// Symbolic links are followed as the container would, so they stay inside.
    func apply(to paths: [String], in root: DirectoryHandle) throws(ImageFailure) {
        for path in paths {
            let names = try EntryPath(checking: path.drop { $0 == "/" }.isEmpty ? [] : Array(String(path.drop { $0 == "/" }).kernelBytes))
            do throws(KernelError) {
                let file = try root.open(names.text, [.readWrite, .nonBlocking, .noControllingTerminal], links: .followedInside)
                guard try FileStatus(of: file).kind == .regular else { continue }
                let before = try file.readAll(limit: 1 << 20, subject: names.text)
                let after = applied(to: before)
                if after == before { continue }
                try file.setSize(0)
                try after.withUnsafeBufferPointer { (all) throws(KernelError) in try file.write(UnsafeRawBufferPointer(all), at: 0) }
            } catch {
                if [.noSuchFileOrDirectory, .notDirectory, .isDirectory].contains(error.errno) { continue }
                throw ImageFailure("cannot complete the file \(shown(names.text)) of the image: \(error.reason)")
            }
        }
    }
}
