// SPDX-License-Identifier: Apache-2.0
import LXC
import LinuxKernel

extension SystemEngine {
    package func nestedContainers(
        of container: ListedContainer, levels: Int, _ fields: ListFields, _ options: CommonOptions
    ) throws(ToolFailure) -> [ListRow] { throw .pending }
}

extension ToolFailure {
    static let pending = ToolFailure(.notAvailable, "not built yet")
}
