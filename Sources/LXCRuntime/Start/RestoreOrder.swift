// SPDX-License-Identifier: Apache-2.0

/// What a supervisor needs to know to take a container up again from disk, instead of starting its init.
package struct RestoreOrder: Sendable, Equatable {
    /// Path of criu(8).
    package var program: String
    /// Its words; the root directory, the devices and the file for the number of the first process are added.
    package var arguments: [String]
    /// The folder of the images.
    package var directory: String
    /// criu's log in there.
    package var logName: String
    /// The cgroup that the processes were in; nil when nobody has written it down.
    package var cgroup: String?

    package init(program: String, arguments: [String], directory: String, logName: String) {
        self.program = program
        self.arguments = arguments
        self.directory = directory
        self.logName = logName
    }
}

extension ByteWriter {
    mutating func put(_ order: RestoreOrder?) {
        put(order != nil)
        guard let order else { return }
        put(order.program)
        put(order.arguments)
        put(order.directory)
        put(order.logName)
        put(order.cgroup)
    }
}

extension ByteReader {
    mutating func restoreOrder() throws(Malformed) -> RestoreOrder? {
        guard try bool() else { return nil }
        var order = RestoreOrder(program: try string(), arguments: try strings(), directory: try string(), logName: try string())
        order.cgroup = try optionalString()
        return order
    }
}
