"""What an index, or an attacker on the way to it, may try: each is refused with a reason that the installer
prints, or makes no difference."""
import gzip
import json
import shutil
import socket

import pytest

from asked import COMMANDS, DEPENDENCY, PIP, UV, WHEEL, assert_refused, assert_taken, both
from loopback_index import HTML, JSON, Answer, Entry, sha256
from made_archives import changed
from stage import REFUSED



# --- the file and its proof


@both
@pytest.mark.parametrize("page", [JSON, HTML])
def test_what_is_attested_passes(local, index, command, page):
    index.format = page
    assert_taken(local, local.run(*command, options=["--expect", "tomme-demo=example/tomme-demo"]), "verified")
    assert index.asked(f"/provenance/{WHEEL}")


@both
def test_wheel_changed_on_the_way(local, index, demo, command):
    index.content[f"/files/{WHEEL}"] = changed(demo.content)
    assert_refused(local, local.run(*command), "guard/hash")


@both
def test_wheel_and_listed_digest_changed(local, index, demo, command):
    evil = changed(demo.content)
    index.content[f"/files/{WHEEL}"] = evil
    index.entry(WHEEL).sha256 = sha256(evil)
    assert_refused(local, local.run(*command), "statement/subject")


@both
def test_wheel_changed_and_no_digest_listed(local, index, demo, command):
    index.content[f"/files/{WHEEL}"] = changed(demo.content)
    index.entry(WHEEL).sha256 = None
    assert_refused(local, local.run(*command), "statement/subject")


@both
def test_attestation_of_another_file(local, index, command):
    index.entry(WHEEL).provenance = f"/provenance/{DEPENDENCY}"
    assert_refused(local, local.run(*command), "statement/subject")


def test_attested_bytes_under_another_name(local, index, demo):
    index.projects["tomme-demo"] = [index.add(demo._replace(filename="tomme_demo-2.0-py3-none-any.whl"))]
    result = local.run("pip", "download", "-q", "--no-deps", "-d", "out", "tomme-demo")
    assert_refused(local, result, "attestation/filename", "tomme_demo-2.0-py3-none-any.whl")


@both
def test_another_identity_than_expected(local, command):
    result = local.run(*command, options=["--expect", "tomme-demo=somebody/else"])
    assert_refused(local, result, "policy/identity")
    assert "example/tomme-demo" in result.err


@both
def test_no_proof_where_a_signer_is_expected(local, index, command):
    index.entry(WHEEL).provenance = None
    result = local.run(*command, options=["--expect", "tomme-demo=example/tomme-demo"])
    assert result.code == REFUSED, result.said
    assert result.verdicts()[WHEEL] == "refused"


@both
def test_proof_of_another_sigstore(local, command):
    local.options = []
    result = local.run(*command)
    assert result.code == REFUSED, result.said
    assert result.verdicts()[WHEEL] == "refused"
    assert "tomme: " in result.by_the_installer


# --- proof that is listed and cannot be had


@pytest.mark.parametrize("answer", [
    Answer(404), Answer(500), Answer(204), Answer(200, b""), Answer(200, b"<html>garbage"), Answer(200, b"{}"),
    Answer(200, b'{"version": 1, "attestation_bundles": 5}'), Answer(401)], ids=lambda a: f"{a.status} {a.body.decode()}")
def test_provenance_that_cannot_be_had(local, index, answer):
    index.answers[f"/provenance/{WHEEL}"] = lambda handler: answer
    assert_refused(local, local.run(*UV), "provenance/unavailable")


def test_provenance_whose_connection_breaks(local, index):
    index.answers[f"/provenance/{WHEEL}"] = lambda handler: handler.connection.shutdown(socket.SHUT_RDWR)
    assert_refused(local, local.run(*PIP), "provenance/unavailable")


@pytest.mark.parametrize("where", ["", "https://localhost:9/p", "http://example.test/p", "data:,x", "http://[", "ftp://localhost/p"])
@pytest.mark.parametrize("page", [JSON, HTML])
def test_provenance_at_no_usable_address(local, index, where, page):
    index.format = page
    index.entry(WHEEL).provenance = where
    assert_refused(local, local.run(*UV), "provenance/unavailable")


def test_provenance_of_no_bundle_is_no_pass(local, index):
    index.answer(f"/provenance/{WHEEL}", 200, b'{"version": 1, "attestation_bundles": []}')
    result = local.run(*UV, options=["--require", "attested"])
    assert result.code == REFUSED, result.said


# --- metadata


