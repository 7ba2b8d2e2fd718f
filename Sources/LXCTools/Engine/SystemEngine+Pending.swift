// SPDX-License-Identifier: Apache-2.0
import LXC
import LinuxKernel

extension SystemEngine {
    package func wait(_ request: WaitRequest) throws(ToolFailure) -> Bool { throw .pending }

    package func monitor(_ request: MonitorRequest, event: (MonitorEvent) throws(ToolFailure) -> Void) throws(ToolFailure) { throw .pending }

    package func quitMonitorDaemons(_ request: MonitorRequest) throws(ToolFailure) { throw .pending }

    package func runMonitorDaemon(_ request: MonitorDaemonRequest) throws(ToolFailure) -> ExitCode { throw .pending }

    package func create(_ request: CreateRequest) throws(ToolFailure) { throw .pending }

    package func printTemplateHelp(_ template: String) throws(ToolFailure) { throw .pending }

    package func destroy(_ request: DestroyRequest) throws(ToolFailure) { throw .pending }

    package func information(_ request: InfoRequest) throws(ToolFailure) -> InfoReport { throw .pending }

    package func containers(_ options: CommonOptions) throws(ToolFailure) -> [ListedContainer] { throw .pending }

    package func facts(of container: ListedContainer, _ fields: ListFields, _ options: CommonOptions) throws(ToolFailure) -> ListRow { throw .pending }

    package func nestedContainers(
        of container: ListedContainer, levels: Int, _ fields: ListFields, _ options: CommonOptions
    ) throws(ToolFailure) -> [ListRow] { throw .pending }

    package func readControl(_ object: String, of target: ContainerTarget) throws(ToolFailure) -> String { throw .pending }

    package func writeControl(_ object: String, _ value: String, of target: ContainerTarget) throws(ToolFailure) { throw .pending }

    package func systemValue(_ item: SystemItem) throws(ToolFailure) -> String? { throw .pending }

    package func updateConfiguration(_ request: UpdateConfigRequest) throws(ToolFailure) -> String { throw .pending }

}

extension ToolFailure {
    static let pending = ToolFailure(.notAvailable, "not built yet")
}
