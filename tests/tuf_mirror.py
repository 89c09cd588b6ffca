"""A TUF mirror on this machine that serves files from memory, and does wrong where a test says so."""
import hashlib
import http.server
import json
import pathlib
import threading
import time
import urllib.parse


class Mirror:
    """`files` by path ("3.root.json", "targets/NAME"); `answers` is what is served instead: a status, or bytes;
    `slow` are paths that come a byte at a time. `asked` is what was asked for, in order."""

    def __init__(self, files: dict[str, bytes]):
        self.files = dict(files)
        self.answers: dict[str, int | bytes] = {}
        self.slow: set[str] = set()
        self.asked: list[str] = []
        mirror = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802
                mirror.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def take_asked(self) -> list[str]:
        asked, self.asked = self.asked, []
        return asked

    def answer(self, request: http.server.BaseHTTPRequestHandler):
        path = urllib.parse.unquote(request.path).lstrip("/")
        self.asked.append(path)
        found = self.answers.get(path, self.files.get(path, 404))
        if isinstance(found, int):
            request.send_error(found)
            return
        request.send_response(200)
        request.send_header("Content-Length", str(len(found)))
        request.end_headers()
        try:
            if path not in self.slow:
                request.wfile.write(found)
                return
            for byte in found:
                request.wfile.write(bytes([byte]))
                request.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass  # the client had enough


def version_of(metadata: bytes) -> int:
    return json.loads(metadata)["signed"]["version"]


def public_good(shared: pathlib.Path) -> dict[str, bytes]:
    """The public Sigstore instance's repository of August 2026, roots 5 to 15, as its mirror has it."""
    source = shared / "vectors/public-good"
    files = {path.name: path.read_bytes() for path in (source / "metadata/root_history").iterdir()}
    for name in ("snapshot", "targets"):
        content = (source / "metadata" / f"{name}.json").read_bytes()
        files[f"{version_of(content)}.{name}.json"] = content
    files["timestamp.json"] = (source / "metadata/timestamp.json").read_bytes()
    for path in (source / "targets").iterdir():
        content = path.read_bytes()
        files[f"targets/{hashlib.sha256(content).hexdigest()}.{path.name}"] = content
    return files


def static_repository(folder: pathlib.Path) -> dict[str, bytes]:
    """A whole repository as a folder with metadata/ and targets/."""
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for part in ("metadata", "targets") for path in (folder / part).rglob("*") if path.is_file()}
