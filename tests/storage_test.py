"""The unit tests of io/store once more, against servers: PostgreSQL and S3-compatible storage (servers.py).

The C++ program finds them by TOMME_TEST_POSTGRES and TOMME_TEST_S3, and puts its own failing network in between.
TOMME_STORE_TEST names another build of it than that of TOMME_PROGRAM.
"""
import os
import pathlib
import subprocess

import pytest

@pytest.fixture(scope="module")
def store_test(root) -> pathlib.Path:
    """Of the same build as the program under test."""
    beside = pathlib.Path(os.environ.get("TOMME_PROGRAM", root / "build/tomme")).with_name("io_store_test")
    usual = beside if beside.exists() else root / "build/release/io_store_test"
    program = pathlib.Path(os.environ.get("TOMME_STORE_TEST", usual))
    if not program.exists():
        pytest.skip(f"{program} is not built")
    return program


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
