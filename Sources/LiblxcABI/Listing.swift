// SPDX-License-Identifier: Apache-2.0
public import CLiblxc
import LXCConfig
import LXCOperations
import LXCRuntime
import LinuxKernel

/// The lists of containers.
enum Listing {
    typealias Names = UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>
    typealias Objects = UnsafeMutablePointer<UnsafeMutablePointer<Object?>?>

    enum Choice { case defined, active, all }

    /// How many there are, or -1 when the container path cannot be read.
    static func list(_ path: UnsafePointer<CChar>?, _ choice: Choice, _ names: Names?, _ objects: Objects?) -> Int32 {
        names?.pointee = nil
        objects?.pointee = nil
        var found: [String]
        let lxcPath: String
        do throws(LXCError) {
            lxcPath = if let path { String(kernelText: path) } else { try defaultPath() }
            found = try self.names(lxcPath, choice)
        } catch {
            Logging.report(error, container: nil)
            return -1
        }
        if let objects {
            let made = found.compactMap { (name) in LiblxcABI.Objects.make(name, lxcPath: lxcPath).map { (name, $0) } }
            found = made.map { $0.0 }
            guard let memory = cliblxc_calloc(made.count + 1, MemoryLayout<Object?>.size) else { return -1 }
            let list = memory.assumingMemoryBound(to: Object?.self)
            for (index, entry) in made.enumerated() { list[index] = entry.1 }
            objects.pointee = list
        }
        names?.pointee = CString.list(found)
        return Int32(clamping: found.count)
    }

    private static func defaultPath() throws(LXCError) -> String {
        do { return try SystemConfig.loadForCaller().containerPath } catch { throw LXCError(error) }
    }

    private static func names(_ lxcPath: String, _ choice: Choice) throws(LXCError) -> [String] {
        if choice == .defined {
            do throws(KernelError) {
                if try FileStatus.ifPresent(lxcPath)?.kind != .directory {
                    throw KernelError(call: "open", errno: .noSuchFileOrDirectory, subject: lxcPath)
                }
            } catch { throw LXCError("cannot list the containers in \(lxcPath)", error) }
        }
        let entries = try ContainerList.find(lxcPath: lxcPath)
        switch choice {
        case .all: return entries.map { $0.name }
        case .defined: return entries.filter { $0.isDefined }.map { $0.name }
        case .active:
            do {
                let running = Set(try RunningContainers.names(lxcPath: lxcPath))
                return entries.map { $0.name }.filter { running.contains($0) }
            } catch { throw LXCError("cannot list the running containers", error) }
        }
    }
}

/// `list_defined_containers`.
@c(list_defined_containers)
public func listDefined(
    _ path: UnsafePointer<CChar>?, _ names: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?,
    _ objects: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<lxc_container>?>?>?
) -> Int32 { Listing.list(path, .defined, names, objects) }

/// `list_active_containers`.
@c(list_active_containers)
public func listActive(
    _ path: UnsafePointer<CChar>?, _ names: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?,
    _ objects: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<lxc_container>?>?>?
) -> Int32 { Listing.list(path, .active, names, objects) }

/// `list_all_containers`.
@c(list_all_containers)
public func listAll(
    _ path: UnsafePointer<CChar>?, _ names: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?,
    _ objects: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<lxc_container>?>?>?
) -> Int32 { Listing.list(path, .all, names, objects) }
