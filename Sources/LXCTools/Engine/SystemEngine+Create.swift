// SPDX-License-Identifier: Apache-2.0
import LXC
import LXCConfig
import LXCRuntime
import LinuxKernel

extension SystemEngine {
    package func create(_ request: CreateRequest) throws(ToolFailure) {
        if request.template != "none", request.templateArguments.contains("--help") {
            // Who asks a template for its help wants no container.
            return try printTemplateHelp(request.template)
        }
        let container = try container(request.target)
        try checkBacking(request.backing)
        var options = CreateOptions(template: request.template)
        options.templateArguments = request.templateArguments
        options.configFile = request.configFile ?? request.target.options.rcfile
        options.rootfsDirectory = request.backing.directory
        options.isQuiet = request.target.options.isQuiet
        do {
            try container.create(options) { note in
                if !options.isQuiet { ProcessStreams().printError("lxc-create: \(container.name): \(note)\n") }
            }
        } catch {
            if error.code == .alreadyDefined { throw .alreadyExists }
            throw ToolFailure(error)
        }
    }

    package func printTemplateHelp(_ template: String) throws(ToolFailure) {
        try lifted { () throws(LXCError) in try Template(template).printHelp() }
    }

    /// Of several kinds of storage the first that works is taken.
    private func checkBacking(_ backing: BackingRequest) throws(ToolFailure) {
        let folders: [BackingRequest.Kind] = [.dir, .none, .best]
        if backing.kinds.isEmpty || backing.kinds.contains(where: folders.contains) { return }
        let names = backing.kinds.map { $0.rawValue }.joined(separator: " and ")
        throw ToolFailure(
            .notAvailable, "cannot keep a container on \(names)", reason: "only folders are supported so far",
            advice: "use -B dir, which needs nothing to be prepared")
    }

    package func destroy(_ request: DestroyRequest) throws(ToolFailure) {
        let container = try controllableContainer(request.target)
        var options = DestroyOptions()
        options.stopsFirst = request.stopsFirst
        options.includesSnapshots = request.includesSnapshots
        options.logFile = request.target.options.logFile
        options.logLevel = request.target.options.logLevel
        do { try container.destroy(options) } catch {
            switch error.code {
            case .notDefined: throw .notDefined
            case .alreadyRunning: throw .stillRunning(container.name)
            case .hasSnapshots: throw .hasSnapshots(container.name)
            case .hasClones: throw .hasClones(container.name)
            default: throw ToolFailure(error)
            }
        }
    }
}
