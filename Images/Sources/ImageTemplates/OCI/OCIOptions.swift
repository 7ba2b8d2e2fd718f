// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
package import Unpacking

/// The command line of the template `lxc-oci`.
package struct OCIOptions: Sendable, Equatable {
    package var common = TemplateOptions()
    package var url = ""
    package var user: String?
    package var password: String?
    package var keepsCache = true
    package var usesDHCP = false
    package var mountHelper: String?
    package var architecture: String?

    static let usage =
        """
        Usage: lxc-create -t oci -n NAME -- --url=IMAGE [OPTIONS]

        A container from an image of the Open Container Initiative.

        Options after "--":
          -u, --url=IMAGE       oci:DIR[:TAG], oci-archive:FILE[:TAG], or, with skopeo,
                                docker://NAME[:TAG], docker-archive:FILE, docker-daemon:NAME,
                                containers-storage:NAME, dir:DIR
          -a, --arch=ARCH       architecture of the image (default: this machine's)
          --username=NAME       for the registry
          --password=WORD       (LXC_OCI_PASSWORD in the environment is safer: a command
                                line is seen by everybody on the machine)
          --no-cache            keep nothing of the download
          --dhcp                ask for an address from the host's side when it starts
          --mount-helper=CMD    accepted for compatibility; layers are unpacked, not mounted

        """ + TemplateOptions.usage

    /// Reads the words after the program's name.
    ///
    /// - Throws: ``ImageFailure`` when a word is not understood or one is missing.
    package init(_ arguments: [String]) throws(ImageFailure) {
        let rows = [
            OptionRow(short: UInt8(ascii: "u"), long: "url", argument: .required),
            OptionRow(short: nil, long: "username", argument: .required), OptionRow(short: nil, long: "password", argument: .required),
            OptionRow(short: nil, long: "no-cache", argument: .none), OptionRow(short: nil, long: "dhcp", argument: .none),
            OptionRow(short: nil, long: "mount-helper", argument: .required),
            OptionRow(short: UInt8(ascii: "a"), long: "arch", argument: .required),
        ]
        var common = TemplateOptions()
        try common.parse(arguments, program: "oci", rows: rows) { (row, argument) throws(ImageFailure) in
            switch row {
            case 0: url = argument
            case 1: user = argument
            case 2: password = argument
            case 3: keepsCache = false
            case 4: usesDHCP = true
            case 5: mountHelper = argument
            default: architecture = argument
            }
        }
        self.common = common
        if let password { ProgramArguments.conceal(password) }
        if password == nil { password = ProcessEnvironment.value("LXC_OCI_PASSWORD") }
        if common.wantsHelp { return }
        if url.isEmpty { throw ImageFailure("which image?", advice: "lxc-create -t oci -n NAME -- --url=docker://alpine:latest") }
        try common.check("oci")
    }
}
