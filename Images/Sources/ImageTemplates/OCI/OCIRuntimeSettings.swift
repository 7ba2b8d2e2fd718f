// SPDX-License-Identifier: Apache-2.0
internal import LXCConfig
internal import LinuxKernel
internal import Unpacking

/// Turns how an image wants to be started into settings. Only the fields that are named here have any effect; labels and annotations have none.
struct OCIRuntimeSettings {
    /// What could not be taken over, a sentence each.
    private(set) var notes: [String] = []

    /// Adds the lines.
    mutating func add(_ config: OCIConfig, _ accounts: ContainerAccounts, to lines: inout TemplateConfig) throws(ImageFailure) {
        let execution = config.config ?? OCIConfig.Execution()
        try addCommand(execution, to: &lines)
        try addEnvironment(execution.environment ?? [], to: &lines)
        let identity = try accounts.identity(execution.user ?? "")
        try lines.set("lxc.init.uid", String(identity.user))
        try lines.set("lxc.init.gid", String(identity.group))
        if !identity.groups.isEmpty { try lines.set("lxc.init.groups", identity.groups.map(String.init).joined(separator: ",")) }
        let folder = execution.workingDirectory ?? ""
        if !folder.isEmpty && !folder.hasPrefix("/") {
            throw ImageFailure("the image's working directory, \(shown(folder)), is not an absolute path")
        }
        try lines.set("lxc.init.cwd", folder.isEmpty ? "/" : folder)
        // Programs that were made for other runtimes expect SIGTERM; SIGPWR, which inits understand, would end them at once.
        let signal = execution.stopSignal ?? ""
        try lines.set("lxc.signal.halt", Self.signal(signal.isEmpty ? "SIGTERM" : signal))
        if let name = config.architecture.flatMap(OCIArchitecture.configured) { try lines.set("lxc.arch", name) }
    }

    private mutating func addCommand(_ execution: OCIConfig.Execution, to lines: inout TemplateConfig) throws(ImageFailure) {
        var words = (execution.entrypoint ?? []) + (execution.command ?? [])
        if words.contains(where: { $0.utf8.contains(0) }) { throw ImageFailure("a word of the image's command has a NUL in it") }
        if words.isEmpty {
            notes.append("the image has no command: a shell is started, lxc.init.cmd in the configuration says which")
            words = ["/bin/sh"]
        }
        let command = CommandWords.joined(words)
        try lines.set("lxc.init.cmd", command)
        try lines.set("lxc.execute.cmd", command)
    }

    /// The variables are for the container alone: hooks run on the host, where an image must not choose PATH or LD_PRELOAD.
    private mutating func addEnvironment(_ variables: [String], to lines: inout TemplateConfig) throws(ImageFailure) {
        for variable in variables {
            let name = String(variable.prefix { $0 != "=" })
            if name.isEmpty || name.utf8.count == variable.utf8.count {
                // A name alone would take its value from whoever starts the container.
                notes.append("left out the variable \(shown(variable)): it has no name and value")
            } else if variable.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) {
                notes.append("left out the variable \(shown(name)): its value has a line break or another control character in it")
            } else {
                try lines.set("lxc.environment.runtime", variable)
            }
        }
    }

    /// Docker takes names without SIG, too.
    private static func signal(_ text: String) -> String {
        if let first = text.utf8.first, (0x30...0x39).contains(first) { return text }
        return text.uppercased().hasPrefix("SIG") ? text : "SIG" + text
    }
}
