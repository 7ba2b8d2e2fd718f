// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import LXCConfig
import LinuxKernel

/// What the steps of the container's first process share: the plan, and the handles that they open one after the other.
final class InitContext {
    let plan: StartPlan
    let log: LogWriter
    let hooks: HookRunner
    /// The root filesystem as it is being put together; the host's root when the container has none of its own.
    var rootfs: DirectoryHandle
    /// Where the root filesystem is attached on the host's tree (`lxc.rootfs.mount`); nil without a root filesystem.
    let mountPoint: String?
    /// A procfs of the container's own PID namespace that no path of the container leads to.
    var proc: DirectoryHandle?
    /// The label that init gets, found out on the host: the container's `/sys` may say what it likes.
    var label = SecurityLabel.Request.nothing
    /// The tmpfs or directory that becomes `/dev`.
    var devices: DirectoryHandle?
    /// Root of the container's devpts instance.
    var devpts: DirectoryHandle?
    /// The pair that becomes `/dev/console`.
    var console: PseudoTerminal?
    /// Controlling ends of tty1, tty2, ...
    var ttys: [SharedDescriptor] = []
    /// Names of those terminals below `/dev`, for `container_ttys`.
    var ttyNames: [String] = []
    /// The host's `/dev/null`, open since before the root directory changed.
    let hostNull: SharedDescriptor
    /// The open lxc-init, when the payload runs under it.
    var initProgram: SharedDescriptor?
    /// The container's cgroups, to be entered early.
    var cgroups: ContainerCgroups?
    /// What is written to in order to enter them late.
    var cgroupEntrances: [SharedDescriptor] = []
    /// The network namespace that the supervisor had made, to be entered; without it the process makes its own.
    var network: SharedDescriptor?
    /// The root filesystem as a mount that is not attached yet, if the supervisor had to mount it.
    var mountedRootfs: SharedDescriptor?
    /// Mounts with mapped owners that the supervisor made, in the order in which they are needed.
    var mappedMounts: [IDMappedMounts.Entry] = []
    /// When the cgroups are entered.
    var cgroupEntry = CgroupEntry.early
    /// The system call filter, compiled; nil without one, and when it is loaded.
    var systemCallFilter: SystemCallFilter?
    /// Where this process' own calls wait for a decision, until the supervisor has it.
    var listener: SystemCallListener?
    /// Whether somebody else than root starts the container.
    var isOrdinaryUser = false
    /// What `lxc.mount.auto = cgroup...` needs to know.
    let cgroupMounts: CgroupMounts?
    /// Descriptors that init gets besides the standard streams (`LISTEN_FDS`, foreground without `--close-all-fds`).
    var keptDescriptors: [Int32] = []
    /// The architecture of init and what it needs, if this machine's processor does not run it and the kernel knows nobody who does.
    var foreignProgram: String?
    /// The user namespace's root on the host; 0 and 0 without an id map.
    let mappedRoot: (user: UInt32, group: UInt32)
    /// Namespaces that the process was born into or enters itself.
    let namespaces: NamespacePlan

    init(plan: StartPlan, log: LogWriter, hooks: HookRunner, namespaces: NamespacePlan, mountPoint: String?, cgroupMounts: CgroupMounts?)
        throws(KernelError)
    {
        self.plan = plan
        self.cgroupMounts = cgroupMounts
        self.log = log
        self.hooks = hooks
        self.namespaces = namespaces
        self.mountPoint = mountPoint
        rootfs = try DirectoryHandle(opening: "/")
        hostNull = SharedDescriptor(try OwnedDescriptor(opening: "/dev/null", .readWrite))
        mappedRoot = namespaces.mappedRoot
    }

    var config: ContainerConfig { plan.config }

    /// Whether the container has a root filesystem of its own.
    var hasRootfs: Bool { mountPoint != nil }

    /// Whether the container is in a user namespace with an id map.
    var isMapped: Bool { !plan.config.idMap.isEmpty }

    /// The configuration's place for a key, for error messages.
    func origin(_ key: String) -> ConfigOrigin? { plan.config.origin(of: key) }
}

/// One step of the container's first process.
protocol InitStep: Sendable {
    /// What the step does, for the log: `mounting the root filesystem`.
    var name: String { get }

    func perform(_ context: InitContext) throws(OperationFailure)
}