def test_metadata_comes_out_of_the_wheel(curl, index, demo):
    index.content[f"/files/{WHEEL}.metadata"] = b"Metadata-Version: 2.1\nName: tomme-demo\nVersion: 6.6\n"
    result = curl.run("curl", "-sS", f"{index.simple}tomme-demo/", "-o", "page", f"{index.file_url(WHEEL)}.metadata")
    assert result.code == 0, result.said
    assert result.out.encode() == demo.metadata


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_metadata_other_than_the_wheels(local, index, command):
    forged = b"Metadata-Version: 2.1\nName: tomme-demo\nVersion: 1.0\nRequires-Dist: evil\n"
    index.content[f"/files/{WHEEL}.metadata"] = forged
    index.entry(WHEEL).metadata = sha256(forged)
    result = local.run(*[word for word in command if word != "--no-deps"])
    assert_refused(local, result, "guard/metadata")


@pytest.mark.parametrize("listed,asked", [
    (f"/files/{WHEEL}", f"/files/{WHEEL}.metadata"),
    (f"/files/{WHEEL}?a=b", f"/files/{WHEEL}?a=b.metadata"),
    (f"/files/{WHEEL}?a=b", f"/files/{WHEEL}.metadata?a=b"),
    (f"/files/{WHEEL}?a=b", f"/files/{WHEEL}.metadata"),
    (f"/files/%74omme_demo-1.0-py3-none-any.whl", f"/files/{WHEEL}.metadat%61")])
@pytest.mark.parametrize("kind", ["text/html", "application/octet-stream"])
def test_no_spelling_of_an_address_leads_to_forged_metadata(curl, index, demo, listed, asked, kind):
    index.entry(WHEEL).url = listed
    index.content[listed] = demo.content
    for path in (asked, asked.replace("metadat%61", "metadata")):
        index.answer(path, 200, b"Name: forged\n", Content_Type=kind)
    result = curl.run("curl", "-sS", f"{index.simple}tomme-demo/", "-o", "page", index.base + asked)
    assert "forged" not in result.out, result.said


def test_metadata_listed_as_a_file_is_no_file(curl, index):
    index.projects["tomme-demo"].append(entry := Entry(index_package(index, f"{WHEEL}.metadata", b"Name: forged\n")))
    entry.metadata = None
    result = curl.run("curl", "-sS", f"{index.simple}tomme-demo/", "-o", "page", f"{index.file_url(WHEEL)}.metadata")
    assert "forged" not in result.out, result.said


def index_package(index, filename, content):
    from loopback_index import Package
    index.content[f"/files/{filename}"] = content
    return Package(filename, content, None, None)


# --- encodings, redirects, other places


@both
@pytest.mark.parametrize("digest", [True, False])
def test_encoded_file_is_decoded_once(local, index, demo, command, digest):
    index.answer(f"/files/{WHEEL}", 200, gzip.compress(demo.content), Content_Encoding="gzip")
    if not digest:
        index.entry(WHEEL).sha256 = None
    assert_taken(local, local.run(*command))


@both
def test_file_that_is_only_said_to_be_encoded(local, index, demo, command):
    index.answer(f"/files/{WHEEL}", 200, demo.content, Content_Encoding="gzip")
    assert_taken(local, local.run(*command))


@both
def test_file_encoded_twice(local, index, demo, command):
    index.answer(f"/files/{WHEEL}", 200, gzip.compress(gzip.compress(demo.content)), Content_Encoding="gzip")
    assert_refused(local, local.run(*command), "guard/hash")


@both
def test_file_in_an_encoding_that_is_not_known(local, index, demo, command):
    index.answer(f"/files/{WHEEL}", 200, demo.content, Content_Encoding="gzip, gzip")
    assert_refused(local, local.run(*command), "guard/encoding")


@both
def test_encoded_page_is_read(local, index, command):
    page = index.usual_answer("/simple/tomme-demo/")
    index.answer("/simple/tomme-demo/", 200, gzip.compress(page.body), Content_Type=JSON, Content_Encoding="gzip")
    assert_taken(local, local.run(*command))


@both
def test_page_that_is_not_encoded_as_it_says(local, index, command):
    index.answer("/simple/tomme-demo/", 200, b"\x1f\x8b" + bytes(20), Content_Type="text/html", Content_Encoding="gzip")
    result = local.run(*command)
    assert result.code != 0, result.said
    assert not list(local.work.glob("out/tomme_demo*"))


@both
def test_file_redirected_to_where_nothing_is_judged(local, index, elsewhere, command):
    index.redirect(f"/files/{WHEEL}", elsewhere.file_url(WHEEL))
    assert_refused(local, local.run(*command), "index/redirect")
    assert not elsewhere.seen


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_file_redirected_on_the_same_host(local, index, demo, status):
    index.content["/elsewhere"] = demo.content
    index.redirect(f"/files/{WHEEL}", "/elsewhere", status)
    assert_taken(local, local.run(*UV))
    index.content["/elsewhere"] = changed(demo.content)
    for folder in (local.cache, local.work / "out"):
        shutil.rmtree(folder)
    assert_refused(local, local.run(*UV), "guard/hash")


