// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import LinuxKernel
internal import Unpacking

/// Reads JSON that nobody vouches for.
enum BoundedJSON {
    /// Metadata of an image with a hundred layers has 100 KiB.
    static let mostBytes = 1 << 20
    /// Nothing that is read here nests deeper than 6.
    static let mostLevels = 64

    /// Reads a value.
    ///
    /// `name`: how messages name the text. `limit`: the most bytes that are accepted.
    /// Throws ``ImageFailure`` saying which field is wrong, and for text that is too long or nests too deeply.
    static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8], name: String, limit: Int = mostBytes) throws(ImageFailure)
        -> Value
    {
        if bytes.count > limit { throw ImageFailure("\(name) has more than \(limit >> 10) KiB") }
        // Looked at before the decoder does: it descends by calling itself.
        if levels(bytes) > mostLevels { throw ImageFailure("\(name) nests deeper than \(mostLevels) levels") }
        do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch let error as DecodingError {
            throw ImageFailure("\(name) is not as it should be: \(words(error))")
        } catch {
            throw ImageFailure("\(name) is no JSON")
        }
    }

    /// How deeply brackets nest outside of strings.
    private static func levels(_ bytes: [UInt8]) -> Int {
        var (level, deepest, isString, isEscaped) = (0, 0, false, false)
        for byte in bytes {
            if isString {
                if isEscaped {
                    isEscaped = false
                } else if byte == 0x5C {
                    isEscaped = true
                } else if byte == 0x22 {
                    isString = false
                }
                continue
            }
            switch byte {
            case 0x22: isString = true
            case 0x5B, 0x7B:
                level += 1
                deepest = max(deepest, level)
            case 0x5D, 0x7D: level -= 1
            default: break
            }
        }
        return deepest
    }

    private static func words(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context, _ last: String? = nil) -> String {
            let names = context.codingPath.map { key in key.intValue.map { "[\($0)]" } ?? key.stringValue } + [last].compactMap { $0 }
            return names.isEmpty ? "the whole" : shown(names.joined(separator: "."))
        }
        switch error {
        case .keyNotFound(let key, let context): return "\(path(context, key.stringValue)) is missing"
        case .valueNotFound(_, let context): return "\(path(context)) is null"
        case .typeMismatch(_, let context): return "\(path(context)) is of another type"
        case .dataCorrupted(let context): return context.codingPath.isEmpty ? "it is no JSON" : "\(path(context)) has no sound value"
        @unknown default: return "unknown reason"
        }
    }
}
