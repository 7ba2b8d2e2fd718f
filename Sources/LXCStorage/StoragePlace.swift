// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// Folders of the host that storage lies in.
package enum StoragePlace {
    /// Whether a path lies below a directory, so that it goes with it.
    static func isInside(_ path: String, _ directory: String) -> Bool { path.hasPrefix(directory + "/") }

    /// Removes a tree; one that is not there is no failure.
    ///
    /// - Throws: ``StorageFailure`` that names the first of what stays.
    package static func remove(_ path: String) throws(StorageFailure) {
        let what = "cannot remove \(path)"
        let report: TreeRemoval.Report
        do { report = try TreeRemoval.remove(path) } catch {
            if error.errno == .noSuchFileOrDirectory { return }
            throw StorageFailure(what, error)
        }
        guard let first = report.remaining.first else { return }
        throw StorageFailure(
            what,
            reason: "\(first.path): \(first.error.reason)"
                + (report.remaining.count > 1 ? " (and \(report.remaining.count - 1) more)" : ""),
            errno: first.error.errno.rawValue, hint: "unmount what lies below it, or clear the immutable flag (chattr -i), and try again")
    }
}
