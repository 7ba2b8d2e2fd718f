// SPDX-License-Identifier: Apache-2.0
import LXCOperations

extension SystemEngine {
    package func readControl(_ object: String, of target: ContainerTarget) throws(ToolFailure) -> String {
        let container = try controllableContainer(target)
        do throws(ControlFileFailure) { return try container.controlValue(object) } catch {
            if error.isStopped { throw .notRunning(path: container.lxcPath, name: container.name) }
            throw .controlUnreadable(object, path: container.lxcPath, name: container.name, reason: error.reason)
        }
    }

    package func writeControl(_ object: String, _ value: String, of target: ContainerTarget) throws(ToolFailure) {
        let container = try controllableContainer(target)
        do throws(ControlFileFailure) { try container.setControlValue(object, value) } catch {
            if error.isStopped { throw .notRunning(path: container.lxcPath, name: container.name) }
            throw .controlNotWritable(object, value, path: container.lxcPath, name: container.name, reason: error.reason)
        }
    }
}
