// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LinuxKernel

/// What a command line asks for.
struct UserNicRequest: Equatable {
    /// Which network namespace is meant.
    enum Target: Equatable {
        case process(Int32)
        /// An absolute path, as `/proc/PID/ns/net` or `/proc/self/fd/N`.
        case path(String)
    }

    enum Action: Equatable {
        /// `name`: the wanted name in the container; `%d` in it becomes the first free number.
        case create(name: ExactWord)
        /// `interface`: the host's end.
        case delete(interface: ExactWord)
    }

    let action: Action
    let target: Target
    let type: ExactWord
    let bridge: ExactWord

    static let noBridge = "none"
    private static let anyName = "eth%d"
    /// The most bytes of a device's name.
    private static let longestName = 15

    static let usage = """
        usage: lxc-user-nic create LXCPATH NAME PID|NETNS TYPE BRIDGE [IFNAME]
               lxc-user-nic delete LXCPATH NAME NETNS TYPE BRIDGE HOSTIF
               lxc-user-nic PID TYPE BRIDGE [IFNAME]
        Makes or removes a network device for a container of an unprivileged user, as far as lxc-usernet allows.
        """

    /// Reads the words after the program's name; nil when they are no request. LXCPATH and NAME say for whom the device is, and
    /// nothing is looked up by them.
    init?(_ words: [String]) {
        switch words.first {
        case "create"? where (6...7).contains(words.count):
            guard let name = Self.name(words.count == 7 ? words[6] : Self.anyName) else { return nil }
            self.init(.create(name: name), words[3], words[4], words[5])
        case "delete"? where words.count == 7:
            guard let interface = Self.name(words[6]), Self.isPath(words[3]) else { return nil }
            self.init(.delete(interface: interface), words[3], words[4], words[5])
        case let pid? where (3...4).contains(words.count) && !Self.isPath(pid):
            guard let name = Self.name(words.count == 4 ? words[3] : Self.anyName) else { return nil }
            self.init(.create(name: name), pid, words[1], words[2])
        default: return nil
        }
    }

    private init?(_ action: Action, _ target: String, _ type: String, _ bridge: String) {
        guard let type = Self.name(type), let bridge = Self.name(bridge) else { return nil }
        if Self.isPath(target) {
            self.target = .path(target)
        } else {
            guard let number = ExactWord(target)?.number, let pid = Int32(exactly: number), pid > 0 else { return nil }
            self.target = .process(pid)
        }
        self.action = action
        self.type = type
        self.bridge = bridge
    }

    /// A word no longer than the name of a device, without what ends a name in our answer or in a path.
    private static func name(_ text: String) -> ExactWord? {
        guard let word = ExactWord(text), word.bytes.count <= longestName, !word.bytes.contains(0x2F), !word.bytes.contains(0x3A) else {
            return nil
        }
        return word
    }

    private static func isPath(_ text: String) -> Bool { text.utf8.first == 0x2F }
}
