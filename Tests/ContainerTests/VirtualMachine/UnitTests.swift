// SPDX-License-Identifier: Apache-2.0
import LXCTestSupport
import LinuxKernel
import Testing

extension VirtualMachineTests {
    /// The units that are installed, under systemd.
    @Suite(.needsVirtualMachine("systemd"), .serialized) struct UnitTests {
        /// Puts the units where systemd looks, and takes everything back at the end.
        private func install(_ fixture: ContainerFixture) throws {
            let units = fixture.installation.prefix + "/lib/systemd/system"
            fixture.atEnd("units") {
                _ = try fixture.shell(
                    """
                    systemctl stop 'lxc@*' lxc lxc-net || true
                    cd \(units); for unit in *; do rm -f "/run/systemd/system/$unit"; done
                    systemctl daemon-reload
                    """)
            }
            _ = try fixture.shell("mkdir -p /run/systemd/system; cp \(units)/*.service /run/systemd/system; systemctl daemon-reload")
        }

        /// A container in the folder where the units look for them.
        private func container(_ fixture: ContainerFixture, _ name: String, _ lines: [String]) throws {
            let bin = fixture.installation.bin
            fixture.atEnd("container \(name)") { _ = try fixture.shell("\(bin)/lxc-destroy -f -n \(name)") }
            _ = try fixture.shell(
                "\(bin)/lxc-create -n \(name) -t busybox; printf '%s\\n' \(lines.map { "'\($0)'" }.joined(separator: " ")) >> "
                    + "$(\(bin)/lxc-config lxc.lxcpath)/\(name)/config")
        }

        private func state(_ fixture: ContainerFixture, _ name: String) throws -> String {
            try fixture.shell("\(fixture.installation.bin)/lxc-info -sH -n \(name)")
        }

        @Test("S1.25: containers start and stop with the machine, on the bridge that was there first") func boot() throws {
            try withContainers { fixture in
                try install(fixture)
                try container(fixture, "boots", ["lxc.start.auto = 1"])
                try container(fixture, "rests", [])
                let started = try fixture.shell("systemctl start lxc; systemctl is-active lxc lxc-net; ip -o -4 addr show lxcbr0")
                #expect(started.hasPrefix("active\nactive\n") && started.contains("10.0.3.1/24"), "\(started)")
                #expect(try state(fixture, "boots") == "RUNNING\n")
                #expect(try state(fixture, "rests") == "STOPPED\n")
                // On the bridge of lxc-net, with an address of its dnsmasq.
                let hasAddress = try fixture.eventually(seconds: 60) {
                    try fixture.shell("\(fixture.installation.bin)/lxc-info -iH -n boots").hasPrefix("10.0.3.")
                }
                #expect(hasAddress)
                let reloaded = try fixture.shell("systemctl reload lxc; systemctl is-active lxc")
                #expect(reloaded == "active\n", "\(reloaded)")
                #expect(try state(fixture, "boots") == "RUNNING\n")
                let stopped = try fixture.shell(
                    "systemctl stop lxc lxc-net; systemctl is-failed lxc lxc-net || true; ip link show lxcbr0 2>&1 || true")
                #expect(stopped.hasPrefix("inactive\ninactive\n") && stopped.contains("does not exist"), "\(stopped)")
                #expect(try state(fixture, "boots") == "STOPPED\n")
            }
        }

        @Test func oneContainerIsAService() throws {
            try withContainers { fixture in
                try install(fixture)
                try container(fixture, "single", ["lxc.net.0.type = empty"])
                _ = try fixture.shell("systemctl start lxc@single")
                #expect(try fixture.eventually(seconds: 30) { try state(fixture, "single") == "RUNNING\n" })
                // Its end is the service's, and the service's is its own.
                let main = try fixture.shell("systemctl show -p MainPID --value lxc@single")
                let parent = try ProcessStatus.read(process: initPID(fixture, "single")).parent
                #expect(parent.map { "\($0)\n" } == main)
                _ = try fixture.shell("\(fixture.installation.bin)/lxc-stop -n single")
                #expect(
                    try fixture.eventually(seconds: 30) {
                        try fixture.run("/bin/systemctl", ["is-active", "lxc@single"]).output == "inactive\n"
                    })
                _ = try fixture.shell("systemctl start lxc@single")
                #expect(try fixture.eventually(seconds: 30) { try state(fixture, "single") == "RUNNING\n" })
                _ = try fixture.shell("systemctl stop lxc@single")
                #expect(try state(fixture, "single") == "STOPPED\n")
                #expect(try fixture.run("/bin/systemctl", ["is-failed", "lxc@single"]).output == "inactive\n")
            }
        }

        private func initPID(_ fixture: ContainerFixture, _ name: String) throws -> String {
            try fixture.shell("\(fixture.installation.bin)/lxc-info -pH -n \(name)").split(separator: "\n").first.map(String.init) ?? ""
        }
    }
}
