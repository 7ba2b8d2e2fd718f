// SPDX-License-Identifier: Apache-2.0
import LinuxKernel

/// What is said about a cgroup file where its controller may be missing: on cgroup v2 alone, the host's kernel may keep it on v1.
enum ControllerReason {
    /// The reason that a file of the container's cgroup has.
    static func ofFile(_ controller: String, orElse usual: String) -> String {
        has(controller) ? usual : "the container has no cgroup with the controller \"\(controller)\""
    }

    /// The reason that a setting has.
    static func ofSetting(_ controller: String, orElse usual: String) -> String {
        has(controller) ? usual : "no cgroup hierarchy with the controller \"\(controller)\" is mounted"
    }

    private static func has(_ controller: String) -> Bool {
        if (try? FileStatus.ifPresent("/sys/fs/cgroup/\(controller)")) != nil { return true }  // v1: the text that is compared tells
        let controllers = try? WholeFile.text("/sys/fs/cgroup/cgroup.controllers")  // absent on v1
        return controllers?.split { $0 == " " || $0 == "\n" }.contains { $0 == controller } ?? false
    }
}
