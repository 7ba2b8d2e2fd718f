// SPDX-License-Identifier: Apache-2.0
import LXCCgroups
import Testing

@Suite struct DeviceRuleTests {
    @Test func reads() {
        #expect(DeviceRule("a", isAllowed: false) == DeviceRule(kind: .all, major: nil, minor: nil, access: .all, isAllowed: false))
        #expect(DeviceRule("a *:* rwm", isAllowed: true)?.kind == .all)
        #expect(
            DeviceRule("c 1:3 rw", isAllowed: true)
                == DeviceRule(kind: .character, major: 1, minor: 3, access: [.read, .write], isAllowed: true))
        #expect(DeviceRule("b 8:*  m", isAllowed: false) == DeviceRule(kind: .block, major: 8, minor: nil, access: .make, isAllowed: false))
        #expect(DeviceRule("c *:* m", isAllowed: true)?.major == nil)
    }

    @Test(arguments: [
        "", "d 1:3 rwm", "c 1:3", "c 1 rwm", "c 1:3:4 rwm", "c x:3 rwm", "c 1:-3 rwm", "c 1:3 rwx", "c 1:3 rwm now", "c 1:9999999999 r",
    ])
    func refuses(text: String) { #expect(DeviceRule(text, isAllowed: true) == nil) }

    /// What the kernel's interpreter would do, for the instructions that are used.
    private func verdict(_ program: [UInt8], kind: UInt32, access: UInt32, major: UInt32, minor: UInt32) -> Bool? {
        var registers = [UInt64](repeating: 0, count: 11)
        let context = [access << 16 | kind, major, minor]
        var position = 0
        for _ in 0..<10_000 {
            guard position * 8 + 8 <= program.count else { return nil }
            let bytes = program[(position * 8)..<(position * 8 + 8)].map { $0 }
            let (to, from) = (Int(bytes[1] & 0xF), Int(bytes[1] >> 4))
            let offset = Int(Int16(bitPattern: UInt16(bytes[2]) | UInt16(bytes[3]) << 8))
            let number = UInt64(bytes[4]) | UInt64(bytes[5]) << 8 | UInt64(bytes[6]) << 16 | UInt64(bytes[7]) << 24
            position += 1
            switch bytes[0] {
            case 0x61: registers[to] = UInt64(context[offset / 4])
            case 0xBF: registers[to] = registers[from]
            case 0xB7: registers[to] = number
            case 0x57: registers[to] &= number
            case 0x77: registers[to] >>= number
            case 0x55: if registers[to] != number { position += offset }
            case 0x15: if registers[to] == number { position += offset }
            case 0x95: return registers[0] == 1
            default: return nil
            }
        }
        return nil
    }

    private func isAllowed(_ rules: [(String, Bool)], _ kind: UInt32, _ access: UInt32, _ major: UInt32, _ minor: UInt32) -> Bool? {
        verdict(
            DeviceFilterCode.program(rules.compactMap { DeviceRule($0.0, isAllowed: $0.1) }), kind: kind, access: access, major: major,
            minor: minor)
    }

    @Test func theLastRuleThatIsAboutARequestCounts() {
        let (block, character): (UInt32, UInt32) = (1, 2)
        let (make, read, write): (UInt32, UInt32, UInt32) = (1, 2, 4)
        #expect(isAllowed([], character, read | write, 1, 3) == true)
        let list = [("a", false), ("c *:* m", true), ("c 1:3 rwm", true), ("b 7:* r", true)]
        #expect(isAllowed(list, character, read | write, 1, 3) == true)
        #expect(isAllowed(list, character, read, 1, 4) == false)
        #expect(isAllowed(list, character, make, 9, 9) == true)
        #expect(isAllowed(list, character, make | read, 9, 9) == false, "no single rule covers both")
        #expect(isAllowed(list, block, make, 9, 9) == false)
        #expect(isAllowed(list, block, read, 7, 200) == true)
        #expect(isAllowed(list, block, read | write, 7, 200) == false)
        let taken = list + [("c 1:3 w", false)]
        #expect(isAllowed(taken, character, read, 1, 3) == true)
        #expect(isAllowed(taken, character, read | write, 1, 3) == false)
        #expect(isAllowed(taken + [("a", true)], block, read | write, 8, 0) == true)
        #expect(isAllowed([("b 8:0 w", false)], block, read, 8, 0) == true)
        #expect(isAllowed([("b 8:0 w", false)], block, write, 8, 0) == false)
    }
}
