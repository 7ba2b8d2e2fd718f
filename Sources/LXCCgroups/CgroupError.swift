// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// Why work on cgroups failed.
package enum CgroupError: Error, Sendable, Equatable {
    /// A system call failed.
    case kernel(KernelError)
    /// A cgroup with an exactly configured path exists already.
    case inUse(path: String, setting: String)
    /// The name and all its numbered variants exist already.
    case noFreeName(path: String)
    /// A configured path is empty or climbs with `..`.
    case invalidPath(String, setting: String)
    /// A control file's name is empty, contains a slash, or has no controller before its dot.
    case invalidObject(String)
    /// No mounted hierarchy has the controller.
    case noController(String)
    /// The host has no cgroup2 filesystem mounted.
    case noUnifiedHierarchy
    /// The container would see the host's cgroups: it has no cgroup namespace.
    case needsCgroupNamespace
}

extension CgroupError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .kernel(let error): error.reason(after: "")
        case .inUse(let path, let setting): "cgroup \(path) (\(setting)) exists already; remove it or choose another path"
        case .noFreeName(let path): "cgroup \(path) and its variants -1 to -999 exist already; remove those left over"
        case .invalidPath(let path, let setting): "\(setting) must name a cgroup below the base without \"..\", not \"\(path)\""
        case .invalidObject(let name): "\"\(name)\" is not the name of a control file such as memory.max"
        case .noController(let name): "no cgroup hierarchy with the controller \"\(name)\" is mounted"
        case .noUnifiedHierarchy: "no cgroup2 filesystem is mounted on the host"
        case .needsCgroupNamespace: "cgroup2 can only be mounted in a container that has its own cgroup namespace"
        }
    }
}

extension CgroupError {
    /// Runs kernel calls and wraps their failure.
    package static func wrapping<Result: ~Copyable>(_ body: () throws(KernelError) -> Result) throws(CgroupError) -> Result {
        try wrapped(body)
    }
}

/// Runs kernel calls and wraps their failure.
func wrapped<Result: ~Copyable>(_ body: () throws(KernelError) -> Result) throws(CgroupError) -> Result {
    do { return try body() } catch { throw .kernel(error) }
}
