"""A package index on this machine, over TLS, that can be told to misbehave."""
import base64
import hashlib
import html
import http.server
import io
import json
import pathlib
import ssl
import subprocess
import threading
import time
import zipfile
from typing import Callable, NamedTuple

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "application/vnd.pypi.simple.v1+html"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Certificates:
    """An authority and a certificate for this machine and the public hosts that it stands in for, by OpenSSL's command line."""

    def __init__(self, folder: pathlib.Path):
        self.authority = folder / "authority.pem"
        self.chain = folder / "server.pem"
        key, request, extensions = folder / "key.pem", folder / "request.pem", folder / "extensions.txt"
        extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1,DNS:rekor.sigstore.dev,"
                              "DNS:pypi.org,DNS:files.pythonhosted.org,DNS:api.osv.dev\nextendedKeyUsage=serverAuth\n"
                              "basicConstraints=critical,CA:false\n")

        def openssl(*words):
            subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)

        ec = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        openssl("req", "-x509", *ec, "-keyout", folder / "ca-key.pem", "-out", self.authority, "-days", 2,
                "-subj", "/CN=index for tests", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        openssl("req", *ec, "-keyout", key, "-out", request, "-subj", "/CN=localhost")
        openssl("x509", "-req", "-in", request, "-CA", self.authority, "-CAkey", folder / "ca-key.pem",
                "-CAcreateserial", "-days", 2, "-extfile", extensions, "-out", self.chain)
        self.chain.write_bytes(self.chain.read_bytes() + key.read_bytes())

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain)
        return context


class Package(NamedTuple):
    """A distribution with its proof."""
    filename: str
    content: bytes
    provenance: bytes | None
    metadata: bytes | None

    @staticmethod
    def of(folder: pathlib.Path, filename: str) -> "Package":
        def there(suffix):
            path = folder / (filename + suffix)
            return path.read_bytes() if path.exists() else None
        return Package(filename, (folder / filename).read_bytes(), there(".provenance"), there(".metadata"))


