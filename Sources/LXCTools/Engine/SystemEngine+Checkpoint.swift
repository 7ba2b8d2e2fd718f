// SPDX-License-Identifier: Apache-2.0
import LXCOperations

extension SystemEngine {
    package func checkpoint(_ request: CheckpointRequest) throws(ToolFailure) {
        let container = try controllableContainer(request.target)
        if request.restores {
            guard container.isDefined else { throw .undefined(container.name) }
            if try lifted({ () throws(LXCError) in try container.isRunning() }) {
                throw ToolFailure(.stillRunning, "\(container.name) is running", advice: "stop it first")
            }
            throw ToolFailure(
                .notAvailable, "cannot restore \(container.name)",
                reason: "this release of swift-lxc does not take over what criu restores",
                advice: "start it anew with lxc-start; the images in \(request.options.directory) stay as they are")
        }
        try lifted { () throws(LXCError) in try container.checkpoint(request.options) }
    }
}
