"""The same as pages_test.py for uv, which has no code to import: it reads pages that Tomme wrote from a server on this machine, and the
server notes what it asks for. TOMME_UV_PAGES (300) says how many hostile pages, TOMME_UV_VERSIONS (120) for how many listed versions
of them uv is started to ask for that one, TOMME_PAGES_SEED which."""
import base64
import http.server
import io
import json
import os
import pathlib
import random
import string
import subprocess
import threading
import urllib.parse
import zipfile
from typing import Iterator

import pytest
from packaging.specifiers import SpecifierSet

from hostile_pages import ODD_PLACES, PLACES, QUERIES, Maker
from written_pages import SEED, TYPES, ask, question

PAGES = int(os.environ.get("TOMME_UV_PAGES", "300"))
VERSIONS = int(os.environ.get("TOMME_UV_VERSIONS", "120"))


def project_of(number: int) -> str:
    return "d" + "".join(string.ascii_lowercase[number // 26**place % 26] for place in range(3)) + "q"


def wheel(name: str) -> bytes:
    project, version = name.split("-")[:2]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = f"{project}-{version}.dist-info"
        archive.writestr(f"{info}/METADATA", metadata(name))
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", f"{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return out.getvalue()


def metadata(name: str) -> str:
    project, version = name.split("-")[:2]
    return f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n"


class Listener(http.server.ThreadingHTTPServer):
    request_queue_size = 512  # uv opens a connection for every page at once


class Server:
    """Pages at /simple/NAME/, and whatever else is asked for."""

    def __init__(self):
        self.pages: dict[str, tuple[str, bytes]] = {}
        self.asked: list[str] = []
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                kind, body = server.answer(self.path)
                self.send_response(200 if kind else 404)
                self.send_header("Content-Type", kind or "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(body)

            do_HEAD = do_GET

            def log_message(self, *_):
                pass

        self.http = Listener(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def answer(self, target: str) -> tuple[str, bytes]:
        parts = target.split("/")
        if target.startswith("/simple/") and parts[2] in self.pages and parts[3:] == [""]:
            return self.pages[parts[2]]
        self.asked.append(target)
        name = urllib.parse.unquote(target.split("?")[0].rpartition("/")[2])
        if name.endswith(".metadata"):
            return "application/octet-stream", metadata(name).encode()
        return ("application/zip", wheel(name)) if name.endswith(".whl") else ("", b"")


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()


def run_uv(installers: pathlib.Path, home: pathlib.Path, server: Server, *words: str) -> subprocess.CompletedProcess:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "UV_NO_CACHE": "1", "UV_NO_CONFIG": "1", "UV_PRERELEASE": "allow", "UV_HTTP_RETRIES": "0"}
    return subprocess.run([installers / "bin/uv", "pip", *words, "--python", installers / "bin/python", "--default-index", f"{server.url}/simple"],
                          env=environment, capture_output=True, text=True, timeout=900)


def write(page_writer, server: Server, pages: list[tuple[str, str, str, bytes]]) -> dict[str, dict]:
    """Of each (project, kind, form, body), what is listed; where it can be written the server has it."""
    answers = ask([page_writer], [question(f"{server.url}/simple/{project}/", project, kind, to, body) for project, kind, to, body in pages])
    listed = {}
    for (project, _, to, _), answer in zip(pages, answers):
        if "written" in answer:
            server.pages[project] = TYPES[to], base64.b64decode(answer["written"])
            listed[project] = answer
    return listed


def hostile_pages(server: Server) -> list[tuple[str, str, str, bytes]]:
    """Each of a project of its own, with the files on the server where the page has them in one place."""
    maker, pages = Maker(SEED), []
    while len(pages) < PAGES:
        page = maker.page()
        if page.kind in ("json", "html"):
            project = project_of(len(pages))
            body = page.body.replace(b"demo", project.encode()).replace(b"https://index.test/", server.url.encode() + b"/")
            pages.append((project, page.kind, page.to, body))
    return pages


def test_uv_reads_what_is_written(page_writer, installers, tmp_path, server):
    listed = write(page_writer, server, hostile_pages(server))
    for project in listed:
        info = tmp_path / "installed" / f"{project}-0.dev0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project}\nVersion: 0.dev0\n")
        (info / "RECORD").touch()
    done = run_uv(installers, tmp_path, server, "list", "--outdated", "--format", "json", "--target", str(tmp_path / "installed"))
    assert done.returncode == 0, done.stderr[-3000:]
    latest = {entry["name"]: entry["latest_version"] for entry in json.loads(done.stdout)}
    for project, answer in listed.items():
        versions = {file["version"] for file in answer["files"]}
        plain = any(file["name"].endswith("-1.0.tar.gz") and file["yanked"] is None and file["requires_python"] is None for file in answer["files"])
        assert project in latest or not plain, f"uv finds nothing on {server.pages[project]}"
        assert None in versions or latest.get(project) in versions | {None}, f"uv finds {latest[project]} on {server.pages[project]}"
    assert len(latest) > PAGES / 4


def versions_to_ask_for(server: Server, listed: dict[str, dict]) -> Iterator[tuple[str, str, list[dict]]]:
    """Each project and version whose files are all on the server, and what uv may ask for where that version is wanted."""
    for project, answer in listed.items():
        for version in sorted({file["version"] for file in answer["files"]} - {None}):
            wanted = SpecifierSet(f"=={version}")  # 1.0 is 1.0+local too
            files = [file for file in answer["files"] if file["version"] and wanted.contains(file["version"], prereleases=True)]
            if all(file["address"].startswith(server.url + "/") for file in files):
                yield project, version, files


def test_uv_asks_for_each_version_as_it_is_listed(page_writer, installers, tmp_path, server):
    """The newest alone would leave most files of a page unasked for."""
    chances = list(versions_to_ask_for(server, write(page_writer, server, hostile_pages(server))))
    chosen = random.Random(SEED).sample(chances, min(VERSIONS, len(chances)))
    wrong, found = [], 0
    for project, version, files in chosen:
        server.asked.clear()
        target = str(tmp_path / f"{project}-{version}")  # what is there already would not be asked for
        done = run_uv(installers, tmp_path, server, "install", "--target", target, f"{project}=={version}")
        keys = {answer["key"] for answer in ask([page_writer], [{"asked": server.url + target} for target in server.asked])}
        allowed = {file["key"] for file in files} | {file["key"] + ".metadata" for file in files if file["metadata"]}
        plain = any(file["name"].endswith((f"-{version}.tar.gz", f"-{version}-py3-none-any.whl")) and not file["requires_python"] for file in files)
        found += bool(keys)
        if keys - allowed or (plain and not keys):
            wrong.append(f"{project}=={version}: asked for {keys}, not in {allowed}: {done.stderr[-800:]} {server.pages[project]}")
    assert not wrong, f"{len(wrong)} differ:\n" + "\n".join(wrong[:5])
    assert found > len(chosen) / 2 and len(chosen) > PAGES / 5, f"a poor test: {found} of {len(chosen)} asked"


@pytest.mark.parametrize("form", ["json", "html"])
def test_uv_asks_for_what_is_listed(page_writer, installers, tmp_path, server, form):
    pages = []
    for number, (place, query) in enumerate([(place, "") for place in PLACES + ODD_PLACES] + [("/files/", query) for query in QUERIES]):
        project = project_of(number)
        name = f"{project}-1.0-py3-none-any.whl"
        url = place.replace("https://index.test/", server.url + "/").replace("&#47;", "/") + name + query
        body = json.dumps({"meta": {"api-version": "1.0"}, "name": project, "files": [{"filename": name, "url": url, "hashes": {}, "core-metadata": number % 2 == 0}]})
        pages.append((project, "json", form, body.encode()))
    here = {project: answer["files"][0] for project, answer in write(page_writer, server, pages).items()
            if answer["files"] and answer["files"][0]["address"].startswith(server.url + "/")}
    assert len(here) > 70
    done = run_uv(installers, tmp_path, server, "install", "--no-compile-bytecode", "--target", str(tmp_path / "out"), *sorted(here))
    assert done.returncode == 0, done.stderr[-3000:]
    keys = {answer["key"] for answer in ask([page_writer], [{"asked": server.url + target} for target in server.asked])}
    wanted = {file["key"] for file in here.values()}
    wanted_metadata = {file["key"] + ".metadata" for file in here.values() if file["metadata"]}
    assert keys == wanted | wanted_metadata, f"asked for {keys - wanted - wanted_metadata}, not for {(wanted | wanted_metadata) - keys}"
