// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@Suite struct IDMappingTests {
    private let whole = [IDRange(inside: 0, outside: 100000, count: 65536)]

    @Test func addsTheCallerAfterAllOthers() throws {
        let mapping = try #require(IDMapping(users: whole, groups: whole).including(user: 1000, group: 1001))
        #expect(mapping.user == 65536 && mapping.group == 65536)
        #expect(mapping.mapping.users.last == IDRange(inside: 65536, outside: 1000, count: 1))
        #expect(mapping.mapping.groups.last == IDRange(inside: 65536, outside: 1001, count: 1))
    }

    @Test func findsACallerWhoIsMappedAlready() throws {
        let mapping = try #require(IDMapping(users: whole, groups: whole).including(user: 100005, group: 1))
        #expect(mapping.user == 5 && mapping.mapping.users == whole)
    }

    @Test func refusesAFullMap() {
        let full = [IDRange(inside: 0, outside: 100000, count: UInt32.max)]
        #expect(IDMapping(users: full, groups: full).including(user: 1000, group: 1000) == nil)
    }

    @Test func translatesWithoutOverflow() {
        let range = IDRange(inside: UInt32.max - 1, outside: 5, count: 10)
        #expect(range.insideID(of: 5) == UInt32.max - 1)
        #expect(range.insideID(of: 7) == nil)
        #expect(range.insideID(of: 4) == nil && range.insideID(of: 15) == nil)
    }
}
