// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
internal import Unpacking

/// The file with an image's root filesystem: a tar archive, or a squashfs.
struct FilesystemTree {
    let path: String

    /// Unpacks it.
    func unpack(into root: DirectoryHandle, _ settings: UnpackSettings) throws(ImageFailure) -> UnpackReport {
        do throws(ImageFailure) {
            if try isSquashfs() { return try unpackSquashfs(into: root, settings) }
            return try SafeUnpacker(into: root, settings).unpack(try FileSource(opening: path))
        } catch {
            throw error.during("cannot unpack \(path)")
        }
    }

    private func isSquashfs() throws(ImageFailure) -> Bool {
        let source = try FileSource(opening: path)
        var head = [UInt8](repeating: 0, count: 4)
        var failure: ImageFailure?
        head.withUnsafeMutableBytes { room in
            do throws(ImageFailure) { _ = try source.read(into: room) } catch { failure = error }
        }
        if let failure { throw failure }
        return head == Array("hsqs".utf8)
    }

    /// A program of its own reads the squashfs and prints it as a tar archive, which then is unpacked like any other. The kernel could mount it,
    /// but a filesystem that nobody vouches for is not for the kernel.
    private func unpackSquashfs(into root: DirectoryHandle, _ settings: UnpackSettings) throws(ImageFailure) -> UnpackReport {
        guard let tool = Surroundings.program("sqfs2tar") else {
            throw ImageFailure("a squashfs needs the program sqfs2tar", advice: "install it:  apt-get install squashfs-tools-ng")
        }
        let source = try attempt("cannot read \(path)") { () throws(KernelError) in
            try OwnedDescriptor(opening: path, [.readOnly, .nonBlocking, .noControllingTerminal])
        }
        let pipe = try attempt("cannot run sqfs2tar") { () throws(KernelError) in try Pipe() }
        var launch = ProgramLaunch(.path(tool), arguments: [tool, "/proc/self/fd/3"], environment: Surroundings.helperEnvironment)
        launch.descriptors = [(from: pipe.writer.number, to: 1), (from: source.number, to: 3)]
        launch.diesWithParent = true
        let child = try attempt("cannot run sqfs2tar") { () throws(KernelError) in try PidFD(launch.start().pid) }
        let reading = SharedDescriptor(pipe.closingWriter())
        let outcome: Result<UnpackReport, ImageFailure>
        do throws(ImageFailure) {
            outcome = .success(
                try SafeUnpacker(into: root, settings).unpack(FileSource(reading, name: path), compression: Compression.none))
        } catch {
            // It may still be writing to us.
            do throws(KernelError) { try child.send(Signals.kill) } catch {}
            outcome = .failure(error)
        }
        let status = try attempt("cannot run sqfs2tar") { () throws(KernelError) in try child.collect() }
        let report = try outcome.get()
        guard status == .exited(0) else { throw ImageFailure("sqfs2tar \(status): the squashfs is not sound") }
        return report
    }
}
