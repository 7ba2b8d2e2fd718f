// SPDX-License-Identifier: Apache-2.0
import LXC
import LXCTestSupport
import LinuxKernel
import Testing

/// Programs in a running container.
@Suite(.needsRoot) struct AttachTests {
    @Test func statusAndOutput() throws {
        try withContainers { fixture in
            let web = try LibraryScene(fixture).busybox("web")
            try web.start()
            let said = try web.output(of: ["sh", "-c", "hostname; echo lost >&2; exit 4"])
            #expect(said.lines == [web.name] && said.status == .exited(4))
            #expect(try web.attach(["sh", "-c", "kill -9 $$"]) == .signaled(9))
            #expect(try web.attach(["true"]).isSuccess)
            try web.stop()
        }
    }

    @Test func theStreamsAreThoseThatWereGiven() throws {
        try withContainers { fixture in
            let web = try LibraryScene(fixture).busybox("web")
            try web.start()
            let input = try MemoryFile.make("input", Array("from the host\n".utf8))
            let errors = try MemoryFile.empty("errors")
            let output = try MemoryFile.empty("output")
            var options = AttachOptions()
            // The writing of the input has left its position at the end.
            let beginning = try OwnedDescriptor(opening: "/proc/self/fd/\(input.number)", .readOnly)
            (options.input, options.output, options.error) = (beginning.number, output.number, errors.number)
            #expect(try web.attach(["sh", "-c", "cat; echo wrong >&2"], options: options).isSuccess)
            #expect(String(decoding: try MemoryFile.content(of: output), as: UTF8.self) == "from the host\n")
            #expect(String(decoding: try MemoryFile.content(of: errors), as: UTF8.self) == "wrong\n")
            try web.stop()
        }
    }

    @Test func whoRunsItWhereAndWithWhat() throws {
        try withContainers { fixture in
            let web = try LibraryScene(fixture).busybox("who")
            try web.start()
            var options = AttachOptions()
            options.environment = ["COLOUR": "blue"]
            options.clearsEnvironment = true
            (options.user, options.group, options.directory) = (65534, 65534, "/tmp")
            let said = try web.output(of: ["sh", "-c", "id -u; id -g; pwd; echo $COLOUR; echo ${HOME-none}"], options: options)
            #expect(said.lines == ["65534", "65534", "/tmp", "blue", "none"])
            options.supplementaryGroups = [10, 20]
            options.noNewPrivileges = true
            let joined = try web.output(of: ["sh", "-c", "id -G; grep NoNewPrivs /proc/self/status | cut -f2"], options: options)
            #expect(joined.lines == ["65534 10 20", "1"])
            #expect(try web.output(of: ["sh", "-c", "id -G; grep NoNewPrivs /proc/self/status | cut -f2"]).lines == ["0", "0"])
            options = AttachOptions()
            options.namespaces = [.uts]
            // Everything but its name is the host's.
            let mixed = try web.output(of: ["/bin/sh", "-c", "hostname; readlink /proc/self/ns/mnt"], options: options)
            let own = try DirectoryHandle(opening: "/proc/self/ns").linkTarget("mnt")
            #expect(mixed.lines == [web.name, own])
            options.architecture = "no-such-processor"
            #expect(throws: LXCError.self) { try web.attach(["true"], options: options) }
            try web.stop()
        }
    }
}
