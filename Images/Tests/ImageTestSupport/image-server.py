# SPDX-License-Identifier: Apache-2.0
"""A server of images for tests: prints its port, logs every request, and knows the ways of bad servers.

usage: image-server.py FOLDER LOG [CERTIFICATE-WITH-KEY]

Files of FOLDER are served with support for Range. Names of files in FOLDER/.behaviour change that:
  redirect-file, redirect-http   every answer is a redirection to a file or to plain http
  no-range                       Range is ignored, as some servers do
  cut                            a large answer breaks off in its middle, once
"""
import http.server
import os
import socketserver
import ssl
import sys

folder, log = sys.argv[1], sys.argv[2]


def behaves(name):
    return os.path.exists(os.path.join(folder, ".behaviour", name))


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def do_GET(self):
        with open(log, "a") as lines:
            lines.write(f"{self.path} {self.headers.get('Range', '-')} {self.headers.get('User-Agent', '-')}\n")
        for name, target in (("redirect-file", "file:///etc/passwd"), ("redirect-http", "http://127.0.0.1:1/x")):
            if behaves(name):
                self.send_response(302)
                self.send_header("Location", target)
                self.end_headers()
                return
        path = os.path.normpath(folder + self.path)
        if not path.startswith(folder + "/") or not os.path.isfile(path):
            self.send_error(404)
            return
        with open(path, "rb") as file:
            content = file.read()
        start = 0
        asked = self.headers.get("Range", "")
        if asked.startswith("bytes=") and not behaves("no-range"):
            start = int(asked[6:].split("-")[0])
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if behaves("cut") and len(content) > 100000:
            os.remove(os.path.join(folder, ".behaviour", "cut"))
            self.wfile.write(content[start:start + len(content) // 2])
            self.wfile.flush()
            self.connection.close()
            return
        self.wfile.write(content[start:])


# Not http.server's own: that asks the network for this machine's name.
class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        pass


server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
