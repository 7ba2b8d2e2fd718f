// SPDX-License-Identifier: Apache-2.0
import LXCConfig
import LXCOperations
import LinuxKernel

/// The configuration of a container: its settings, and its text with comments, order and includes.
///
/// A configuration is a value. Nothing happens to a container or a file before it is saved or given to
/// ``Container/start(_:options:)`` or ``Container/create(template:arguments:options:)``.
///
/// ```swift
/// var configuration = try web.configuration()
/// try configuration.set("lxc.start.auto", to: "1")
/// try configuration.append("/srv srv none bind,create=dir", to: "lxc.mount.entry")
/// try web.save(configuration)
/// ```
///
/// Keys may be written as any LXC since 1.0 has called them.
public struct Configuration: Sendable {
    private var document: ContainerConfigDocument

    /// An empty configuration.
    public init() { document = ContainerConfigDocument() }

    /// Reads a file with everything that it includes.
    ///
    /// - Parameter file: The file's path.
    /// - Throws: ``LXCError`` with the code `invalidConfiguration` and the place of the first fault.
    public init(reading file: String) throws(LXCError) {
        do { document = try ConfigParser.load(path: file) } catch { throw LXCError(error) }
    }

    /// Reads a text with everything that it includes.
    ///
    /// - Parameters:
    ///   - text: Lines of keys and values.
    ///   - name: What errors call the text.
    /// - Throws: ``LXCError`` with the code `invalidConfiguration` and the place of the first fault.
    public init(parsing text: String, name: String = "text") throws(LXCError) {
        do { document = try ConfigParser.parse(text.kernelBytes, name: name) } catch { throw LXCError(error) }
    }

    init(_ document: ContainerConfigDocument) { self.document = document }

    /// The value of a key; an empty text when it is not set, nil when there is no such key. Lists have a line for each value.
    ///
    /// - Parameter key: For example `lxc.uts.name`.
    public subscript(key: String) -> String? { document.value(of: key).map { Self.withoutLastBreak($0) } }

    /// The values of a key that is a list.
    ///
    /// - Parameter key: For example `lxc.mount.entry`.
    /// - Returns: Nothing when the key is not set or not known.
    public func values(of key: String) -> [String] {
        (document.value(of: key) ?? "").split(separator: "\n").map(String.init)
    }

    /// Gives a key another value, in place of all that it has.
    ///
    /// - Parameters:
    ///   - key: For example `lxc.uts.name`.
    ///   - value: An empty text brings the key back to its default.
    /// - Throws: ``LXCError`` with the code `invalidConfiguration`; nothing is changed then.
    public mutating func set(_ key: String, to value: String) throws(LXCError) {
        let isList = KeyRegistry.find(key).map { $0.key.form == .list } ?? false
        try change { (document) throws(ConfigProblem) in
            if isList { try document.clear(key) }
            try document.set(key, value)
        }
    }

    /// Gives a key that is a list other values, in place of all that it has.
    ///
    /// - Parameters:
    ///   - key: For example `lxc.mount.entry`.
    ///   - values: In their order; none brings the key back to its default.
    /// - Throws: ``LXCError`` with the code `invalidConfiguration`; nothing is changed then.
    public mutating func set(_ key: String, to values: [String]) throws(LXCError) {
        try change { (document) throws(ConfigProblem) in
            try document.clear(key)
            for value in values { try document.set(key, value) }
        }
    }

    /// Adds a value to a key that is a list.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - key: For example `lxc.mount.entry`.
    /// - Throws: ``LXCError`` with the code `invalidConfiguration`; nothing is changed then.
    public mutating func append(_ value: String, to key: String) throws(LXCError) {
        try change { (document) throws(ConfigProblem) in try document.set(key, value) }
    }

    /// Brings a key back to its default.
    ///
    /// - Parameter key: Also the beginning of several: `lxc.net` for all network devices, `lxc.net.0` for one of them.
    /// - Throws: ``LXCError`` with the code `invalidConfiguration` when there is no such key.
    public mutating func clear(_ key: String) throws(LXCError) {
        try change { (document) throws(ConfigProblem) in try document.clear(key) }
    }

    /// The names below a key.
    ///
    /// - Parameter key: Empty for the names of all keys; `lxc.net` for the numbers of the network devices, `lxc.net.0` for the keys that
    ///   such a device has; the beginning of a name (`lxc.hook`) for the rest of the names.
    /// - Returns: Nothing when nothing lies below.
    public func keys(under key: String = "") -> [String] { document.keys(under: key) ?? [] }

    /// The lines as they would be saved. Bytes that are no UTF-8 are kept in a form of their own.
    public var text: String { String(kernelBytes: document.bytes) }

    /// Writes the configuration to a file, whole or not at all.
    ///
    /// - Parameter file: Its path.
    /// - Throws: ``LXCError``; the old file is what it was then.
    public func write(to file: String) throws(LXCError) {
        do { try document.save(to: file) } catch { throw LXCError("cannot save \(file)", error) }
    }

    /// Whether there is a key of this name, current or historic.
    ///
    /// - Parameter key: The whole name.
    /// - Returns: True when it can stand in a configuration.
    public static func isSupported(_ key: String) -> Bool { KeyRegistry.find(key) != nil }

    /// The lines of a list, as programs in C get them, end with a line break.
    static func withoutLastBreak(_ value: String) -> String { value.hasSuffix("\n") ? String(value.dropLast()) : value }

    private mutating func change(_ body: (inout ContainerConfigDocument) throws(ConfigProblem) -> Void) throws(LXCError) {
        var changed = document
        do { try body(&changed) } catch { throw LXCError(error) }
        document = changed
    }
}

extension Configuration: CustomStringConvertible {
    /// The lines.
    public var description: String { text }
}
