// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// The programs that are installed have no Swift runtime: scripts/build-programs.sh sets this. Tests need the runtime, so the same
/// sources are built with it for them.
let isEmbedded = Context.environment["LXC_EMBEDDED"] != nil

/// Every Swift target is built under the same strict rules; a warning is an error.
let rules: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]
/// A section for each function, so that the linker leaves out those that a program never calls: a module is one object file here.
let embedded: [SwiftSetting] =
    rules + [.enableExperimentalFeature("Embedded"), .unsafeFlags(["-wmo", "-Xfrontend", "-function-sections"])]
let strict = isEmbedded ? embedded : rules

/// Programs that clone, join a namespace or start on every command carry no shared object (architecture, section 2).
///
/// The C library of the installed ones is musl: a static program of glibc asks the processor 45 questions before main, each of which is a
/// trip to the hypervisor in a virtual machine (0.44 ms for a program that does nothing, 0.13 ms with musl).
let musl = Context.environment["LXC_MUSL"] ?? ""
let embeddedLibraries = Context.environment["LXC_EMBEDDED"] ?? ""
let muslStatic = [
    "-nostdlib", "-static", "-no-pie", musl + "/crt1.o", musl + "/crti.o", "-L" + embeddedLibraries, "-lswiftUnicodeDataTables",
    musl + "/libc.a", musl + "/crtn.o",
].flatMap { ["-Xclang-linker", $0] }
let embeddedStatic: [LinkerSetting] = [
    .unsafeFlags(["-enable-experimental-feature", "Embedded"] + (isEmbedded ? muslStatic : ["-static-executable"]))
]
let fullyStatic: [LinkerSetting] = isEmbedded ? embeddedStatic : [.unsafeFlags(["-static-executable"])]

/// Puts the functions that a program mostly calls side by side (`make function-order` writes the lists). They lie all over its megabytes
/// otherwise, which the kernel maps 64 kB at a time: read from the disk, `lxc-copy -s` had 94 page faults, and 59 with its list.
func ordered(_ target: String) -> [LinkerSetting] {
    let list = "\(Context.packageDirectory)/Sources/\(target)/functions.order"
    return isEmbedded ? [.unsafeFlags(["-Xlinker", "--section-ordering-file=\(list)"])] : []
}

/// `liblxc.so.1` brings its own Swift runtime, and shows what C LXC's shows.
let sharedLibrary: [LinkerSetting] = [
    .unsafeFlags([
        "-static-stdlib", "-Xlinker", "-soname=liblxc.so.1", "-Xlinker",
        "--version-script=\(Context.packageDirectory)/Sources/LiblxcABI/exported-symbols.map", "-Xlinker", "--no-undefined", "-Xlinker",
        "-z",
        "-Xlinker", "nodelete",
    ]),
    .linkedLibrary("seccomp"),
]

