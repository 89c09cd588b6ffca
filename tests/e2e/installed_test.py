"""What is in the environments after a run: honest installations are accounted for to the last distribution, and what came in on the side
is named."""
import base64
import hashlib
import io
import os
import pathlib
import shutil
import tarfile
import zipfile

import pytest

from asked import BY_PIP_AND_UV, EXPECT, STRICT, came
from loopback_index import Package, plain_wheel
from made_archives import wheel_of
from stage import REFUSED

WHEEL = "tomme_demo-1.0-py3-none-any.whl"
DEMOS = {"tomme-demo", "tomme-demo-dep1", "tomme-demo-dep2"}
modes = pytest.mark.parametrize("options", [[], EXPECT, STRICT], ids=["default", "expected", "required"])

# A build backend that lies beside what it builds, and runs `side.py` when there is one.
BACKEND = r'''
import base64, hashlib, os, tomllib, zipfile

def _build(directory, files):
    if os.path.exists("side.py"):
        exec(open("side.py").read())
    project = tomllib.load(open("pyproject.toml", "rb"))["project"]
    name = project["name"].replace("-", "_")
    info = f"{name}-{project['version']}.dist-info"
    files |= {f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
                                  + "".join(f"Requires-Dist: {one}\n" for one in project.get("dependencies", [])),
              f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    rows = "".join(f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},"
                   f"{len(text)}\n" for path, text in files.items())
    files[f"{info}/RECORD"] = rows + f"{info}/RECORD,,\n"
    with zipfile.ZipFile(os.path.join(directory, f"{name}-{project['version']}-py3-none-any.whl"), "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
    return f"{name}-{project['version']}-py3-none-any.whl"

def build_wheel(directory, config_settings=None, metadata_directory=None):
    return _build(directory, {"mine.py": "x = 1\n"})

def build_editable(directory, config_settings=None, metadata_directory=None):
    return _build(directory, {"mine.pth": os.getcwd() + "\n"})
'''
PROJECT = '[project]\nname = "{name}"\nversion = "0.1"\nrequires-python = ">=3.11"\ndependencies = ["tomme-demo==1.0"]\n' \
          '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


def put_on_the_side(site: str, name: str, version: str) -> str:
    """Python that leaves a distribution in the folders of this glob."""
    return f"""
import glob, os
for site in glob.glob({site!r}):
    info = os.path.join(site, "{name.replace('-', '_')}-{version}.dist-info")
    os.makedirs(info, exist_ok=True)
    open(os.path.join(info, "METADATA"), "w").write("Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
    open(os.path.join(info, "RECORD"), "w").write("")
"""


