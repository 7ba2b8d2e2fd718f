// SPDX-License-Identifier: Apache-2.0
import LinuxKernel
import Testing

/// What a failed system call says as the end of a sentence.
@Suite struct KernelErrorTests {
    @Test(arguments: [
        ("/srv/a", "cannot copy b", "/srv/a: permission denied", "/srv/a: permission denied"),
        ("/srv/a", "cannot read /srv/a", "permission denied", "permission denied"),
        ("bin/sh", "cannot fill it", "bin/sh: permission denied", "permission denied"),
        ("descriptor 7", "cannot write", "permission denied", "permission denied"),
        ("lock of descriptor 7", "cannot lock", "permission denied", "permission denied"),
        ("", "", "permission denied", "permission denied"),
    ])
    func theSubjectIsToldOnce(subject: String, sentence: String, plain: String, withPath: String) {
        let error = KernelError(call: "openat", errno: .permissionDenied, subject: subject)
        #expect(error.reason(after: sentence) == plain)
        #expect(error.reasonWithPath(after: sentence) == withPath)
    }

    @Test func aNewFileThatCannotBeMadeIsNotNamed() {
        let failure = #expect(throws: KernelError.self) { try AtomicFile.write("/nonexistent/file", [], mode: 0o600) }
        #expect(failure?.subject == "/nonexistent/file")
    }
}
