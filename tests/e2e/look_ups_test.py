"""What tomme asks an index by itself: with the installer's logins, and never an index that the file is not of."""
import base64
import shutil

import pytest

from loopback_index import Index
from stage import REFUSED

WHEEL = "tomme_demo-1.0-py3-none-any.whl"
LOGIN = "ann:s3cr3t"
BASIC = "Basic " + base64.b64encode(LOGIN.encode()).decode()
OWNER = "tomme-demo=example/tomme-demo"
UNTOLD = "could not be told"


@pytest.fixture
def files(certificates, made):
    """A file host of its own, which asks nobody for a password."""
    with Index(certificates, made) as server:
        yield server


@pytest.fixture
def public(certificates, made):
    with Index(certificates, None) as server:
        yield server


def locked(local, index, files, name="corp"):
    """A project whose lock has the demo from `index`, and its file from `files`."""
    local.environment.pop("UV_DEFAULT_INDEX")
    local.environment.pop("PIP_INDEX_URL")
    local.write("pyproject.toml", '[project]\nname = "mine"\nversion = "1"\nrequires-python = ">=3.11,<4"\n'
                                  'dependencies = ["tomme-demo==1.0"]\n'
                                  f'[[tool.uv.index]]\nname = "{name}"\nurl = "{index.simple}"\ndefault = true\n')
    for entries in index.projects.values():
        for entry in entries:
            entry.url = files.file_url(entry.filename)
    done = local.plain("uv", "lock", "-q")
    assert done.code == 0, done.said
    index.seen.clear()
    files.seen.clear()


def ways(local, index, way):
    """Puts the login where uv finds it."""
    if way == "variables":
        local.environment |= {"UV_INDEX_CORP_USERNAME": "ann", "UV_INDEX_CORP_PASSWORD": "s3cr3t"}
    elif way == "netrc":
        (local.home / ".netrc").write_text("machine localhost\n  login ann\n  password s3cr3t\n")
    elif way == "address":
        local.environment["UV_DEFAULT_INDEX"] = index.simple.replace("https://", f"https://{LOGIN}@")
    elif way == "keyring":
        folder = local.folder / "keyring"
        folder.mkdir()
        (folder / "keyring").write_text(f'#!/bin/sh\n[ "$1 $2 $3" = "get {index.host} ann" ] && echo s3cr3t\n')
        (folder / "keyring").chmod(0o755)
        local.environment |= {"PATH": f"{folder}:{local.environment['PATH']}", "UV_KEYRING_PROVIDER": "subprocess",
                              "UV_INDEX_CORP_USERNAME": "ann"}


@pytest.mark.parametrize("way", ["variables", "netrc", "address", "keyring"])
def test_frozen_sync_of_a_private_index_with_files_elsewhere(local, index, files, way):
    locked(local, index, files)
    index.user = LOGIN
    ways(local, index, way)
    result = local.run("uv", "sync", "-q", "--frozen", options=["--expect", OWNER])
    assert result.code == 0, result.said
    assert result.file(WHEEL)["verdict"] == "verified"
    assert {seen.headers.get("authorization") for seen in index.seen} == {BASIC}
    assert "s3cr3t" not in result.said


def test_without_a_login_nothing_can_be_told(local, index, files):
    locked(local, index, files)
    index.user = LOGIN
    result = local.run("uv", "sync", "-q", "--frozen")
    assert result.code == 0, result.said
    assert result.file(WHEEL)["verdict"] == "unattested"
    assert UNTOLD in result.err and ".netrc" in result.err
    result = local.run("uv", "sync", "-q", "--frozen", "--reinstall", options=["--expect", OWNER])
    assert result.code not in (0, 1), result.said
    assert "index/denied" in result.said


@pytest.mark.parametrize("answer", ["redirect", "absent"])
def test_what_a_stranger_is_told_is_not_the_indexs_word(local, index, files, public, answer):
    locked(local, index, files)
    page = index.usual_answer("/simple/tomme-demo/")

    def forward(handler):
        if handler.headers.get("Authorization") == BASIC:
            return page
        if answer == "absent":
            return handler.index.usual("/nothing", {})
        return page._replace(status=302, body=b"", headers={"Location": f"{public.simple}tomme-demo/"})
    index.answers["/simple/tomme-demo/"] = forward
    result = local.run("uv", "sync", "-q", "--frozen", options=["--index", public.simple])
    assert result.code == 0, result.said
    assert result.file(WHEEL)["verdict"] == "unattested"
    assert UNTOLD in result.err
    assert public.seen == []
    ways(local, index, "netrc")
    result = local.run("uv", "sync", "-q", "--frozen", "--reinstall", options=["--index", public.simple, "--expect", OWNER])
    assert result.code == 0, result.said
    assert result.file(WHEEL)["verdict"] == "verified"
    assert public.seen == []


