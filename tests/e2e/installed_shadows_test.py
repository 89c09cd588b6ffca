"""What one judged wheel brings that is imported or started instead of what an expected project has."""
import pytest

from asked import BY_PIP_AND_UV, EXPECT, came
from loopback_index import Package, plain_wheel
from made_archives import wheel_of
from stage import REFUSED

HOST = ["--expect", "tomme-host=example/tomme-host"]
INFO = {"odd": "tomme_odd-1.0.dist-info", "host": "tomme_host-1.0.dist-info"}


def offer(index, name: str, files: dict[str, str]) -> None:
    index.add(Package(f"{name.replace('-', '_')}-1.0-py3-none-any.whl", plain_wheel(name, files), None, None), name)


@pytest.fixture
def venv(local):
    done = local.plain("uv", "venv", "-q", "v")
    assert done.code == 0, done.said
    return local.work / "v"


def beside(local, index, own: dict[str, str], others: dict[str, str], command=("uv", "pip", "install", "-q", "--python", "v")):
    """A tomme-host that is there, its signer expected, and then tomme-odd. What is there is judged again no file by file."""
    offer(index, "tomme-host", own)
    offer(index, "tomme-odd", others)
    done = local.plain("uv", "pip", "install", "-q", "--python", "v", "tomme-host")
    assert done.code == 0, done.said
    return local.run(*command, "tomme-odd", options=HOST)


def assert_host_is_refused(result, *words: str) -> None:
    assert result.code == REFUSED, result.said
    assert came(result) == {"delivered": {"tomme-odd"}, "unjudged": {"tomme-host"}}, result.said
    for word in ("installed without being judged: tomme-host 1.0 in ", *words):
        assert word in result.err, result.said


def assert_let_through(result) -> None:
    assert result.code == 0 and "unjudged" not in came(result), result.said


@BY_PIP_AND_UV
@pytest.mark.parametrize("path", ["tomme_host/__init__.py", "tomme_host.py"])
def test_a_namespace_that_becomes_a_package(local, index, venv, command, path):
    result = beside(local, index, {"tomme_host/core.py": "x = 1\n"}, {path: "x = 2\n"}, command)
    assert_host_is_refused(result, f"tomme-odd 1.0 has brought {path}, which Python may import instead of its tomme_host/")


@pytest.mark.parametrize("path", ["lib/python3.11/tomme_host.py", "lib/python3.11/lib-dynload/tomme_host.abi3.so"])
def test_a_module_in_pythons_own_library(local, index, venv, path):
    result = beside(local, index, {"tomme_host.py": "x = 1\n"}, {f"tomme_odd-1.0.data/data/{path}": "x = 2\n"})
    assert_host_is_refused(result, "tomme_host.", "instead of its tomme_host.py")


def test_an_overlay_of_uv_run(local, index, venv):
    """It lies in the run's own cache, and its folder comes before the environment's."""
    offer(index, "tomme-odd", {"tomme_demo.py": "print('another')\n"})
    command = ("uv", "run", "-q", "--no-project", "--python", "v", "--with", "tomme-odd", "python", "-c", "import tomme_demo")
    assert local.plain("uv", "pip", "install", "-q", "--python", "v", "tomme-demo").code == 0
    result = local.run(*command, options=EXPECT, env={"VIRTUAL_ENV": str(venv)})
    assert result.code == REFUSED and "tomme-odd 1.0 has brought tomme_demo.py" in result.err, result.said


@pytest.mark.parametrize("flags, env, code", [([], {"UV_NO_CACHE": "1"}, REFUSED), (["--no-cache"], {}, 2), (["-n"], {}, 2),
                                              (["--isolated"], {}, 2)], ids=["variable", "--no-cache", "-n", "--isolated"])
def test_an_environment_that_uv_would_delete(local, index, flags, env, code):
    """With the variable uv keeps nothing: it is not handed on. With the others nobody could look at it afterwards."""
    offer(index, "tomme-odd", {"tomme_demo/__init__.py": "print('another')\n"})
    command = ["uv", "run", "-q", *flags, "--no-project", "--with", "tomme-odd,tomme-demo", "python", "-c", "import tomme_demo"]
    result = local.run(*command, options=EXPECT, env=env)
    assert result.code == code, result.said
    assert ("guard/unproven" if code == 2 else "installed without being judged: tomme-demo 1.0 in ") in result.err, result.said


