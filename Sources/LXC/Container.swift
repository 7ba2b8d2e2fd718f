// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCOperations
import LinuxKernel

/// One container, named by its container path and its name; it need not exist.
///
/// A container is a value: it says which container is meant and holds nothing of it. What is asked is asked anew each time, so two
/// values that mean the same container never disagree, and any thread may use any of them.
///
/// ```swift
/// let web = try Container("web")
/// try web.create(template: "busybox")
/// try web.start()
/// try web.attach(["ps"])
/// try web.shutdown()
/// ```
///
/// Every function waits until what it does is done. In asynchronous code call them in ``withoutBlocking(_:)``.
public struct Container: Sendable {
    /// What the functions of this library work with.
    private(set) var operations: LXCOperations.Container
    /// Whose programs do the work.
    public let installation: Installation
    /// Where the work on the container is logged; nil for nowhere but what its configuration says.
    public var log: Log?

    /// Names a container.
    ///
    /// - Parameters:
    ///   - name: One component of a path that begins with neither a dot nor a hyphen.
    ///   - containerPath: The directory that holds the container's directory; nil for the system configuration's (`lxc.lxcpath`).
    ///   - installation: Whose programs do the work.
    /// - Throws: ``LXCError`` with the code `invalidName`, or `invalidConfiguration` when the system configuration cannot be used.
    public init(_ name: String, in containerPath: String? = nil, installation: Installation = Installation()) throws(LXCError) {
        let system = try installation.systemConfig()
        self.installation = installation
        operations = try calling { () throws(OperationError) in
            try LXCOperations.Container(name: name, lxcPath: containerPath, system: system)
        }
    }

    /// The container's name.
    public var name: String { operations.name }

    /// The directory that holds the container's directory, without slashes at its end.
    public var containerPath: String { operations.lxcPath }

    /// The container's own directory.
    public var directory: String { operations.directory }

    /// The file with the container's configuration.
    public var configurationFile: String { operations.configFile }

    /// How long a running container may take to answer a question, 30 seconds at first; nil waits for ever.
    public var answerTime: Duration? {
        get { operations.answerTime }
        set { operations.answerTime = newValue }
    }

    /// Another container with the same installation, log and time limit.
    func sibling(_ name: String, in containerPath: String?) throws(LXCError) -> Container {
        var container = self
        container.operations = try calling { () throws(OperationError) in
            try LXCOperations.Container(name: name, lxcPath: containerPath ?? self.containerPath, system: operations.system)
        }
        container.answerTime = answerTime
        return container
    }

    /// Has an operation done by a process of its own.
    @discardableResult
    func perform(_ operation: ContainerWork.Operation, _ configuration: Configuration? = nil) throws(LXCError) -> String {
        let work = work(operation, configuration)
        return try calling { () throws(OperationError) in try ContainerWorker.perform(work, program: installation.worker) }
    }

    func work(_ operation: ContainerWork.Operation, _ configuration: Configuration? = nil) -> ContainerWork {
        var work = ContainerWork(operations, operation)
        work.config = configuration?.text
        work.logFile = log?.file
        work.logLevel = log?.level?.rawValue
        return work
    }
}

extension Container: Hashable {
    /// Whether both mean the same container.
    ///
    /// - Parameters:
    ///   - first: One container.
    ///   - second: The other one.
    /// - Returns: True when names and container paths are equal.
    public static func == (first: Container, second: Container) -> Bool {
        first.name == second.name && first.containerPath == second.containerPath
    }

    /// Hashes the name and the container path.
    ///
    /// - Parameter hasher: Gets both.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(containerPath)
    }
}

extension Container: CustomStringConvertible {
    /// The container's name.
    public var description: String { name }
}
