// SPDX-License-Identifier: Apache-2.0

/// The last bytes that the console printed; memory is taken when the first byte comes.
struct ConsoleRingBuffer {
    /// Most bytes that are kept; 0 for none.
    let capacity: Int
    private var storage: [UInt8] = []
    private var start = 0

    init(capacity: Int) { self.capacity = max(0, capacity) }

    var count: Int { storage.count }

    mutating func append(_ bytes: [UInt8]) {
        guard capacity > 0 else { return }
        let tail = bytes.suffix(capacity)
        let room = capacity - storage.count
        storage.append(contentsOf: tail.prefix(room))
        for byte in tail.dropFirst(room) {
            storage[start] = byte
            start = (start + 1) % capacity
        }
    }

    /// The content, oldest byte first.
    var content: [UInt8] { Array(storage[start...] + storage[..<start]) }

    mutating func clear() {
        storage = []
        start = 0
    }

    /// Takes the oldest bytes out.
    ///
    /// `limit`: the most bytes; 0 for all.
    mutating func take(limit: Int) -> [UInt8] {
        let all = content
        guard limit > 0, limit < all.count else {
            clear()
            return all
        }
        storage = Array(all[limit...])
        start = 0
        return Array(all[..<limit])
    }
}
