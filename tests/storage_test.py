"""The unit tests of io/store once more, against servers: PostgreSQL and S3-compatible storage, started here.

The C++ program finds them by TOMME_TEST_POSTGRES and TOMME_TEST_S3, and puts its own failing network in between.
TOMME_STORE_TEST names another build of it than that of TOMME_PROGRAM.
"""
import contextlib
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

import pytest

PASSWORD = "pass-word"
ACCESS_KEY, SECRET_KEY, REGION = "AKIDEXAMPLE", "secret/with+signs", "eu-test-1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port: int, process: subprocess.Popen, log: pathlib.Path) -> None:
    for _ in range(300):
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError(f"nothing listens on port {port}: {log.read_text()}")


@contextlib.contextmanager
def running(command: list, port: int, log: pathlib.Path, **options):
    with log.open("w") as output:
        process = subprocess.Popen(list(map(str, command)), stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                                   **options)
    try:
        wait_for_port(port, process, log)
        yield
    finally:
        process.send_signal(2)  # PostgreSQL: a fast shutdown, which does not wait for clients
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def as_nobody_special() -> list[str]:
    """PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return []
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    return ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups"]


@pytest.fixture(scope="module")
def store_test(root) -> pathlib.Path:
    """Of the same build as the program under test."""
    beside = pathlib.Path(os.environ.get("TOMME_PROGRAM", root / "build/tomme")).with_name("io_store_test")
    usual = beside if beside.exists() else root / "build/release/io_store_test"
    program = pathlib.Path(os.environ.get("TOMME_STORE_TEST", usual))
    if not program.exists():
        pytest.skip(f"{program} is not built")
    return program


def skip(why: str) -> None:
    """On a person's machine; where CI is set, a server that is missing is a failure."""
    pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)


@pytest.fixture(scope="module")
def postgres():
    """The address of a fresh PostgreSQL on loopback that asks for a password."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found and not shutil.which("initdb"):
        skip("there is no PostgreSQL server: its tests are skipped")
    programs = found[-1].parent if found else pathlib.Path(shutil.which("initdb")).parent
    user, port = as_nobody_special(), free_port()
    with tempfile.TemporaryDirectory(prefix="tomme-pg-", ignore_cleanup_errors=True) as name:
        folder = pathlib.Path(name)
        (folder / "password").write_text(PASSWORD)
        if user:
            for path in (folder, folder / "password"):
                shutil.chown(path, int(pwd.getpwnam(user[1].partition("=")[2]).pw_uid))
        made = subprocess.run([*user, programs / "initdb", "-D", folder / "data", "-U", "tomme", "-E", "UTF8",
                               "--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={folder / 'password'}",
                               "--no-sync"], capture_output=True, text=True, cwd="/", timeout=120)
        assert made.returncode == 0, made.stderr
        command = [*user, programs / "postgres", "-D", folder / "data", "-p", port, "-k", folder,
                   "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        with running(command, port, folder / "log", cwd="/"):
            yield f"postgres://tomme:{PASSWORD}@127.0.0.1:{port}/postgres"


@pytest.fixture
def fresh_database(postgres) -> str:
    """The address of a database of that server, for one test."""
    name = f"of_{os.urandom(6).hex()}"
    server, _, _ = postgres.rpartition("/")
    made = subprocess.run(["psql", "--no-psqlrc", "-q", "-c", f"CREATE DATABASE {name}", postgres], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return f"{server}/{name}"


class S3Variables(dict):
    """The environment with the address of a server; `folder` has a folder for each bucket, with the files as they are."""
    folder: pathlib.Path


@pytest.fixture(scope="module")
def s3(root, tmp_path_factory):
    """Of an S3-compatible server on loopback that checks signatures."""
    program = root / "build/versitygw"
    if not program.exists():
        skip("there is no build/versitygw (tools/setup test builds it with Go): tests on S3 are skipped")
    folder, port = tmp_path_factory.mktemp("s3"), free_port()
    (folder / "buckets/bkt").mkdir(parents=True)
    command = [program, "--port", f"127.0.0.1:{port}", "--region", REGION, "--quiet", "posix", folder / "buckets"]
    keys = {"ROOT_ACCESS_KEY": ACCESS_KEY, "ROOT_SECRET_KEY": SECRET_KEY}
    with running(command, port, folder / "log", env=os.environ | keys):
        variables = S3Variables({"TOMME_TEST_S3": f"s3://bkt?endpoint=http://127.0.0.1:{port}&region={REGION}",
                                 "AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY})
        variables.folder = folder / "buckets"
        yield variables


def run(program: pathlib.Path, which: str, variables: dict[str, str]) -> subprocess.CompletedProcess:
    result = subprocess.run([program, f"--gtest_filter={which}", "--gtest_brief=1"], env=os.environ | variables,
                            capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "SKIPPED" not in result.stdout, result.stdout
    return result


def test_postgresql(store_test, postgres):
    result = run(store_test, "*/postgresql:PostgresTest.*", {"TOMME_TEST_POSTGRES": postgres})
    assert "PASSED  ] 3" in result.stdout, result.stdout


def test_s3(store_test, s3):
    result = run(store_test, "*/s3:S3NetworkTest.*", s3)
    assert "PASSED  ] 1" in result.stdout, result.stdout


def test_s3_refuses_another_key(store_test, s3):
    """That the server does check signatures, on which the tests above lean."""
    result = subprocess.run([store_test, "--gtest_filter=BlobTest.GivesBackWhatWasPut/s3"], capture_output=True, text=True,
                            env=os.environ | s3 | {"AWS_SECRET_ACCESS_KEY": "another"}, timeout=60)
    assert result.returncode == 1
    assert "SignatureDoesNotMatch" in result.stdout
