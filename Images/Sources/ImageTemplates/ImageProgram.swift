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
            case "lxc-oci": return try oci(arguments)
            case "lxc-local": return try local(arguments)
            case "lxc-download": return try download(arguments)
            default:
                // "lxc-image TEMPLATE" does without the links.
                guard let first = arguments.first, templates.contains("lxc-" + first) else {
                    throw ImageFailure("this program is run as one of the templates \(templates.joined(separator: " "))")
                }
                return run("lxc-" + first, Array(arguments.dropFirst()))
            }
        } catch {
            let text = "\(program): \(error.message)\n" + (error.advice.map { "  \($0)\n" } ?? "")
            // When even standard error is closed, the exit status is all that is left to say.
            do throws(KernelError) { try StandardStream.error.write(text) } catch {}
            return 1
        }
    }

    private static let templates = ["lxc-download", "lxc-local", "lxc-oci"]

    private static func oci(_ arguments: [String]) throws(ImageFailure) -> Int32 {
        let options = try OCIOptions(arguments)
        if options.common.wantsHelp { return printed(OCIOptions.usage, options.common) }
        try OCITemplate.make(options)
        return 0
    }

    private static func local(_ arguments: [String]) throws(ImageFailure) -> Int32 {
        let options = try LocalOptions(arguments)
        if options.common.wantsHelp { return printed(LocalOptions.usage, options.common) }
        try LocalTemplate.make(options)
        return 0
    }

    private static func download(_ arguments: [String]) throws(ImageFailure) -> Int32 {
        let options = try DownloadOptions(arguments)
        if options.common.wantsHelp { return printed(DownloadOptions.usage, options.common) }
        if options.lists { return printed(try DownloadTemplate.list(options), options.common) }
        try DownloadTemplate.make(options)
        return 0
    }

    /// Prints what was asked for in place of a container. For lxc-create that is no success: it would keep an empty container.
    private static func printed(_ text: String, _ options: TemplateOptions) -> Int32 {
        Surroundings.say(text)
        return options.path.isEmpty ? 0 : 1
    }
}
