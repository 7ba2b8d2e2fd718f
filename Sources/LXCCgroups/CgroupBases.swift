// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// The open base directories of a layout's hierarchies, for a ``ContainerCgroups`` that is made later.
package final class CgroupBases {
    /// In the layout's order; nil for one that could not be opened.
    let anchors: [CgroupAnchor?]

    /// Opens what can be opened; whoever needs another one opens it again and learns the reason.
    package init(_ layout: CgroupLayout) {
        anchors = layout.hierarchies.map(Self.open)
    }

    private static func open(_ hierarchy: CgroupHierarchy) -> CgroupAnchor? {
        guard let path = hierarchy.baseDirectory else { return nil }
        do throws(KernelError) { return CgroupAnchor(try CgroupDirectory(opening: path), hierarchy.version) } catch { return nil }
    }
}
