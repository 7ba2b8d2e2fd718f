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

        .target(name: "LXCTestSupport", dependencies: ["LinuxKernel", systemPackage], path: "Tests/LXCTestSupport", swiftSettings: strict),
        .testTarget(name: "LinuxKernelTests", dependencies: ["LinuxKernel"], swiftSettings: strict),
        .testTarget(
            name: "LXCConfigTests", dependencies: ["LXCConfig", "LinuxKernel", "LXCTestSupport", systemPackage], swiftSettings: strict),
        .testTarget(
            name: "LXCCgroupsTests", dependencies: ["LXCCgroups", "LXCConfig", "LinuxKernel", systemPackage], swiftSettings: strict),
        .testTarget(
            name: "LXCRuntimeTests", dependencies: ["LXCRuntime", "LXCConfig", "LinuxKernel", systemPackage], swiftSettings: strict),
        .testTarget(name: "LXCTemplatesTests", dependencies: ["LXCTemplates", "LinuxKernel", "LXCTestSupport"], swiftSettings: strict),
        .testTarget(name: "ToolTests", dependencies: ["LXCTools", "LinuxKernel", "LXCConfig", "Gzip"], swiftSettings: strict),
        .testTarget(name: "LXCTestSupportTests", dependencies: ["LXCTestSupport", "LinuxKernel"], swiftSettings: strict),
    ]
)

// These link only with libFuzzer, which scripts/fuzz.sh asks for.
if Context.environment["LXC_FUZZ"] != nil {
    package.targets.append(.target(name: "FuzzDriver", path: "Fuzz/Driver", swiftSettings: strict))
    for (name, modules) in [
        ("Config", ["LXCConfig"]), ("Control", ["LXCRuntime"]), ("ControlDecoder", ["LXCRuntime", "LinuxKernel"]),
        ("MountTable", ["LXCCgroups", "LinuxKernel"]),
    ] {
        package.targets.append(
            .executableTarget(
                name: "fuzz-\(name)", dependencies: ["FuzzDriver", systemPackage] + modules.map { .init(stringLiteral: $0) },
                path: "Fuzz/\(name)", exclude: ["corpus"], swiftSettings: strict))
    }
}
