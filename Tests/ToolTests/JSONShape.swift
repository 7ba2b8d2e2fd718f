// SPDX-License-Identifier: Apache-2.0

/// The members of JSON texts with the types of their values: `containers[].name` is a `string`.
struct JSONShape {
    private(set) var types: [String: Set<String>] = [:]
    private var rest: Substring.UnicodeScalarView = "".unicodeScalars[...]

    /// What is wrong with a text.
    struct Fault: Error { let place: String }

    /// Adds the members of one text. Members of the paths in `maps` have names that are not fixed, and count as `*`.
    mutating func add(_ text: String, maps: Set<String> = []) throws {
        rest = text.unicodeScalars[...]
        try value("", maps)
        guard skip() == nil else { throw fault() }
    }

    private mutating func value(_ path: String, _ maps: Set<String>) throws {
        switch skip() {
        case "{":
            if !path.isEmpty { note(path, "object") }
            try elements("}") { (shape) throws in
                let name = try shape.string()
                try shape.take(":")
                let member = maps.contains(path) ? "*" : name
                try shape.value(path.isEmpty ? member : path + "." + member, maps)
            }
        case "[":
            note(path, "array")
            try elements("]") { (shape) throws in try shape.value(path + "[]", maps) }
        case "\"":
            _ = try string()
            note(path, "string")
        case let scalar?:
            let word = rest.prefix { !",]}".unicodeScalars.contains($0) && $0 != "\n" }
            rest.removeFirst(word.count)
            switch String(word) {
            case "null": note(path, "null")
            case "true", "false": note(path, "boolean")
            default:
                guard scalar == "-" || ("0"..."9").contains(scalar), Double(String(word)) != nil else { throw fault() }
                note(path, "number")
            }
        case nil: throw fault()
        }
    }

    private mutating func note(_ path: String, _ type: String) { types[path, default: []].insert(type) }

    private mutating func elements(_ end: Unicode.Scalar, _ element: (inout JSONShape) throws -> Void) throws {
        rest.removeFirst()
        if skip() == end { return rest.removeFirst(1) }
        while true {
            try element(&self)
            if skip() == end { return rest.removeFirst(1) }
            try take(",")
        }
    }

    private mutating func string() throws -> String {
        try take("\"")
        var text = ""
        while let scalar = rest.popFirst() {
            if scalar == "\"" { return text }
            guard scalar.value >= 0x20 else { throw fault() }
            text.unicodeScalars.append(scalar)
            if scalar == "\\", let escaped = rest.popFirst() { text.unicodeScalars.append(escaped) }
        }
        throw fault()
    }

    private mutating func take(_ scalar: Unicode.Scalar) throws {
        guard skip() == scalar else { throw fault() }
        rest.removeFirst()
    }

    /// The next scalar that is no blank.
    private mutating func skip() -> Unicode.Scalar? {
        rest = rest.drop { $0 == " " || $0 == "\n" }
        return rest.first
    }

    private func fault() -> Fault { Fault(place: String(rest.prefix(40))) }
}
