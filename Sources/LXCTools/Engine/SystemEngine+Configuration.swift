// SPDX-License-Identifier: Apache-2.0
import LXC
import LXCConfig
import LinuxKernel

extension SystemEngine {
    package func systemValue(_ item: SystemItem) throws(ToolFailure) -> String? {
        guard let known = SystemConfigItem(name: item.rawValue) else { return nil }
        return try systemConfig().value(of: known)
    }

    package func updateConfiguration(_ request: UpdateConfigRequest) throws(ToolFailure) -> String {
        let update: ConfigUpdate
        do { update = try ConfigUpdate.load(path: request.file) } catch { throw ToolFailure(LXCError(error)) }
        // Without a change the backup of an earlier run must stay what it is.
        if update.isNeeded && !request.isPreview {
            do { try update.save() } catch { throw ToolFailure("cannot update \(request.file)", error) }
        }
        return String(kernelBytes: update.diff)
    }
}
