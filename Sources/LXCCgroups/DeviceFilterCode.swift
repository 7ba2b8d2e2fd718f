// SPDX-License-Identifier: Apache-2.0

/// Makes the kernel's program out of device rules: what was said last about a device counts.
///
/// A request that no rule is about is allowed, as in a new cgroup of version 1; lists begin with `deny a` therefore.
/// Source: kernel documentation `bpf/standardization/instruction-set`, `struct bpf_cgroup_dev_ctx` of linux/bpf.h.
package enum DeviceFilterCode {
    /// The program.
    ///
    /// - Parameter rules: In the order in which they were given.
    /// - Returns: An array of `struct bpf_insn`, 8 bytes each.
    package static func program(_ rules: [DeviceRule]) -> [UInt8] {
        // From the last rule on, the first that is about the device decides; nothing before a rule about everything matters.
        var code = Code()
        code.append(.loadWord, to: 2, from: 1, offset: 0)  // the access in the upper half, the kind in the lower
        code.append(.copy, to: 3, from: 2)
        code.append(.andNumber, to: 2, number: 0xFFFF)
        code.append(.shiftRight, to: 3, number: 16)
        code.append(.loadWord, to: 4, from: 1, offset: 4)  // major
        code.append(.loadWord, to: 5, from: 1, offset: 8)  // minor
        var decided = false
        for rule in rules.reversed() {
            code.append(rule)
            if rule.kind == .all {
                decided = true
                break
            }
        }
        if !decided { code.appendAnswer(true) }
        return code.bytes
    }

    private enum Operation: UInt8 {
        case loadWord = 0x61
        case copy = 0xBF
        case setNumber = 0xB7
        case andNumber = 0x57
        case shiftRight = 0x77
        case jumpUnlessEqual = 0x55
        case jumpIfEqual = 0x15
        case exit = 0x95
    }

    private struct Code {
        var bytes: [UInt8] = []

        mutating func append(_ operation: Operation, to: UInt8 = 0, from: UInt8 = 0, offset: Int16 = 0, number: Int32 = 0) {
            bytes.append(operation.rawValue)
            bytes.append(from << 4 | to)
            let (jump, value) = (UInt16(bitPattern: offset), UInt32(bitPattern: number))
            bytes += [UInt8(truncatingIfNeeded: jump), UInt8(truncatingIfNeeded: jump >> 8)]
            for shift in [UInt32(0), 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
        }

        mutating func appendAnswer(_ isAllowed: Bool) {
            append(.setNumber, to: 0, number: isAllowed ? 1 : 0)
            append(.exit)
        }

        mutating func append(_ rule: DeviceRule) {
            // Each test jumps behind the answer when the rule is not about the request.
            var tests: [(Code) -> Code] = []
            if rule.kind != .all { tests.append { $0.testing(2, equals: rule.kind == .block ? 1 : 2) } }
            if rule.access != .all {
                // To allow, a rule must cover all that is asked for; to deny, one thing is enough.
                tests.append { $0.testingAccess(rule.access, covers: rule.isAllowed) }
            }
            if let major = rule.major { tests.append { $0.testing(4, equals: Int32(bitPattern: major)) } }
            if let minor = rule.minor { tests.append { $0.testing(5, equals: Int32(bitPattern: minor)) } }
            var tail = Code()
            tail.appendAnswer(rule.isAllowed)
            // Built from the end, as the length of a jump is that of what follows.
            var pieces: [[UInt8]] = [tail.bytes]
            var rest = tail.bytes.count / 8
            for test in tests.reversed() {
                let piece = test(Code(distance: Int16(clamping: rest))).bytes
                pieces.append(piece)
                rest += piece.count / 8
            }
            for piece in pieces.reversed() { bytes += piece }
        }

        /// How many instructions a failed test jumps over.
        var distance: Int16 = 0

        func testing(_ register: UInt8, equals number: Int32) -> Code {
            var code = self
            code.append(.jumpUnlessEqual, to: register, offset: distance, number: number)
            return code
        }

        func testingAccess(_ access: DeviceRule.Access, covers: Bool) -> Code {
            var code = self
            code.append(.copy, to: 1, from: 3)
            code.append(.andNumber, to: 1, number: Int32(covers ? DeviceRule.Access.all.subtracting(access).rawValue : access.rawValue))
            code.append(covers ? .jumpUnlessEqual : .jumpIfEqual, to: 1, offset: distance, number: 0)
            return code
        }
    }
}
