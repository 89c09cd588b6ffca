"""How files get through: in pieces, slowly, again, from locks, with credentials, out of caches."""
import io
import shutil
import tarfile
import time

import pytest

from asked import PIP, PROJECT, UV, WHEEL, assert_refused, assert_taken
from loopback_index import Answer, Index, Package, sha256
from made_archives import big_wheel, changed
from stage import REFUSED

MEBI = 1024 * 1024


def offer_slowly(index, content: bytes, seconds: float, **entry) -> bytes:
    """In place of the wheel that is listed; without METADATA beside it. The body takes its time, so that a stream begins."""
    index.content[f"/files/{WHEEL}"] = content
    listed = index.entry(WHEEL)
    listed.sha256, listed.metadata = sha256(content), None
    for name, value in entry.items():
        setattr(listed, name, value)
    index.answers[f"/files/{WHEEL}"] = lambda handler: handler.send_slowly(content, seconds)
    return content


# --- pieces


def test_ranges_only_from_judged_bytes(curl, index, demo):
    url = index.file_url(WHEEL)
    result = curl.run("sh", "-c", f"curl -sS {index.simple}tomme-demo/ -o page; curl -sS -r 0-9 -D head1 -o part1 {url}; "
                                  f"curl -sS -r 10- -o part2 {url}; curl -sS -r -7 -o part3 {url}; curl -sS -r 5-2 -o part4 {url}; "
                                  f"curl -sS -r 0-1,4-5 -o part5 {url}; curl -sS -I -o head2 {url}")
    assert result.code == 0, result.said
    read = {path.name: path.read_bytes() for path in curl.work.iterdir()}
    assert b" 206 " in read["head1"] and read["part1"] + read["part2"] == demo.content
    assert read["part3"] == demo.content[-7:]
    assert read["part5"] == demo.content
    assert f"content-length: {len(demo.content)}".encode() in read["head2"].lower()
    assert all("range" not in seen.headers for seen in index.seen)
    assert len(index.asked(f"/files/{WHEEL}")) == 1


def test_ranges_are_offered_of_a_big_file_too(curl, index, demo):
    """uv asks an index for no range any more after one HEAD without them: then it reads whole wheels for METADATA."""
    content = offer_slowly(index, big_wheel(demo, 17 * MEBI), 1.0, provenance=None)
    url = index.file_url(WHEEL)
    result = curl.run("sh", "-c", f"curl -sS {index.simple}tomme-demo/ -o page; curl -sS -I -o head {url}; curl -sS -r -7 -o part -w '%{{http_code}}' {url}")
    assert result.out == "206", result.said
    assert b"accept-ranges: bytes" in (curl.work / "head").read_bytes().lower()
    assert (curl.work / "part").read_bytes() == content[-7:]


def test_no_range_of_a_refused_file(curl, index):
    index.entry(WHEEL).sha256 = "0" * 64
    url = index.file_url(WHEEL)
    result = curl.run("sh", "-c", f"curl -sS {index.simple}tomme-demo/ -o page; for r in 0-9 10- -7; do "
                                  f"curl -sS -r $r -o part -w '%{{http_code}} ' {url}; done; curl -sS -I -o head -w '%{{http_code}}' {url}")
    assert result.out == "403 403 403 403", result.said


@pytest.mark.parametrize("command", [PIP, UV], ids=["pip", "uv"])
def test_what_was_cut_short_is_refused_on_the_retry(local, index, demo, command):
    """More than is held back: it streams, its end is withheld, and the resume gets the reason."""
    offer_slowly(index, big_wheel(demo, 17 * MEBI), 1.0)
    for name in ("PIP_RETRIES", "UV_HTTP_RETRIES"):
        local.environment.pop(name)
    assert_refused(local, local.run(*command), "statement/subject")


def test_a_big_file_streams(curl, index, demo):
    content = offer_slowly(index, big_wheel(demo, 20 * MEBI), 1.0, provenance=None)
    result = curl.run("sh", "-c", f"curl -sS {index.simple}tomme-demo/ -o page; curl -sS -o got {index.file_url(WHEEL)}")
    assert result.code == 0, result.said
    assert (curl.work / "got").read_bytes() == content


# --- time


def test_a_slow_file_streams_and_its_end_waits(curl, index, demo):
    content = offer_slowly(index, big_wheel(demo, MEBI), 6.5)
    result = curl.run("sh", "-c", f"curl -sS {index.simple}tomme-demo/ -o page; curl -sS -o got -w '%{{http_code}} ' {index.file_url(WHEEL)}; "
                                  f"curl -sS -o again -w '%{{http_code}}' {index.file_url(WHEEL)}")
    assert result.code == REFUSED, result.said
    assert result.out == "200 403", result.said
    got = (curl.work / "got").read_bytes()
    assert len(got) <= len(content) - 64 * 1024 and content.startswith(got)


