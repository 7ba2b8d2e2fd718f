// SPDX-License-Identifier: Apache-2.0
package import LinuxKernel

/// Open vSwitch's own tool: its bridges live in its database, not in the kernel.
///
/// It is looked for in fixed places and gets a fixed environment, because a set-user-ID program runs it too.
package enum OpenVSwitchTool {
    private static let programs = ["/usr/bin/ovs-vsctl", "/usr/local/bin/ovs-vsctl", "/usr/sbin/ovs-vsctl", "/bin/ovs-vsctl"]
    private static let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
    /// Seconds after which the tool gives up by itself, and milliseconds after which it is killed.
    private static let patience = (seconds: 10, milliseconds: Int32(12_000))

    /// Runs the tool.
    ///
    /// - Parameter arguments: A command with its options.
    /// - Returns: Whether the tool is there and succeeds.
    /// - Throws: ``KernelError`` when it cannot be run, or is not done in time.
    package static func run(_ arguments: [String]) throws(KernelError) -> Bool {
        for program in programs {
            do throws(KernelError) {
                // Behind the two dashes a name that begins with one is no option.
                let words = ["ovs-vsctl", "--timeout=\(patience.seconds)", "--"] + arguments
                let result = try ProgramOutput.of(
                    program, arguments: words, environment: environment, limit: 4096, milliseconds: patience.milliseconds)
                return result.status == .exited(0)
            } catch { if error.errno != .noSuchFileOrDirectory { throw error } }
        }
        return false
    }
}
