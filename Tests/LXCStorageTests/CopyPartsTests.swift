// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@testable import LXCStorage

/// The parts of a copy that need no files.
struct CopyPartsTests {
    private static let mebibyte: Int64 = 1 << 20

    @Test(arguments: [
        (100, "112.4 MiB of 270.1 MiB  41 %  56.2 MiB/s  0:02 left"), (46, "112.4 MiB of 270.1 MiB  41 %  56.2 MiB/s"),
        (30, "112.4 MiB of 270.1 MiB  41 %"), (22, "112.4 MiB of 270.1 MiB"), (8, "112.4 Mi"), (0, ""),
    ]) func aKnownTotal(width: Int, expected: String) {
        let progress = TreeCopy.Progress(bytes: 117_900_000, entries: 7, expectedBytes: 283_300_000)
        #expect(ProgressLine(width: width).text(progress, elapsed: .seconds(2)) == expected)
    }

    @Test func anUnknownTotal() {
        let progress = TreeCopy.Progress(bytes: 5 * Self.mebibyte, entries: 8123)
        #expect(ProgressLine(width: 80).text(progress, elapsed: .milliseconds(500)) == "5.0 MiB  8123 files  10.0 MiB/s")
        #expect(ProgressLine(width: 20).text(progress, elapsed: .zero) == "5.0 MiB  8123 files")
    }

    @Test func moreThanExpectedIsAll() {
        let progress = TreeCopy.Progress(bytes: 300, entries: 1, expectedBytes: 200)
        #expect(ProgressLine(width: 80).text(progress, elapsed: .seconds(1)) == "200 B of 200 B  100 %  300 B/s")
    }

    @Test func extremesDoNotTrap() {
        let progress = TreeCopy.Progress(bytes: .max, entries: .max, expectedBytes: .max)
        #expect(ProgressLine(width: 200).text(progress, elapsed: .seconds(1)).hasPrefix("7.9 EiB of 7.9 EiB  100 %"))
        #expect(ProgressLine(width: -1).text(.init(), elapsed: .seconds(-5)) == "")
    }

    @Test(arguments: [
        (Int64(0), "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (1_048_575, "1023.9 KiB"), (1 << 30, "1.0 GiB"),
    ]) func sizes(bytes: Int64, expected: String) { #expect(ProgressLine.size(bytes) == expected) }

    @Test(arguments: [(Int64(7), "0:07"), (754, "12:34"), (10921, "3:02:01")]) func times(seconds: Int64, expected: String) {
        #expect(ProgressLine.time(seconds) == expected)
    }

    @Test func requestsSurviveTheWay() {
        let names = ["a", "-rf", "new\nline", String(repeating: "n", count: 255)].map { EntryName($0) } + [EntryName([0xFF, 0xFE])]
        let request = CopyRequest(number: 7, names: names)
        #expect(CopyRequest(request.bytes) == request)
        #expect(CopyRequest([1, 2, 3]) == nil)
        let largest = CopyRequest(number: .max, names: Array(repeating: names[3], count: CopyRequest.mostNames))
        #expect(largest.bytes.count <= CopyRequest.mostBytes)
    }

    private static let replies: [CopyReply] = [
        .progress(bytes: 1 << 40), .done(number: 9, bytes: 0, vanished: 2, others: [0, 15]),
        .done(number: 9, bytes: 5, vanished: 0, others: []),
        .failed(number: 3, index: 4, KernelError(call: "write", errno: .noSpace, subject: "")),
        .failed(number: 3, index: 4, KernelError(call: "chown", errno: .overflow, subject: "", explanation: "no range holds it")),
    ]

    @Test(arguments: replies) func repliesSurviveTheWay(reply: CopyReply) {
        #expect(CopyReply(reply.bytes) == reply)
        for length in [0, 7, 8, 15, 16] where length < reply.bytes.count && length < 16 {
            #expect(CopyReply(Array(reply.bytes[..<length])) == nil)
        }
    }

    // MARK: Owners

    private static let shift = OwnerShift(
        users: [IDRange(inside: 0, outside: 100_000, count: 1000), IDRange(inside: 65534, outside: 65534, count: 1)],
        groups: [IDRange(inside: 0, outside: 200_000, count: 10)])

    @Test(arguments: [(UInt32(0), UInt32(100_000)), (999, 100_999), (65534, 65534)]) func users(id: UInt32, expected: UInt32) throws {
        #expect(try Self.shift.user(id) == expected)
    }

    @Test(arguments: [UInt32(10), 100_000, .max]) func idsOutside(id: UInt32) {
        #expect(throws: KernelError.self) { try Self.shift.group(id) }
    }

    @Test func accessLists() throws {
        let old: [UInt8] = [2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 4, 0, 5, 0, 0, 0, 8, 0, 4, 0, 5, 0, 0, 0]
        let new = try Self.shift.shifted(ExtendedAttribute(name: CopiedAttributes.accessList, value: old))
        #expect(new.value == Array(old[..<16]) + [0xA5, 0x86, 1, 0] + Array(old[20..<24]) + [0x45, 0x0D, 3, 0])
    }

    @Test func capabilitiesGetTheRootUser() throws {
        let sets: [UInt8] = [0, 32, 0, 0] + [UInt8](repeating: 0, count: 12)
        let old = ExtendedAttribute(name: CopiedAttributes.capabilities, value: [1, 0, 0, 2] + sets)
        let new = try Self.shift.shifted(old)
        #expect(new.value == [1, 0, 0, 3] + sets + [0xA0, 0x86, 1, 0])
        let back = OwnerShift(users: [IDRange(inside: 100_000, outside: 0, count: 1)], groups: [])
        #expect(try back.shifted(new) == old)
    }

    @Test(arguments: [[], [1, 0, 0], [1, 0, 0, 2], [1, 0, 0, 9] + [UInt8](repeating: 0, count: 16)]) func malformedValues(value: [UInt8]) {
        for name in [CopiedAttributes.capabilities, CopiedAttributes.accessList] {
            #expect(throws: KernelError.self) { try Self.shift.shifted(ExtendedAttribute(name: name, value: value)) }
        }
    }

    @Test func otherAttributesStay() throws {
        let attribute = ExtendedAttribute(name: EntryName("user.x"), value: [1])
        #expect(try Self.shift.shifted(attribute) == attribute)
    }
}
