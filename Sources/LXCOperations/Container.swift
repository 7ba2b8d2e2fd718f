// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
package import LXCRuntime
import LinuxKernel

/// One container, named by its container path and its name; it need not exist.
package struct Container: Sendable {
    package let name: String
    /// Directory that holds the container's directory, without trailing slashes.
    package let lxcPath: String
    package let directory: String
    package let configFile: String
    /// A configuration file to use instead of the container's own.
    package let alternativeConfig: String?
    package let system: SystemConfig
    /// The configuration as a program has changed it in memory; it counts instead of the file's when it is there.
    package var loaded: ContainerConfigDocument?
    /// How long a running container may take to answer; nil waits for ever.
    package var answerTime: Duration? = .seconds(30)

    /// `lxcPath`: nil for the system configuration's.
    /// `rcfile`: a configuration file to use instead of the container's own.
    /// Throws ``LXCError`` for a name that cannot be one.
    package init(name: String, lxcPath: String? = nil, rcfile: String? = nil, system: SystemConfig) throws(LXCError) {
        try ContainerName.check(name)
        self.name = name
        self.lxcPath = CommandAddress.withoutTrailingSlashes(lxcPath ?? system.containerPath)
        directory = self.lxcPath.appendingPath(name)
        configFile = directory.appendingPath("config")
        alternativeConfig = rcfile
        self.system = system
    }

    package var client: ControlClient { ControlClient(lxcPath: lxcPath, name: name, timeLimit: answerTime) }

    /// Whether the container has a configuration.
    package var isDefined: Bool {
        do { return try FileStatus.ifPresent(configFile) != nil } catch { return false }
    }

    /// The state; STOPPED also for a container that does not exist.
    package func state() throws(LXCError) -> ContainerState {
        do { return try client.state() } catch { throw LXCError("cannot learn the state of \(name)", error) }
    }

    /// Checks that the caller may control the container, as every tool does first.
    ///
    /// - Throws: ``LXCError`` with the code `notPermitted`.
    package func checkControl() throws(LXCError) {
        do { _ = try client.initPID() } catch {
            if error == .notPermitted {
                throw LXCError(
                    .notPermitted, "cannot control \(lxcPath):\(name)", reason: "insufficient privileges",
                    hint: "run it as the container's owner, or as root")
            }
            if case .untrusted = error { throw LXCError("cannot control \(name)", error) }
        }
    }

    /// Reads the container's configuration, or the alternative one.
    ///
    /// - Throws: ``LXCError``: `notDefined` when there is none, `invalidConfiguration` with file, line and column.
    package func loadConfig() throws(LXCError) -> ContainerConfigDocument {
        if let loaded { return loaded }
        let path = alternativeConfig ?? configFile
        if alternativeConfig == nil { try finishRename() }
        do { return try ConfigParser.load(path: path) } catch {
            // Whoever names a file wants to hear of the file, and not of containers.
            if alternativeConfig != nil { throw LXCError(error) }
            let isThere = try attempt("cannot read \(path)") { () throws(KernelError) in try FileStatus.ifPresent(path) != nil }
            if isThere { throw LXCError(error) }
        }
        throw LXCError(
            .notDefined, "no configuration of \(name) was found", reason: "\(path) does not exist",
            hint: alternativeConfig == nil
                ? "see lxc-ls -P \(lxcPath) for the containers there are, or create it with lxc-create -n \(name)" : nil)
    }

    /// The configuration, or an empty one when there is none and none was asked for by name.
    package func loadConfigIfDefined() throws(LXCError) -> ContainerConfigDocument {
        if loaded == nil && alternativeConfig == nil && !isDefined { return ContainerConfigDocument(path: configFile) }
        return try loadConfig()
    }

    /// Runs work while no other process changes the container's files.
    func locked<Result>(_ what: String, _ body: () throws(LXCError) -> Result) throws(LXCError) -> Result {
        let lock = try attempt("\(what): cannot lock the container") { () throws(KernelError) in
            try ContainerLock(lxcPath: lxcPath, name: name, in: RunDirectory.resolve(), until: .now + .seconds(30))
        }
        defer { extendLifetime(lock) }
        return try body()
    }
}

/// Runs kernel work and gives its failure a meaning.
func attempt<Value: ~Copyable>(
    _ what: @autoclosure () -> String, hint: String? = nil, _ body: () throws(KernelError) -> Value
) throws(LXCError) -> Value {
    do { return try body() } catch { throw LXCError(what(), error, hint: hint) }
}

/// Asks a supervisor and gives its refusal a meaning.
func asking<Value: ~Copyable>(_ what: @autoclosure () -> String, _ body: () throws(ControlError) -> Value) throws(LXCError) -> Value {
    do { return try body() } catch { throw LXCError(what(), error) }
}
