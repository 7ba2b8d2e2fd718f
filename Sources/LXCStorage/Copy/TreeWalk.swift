// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// One directory of the source and its copy, both open.
final class CopyPlace {
    let source: SharedDescriptor
    let target: SharedDescriptor
    /// Requests to the second process that are not answered yet.
    var pending = 0
    /// Set when everything in the directory has been asked for: what the copy gets after the last answer.
    var finish: FileDetails?

    init(source: SharedDescriptor, target: SharedDescriptor) {
        self.source = source
        self.target = target
    }
}

/// One copy while it runs: walks the source depth first, without recursion and with few directories open.
final class TreeWalk {
    /// A directory on the way down.
    private struct Level {
        /// Nil while it is closed, because so many deeper ones are open.
        var place: CopyPlace?
        let source: FileDetails
        let target: FileDetails
        /// Directories in it that are not copied yet.
        var directories: [EntryName]
        /// How much of ``path`` is that of the directory.
        let pathLength: Int
    }

    /// Directories kept open on the way down, each twice; the ones above are found again as the parent of what is below them.
    private static let openLimit = 64

    private let sourceLabel: String
    private let top: CopyPlace
    private let topDetails: (source: FileDetails, target: FileDetails)
    private let hidden: (name: EntryName, directory: SharedDescriptor)
    private let reader = DirectoryEntryReader()
    private let copier: EntryCopier
    private let meter: CopyMeter
    private let crew: CopyCrew
    private var links: HardLinks
    private var levels: [Level] = []
    /// From the top to the directory whose turn it is, each name with a slash behind it.
    private var path: [UInt8] = []

    /// Makes the top of the copy.
    init(_ copy: TreeCopy, _ source: String, _ target: String) throws(KernelError) {
        sourceLabel = source
        let (sourceTop, sourceDetails) = try Self.openTop(source)
        let targetTop = try Self.makeTop(target, exists: copy.fillsExisting)
        top = CopyPlace(source: sourceTop, target: targetTop)
        let name = EntryName(".lxc-copy-" + String(UInt64.random(in: .min ... .max), radix: 36))
        let (directory, targetDetails) = try Self.makeHidden(name, targetTop, target)
        topDetails = (sourceDetails, targetDetails)
        hidden = (name, directory)
        links = HardLinks(keptIn: directory)
        let fresh = try FileDetails(of: directory.owned).status
        copier = EntryCopier(shift: copy.shift, fresh: .init(owner: (fresh.owner, fresh.group), mask: fresh.permissions & 0o777))
        meter = CopyMeter(copy)
        crew = CopyCrew(copy.helper, copier)
    }

    private static func openTop(_ path: String) throws(KernelError) -> (SharedDescriptor, FileDetails) {
        do throws(KernelError) {
            let top = SharedDescriptor(try OwnedDescriptor(opening: path, [.path, .directory]).reopenedForReading())
            return (top, try FileDetails(of: top.owned))
        } catch { throw error.about(path) }
    }

    /// Makes a directory that shows what new entries are like, and keeps names of files that have several.
    private static func makeHidden(
        _ name: EntryName, _ top: SharedDescriptor, _ path: String
    ) throws(KernelError) -> (SharedDescriptor, FileDetails) {
        do throws(KernelError) {
            try top.owned.makeDirectory(name, mode: 0o777)
            return (SharedDescriptor(try top.owned.openDirectory(name)), try FileDetails(of: top.owned))
        } catch { throw error.about(path) }
    }

    /// Makes the top directory so that only root gets in, whatever the directory around it hands down.
    ///
    /// `exists`: it is there, for example as the root of a new filesystem.
    private static func makeTop(_ path: String, exists: Bool) throws(KernelError) -> SharedDescriptor {
        let bytes = path.kernelBytes.withoutSlashesAtEnd
        let slash = bytes.lastIndex(of: UInt8(ascii: "/"))
        let around = slash.map { $0 == 0 ? "/" : String(kernelBytes: bytes[..<$0]) } ?? "."
        let name = EntryName(bytes[(slash.map { $0 + 1 } ?? 0)...])
        do throws(KernelError) {
            let parent = try OwnedDescriptor(opening: around, [.path, .directory])
            if !exists { try parent.makeDirectory(name, mode: 0o700) }
            let top = try parent.openDirectory(name)
            if exists { try clear(top) }
            let status = try FileStatus(of: top)
            // Somebody who may change the directory around it may have put another one there.
            guard status.owner == ProcessControl.effectiveUser else {
                throw KernelError(
                    call: "mkdirat", errno: .notPermitted, subject: path, explanation: "it was exchanged for another directory")
            }
            try top.setPermissions(0o700)
            for list in [CopiedAttributes.defaultList, CopiedAttributes.accessList] { try top.removeAttribute(list) }
            return SharedDescriptor(top)
        } catch { throw error.about(path) }
    }

