#!/usr/bin/env python3
"""A mirror with habits: tests/iso/mirror.py FOLDER PORTFILE [PEM]. Serves FOLDER on a port of 127.0.0.1 that it writes into PORTFILE; with
key and certificate in PEM by TLS.

/moved/PATH is a redirect, /down-PORT/PATH one to http on another port, /lost/PATH has no packages, /cut/PATH the first half of each,
/torn/PATH breaks off in the middle of them, /other/PATH has as many other bytes, and /forged/PATH an index whose signature is not for it.
"""

import functools
import gzip
import http.server
import os
import pathlib
import ssl
import sys
import zlib


def forged(index):
    """An APKINDEX with one bit of its signature changed: that is the only file in its first member, a tar."""
    member = zlib.decompressobj(31)
    signature = bytearray(member.decompress(index))
    signature[512 + 100] ^= 1
    return gzip.compress(bytes(signature), mtime=0) + member.unused_data


class Mirror(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        habit, _, path = self.path.lstrip("/").partition("/")
        package = path.endswith((".apk", ".deb"))
        if habit != "moved" and not habit.startswith("down-") and not pathlib.Path(self.translate_path(path)).exists():
            self.send_error(404)
        elif habit == "moved":
            self.send_response(301)
            self.send_header("Location", f"/plain/{path}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif habit.startswith("down-"):
            self.send_response(301)
            self.send_header("Location", f"http://127.0.0.1:{habit[5:]}/plain/{path}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif habit == "lost" and package:
            self.send_error(404)
        elif habit == "cut" and package:
            data = self.content(path)
            self.send_bytes(data[:len(data) // 2])
        elif habit == "torn" and package:
            data = self.content(path)
            self.send_bytes(data[:len(data) // 2], len(data))
            self.close_connection = True
        elif habit == "other" and package:
            self.send_bytes(self.content(path)[:-1] + b"?")
        elif habit == "forged" and path.endswith("InRelease"):
            self.send_bytes(self.content(path).replace(b"Components: main", b"Components: mein"))
        elif habit == "forged" and path.endswith("APKINDEX.tar.gz"):
            self.send_bytes(forged(self.content(path)))
        else:
            self.path = f"/{path}"
            super().do_GET()

    def content(self, path):
        return pathlib.Path(self.translate_path(path)).read_bytes()

    def send_bytes(self, data, promised=None):
        self.send_response(200)
        self.send_header("Content-Length", str(promised or len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Mirror, directory=sys.argv[1]))
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    pathlib.Path(f"{sys.argv[2]}.part").write_text(str(server.server_port))
    os.replace(f"{sys.argv[2]}.part", sys.argv[2])
    server.serve_forever()


if __name__ == "__main__":
    main()
