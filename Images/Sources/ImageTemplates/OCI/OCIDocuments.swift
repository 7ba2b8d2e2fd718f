// SPDX-License-Identifier: Apache-2.0

// The parts of the image specification's documents that are looked at; everything else, labels and most annotations included, is not even
// read.

/// Says which bytes are meant: `descriptor` of the image specification.
struct OCIDescriptor: Decodable {
    let mediaType: String?
    let digest: String
    let size: Int64
    let platform: OCIPlatform?
    let annotations: Names?

    /// The one annotation that is looked at.
    struct Names: Decodable {
        let reference: String?

        enum CodingKeys: String, CodingKey { case reference = "org.opencontainers.image.ref.name" }
    }
}

/// What an image runs on.
struct OCIPlatform: Decodable {
    let architecture: String?
    let os: String?
    let variant: String?
}

/// `index.json`, or an index within it: a list of images.
struct OCIIndex: Decodable {
    let manifests: [OCIDescriptor]
}

/// One image: its configuration and its layers.
struct OCIManifest: Decodable {
    let config: OCIDescriptor
    let layers: [OCIDescriptor]
}

/// An image's configuration.
struct OCIConfig: Decodable {
    let architecture: String?
    let os: String?
    let config: Execution?
    let rootfs: Layers

    /// The digests of the layers once they are decompressed.
    struct Layers: Decodable {
        let type: String?
        let diffIDs: [String]

        enum CodingKeys: String, CodingKey {
            case type
            case diffIDs = "diff_ids"
        }
    }

    /// How the image is started.
    struct Execution: Decodable {
        var user: String?
        var environment: [String]?
        var entrypoint: [String]?
        var command: [String]?
        var workingDirectory: String?
        var stopSignal: String?

        enum CodingKeys: String, CodingKey {
            case user = "User"
            case environment = "Env"
            case entrypoint = "Entrypoint"
            case command = "Cmd"
            case workingDirectory = "WorkingDir"
            case stopSignal = "StopSignal"
        }
    }
}
