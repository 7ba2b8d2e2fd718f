// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCOperations
import LXCRuntime
import LXCStorage
import LinuxKernel

extension SystemEngine {
    package func copy(_ request: CopyRequest) throws(ToolFailure) {
        // Nobody has to be asked about a container that can be kept from being started.
        let original = try request.allowsRunning ? controllableContainer(request.target) : container(request.target)
        let copy = try self.copy(of: original, named: request.newName ?? "", request)
        do throws(LXCError) {
            if request.task == .rename {
                try original.rename(to: copy, cloneOptions(request))
            } else {
                try original.clone(to: copy, cloneOptions(request), notes: note(request.target, request.tool))
            }
        } catch {
            throw error.code == .notDefined ? .undefined(original.name) : ToolFailure(error)
        }
    }

    package func startEphemeral(_ request: CopyRequest, created: (String) throws(ToolFailure) -> Void) throws(ToolFailure) -> ExitCode {
        let original = try controllableContainer(request.target)
        try checkDefined(original, otherwise: .undefined(original.name))
        let name = if let name = request.newName { name } else { try drawnName(for: original, request) }
        let copy = try self.copy(of: original, named: name, request)
        try lifted { () throws(LXCError) in
            try original.clone(to: copy, ephemeralOptions(request, copy), notes: note(request.target, request.tool))
        }
        try created(name)
        var start = StartOptions()
        start.program = request.tool
        start.callerEnds = true
        start.isForeground = request.isForeground
        start.command = request.arguments
        start.logFile = request.target.options.logFile
        start.logLevel = request.target.options.logLevel
        start.isQuiet = request.target.options.isQuiet
        do { return try self.start(copy, start, startFailure: .startFailed) } catch {
            if !request.keepsData { removeFailed(copy, request.tool) }
            throw error
        }
    }

    /// Its supervisor has removed it already when it came that far.
    private func removeFailed(_ copy: Container, _ tool: String) {
        do { try copy.destroy(DestroyOptions()) } catch {
            if error.code == .notDefined { return }
            ProcessStreams().printError("\(tool): \(error)\n")
        }
    }

    package func snapshots(_ target: ContainerTarget) throws(ToolFailure) -> [SnapshotRow] {
        let container = try controllableContainer(target)
        try checkDefined(container, otherwise: .undefined(container.name))
        return try lifted { () throws(LXCError) in
            try container.snapshots().map { SnapshotRow(name: $0.name, folder: $0.folder, time: $0.time, comment: $0.comment) }
        }
    }

    package func changeSnapshots(_ request: SnapshotRequest) throws(ToolFailure) {
        let container = try controllableContainer(request.target)
        try checkDefined(container, otherwise: .undefined(container.name))
        var options = CloneOptions()
        setLog(&options, request.target)
        switch request.task {
        case .list: return
        case .make(let file):
            var comment: [UInt8]?
            if let file { comment = try lifted { () throws(LXCError) in try Container.comment(in: file) } }
            try lifted { () throws(LXCError) in
                _ = try container.makeSnapshot(comment: comment, options, notes: note(request.target, "lxc-snapshot"))
            }
        case .restore(let snapshot, let newName?):
            let copy = try self.container(ContainerTarget(name: newName, options: request.target.options))
            try lifted { () throws(LXCError) in
                try container.restore(snapshot, to: copy, options, notes: note(request.target, "lxc-snapshot"))
            }
        case .restore(let snapshot, nil):
            try lifted { () throws(LXCError) in try container.restore(snapshot, options) }
        case .destroy(let snapshot): try lifted { () throws(LXCError) in try container.destroySnapshot(snapshot) }
        case .destroyAll: try lifted { () throws(LXCError) in try container.destroyAllSnapshots() }
        }
    }

    // MARK: - Copies

    private func copy(of original: Container, named name: String, _ request: CopyRequest) throws(ToolFailure) -> Container {
        let system = try systemConfig()
        return try lifted { () throws(LXCError) in
            try Container(name: name, lxcPath: request.newPath ?? original.lxcPath, system: system)
        }
    }

