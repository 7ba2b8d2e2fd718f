// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

/// Debian's Go package for LXC, unchanged, on our library: compiled with our headers, by way of our `lxc.pc`.
@Suite(
    .needsRoot, .needsProgram("/usr/bin/go", package: "golang-go"),
    .needsProgram("/usr/share/gocode/src/gopkg.in/lxc/go-lxc.v2/container.go", package: "golang-gopkg-lxc-go-lxc.v2-dev"))
struct GoTests {
    @Test func aGoProgramRunsOnOurLibrary() throws {
        try withContainers { fixture in
            let scene = try LibraryScene(fixture)
            let program = "\(fixture.lxcpath)/.go-session"
            let built = try fixture.run(
                "/usr/bin/go",
                ["build", "-o", program, TestInstallation.checkout + "/Tests/LiblxcTests/Programs/go-session/session.go"],
                environment: [
                    // Debian's packages are a tree of sources, not modules; what is compiled is kept for the next run.
                    "GO111MODULE=off", "GOPATH=/usr/share/gocode", "GOCACHE=\(TestInstallation.checkout)/.build/go-cache", "GOFLAGS=-p=2",
                    "PKG_CONFIG_PATH=\(scene.folder)/pkgconfig",
                ], seconds: 300)
            try #require(built.code == 0, "\(built)")
            let (path, name) = (fixture.lxcpath + "/go", fixture.name("go"))
            try HostPath.makeDirectories(path)
            let result = try scene.run(program, [path, name])
            #expect(result.code == 0, "\(result)")
            #expect(
                result.lines == [
                    "version: true", "extensions: true false", "items: true false", "defined: false", "defined: true",
                    "unknown item: setting config item for the container failed", "host name: true",
                    "keys of the device: type script.up script.down", "start again: container is already running: \"\(name)\"",
                    "state: RUNNING", "process: true", "waited: true", "running item: veth", "interfaces: [eth0 lo]",
                    "addresses: [192.0.2.9]", "attach: in go as 0, status 7", "attach: given config /tmp 1000 1000, status 0",
                    "attach without waiting: 3", "state: FROZEN", "state: RUNNING", "listed: 1", "state: STOPPED",
                    "clone's root: P/\(name)/rootfs:P/\(name)c/delta0", "clone: RUNNING", "clone: STOPPED", "names: N Ncr",
                    "snapshots: 1, the first is snap0", "listed: 0",
                ], "\(result)")
        }
    }
}
