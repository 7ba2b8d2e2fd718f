// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

@Suite struct EventLoopTests {
    @Test func deliversReadiness() throws {
        let loop = try EventLoop()
        let pair = try UnixSocket.pair()
        var seen: [Readiness] = []
        _ = try loop.add(pair.second.number) { seen.append($0) }
        _ = try pair.first.send([1])
        #expect(try loop.run(until: { !seen.isEmpty }, deadline: .now + .seconds(5)))
        #expect(seen == [.readable])
    }

    @Test func givesUpAtTheDeadline() throws {
        let loop = try EventLoop()
        let start = MonotonicInstant.now
        #expect(try !loop.run(until: { false }, deadline: start + .milliseconds(30)))
        #expect(MonotonicInstant.now >= start + .milliseconds(30))
    }

    @Test func aPassedDeadlineStillHandlesWhatIsReady() throws {
        let loop = try EventLoop()
        let pair = try UnixSocket.pair()
        var calls = 0
        _ = try loop.add(pair.second.number) { _ in calls += 1 }
        _ = try pair.first.send([1])
        // Never read, so it stays ready: once, not for ever.
        #expect(try !loop.run(until: { false }, deadline: .now + .seconds(-1)))
        #expect(calls == 1)
    }

    @Test func timersFireInOrderAndOnce() throws {
        let loop = try EventLoop()
        var order: [Int] = []
        loop.schedule(after: .milliseconds(20)) { order.append(2) }
        loop.schedule(after: .milliseconds(5)) { order.append(1) }
        let cancelled = loop.schedule(after: .milliseconds(10)) { order.append(99) }
        loop.cancel(cancelled)
        #expect(try loop.run(until: { order.count == 2 }, deadline: .now + .seconds(5)))
        #expect(order == [1, 2])
        #expect(loop.isEmpty)
    }

    @Test func aHandlerMayRemoveItselfAndOthers() throws {
        let loop = try EventLoop()
        let one = try UnixSocket.pair()
        let two = try UnixSocket.pair()
        var calls = 0
        var sources: [EventLoop.Source] = []
        let removeAll: EventLoop.Handler = { _ in
            calls += 1
            for source in sources {
                do { try loop.remove(source) } catch { Issue.record(error) }
            }
        }
        sources.append(try loop.add(one.second.number, handler: removeAll))
        sources.append(try loop.add(two.second.number, handler: removeAll))
        _ = try one.first.send([1])
        _ = try two.first.send([1])
        _ = try loop.run(until: { false }, deadline: .now + .milliseconds(30))
        #expect(calls == 1)
        #expect(loop.isEmpty)
    }

    @Test func aHandlerMayPumpTheLoopWithoutBeingEnteredAgain() throws {
        let loop = try EventLoop()
        let outer = try UnixSocket.pair()
        let inner = try UnixSocket.pair()
        var depth = 0
        var deepest = 0
        var innerCalls = 0
        var outerCalls = 0
        _ = try loop.add(outer.second.number) { _ in
            depth += 1
            deepest = max(deepest, depth)
            outerCalls += 1
            do {
                _ = try inner.first.send([1])
                #expect(try loop.run(until: { innerCalls > 0 }, deadline: .now + .seconds(5)))
                _ = try outer.second.receive(upTo: 1, wait: false)
            } catch { Issue.record(error) }
            depth -= 1
        }
        _ = try loop.add(inner.second.number) { _ in
            innerCalls += 1
            do { _ = try inner.second.receive(upTo: 16, wait: false) } catch { Issue.record(error) }
        }
        _ = try outer.first.send([1])
        #expect(try loop.run(until: { outerCalls == 1 }, deadline: .now + .seconds(5)))
        // Suspended while it pumped, watched again now.
        _ = try outer.first.send([2])
        innerCalls = 0
        #expect(try loop.run(until: { outerCalls == 2 }, deadline: .now + .seconds(5)))
        #expect(deepest == 1)
    }

    @Test func aReusedDescriptorNumberDoesNotGetItsPredecessorsEvents() throws {
        let loop = try EventLoop()
        let kept = try UnixSocket.pair()
        var calls = 0
        func watchNew() throws -> (EventLoop.Source, SharedDescriptor) {
            let end = SharedDescriptor(try kept.second.descriptor.duplicate())
            return (try loop.add(end.number) { _ in calls += 1 }, end)
        }
        var first: (EventLoop.Source, SharedDescriptor)? = try watchNew()
        if let source = first?.0 { try loop.remove(source) }
        first = nil
        _ = try kept.first.send([1])
        _ = try loop.run(until: { false }, deadline: .now + .milliseconds(10))
        #expect(calls == 0)
        let second = try watchNew()
        _ = try loop.run(until: { calls > 0 }, deadline: .now + .seconds(5))
        #expect(calls == 1)
        try loop.remove(second.0)
    }

    @Test(
        arguments: [
            (.zero, 0), (.nanoseconds(1), 1), (.milliseconds(7), 7), (.seconds(1) + .nanoseconds(1), 1001), (.seconds(-4), 0),
        ] as [(Duration, Int32)])
    func pollTimesAreRoundedUp(duration: Duration, milliseconds: Int32) {
        #expect(duration.pollMilliseconds == milliseconds)
    }

    @Test func extremeDurationsDoNotTrap() {
        #expect(Duration.seconds(Int64.max).clampedNanoseconds == .max)
        #expect((MonotonicInstant.now + .seconds(Int64.max)).remaining > .seconds(1000))
        #expect((MonotonicInstant.now + .seconds(Int64.min)).remaining == .zero)
    }
}
