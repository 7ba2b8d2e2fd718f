// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCOperations
import LXCRuntime
import LinuxKernel

extension Container {
    /// Reads the container's configuration.
    ///
    /// - Returns: What stands in ``configurationFile`` and in the files that it includes.
    /// - Throws: ``LXCError``: `notDefined` when there is none, `invalidConfiguration` with file and line.
    public func configuration() throws(LXCError) -> Configuration {
        Configuration(try calling { () throws(OperationError) in try operations.loadConfig() })
    }

    /// Reads what a new container begins with: the file that the system configuration names as `lxc.default_config`.
    ///
    /// - Returns: An empty configuration when there is no such file.
    /// - Throws: ``LXCError`` with the code `invalidConfiguration`.
    public func initialConfiguration() throws(LXCError) -> Configuration {
        let file = operations.system.defaultConfig
        do throws(KernelError) {
            if try FileStatus.ifPresent(file) == nil { return Configuration() }
        } catch { throw LXCError("cannot read \(file)", error) }
        return try Configuration(reading: file)
    }

    /// Makes a configuration the container's own; a container that does not exist is defined by that.
    ///
    /// - Parameter configuration: Counts from the next start.
    /// - Throws: ``LXCError``; the old configuration is what it was then.
    public func save(_ configuration: Configuration) throws(LXCError) {
        do { try HostPath.makeDirectories(directory) } catch { throw LXCError("cannot make \(directory)", error) }
        try configuration.write(to: configurationFile)
    }

    /// The value of a key that the container runs with, which is not what its file says by now if that was changed meanwhile.
    ///
    /// - Parameter key: For example `lxc.uts.name`.
    /// - Returns: Nil when it is not set. Lists have a line for each value.
    /// - Throws: ``LXCError``, `notRunning` when the container does not run.
    public func runningValue(of key: String) throws(LXCError) -> String? {
        try asking("cannot read \(key) of \(name)") { () throws(ControlError) in try operations.client.configItem(key) }
            .map { Configuration.withoutLastBreak($0) }
    }
}
