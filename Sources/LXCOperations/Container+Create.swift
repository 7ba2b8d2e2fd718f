// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
import LXCStorage
import LinuxKernel

extension Container {
    /// Makes the container: directory, configuration, root filesystem, and what the template puts there.
    ///
    /// - Parameters:
    ///   - options: What to make.
    ///   - notes: Called with one line about what was done on the way.
    /// - Throws: ``LXCError``: `alreadyDefined`, `unfinishedCreation` while somebody else creates it, `templateFailed`. Nothing of the
    ///   container is left then.
    package func create(_ options: CreateOptions, notes: (String) -> Void = { _ in }) throws(LXCError) {
        try checkIsNew(notes)
        let template = options.template == "none" ? nil : try Template(options.template)
        var config = try InitialConfig(self, options, template)
        let helper = try template == nil ? nil : mapIDs(&config, options, notes)
        let settled = config
        try Self.interruptible("cannot create \(name)") { (signals) throws(LXCError) in
            try make(settled, template, helper, options, signals)
        }
    }

    private func make(
        _ config: InitialConfig, _ template: Template?, _ helper: MappedHelper?, _ options: CreateOptions,
        _ signals: borrowing BlockedSignals
    ) throws(LXCError) {
        var made = CreatedParts()
        made.helper = helper
        let marker = try reserve(&made)
        do { try fill(config, template, options, signals, marker, &made) } catch { throw made.removed(after: error) }
        do { try marker.finish() } catch { throw made.removed(after: LXCError("cannot finish \(name)", error)) }
    }

    func checkIsNew(_ notes: (String) -> Void) throws(LXCError) {
        var what: String { "cannot create \(name)" }
        let bytes = directory.utf8.span
        if bytes.indices.contains(where: { bytes[$0] < 0x20 || bytes[$0] == 0x7F }) {
            throw LXCError(.invalidName, what, reason: "the container path contains a control character")
        }
        let isThere = try attempt(what) { () throws(KernelError) in try FileStatus.ifPresent(directory, followLinks: false) != nil }
        if isThere { try checkIsUnused(what, notes) }
        if try isRunning() {
            throw LXCError(.alreadyRunning, what, reason: "a container of this name runs without a configuration", hint: "stop it first")
        }
    }

    private func checkIsUnused(_ what: String, _ notes: (String) -> Void) throws(LXCError) {
        switch try attempt(what, { () throws(KernelError) in try PartialMarker.inspect(directory) }) {
        case .absent: break
        case .inProgress: throw LXCError(.unfinishedCreation, what, reason: "somebody else is creating it", hint: "wait for that to end")
        case .creatorDied:
            notes("removing what an interrupted creation left of \(name)")
            try destroy(DestroyOptions())
        }
        if isDefined { throw LXCError(.alreadyDefined, "\(name) exists already", reason: configFile) }
    }

    /// Makes the directory, and marks it as being filled.
    func reserve(_ made: inout CreatedParts) throws(LXCError) -> PartialMarker {
        var what: String { "cannot create \(name)" }
        let lock = try attempt("\(what): cannot lock the container") { () throws(KernelError) in
            try ContainerLock(lxcPath: lxcPath, name: name, in: RunDirectory.resolve(), until: .now + .seconds(30))
        }
        defer { extendLifetime(lock) }
        do {
            let isNew = try HostPath.ensureDirectory(directory)
            if isNew {
                made.directory = directory
                try HostPath.changePermissions(directory, to: 0o770)
            }
            // Looked at again: somebody may have been faster.
            if isNew || !isDefined {
                let marker = try PartialMarker(creatingIn: directory)
                made.marker = directory.appendingPath("partial")
                return marker
            }
        } catch {
            if error.errno == .fileExists {
                throw LXCError(.unfinishedCreation, what, reason: "somebody else is creating it", hint: "wait for that to end")
            }
            throw made.removed(after: LXCError(what, error))
        }
        throw LXCError(.alreadyDefined, "\(name) exists already", reason: configFile)
    }

    private func fill(
        _ config: InitialConfig, _ template: Template?, _ options: CreateOptions, _ signals: borrowing BlockedSignals,
        _ marker: borrowing PartialMarker, _ made: inout CreatedParts
    ) throws(LXCError) {
        var config = config
        let storage = try template == nil ? nil : makeStorage(config, options, &made)
        if let storage {
            if made.storage != nil || made.rootfs != nil {
                try attempt("cannot write \(directory)/partial") { () throws(KernelError) in try marker.note(storage.location.text) }
            }
            try config.use(storage.location)
        }
        try attempt("cannot write \(configFile)") { () throws(KernelError) in
            let file = try OwnedDescriptor(opening: configFile, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o640)
            made.config = configFile
            try file.setPermissions(0o640)
            try file.writeAll(config.bytes)
        }
        guard let template, let storage else { return }
        let filling = try storage.filling(at: config.mountPoint)
        try run(template, filling, made.helper, options, signals)
        try attempt("cannot fill the root filesystem \(storage.location.text)", { () throws(KernelError) in try filling.synchronize() })
        try settleConfig()
    }

