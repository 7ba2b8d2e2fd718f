// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
internal import Unpacking

/// Where an image is, as the user says it.
enum OCIReference: Equatable {
    /// A folder in the image specification's layout, and the name of an image in it.
    case layout(path: String, tag: String?)
    /// A tar archive of such a folder.
    case archive(path: String, tag: String?)
    /// Something that skopeo reads.
    case remote(String)

    /// What skopeo may be asked for; a closed list, because the word becomes an argument of a program.
    private static let remotes = ["docker://", "docker-archive:", "docker-daemon:", "containers-storage:", "dir:"]

    init(_ text: String) throws(ImageFailure) {
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { throw ImageFailure("the URL has a control character in it") }
        if text.hasPrefix("oci:") {
            self = try Self.local(text.dropFirst(4))
        } else if text.hasPrefix("oci-archive:") {
            self = try Self.local(text.dropFirst(12))
        } else if Self.remotes.contains(where: { text.hasPrefix($0) && text != $0 }) {
            self = .remote(text)
        } else if text.hasPrefix("/") || text.hasPrefix("./") || text.hasPrefix("../") {
            self = try Self.local(text[...])
        } else {
            throw ImageFailure(
                "cannot tell what \(shown(text)) is",
                advice: "write oci:PATH[:TAG], oci-archive:PATH[:TAG], or docker://IMAGE (\(Self.remotes.joined(separator: ", ")))")
        }
    }

    /// A path, perhaps with a tag behind a colon; a colon in the path is fine when all of it exists.
    private static func local(_ text: Substring) throws(ImageFailure) -> OCIReference {
        func found(_ path: String, _ tag: String?) throws(ImageFailure) -> OCIReference? {
            let status = try attempt("cannot use the image \(path)") { () throws(KernelError) in try FileStatus.ifPresent(path) }
            switch status?.kind {
            case .directory: return .layout(path: path, tag: tag)
            case .regular: return .archive(path: path, tag: tag)
            case nil: return nil
            default: throw ImageFailure("cannot use the image \(path): it is neither a folder nor a file")
            }
        }
        let whole = String(text)
        if let found = try found(whole, nil) { return found }
        if let colon = whole.lastIndex(of: ":") {
            let tag = String(whole[whole.index(after: colon)...])
            if !tag.isEmpty, let found = try found(String(whole[..<colon]), tag) { return found }
        }
        throw ImageFailure("there is no image at \(shown(whole))")
    }
}
