// SPDX-License-Identifier: Apache-2.0

/// Patterns of AppArmor that together match every path below a folder but the given ones.
///
/// AppArmor's rules only add up, so "all but these" has to be spelled out: one pattern for each character at which a path can turn away.
struct ApparmorPatterns {
    /// Ends with a slash.
    let folder: String
    /// Beneath the folder; one with `/**` behind it stands for everything below as well.
    let exceptions: [String]

    /// In the order in which the exceptions are walked.
    var all: [String] {
        var patterns: [String] = []
        collect(prefix: "", rest: exceptions.map { Array($0) }, &patterns)
        return patterns
    }

    /// `rest`: what follows the prefix in the exceptions that begin with it.
    private func collect(prefix: String, rest: [[Character]], _ patterns: inout [String]) {
        if rest.contains(Array("/**")) {
            patterns.append(folder + prefix + "[^/]*{,/**}")
            return
        }
        var next: [Character] = []
        for text in rest { if let first = text.first, !next.contains(first) { next.append(first) } }
        // The end of a name is no character: a longer name with this beginning is another file.
        let branches = next.filter { $0 != "/" }
        let set = branches.isEmpty ? "[^/]" : "[^/\(String(branches.sorted()))]"
        patterns.append(folder + prefix + set + "*{,/**}")
        for character in next {
            let following = rest.filter { $0.first == character }.map { Array($0.dropFirst()) }
            collect(prefix: prefix + String(character), rest: following, &patterns)
        }
    }
}
