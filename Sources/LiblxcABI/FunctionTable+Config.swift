// SPDX-License-Identifier: Apache-2.0
import CLiblxc
import LXCConfig
import LXCOperations
import LXCRuntime
import LinuxKernel

extension FunctionTable {
    static func fillConfig(_ object: Object) {
        object.pointee.load_config = { FunctionTable.load($0, String(kernelText: $1)) }
        object.pointee.save_config = { FunctionTable.save($0, String(kernelText: $1)) }
        object.pointee.config_file_name = { object in
            guard let handle = ContainerHandle.of(object) else { return nil }
            return CString.copy(handle.container.configFile)
        }
        object.pointee.set_config_item = { FunctionTable.set($0, String(kernelText: $1), String(kernelText: $2) ?? "") }
        object.pointee.clear_config_item = { FunctionTable.set($0, String(kernelText: $1), "") }
        object.pointee.clear_config = { object in
            guard let object else { return }
            _ = succeeding(object) { (handle) throws(LXCError) in
                try handle.change { (container) throws(LXCError) in container.loaded = nil }
                Objects.showConfig(handle.container, on: object)
            }
        }
        object.pointee.get_config_item = { FunctionTable.get($0, String(kernelText: $1), $2, $3) }
        object.pointee.get_keys = { FunctionTable.keys($0, String(kernelText: $1), $2, $3) }
        object.pointee.get_running_config_item = { FunctionTable.running($0, String(kernelText: $1)) }
        object.pointee.get_config_path = { object in object.map { UnsafePointer($0.pointee.config_path) } ?? nil }
        object.pointee.set_config_path = { FunctionTable.setPath($0, String(kernelText: $1)) }
    }

    private static func load(_ object: Object?, _ file: String?) -> Bool {
        guard let object else { return false }
        return succeeding(object) { (handle) throws(LXCError) in
            try handle.change { (container) throws(LXCError) in
                container.loaded = nil
                guard let file, file != container.configFile else {
                    container.loaded = try container.loadConfig()
                    return
                }
                do throws(ConfigProblem) {
                    var document = try ConfigParser.load(path: file)
                    // It is saved as the container's own.
                    document.path = container.configFile
                    container.loaded = document
                } catch { throw LXCError(error) }
            }
            Objects.showConfig(handle.container, on: object)
        }
    }

    private static func save(_ object: Object?, _ file: String?) -> Bool {
        guard let object else { return false }
        return succeeding(object) { (handle) throws(LXCError) in
            try handle.change { (container) throws(LXCError) in
                if container.loaded == nil { container.loaded = try initial(container) }
            }
            Objects.showConfig(handle.container, on: object)
            let container = handle.container
            let path = file ?? container.configFile
            guard let document = container.loaded else { return }
            do throws(KernelError) {
                if file == nil { try HostPath.makeDirectories(container.directory) }
                try document.save(to: path)
            } catch { throw LXCError(.failed, OperationFailure("cannot save \(path)", error)) }
        }
    }

    /// What a new container begins with.
    private static func initial(_ container: Container) throws(LXCError) -> ContainerConfigDocument {
        let file = container.system.defaultConfig
        do throws(KernelError) {
            guard try FileStatus.ifPresent(file) != nil else { return ContainerConfigDocument(path: container.configFile) }
        } catch { throw LXCError(.failed, OperationFailure("cannot read \(file)", error)) }
        do throws(ConfigProblem) {
            var document = try ConfigParser.load(path: file)
            document.path = container.configFile
            return document
        } catch { throw LXCError(error) }
    }

    private static func set(_ object: Object?, _ key: String?, _ value: String) -> Bool {
        guard let object, let key else { return false }
        return succeeding(object) { (handle) throws(LXCError) in
            try handle.changeConfig { (document) throws(LXCError) in
                do throws(ConfigProblem) { try document.set(key, value) } catch { throw LXCError(error) }
            }
            Objects.showConfig(handle.container, on: object)
        }
    }

    private static func get(_ object: Object?, _ key: String?, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32) -> Int32 {
        calling(object, failing: -1) { (handle) throws(LXCError) in
            guard let key, let value = handle.container.loaded?.value(of: key) else {
                throw LXCError(.failed, "cannot read \(key ?? "a key")", reason: "there is no such key")
            }
            return CString.put(value.kernelBytes, into: buffer, size: size)
        }
    }

    private static func keys(_ object: Object?, _ key: String?, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32) -> Int32 {
        calling(object, failing: -1) { (handle) throws(LXCError) in
            let config = handle.container.loaded ?? ContainerConfigDocument()
            guard let names = config.keys(under: key ?? "") else {
                throw LXCError(.failed, "cannot list the keys below \(key ?? "")", reason: "there are none")
            }
            return CString.put(names.flatMap { $0.kernelBytes + [0x0A] }, into: buffer, size: size)
        }
    }

    private static func running(_ object: Object?, _ key: String?) -> UnsafeMutablePointer<CChar>? {
        calling(object, failing: nil) { (handle) throws(LXCError) in
            let container = handle.container
            let value = try asking("cannot read \(key ?? "") of \(container.name)") { () throws(ControlError) in
                try container.client.configItem(key ?? "")
            }
            return value.flatMap { CString.copy($0) }
        }
    }

    private static func setPath(_ object: Object?, _ path: String?) -> Bool {
        guard let object, let path else { return false }
        return succeeding(object) { (handle) throws(LXCError) in
            try handle.change { (container) throws(LXCError) in
                var moved = try Container(name: container.name, lxcPath: path, system: container.system)
                moved.answerTime = container.answerTime
                moved.loaded = moved.isDefined ? try moved.loadConfig() : nil
                container = moved
            }
            Objects.showPlace(handle.container, on: object)
            Objects.showConfig(handle.container, on: object)
        }
    }
}