def test_another_index_that_wants_a_password_blocks_nothing(local, index, public):
    locked(local, index, index)
    public.user = LOGIN
    index.projects["tomme-demo"] = []
    result = local.run("uv", "sync", "-q", "--frozen", options=["--index", public.simple])
    assert result.code == 0, result.said
    assert result.file(WHEEL)["verdict"] == "unattested"
    assert public.seen == []


# --- proofs from elsewhere


@pytest.fixture
def elsewhere(certificates, made):
    """An index with an Integrity API, as PyPI has one."""
    with Index(certificates, made) as server:
        for name, body in list(server.content.items()):
            if name.startswith("/provenance/"):
                file = name.removeprefix("/provenance/")
                stem = file.removesuffix(".tar.gz").split("-")
                server.content[f"/integrity/{stem[0].replace('_', '-')}/{stem[1]}/{file}/provenance"] = body
        yield server


def forget_proofs(index):
    for entries in index.projects.values():
        for entry in entries:
            entry.provenance = None


PIP = ("pip", "install", "-q", "--no-deps", "--target", "out", "tomme-demo==1.0")


def test_proofs_come_from_elsewhere_where_the_mirror_has_none(local, index, elsewhere):
    forget_proofs(index)
    result = local.run(*PIP)
    assert result.code == 0 and "--proofs pypi" in result.err, result.said
    result = local.run(*PIP, "--upgrade", options=["--proofs", elsewhere.base, "--proofs-for", "tomme-*", "--expect", OWNER])
    assert result.code == 0, result.said
    assert result.file(WHEEL)["verdict"] == "verified"
    assert [seen.path for seen in elsewhere.seen] == [f"/integrity/tomme-demo/1.0/{WHEEL}/provenance"]


@pytest.mark.parametrize("named", [[], ["--proofs-for", "other"], ["--proofs-for", "*,!tomme-*"]])
def test_private_names_are_not_told_elsewhere(local, index, elsewhere, named):
    forget_proofs(index)
    result = local.run(*PIP, options=["--proofs", elsewhere.simple, *named])
    assert result.code == 0, result.said
    assert result.file(WHEEL)["verdict"] == "unattested"
    assert elsewhere.seen == []
    assert "--proofs-for tomme-demo" in result.err


def test_a_proof_from_elsewhere_is_of_this_very_file(local, index, elsewhere):
    forget_proofs(index)
    path = f"/integrity/tomme-demo/1.0/{WHEEL}/provenance"
    elsewhere.content[path] = elsewhere.content["/provenance/tomme_demo_dep1-1.0-py3-none-any.whl"]
    result = local.run(*PIP, options=["--proofs", elsewhere.base, "--proofs-for", "*"])
    assert result.code == REFUSED, result.said
    assert result.file(WHEEL)["refusal"]["code"].startswith("statement/")


def test_elsewhere_may_have_none_or_not_answer(local, index, elsewhere):
    forget_proofs(index)
    path = f"/integrity/tomme-demo/1.0/{WHEEL}/provenance"
    options = ["--proofs", elsewhere.base, "--proofs-for", "*"]
    del elsewhere.content[path]
    result = local.run(*PIP, options=options)
    assert result.code == 0, result.said
    assert result.file(WHEEL)["verdict"] == "unattested"
    elsewhere.answer(path, 500)
    result = local.run(*PIP, "--upgrade", options=options)
    assert result.code == 0, result.said
    assert "could not be asked" in result.err
    result = local.run(*PIP, "--upgrade", options=[*options, "--require", "attested"])
    assert result.code == REFUSED, result.said


def test_proofs_by_variables_with_a_login(local, index, elsewhere):
    forget_proofs(index)
    elsewhere.user = LOGIN
    local.environment |= {"TOMME_PROOFS": elsewhere.base.replace("https://", f"https://{LOGIN}@"),
                          "TOMME_PROOFS_FOR": "tomme-demo,other"}
    result = local.run(*PIP, options=["--require", "attested"])
    assert result.code == 0, result.said
    assert "s3cr3t" not in result.said


def test_an_address_for_proofs_is_said_without_its_password(local):
    result = local.run(*PIP, options=["--proofs", "http://ann:s3cr3t@index.example/?key=k3y"])
    assert result.code == 2
    assert "proofs/address" in result.err
    assert "s3cr3t" not in result.err and "k3y" not in result.err


# --- verbs of tomme's own