def test_file_redirected_without_end(local, index):
    index.redirect(f"/files/{WHEEL}", f"/files/{WHEEL}")
    result = local.run(*UV)
    assert result.code == 3, result.said
    assert "redirects" in result.said


@both
def test_page_redirected_to_where_nothing_is_judged(local, index, elsewhere, command):
    index.redirect("/simple/tomme-demo/", f"{elsewhere.simple}tomme-demo/")
    result = local.run(*command)
    assert result.code == REFUSED, result.said
    assert result.report["refused"][0]["why"]["code"] == "index/redirect"
    assert not elsewhere.seen


def test_page_redirected_to_a_file(curl, index):
    """Poetry reads what it is led to as a page, whatever its type."""
    for target in (f"/files/{WHEEL}", f"/files/{WHEEL}.metadata"):
        index.redirect("/simple/tomme-demo/", target)
        result = curl.run("curl", "-sS", "-o", "got", "-w", "%{http_code}", f"{index.simple}tomme-demo/")
        assert result.out == "403" and result.report["refused"][0]["why"]["code"] == "index/redirect", result.said


@both
@pytest.mark.parametrize("page", [JSON, HTML])
def test_page_that_points_elsewhere(local, index, elsewhere, command, page):
    index.format = page
    index.entry(WHEEL).url = elsewhere.file_url(WHEEL)
    result = local.run(*command)
    assert result.code != 0 and not result.report["files"], result.said
    assert f"--file-host {elsewhere.host}" in result.report["leftOut"][0]["why"], result.said
    assert not elsewhere.seen
    taken = local.run(*command, options=["--file-host", elsewhere.host])
    assert_taken(local, taken)


@pytest.mark.parametrize("url", ["http://example.test/{}", "ftp://localhost/{}", "//example.test/{}", "https://user@example.test/{}",
                                 "file:///tmp/{}", "https:\\\\example.test/{}", "https://example.test\\@localhost/{}"])
@pytest.mark.parametrize("page", [JSON, HTML])
def test_page_that_points_to_an_odd_place(local, index, url, page):
    index.format = page
    index.entry(WHEEL).url = url.format(WHEEL)
    result = local.run(*UV)
    assert result.code != 0 and not result.report["files"], result.said
    assert WHEEL in result.report["leftOut"][0]["what"], result.said
    assert not result.report["notJudged"]


@pytest.mark.parametrize("status", [201, 206, 226, 300, 305])
def test_page_with_an_odd_status_is_read_or_refused(local, index, elsewhere, status):
    # requests takes every status below 400 for success, so pip would read this page.
    index.entry(WHEEL).url = elsewhere.file_url(WHEEL)
    page = index.page("tomme-demo", HTML)
    index.answers["/simple/tomme-demo/"] = lambda handler: page._replace(status=status)
    result = local.run(*PIP)
    assert result.code == REFUSED, result.said
    assert not elsewhere.seen


def test_page_that_a_proxy_on_the_way_answered(local, index):
    page = index.page("tomme-demo", HTML)
    index.answers["/simple/tomme-demo/"] = lambda handler: page._replace(status=203)
    assert_taken(local, local.run(*PIP))


LEFT_OUT = {"another name": f"/files/other/{WHEEL[:-4]}x.whl", "another project": "/files/six-1.0-py3-none-any.whl"}


@pytest.mark.parametrize("options", [[], ["--require", "attested"]], ids=["default", "strict"])
@pytest.mark.parametrize("asked", LEFT_OUT.values(), ids=LEFT_OUT.keys())
@pytest.mark.parametrize("suffix", ["", ".metadata"])
def test_a_file_that_its_page_left_out_is_refused_with_the_reason(curl, index, demo, options, asked, suffix):
    entry = index.entry(WHEEL)
    entry.url = asked
    index.content[asked] = index.content[asked + ".metadata"] = demo.content
    result = curl.run("curl", "-sS", f"{index.simple}tomme-demo/", "-o", "page", "-w", "%{http_code}\n",
                      "--next", "-sS", index.base + asked + suffix, "-o", "file", "-w", "%{http_code}\n", options=options)
    assert result.out.split() == ["200", "403"], result.said
    assert result.report["leftOut"], result.said
    assert "its page was written without it: " in (curl.work / "file").read_text(), result.said
    assert "guard/left-out" in json.dumps(result.report), result.said


