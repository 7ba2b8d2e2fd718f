// SPDX-License-Identifier: Apache-2.0
import Glibc
import LinuxKernel
import Testing

@Suite struct SignalDescriptorTests {
    @Test func reportsASignalInsteadOfBeingInterrupted() throws {
        var wanted = sigset_t()
        sigemptyset(&wanted)
        sigaddset(&wanted, SIGUSR2)
        // The test runner's threads may have every signal blocked.
        pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
        let signals = try SignalDescriptor(blocking: [SIGUSR2])
        #expect(try signals.next() == nil)
        pthread_kill(pthread_self(), SIGUSR2)
        let delivery = try #require(try signals.next())
        #expect(delivery.signal == SIGUSR2)
        #expect(delivery.pid == getpid())
        #expect(try signals.next() == nil)
        try signals.unblock()
        var mask = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &mask)
        #expect(sigismember(&mask, SIGUSR2) == 0)
    }

    /// A signal that came before anybody listened is not lost; one that was taken does nothing when it is unblocked.
    @Test func signalsWaitUntilSomebodyAsks() throws {
        var wanted = sigset_t()
        sigemptyset(&wanted)
        sigaddset(&wanted, SIGUSR2)
        pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
        let blocked = try BlockedSignals([SIGUSR2])
        pthread_kill(pthread_self(), SIGUSR2)
        let delivery = try blocked.listen().next()
        #expect(delivery?.signal == SIGUSR2)
        pthread_kill(pthread_self(), SIGUSR2)
        try blocked.discard()
        #expect(try blocked.listen().next() == nil)
        // Its default is to end the process.
        try blocked.unblock()
        var mask = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &mask)
        #expect(sigismember(&mask, SIGUSR2) == 0)
    }

    @Test(arguments: [0, -1, 65] as [Int32]) func rejectsNumbersThatAreNoSignals(signal: Int32) {
        let failure = #expect(throws: KernelError.self) { _ = try SignalDescriptor(blocking: [signal]) }
        #expect(failure?.errno == .invalidArgument)
    }
}
