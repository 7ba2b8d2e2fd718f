// SPDX-License-Identifier: Apache-2.0

/// The commands of the control socket; the raw values are their numbers on the wire.
package enum ControlCommand: UInt32, Sendable, Hashable, CaseIterable {
    case ttyDescriptor = 0
    case windowChanged = 1
    case stop = 2
    case state = 3
    case initPID = 4
    case cloneFlags = 5
    case cgroup = 6
    case configItem = 7
    case name = 8
    case lxcPath = 9
    case addStateClient = 10
    case consoleLog = 11
    case serveState = 12
    case addSeccompListener = 13
    case addDeviceRule = 14
    case freeze = 15
    case unfreeze = 16
    case cgroup2Descriptor = 17
    case initPIDFD = 18
    case limitCgroup = 19
    case limitCgroup2Descriptor = 20
    case devptsDescriptor = 21
    case seccompDescriptor = 22
    case cgroupContext = 23
    case cgroupDescriptor = 24
    case limitCgroupDescriptor = 25
    case systemdScope = 26

    /// The command as the protocol's documents name it, for errors and logs.
    package var wireName: String {
        switch self {
        case .ttyDescriptor: "GET_TTY_FD"
        case .windowChanged: "TERMINAL_WINCH"
        case .stop: "STOP"
        case .state: "GET_STATE"
        case .initPID: "GET_INIT_PID"
        case .cloneFlags: "GET_CLONE_FLAGS"
        case .cgroup: "GET_CGROUP"
        case .configItem: "GET_CONFIG_ITEM"
        case .name: "GET_NAME"
        case .lxcPath: "GET_LXCPATH"
        case .addStateClient: "ADD_STATE_CLIENT"
        case .consoleLog: "CONSOLE_LOG"
        case .serveState: "SERVE_STATE_CLIENTS"
        case .addSeccompListener: "SECCOMP_NOTIFY_ADD_LISTENER"
        case .addDeviceRule: "ADD_BPF_DEVICE_CGROUP"
        case .freeze: "FREEZE"
        case .unfreeze: "UNFREEZE"
        case .cgroup2Descriptor: "GET_CGROUP2_FD"
        case .initPIDFD: "GET_INIT_PIDFD"
        case .limitCgroup: "GET_LIMIT_CGROUP"
        case .limitCgroup2Descriptor: "GET_LIMIT_CGROUP2_FD"
        case .devptsDescriptor: "GET_DEVPTS_FD"
        case .seccompDescriptor: "GET_SECCOMP_NOTIFY_FD"
        case .cgroupContext: "GET_CGROUP_CTX"
        case .cgroupDescriptor: "GET_CGROUP_FD"
        case .limitCgroupDescriptor: "GET_LIMIT_CGROUP_FD"
        case .systemdScope: "GET_SYSTEMD_SCOPE"
        }
    }
}
