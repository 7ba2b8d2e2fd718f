// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCRuntime
import LinuxKernel

// How the options of single operations travel between the two processes.

extension ByteWriter {
    mutating func putNumber(_ number: Int32?) {
        put(number != nil)
        if let number { put(Int(number)) }
    }

    private mutating func putID(_ id: UInt32?) { putNumber(id.map { Int32(bitPattern: $0) }) }

    /// Without those for the caller's process and its log.
    mutating func put(_ options: StartOptions) {
        put(options.command)
        put(options.runsUnderInit)
        put(options.pidFile)
        put(options.consolePath)
        put(options.consoleLog)
        put(options.definitions)
        putID(options.user)
        putID(options.group)
    }

    mutating func put(_ options: AttachOptions) {
        put(options.command)
        put(Int(options.elevated.rawValue))
        putNumber(options.namespaces?.rawValue)
        putNumber(options.architecture.map { $0 == .linux32 ? 1 : 0 })
        put(options.remountsProcAndSys)
        putNumber(options.clearsEnvironment.map { $0 ? 1 : 0 })
        put(options.keptVariables)
        put(options.setVariables)
        put(options.terminalLog)
        putID(options.user)
        putID(options.group)
        put(options.groups != nil)
        put((options.groups ?? []).map { "\($0)" })
        put(options.noNewPrivileges)
        put(options.label)
        put(options.directory)
    }

    mutating func put(_ options: CheckpointOptions) {
        put(options.directory)
        put(options.stops)
        put(options.isPreliminary)
        put(options.earlier)
        put(options.actionScript)
        put(options.isVerbose)
        put(options.ghostLimit.map { "\($0)" })
    }

    mutating func put(_ options: RestoreOptions) {
        put(options.directory)
        put(options.actionScript)
        put(options.isVerbose)
    }

    mutating func put(_ query: AddressQuery) {
        put(query.interface)
        putNumber(query.isIPv4.map { $0 ? 1 : 0 })
        putNumber(query.scope)
    }
}

extension ByteReader {
    mutating func number32() throws(Malformed) -> Int32? {
        guard try bool() else { return nil }
        guard let number = Int32(exactly: try int()) else { throw Malformed() }
        return number
    }

    private mutating func id() throws(Malformed) -> UInt32? { try number32().map { UInt32(bitPattern: $0) } }

    mutating func startOptions() throws(Malformed) -> StartOptions {
        var options = StartOptions()
        options.command = try strings()
        options.runsUnderInit = try bool()
        options.pidFile = try optionalString()
        options.consolePath = try optionalString()
        options.consoleLog = try optionalString()
        options.definitions = try strings()
        options.user = try id()
        options.group = try id()
        return options
    }

    mutating func attachOptions() throws(Malformed) -> AttachOptions {
        var options = AttachOptions()
        options.command = try strings()
        options.elevated = AttachWishes.Elevation(rawValue: UInt8(truncatingIfNeeded: try int()))
        options.namespaces = try number32().map { NamespaceSet(rawValue: $0) }
        options.architecture = try number32().map { $0 == 1 ? .linux32 : .linux }
        options.remountsProcAndSys = try bool()
        options.clearsEnvironment = try number32().map { $0 == 1 }
        options.keptVariables = try strings()
        options.setVariables = try strings()
        options.terminalLog = try optionalString()
        options.user = try id()
        options.group = try id()
        let hasGroups = try bool()
        let groups = try strings().compactMap { UInt32($0) }
        if hasGroups { options.groups = groups }
        options.noNewPrivileges = try bool()
        options.label = try optionalString()
        options.directory = try optionalString()
        return options
    }

    mutating func checkpointOptions() throws(Malformed) -> CheckpointOptions {
        var options = CheckpointOptions(directory: try string())
        options.stops = try bool()
        options.isPreliminary = try bool()
        options.earlier = try optionalString()
        options.actionScript = try optionalString()
        options.isVerbose = try bool()
        options.ghostLimit = try optionalString().flatMap { UInt64($0) }
        return options
    }

    mutating func restoreOptions() throws(Malformed) -> RestoreOptions {
        var options = RestoreOptions(directory: try string())
        options.actionScript = try optionalString()
        options.isVerbose = try bool()
        return options
    }

    mutating func addressQuery() throws(Malformed) -> AddressQuery {
        AddressQuery(interface: try optionalString(), isIPv4: try number32().map { $0 == 1 }, scope: try number32() ?? 0)
    }
}
