// SPDX-License-Identifier: Apache-2.0

extension ContainerFixture {
    private static let fileServer = """
        import http.server, os, socketserver, sys
        os.chdir(sys.argv[1])
        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
        class Handler(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *words): pass
        server = Server((sys.argv[2], int(sys.argv[3])), Handler)
        sys.stdout.write("ready\\n%d\\n" % server.server_address[1])
        server.serve_forever()
        """

    /// Serves the files of a folder over HTTP until the test ends.
    ///
    /// - Parameters:
    ///   - folder: Its path.
    ///   - address: Where it listens.
    ///   - port: 0 takes a free one.
    ///   - enter: Words of a program that runs it, for example in another namespace.
    /// - Returns: The port.
    /// - Throws: ``FixtureFailure`` when it does not listen.
    package func serve(_ folder: String, at address: String = "127.0.0.1", port: Int = 0, enter: [String] = []) throws -> Int {
        let words = enter + ["/usr/bin/python3", "-u", "-c", Self.fileServer, folder, address, "\(port)"]
        let server = try background(words[0], Array(words.dropFirst()))
        guard let taken = try server.lines.last.flatMap({ Int($0) }) else { throw FixtureFailure("\(try server.output)") }
        return taken
    }
}
