// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A running server of images; ends with this object.
package final class ImageServerProcess {
    private let process = Process()
    private let place: Workplace
    /// For `--server`.
    package private(set) var address = ""
    package var folder: String { place.path + "/server" }

    /// Starts one on this machine, with a certificate that only `certificate` vouches for.
    package init(_ place: Workplace, isEncrypted: Bool = true) throws {
        self.place = place
        try place.shell("mkdir -p server/meta/1.0 server/.behaviour && touch log")
        var arguments = [
            #filePath.replacingOccurrences(of: "ImageServerProcess.swift", with: "image-server.py"), folder, place.path + "/log",
        ]
        if isEncrypted {
            try place.shell(
                """
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
                    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout key.pem -out certificate.pem 2> /dev/null
                cat key.pem certificate.pem > server.pem
                """)
            arguments.append(place.path + "/server.pem")
        }
        let output = Foundation.Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        address = (isEncrypted ? "https://" : "http://") + "localhost:" + line.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    deinit {
        // Not terminate(): threads of a test block that signal, and so do their children.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// What the client must be told to believe the server.
    package var environment: String { "SSL_CERT_FILE=\(place.path)/certificate.pem LXC_CACHE_PATH=\(place.path)/cache" }

    /// Puts an image on the server, with digests, and lists it.
    package func publish(_ image: SplitImage, build: String = "20260101_0000") throws {
        let path = "images/tiny/1.0/amd64/default/" + build
        try image.write(place, "server/" + path)
        try place.shell(
            """
            cd server
            rm -f \(path)/*.tar
            (cd \(path) && sha256sum *.tar.xz > SHA256SUMS)
            for kind in system user; do echo 'tiny;1.0;amd64;default;\(build);/\(path)/' > meta/1.0/index-$kind; done
            echo 'tiny;1.0;arm64;default;\(build);/\(path)/' >> meta/1.0/index-system
            echo 'other;a;amd64;cloud;\(build);/\(path)/' >> meta/1.0/index-system
            """)
    }

    /// How the server misbehaves from here on.
    package func behave(_ name: String) throws { try place.shell("touch server/.behaviour/\(name)") }

    /// The requests since the last call, without what is the same in all.
    package func requests() throws -> [String] {
        let text = try place.shell("cat log && : > log")
        return text.split(separator: "\n").map { line in line.split(separator: " ").prefix(2).joined(separator: " ") }
    }
}
