// SPDX-License-Identifier: Apache-2.0
import CLinux

/// One extended attribute, `xattr(7)`.
package struct ExtendedAttribute: Sendable, Equatable {
    /// The name with its class, for example `user.mime_type`.
    package let name: EntryName
    package var value: [UInt8]

    package init(name: EntryName, value: [UInt8]) {
        self.name = name
        self.value = value
    }
}

/// Reads extended attributes into memory that it keeps, for who asks thousands of files that mostly have none.
package final class ExtendedAttributeReader {
    /// `XATTR_LIST_MAX` and `XATTR_SIZE_MAX`: the kernel hands out no more.
    private static let most = 65536
    /// Enough for nearly every file. The kernel takes as much memory as it is offered, for each call.
    private static let usual = 1024
    private let names = Room(usual)
    private let value = Room(usual)

    package init() {}

    /// Memory that the kernel writes into.
    private final class Room {
        private(set) var start: UnsafeMutablePointer<UInt8>
        private(set) var size: Int

        init(_ size: Int) {
            start = .allocate(capacity: size)
            self.size = size
        }

        deinit { start.deallocate() }

        func grow(to size: Int) {
            start.deallocate()
            start = .allocate(capacity: size)
            self.size = size
        }

        /// Lets a call fill it, once more with all the room there can be need of when it was too small.
        func filled(
            _ call: StaticString, _ subject: @autoclosure () -> String, _ body: (UnsafeMutablePointer<UInt8>, Int) -> Int
        ) throws(KernelError) -> Int {
            do throws(KernelError) { return try kernelCall(call, subject()) { body(start, size) } } catch {
                guard error.errno == .resultTooLarge, size < ExtendedAttributeReader.most else { throw error }
            }
            grow(to: ExtendedAttributeReader.most)
            return try kernelCall(call, subject()) { body(start, size) }
        }
    }

    /// All attributes of a file that the caller wants.
    ///
    /// - Parameters:
    ///   - file: An open file.
    ///   - isWanted: Says so by the name, which has no NUL.
    /// - Returns: None on a filesystem without such attributes.
    /// - Throws: ``KernelError``
    ///
    /// Kernel calls: `flistxattr(2)`, `fgetxattr(2)`.
    package func attributes(
        of file: borrowing OwnedDescriptor, where isWanted: (UnsafeBufferPointer<UInt8>) -> Bool
    ) throws(KernelError) -> [ExtendedAttribute] {
        let number = file.number
        let length = try list("flistxattr", "descriptor \(number)") { (names, size) in flistxattr(number, names, size) }
        return try attributes(length, of: number, isPlace: false, where: isWanted)
    }

    /// All attributes of an entry of a directory that the caller wants, of a link itself.
    ///
    /// - Parameters:
    ///   - name: The entry.
    ///   - directory: Open for reading.
    ///   - place: Open for the entry (`O_PATH`). If the name is another's by now, attributes are those that both have.
    ///   - isWanted: Says so by the name, which has no NUL.
    /// - Returns: None on a filesystem without such attributes.
    /// - Throws: ``KernelError``
    ///
    /// Kernel calls: `listxattrat(2)` (Linux 6.13) or `listxattr(2)`, `getxattr(2)`.
    package func attributes(
        of name: EntryName, in directory: borrowing OwnedDescriptor, place: borrowing OwnedDescriptor,
        where isWanted: (UnsafeBufferPointer<UInt8>) -> Bool
    ) throws(KernelError) -> [ExtendedAttribute] {
        let (folder, number) = (directory.number, place.number)
        let length = try list("listxattrat", name.text) { (names, size) in
            name.withPointer { clinux_list_entry_attributes(folder, $0, number, names, size) }
        }
        return try attributes(length, of: number, isPlace: true, where: isWanted)
    }

    /// Lets a call fill the list of names, and returns its length: 0 on a filesystem without such attributes.
    private func list(
        _ call: StaticString, _ subject: @autoclosure () -> String, _ body: (UnsafeMutablePointer<CChar>, Int) -> Int
    ) throws(KernelError) -> Int {
        do throws(KernelError) {
            return try names.filled(call, subject()) { (names, size) in
                names.withMemoryRebound(to: CChar.self, capacity: size) { body($0, size) }
            }
        } catch {
            if error.errno == .notSupportedOnSocket { return 0 }
            throw error
        }
    }

    /// The attributes with the names that were listed, `length` bytes of them.
    private func attributes(
        _ length: Int, of number: Int32, isPlace: Bool, where isWanted: (UnsafeBufferPointer<UInt8>) -> Bool
    ) throws(KernelError) -> [ExtendedAttribute] {
        var found: [ExtendedAttribute] = []
        var start = 0
        while start < length {
            let first = names.start + start
            let count = strlen(first)
            let bytes = UnsafeBufferPointer(start: UnsafePointer(first), count: count)
            start += count + 1
            guard isWanted(bytes) else { continue }
            let name = EntryName(bytes)
            if let value = try read(name, number, isPlace) { found.append(ExtendedAttribute(name: name, value: value)) }
        }
        return found
    }

    /// The value; nil when the attribute went away in between.
    private func read(_ name: EntryName, _ number: Int32, _ isPlace: Bool) throws(KernelError) -> [UInt8]? {
        do throws(KernelError) {
            let count = try value.filled("getxattr", name.text) { (value, size) in
                name.withPointer { clinux_get_attribute(number, isPlace ? 1 : 0, $0, value, size) }
            }
            return Array(UnsafeBufferPointer(start: value.start, count: count))
        } catch {
            if error.errno == .noData { return nil }
            throw error
        }
    }
}

extension OwnedDescriptor {
    /// Sets an extended attribute of this file.
    ///
    /// `isPlace`: whether it is open as a place only (`O_PATH`); a link's own attribute is meant then.
    /// Kernel call: `fsetxattr(2)`, or `setxattr(2)` by way of `/proc/self/fd`.
    package func setAttribute(_ attribute: ExtendedAttribute, isPlace: Bool) throws(KernelError) {
        let number = number
        let value = attribute.value
        do throws(KernelError) {
            try kernelCommand("setxattr", "descriptor \(number)") {
                attribute.name.withPointer { clinux_set_attribute(number, isPlace ? 1 : 0, $0, value, value.count) }
            }
        } catch {
            throw KernelError(
                call: error.call, errno: error.errno, subject: error.subject,
                explanation: "cannot set the attribute \(attribute.name.text)")
        }
    }

    /// Removes an extended attribute of this file; nothing happens when there is none. Kernel call: `fremovexattr(2)`.
    package func removeAttribute(_ name: EntryName) throws(KernelError) {
        let number = number
        do throws(KernelError) {
            try kernelCommand("removexattr", "descriptor \(number)") { name.withPointer { clinux_remove_attribute(number, $0) } }
        } catch {
            if error.errno != .noData && error.errno != .notSupportedOnSocket { throw error }
        }
    }
}
