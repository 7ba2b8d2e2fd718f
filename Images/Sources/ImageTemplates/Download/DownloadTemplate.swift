// SPDX-License-Identifier: Apache-2.0
internal import LinuxKernel
internal import Unpacking

/// The template `lxc-download`: a container from an image of a server.
enum DownloadTemplate {
    /// The list that was asked for.
    static func list(_ options: DownloadOptions) throws(ImageFailure) -> String {
        let server = try ImageServer(options.server)
        warn(server)
        let folder = try TemporaryFolder(in: "/tmp", "lxc-download")
        let index = try ImageIndex.fetch(
            server, try CurlClient(allowsPlain: server.isPlain), isMapped: try options.common.isMapped, try signatures(options, folder.path)
        )
        let images = index.matching(options.distribution, options.release, options.architecture, options.variant)
        withExtendedLifetime(folder) {}
        return options.listFormat == .json ? ImageIndex.json(images) : ImageIndex.table(images)
    }

    static func make(_ options: DownloadOptions) throws(ImageFailure) {
        let server = try ImageServer(options.server)
        let isMapped = try options.common.isMapped
        let base = Surroundings.cacheFolder(isMapped: isMapped)
        if let cache = named(options, base), !options.flushesCache {
            let isUsable = try cache.locked { () throws(ImageFailure) in try usable(cache, server, options, isMapped) }
            if isUsable {
                Surroundings.say("using the image that was downloaded before")
                return try install(cache, options, isMapped)
            }
        }
        warn(server)
        let folder = try TemporaryFolder(in: options.common.path, "download")
        let client = try CurlClient(allowsPlain: server.isPlain)
        let signatures = try signatures(options, folder.path)
        let index = try ImageIndex.fetch(server, client, isMapped: isMapped, signatures)
        let asker: ((String) -> String?)? = StandardStream.input.isTerminal ? { ask($0) } : nil
        let image = try ImageChoice(index: index, ask: asker).choose(options)
        let cache = ImageCache(base, image.distribution, image.release, image.architecture, image.variant)
        try cache.locked { () throws(ImageFailure) in
            if options.flushesCache {
                try cache.remove(cache.ready)
                try cache.remove(cache.partial)
            }
            if let record = cache.record(), record.build == image.build, record.server == server.base, try isIntact(cache, record) {
                Surroundings.say("the image that was downloaded before is the newest")
                return
            }
            Surroundings.say(
                "downloading \(image.distribution) \(image.release) \(image.architecture) \(image.variant), build \(image.build)")
            let download = ImageDownload(
                server: server, image: image, client: client, cache: cache, signatures: signatures, validates: options.validates)
            try download.run()
        }
        try install(cache, options, isMapped)
        withExtendedLifetime(folder) {}
    }

    // MARK: - The cache

    /// The place of an image of which every name was given.
    private static func named(_ options: DownloadOptions, _ base: String) -> ImageCache? {
        guard let distribution = options.distribution, let release = options.release, let architecture = options.architecture else {
            return nil
        }
        return ImageCache(base, distribution, release, architecture, options.variant ?? "default")
    }

    /// Whether what was downloaded before will do without asking the server.
    private static func usable(
        _ cache: ImageCache, _ server: ImageServer, _ options: DownloadOptions, _ isMapped: Bool
    ) throws(ImageFailure) -> Bool {
        guard let record = cache.record() else {
            if options.forcesCache { throw ImageFailure("--force-cache: that image was not downloaded before") }
            return false
        }
        if options.forcesCache { return try isIntact(cache, record) }
        // What was validated otherwise then is validated as asked for now.
        if record.server != server.base || options.keyring != nil || options.keyID != nil { return false }
        if try cache.hasExpired(isMapped: isMapped, now: Timestamp.seconds) { return false }
        return try isIntact(cache, record)
    }

    private static func isIntact(_ cache: ImageCache, _ record: ImageCache.Record) throws(ImageFailure) -> Bool {
        let tree = cache.ready + "/" + record.tree
        let status = try attempt("cannot use the cache") { () throws(KernelError) in try FileStatus.ifPresent(tree, followLinks: false) }
        guard status?.kind == .regular else { return false }
        if try ImageDownload.digest(of: tree) == record.digest { return true }
        Surroundings.say("\(tree) is damaged")
        return false
    }

    private static func install(_ cache: ImageCache, _ options: DownloadOptions, _ isMapped: Bool) throws(ImageFailure) {
        guard let record = cache.record() else { throw ImageFailure("the image in \(cache.ready) went away") }
        let metadata = ImageMetadata(try cache.metadata(), isMapped: isMapped)
        let installation = ImageInstallation(
            options: options.common, metadata: metadata, tree: FilesystemTree(path: cache.ready + "/" + record.tree), isMapped: isMapped,
            isTrusted: options.trustsConfig)
        Surroundings.say("unpacking the root filesystem")
        try installation.run()
    }

    // MARK: - The server

    private static func warn(_ server: ImageServer) {
        if server.isPlain {
            Surroundings.warn("WARNING: \(server.base) is not encrypted: everybody on the way can read and change what it sends")
        }
    }

    private static func signatures(_ options: DownloadOptions, _ folder: String) throws(ImageFailure) -> SignatureCheck? {
        if let keyring = options.keyring { return try SignatureCheck(keyring: keyring, folder: folder) }
        guard let key = options.keyID else { return nil }
        return try SignatureCheck(fingerprint: key, keyserver: options.keyserver, folder: folder)
    }

    private static func ask(_ question: String) -> String? {
        do throws(KernelError) { try StandardStream.output.write(question) } catch { return nil }
        return readLine(strippingNewline: true)
    }
}
