// SPDX-License-Identifier: Apache-2.0
import CLiblxc
import LXCConfig
import LXCOperations
import LXCRuntime
import LXCStorage
import LinuxKernel
import Synchronization

/// Texts that programs may keep for ever: each is made once.
enum LastingText {
    private static let texts = Mutex<[String: UInt]>([:])

    /// The same address for the same text.
    static func address(_ text: String) -> UnsafePointer<CChar>? {
        texts.withLock { (texts) -> UInt? in
            if let known = texts[text] { return known }
            guard let made = CString.copy(text) else { return nil }
            texts[text] = UInt(bitPattern: made)
            return UInt(bitPattern: made)
        }.flatMap { UnsafePointer(bitPattern: $0) }
    }
}

/// `lxc_get_version`: the release of C LXC whose interface this is.
@c(lxc_get_version)
public func version() -> UnsafePointer<CChar>? { LastingText.address(LXC_VERSION) }

/// `lxc_get_global_config_item`: NULL for an item that is not known or has no value.
@c(lxc_get_global_config_item)
public func globalConfigItem(_ key: UnsafePointer<CChar>?) -> UnsafePointer<CChar>? {
    guard let item = String(kernelText: key).flatMap({ SystemConfigItem(name: $0) }) else { return nil }
    let system: SystemConfig
    do { system = try SystemConfig.loadForCaller() } catch {
        Logging.report(LXCError(error), container: nil)
        return nil
    }
    return system.value(of: item).flatMap { LastingText.address($0) }
}

/// `lxc_get_wait_states`: how many there are.
@c(lxc_get_wait_states)
public func waitStates(_ states: UnsafeMutablePointer<UnsafePointer<CChar>?>?) -> Int32 {
    let all = ContainerState.allCases
    if let states { for (index, state) in all.enumerated() { states[index] = LastingText.address(state.name) } }
    return Int32(all.count)
}

/// `lxc_config_item_is_supported`.
@c(lxc_config_item_is_supported)
public func configItemIsSupported(_ key: UnsafePointer<CChar>?) -> Bool {
    String(kernelText: key).map { KeyRegistry.find($0) != nil } ?? false
}

/// `lxc_has_api_extension`.
@c(lxc_has_api_extension)
public func hasAPIExtension(_ name: UnsafePointer<CChar>?) -> Bool {
    String(kernelText: name).map { APIExtensions.names.contains($0) } ?? false
}

/// `lxc_is_valid_storage_type`, which C LXC's own tools import.
@c(lxc_is_valid_storage_type)
public func isValidStorageType(_ word: UnsafePointer<CChar>?) -> Bool {
    String(kernelText: word).map { $0 == "best" || StorageKind(word: $0) != nil } ?? false
}

/// `lxc_config_parse_arch`, which C LXC's own tools import: the personality of an architecture's name.
///
/// - Parameters:
///   - name: For example `x86_64` or `i686`.
///   - personality: Gets the number for personality(2).
/// - Returns: 0, or a negative error number.
@c(lxc_config_parse_arch)
public func parseArchitecture(_ name: UnsafePointer<CChar>?, _ personality: UnsafeMutablePointer<Int>?) -> Int32 {
    guard let personality, let found = String(kernelText: name).flatMap({ KernelArchitecture(name: $0) }) else {
        return -Errno.invalidArgument.rawValue
    }
    personality.pointee = found == .linux32 ? Int(ProcessControl.linux32) : 0
    return 0
}
