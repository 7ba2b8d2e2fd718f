// SPDX-License-Identifier: Apache-2.0

/// How much an archive may ask for. All of it is refused in the middle of the work, before it is done.
package struct UnpackLimits: Sendable {
    /// Bytes of all files together, holes included, and of the archive once it is decompressed. A distribution with a desktop and its
    /// development files takes 10 to 15 GiB.
    package var totalBytes: Int64 = 32 << 30
    /// How many times its compressed size an archive may grow to. Root filesystems grow to 3 to 8 times; gzip cannot do more than 1,032.
    package var ratio: Int64 = 200
    /// What may come out of any archive before ``ratio`` counts: a small image of mostly zeros is no attack.
    package var freeBytes: Int64 = 64 << 20
    /// Members of an archive. A full desktop has 400,000.
    package var entries = 1_000_000
    /// Bytes of the compressed archive for each member, on average, once there are more than ``freeEntries``. Root filesystems have 500 to 5,000,
    /// and a symbolic link alone has 20; ten million empty files have 2, and each would cost five system calls.
    package var bytesOfEntry: Int64 = 16
    /// What any archive may have before ``bytesOfEntry`` counts.
    package var freeEntries = 5_000
    /// Directories, whose times have to be remembered to the end: about 150 bytes of memory each.
    package var directories = 200_000
    /// Bytes of the header of one member with everything that precedes it: long names, extended attributes.
    package var headerBytes = 1 << 20
    /// Memory of a decoder for what it may refer back to. `xz -9` needs 64 MiB, `zstd --ultra -22` 128.
    package var windowBytes = 128 << 20
    /// Members of one archive that take the place of earlier ones. Archives that were appended to have some; each costs a removal.
    package var replacements = 1_000

    package init() {}
}