def sdist_of(name: str, version: str, files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for path, text in files.items():
            info = tarfile.TarInfo(f"{name.replace('-', '_')}-{version}/{path}")
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return out.getvalue()


def own_project(stage, folder: pathlib.Path, name: str = "my-app", more: str = "", side: str = "") -> pathlib.Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(PROJECT.format(name=name) + more)
    (folder / "backend.py").write_text(BACKEND)
    if side:
        (folder / "side.py").write_text(side)
    return folder


@pytest.fixture
def venv(local) -> pathlib.Path:
    """Without pip, as uv makes it."""
    done = local.plain("uv", "venv", "-q", "v")
    assert done.code == 0, done.said
    return local.work / "v"


def assert_all_came(result, delivered=DEMOS, own=()):
    """Everything that is new is accounted for, and nothing is said that would alarm anybody."""
    assert result.code == 0, result.said
    expected = {"delivered": set(delivered)} | ({"own-folder": set(own)} if own else {})
    assert came(result) == expected, result.said
    assert "without being judged" not in result.err, result.said


# --- honest: pip


@modes
def test_pip_into_an_environment(local, venv, options):
    assert_all_came(local.run("pip", "--python", "v", "install", "-q", "tomme-demo", options=options))


@modes
@pytest.mark.parametrize("words", [["--target", "out"], ["--prefix", "pre"], ["--root", "r", "--ignore-installed"], ["-tout", "--upgrade"]], ids=" ".join)
def test_pip_elsewhere(local, options, words):
    assert_all_came(local.run("pip", "install", "-q", "--break-system-packages", *words, "tomme-demo", options=options))


def test_pip_for_this_user(local):
    command = ("/usr/bin/python3", "-m", "pip", "install", "-q", "--user", "--break-system-packages", "tomme-demo")
    if local.plain("/usr/bin/python3", "-m", "pip", "--version").code:
        command = ("pip", "--python", "/usr/bin/python3", *command[3:])
    assert_all_came(local.run(*command, options=STRICT))


@pytest.mark.parametrize("settings", [{"PIP_TARGET": "out"}, {"PIP_PREFIX": "pre"}, {"PIP_PYTHON": "v"}, {"PIP_CONFIG_FILE": "pip.conf"}], ids=str)
def test_pip_by_its_settings(local, venv, settings):
    local.write("pip.conf", f"[install]\ntarget = {local.work}/out\n[global]\nindex-url = {local.environment['PIP_INDEX_URL']}\n")
    assert_all_came(local.run("pip", "install", "-q", "tomme-demo", options=STRICT, env=settings))


@modes
def test_pip_builds_a_source_distribution(local, venv, options):
    command = ("pip", "--python", "v", "install", "-q", "--no-binary", ":all:", "tomme-demo")
    assert_all_came(local.run(*command, options=options))


@modes
def test_pip_again_and_again(local, venv, options):
    command = ("pip", "--python", "v", "install", "-q", "tomme-demo")
    assert local.plain(*command).code == 0
    result = local.run(*command, options=options)
    assert result.code == 0 and result.report["installed"] == [], result.said
    assert ("tomme_demo 1.0 in " in result.err) == bool(options), result.said
    assert_all_came(local.run(*command, "--force-reinstall", options=options))


# --- honest: uv


@modes
@pytest.mark.parametrize("words", [["--python", "v"], ["--target", "out"], ["--prefix", "pre"], ["--python", "v", "--link-mode", "copy"],
                                   ["--python", "v", "--no-binary", ":all:"], ["--python", "v", "--compile-bytecode"]], ids=" ".join)
def test_uv_pip(local, venv, options, words):
    assert_all_came(local.run("uv", "pip", "install", "-q", *words, "tomme-demo", options=options))


def test_uv_pip_reinstalls(local, venv):
    command = ("uv", "pip", "install", "-q", "--python", "v", "tomme-demo")
    assert local.plain(*command).code == 0
    assert_all_came(local.run(*command, "--reinstall", options=STRICT))


@modes
def test_uv_sync_makes_an_environment(local, options):
    own_project(local, local.work)
    result = local.run("uv", "sync", "-q", options=options)
    assert_all_came(result, own={"my-app"})
    assert "my-app 0.1 was installed from your own folder" in result.err, result.said
    assert_all_came(local.run("uv", "sync", "-q", "--no-editable", "--reinstall", options=options), own={"my-app"})
    result = local.run("uv", "sync", "-q", options=[])
    assert result.code == 0, result.said


@pytest.mark.parametrize("command", [
    ("uv", "pip", "install", "-q", "--python", "v", "-e", "."), ("uv", "pip", "install", "-q", "--python", "v", "./libs/other", "."),
    ("pip", "--python", "v", "install", "-q", "-e", "."), ("pip", "--python", "v", "install", "-q", "."),
    ("pip", "--python", "v", "install", "-q", "-r", "r.txt")], ids=" ".join)
def test_ones_own_folder_by_its_path(local, venv, command):
    """What a developer types all day: a demand for proof is about what others deliver."""
    own_project(local, local.work)
    own_project(local, local.work / "libs/other", name="other")
    (local.work / "r.txt").write_text("-e .\n./libs/other\n")
    own = {"my-app"} | ({"other"} if {"./libs/other", "r.txt"} & set(command) else set())
    assert_all_came(local.run(*command, options=STRICT), own=own)


def test_a_folder_beside_in_the_same_checkout(local, venv):
    """A repository of several projects that name one another by `../`."""
    (local.work / ".git").mkdir()
    (local.work / ".git/HEAD").write_text("ref: refs/heads/main\n")
    own_project(local, local.work / "lib", name="lib")
    app = own_project(local, local.work / "app")
    text = (app / "pyproject.toml").read_text().replace("tomme-demo==1.0", "lib")
    (app / "pyproject.toml").write_text(text + '[tool.uv.sources]\nlib = {path = "../lib", editable = true}\n')
    local.work = app
    assert_all_came(local.run("uv", "sync", "-q", options=STRICT), own={"my-app", "lib"})
    assert_all_came(local.run("pip", "--python", "../v", "install", "-q", "-e", "../lib", options=STRICT), own={"lib"})


def test_uv_from_below_and_from_elsewhere(local):
    own_project(local, local.work / "app")
    (local.work / "app/deep").mkdir()
    assert_all_came(local.run("uv", "sync", "-q", cwd=local.work / "app/deep", options=STRICT), own={"my-app"})
    shutil.rmtree(local.work / "app/.venv")
    assert_all_came(local.run("uv", "--project", "app", "sync", "-q", options=STRICT), own={"my-app"})
    assert_all_came(local.run("uv", "--directory", "app", "sync", "-q", options=STRICT, env={"UV_PROJECT_ENVIRONMENT": "other"}), own={"my-app"})


def test_uv_workspace(local):
    own_project(local, local.work, more='[tool.uv.workspace]\nmembers = ["packages/*"]\n')
    own_project(local, local.work / "packages/one", "my-one")
    assert_all_came(local.run("uv", "sync", "-q", "--all-packages", options=STRICT), own={"my-app", "my-one"})


@pytest.mark.parametrize("command", [["uv", "pip", "install", "-q", "--python", "v", "-e", "."], ["pip", "--python", "v", "install", "-q", "-e", "."],
                                     ["uv", "pip", "install", "-q", "--python", "v", "."], ["pip", "--python", "v", "install", "-q", "."]], ids=" ".join)
def test_the_folder_itself(local, venv, command):
    own_project(local, local.work)
    assert_all_came(local.run(*command, options=EXPECT if "-e" not in command else []), own={"my-app"})


@pytest.mark.parametrize("options", [[], EXPECT], ids=["default", "expected"])
def test_uv_tools(local, index, options):
    index.add(Package("tomme_tool-1.0-py3-none-any.whl", wheel_of("tomme-tool", "1.0"), None, None), "tomme-tool")
    places = {"UV_TOOL_DIR": str(local.work / "tools"), "UV_TOOL_BIN_DIR": str(local.work / "bin")}
    assert_all_came(local.run("uv", "tool", "install", "-q", "--with", "tomme-demo", "tomme-tool", options=options, env=places),
                    delivered={*DEMOS, "tomme-tool"})
    result = local.run("uvx", "-q", "--with", "tomme-demo", "--from", "tomme-tool", "tomme-tool-script", options=options)
    assert result.code == 0 and "unjudged" not in came(result), result.said


@modes
def test_uv_run(local, options):
    result = local.run("uv", "run", "-q", "--no-project", "--with", "tomme-demo", "python", "-c", "import tomme_demo", options=options)
    assert result.code == 0 and "unjudged" not in came(result), result.said
    local.write("script.py", '# /// script\n# dependencies = ["tomme-demo"]\n# ///\nimport tomme_demo\n')
    assert_all_came(local.run("uv", "run", "-q", "--script", "script.py", options=options))


@pytest.mark.parametrize("file", [WHEEL, "tomme_demo-1.0.tar.gz"])
@pytest.mark.parametrize("command", [["pip", "--python", "v", "install", "-q"], ["uv", "pip", "install", "-q", "--python", "v"]], ids=lambda words: words[0])
@pytest.mark.parametrize("fragment", [True, False])
def test_a_judged_file_by_its_address(local, index, venv, command, file, fragment):
    digest = hashlib.sha256(index.content[f"/files/{file}"]).hexdigest()
    requirement = f"tomme-demo @ {index.base}/files/{file}" + (f"#sha256={digest}" if fragment else "")
    assert_all_came(local.run(*command, requirement, options=EXPECT))
    assert f"/files/{file}" in next(venv.glob("lib/*/site-packages/tomme_demo-1.0.dist-info/direct_url.json")).read_text()


@pytest.mark.parametrize("command", [["uv", "sync", "-q"], ["uv", "sync", "-q", "--no-editable"]], ids=" ".join)
def test_the_expected_project_in_its_own_folder(local, command):
    """Who develops a project asks for exactly this folder."""
    own_project(local, local.work, "tomme-demo")
    settings = local.work / "pyproject.toml"
    settings.write_text(settings.read_text().replace('"tomme-demo==1.0"', '"tomme-demo-dep1"'))
    result = local.run(*command, options=EXPECT)
    assert_all_came(result, delivered={"tomme-demo-dep1"}, own={"tomme-demo"})
    assert "tomme-demo 0.1 was installed from your own folder" in result.err, result.said


def shared_wheel(name: str) -> bytes:
    """With a file that others have too."""
    return plain_wheel(name, {f"{name.replace('-', '_')}.py": "x = 1\n", "tests/__init__.py": f"# of {name}\n"})


@pytest.mark.parametrize("command", [["pip", "--python", "v", "install", "-q"], ["uv", "pip", "install", "-q", "--python", "v"]], ids=lambda words: words[0])
def test_a_file_that_two_wheels_have(local, index, venv, command):
    names = ("tomme-alpha", "tomme-zeta")
    for name in names:
        index.add(Package(f"{name.replace('-', '_')}-1.0-py3-none-any.whl", shared_wheel(name), None, None), name)
    result = local.run(*command, *names, "tomme-demo", options=EXPECT)
    assert_all_came(result, delivered={*DEMOS, *names})
    assert "its tests/__init__.py was overwritten by tomme-" in result.err, result.said


# --- honest: poetry and pdm


def poetry_project(local, index, more=""):
    local.environment |= {"REQUESTS_CA_BUNDLE": local.environment["SSL_CERT_FILE"]}
    source = f'[[tool.poetry.source]]\nname = "here"\nurl = "{index.simple}"\npriority = "primary"\n'
    own_project(local, local.work, more=source + more)
    (local.work / "my_app").mkdir()
    (local.work / "my_app/__init__.py").write_text("")
    (local.work / "README.md").write_text("")
    done = local.plain("poetry", "lock")
    assert done.code == 0, done.said


@modes
@pytest.mark.parametrize("in_project", ["true", "false"])
def test_poetry_makes_an_environment(local, index, options, in_project):
    poetry_project(local, index)
    result = local.run("poetry", "sync", options=options, env={"POETRY_VIRTUALENVS_IN_PROJECT": in_project})
    seeds = came(result).pop("seed", set())
    assert seeds <= {"pip", "setuptools", "wheel"}, result.said
    result.report["installed"] = [entry for entry in result.report["installed"] if entry["from"] != "seed"]
    assert_all_came(result, own={"my-app"})


@pytest.fixture
def pdm(local, index):
    local.environment |= {"PDM_CHECK_UPDATE": "0", "PDM_USE_UV": "0", "PDM_NON_INTERACTIVE": "1",
                          "REQUESTS_CA_BUNDLE": local.environment["SSL_CERT_FILE"]}
    own_project(local, local.work, more=f'[[tool.pdm.source]]\nname = "pypi"\nurl = "{index.simple}"\nverify_ssl = true\n')
    done = local.plain("pdm", "use", "-q", "--first", "/usr/bin/python3")
    assert done.code == 0, done.said
    assert local.plain("pdm", "lock", "-q").code == 0
    return local


@modes
@pytest.mark.parametrize("words", [[], ["--no-editable"]], ids=str)
def test_pdm_sync(pdm, options, words):
    assert_all_came(pdm.run("pdm", "sync", "-q", *words, options=options), own={"my-app"})


def test_pdm_makes_an_environment(pdm):
    shutil.rmtree(pdm.work / ".venv", ignore_errors=True)
    (pdm.work / ".pdm-python").unlink(missing_ok=True)
    result = pdm.run("pdm", "install", "-q", options=STRICT)
    result.report["installed"] = [entry for entry in result.report["installed"] if entry["from"] != "seed"]
    assert_all_came(result, own={"my-app"})


@modes
def test_pipx(local, options):
    result = local.run("pipx", "install", "tomme-demo", options=options)
    result.report["installed"] = [entry for entry in result.report["installed"] if entry["from"] != "seed"]
    assert not any(entry["from"] == "unjudged" for entry in result.report["installed"]), result.said


# --- honest: environments that begin with what this machine has, and wheels that installers rewrite


def test_a_new_environment_has_pip_of_this_machine(local):
    result = local.run("sh", "-c", "set -e; python3 -m venv v; v/bin/pip install -q tomme-demo")
    assert result.code == 0 and "without being judged" not in result.err, result.said
    assert came(result)["delivered"] == DEMOS and came(result)["seed"] <= {"pip", "setuptools"}, result.said
    assert set(came(result)) == {"delivered", "seed"}, result.said


@pytest.mark.parametrize("command", [["pip", "--python", "v", "install", "-q"], ["uv", "pip", "install", "-q", "--python", "v"],
                                     ["uv", "pip", "install", "-q", "--target", "out"], ["pip", "install", "-q", "--target", "out"]], ids=" ".join)
@pytest.mark.parametrize("record", ["right", "wrong"])
def test_wheels_with_everything_in_them(local, index, venv, command, record):
    for version in ("1.0", "2.0"):
        wrong = {f"tomme_odd-{version}.dist-info/LICENSE": "x"} if record == "right" else {}
        content = wheel_of("tomme-odd", version, wrong)
        if record == "wrong":
            content = spoil_record(content)
        index.add(Package(f"tomme_odd-{version}-py3-none-any.whl", content, None, None), "tomme-odd")
    index.add(Package("tomme_odd-1.0+local.1-py3-none-any.whl", wheel_of("tomme-odd", "1.0+local.1"), None, None), "tomme-odd")
    for version in ("1.0+local.1", "2.0"):
        result = local.run(*command, *(["--upgrade"] if command[0] == "pip" else []), f"tomme-odd=={version}", options=["--expect", "tomme-demo=example/tomme-demo"])
        assert_all_came(result, delivered={"tomme-odd"})


def spoil_record(wheel: bytes) -> bytes:
    """A digest that is not the file's, as some real wheels have."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(wheel)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("/RECORD"):
                first, rest = content.split(b"\r\n", 1)
                digest = base64.urlsafe_b64encode(hashlib.sha256(b"another").digest()).rstrip(b"=")
                content = first.split(b",sha256=")[0] + b",sha256=" + digest + b",1\r\n" + rest
            target.writestr(name, content)
    return out.getvalue()


# --- on the side


def test_a_source_distribution_that_brings_an_expected_project(local, index, venv):
    side = put_on_the_side(str(venv / "lib*/python*/site-packages"), "tomme-demo", "9.9")
    index.add(Package("tomme_door-0.1.tar.gz", sdist_of("tomme-door", "0.1", {
        "pyproject.toml": PROJECT.format(name="tomme-door").replace('"tomme-demo==1.0"', ""), "backend.py": BACKEND, "side.py": side,
        "PKG-INFO": "Metadata-Version: 2.1\nName: tomme-door\nVersion: 0.1\n"}), None, None), "tomme-door")
    for command in (["uv", "pip", "install", "-q", "--python", "v"], ["pip", "--python", "v", "install", "-q"]):
        result = local.run(*command, "tomme-door")
        assert result.code == 0 and "installed without being judged: tomme-demo 9.9 in " in result.err, result.said
        shutil.rmtree(next(venv.glob("lib/*/site-packages/tomme_demo-9.9.dist-info")))
        shutil.rmtree(next(venv.glob("lib/*/site-packages/tomme_door-0.1.dist-info")))
        result = local.run(*command, "tomme-door", options=EXPECT)
        assert result.code == REFUSED, result.said
        assert came(result) == {"delivered": {"tomme-door"}, "unjudged": {"tomme-demo"}}
        assert [entry["why"]["code"] for entry in result.report["refused"]] == ["guard/installed"]
        assert "installed without being judged: tomme-demo 9.9 in " in result.err
        shutil.rmtree(next(venv.glob("lib/*/site-packages/tomme_demo-9.9.dist-info")))
        shutil.rmtree(next(venv.glob("lib/*/site-packages/tomme_door-0.1.dist-info")))


METADATA = "Metadata-Version: 2.1\nName: tomme-demo\nVersion: 9.0\n"


@BY_PIP_AND_UV
@pytest.mark.parametrize("files", [
    {"tomme_demo-9.0.EGG-INFO/PKG-INFO": METADATA},
    {"odd.pth": "odd_vendored\n", "odd_vendored/tomme_demo-9.0.dist-info/METADATA": METADATA},
    {"tomme-demo.egg-link": "odd_vendored\n", "odd_vendored/tomme_demo.egg-info/PKG-INFO": METADATA}],
    ids=["capital letters", "a path file", "an egg link"])
def test_another_wheel_that_brings_an_expected_project(local, index, venv, command, files):
    """Python's own importlib.metadata takes all of these for an installed tomme-demo 9.0."""
    index.add(Package("tomme_odd-1.0-py3-none-any.whl", wheel_of("tomme-odd", "1.0", files), None, None), "tomme-odd")
    result = local.run(*command, "tomme-odd", options=EXPECT)
    assert result.code == REFUSED, result.said
    assert "installed without being judged: tomme-demo 9.0 in " in result.err, result.said


@BY_PIP_AND_UV
@pytest.mark.parametrize("path", ["tomme_demo/__init__.py", "__pycache__/tomme_demo.cpython-311.pyc"])
def test_another_wheel_whose_module_comes_first(local, index, venv, command, path):
    index.add(Package("tomme_odd-1.0-py3-none-any.whl", wheel_of("tomme-odd", "1.0", {path: ""}), None, None), "tomme-odd")
    result = local.run(*command, "tomme-demo", "tomme-odd", options=EXPECT)
    assert result.code == REFUSED and path in result.err, result.said


def test_an_own_project_whose_build_brings_something(local):
    own_project(local, local.work, side=put_on_the_side(str(local.work / ".venv/lib/*/site-packages"), "beside", "3.0"))
    result = local.run("uv", "sync", "-q", options=STRICT)
    assert result.code == REFUSED, result.said
    assert came(result) == {"delivered": DEMOS, "own-folder": {"my-app"}, "unjudged": {"beside"}}, result.said
    assert "beside 3.0" in result.err


def test_another_content_under_the_same_name(local, venv):
    """The wheel passes, and something else is what lies in the environment in the end."""
    local.write("change.py", """
import pathlib, subprocess
subprocess.run(["uv", "pip", "install", "-q", "--python", "v", "tomme-demo"], check=True)
for found in pathlib.Path("v").glob("lib/*/site-packages/tomme_demo.py"):
    found.unlink()
    found.write_text("x = 1")
""")
    result = local.run("/usr/bin/python3", "change.py", options=EXPECT, env={"VIRTUAL_ENV": str(local.work / "v")})
    assert result.code == REFUSED, result.said
    assert "tomme_demo.py is not the one of " + WHEEL in result.err, result.said


@pytest.mark.parametrize("command", [["pip", "--python", "v", "install", "-q", "--no-index", "--find-links", "links"],
                                     ["uv", "pip", "install", "-q", "--python", "v", "--no-index", "--find-links", "links"]], ids=lambda words: words[0])
def test_files_of_a_folder_are_named(local, venv, command):
    (local.work / "links").mkdir()
    (local.work / "links/tomme_odd-1.0-py3-none-any.whl").write_bytes(wheel_of("tomme-odd", "1.0"))
    result = local.run(*command, "tomme-odd")
    assert result.code == 0 and "installed without being judged: tomme-odd 1.0 in " in result.err, result.said
    assert came(result) == {"unjudged": {"tomme-odd"}}


def only_sdists(index) -> None:
    index.projects["tomme-demo"] = [entry for entry in index.projects["tomme-demo"] if entry.filename.endswith(".tar.gz")]


def another_demo(index) -> str:
    """The address of a source distribution with another name that is built to tomme-demo 1.0."""
    text = PROJECT.format(name="tomme-demo").replace('"tomme-demo==1.0"', "").replace("0.1", "1.0")
    index.add(Package("tomme_elsewhere-1.0.tar.gz", sdist_of("tomme-elsewhere", "1.0", {
        "pyproject.toml": text, "backend.py": BACKEND}), None, None),  # with a PKG-INFO it would not be delivered
        "tomme-elsewhere")
    return f"{index.base}/files/tomme_elsewhere-1.0.tar.gz"


def assert_demo_is_refused(result, reason: str) -> None:
    assert result.code == REFUSED, result.said
    assert "tomme-demo" in came(result).get("unjudged", ()) and "tomme-demo" not in came(result).get("delivered", ()), result.said
    assert f"installed without being judged: tomme-demo 1.0 in " in result.err and reason in result.err, result.said


@pytest.mark.parametrize("tool", ["pip", "poetry", "pdm"])
def test_an_honest_source_distribution_covers_nothing_from_elsewhere(local, index, venv, tool):
    """What depends on another file of that name and version has it installed in the place of the judged one."""
    only_sdists(index)
    wanted = f"tomme-demo @ {another_demo(index)}"
    text = PROJECT.format(name="tomme-door").replace("tomme-demo==1.0", wanted)
    index.add(Package("tomme_door-0.1.tar.gz", sdist_of("tomme-door", "0.1", {
        "pyproject.toml": text, "backend.py": BACKEND,
        "PKG-INFO": f"Metadata-Version: 2.1\nName: tomme-door\nVersion: 0.1\nRequires-Dist: {wanted}\n"}), None, None), "tomme-door")
    local.environment |= {"REQUESTS_CA_BUNDLE": local.environment["SSL_CERT_FILE"], "PDM_CHECK_UPDATE": "0", "PDM_USE_UV": "0",
                          "PDM_NON_INTERACTIVE": "1", "POETRY_VIRTUALENVS_IN_PROJECT": "true"}
    sources = {"poetry": f'[tool.poetry]\npackage-mode = false\n[[tool.poetry.source]]\nname = "here"\nurl = "{index.simple}"\npriority = "primary"\n',
               "pdm": f'[tool.pdm]\ndistribution = false\n[[tool.pdm.source]]\nname = "pypi"\nurl = "{index.simple}"\nverify_ssl = true\n'}
    if tool == "pip":
        command = ("pip", "--python", "v", "install", "-q", "tomme-demo", "tomme-door")
    else:
        local.write("pyproject.toml", '[project]\nname = "my-app"\nversion = "0.1"\nrequires-python = ">=3.11"\n'
                                      'dependencies = ["tomme-demo", "tomme-door"]\n' + sources[tool])
        command = ("poetry", "install") if tool == "poetry" else ("pdm", "install", "-q")
    if tool == "pdm":
        assert local.plain("pdm", "use", "-q", "--first", "/usr/bin/python3").code == 0
    result = local.run(*command, options=EXPECT)
    assert result.code != 0, result.said
    # Some of it is refused before anything comes that far.
    if any("tomme-demo" in names for names in came(result).values()):
        assert_demo_is_refused(result, "it came from https://localhost:")


@pytest.mark.parametrize("place", ["address", "file", "folder"])
@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_an_honest_source_distribution_covers_nothing_from_a_script(local, index, venv, tool, place):
    only_sdists(index)
    places = {"address": f"tomme-demo @ {another_demo(index)}", "file": str(local.work / "vendor/tomme_demo-1.0-py3-none-any.whl"), "folder": str(local.work / "vendor")}
    own_project(local, local.work / "vendor", "tomme-demo")
    settings = local.work / "vendor/pyproject.toml"
    settings.write_text(settings.read_text().replace('"tomme-demo==1.0"', "").replace("0.1", "1.0"))
    pathlib.Path(places["file"]).write_bytes(wheel_of("tomme-demo", "1.0"))
    command = ["pip", "--python", "v", "install", "-q"] if tool == "pip" else ["uv", "pip", "install", "-q", "--python", "v"]
    again = [*command, "--force-reinstall" if tool == "pip" else "--reinstall", "--no-deps", places[place]]
    local.write("twice.py", f"import subprocess\nsubprocess.run({[*command, 'tomme-demo']!r}, check=True)\nsubprocess.run({again!r}, check=True)\n")
    result = local.run("/usr/bin/python3", "twice.py", options=EXPECT, env={"VIRTUAL_ENV": str(venv)})
    assert "tomme_demo-1.0.tar.gz" in result.verdicts(), result.said
    assert_demo_is_refused(result, "it came from https://localhost:" if place == "address" else "it came from file:///")


def test_an_expected_project_that_is_a_member_of_a_workspace(local):
    own_project(local, local.work, more='[tool.uv.workspace]\nmembers = ["packages/*"]\n[tool.uv.sources]\ntomme-demo = { workspace = true }\n')
    member = own_project(local, local.work / "packages/one", "tomme-demo") / "pyproject.toml"
    member.write_text(member.read_text().replace('"tomme-demo==1.0"', '"tomme-demo-dep1"').replace("0.1", "1.0"))
    result = local.run("uv", "sync", "-q", options=[])
    assert result.code == 0 and came(result)["own-folder"] == {"my-app", "tomme-demo"}, result.said
    shutil.rmtree(local.work / ".venv")
    result = local.run("uv", "sync", "-q", options=EXPECT)
    assert result.code != 0 and "tomme-demo" in result.err, result.said
    if result.report["installed"]:
        assert_demo_is_refused(result, "a folder, and its signer is expected")


def test_an_expected_project_that_never_came(local, venv):
    result = local.run("uv", "pip", "install", "-q", "--python", "v", "tomme-demo-dep1", options=EXPECT)
    assert result.code == 0 and "the expectation for tomme-demo was never used: no file of that project came" in result.err, result.said
    result = local.run("uv", "pip", "install", "-q", "--python", "v", "tomme-demo", options=EXPECT)
    assert "was never used" not in result.err, result.said
    result = local.run("uv", "pip", "install", "-q", "--python", "v", "tomme-demo", options=EXPECT)
    assert "the expectation for tomme-demo was never used: tomme_demo 1.0 in " in result.err, result.said
    assert "was installed already, and what is there is not judged" in result.err, result.said


def test_nothing_is_left_of_the_look(local, venv):
    before = sorted(os.listdir(local.work))
    assert local.run("uv", "pip", "list", "--python", "v").code == 0
    assert sorted(os.listdir(local.work)) == before and not local.run_folders()
