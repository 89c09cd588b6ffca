"""What users of other tools reported, and what real clients and services showed: each situation with its right answer."""
import base64
import gzip
import json
import urllib.parse

import pytest

from asked import PROJECT as LOCKED, UV, WHEEL, assert_refused, assert_taken, both
from loopback_index import HTML, JSON, Answer, Index
from stage import REFUSED

SECRET = "s3cr3t"
OWNER = ["--expect", "tomme-demo=example/tomme-demo"]


# --- passwords and signatures of addresses


@pytest.mark.parametrize("place", ["https://ann:s3cr3t@127.0.0.1:9/x/", "http://ann:s3cr3t@plain.example/x/",
                                   "https://127.0.0.1:9/x/?sig=s3cr3t", "https://ann:s3cr3t@bad host/x/"])
@pytest.mark.parametrize("words", [
    ["verify", "--anyone", "--index", "{}", "pypi:demo==1"], ["inspect", "--index", "{}", "pypi:demo==1"],
    ["verify", "--anyone", "--mirror", "{}", "--refresh", "always", "x.whl"],
    ["trust", "show", "--mirror", "{}"], ["trust", "update", "--mirror", "{}"], ["trust", "init", "--mirror", "{}", "--root", "root.json"],
    ["tuf", "refresh", "--metadata-dir", "m", "--root", "root.json", "--metadata-url", "{}"],
    ["tuf", "download", "--metadata-dir", "m", "--root", "root.json", "--metadata-url", "https://127.0.0.1:9/", "--target-url", "{}",
     "--target-dir", "t", "x"],
    ["run", "--mirror", "{}", "--refresh", "always", "--", "pip", "install", "demo"],
    ["run", "--index", "{}", "--", "pip", "install", "--proxy", "x", "demo"], ["run", "--file-host", "{}", "--", "pip", "install", "demo"],
    ["run", "--allow-host", "{}", "--require", "attested", "--", "pip", "install", "demo"]],
    ids=lambda words: " ".join(word for word in words if word.isalpha() or word.startswith("--"))[:40])
def test_no_password_in_an_address_comes_back(bare, words, place):
    bare.write("x.whl", "x")
    bare.write("root.json", "{}")
    done = bare.plain(bare.program, *(word.format(place) for word in words))
    assert done.code != 0 and done.err.count("error: ") == 1, done.said
    assert SECRET not in done.said


@both
def test_a_redirect_to_signed_storage(local, index, elsewhere, demo, command):
    """Where the file went is said without the signature, and so is what lets it pass."""
    signed = f"/files/{WHEEL}?X-Amz-Security-Token={SECRET}&sig={SECRET}"
    elsewhere.content[signed] = demo.content
    index.redirect(f"/files/{WHEEL}", elsewhere.base + signed)
    result = local.run(*command)
    assert_refused(local, result, "index/redirect")
    assert f"--file-host {elsewhere.host}" in result.err.rpartition("REFUSED")[2], result.said
    assert SECRET not in result.said + local.report.read_text()
    result = local.run(*command, options=["--file-host", elsewhere.host])
    assert_taken(local, result)
    assert SECRET not in result.err + local.report.read_text()


@both
def test_a_signed_address_on_a_page(local, index, demo, command):
    signed = f"/files/{WHEEL}?X-Amz-Security-Token={SECRET}"
    index.content[signed] = demo.content
    index.entry(WHEEL).url = index.base + signed
    result = local.run(*command)
    assert_taken(local, result)
    assert SECRET not in result.err + local.report.read_text()


# --- pages


STRAYS = {  # what it is, and what of it is left out by name
    "script": ("<script>document.write('<a href=\"' + url + '\">')</script>", None),
    "comment": (f'<!-- <a href="http://old.example/{WHEEL}">old</a> -->', None),
    "blank": ('<a href="read me.txt">x</a>', None),
    "bracket": ('<a href="a[1].txt">x</a>', None),
    "bar": ('<a href="a|b">x</a>', None),
    "letter": ('<a href="/f\u00fcr/alle">x</a>', None),
    "mailto": ('<a href="mailto:Ann <ann@h.example>">Ann</a>', None),
    "unquoted": ("<a href=../other>x</a><a href='x'href=y @click=z xlink:href=w>x</a>", None),
    "checkout": ('<a href="git+https://git.example/x@v0.9#egg=tomme-demo-0.9">0.9</a>', "0.9"),
    "egg": ('<a href="../../files/tomme_demo-0.9-py2.7.egg#egg=tomme-demo-0.9">0.9</a>', None),
    "http": ('<a href="http://old.example/tomme-demo-0.8.tar.gz">0.8</a>', "tomme-demo-0.8.tar.gz"),
    "elsewhere": ('<a href="https://old.example/tomme-demo-0.7.tar.gz">0.7</a>', "tomme-demo-0.7.tar.gz"),
}