def plain_wheel(name: str, files: dict[str, str]) -> bytes:
    """With a RECORD that has no digests."""
    out, info = io.BytesIO(), f"{name.replace('-', '_')}-1.0.dist-info"
    files = {**files, f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
             f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(out, "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
    return out.getvalue()


class Seen(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


class Answer(NamedTuple):
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = {}


class Entry:
    """One file as the page lists it; a test changes what it likes."""

    def __init__(self, package: Package):
        self.filename = package.filename
        self.url = f"../../files/{package.filename}"
        self.sha256 = sha256(package.content)
        self.provenance = f"/provenance/{package.filename}" if package.provenance else None
        self.metadata = sha256(package.metadata) if package.metadata else None
        self.attributes = ""

    def json(self, base: str) -> dict:
        out = {"filename": self.filename, "url": self.url, "requires-python": ">=3.8",
               "hashes": {"sha256": self.sha256} if self.sha256 else {}}
        if self.provenance is not None:
            out["provenance"] = base + self.provenance if self.provenance.startswith("/") else self.provenance
        if self.metadata:
            out["core-metadata"] = {"sha256": self.metadata}
        return out

    def html(self, base: str) -> str:
        proof = ""
        if self.provenance is not None:
            where = base + self.provenance if self.provenance.startswith("/") else self.provenance
            proof = f' data-provenance="{html.escape(where)}"'
        if self.metadata:
            proof += f' data-core-metadata="sha256={self.metadata}"'
        fragment = f"#sha256={self.sha256}" if self.sha256 else ""
        return f'<a href="{html.escape(self.url)}{fragment}"{proof}{self.attributes}>{self.filename}</a><br>'


class Index:
    """`projects` maps names to entries, `content` paths to bytes, `answers` paths to functions that answer
    instead; `seen` is every request that came."""

    def __init__(self, certificates: Certificates | None, made: pathlib.Path | None, handler=None, protocol="http/1.1"):
        self.seen: list[Seen] = []
        self.projects: dict[str, list[Entry]] = {}
        self.content: dict[str, bytes] = {}
        self.answers: dict[str, Callable[["Handler"], Answer | None]] = {}
        self.format = JSON
        self.user: str | None = None  # "name:password", asked for on pages and files alike
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler or Handler)
        self.server.daemon_threads = True
        self.server.index = self
        if certificates:
            context = certificates.server_context()
            context.set_alpn_protocols([protocol])
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.scheme = "https" if certificates else "http"
        self.host = f"localhost:{self.port}"
        self.base = f"{self.scheme}://{self.host}"
        self.simple = f"{self.base}/simple/"
        if made:
            for path in sorted((made / "files").iterdir()):
                if path.name.endswith((".whl", ".tar.gz")):
                    self.add(Package.of(made / "files", path.name))

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def add(self, package: Package, project: str | None = None) -> Entry:
        stem = package.filename.removesuffix(".tar.gz")
        name = project or stem.split("-")[0].replace("_", "-").lower()
        entry = Entry(package)
        self.projects.setdefault(name, []).append(entry)
        self.content[f"/files/{package.filename}"] = package.content
        if package.metadata:
            self.content[f"/files/{package.filename}.metadata"] = package.metadata
        if package.provenance:
            self.content[f"/provenance/{package.filename}"] = package.provenance
        return entry

    def entry(self, filename: str) -> Entry:
        return next(entry for entries in self.projects.values() for entry in entries
                    if entry.filename == filename)

    def file_url(self, filename: str) -> str:
        return f"{self.base}/files/{filename}"

    def answer(self, path: str, status=200, body=b"", **headers):
        """Answers this path so from now on; `Content_Type` for Content-Type."""
        answer = Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})
        self.answers[path] = lambda handler: answer

    def redirect(self, path: str, to: str, status=302):
        self.answer(path, status, Location=to)

    def asked(self, path: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.path == path]

    def usual(self, path: str, headers: dict[str, str]) -> Answer:
        """As an honest index answers; names of `headers` are in lower case."""
        if self.user:
            wanted = "Basic " + base64.b64encode(self.user.encode()).decode()
            if headers.get("authorization") != wanted:
                return Answer(401, b"who are you?\n", {"WWW-Authenticate": 'Basic realm="tests"'})
        if path in self.content:
            return Answer(200, self.content[path])
        if path.startswith("/simple/") and path.count("/") == 3:
            found = self.page(path.split("/")[2], headers.get("accept", ""))
            if found:
                return found
        return Answer(404, b"not here\n")

    def usual_answer(self, path: str) -> Answer:
        """What this path is answered with, for tests that change a little of it."""
        if path in self.content:
            return Answer(200, self.content[path])
        return self.page(path.split("/")[2], JSON)

    def page(self, project: str, accept: str) -> Answer | None:
        if project not in self.projects:
            return None
        entries = self.projects[project]
        if self.format == JSON and "json" in accept:
            page = {"meta": {"api-version": "1.3"}, "name": project, "versions": ["1.0"],
                    "files": [entry.json(self.base) for entry in entries]}
            return Answer(200, json.dumps(page).encode(), {"Content-Type": JSON})
        rows = "\n".join(entry.html(self.base) for entry in entries)
        page = f"<!DOCTYPE html>\n<html><body>\n{rows}\n</body></html>\n"
        return Answer(200, page.encode(), {"Content-Type": "text/html" if self.format != HTML else HTML})


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    index: Index

    def log_message(self, *_):
        pass

    def handle(self):
        self.index = self.server.index
        try:
            super().handle()
        except (OSError, ssl.SSLError):
            pass  # the client went away, which some tests are about

    def do_GET(self):
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        self.index.seen.append(Seen(self.command, self.path, headers, body))
        special = self.index.answers.get(self.path)
        answer = special(self) if special else self.index.usual(self.path, headers)
        if answer is not None:
            self.send(answer)

    do_HEAD = do_POST = do_GET

    def send(self, answer: Answer):
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if "Content-Length" not in answer.headers:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def send_slowly(self, body: bytes, seconds: float, pieces: int = 10, kind: str | None = None):
        """An answer that takes its time."""
        self.send_response(200)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        step = max(1, -(-len(body) // pieces))
        for at in range(0, len(body), step):
            self.wfile.write(body[at:at + step])
            self.wfile.flush()
            time.sleep(seconds / pieces)
