// SPDX-License-Identifier: Apache-2.0
package import LXCConfig
import LinuxKernel

/// Why a container's network could not be made.
package struct NetworkFailure: Error, Sendable, Equatable {
    /// What was being done, as a sentence without its end: `cannot put vethX into the bridge lxcbr0`.
    package var what: String
    /// The reason in words, usually the kernel's.
    package var reason: String
    /// The kernel's error number; 0 when the kernel was not the one to refuse.
    package var errno: Int32
    /// The part of the key behind `lxc.net.N.`, for example `link`.
    package var subKey: String
    /// The number of the device.
    package var index: Int
    /// What the user can do next.
    package var hint: String?
    /// Where it was asked for, when the key does not tell: it may stand on several lines.
    package var origin: ConfigOrigin?

    package init(_ what: String, reason: String, errno: Int32 = 0, _ device: NetworkSettings, _ subKey: String, hint: String? = nil) {
        self.what = what
        self.reason = reason
        self.errno = errno
        self.subKey = subKey
        index = device.index
        self.hint = hint
    }

    init(_ what: String, _ error: KernelError, _ device: NetworkSettings, _ subKey: String, hint: String? = nil) {
        self.init(what, reason: error.reason, errno: error.errno.rawValue, device, subKey, hint: hint)
    }

    /// The key that asked for it.
    package var key: String? { subKey.isEmpty ? nil : "lxc.net.\(index).\(subKey)" }
}

/// Runs kernel work for one device and gives its failure a meaning.
func making<Value: ~Copyable>(
    _ what: @autoclosure () -> String, _ device: NetworkSettings, _ subKey: String, hint: @autoclosure () -> String? = nil,
    _ body: () throws(KernelError) -> Value
) throws(NetworkFailure) -> Value {
    do { return try body() } catch { throw NetworkFailure(what(), error, device, subKey, hint: hint()) }
}

extension NetworkFailure {
    /// A name that a device of the container has already: one that is configured, or `lo`.
    init(takenInside name: String, _ error: KernelError, _ settings: NetworkSettings) {
        self.init(
            "cannot make \(name) in the container", error, settings, "name", hint: "another device of the container has that name")
    }
}

extension NetworkSettings {
    /// The kind of device for a sentence.
    var typeWithArticle: String { type?.value == "ipvlan" ? "an ipvlan" : "a \(type?.value ?? "device")" }

    /// Which of a new device's settings the kernel has refused; the type, where it may be any.
    func refusedTrait(_ error: KernelError) -> String {
        switch error.errno {
        case .invalidArgument where mtu != nil, .resultTooLarge where mtu != nil: "mtu"
        case .addressNotAvailable where hardwareAddress != nil: "hwaddr"
        default: "type"
        }
    }
}
