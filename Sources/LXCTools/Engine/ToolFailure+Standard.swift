// SPDX-License-Identifier: Apache-2.0

/// Failures whose wording and status scripts know from C LXC.
extension ToolFailure {
    private static let whatRuns = "lxc-ls -f shows which containers run"

    /// The caller lacks the rights over the container; spelled as C LXC spells it.
    package static func insufficientPrivileges(path: String, name: String) -> ToolFailure {
        ToolFailure(
            .notPermitted, "Insufficent privileges to control \(path):\(name)", advice: "run it as the container's owner, or as root")
    }

    /// `lxc-stop` and `lxc-console` of a container that does not run, or does not exist.
    package static func notRunning(_ name: String, exit: ExitCode = .failure) -> ToolFailure {
        ToolFailure(.notRunning, "\(name) is not running", advice: whatRuns, exit: exit)
    }

    /// `lxc-cgroup` of a container that does not run.
    package static func notRunning(path: String, name: String) -> ToolFailure {
        ToolFailure(.notRunning, "'\(path):\(name)' is not running", advice: whatRuns)
    }

    /// `lxc-device` of a container that does not run.
    package static func deviceless(_ name: String) -> ToolFailure {
        ToolFailure(
            .notRunning, "Container \(name) is not running",
            advice: "start it first; what it needs at every start belongs into its configuration")
    }

    /// `lxc-attach` of a container that does not run.
    package static func noInitProcess(reason: String) -> ToolFailure {
        ToolFailure(.notRunning, "Failed to get init pid", reason: reason, advice: "start the container first with lxc-start")
    }

    /// `lxc-info` of a container that does not exist.
    package static func doesNotExist(_ name: String) -> ToolFailure {
        ToolFailure(.notDefined, "\(name) doesn't exist", namesTool: false)
    }

    /// `lxc-start` of a container that does not exist.
    package static let noConfiguration = ToolFailure(
        .notDefined, "No container config specified", advice: "create the container with lxc-create, or name a file with -f")

    /// `lxc-start` of a container that runs: said, but no failure.
    package static let alreadyRunning = ToolFailure(.stillRunning, "Container is already running", exit: .success)

    /// `lxc-execute` in a container that runs: the command did not.
    package static func cannotExecute(_ name: String) -> ToolFailure {
        ToolFailure(.stillRunning, "Container is already running", advice: "run the command in it: lxc-attach -n \(name) -- COMMAND")
    }

    /// `lxc-create` of a name that is taken.
    package static let alreadyExists = ToolFailure(
        .alreadyExists, "Container already exists", advice: "choose another name, or destroy it first")

    /// `lxc-destroy` of a name that nothing has.
    package static let notDefined = ToolFailure(.notDefined, "Container is not defined", advice: "see lxc-ls for the containers there are")

    /// `lxc-copy` and `lxc-snapshot` of a name that nothing has.
    package static func undefined(_ name: String) -> ToolFailure {
        ToolFailure(.notDefined, "Error: container \(name) is not defined", advice: "see lxc-ls for the containers there are")
    }

    /// `lxc-destroy` of a container that runs.
    package static func stillRunning(_ name: String) -> ToolFailure {
        ToolFailure(.stillRunning, "\(name) is running", advice: "stop it first, or use -f to stop and destroy it")
    }

    /// `lxc-destroy` of a container with snapshots.
    package static func hasSnapshots(_ name: String) -> ToolFailure {
        ToolFailure(.notPermitted, "Destroying \(name) failed: \(name) has snapshots", advice: "use -s to destroy them too")
    }

    /// `lxc-destroy` of a container that others are clones of.
    package static func hasClones(_ name: String) -> ToolFailure {
        ToolFailure(.notPermitted, "Destroying \(name) failed: \(name) has clones", advice: "destroy the clones first")
    }

    /// `lxc-freeze` and `lxc-unfreeze` that did not work; the verb is `freeze` or `unfreeze`.
    package static func freezing(
        _ verb: String, path: String, name: String, code: Code = .notRunning, reason: String?, advice: String? = nil
    ) -> ToolFailure {
        ToolFailure(code, "Failed to \(verb) \(path):\(name)", reason: reason, advice: code == .notRunning ? whatRuns : advice)
    }

    /// `lxc-cgroup` of a control file that cannot be read.
    package static func controlUnreadable(_ object: String, path: String, name: String, reason: String?) -> ToolFailure {
        ToolFailure(.notAvailable, "Failed to retrieve value of '\(object)' for '\(path):\(name)'", reason: reason)
    }

    /// `lxc-cgroup` of a control file that does not take the value.
    package static func controlNotWritable(_ object: String, _ value: String, path: String, name: String, reason: String?) -> ToolFailure {
        ToolFailure(.notAvailable, "Failed to assign '\(value)' value to '\(object)' for '\(path):\(name)'", reason: reason)
    }
}