@both
@pytest.mark.parametrize("stray", STRAYS)
def test_what_nobody_would_install_spoils_no_page(local, index, command, stray):
    text, named = STRAYS[stray]
    page = index.page("tomme-demo", HTML)
    index.answer("/simple/tomme-demo/", body=page.body.replace(b"<body>", b"<body>" + text.encode()), Content_Type="text/html; charset=utf-8")
    result = local.run(*command, options=OWNER)
    assert_taken(local, result, "verified")
    if named:
        assert named in json.dumps(result.report["leftOut"]), result.said


LOOSE = {  # JSON that installers take though the specification has it otherwise
    "md5 null": lambda page: page["files"][0]["hashes"].update(md5=None),
    "no hashes": lambda page: page["files"].append({"filename": "tomme_demo-0.9.tar.gz", "url": "../../files/tomme_demo-0.9.tar.gz"}),
    "private members": lambda page: page.update(_last_serial=5, alternate_locations=[]),
    "another version": lambda page: page["meta"].update({"api-version": "1.99"}),
}


@both
@pytest.mark.parametrize("kind", LOOSE)
def test_a_page_that_is_not_quite_as_specified(local, index, command, kind):
    page = json.loads(index.page("tomme-demo", JSON).body)
    LOOSE[kind](page)
    index.answer("/simple/tomme-demo/", body=json.dumps(page).encode(), Content_Type=JSON)
    assert_taken(local, local.run(*command))


@both
def test_an_index_that_forwards_what_it_has_not(local, index, elsewhere, command):
    """As GitLab and others lead to PyPI: where both are judged, the file is, by the word of the one that has it."""
    index.redirect("/simple/tomme-demo/", f"{elsewhere.simple}tomme-demo/", 303)
    result = local.run(*command, options=["--index", elsewhere.simple, *OWNER])
    assert_taken(local, result, "verified")
    assert result.file(WHEEL)["url"] == elsewhere.file_url(WHEEL)
    assert not index.asked(f"/files/{WHEEL}")


@both
@pytest.mark.parametrize("form", [JSON, HTML])
def test_the_status_of_a_project_is_said(local, index, command, form):
    index.format = form
    page = index.page("tomme-demo", form)
    if form == JSON:
        body = json.dumps(json.loads(page.body) | {"project-status": {"status": "archived", "reason": "moved"}}).encode()
    else:
        body = page.body.replace(b"<body>", b'<meta name="pypi:project-status" content="archived"><body>')
    index.answer("/simple/tomme-demo/", body=body, Content_Type=form)
    result = local.run(*command)
    assert_taken(local, result)
    assert "note: the project tomme-demo is archived" in result.err, result.said


@both
def test_a_page_of_a_later_specification_is_refused_with_its_reason(local, index, command):
    page = json.loads(index.page("tomme-demo", JSON).body)
    page["meta"]["api-version"] = "2.0"
    index.answer("/simple/tomme-demo/", body=json.dumps(page).encode(), Content_Type=JSON)
    result = local.run(*command)
    assert result.code == REFUSED and "2.0" in result.report["refused"][0]["why"]["message"], result.said


# --- files and their proofs


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_a_proof_that_comes_encoded(local, index, coding):
    """Nobody asked for it: what it holds cannot be told, which is said as such."""
    body = index.content[f"/provenance/{WHEEL}"]
    index.answer(f"/provenance/{WHEEL}", body=gzip.compress(body), Content_Type="application/json", Content_Encoding=coding)
    result = local.run(*UV)
    if result.code == 0:
        assert coding == "gzip" and result.file(WHEEL)["verdict"] == "attested", result.said
    else:
        assert_refused(local, result, "provenance/unavailable")
        assert "encoded as" in result.file(WHEEL)["refusal"]["message"], result.said


