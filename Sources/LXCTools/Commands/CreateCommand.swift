// SPDX-License-Identifier: Apache-2.0

/// What `lxc-create` is asked to do.
package struct CreateRequest: Sendable, Equatable {
    package var target: ContainerTarget
    /// Name of a template, absolute path of one, or `none`.
    package var template: String
    package var templateArguments: [String] = []
    /// Initial configuration; `nil` means the system's default.
    package var configFile: String?
    package var backing = BackingRequest()
    /// Whether the container's ids are mapped, also for root.
    package var isUnprivileged = false
}

/// `lxc-create`.
package enum CreateCommand: ToolCommand {
    static let config = Option(
        "config", "f", .required("FILE"), default: "the system's default.conf", completes: .file,
        help: "Begin with the configuration in FILE.")
    static let template = Option(
        "template", "t", .required("TEMPLATE"), completes: .template,
        help: "Template that fills the container: a name, or the absolute path of a program. none fills nothing.")

    static let unprivileged = Option(
        "unprivileged", nil, isExtension: true,
        help: "Map the container's ids to those that /etc/subuid and /etc/subgid give you; for other users than root it is always so.")

    package static let table = OptionTable(
        tool: "lxc-create",
        synopsis: ["[-n] NAME -t TEMPLATE [OPTION...] [-- TEMPLATE-OPTION...]"],
        summary: "Creates a container. Everything after -- goes to the template.",
        groups: [.init(nil, [config, template, unprivileged] + BackingRequest.mainOptions)] + BackingRequest.groups,
        operands: Operands(name: .required, rest: .words),
        notes: ["To see the options of a template: lxc-create -t TEMPLATE -h"])

    /// Reads and checks the command line.
    package static func request(_ options: ParsedOptions, _ common: CommonOptions) throws(ToolFailure) -> CreateRequest {
        let target = try target(options, common)
        guard let name = options.value(template) else {
            throw ToolFailure(
                .badOptions, "A template must be specified", advice: "Use \"none\" if you really want a container without a rootfs")
        }
        if name.isEmpty { throw .usage("\(template.displayName): the template's name is empty") }
        return CreateRequest(
            target: target, template: name, templateArguments: options.words, configFile: options.value(config),
            backing: try BackingRequest(options), isUnprivileged: options.has(unprivileged))
    }

    /// Does it and prints the result.
    package static func run(
        _ request: CreateRequest, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) -> ExitCode {
        try engine.create(request)
        return .success
    }

    /// Lets the template add its own help.
    package static func extendHelp(
        _ options: ParsedOptions, _ engine: some ContainerEngine, _ streams: some ToolStreams
    ) throws(ToolFailure) {
        guard let name = options.value(template), !name.isEmpty, name != "none" else { return }
        try engine.printTemplateHelp(name)
    }
}
