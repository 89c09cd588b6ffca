"""Servers that tests start on this machine and stop: PostgreSQL and S3-compatible storage."""
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
    """The environment with the address of a server; `folder` has a folder for each bucket, with the files as they are, or
    is None where the server keeps them in memory."""
    folder: pathlib.Path | None


def s3_server(root: pathlib.Path) -> str:
    """versitygw where Go built it, else moto, but for CI, where nothing is to be skipped in silence; TOMME_TEST_S3_SERVER
    wants one of them."""
    programs = {"versitygw": root / "build/versitygw", "moto": root / "build/moto/bin/python"}
    wanted = os.environ.get("TOMME_TEST_S3_SERVER", "versitygw" if os.environ.get("CI") else "")
    assert wanted in ("", *programs), f"TOMME_TEST_S3_SERVER={wanted}: there are {' and '.join(programs)}"
    for name, program in programs.items():
        if wanted in ("", name) and program.exists():
            return name
    skip(f"there is no {wanted or 'versitygw and no moto'} in build/ (tools/setup test): tests on S3 are skipped")


@pytest.fixture(scope="module")
def s3(root, tmp_path_factory):
    """Of an S3-compatible server on loopback that checks signatures and has the bucket bkt."""
    name, folder, port = s3_server(root), tmp_path_factory.mktemp("s3"), free_port()
    variables = S3Variables({"TOMME_TEST_S3": f"s3://bkt?endpoint=http://127.0.0.1:{port}&region={REGION}",
                             "AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY})
    if name == "moto":
        variables.folder, keys = None, dict(variables)
        command = [root / "build/moto/bin/python", root / "tests/s3server/moto_server.py", port, REGION]
    else:
        variables.folder, keys = folder / "buckets", {"ROOT_ACCESS_KEY": ACCESS_KEY, "ROOT_SECRET_KEY": SECRET_KEY}
        (variables.folder / "bkt").mkdir(parents=True)
        command = [root / "build/versitygw", "--port", f"127.0.0.1:{port}", "--region", REGION, "--quiet", "posix",
                   variables.folder]
    with running(command, port, folder / "log", env=os.environ | keys):
        yield variables
