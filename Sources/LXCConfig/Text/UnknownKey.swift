// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// What to say about a key that is not in the table.
enum UnknownKey {
    static func problem(_ source: ConfigBuilder.Source) -> ConfigProblem {
        let key = source.keyText
        let (reason, hint) = explanation(key)
        return ConfigProblem(
            .unknownKey, at: source.origin, column: source.column(source.key.lowerBound), key: key, reason, hint: hint)
    }

    private static func explanation(_ key: String) -> (reason: String, hint: String) {
        if key.kernelBytes.count > KeyRegistry.longestName { return ("the name is longer than any key", "is a line break missing?") }
        if let device = device(key) { return device }
        let names = KeyRegistry.keys.flatMap { [$0.name] + $0.historic }
        return ("is not a key of the configuration", hint(KeySuggestion.nearest(to: key, among: names)))
    }

    /// Keys of network devices have a number in the middle.
    private static func device(_ key: String) -> (reason: String, hint: String)? {
        guard key.hasPrefix("lxc.net."), let number = key.dropFirst(8).split(separator: ".", omittingEmptySubsequences: false).first else {
            return nil
        }
        let sub = key.dropFirst(8 + number.count)
        let bytes = Array(number.utf8)
        if KeyRegistry.deviceIndex(bytes, 0..<bytes.count) == nil {
            if KeyRegistry.find("lxc.net.0." + key.dropFirst(8)) != nil {
                return ("the number of the network device is missing", "write lxc.net.0.\(key.dropFirst(8))")
            }
            return ("\(quoted(String(number))) is not the number of a network device", "write 0 to 65535 without leading zeros")
        }
        let names = KeyRegistry.keys.map { $0.name }.filter { $0.hasPrefix("lxc.net.N.") }
        let guess = KeySuggestion.nearest(to: "lxc.net.N" + sub, among: names)
        return ("is not a key of a network device", hint(guess.map { "lxc.net.\(number)" + $0.dropFirst(9) }))
    }

    private static func hint(_ guess: String?) -> String {
        guess.map { "did you mean \($0)?" } ?? "lxc.container.conf(5) lists the keys; keys of your own begin with lxc.x-"
    }
}
