"""Servers on this machine: an index over TLS, by nginx as Debian has it, and a folder over plain HTTP, counted."""

import os
import socket
import socketserver
import subprocess
import threading
import time

# HTTP/2 for whoever asks for it, files by sendfile, connections kept: what a good index does.
CONFIG = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000;
  client_body_temp_path {folder}/tmp; proxy_temp_path {folder}/tmp; fastcgi_temp_path {folder}/tmp;
  uwsgi_temp_path {folder}/tmp; scgi_temp_path {folder}/tmp;
  server {{
    listen 127.0.0.1:{port} ssl http2;
    server_name localhost;
    ssl_certificate {folder}/server.pem;
    ssl_certificate_key {folder}/server.key;
    ssl_session_cache shared:tls:1m;
    root {index};
    location /simple/ {{ index index.json; types {{ application/vnd.pypi.simple.v1+json json; }} }}
    location /integrity/ {{ types {{}} default_type application/vnd.pypi.integrity.v1+json; }}
    location /files/ {{ types {{}} default_type application/octet-stream; }}
  }}
}}
"""
AUTHORITY = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_certificates(folder):
    """ca.pem, and server.pem with server.key for localhost."""
    openssl(*AUTHORITY, "-subj", "/CN=authority of the benchmark", "-keyout", folder / "ca.key", "-out",
            folder / "ca.pem", "-addext", "basicConstraints=critical,CA:TRUE", "-addext",
            "keyUsage=critical,keyCertSign")
    openssl(*AUTHORITY, "-subj", "/CN=localhost", "-keyout", folder / "server.key", "-out", folder / "server.pem",
            "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-addext", "subjectAltName=DNS:localhost",
            "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=serverAuth")


class Nginx:
    def __init__(self, program, folder, index, port):
        (folder / "tmp").mkdir(parents=True, exist_ok=True)
        config = folder / "nginx.conf"
        config.write_text(CONFIG.format(folder=folder, index=index, port=port,
                                        user="user root;" if os.getuid() == 0 else ""))
        self.process = subprocess.Popen([program, "-c", config, "-e", folder / "nginx.log"])
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise SystemExit(f"nginx did not start: {(folder / 'nginx.log').read_text()[-500:]}")

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Folder(socketserver.ThreadingTCPServer):
    """The files of a folder over HTTP/1.1 from a thread of this process: each is read once, and sent in one write."""
    daemon_threads = True

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), FolderHandler)
        self.folder, self.answers = folder, {}
        self.sent = []  # (path, bytes) of each file that was asked for, without those that are not there
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *error):
        self.shutdown()
        self.server_close()

    def put(self, path, content):
        """What is sent for the path from now on, whatever the folder has."""
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n"
        self.answers[path] = (len(content), head.encode() + content)

    def answer(self, path):
        if path not in self.answers:
            file = self.folder / path.lstrip("/")
            if ".." in path or not file.is_file():
                return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
            self.put(path, file.read_bytes())
        data, answer = self.answers[path]
        self.sent.append((path, data))
        return answer


class FolderHandler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        while line := self.rfile.readline():
            while self.rfile.readline().strip():
                pass
            self.wfile.write(self.server.answer(line.split()[1].decode()))
