// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

@testable import LXCRuntime

@Suite struct UserScopeTests {
    @Test func asksForADelegatedScopeOfThisProcess() {
        let request = UserScope(name: "we b;x").request
        #expect(request.contains("lxc-we_b_x-\(ProcessControl.pid).scope"))
        let text = request.joined(separator: " ")
        #expect(text.contains("StartTransientUnit ssa(sv)a(sa(sv)) lxc-"))
        #expect(text.contains(" PIDs au 1 \(ProcessControl.pid) Delegate b true "))
    }

    @Test func hasNobodyToAskWithoutABus() {
        #expect(throws: UserScope.Refusal.noManager) { try UserScope(name: "web", program: "/bin/true", environment: []).enter(from: "/") }
        #expect(throws: UserScope.Refusal.noManager) {
            try UserScope(name: "web", program: "/nonexistent", environment: ["XDG_RUNTIME_DIR=/run/user/1"]).enter(from: "/")
        }
    }

    @Test func tellsWhatSystemdSaid() throws {
        let path = "/tmp/busctl-\(ProcessControl.pid)"
        let script = try OwnedDescriptor(opening: path, [.writeOnly, .create, .truncate], mode: 0o755)
        try script.writeAll("#!/bin/sh\necho 'Failed to connect to bus' >&2\nexit 1\n".kernelBytes)
        defer { _ = try? HostPath.remove(path) }  // a stray file of a test
        _ = consume script
        #expect(throws: UserScope.Refusal.failed("Failed to connect to bus")) {
            try UserScope(name: "web", program: path, environment: ["XDG_RUNTIME_DIR=/run/user/1", "PATH=/bin"]).enter(from: "/")
        }
    }
}
