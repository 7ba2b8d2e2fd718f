// SPDX-License-Identifier: Apache-2.0

/// A large value in one allocation that copies share until one of them is changed.
///
/// A configuration is some hundred words, half of which are counted references: passing it on as it is costs a page of stack and as many
/// increments.
struct CopyOnWrite<Value: Sendable>: Sendable {
    /// Only changed by its single owner.
    private final class Box: @unchecked Sendable {
        var value: Value

        init(_ value: Value) { self.value = value }
    }

    private var box: Box

    init(_ value: Value) { box = Box(value) }

    var value: Value {
        _read { yield box.value }
        _modify {
            if !isKnownUniquelyReferenced(&box) { box = Box(box.value) }
            yield &box.value
        }
    }
}

extension CopyOnWrite: Equatable where Value: Equatable {
    static func == (one: CopyOnWrite, other: CopyOnWrite) -> Bool { one.box === other.box || one.value == other.value }
}
