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
    products: [],
    dependencies: [
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1")
    ],
    targets: [
        .target(name: "CLinux", path: "Sources/CLinux"),
        .target(name: "LinuxKernel", dependencies: ["CLinux", systemPackage], swiftSettings: strict),
        .target(name: "LXCConfig", dependencies: ["LinuxKernel"], swiftSettings: strict),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "Gzip", dependencies: ["CZlib"], swiftSettings: strict),
        .target(name: "LXCTools", dependencies: ["LinuxKernel", "LXCConfig", "Gzip", systemPackage], swiftSettings: strict),
        .testTarget(name: "LinuxKernelTests", dependencies: ["LinuxKernel"], swiftSettings: strict),
        .testTarget(name: "ToolTests", dependencies: ["LXCTools", "LinuxKernel", "LXCConfig", "Gzip"], swiftSettings: strict),
    ]
)
