// SPDX-License-Identifier: Apache-2.0
import LXCOperations
import LinuxKernel

extension SystemEngine {
    package func changeDevice(_ request: DeviceRequest) throws(ToolFailure) {
        let name = request.target.name
        guard ProcessControl.effectiveUser == 0 else {
            throw ToolFailure(
                .notPermitted, "cannot change the devices of \(name)", reason: "only root may use the host's devices",
                advice: "run lxc-device as root")
        }
        let container = try controllableContainer(request.target)
        do throws(LXCError) {
            switch request.action {
            case .add: try Self.add(request, container)
            case .remove: try Self.remove(request, container)
            }
        } catch {
            if error.code == .notRunning { throw .deviceless(name) }
            throw ToolFailure(error)
        }
    }

    private static func add(_ request: DeviceRequest, _ container: Container) throws(LXCError) {
        // As C LXC: whatever is the name of an interface means that, everything else is a file.
        if !request.isPath, try Container.hostHasInterface(request.device) {
            try container.attachInterface(request.device, as: request.newName)
        } else {
            try container.addDeviceNode(request.device, at: request.newName)
        }
    }

    private static func remove(_ request: DeviceRequest, _ container: Container) throws(LXCError) {
        if request.isPath {
            try container.removeDeviceNode(request.device, at: request.newName)
        } else {
            try container.detachInterface(request.device, as: request.newName)
        }
    }
}