    /// A new filesystem of the ext family is not quite empty; anything else in it is refused.
    private static func clear(_ top: borrowing OwnedDescriptor) throws(KernelError) {
        for entry in try DirectoryEntryReader().entries(of: top, subject: "target") {
            guard entry.name == EntryName("lost+found") else {
                throw KernelError(call: "mkdirat", errno: .fileExists, subject: "target", explanation: "it is not empty")
            }
            try top.removeEntry(entry.name, isDirectory: true)
        }
    }

    /// Copies everything; called once.
    func run() throws(KernelError) -> TreeCopy.Report {
        do throws(KernelError) {
            try enter(top, topDetails.source, topDetails.target)
            while !levels.isEmpty { try step() }
            while crew.isBusy { try takeReply(wait: true) }
            try finishTop()
        } catch {
            // The first failure is the one to report.
            try? crew.stop(byForce: true)
            throw error.subject.isEmpty ? error.about(text([])) : error
        }
        try crew.stop(byForce: false)
        return TreeCopy.Report(bytes: meter.progress.bytes, entries: meter.progress.entries, vanished: meter.vanished)
    }

    /// Deals with one directory in the deepest one that is open, or leaves that.
    private func step() throws(KernelError) {
        guard let name = levels[levels.count - 1].directories.popLast() else { return try leave() }
        guard let place = levels[levels.count - 1].place else { return }
        if let inside = try located(name, { () throws(KernelError) in try visit(name, place, path) }) { try descend(inside, name, place) }
    }

    private func descend(_ inside: SharedDescriptor, _ name: EntryName, _ place: CopyPlace) throws(KernelError) {
        let opened = try located(name) { () throws(KernelError) -> (CopyPlace, FileDetails, FileDetails)? in
            let details = try FileDetails(of: inside.owned)
            // The copy itself, when it is made within the source.
            if details.isSameFile(as: topDetails.target) { return nil }
            let target = try makeDirectory(name, place)
            let source = SharedDescriptor(try inside.owned.reopenedForReading())
            return (CopyPlace(source: source, target: target), details, try FileDetails(of: target.owned))
        }
        guard let (next, source, target) = opened else { return }
        path += name.bytes + [UInt8(ascii: "/")]
        try enter(next, source, target)
        try closeOneAbove()
    }

    /// Copies everything in a directory but the directories in it.
    private func enter(_ place: CopyPlace, _ source: FileDetails, _ target: FileDetails) throws(KernelError) {
        meter.add(entries: 1)
        var level = Level(place: place, source: source, target: target, directories: [], pathLength: path.count)
        var batch: [EntryName] = []
        for entry in try reader.entries(of: place.source.owned, subject: text(path.withoutSlashesAtEnd)) {
            switch entry.kind {
            case .directory: level.directories.append(entry.name)
            case .regular:
                batch.append(entry.name)
                if batch.count < CopyRequest.mostNames { continue }
                level.directories += try copyFiles(batch, place)
                batch = []
            default: level.directories += try copyOther(entry.name, place, path) ? [entry.name] : []
            }
        }
        if !batch.isEmpty { level.directories += try copyFiles(batch, place) }
        levels.append(level)
    }

    private func leave() throws(KernelError) {
        let level = levels.removeLast()
        guard let place = level.place else { return }
        if !levels.isEmpty {
            if place.pending == 0 {
                try located(nil) { () throws(KernelError) in try copier.finish(place.target, level.source, attributesOf: place.source) }
            } else {
                place.finish = level.source
            }
            try reopenParent(of: place)
            path.removeLast(path.count - levels[levels.count - 1].pathLength)
        }
    }

    private func finishTop() throws(KernelError) {
        try links.removeAll()
        try top.target.owned.removeEntry(hidden.name, isDirectory: true)
        try located(nil) { () throws(KernelError) in try copier.finish(top.target, topDetails.source, attributesOf: top.source, isTop: true)
        }
    }

    // MARK: Depth

    private func closeOneAbove() throws(KernelError) {
        let index = levels.count - 1 - Self.openLimit
        guard index > 0, let place = levels[index].place else { return }
        while place.pending > 0 { try takeReply(wait: true) }
        levels[index].place = nil
    }

    /// Opens the directory above again if it was closed.
    private func reopenParent(of place: CopyPlace) throws(KernelError) {
        let parent = levels[levels.count - 1]
        guard parent.place == nil else { return }
        let reopened = try located(nil) { () throws(KernelError) in
            let up = EntryName("..")
            let source = SharedDescriptor(try place.source.owned.openDirectory(up))
            let target = SharedDescriptor(try place.target.owned.openDirectory(up))
            guard try FileDetails(of: source.owned).isSameFile(as: parent.source),
                try FileDetails(of: target.owned).isSameFile(as: parent.target)
            else {
                throw KernelError(
                    call: "openat", errno: .noSuchFileOrDirectory, subject: "", explanation: "it was moved while it was copied")
            }
            return CopyPlace(source: source, target: target)
        }
        levels[levels.count - 1].place = reopened
    }

    // MARK: Files