def test_a_slow_server_is_not_promised_for(curl, index):
    def slowly(handler):
        time.sleep(6)
        return Answer(404)
    index.answers[f"/files/{WHEEL}"] = slowly
    result = curl.run("curl", "-sS", "-o", "got", "-w", "%{http_code}", index.file_url(WHEEL))
    assert result.out == "404", result.said


# --- again


def test_what_is_kept_is_judged_again(local, index, made):
    index.entry(WHEEL).provenance = None
    assert_taken(local, local.run(*UV), "unattested")
    shutil.rmtree(local.work / "out")
    result = local.run(*UV, options=["--require", "attested"])
    assert_refused(local, result, "policy/unattested")
    assert len(index.asked(f"/files/{WHEEL}")) == 1


def test_what_is_kept_is_fetched_once(local, index):
    for _ in range(2):
        assert_taken(local, local.run(*UV))
        shutil.rmtree(local.work / "out")
    assert len(index.asked(f"/files/{WHEEL}")) == 1


def test_a_damaged_store_harms_nobody(local, index, demo):
    assert_taken(local, local.run(*UV))
    shutil.rmtree(local.work / "out")
    digest = sha256(demo.content)
    kept = local.cache / "files" / digest[:2] / digest[2:]
    kept.chmod(0o600)
    kept.write_bytes(changed(demo.content))
    assert_taken(local, local.run(*UV))
    assert len(index.asked(f"/files/{WHEEL}")) == 2


@pytest.mark.parametrize("command", [PIP, UV], ids=["pip", "uv"])
def test_warm_installer_caches_do_not_pass_by(local, index, command):
    for path in (f"/files/{WHEEL}", "/simple/tomme-demo/"):
        usual = index.usual_answer(path)
        index.answers[path] = lambda handler, usual=usual: usual._replace(headers=usual.headers | {"Cache-Control": "max-age=3600"})
    assert local.plain(*command).code == 0
    shutil.rmtree(local.work / "out")
    index.answers.clear()
    index.entry(WHEEL).provenance = None
    assert_refused(local, local.run(*command, options=["--require", "attested"]), "policy/unattested")


# --- credentials


@pytest.fixture
def files(certificates, made):
    with Index(certificates, made) as server:
        yield server


@pytest.mark.parametrize("command", [PIP, UV], ids=["pip", "uv"])
def test_credentials_reach_their_own_host_only(local, index, files, command):
    index.user = "me:secret"
    index.entry(WHEEL).url = files.file_url(WHEEL)
    url = index.simple.replace("//", "//me:secret@")
    local.environment |= {"PIP_INDEX_URL": url, "UV_DEFAULT_INDEX": url}
    result = local.run(*command, options=["--file-host", files.host])
    assert_taken(local, result)
    assert files.seen and all("authorization" not in seen.headers for seen in files.seen)
    proof = index.asked(f"/provenance/{WHEEL}")
    assert proof and "authorization" in proof[0].headers
    assert "secret" not in result.said and "secret" not in local.report.read_text()


def test_credentials_of_an_index_with_its_own_files(local, index):
    index.user = "me:secret"
    url = index.simple.replace("//", "//me:secret@")
    local.environment["UV_DEFAULT_INDEX"] = url
    assert_taken(local, local.run(*UV))


def test_a_challenge_is_answered(curl, index, demo):
    index.user = "me:secret"
    url = index.file_url(WHEEL)
    result = curl.run("sh", "-c", f"curl -sS -o got -D head -w '%{{http_code}} ' {url}; curl -sS -u me:secret -o got -w '%{{http_code}}' {url}")
    assert result.out == "401 200", result.said
    assert b"www-authenticate: basic" in (curl.work / "head").read_bytes().lower()
    assert (curl.work / "got").read_bytes() == demo.content
    assert result.code == 0


def test_credentials_are_not_redirected(curl, index, files, demo):
    index.redirect(f"/files/{WHEEL}", files.file_url(WHEEL))
    result = curl.run("curl", "-sS", "-u", "me:secret", "-o", "got", index.file_url(WHEEL), options=["--file-host", files.host])
    assert result.code == 0, result.said
    assert (curl.work / "got").read_bytes() == demo.content
    assert [("authorization" in seen.headers) for seen in files.asked(f"/files/{WHEEL}")] == [False]


# --- locks




def test_uv_lock_and_frozen_sync(local, index):
    local.write("pyproject.toml", PROJECT)
    assert local.plain("uv", "lock", "-q").code == 0
    lock = local.work / "uv.lock"
    before = lock.read_bytes()
    lock.unlink()
    result = local.run("uv", "lock", "-q")
    assert result.code == 0, result.said
    assert lock.read_bytes() == before
    index.seen.clear()
    result = local.run("uv", "sync", "-q", "--frozen", options=["--expect", "tomme-demo=example/tomme-demo"])
    assert result.code == 0, result.said
    assert result.file(WHEEL)["verdict"] == "verified"
    shutil.rmtree(local.work / ".venv")
    # What no page lists any more is as good as unattested.
    index.projects["tomme-demo"] = []
    result = local.run("uv", "sync", "-q", "--frozen", options=["--require", "attested"])
    assert result.code == REFUSED, result.said
    assert result.file(WHEEL)["refusal"]["code"] == "policy/unattested"