def test_where_a_path_file_of_an_overlay_leads(local, index, venv):
    """Right behind the overlay's own folder, and before the environment's."""
    offer(index, "tomme-odd", {"A.pth": "early\n", "early/tomme_demo.py": "print('another')\n"})
    command = ("uv", "run", "-q", "--no-project", "--python", "v", "--with", "tomme-odd", "python", "-c", "import tomme_demo")
    assert local.plain("uv", "pip", "install", "-q", "--python", "v", "tomme-demo").code == 0
    result = local.run(*command, options=EXPECT, env={"VIRTUAL_ENV": str(venv)})
    assert result.code == REFUSED and "tomme-odd 1.0 has brought tomme_demo.py" in result.err, result.said


METADATA = "Metadata-Version: 2.1\nName: tomme-host\nVersion: 1.0\n"


@BY_PIP_AND_UV
@pytest.mark.parametrize("files", [{"tomme_host-1.0-py3.11.egg-info": METADATA},
                                   {"A.pth": "extra\n", f"extra/{INFO['host']}/METADATA": METADATA},
                                   {"A.pth": "extra\u3000\n", f"extra/{INFO['host']}/METADATA": METADATA},
                                   {"A.pth": "extra\n", f"extra/{INFO['host']}/METADATA": METADATA,
                                    f"extra/{INFO['host']}/direct_url.json": '{"url": "file:///proc/self/cwd", "dir_info": {}}'},
                                   {"tomme_host.egg-link": ".\n.\n"}],
                         ids=["a file", "behind a .pth", "behind a blank", "own by its word", "a link"])
def test_a_further_distribution_that_a_wheel_brings(local, index, venv, command, files):
    (local.work / "pyproject.toml").write_text('[project]\nname = "tomme-host"\nversion = "1.0"\n')
    offer(index, "tomme-odd", {"tomme_host.py": "x = 2\n", **files})
    result = local.run(*command, "tomme-odd", options=HOST)
    assert result.code == REFUSED, result.said
    assert "tomme-odd 1.0 has brought its tomme_host" in result.err, result.said


@BY_PIP_AND_UV
@pytest.mark.parametrize("others", [{f"{INFO['odd']}/entry_points.txt": "[console_scripts]\ntomme-host = tomme_odd:main\n"},
                                    {"tomme_odd-1.0.data/scripts/tomme-host": "#!python\n"}], ids=["entry point", "script"])
def test_a_script_of_the_projects_name(local, index, venv, command, others):
    own = {"tomme_host.py": "", f"{INFO['host']}/entry_points.txt": "[console_scripts]\ntomme-host = tomme_host:main\n"}
    result = beside(local, index, own, {"tomme_odd.py": "", **others}, command)
    assert_host_is_refused(result, "tomme-odd 1.0 has brought the script tomme-host")


def test_a_script_of_another_name_that_two_have(local, index, venv):
    points = "[console_scripts]\ntomme-tool = {}:main\n"
    result = beside(local, index, {"tomme_host.py": "", f"{INFO['host']}/entry_points.txt": points.format("tomme_host")},
                    {"tomme_odd.py": "", f"{INFO['odd']}/entry_points.txt": points.format("tomme_odd")})
    assert_let_through(result)
    assert "tomme-odd 1.0 has brought the script tomme-tool, as tomme-host 1.0 has" in result.err, result.said


@BY_PIP_AND_UV
@pytest.mark.parametrize("path", ["scripts/tomme_host.py", "data/bin/tomme_host/__init__.py"])
def test_a_module_beside_scripts(local, index, venv, command, path):
    """Python looks beside a started script before all else."""
    result = beside(local, index, {"tomme_host.py": ""}, {"tomme_odd.py": "", f"tomme_odd-1.0.data/{path}": ""}, command)
    assert_host_is_refused(result, "tomme-odd 1.0 has brought bin/tomme_host")


