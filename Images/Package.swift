// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// The templates lxc-download, lxc-oci and lxc-local: one program, a package of its own. It links the host's libraries for archives,
// transfers and digests, and has the Swift runtime in it; none of that belongs into the programs that start containers.
//
// Sources/CLinux, LinuxKernel and LXCConfig are symbolic links to the main package's folders: what these modules offer is visible within
// one package only.

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "swift-lxc-images",
    products: [.executable(name: "lxc-image", targets: ["lxc-image"])],
    targets: [
        .target(name: "CLinux"),
        .target(name: "LinuxKernel", dependencies: ["CLinux"], swiftSettings: strict),
        .target(name: "LXCConfig", dependencies: ["LinuxKernel"], swiftSettings: strict),
        .systemLibrary(name: "CCompression", providers: [.apt(["zlib1g-dev", "liblzma-dev", "libzstd-dev"])]),
        .systemLibrary(name: "CArchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CDigest", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CTransfer", providers: [.apt(["libcurl4-openssl-dev"])]),
        // Reads archives that nobody vouches for, and writes what is in them beneath one directory.
        .target(name: "Unpacking", dependencies: ["CCompression", "CArchive", "CDigest", "LinuxKernel"], swiftSettings: strict),
        // The three templates.
        .target(name: "ImageTemplates", dependencies: ["Unpacking", "CTransfer", "LinuxKernel", "LXCConfig"], swiftSettings: strict),
        .executableTarget(name: "lxc-image", dependencies: ["ImageTemplates", "LinuxKernel"], swiftSettings: strict),

        // Unpacks an archive in a process of its own, whose memory a test can measure.
        .executableTarget(
            name: "unpack-probe", dependencies: ["Unpacking", "LinuxKernel"], path: "Tests/UnpackProbe", swiftSettings: strict),
        // Archives that no tool would write, and places to unpack them.
        .target(
            name: "ImageTestSupport", dependencies: ["Unpacking", "LinuxKernel"], path: "Tests/ImageTestSupport",
            exclude: ["image-server.py"], swiftSettings: strict),
        .testTarget(name: "UnpackingTests", dependencies: ["Unpacking", "ImageTestSupport", "LinuxKernel"], swiftSettings: strict),
        .testTarget(
            name: "ImageTemplatesTests", dependencies: ["ImageTemplates", "Unpacking", "ImageTestSupport", "LinuxKernel", "LXCConfig"],
            swiftSettings: strict),
    ]
)
