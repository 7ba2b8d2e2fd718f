// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// Every Swift target is built under the same strict rules; a warning is an error.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

/// Programs that clone, join a namespace or start on every command carry no shared object (architecture, section 2).
let fullyStatic: [LinkerSetting] = [.unsafeFlags(["-static-executable"])]

/// lxc-init has no Swift runtime at all: it starts with every lxc-execute, and starts in half the time.
let embedded: [SwiftSetting] = strict + [.enableExperimentalFeature("Embedded"), .unsafeFlags(["-wmo"])]
let embeddedStatic: [LinkerSetting] = [.unsafeFlags(["-static-executable", "-enable-experimental-feature", "Embedded"])]

let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "swift-lxc",
    products: [
        .executable(name: "lxc", targets: ["lxc-multicall"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1")
    ],
    targets: [
        // Floors, lowest first: a module imports only those above it in this list (scripts/checks/floors.sh).
        .target(name: "CLinux"),
        .target(name: "LinuxKernel", dependencies: ["CLinux", systemPackage], swiftSettings: strict),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "Gzip", dependencies: ["CZlib"], swiftSettings: strict),
        .target(name: "LXCConfig", dependencies: ["LinuxKernel", systemPackage], swiftSettings: strict),
        .target(name: "LXCCgroups", dependencies: ["LinuxKernel", "LXCConfig", systemPackage], swiftSettings: strict),
        .target(name: "LXCRuntime", dependencies: ["LinuxKernel", "LXCConfig", "LXCCgroups", systemPackage], swiftSettings: strict),
        .target(
            name: "LXC", dependencies: ["LinuxKernel", "LXCConfig", "LXCCgroups", "LXCRuntime", systemPackage], swiftSettings: strict),
        .target(
            name: "LXCTools", dependencies: ["LinuxKernel", "Gzip", "LXCConfig", "LXCCgroups", "LXCRuntime", "LXC", systemPackage],
            swiftSettings: strict),
        .target(name: "LXCTemplates", dependencies: ["LinuxKernel", systemPackage], swiftSettings: strict),

        .executableTarget(
            name: "lxc-multicall", dependencies: ["LinuxKernel", "LXCTemplates", "LXCTools"], swiftSettings: strict,
            linkerSettings: fullyStatic),
        .executableTarget(
            name: "lxc-supervisor", dependencies: ["LinuxKernel", "LXCRuntime"], swiftSettings: strict, linkerSettings: fullyStatic),
        .target(name: "CInit"),
        .executableTarget(name: "lxc-init", dependencies: ["CInit"], swiftSettings: embedded, linkerSettings: embeddedStatic),

        .target(name: "LXCTestSupport", dependencies: ["LinuxKernel", systemPackage], path: "Tests/LXCTestSupport", swiftSettings: strict),
        .testTarget(name: "LinuxKernelTests", dependencies: ["LinuxKernel"], swiftSettings: strict),
        .testTarget(
            name: "LXCConfigTests", dependencies: ["LXCConfig", "LinuxKernel", "LXCTestSupport", systemPackage], swiftSettings: strict),
        .testTarget(
            name: "LXCCgroupsTests", dependencies: ["LXCCgroups", "LXCConfig", "LinuxKernel", systemPackage], swiftSettings: strict),
        .testTarget(
            name: "LXCRuntimeTests", dependencies: ["LXCRuntime", "LXCConfig", "LinuxKernel", systemPackage], swiftSettings: strict),
        .testTarget(name: "LXCTemplatesTests", dependencies: ["LXCTemplates", "LinuxKernel", "LXCTestSupport"], swiftSettings: strict),
        // Not dependent on the programs that it tests: their static linking would become the test's.
        .testTarget(name: "ContainerTests", dependencies: ["LinuxKernel", "LXCTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ToolTests", dependencies: ["LXCTools", "LXCRuntime", "LinuxKernel", "LXCConfig", "Gzip", systemPackage],
            swiftSettings: strict),
        .testTarget(
            name: "LXCInitTests", dependencies: ["LXCTools", "LXCTestSupport", "LinuxKernel"], swiftSettings: strict),
        .testTarget(name: "LXCTestSupportTests", dependencies: ["LXCTestSupport", "LinuxKernel"], swiftSettings: strict),
    ]
)

// These link only with libFuzzer, which scripts/fuzz.sh asks for.
if Context.environment["LXC_FUZZ"] != nil {
    func fuzzTarget(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
        .executableTarget(
            name: "fuzz-\(name)", dependencies: ["FuzzDriver"] + dependencies, path: "Fuzz/\(name)", exclude: ["corpus"],
            swiftSettings: strict)
    }
    package.targets += [
        .target(name: "FuzzDriver", path: "Fuzz/Driver", swiftSettings: strict),
        fuzzTarget("ConfigParser", ["LXCConfig", "LinuxKernel"]),
        fuzzTarget("ControlDecoder", ["LinuxKernel", "LXCRuntime", systemPackage]),
        fuzzTarget("MountTable", ["LinuxKernel", "LXCCgroups"]),
    ]
}
