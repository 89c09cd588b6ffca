"""Bypasses that were found: each made an installer take a file that had no proof, and is closed now."""
import io
import json
import socket
import time
import zipfile

import pytest

from asked import EXPECT, UV, WHEEL
from loopback_index import HTML, JSON, Answer, Index, Package, sha256
from made_archives import big_wheel, changed, sdist
from stage import REFUSED



@pytest.mark.parametrize("tool", ["pip", "uv"])
@pytest.mark.parametrize("filename,mode", [("tomme_demo-1.0-2.tar.gz", "w:gz"), ("tomme_demo-2.0.tar.bz2", "w:bz2"), ("tomme_demo-2.0.tgz", "w:gz")])
def test_a_name_that_can_be_read_otherwise(local, index, mark, tool, filename, mode):
    version = "1.0.post2" if "-2." in filename else "2.0"
    index.projects["tomme-demo"] = []
    index.add(Package(filename, sdist("tomme-demo-x", version, mark, mode), None, None), "tomme-demo")
    command = {"pip": ["pip", "download", "--no-deps", "--no-build-isolation", "-d", "out", "tomme-demo"],
               "uv": ["uv", "pip", "install", "--no-deps", "--target", "out", "tomme-demo"]}[tool]
    result = local.run(*command, options=EXPECT)
    assert result.code != 0, result.said
    assert all(entry["verdict"] == "refused" for entry in result.report["files"]), result.said


def test_one_address_with_two_names(local, index, demo):
    index.content["/files/blob"] = changed(demo.content)
    files = [{"filename": name, "url": f"{index.base}/files/blob", "hashes": {}}
             for name in (WHEEL, "harmless-1.0-py3-none-any.whl")]
    page = {"meta": {"api-version": "1.1"}, "name": "tomme-demo", "files": files}
    index.answer("/simple/tomme-demo/", body=json.dumps(page).encode(), Content_Type=JSON)
    result = local.run(*UV, options=EXPECT)
    assert result.code != 0 and not result.report["files"], result.said
    assert {reason for entry in result.report["leftOut"] for reason in [entry["why"]]} == {
        "its address has another name", "it is no file of tomme-demo"}, result.said


def text_tar(mark) -> bytes:
    """An archive without a NUL byte, so that it could pass for text."""
    data = bytearray(sdist("x" * 90, "4.0", mark, "w:"))
    header = data[:512].replace(b"\0", b" ")
    header[148:156] = b" " * 8
    header[148:154] = f"{sum(header):06o}".encode()
    return bytes(header) + bytes(data[512:]).replace(b"\0", b" ")


@pytest.mark.parametrize("requirement,link", [("tomme-demo", "/files/tomme_demo-4.0.tar/"), ("tomme-demo @ {base}/dl/x", "/dl/x")])
def test_a_page_that_is_an_archive(local, index, mark, requirement, link):
    index.answer("/simple/tomme-demo/", body=f'<a href="{link}">tomme_demo-4.0</a>'.encode(), Content_Type=HTML)
    index.answer(link, body=text_tar(mark), Content_Type="text/html")
    result = local.run("pip", "install", "--no-deps", "--no-build-isolation", "--target", "out",
                       requirement.format(base=index.base), options=EXPECT)
    assert result.code != 0 and not mark.exists() and not result.report["files"], result.said


def test_no_range_of_another_download(curl, index, demo):
    """The first answer streams and breaks off; what comes on the next try need not be its continuation."""
    honest = big_wheel(demo, 1024 * 1024)
    evil = bytes(byte ^ 1 for byte in honest)
    index.entry(WHEEL).sha256, index.entry(WHEEL).metadata, index.entry(WHEEL).provenance = sha256(honest), None, None
    tries = []

    def serve(handler):
        tries.append(handler)
        if len(tries) > 1:
            return Answer(200, honest)
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(evil)))
        handler.end_headers()
        handler.wfile.write(evil[:-10])
        handler.wfile.flush()
        time.sleep(6.5)
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)
        return None
    index.answers[f"/files/{WHEEL}"] = serve
    url = index.file_url(WHEEL)
    result = curl.run("sh", "-c", f"curl -sS {index.simple}tomme-demo/ -o page; curl -sS -o one {url}; "
                                  f"curl -sS -r 1000- -o two -w '%{{http_code}}' {url}")
    assert (curl.work / "one").read_bytes() == evil[:len((curl.work / "one").read_bytes())]
    assert result.out == "200", result.said
    assert (curl.work / "two").read_bytes() == honest