@pytest.mark.parametrize("way", ["address", "netrc"])
def test_verify_and_inspect_of_a_private_index(local, index, made, way):
    index.user = LOGIN
    address = index.simple
    if way == "address":
        address = address.replace("https://", f"https://{LOGIN}@")
    else:
        (local.home / ".netrc").write_text("machine localhost login ann password s3cr3t\n")
    for verb in (["verify", "--repository", "example/tomme-demo", *local.options], ["inspect"]):
        done = local.plain(local.program, *verb, "--index", address, "pypi:tomme-demo==1.0")
        assert done.code == 0, done.said
        assert "s3cr3t" not in done.said
    done = local.plain(local.program, "inspect", "--index", address.replace("s3cr3t", "wr0ng"), "pypi:tomme-demo==1.0",
                       env={"HOME": "/nonexistent"})
    assert done.code == 3, done.said
    assert "index/denied" in done.said and "wr0ng" not in done.said


@pytest.mark.parametrize("way", ["address", "netrc", "wrong"])
def test_a_tuf_mirror_with_a_password(bare, certificates, way):
    bare.environment["SSL_CERT_FILE"] = str(certificates.authority)
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_DIR"):
        bare.environment.pop(name, None)
    bare.write("a.txt", "a")
    for verb in (["init", "--no-passphrase", "--bits", "1"], ["add", "a.txt"], ["publish"]):
        done = bare.plain(bare.program, "tuf", *verb)
        assert done.code == 0, done.said
    with Index(certificates, None) as mirror:
        mirror.user = LOGIN
        public = bare.work / "public"
        for path in public.rglob("*"):
            if path.is_file():
                mirror.content[f"/{path.relative_to(public)}"] = path.read_bytes()
        base = mirror.base
        if way == "netrc":
            (bare.home / ".netrc").write_text("machine localhost login ann password s3cr3t\n")
        else:
            base = base.replace("https://", f"https://ann:{'s3cr3t' if way == 'address' else 'wr0ng'}@")
        done = bare.plain(bare.program, "tuf", "download", "--metadata-dir", "kept", "--metadata-url", f"{base}/metadata/",
                          "--target-url", f"{base}/targets/", "--target-dir", "got", "--root",
                          public / "metadata/1.root.json", "a.txt")
        assert "s3cr3t" not in done.said and "wr0ng" not in done.said
        if way == "wrong":
            assert done.code == 3 and "401" in done.err, done.said
            return
        assert done.code == 0, done.said
        assert (bare.work / "got/a.txt").read_bytes() == b"a"
        assert {seen.headers.get("authorization") for seen in mirror.seen} == {BASIC}


@pytest.fixture
def sigstore(local, certificates, made):
    """The mirror of a Sigstore instance, which wants a password; its root is known already."""
    folder = local.folder / "mirror"
    folder.mkdir()
    shutil.copy(made / "trusted_root.json", folder)
    for verb in (["init", "--no-passphrase", "--bits", "1"], ["add", "trusted_root.json"], ["publish"]):
        done = local.plain(local.program, "tuf", *verb, cwd=folder)
        assert done.code == 0, done.said
    with Index(certificates, None) as mirror:
        for path in (folder / "public/metadata").rglob("*.json"):
            mirror.content[f"/{path.name}"] = path.read_bytes()
        for path in (folder / "public/targets").rglob("*"):
            if path.is_file():
                mirror.content[f"/targets/{path.relative_to(folder / 'public/targets')}"] = path.read_bytes()
        done = local.plain(local.program, "trust", "init", "--mirror", mirror.base, "--root",
                           folder / "public/metadata/1.root.json")
        assert done.code == 0, done.said
        mirror.user = LOGIN
        local.options = []
        yield mirror


def words_of(verb: str, made) -> list:
    return {"trust update": [],
            "verify": ["--repository", "example/tomme-demo", "--refresh", "always", "--provenance",
                       made / f"files/{WHEEL}.provenance", made / "files" / WHEEL],
            "run": ["--refresh", "always", "--expect", OWNER, "--", *PIP]}[verb]


@pytest.mark.parametrize("login", ["netrc", "wrong", "none"])
@pytest.mark.parametrize("verb", ["trust update", "verify", "run"])
def test_the_mirror_of_a_sigstore_instance_with_a_password(local, index, made, sigstore, verb, login):
    if login != "none":
        password = "s3cr3t" if login == "netrc" else "wr0ng"
        (local.home / ".netrc").write_text(f"machine localhost login ann password {password}\n")
    done = local.plain(local.program, *verb.split(), "--mirror", sigstore.base, *words_of(verb, made))
    assert "s3cr3t" not in done.said and "wr0ng" not in done.said
    assert sigstore.seen, done.said
    if login == "netrc":
        assert done.code == 0, done.said
        assert {seen.headers.get("authorization") for seen in sigstore.seen} == {BASIC}
        return
    assert done.code == 3 and "401" in done.err, done.said
    assert not (local.work / "out").exists()
