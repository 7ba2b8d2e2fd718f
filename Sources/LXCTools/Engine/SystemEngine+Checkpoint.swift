// SPDX-License-Identifier: Apache-2.0
import LXCOperations

extension SystemEngine {
    package func checkpoint(_ request: CheckpointRequest) throws(ToolFailure) {
        let container = try controllableContainer(request.target)
        if request.restores {
            try checkDefined(container, otherwise: .undefined(container.name))
            if try lifted({ () throws(LXCError) in try container.isRunning() }) {
                throw ToolFailure(.stillRunning, "\(container.name) is running", advice: "stop it first")
            }
            var options = RestoreOptions(directory: request.options.directory)
            options.actionScript = request.options.actionScript
            options.isVerbose = request.options.isVerbose
            options.isForeground = request.isForeground
            options.callerEnds = true
            return try lifted { () throws(LXCError) in try container.restoreCheckpoint(options) }
        }
        try lifted { () throws(LXCError) in try container.checkpoint(request.options) }
    }
}
