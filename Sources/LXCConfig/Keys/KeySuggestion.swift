// SPDX-License-Identifier: Apache-2.0

/// Guesses what somebody meant to write.
enum KeySuggestion {
    /// The candidate that is nearest to a word, if one is near enough; nil otherwise.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        let wanted = Array(word.lowercased().utf8)
        // Long words come from broken files, not from slips of the finger; the comparison is quadratic.
        guard (1...64).contains(wanted.count) else { return nil }
        var best: String?
        var limit = wanted.count < 5 ? 1 : wanted.count < 12 ? 2 : 3
        for candidate in candidates {
            let other = Array(candidate.lowercased().utf8)
            guard abs(other.count - wanted.count) <= limit else { continue }
            let distance = distance(wanted, other)
            if distance <= limit {
                if distance == 0 { return candidate }
                best = candidate
                limit = distance - 1
            }
        }
        return best
    }

    /// Number of insertions, removals, replacements and swaps of neighbours between two words.
    static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        if first.isEmpty || second.isEmpty { return max(first.count, second.count) }
        var beforeLast = [Int](repeating: 0, count: second.count + 1)
        var last = Array(0...second.count)
        var current = beforeLast
        for row in 1...first.count {
            current[0] = row
            for column in 1...second.count {
                let change = first[row - 1] == second[column - 1] ? 0 : 1
                var cost = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + change)
                if row > 1, column > 1, first[row - 1] == second[column - 2], first[row - 2] == second[column - 1] {
                    cost = min(cost, beforeLast[column - 2] + 1)
                }
                current[column] = cost
            }
            (beforeLast, last, current) = (last, current, beforeLast)
        }
        return last[second.count]
    }
}