    /// Has files copied, here or by the second process; returns those that turned out to be directories.
    private func copyFiles(_ names: [EntryName], _ place: CopyPlace) throws(KernelError) -> [EntryName] {
        while crew.isBusy, try takeReply(wait: false) {}
        if try crew.take(names, place, path) { return [] }
        var directories: [EntryName] = []
        for name in names {
            let outcome = try located(name) { () throws(KernelError) in
                try copier.copyPlain(name, from: place.source.owned, to: place.target.owned) { meter.add(bytes: $0) }
            }
            switch outcome {
            case .copied: meter.add(entries: 1)
            case .vanished: meter.add(vanished: 1)
            case .other: directories += try copyOther(name, place, path) ? [name] : []
            }
        }
        return directories
    }

    /// Deals with one message of the second process; false when there is none.
    @discardableResult
    private func takeReply(wait: Bool) throws(KernelError) -> Bool {
        guard let reply = try crew.receive(wait: wait) else { return false }
        switch reply {
        case .progress(let bytes): meter.add(bytes: bytes)
        case .failed(let request, let index, let error):
            guard request.names.indices.contains(index) else { throw error.about(text(request.path.withoutSlashesAtEnd)) }
            throw error.about(text(request.path + request.names[index].bytes))
        case .done(let request, let bytes, let vanished, let others):
            meter.add(bytes: bytes, entries: request.names.count - vanished - others.count, vanished: vanished)
            for index in others where request.names.indices.contains(index) {
                let name = request.names[index]
                guard try copyOther(name, request.place, request.path) else { continue }
                throw KernelError(
                    call: "openat2", errno: .isDirectory, subject: text(request.path + name.bytes),
                    explanation: "it was exchanged while it was copied")
            }
            request.place.pending -= 1
            if request.place.pending == 0, let details = request.place.finish {
                do throws(KernelError) {
                    try copier.finish(request.place.target, details, attributesOf: request.place.source)
                } catch { throw error.about(text(request.path.withoutSlashesAtEnd)) }
            }
        }
        return true
    }

    /// Copies whatever an entry is unless it is a directory; true for a directory.
    private func copyOther(_ name: EntryName, _ place: CopyPlace, _ path: [UInt8]) throws(KernelError) -> Bool {
        do throws(KernelError) {
            return try visit(name, place, path) != nil
        } catch { throw error.about(text(path + name.bytes)) }
    }

    /// Copies whatever an entry is; a directory is handed out instead, open as a place.
    private func visit(_ name: EntryName, _ place: CopyPlace, _ path: [UInt8]) throws(KernelError) -> SharedDescriptor? {
        let entry: SharedDescriptor
        do throws(KernelError) {
            guard let opened = try place.source.owned.place(of: name) else {
                meter.add(vanished: 1)
                return nil
            }
            entry = SharedDescriptor(opened)
        } catch {
            guard error.errno == .improperLink else { throw error }
            try standIn(forMountAt: name, place)
            return nil
        }
        let details = try FileDetails(of: entry.owned)
        if details.status.kind == .directory { return entry }
        meter.add(entries: 1)
        if details.links > 1, try links.link(details, as: name, in: place.target) { return nil }
        if details.status.kind == .regular {
            try copier.copyFile(entry.owned, details, name, to: place.target.owned) { meter.add(bytes: $0) }
        } else {
            try copier.copySpecial(entry.owned, details, name, from: place.source.owned, to: place.target.owned)
        }
        if details.links > 1 { try links.remember(details, name, in: place.target) }
        return nil
    }

    /// Makes an empty directory or file where something is mounted.
    private func standIn(forMountAt name: EntryName, _ place: CopyPlace) throws(KernelError) {
        guard let mounted = try place.source.owned.place(of: name, crossingMounts: true) else { return }
        let details = try FileDetails(of: mounted)
        meter.add(entries: 1)
        guard details.status.kind == .directory else { return try copier.makeEmptyFile(details, name, in: place.target.owned) }
        try copier.finish(makeDirectory(name, place), details, attributesOf: nil)
    }

    private func makeDirectory(_ name: EntryName, _ place: CopyPlace) throws(KernelError) -> SharedDescriptor {
        try place.target.owned.makeDirectory(name, mode: 0o700)
        return SharedDescriptor(try place.target.owned.openDirectory(name))
    }

    // MARK: Errors

    /// Runs work on an entry of the directory whose turn it is (nil: on that itself), whose failure names the whole path.
    private func located<Value>(_ name: EntryName?, _ body: () throws(KernelError) -> Value) throws(KernelError) -> Value {
        do { return try body() } catch { throw error.about(text(name.map { path + $0.bytes } ?? path.withoutSlashesAtEnd)) }
    }

    private func text(_ relative: [UInt8]) -> String {
        let top = sourceLabel.kernelBytes.withoutSlashesAtEnd
        return String(
            kernelBytes: relative.isEmpty || top.last == UInt8(ascii: "/") ? top + relative : top + [UInt8(ascii: "/")] + relative)
    }
}

extension [UInt8] {
    /// A path without slashes at its end, but for the one of the root directory.
    fileprivate var withoutSlashesAtEnd: [UInt8] {
        var count = count
        while count > 1, self[count - 1] == UInt8(ascii: "/") { count -= 1 }
        return Array(self[..<count])
    }
}