def test_without_a_digest_nothing_streams(curl, index, demo):
    """An old pip takes what came before a connection broke for the whole file."""
    content = big_wheel(demo, 1024 * 1024) + b"\0" * 65536
    index.entry(WHEEL).sha256 = index.entry(WHEEL).metadata = None
    index.answers[f"/files/{WHEEL}"] = lambda handler: handler.send_slowly(content, 6.5)
    result = curl.run("sh", "-c", f"curl -sS {index.simple}tomme-demo/ -o page; curl -sS -o got -w '%{{http_code}}' {index.file_url(WHEEL)}")
    assert result.out == "403", result.said


@pytest.mark.parametrize("command", [["uv", "pip", "install", "--index-url", "http://192.0.2.2/simple/", "six"],
                                     ["pip", "install", "--trusted-host", "192.0.2.2", "--index-url", "http://192.0.2.2/simple/", "six"]])
def test_plain_http_off_this_machine_is_no_index(local, command):
    result = local.run(*command)
    assert result.code == 2 and "[guard/setting]" in result.err, result.said


def test_a_cgi_environment_takes_no_proxy_away(local, index, stage):
    result = local.run("sh", "-c", "echo ${REQUEST_METHOD-none}", env={"REQUEST_METHOD": "GET"})
    assert result.out == "none\n", result.said


@pytest.mark.parametrize("command", [["timeout", "50", "pip", "install", "--proxy", "http://127.0.0.1:1", "six"],
                                     ["sh", "-c", "pip install --index-url https://x.test/ --cert x six"],
                                     ["env", "HTTPS_PROXY=", "pip", "install", "six"],
                                     ["env", "-u", "PIP_PROXY", "pip", "install", "six"]])
def test_wrappers_hide_nothing(local, command):
    result = local.run(*command)
    assert result.code == 2 and "[guard/flag]" in result.err, result.said


def wheel_wanting(name: str, requirement: str) -> bytes:
    out = io.BytesIO()
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(out, "w") as wheel:
        wheel.writestr(f"{name}.py", "")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Dist: {requirement}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return out.getvalue()


@pytest.mark.parametrize("place", ["file", "http"])
def test_a_wheel_that_brings_an_expected_project_from_elsewhere(local, index, demo, place):
    """A page's own wheel named the expected project by an address, and pip took it from there unseen."""
    (local.folder / WHEEL).write_bytes(demo.content)
    with Index(None, None) as other:
        other.content[f"/{WHEEL}"] = demo.content
        address = f"file://{local.folder}/{WHEEL}" if place == "file" else f"{other.base}/{WHEEL}"
        package = Package("bearer-1.0-py3-none-any.whl", wheel_wanting("bearer", f"tomme-demo @ {address}"), None, None)
        index.add(package)
        result = local.run("pip", "install", "-q", "--no-input", "--target", "out", "bearer",
                           options=["--expect", "tomme-demo=somebody/else"])
        assert result.code == REFUSED and "guard/dependency" in result.said, result.said
        assert not (local.work / "out/tomme_demo.py").exists() and not other.seen
        # The same wheel with nobody expected: it passes, and what was not judged is named.
        result = local.run("pip", "install", "-q", "--no-input", "--target", "out", "bearer")
        assert result.code == 0, result.said
        assert any(note.startswith("not judged: bearer-1.0-py3-none-any.whl wants tomme-demo from")
                   for note in result.report["notes"]), result.said
