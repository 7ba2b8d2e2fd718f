// SPDX-License-Identifier: Apache-2.0
public import CLiblxc
import LXCConfig
import LXCOperations
import LinuxKernel

/// Making objects and letting go of them.
enum Objects {
    /// A new object with one user; nil when the name cannot be one, or when there is a configuration that cannot be read.
    static func make(_ name: String, lxcPath: String?) -> Object? {
        let container: Container
        do throws(LXCError) {
            let system: SystemConfig
            do { system = try SystemConfig.loadForCaller() } catch { throw LXCError(error) }
            var found = try Container(name: name, lxcPath: lxcPath, system: system)
            if found.isDefined { found.loaded = try found.loadConfig() }
            container = found
        } catch {
            Logging.report(error, container: name)
            return nil
        }
        guard let memory = cliblxc_allocate() else { return nil }
        memory.pointee.handle = Unmanaged.passRetained(ContainerHandle(container)).toOpaque()
        let object = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: lxc_container.self)
        object.pointee.name = CString.copy(name)
        object.pointee.numthreads = 1
        object.pointee.daemonize = true
        object.pointee.rcv_timeout = 0
        showPlace(container, on: object)
        showConfig(container, on: object)
        FunctionTable.fill(object)
        return object
    }

    /// Fills the members that say where the container is.
    static func showPlace(_ container: Container, on object: Object) {
        cliblxc_free(object.pointee.config_path)
        cliblxc_free(object.pointee.configfile)
        object.pointee.config_path = CString.copy(container.lxcPath)
        object.pointee.configfile = CString.copy(container.configFile)
    }

    /// Fills the member that says whether there is a configuration in memory; programs only compare it with NULL.
    static func showConfig(_ container: Container, on object: Object) {
        object.pointee.lxc_conf = container.loaded == nil ? nil : cliblxc_handle(object).map { OpaquePointer($0) }
    }

    fileprivate static func free(_ object: Object) {
        for text in [
            object.pointee.name, object.pointee.configfile, object.pointee.pidfile, object.pointee.config_path, object.pointee.error_string,
        ] { cliblxc_free(text) }
        if let handle = cliblxc_handle(object) { Unmanaged<ContainerHandle>.fromOpaque(handle).release() }
        cliblxc_free(object)
    }
}

/// `lxc_container_new`.
@c(lxc_container_new)
public func containerNew(_ name: UnsafePointer<CChar>?, _ path: UnsafePointer<CChar>?) -> UnsafeMutablePointer<lxc_container>? {
    guard let name else { return nil }
    return Objects.make(String(kernelText: name), lxcPath: String(kernelText: path))
}

/// `lxc_container_get`: 1, or 0 for an object that is gone.
@c(lxc_container_get)
public func containerGet(_ object: UnsafeMutablePointer<lxc_container>?) -> Int32 {
    guard let object, object.pointee.numthreads > 0 else { return 0 }
    _ = cliblxc_add_user(object)
    return 1
}

/// `lxc_container_put`: 1 when it was the last user, 0 when it was not, -1 for NULL.
@c(lxc_container_put)
public func containerPut(_ object: UnsafeMutablePointer<lxc_container>?) -> Int32 {
    guard let object else { return -1 }
    if cliblxc_remove_user(object) > 0 { return 0 }
    Objects.free(object)
    return 1
}
