// SPDX-License-Identifier: Apache-2.0
import Foundation
import ImageTemplates
import ImageTestSupport
import LXCConfig

/// What lxc-create has made when it runs a template.
struct ContainerPlace {
    let place: Workplace
    var folder: String { place.path }
    var rootfs: String { place.root }

    init() throws {
        place = try Workplace()
        let begun = """
            # Made by lxc-create
            lxc.net.0.type = empty
            lxc.rootfs.path = dir:\(place.root)

            """
        _ = try place.write("config", Array(begun.utf8))
    }

    /// Runs a template in this process.
    func run(_ template: String, _ arguments: String...) -> Int32 {
        ImageProgram.run(template, ["--path=" + folder, "--name=c1", "--rootfs=" + rootfs] + arguments)
    }

    /// Runs a template as a program; returns its status and what it said.
    func program(_ template: String, _ arguments: String, environment: String = "") throws -> String {
        try place.shell(
            "ln -sf \(BuiltProducts.folder)/lxc-image \(template); status=0; "
                + "\(environment) timeout 60 ./\(template) --path=\(folder) --name=c1 --rootfs=\(rootfs) \(arguments) < /dev/null 2>&1 || status=$?; "
                + "echo status $status")
    }

    func config() throws -> ContainerConfigDocument { try ConfigParser.load(path: folder + "/config") }
    func value(_ key: String) throws -> String? { try config().value(of: key) }
}