@BY_PIP_AND_UV
@pytest.mark.parametrize("path", ["scripts/python3._pth", "scripts/pyvenv.cfg", "data/lib/python311.zip"])
def test_what_leads_python_elsewhere(local, index, venv, command, path):
    offer(index, "tomme-odd", {"tomme_odd.py": "", f"tomme_odd-1.0.data/{path}": "# nothing\n"})
    result = local.run(*command, "tomme-odd", "tomme-demo", options=EXPECT)
    assert result.code == REFUSED and "by which Python may look for all modules elsewhere [guard/installed]" in result.err, result.said


@BY_PIP_AND_UV
@pytest.mark.parametrize("path, words", [("shutil.py", "Python finds these before its own whenever a script beside them is started"),
                                         ("activate.fish", "a shell runs these when it enters the environment")])
def test_what_scripts_and_shells_run_unasked_is_told(local, index, venv, command, path, words):
    offer(index, "tomme-odd", {"tomme_odd.py": "", f"tomme_odd-1.0.data/scripts/{path}": "# nothing\n"})
    result = local.run(*command, "tomme-odd", "tomme-demo", options=EXPECT)
    assert_let_through(result)
    assert words in result.err and f"tomme-odd 1.0 (bin/{path})" in result.err, result.said


@BY_PIP_AND_UV
@pytest.mark.parametrize("path", ["tomme_odd.pth", "sitecustomize.py"])
def test_what_runs_whenever_python_starts_is_told(local, index, venv, command, path):
    offer(index, "tomme-odd", {path: "import sys\n"})
    result = local.run(*command, "tomme-odd", "tomme-demo", options=EXPECT)
    assert_let_through(result)
    assert f"whenever it starts" in result.err and f"tomme-odd 1.0 ({path})" in result.err, result.said
    result = local.run(*command, "tomme-odd", "--reinstall" if command[0] == "uv" else "--force-reinstall")
    assert "whenever it starts" not in result.err, result.said


@pytest.mark.parametrize("files", [{"tomme_host.py": ""}, {"odd.pth": "early\n", "early/tomme_host.py": ""}], ids=["beside", "led to"])
def test_a_module_of_the_name_of_a_project_that_never_came(local, index, venv, files):
    offer(index, "tomme-odd", files)
    result = local.run("uv", "pip", "install", "-q", "--python", "v", "tomme-odd", options=HOST)
    assert_let_through(result)
    assert "the expectation for tomme-host was never used: no file of that project came, but tomme-odd 1.0 has brought tomme_host.py" in result.err, result.said


@BY_PIP_AND_UV
def test_honest_neighbours(local, index, venv, command):
    """A namespace of several wheels, stubs, tests, path files, files of every kind in `.data`."""
    shared = {"tomme_space/{}/__init__.py": "", "tests/__init__.py": "", "{}-stubs/__init__.pyi": "", "{}.pth": "import os\n", "{}_more.pth": "tests\n"}
    for name in ("tomme-host", "tomme-odd"):
        module = name.replace("-", "_")
        files = {path.format(module): text for path, text in shared.items()} | {
            f"{module}-1.0.data/scripts/{name}-go": "#!python\nprint(1)\n", f"{module}-1.0.data/data/share/{name}.txt": "", f"{module}-1.0.data/data/etc/shared.txt": "same",
            f"{module}-1.0.data/headers/x.h": "", f"{module}-1.0.data/platlib/{module}_c.py": ""}
        offer(index, name, files)
    assert local.plain(*command, "tomme-host").code == 0
    result = local.run(*command, "tomme-odd", options=HOST)
    assert_let_through(result)
    assert "among the files" not in result.err and "has brought" not in result.err, result.said


@BY_PIP_AND_UV
def test_a_wheel_with_everything_beside_an_expected_one(local, index, venv, command):
    index.add(Package("tomme_odd-1.0-py3-none-any.whl", wheel_of("tomme-odd", "1.0"), None, None), "tomme-odd")
    result = local.run(*command, "tomme-odd", "tomme-demo", options=EXPECT)
    assert_let_through(result)
    assert "has brought" not in result.err and "whenever it starts" not in result.err, result.said
