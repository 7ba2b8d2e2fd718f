// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
internal import Unpacking

/// The program: one file, and a link to it for each template.
package enum ImageProgram {
    /// Runs the template that the program is called as; complaints go to standard error.
    ///
    /// - Parameters:
    ///   - name: The program's name, perhaps with its folder.
    ///   - arguments: The words after it.
    /// - Returns: 0 when the container is complete (or help or a list was asked for), else 1.
    package static func run(_ name: String, _ arguments: [String]) -> Int32 {
        let program = name.split(separator: "/").last.map(String.init) ?? ""
        // Files of a root filesystem must not depend on the caller's habits.
        ProcessControl.setFileMask(0o022)
        do throws(ImageFailure) {
            switch program {
            case "lxc-oci": try oci(arguments)
            case "lxc-local": try local(arguments)
            default:
                // "lxc-image TEMPLATE" does without the links.
                guard let first = arguments.first, templates.contains("lxc-" + first) else {
                    throw ImageFailure("this program is run as one of the templates \(templates.joined(separator: " "))")
                }
                return run("lxc-" + first, Array(arguments.dropFirst()))
            }
            return 0
        } catch {
            let text = "\(program): \(error.message)\n" + (error.advice.map { "  \($0)\n" } ?? "")
            // When even standard error is closed, the exit status is all that is left to say.
            do throws(KernelError) { try StandardStream.error.write(text) } catch {}
            return 1
        }
    }

    private static let templates = ["lxc-download", "lxc-local", "lxc-oci"]

    private static func oci(_ arguments: [String]) throws(ImageFailure) {
        let options = try OCIOptions(arguments)
        if options.common.wantsHelp { return Surroundings.say(OCIOptions.usage) }
        try OCITemplate.make(options)
    }

    private static func local(_ arguments: [String]) throws(ImageFailure) {
        let options = try LocalOptions(arguments)
        if options.common.wantsHelp { return Surroundings.say(LocalOptions.usage) }
        try LocalTemplate.make(options)
    }
}