def test_page_in_another_charset(curl, index):
    body = f'<a href="https://evil.example/{WHEEL}">x</a>'.encode("utf-7").replace(b"<", b"+ADw-")
    index.answer("/simple/tomme-demo/", 200, body, Content_Type="text/html; charset=utf-7")
    result = curl.run("curl", "-sS", "-D", "-", f"{index.simple}tomme-demo/")
    assert "utf-7" not in result.out


def test_file_listed_with_two_digests(local, index, demo):
    index.projects["tomme-demo"].append(other := Entry(demo))
    other.sha256 = "0" * 64
    result = local.run(*UV)
    assert result.code == REFUSED, result.said


def test_json_whose_name_and_address_differ(local, index):
    index.entry(WHEEL).url = f"../../files/{DEPENDENCY}"
    result = local.run(*UV)
    assert result.code != 0 and not result.report["files"], result.said
    assert result.report["leftOut"][0]["why"] == "its address has another name", result.said


@pytest.mark.parametrize("path", ["/download/1", f"/files/{WHEEL}/", "/simple/x.whl%2f"])
@pytest.mark.parametrize("kind", ["text/html", "application/json", "application/zip", ""])
def test_no_archive_passes_as_a_page(curl, index, demo, path, kind):
    index.answer(path, 200, demo.content, **({"Content_Type": kind} if kind else {}))
    get = ["curl", "-sS", "-o", "got", "-w", "%{http_code} %{content_type}", index.base + path]
    result = curl.run(*get, options=["--require", "attested"])
    assert result.out.startswith("403 "), result.said
    assert demo.content[:4] not in (curl.work / "got").read_bytes()
    # Where nothing is demanded it is what it is: bytes that nobody judged.
    result = curl.run(*get)
    if kind != "text/html":
        assert result.out == "200 application/octet-stream", result.said
        assert result.report["notJudged"], result.said
    else:
        assert demo.content[:4] not in (curl.work / "got").read_bytes()


def test_the_legacy_api_lists_what_is_judged_and_says_nothing_of_dependencies(curl, index, elsewhere):
    body = {"info": {"name": "tomme-demo", "version": "1.0", "requires_dist": ["evil @ https://evil.test/x.whl"]},
            "urls": [{"filename": WHEEL, "url": url, "digests": {}} for url in (elsewhere.file_url(WHEEL), index.file_url(WHEEL))]}
    index.answer("/pypi/tomme-demo/1.0/json", 200, json.dumps(body).encode(), Content_Type="application/json")
    result = curl.run("curl", "-sS", f"{index.base}/pypi/tomme-demo/1.0/json")
    assert result.code == 0, result.said
    written = json.loads(result.out)
    assert written["info"]["requires_dist"] is None
    assert [entry["url"] for entry in written["urls"]] == [index.file_url(WHEEL)]
    assert result.report["leftOut"][0]["what"] == [WHEEL], result.said
# --- what servers say passes


@both
def test_a_missing_project_is_the_installers_affair(local, index, command):
    del index.projects["tomme-demo"]
    result = local.run(*command)
    plain = local.plain(*command)
    assert result.code == plain.code != 0, result.said
    assert "nothing was judged" in result.err


@both
def test_a_missing_file_is_the_installers_affair(local, index, command):
    index.entry(WHEEL).metadata = None
    del index.content[f"/files/{WHEEL}"]
    result = local.run(*command)
    assert "404" in result.said
    assert result.code == local.plain(*command).code != 0


def test_a_broken_server_is_the_installers_affair(local, index):
    index.answer("/simple/tomme-demo/", 500)
    result = local.run(*UV)
    assert "500" in result.said and result.code not in (0, 1), result.said


@both
def test_a_file_cut_short_is_not_delivered(local, index, demo, command):
    index.answer(f"/files/{WHEEL}", 200, demo.content[:-20], Content_Length=str(len(demo.content)), Connection="close")
    index.answers[f"/files/{WHEEL}"] = cut_short(demo.content)
    result = local.run(*command)
    assert result.code == 3, result.said
    assert not list(local.work.glob("out/tomme_demo*"))


def cut_short(content: bytes):
    def answer(handler):
        handler.close_connection = True
        handler.send(Answer(200, content[:-20], {"Content-Length": str(len(content))}))
    return answer


def test_a_file_that_fails_once_is_fetched_again(local, index, demo):
    answers = [cut_short(demo.content)]
    index.answers[f"/files/{WHEEL}"] = lambda handler: answers.pop()(handler) if answers else Answer(200, demo.content)
    local.environment["UV_HTTP_RETRIES"] = "3"
    assert_taken(local, local.run(*UV))
