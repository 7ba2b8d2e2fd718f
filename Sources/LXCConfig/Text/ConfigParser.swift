// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Reads configurations.
package enum ConfigParser {
    /// Reads a file with everything that it includes.
    ///
    /// - Throws: ``ConfigProblem`` with the first fault, its file and line.
    package static func load(path: String) throws(ConfigProblem) -> ContainerConfigDocument {
        var reading = ConfigReading()
        let bytes = try reading.resolver.enter(path, from: nil)
        try reading.read(bytes, path)
        return ContainerConfigDocument(path: path, bytes: bytes, builder: reading.builder)
    }

    /// Reads a text with everything that it includes.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - name: What the messages call the text.
    /// - Returns: The settings together with the text.
    /// - Throws: ``ConfigProblem`` with the first fault, its file and line.
    package static func parse(_ bytes: [UInt8], name: String) throws(ConfigProblem) -> ContainerConfigDocument {
        var reading = ConfigReading()
        try reading.read(bytes, name)
        return ContainerConfigDocument(path: name, bytes: bytes, builder: reading.builder)
    }
}

/// One configuration on its way from files into settings.
struct ConfigReading {
    var builder: ConfigBuilder
    fileprivate var resolver = IncludeResolver()

    init(builder: ConfigBuilder = ConfigBuilder()) { self.builder = builder }

    fileprivate mutating func read(_ bytes: [UInt8], _ file: String) throws(ConfigProblem) {
        try checkBytes(bytes, file)
        var reader = LineReader(bytes)
        while let line = reader.next() {
            switch line.content {
            case .other: break
            case .incomplete(let key):
                throw ConfigProblem(
                    .syntax, at: ConfigOrigin(file: file, line: line.number), column: key.upperBound - line.start + 1,
                    key: ConfigText.string(bytes, key), "there is no = on this line", hint: "write KEY = VALUE",
                    includedFrom: resolver.chain)
            case .assignment(let key, let value):
                try apply(bytes, file, line, key, value)
            }
        }
    }

    private mutating func apply(
        _ bytes: [UInt8], _ file: String, _ line: LineReader.Line, _ key: Range<Int>, _ value: Range<Int>
    ) throws(ConfigProblem) {
        let origin = ConfigOrigin(file: file, line: line.number)
        for index in key.lowerBound..<value.upperBound where bytes[index] == 0x0D {
            throw ConfigProblem(
                .syntax, at: origin, column: index - line.start + 1, "a carriage return inside of a line",
                hint: "end lines with a newline", includedFrom: resolver.chain)
        }
        do throws(ConfigProblem) {
            let source = ConfigBuilder.Source(bytes: bytes, key: key, value: value, lineStart: line.start, origin: origin)
            guard case .include(let path) = try builder.apply(source) else { return }
            if path.isEmpty {
                let column = source.column(source.value.lowerBound)
                throw ConfigProblem(.badValue, at: origin, column: column, key: "lxc.include", "a path is missing")
            }
            try include(path, origin)
        } catch {
            var problem = error
            if problem.includedFrom.isEmpty { problem.includedFrom = resolver.chain }
            throw problem
        }
    }

    /// Reads what an include names.
    mutating func include(_ path: String, _ origin: ConfigOrigin) throws(ConfigProblem) {
        for file in try resolver.files(path, from: origin) {
            try read(try resolver.enter(file, from: origin), file)
            resolver.leave()
        }
    }

    /// A NUL means that this is no text; C LXC would silently stop there.
    private func checkBytes(_ bytes: [UInt8], _ file: String) throws(ConfigProblem) {
        guard let zero = bytes.firstIndex(of: 0) else { return }
        let line = bytes[..<zero].reduce(into: 1) { if $1 == 0x0A { $0 += 1 } }
        let start = bytes[..<zero].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let isWide = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
        throw ConfigProblem(
            .syntax, at: ConfigOrigin(file: file, line: line), column: zero - start + 1,
            isWide ? "this is UTF-16 text" : "a NUL byte", hint: isWide ? "save the file as UTF-8" : "this is not a text file",
            includedFrom: resolver.chain)
    }
}