    /// `ORIGINAL_XXXXXX`, a name that nothing has.
    private func drawnName(for original: Container, _ request: CopyRequest) throws(ToolFailure) -> String {
        let letters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".unicodeScalars)
        for _ in 0..<100 {
            var name = original.name + request.separator
            for _ in 0..<6 { name.unicodeScalars.append(letters[Int.random(in: 0..<letters.count)]) }
            if try !copy(of: original, named: name, request).isDefined { return name }
        }
        throw ToolFailure(.alreadyExists, "there is no free name for a copy of \(original.name)", advice: "choose one with -N NEWNAME")
    }

    private func note(_ target: ContainerTarget, _ tool: String) -> (String) -> Void {
        let isQuiet = target.options.isQuiet
        return { line in if !isQuiet { ProcessStreams().printError("\(tool): \(line)\n") } }
    }

    private func setLog(_ options: inout CloneOptions, _ target: ContainerTarget) {
        options.logFile = target.options.logFile
        options.logLevel = target.options.logLevel
        // Only a full copy takes time.
        if options.sharing != .required, !target.options.isQuiet, let line = CopyProgress() { options.progress = { line.show($0) } }
    }

    private func cloneOptions(_ request: CopyRequest) -> CloneOptions {
        var options = CloneOptions()
        options.sharing = request.task == .copy || request.task == .rename ? .never : .required
        setLog(&options, request.target)
        options.storage = request.storage
        options.size = request.sizeInBytes
        options.keepsName = request.keepsName
        options.keepsAddresses = request.keepsAddresses
        options.allowsRunning = request.allowsRunning && request.task == .snapshot
        options.hookArguments = request.task == .ephemeral ? [] : request.arguments
        options.isHistoric = request.isHistoric
        return options
    }

    private func ephemeralOptions(_ request: CopyRequest, _ copy: Container) -> CloneOptions {
        var options = cloneOptions(request)
        if !request.keepsData { options.settings.append(("lxc.ephemeral", "1")) }
        if request.usesMemory {
            // In the container's own mount namespace: it goes with the container, whatever ends it.
            let folder = "'" + String((copy.directory + "/overlay").map { $0 == "'" ? "'\\''" : String($0) }.joined()) + "'"
            options.settings.append(
                ("lxc.hook.pre-mount", "sh -c \"mkdir -p \\\"\\$0\\\" && mount -t tmpfs -o mode=0755 none \\\"\\$0\\\"\" \(folder)"))
        }
        for (index, mount) in request.mounts.enumerated() { add(mount, index, copy, to: &options) }
        return options
    }

    private func add(_ mount: EphemeralMount, _ index: Int, _ copy: Container, to options: inout CloneOptions) {
        let source = escaped(mount.source)
        let target = escaped(String(mount.target.drop { $0 == "/" }))
        switch mount.kind {
        case .bind:
            options.settings.append(
                ("lxc.mount.entry", "\(source) \(target) none \(mount.isReadOnly ? "ro," : "")bind,create=dir 0 0"))
        case .overlay:
            let folder = "mounts/\(index)"
            options.folders += [folder + "/delta", folder + "/work"]
            let layers =
                "lowerdir=\(source),upperdir=\(escaped(copy.directory))/\(folder)/delta,workdir=\(escaped(copy.directory))/\(folder)/work"
            options.settings.append(("lxc.mount.entry", "overlay \(target) overlay \(layers),create=dir 0 0"))
        }
    }

    /// A field of a mount entry: blanks are written as octal numbers.
    private func escaped(_ path: String) -> String {
        String(path.unicodeScalars.map { [0x20, 0x09, 0x5C].contains($0.value) ? octal($0.value) : String($0) }.joined())
    }

    private func octal(_ value: UInt32) -> String {
        let digits = String(value, radix: 8)
        return "\\" + String(repeating: "0", count: 3 - digits.utf8.count) + digits
    }
}
