// SPDX-License-Identifier: Apache-2.0

/// A few values by key, in the order in which the keys came.
///
/// A dictionary's type alone costs a program of half a millisecond 50 µs: its keys' conformance is looked up by name when the type
/// is first used. A list of at most a dozen entries is as fast to search.
package struct KeyedList<Key, Value> {
    package private(set) var entries: [(key: Key, value: Value)] = []

    package init() {}

    /// `entries`: each key once.
    init(_ entries: [(key: Key, value: Value)]) { self.entries = entries }

    package var isEmpty: Bool { entries.isEmpty }
    package var keys: [Key] { entries.map { $0.key } }
}

extension KeyedList where Key: Equatable {
    package subscript(key: Key) -> Value? {
        get {
            for entry in entries where entry.key == key { return entry.value }
            return nil
        }
        set {
            for index in entries.indices where entries[index].key == key {
                if let newValue { entries[index].value = newValue } else { entries.remove(at: index) }
                return
            }
            if let newValue { entries.append((key, newValue)) }
        }
    }
}

extension KeyedList: Sendable where Key: Sendable, Value: Sendable {}

extension KeyedList: Equatable where Key: Equatable, Value: Equatable {
    package static func == (first: KeyedList, second: KeyedList) -> Bool {
        first.entries.count == second.entries.count && first.entries.allSatisfy { second[$0.key] == $0.value }
    }
}
