// SPDX-License-Identifier: Apache-2.0
import Foundation
import Unpacking

/// Writes layouts of the image specification, sound ones and others.
package final class LayoutWriter {
    package let folder: String
    private let place: Workplace
    private var layers: [[String: Any]] = []
    private var plainDigests: [String] = []
    /// How the image is started; any JSON object.
    package var execution: [String: Any] = ["Cmd": ["/bin/sh"]]
    package var architecture = "amd64"

    package init(_ place: Workplace, _ name: String = "layout") throws {
        self.place = place
        folder = place.path + "/" + name
        try FileManager.default.createDirectory(atPath: folder + "/blobs/sha256", withIntermediateDirectories: true)
    }

    /// Adds a blob; returns its descriptor.
    package func blob(_ bytes: [UInt8], type: String) throws -> [String: Any] {
        let digest = try Digester.digest(of: bytes)
        try Data(bytes).write(to: URL(fileURLWithPath: folder + "/blobs/sha256/" + digest.hex))
        return ["mediaType": type, "digest": digest.description, "size": bytes.count]
    }

    /// Adds a layer; `tool` compresses it.
    package func layer(tool: String = "gzip", suffix: String = "+gzip", _ build: (inout TarWriter) throws -> Void) throws {
        var tar = TarWriter()
        try build(&tar)
        let plain = try place.write("layer.tar", tar.finished)
        try place.shell("\(tool) < layer.tar > layer.packed")
        plainDigests.append(try Digester.digest(of: [UInt8](Data(contentsOf: URL(fileURLWithPath: plain)))).description)
        let packed = [UInt8](try Data(contentsOf: URL(fileURLWithPath: place.path + "/layer.packed")))
        layers.append(try blob(packed, type: "application/vnd.oci.image.layer.v1.tar" + suffix))
    }

    package func configuration() -> [String: Any] {
        [
            "architecture": architecture, "os": "linux", "config": execution,
            "rootfs": ["type": "layers", "diff_ids": plainDigests], "history": [["created_by": "a test"]],
        ]
    }

    /// Writes manifest and index. `change` gets each document before it is written.
    package func finish(tag: String = "latest", _ change: (String, Any) -> Any = { $1 }) throws {
        let config = try blob(json(change("config", configuration())), type: "application/vnd.oci.image.config.v1+json")
        let manifest: [String: Any] = ["schemaVersion": 2, "config": config, "layers": layers]
        var entry = try blob(json(change("manifest", manifest)), type: "application/vnd.oci.image.manifest.v1+json")
        entry["annotations"] = ["org.opencontainers.image.ref.name": tag]
        entry["platform"] = ["architecture": architecture, "os": "linux"]
        try write("index.json", json(change("index", ["schemaVersion": 2, "manifests": [entry]] as [String: Any])))
        try write("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))
    }

    package func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
    }

    private func json(_ value: Any) throws -> [UInt8] { [UInt8](try JSONSerialization.data(withJSONObject: value)) }
}

/// Every way to break one field of a JSON value: it is gone, null, an empty list, a list of null.
package enum JSONDamage {
    package static func variants(of value: Any) -> [Any] {
        var found: [Any] = []
        if let object = value as? [String: Any] {
            for (key, inner) in object.sorted(by: { $0.key < $1.key }) {
                var without = object
                without[key] = nil
                found.append(without)
                for other in [NSNull(), [Any](), [NSNull()]] as [Any] + variants(of: inner) {
                    var changed = object
                    changed[key] = other
                    found.append(changed)
                }
            }
        } else if let list = value as? [Any] {
            for (index, inner) in list.enumerated() {
                for other in [NSNull(), [Any](), [NSNull()]] as [Any] + variants(of: inner) {
                    var changed = list
                    changed[index] = other
                    found.append(changed)
                }
            }
        }
        return found
    }
}
