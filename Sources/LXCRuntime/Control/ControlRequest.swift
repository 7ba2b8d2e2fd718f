// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// One request of the control socket with what belongs to it.
package enum ControlRequest: Sendable, Hashable {
    /// A terminal of the container.
    package enum Terminal: Sendable, Hashable {
        case console
        /// `/dev/ttyN`, N greater than zero.
        case tty(Int32)
        /// The lowest free tty, never the console.
        case anyFree
    }

    case ttyDescriptor(Terminal)
    case windowChanged
    case stop
    case state
    case initPID
    case cloneFlags
    /// `nil` is the hierarchy without controllers.
    case cgroup(controller: String?)
    case configItem(String)
    case name
    case lxcPath
    case addStateClient(WantedStates)
    case consoleLog(ConsoleLogQuery)
    case serveState(ContainerState)
    /// The descriptor follows in a message of its own.
    case addSeccompListener
    case addDeviceRule(DeviceRuleMessage)
    /// Seconds; 0 for no limit given, -1 for ever.
    case freeze(timeout: Int32)
    case unfreeze(timeout: Int32)
    case cgroup2Descriptor
    case initPIDFD
    case limitCgroup(controller: String?)
    case limitCgroup2Descriptor
    case devptsDescriptor
    case seccompDescriptor
    /// The client's record has this many bytes.
    case cgroupContext(room: Int)
    case cgroupDescriptor(CgroupDescriptorRecord)
    case limitCgroupDescriptor(CgroupDescriptorRecord)
    case systemdScope

    /// The command.
    package var command: ControlCommand {
        switch self {
        case .ttyDescriptor: .ttyDescriptor
        case .windowChanged: .windowChanged
        case .stop: .stop
        case .state: .state
        case .initPID: .initPID
        case .cloneFlags: .cloneFlags
        case .cgroup: .cgroup
        case .configItem: .configItem
        case .name: .name
        case .lxcPath: .lxcPath
        case .addStateClient: .addStateClient
        case .consoleLog: .consoleLog
        case .serveState: .serveState
        case .addSeccompListener: .addSeccompListener
        case .addDeviceRule: .addDeviceRule
        case .freeze: .freeze
        case .unfreeze: .unfreeze
        case .cgroup2Descriptor: .cgroup2Descriptor
        case .initPIDFD: .initPIDFD
        case .limitCgroup: .limitCgroup
        case .limitCgroup2Descriptor: .limitCgroup2Descriptor
        case .devptsDescriptor: .devptsDescriptor
        case .seccompDescriptor: .seccompDescriptor
        case .cgroupContext: .cgroupContext
        case .cgroupDescriptor: .cgroupDescriptor
        case .limitCgroupDescriptor: .limitCgroupDescriptor
        case .systemdScope: .systemdScope
        }
    }
}

extension ControlRequest.Terminal {
    /// The number on the wire: 0 the console, -1 any free tty.
    package var number: Int32 {
        switch self {
        case .console: 0
        case .tty(let number): number
        case .anyFree: -1
        }
    }

    init?(number: Int32) {
        switch number {
        case -1: self = .anyFree
        case 0: self = .console
        case 1...: self = .tty(number)
        default: return nil
        }
    }
}

extension ControlRequest {
    /// Reads a request.
    ///
    /// - Parameters:
    ///   - header: The first 16 bytes.
    ///   - payload: What followed, as many bytes as the header says.
    /// - Throws: ``LinuxKernel/Errno`` that the answer carries: `.noFunction` for an unknown command, `.invalidArgument` for a
    ///   payload that is not what the command wants, `.badFileDescriptor` for a terminal that cannot exist.
    package init(_ header: RequestHeader, payload: [UInt8]) throws(Errno) {
        guard let command = ControlCommand(rawValue: header.command) else { throw .noFunction }
        switch command {
        case .ttyDescriptor:
            guard let terminal = Terminal(number: header.argument) else { throw .badFileDescriptor }
            self = .ttyDescriptor(terminal)
        case .cgroup: self = .cgroup(controller: try Self.optionalText(payload))
        case .limitCgroup: self = .limitCgroup(controller: try Self.optionalText(payload))
        case .configItem:
            guard let key = WireReader(payload).wholeText else { throw .invalidArgument }
            self = .configItem(key)
        case .addStateClient: self = .addStateClient(try Self.required(WantedStates(decoding: payload)))
        case .consoleLog: self = .consoleLog(try Self.required(ConsoleLogQuery(decoding: payload)))
        case .serveState: self = .serveState(try Self.required(ContainerState(rawValue: header.argument)))
        case .addDeviceRule: self = .addDeviceRule(try Self.required(DeviceRuleMessage(decoding: payload)))
        case .freeze: self = .freeze(timeout: header.argument)
        case .unfreeze: self = .unfreeze(timeout: header.argument)
        case .cgroupContext: self = .cgroupContext(room: min(payload.count, CgroupContextRecord.size))
        case .cgroupDescriptor: self = .cgroupDescriptor(try Self.required(CgroupDescriptorRecord(decoding: payload)))
        case .limitCgroupDescriptor: self = .limitCgroupDescriptor(try Self.required(CgroupDescriptorRecord(decoding: payload)))
        default: self = try Self.required(Self.withoutArgument(command))
        }
    }

    /// The request as it goes out: the header, then the payload, which may be empty.
    package var encoded: (header: RequestHeader, payload: [UInt8]) {
        let (argument, payload): (Int32, [UInt8]) =
            switch self {
            case .ttyDescriptor(let terminal): (terminal.number, [])
            case .cgroup(let controller), .limitCgroup(let controller): (0, controller?.wireText ?? [])
            case .configItem(let key): (0, key.wireText)
            case .addStateClient(let wanted): (0, wanted.encoded)
            case .consoleLog(let query): (0, query.encoded)
            case .serveState(let state): (state.rawValue, [])
            case .addDeviceRule(let rule): (0, rule.encoded)
            case .freeze(let timeout), .unfreeze(let timeout): (timeout, [])
            case .cgroupContext(let room): (0, [UInt8](repeating: 0, count: max(0, room)))
            case .cgroupDescriptor(let record), .limitCgroupDescriptor(let record): (0, record.encoded)
            default: (0, [])
            }
        let data = payload.isEmpty ? UInt64(bitPattern: Int64(argument)) : 0
        return (RequestHeader(command: command.rawValue, length: Int32(clamping: payload.count), data: data), payload)
    }

    private static func withoutArgument(_ command: ControlCommand) -> ControlRequest? {
        switch command {
        case .windowChanged: .windowChanged
        case .stop: .stop
        case .state: .state
        case .initPID: .initPID
        case .cloneFlags: .cloneFlags
        case .name: .name
        case .lxcPath: .lxcPath
        case .addSeccompListener: .addSeccompListener
        case .cgroup2Descriptor: .cgroup2Descriptor
        case .initPIDFD: .initPIDFD
        case .limitCgroup2Descriptor: .limitCgroup2Descriptor
        case .devptsDescriptor: .devptsDescriptor
        case .seccompDescriptor: .seccompDescriptor
        case .systemdScope: .systemdScope
        default: nil
        }
    }

    private static func optionalText(_ payload: [UInt8]) throws(Errno) -> String? {
        if payload.isEmpty { return nil }
        guard let text = WireReader(payload).wholeText else { throw .invalidArgument }
        return text.isEmpty ? nil : text
    }

    private static func required<Value>(_ value: Value?) throws(Errno) -> Value {
        guard let value else { throw .invalidArgument }
        return value
    }
}
