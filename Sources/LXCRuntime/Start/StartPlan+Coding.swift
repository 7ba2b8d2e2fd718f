// SPDX-License-Identifier: Apache-2.0
import LXCConfig

extension StartPlan {
    /// The plan as bytes for the supervisor: the configuration travels as its assignments, each with its place.
    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.put(program)
        writer.put(name)
        writer.put(lxcPath)
        writer.put(configFile)
        if case .underInit = payload { writer.put(true) } else { writer.put(false) }
        writer.put(payload.arguments)
        writer.put(isForeground)
        writer.put(pidFile)
        writer.put(logFile)
        writer.put(logLevel.rawValue)
        writer.put(isQuiet)
        writer.put(cgroupPattern)
        writer.put(cgroupControllers != nil)
        writer.put(cgroupControllers ?? [])
        writer.put(restore)
        writer.put(config.entries.count)
        var file = ""
        for entry in config.entries {
            // Most entries come from the file of the entry before.
            writer.put(entry.origin.file == file ? nil : entry.origin.file)
            file = entry.origin.file
            writer.put(entry.origin.line)
            writer.put(entry.key)
            writer.put(entry.value)
        }
        return writer.bytes
    }

    /// Reads what ``encoded`` made; nil for anything else.
    package init?(decoding bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        do throws(ByteReader.Malformed) {
            let program = try reader.string()
            let name = try reader.string()
            let lxcPath = try reader.string()
            let configFile = try reader.string()
            let underInit = try reader.bool()
            let arguments = try reader.strings()
            self.init(
                name: name, lxcPath: lxcPath, configFile: configFile, payload: underInit ? .underInit(arguments) : .program(arguments),
                config: ContainerConfig())
            self.program = program
            isForeground = try reader.bool()
            pidFile = try reader.optionalString()
            logFile = try reader.optionalString()
            guard let level = LogLevel(rawValue: try reader.int()) else { return nil }
            logLevel = level
            isQuiet = try reader.bool()
            cgroupPattern = try reader.optionalString()
            let hasControllers = try reader.bool()
            let controllers = try reader.strings()
            cgroupControllers = hasControllers ? controllers : nil
            restore = try reader.restoreOrder()
            let entries = try Self.entries(&reader)
            do { config = try ContainerConfig(entries: entries) } catch { return nil }
        } catch { return nil }
    }

    private static func entries(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> [ConfigEntry] {
        var entries: [ConfigEntry] = []
        var file = ""
        let count = try reader.int()
        while entries.count < count {
            file = try reader.optionalString() ?? file
            let line = try reader.int()
            entries.append(ConfigEntry(key: try reader.string(), value: try reader.string(), origin: ConfigOrigin(file: file, line: line)))
        }
        return entries
    }
}