def test_metadata_offered_for_a_source_distribution(local, index):
    """It is not offered on, and the archive itself is what counts."""
    source = "tomme_demo-1.0.tar.gz"
    index.entry(source).metadata = "0" * 64
    index.content[f"/files/{source}.metadata"] = b"Metadata-Version: 2.1\nName: tomme-demo\nVersion: 1.0\n"
    for command in (["pip", "download", "-q", "--no-deps", "--no-build-isolation", "-d", "out", "tomme-demo==1.0", "--no-binary", ":all:"],
                    ["curl", "-sS", "-o", "got", "-w", "%{http_code}", index.file_url(source) + ".metadata"]):
        result = local.run(*command, options=["--index", index.simple])
        assert result.code == 0, result.said
    assert result.out == "404"
    assert not index.asked(f"/files/{source}.metadata")


@both
def test_a_file_that_its_server_fails_to_serve(local, index, command):
    """The installer's affair: it ends as it does alone, and nobody calls the file refused."""
    index.entry(WHEEL).metadata = None
    index.answer(f"/files/{WHEEL}", 500)
    result, plain = local.run(*command), local.plain(*command)
    assert result.code == plain.code != 0, result.said
    assert "500" in result.said and not result.report["refused"]


LOCK = 'lock-version = "1.0"\ncreated-by = "tests"\n[[packages]]\nname = "tomme-demo"\nversion = "1.0"\n{source}' \
       'wheels = [{{name = "' + WHEEL + '", url = "{url}", hashes = {{sha256 = "{sha256}"}}}}]\n' \
       '[[packages.attestation-identities]]\nkind = "GitHub"\nrepository = "evil/fork"\nworkflow = "release.yml"\n'


@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_a_pylock_file_is_judged_by_its_proofs(local, index, tool):
    """What it says of identities is a claim like any other."""
    local.write("pylock.toml", LOCK.format(source=f'index = "{index.simple}"\n', url=index.file_url(WHEEL), sha256=index.entry(WHEEL).sha256))
    command = {"pip": ["pip", "install", "-q", "--no-deps", "--target", "out", "-r", "pylock.toml"],
               "uv": ["uv", "pip", "sync", "-q", "--target", "out", "pylock.toml"]}[tool]
    if tool == "pip" and local.plain(*command).code:
        pytest.skip("this pip reads no pylock.toml")
    result = local.run(*command, "--upgrade" if tool == "pip" else "--reinstall", options=OWNER)
    assert result.code == 0, result.said
    assert result.file(WHEEL)["verdict"] == "verified"
    index.entry(WHEEL).provenance = None
    result = local.run(*command, "--upgrade" if tool == "pip" else "--reinstall", options=["--require", "attested"])
    assert result.code == REFUSED and "tomme: " in result.by_the_installer, result.said


# --- logins that are hard to write


HARD = {"an address as name": ("ann@corp.example", "s3cr3t", "ann%40corp.example:s3cr3t"),
        "escapes": ("ann", "p@s:s/w%d?", "ann:p%40s%3As%2Fw%25d%3F"),
        "a domain": ("CORP\\ann", "s3cr3t", "CORP%5Cann:s3cr3t"),
        "a long token": ("__token__", "t" * 20_000, "__token__:" + "t" * 20_000),
        "a name alone": ("ghp_s3cr3t", "", "ghp_s3cr3t:")}


@both
@pytest.mark.parametrize("login", HARD)
def test_logins_reach_the_index_as_they_are(local, index, command, login):
    user, password, written = HARD[login]
    index.user = f"{user}:{password}"
    address = index.simple.replace("https://", f"https://{written}@")
    local.environment |= {"PIP_INDEX_URL": address, "UV_DEFAULT_INDEX": address}
    result = local.run(*command, options=OWNER)
    assert_taken(local, result, "verified")
    assert SECRET not in result.err + local.report.read_text()
    assert {seen.headers.get("authorization") for seen in index.seen if seen.headers.get("authorization")} == {
        "Basic " + base64.b64encode(index.user.encode()).decode()}


@both
@pytest.mark.parametrize("netrc", ["machine localhost login ann password s3cr3t\n",
                                   "machine other.example login x password y\ndefault login ann password s3cr3t\n"])
def test_netrc_with_and_without_a_default(local, index, command, netrc):
    index.user = "ann:s3cr3t"
    path = local.home / ".netrc"
    path.write_text(netrc)
    path.chmod(0o600)
    assert_taken(local, local.run(*command, options=OWNER), "verified")


# --- names of TUF targets


ODD_TARGETS = ["a+b.txt", "a...txt", "-a.txt", "a!b~c.txt", "A..txt", "a/a/a"]