def test_frozen_sync_of_a_changed_wheel(local, index, demo):
    local.write("pyproject.toml", PROJECT)
    assert local.plain("uv", "lock", "-q").code == 0
    index.content[f"/files/{WHEEL}"] = changed(demo.content)
    result = local.run("uv", "sync", "-q", "--frozen")
    assert result.code == REFUSED, result.said
    assert result.file(WHEEL)["refusal"]["code"] == "guard/hash"
    assert "[guard/hash]" in result.said


def test_frozen_sync_while_the_index_does_not_answer(local, index):
    local.write("pyproject.toml", PROJECT)
    assert local.plain("uv", "lock", "-q").code == 0
    index.answer("/simple/tomme-demo/", 500)
    result = local.run("uv", "sync", "-q", "--frozen")
    assert result.code == 3, result.said
    assert not list(local.work.glob(".venv/lib/*/site-packages/tomme_demo.py"))


def test_poetry_lock_and_sync(local, index):
    local.write("pyproject.toml", PROJECT + '[tool.poetry]\npackage-mode = false\n[[tool.poetry.source]]\nname = "here"\n'
                                            f'url = "{index.simple}"\npriority = "primary"\n')
    local.environment |= {"POETRY_VIRTUALENVS_IN_PROJECT": "true", "REQUESTS_CA_BUNDLE": local.environment["SSL_CERT_FILE"]}
    plain = local.plain("poetry", "lock")
    assert plain.code == 0, plain.said
    lock = local.work / "poetry.lock"
    before = lock.read_bytes()
    lock.unlink()
    result = local.run("poetry", "lock")
    assert result.code == 0, result.said
    assert lock.read_bytes() == before
    index.entry(WHEEL).provenance = f"/provenance/tomme_demo_dep1-1.0-py3-none-any.whl"
    result = local.run("poetry", "sync")
    assert result.code == REFUSED, result.said
    assert result.file(WHEEL)["refusal"]["code"] == "statement/subject"
    assert "tomme: " in result.by_the_installer, "poetry does not print the reason"


def test_pip_lock(local):
    command = ("pip", "lock", "-q", "-o", "pylock.toml", "tomme-demo==1.0")
    if (plain := local.plain(*command)).code:
        pytest.skip(f"this pip has no lock: {plain.said.strip()}")
    before = (local.work / "pylock.toml").read_bytes()
    (local.work / "pylock.toml").unlink()
    result = local.run(*command)
    assert result.code == 0, result.said
    assert (local.work / "pylock.toml").read_bytes() == before


# --- builds


def sdist_that_needs(requirement: str) -> Package:
    files = {"pyproject.toml": f'[build-system]\nrequires = ["{requirement}"]\nbuild-backend = "backend"\nbackend-path = ["."]\n',
             "PKG-INFO": "Metadata-Version: 2.1\nName: builder\nVersion: 1.0\n",
             "backend.py": """import zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "builder-1.0-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        wheel.writestr("builder.py", "")
        wheel.writestr("builder-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: builder\\nVersion: 1.0\\n")
        wheel.writestr("builder-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("builder-1.0.dist-info/RECORD", "")
    return name
"""}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(f"builder-1.0/{name}")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    return Package("builder-1.0.tar.gz", out.getvalue(), None, None)


@pytest.mark.parametrize("command", [["pip", "wheel", "-q", "--no-deps", "-w", "out", "builder"],
                                     ["uv", "pip", "install", "-q", "--no-deps", "--target", "out", "builder"]], ids=["pip", "uv"])
def test_what_a_build_needs_is_judged_too(local, index, command):
    index.add(sdist_that_needs("tomme-demo-dep1"))
    result = local.run(*command)
    assert result.code == 0, result.said
    assert result.verdicts() == {"builder-1.0.tar.gz": "unattested", "tomme_demo_dep1-1.0-py3-none-any.whl": "attested"}
    shutil.rmtree(local.work / "out")
    index.entry("tomme_demo_dep1-1.0-py3-none-any.whl").sha256 = "0" * 64
    result = local.run(*command)
    assert result.code == REFUSED, result.said
    assert not list(local.work.glob("out/builder*"))


# --- plain http on this machine


@pytest.mark.parametrize("command", [PIP, UV], ids=["pip", "uv"])
def test_plain_http_on_this_machine(stage, made, demo, command):
    with Index(None, made) as index:
        stage.environment |= {"PIP_INDEX_URL": index.simple, "UV_DEFAULT_INDEX": index.simple}
        stage.options = ["--trusted-root", str(made / "trusted_root.json")]
        assert_taken(stage, stage.run(*command))
        shutil.rmtree(stage.work / "out")
        shutil.rmtree(stage.cache)
        index.content[f"/files/{WHEEL}"] = changed(demo.content)
        assert_refused(stage, stage.run(*command), "guard/hash")