let package = Package(
    name: "swift-lxc",
    products: [
        .library(name: "LXC", targets: ["LXC"]),
        .executable(name: "lxc", targets: ["lxc-multicall"]),
        .library(name: "liblxc-shared", type: .dynamic, targets: ["LiblxcABI"]),
    ],
    targets: [
        // Floors, lowest first: a module imports only those above it in this list (scripts/checks/floors.sh).
        .target(name: "CLinux"),
        .target(name: "LinuxKernel", dependencies: ["CLinux"], swiftSettings: strict),
        .target(name: "Netlink", dependencies: ["CLinux", "LinuxKernel"], swiftSettings: strict),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "Gzip", dependencies: ["CZlib"], swiftSettings: strict),
        .target(name: "LXCConfig", dependencies: ["LinuxKernel"], swiftSettings: strict),
        .target(name: "LXCCgroups", dependencies: ["LinuxKernel", "LXCConfig"], swiftSettings: strict),
        .target(name: "LXCNetwork", dependencies: ["LinuxKernel", "Netlink", "LXCConfig"], swiftSettings: strict),
        .systemLibrary(name: "CSeccomp", providers: [.apt(["libseccomp-dev"])]),
        .target(name: "LXCSecurity", dependencies: ["LinuxKernel", "LXCConfig", "CSeccomp"], swiftSettings: strict),
        .target(name: "LXCStorage", dependencies: ["LinuxKernel", "LXCConfig"], swiftSettings: strict),
        .target(
            name: "LXCRuntime",
            dependencies: ["LinuxKernel", "Netlink", "LXCConfig", "LXCCgroups", "LXCStorage", "LXCNetwork", "LXCSecurity"],
            swiftSettings: strict),
        .target(
            name: "LXCOperations",
            dependencies: ["LinuxKernel", "Netlink", "LXCConfig", "LXCCgroups", "LXCStorage", "LXCNetwork", "LXCRuntime"],
            swiftSettings: strict),
        // Not for the programs: it uses Swift concurrency, which takes the runtime.
        .target(
            name: "LXC", dependencies: ["LinuxKernel", "LXCConfig", "LXCStorage", "LXCRuntime", "LXCOperations"],
            swiftSettings: rules),
        .target(
            name: "LXCTools",
            dependencies: [
                "LinuxKernel", "Netlink", "Gzip", "LXCConfig", "LXCCgroups", "LXCStorage", "LXCNetwork", "LXCRuntime", "LXCOperations",
            ],
            swiftSettings: strict),
        .target(name: "CLiblxc"),
        .target(
            name: "LiblxcABI",
            dependencies: ["CLiblxc", "LinuxKernel", "Netlink", "LXCConfig", "LXCNetwork", "LXCStorage", "LXCRuntime", "LXCOperations"],
            exclude: ["exported-symbols.map"], swiftSettings: strict, linkerSettings: sharedLibrary),
        .target(
            name: "LXCUserNic", dependencies: ["LinuxKernel", "Netlink", "LXCConfig", "LXCNetwork"], swiftSettings: strict),
        .target(name: "LXCTemplates", dependencies: ["LinuxKernel", "LXCStorage"], swiftSettings: strict),

        .executableTarget(
            name: "lxc-multicall", dependencies: ["LinuxKernel", "LXCOperations", "LXCTemplates", "LXCTools"],
            exclude: ["functions.order"], swiftSettings: strict,
            // Embedded Swift does not pass on what a module map asks to link.
            linkerSettings: fullyStatic + ordered("lxc-multicall") + [.linkedLibrary("z"), .linkedLibrary("seccomp")]),
        .executableTarget(
            name: "lxc-supervisor", dependencies: ["LinuxKernel", "LXCRuntime"], exclude: ["functions.order"], swiftSettings: strict,
            linkerSettings: fullyStatic + ordered("lxc-supervisor") + [.linkedLibrary("seccomp")]),
        .executableTarget(
            name: "lxc-user-nic", dependencies: ["LinuxKernel", "LXCUserNic"], swiftSettings: strict, linkerSettings: fullyStatic),
        .target(name: "CInit"),
        .executableTarget(name: "lxc-init", dependencies: ["CInit"], swiftSettings: embedded, linkerSettings: embeddedStatic),

        .target(name: "LXCTestSupport", dependencies: ["LinuxKernel"], path: "Tests/LXCTestSupport", swiftSettings: strict),
        .testTarget(
            name: "LinuxKernelTests", dependencies: ["LinuxKernel", "LXCTestSupport"], exclude: ["Programs"], swiftSettings: strict),
        .testTarget(name: "NetlinkTests", dependencies: ["Netlink", "LinuxKernel", "LXCTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "LXCConfigTests", dependencies: ["LXCConfig", "LinuxKernel", "LXCTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "LXCCgroupsTests", dependencies: ["LXCCgroups", "LXCConfig", "LinuxKernel"], swiftSettings: strict),
        .testTarget(name: "LXCSecurityTests", dependencies: ["LXCSecurity", "LXCConfig", "LinuxKernel"], swiftSettings: strict),
        .testTarget(
            name: "LXCStorageTests", dependencies: ["LXCStorage", "LXCConfig", "LinuxKernel", "LXCTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "LXCNetworkTests", dependencies: ["LXCNetwork", "Netlink", "LXCConfig", "LinuxKernel", "LXCTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "LXCUserNicTests", dependencies: ["LXCUserNic", "LXCConfig", "Netlink", "LinuxKernel", "LXCTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "LXCRuntimeTests", dependencies: ["LXCRuntime", "LXCCgroups", "LXCConfig", "LinuxKernel"], swiftSettings: strict),
        .testTarget(name: "LXCTemplatesTests", dependencies: ["LXCTemplates", "LinuxKernel", "LXCTestSupport"], swiftSettings: strict),
        // Not dependent on the programs that it tests: their static linking would become the test's.
        .testTarget(name: "ContainerTests", dependencies: ["LinuxKernel", "LXCTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ToolTests", dependencies: ["LXCOperations", "LXCTools", "LXCRuntime", "LXCStorage", "LinuxKernel", "LXCConfig", "Gzip"],
            swiftSettings: strict),
        .testTarget(
            name: "LXCInitTests", dependencies: ["LXCTools", "LXCTestSupport", "LinuxKernel"], swiftSettings: strict),
        .testTarget(
            name: "LiblxcTests", dependencies: ["LinuxKernel", "LXCTestSupport"], exclude: ["Programs"], swiftSettings: strict),
        .testTarget(
            name: "LXCOperationsTests",
            dependencies: ["LXCOperations", "LXCRuntime", "LXCStorage", "LXCConfig", "LinuxKernel"], swiftSettings: strict),
        .testTarget(name: "LXCLibraryTests", dependencies: ["LXC", "LinuxKernel", "LXCTestSupport"], swiftSettings: strict),
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
        fuzzTarget("ControlDecoder", ["LinuxKernel", "LXCRuntime"]),
        fuzzTarget("MountTable", ["LinuxKernel", "LXCCgroups"]),
        fuzzTarget("NetlinkReply", ["LinuxKernel", "Netlink"]),
        fuzzTarget("SysconfigFile", ["LXCConfig", "LXCNetwork", "LinuxKernel"]),
    ]
}