def test_targets_of_odd_names_come_as_they_were_added(bare):
    for name in ("HTTPS_PROXY", "https_proxy"):
        bare.environment.pop(name, None)
    for name in ODD_TARGETS:
        bare.write(name, f"this is {name}")
    for words in (["init", "--no-passphrase", "--bits", "1"], ["add", "--", *ODD_TARGETS], ["publish"], ["verify", "--target-files"]):
        done = bare.plain(bare.program, "tuf", *words)
        assert done.code == 0, done.said
    for name in ("a b.txt", "...txt"):
        bare.write(name, "")
        refused = bare.plain(bare.program, "tuf", "add", name)
        assert refused.code == 1 and "[repository/target]" in refused.err, refused.said
    with Index(None, None) as mirror:
        public = bare.work / "public"
        there = {f"/{path.relative_to(public)}": path.read_bytes() for path in public.rglob("*") if path.is_file()}
        mirror.usual = lambda path, headers: Answer(200, there[urllib.parse.unquote(path)]) if urllib.parse.unquote(path) in there else Answer(404)
        done = bare.plain(bare.program, "tuf", "download", "--metadata-dir", "kept", "--metadata-url", f"{mirror.base}/metadata/", "--target-url",
                          f"{mirror.base}/targets/", "--target-dir", "got", "--root", public / "metadata/1.root.json", "--", *ODD_TARGETS)
        assert done.code == 0, done.said
    got = {urllib.parse.unquote(path.name): path.read_text() for path in (bare.work / "got").iterdir()}
    assert got == {name: f"this is {name}" for name in ODD_TARGETS}


# --- machines and commands


def test_a_home_that_cannot_be_written(bare):
    """Said before anything starts, with the variable that helps; and it does."""
    bare.environment |= {"HOME": "/proc/nowhere"}
    del bare.environment["TOMME_CACHE_DIR"]
    result = bare.run("touch", "ran")
    assert result.code == 3 and "TOMME_CACHE_DIR" in result.err and "/proc/nowhere" in result.err, result.said
    assert not (bare.work / "ran").exists()
    assert bare.run("true", env={"TOMME_CACHE_DIR": str(bare.cache)}).code == 0


def test_what_a_script_lets_in_past_the_proxy(local, index):
    """Nothing came through, and something is new all the same."""
    local.write("go.sh", "export NO_PROXY='*' no_proxy='*'\nunset PIP_PROXY\nuv venv -q --clear .venv\n"
                         "pip --python .venv install -q --no-deps tomme-demo==1.0\n")
    result = local.run("sh", "go.sh")
    assert result.code == 0 and list(local.work.glob(".venv/lib/*/site-packages/tomme_demo.py")), result.said
    assert "tomme-demo 1.0" in result.err and "without being judged" in result.err, result.said
    for options in (["--require", "attested"], OWNER):
        result = local.run("sh", "go.sh", options=options)
        assert result.code == REFUSED and "[guard/installed]" in result.err, result.said


@pytest.mark.parametrize("tool", ["uv", "pdm"])
def test_an_upload_to_a_judged_host_is_told_why_not(local, index, demo, tool):
    (local.work / "dist").mkdir()
    (local.work / "dist" / WHEEL).write_bytes(demo.content)
    upload = f"{index.base}/upload/"
    if tool == "pdm":
        local.write("pyproject.toml", LOCKED)
        local.environment |= {"PDM_CHECK_UPDATE": "0", "REQUESTS_CA_BUNDLE": local.environment["SSL_CERT_FILE"]}
    command = {"uv": ["uv", "publish", "--publish-url", upload, "-u", "u", "-p", "p", f"dist/{WHEEL}"],
               "pdm": ["pdm", "publish", "--no-build", "--repository", upload, "--username", "u", "--password", "p"]}[tool]
    result = local.run(*command, options=["--index", index.simple])
    assert result.code != 0 and "tomme run passes downloads only" in result.said, result.said
    assert f"POST to {index.host} was not passed" in result.err, result.said
    assert not [seen for seen in index.seen if seen.method == "POST"]


def test_what_is_installed_already_is_said_again(local, index):
    """A second sync brings no file, so that a wrong signer would go unnoticed."""
    local.write("pyproject.toml", LOCKED)
    assert local.plain("uv", "sync", "-q").code == 0
    wrong = ["--expect", "tomme-demo=somebody/else"]
    result = local.run("uv", "sync", "-q", "--frozen", options=wrong)
    assert "was installed already" in result.err and "--reinstall" in result.err, result.said
    result = local.run("uv", "sync", "-q", "--frozen", options=[*wrong, "--require", "expected"])
    assert result.code == REFUSED and "[guard/unused]" in result.err, result.said