    private func makeStorage(
        _ config: InitialConfig, _ options: CreateOptions, _ made: inout CreatedParts
    ) throws(LXCError) -> NewStorage {
        var order = options.storageOrder
        order.name = name
        order.directory = try InitialConfig.absolute(directory)
        order.folder = config.folder
        order.takeDefaults(from: system)
        let rootfs = order.rootfs
        let isNew = try attempt("cannot make the root filesystem \(rootfs)") { () throws(KernelError) in
            try FileStatus.ifPresent(rootfs) == nil
        }
        let storage = try NewStorage(options.storage, order)
        // A folder that was there before is somebody's own.
        if isNew { made.rootfs = rootfs }
        if storage.location.kind != .dir { made.storage = storage }
        return storage
    }

    private func run(
        _ template: Template, _ filling: NewStorage.Filling, _ helper: MappedHelper?, _ options: CreateOptions,
        _ signals: borrowing BlockedSignals
    ) throws(LXCError) {
        // The name comes last: SoftwareContainer's template stops reading at it, and would fill the host's root directory without the
        // option behind it.
        let absolute = try InitialConfig.absolute(directory)
        // Who the caller is to the template: the configuration stays theirs.
        let mapped = helper.map { ["--mapped-uid=\($0.user)", "--mapped-gid=\($0.group)"] } ?? []
        let arguments = ["--path=" + absolute, "--rootfs=" + filling.folder] + mapped + ["--name=" + name]
        let program = TemplateRun(
            template: template, arguments: arguments + options.templateArguments, isQuiet: options.isQuiet,
            mount: filling.mount.map { ($0, filling.folder) }, mapped: helper.map { ($0, absolute, filling.folder) })
        let what = "cannot create \(name)"
        let outcome: TemplateRun.Outcome
        do { outcome = try program.run(signals) } catch {
            throw LXCError(
                .templateFailed, OperationFailure("cannot run the template \(template.path)", error, hint: Self.interpreter(error)))
        }
        switch outcome {
        case .ended(.exited(0)): return
        case .ended(let status):
            throw LXCError(
                .templateFailed, what, reason: "the template \(template.path) \(status)",
                hint: options.isQuiet
                    ? "see what it says by leaving out -q" : "what it said stands above; nothing of the container was kept")
        case .interrupted(let signal):
            throw LXCError(.templateFailed, what, reason: "interrupted by signal \(signal)", hint: "nothing of the container was kept")
        }
    }

    /// What is usually wrong when a script that exists cannot be executed.
    private static func interpreter(_ error: KernelError) -> String? {
        switch error.errno {
        case .noSuchFileOrDirectory: "the interpreter named in its first line does not exist"
        case .execFormatError: "a script must begin with #! and the path of its interpreter"
        default: nil
        }
    }

    /// Reads the configuration as the template left it, and keeps what was drawn at random there.
    private func settleConfig() throws(LXCError) {
        let document: ContainerConfigDocument
        do { document = try ConfigParser.load(path: configFile) } catch {
            let failure = OperationFailure(error)
            throw LXCError(
                .invalidConfiguration,
                OperationFailure(
                    "the configuration that the template left is not valid" + (error.key.map { ": \($0)" } ?? ""), reason: error.reason,
                    key: failure.key, origin: failure.origin, hint: failure.hint))
        }
        try attempt("cannot save \(configFile)") { () throws(KernelError) in
            if try WholeFile.read(configFile) != document.bytes { try document.save() }
        }
    }
}

/// What a creation has made so far, to be taken back.
struct CreatedParts {
    var directory: String?
    var config: String?
    var marker: String?
    var rootfs: String?
    var storage: NewStorage?
    /// What can remove files of mapped ids; nil when there are none.
    var helper: MappedHelper?

    /// Removes everything; the error tells what stayed.
    func removed(after error: LXCError) -> LXCError {
        var remaining: [String] = []
        if let helper, ProcessControl.effectiveUser != 0 {
            let trees = [rootfs, directory].compactMap { $0 }
            if !trees.isEmpty {
                do throws(OperationFailure) { try helper.remove(trees) } catch { remaining.append("\(error.what): \(error.reason)") }
            }
        }
        do throws(StorageFailure) { try storage?.remove(directory: directory) } catch { remaining.append("\(error.what): \(error.reason)") }
        do throws(KernelError) {
            for tree in [rootfs, directory].compactMap({ $0 }) {
                do throws(KernelError) {
                    remaining += try TreeRemoval.remove(tree).remaining.map { "\($0.path): \($0.error.reason)" }
                } catch {
                    if error.errno != .noSuchFileOrDirectory { throw error }
                }
            }
            // The marker goes last: until then the rest is known to be half-made.
            for file in [config, marker].compactMap({ $0 }) { try HostPath.remove(file) }
        } catch { remaining.append(error.reason(after: "")) }
        guard let first = remaining.first else { return error }
        var failure = error.failure
        failure.hint = "not everything could be removed: \(first)"
        return LXCError(error.code, failure)
    }
}
