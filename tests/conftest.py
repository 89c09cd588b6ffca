"""What the whole-program tests in Python share: where the program and the real bundles are, and servers."""
import os
import pathlib

import pytest

from servers import fresh_database, postgres, s3  # noqa: F401: fixtures

ROOT = pathlib.Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> pathlib.Path:
    return ROOT


@pytest.fixture(scope="session")
def tomme() -> pathlib.Path:
    """The program under test: TOMME_PROGRAM, or the release build."""
    program = pathlib.Path(os.environ.get("TOMME_PROGRAM", ROOT / "build/tomme"))
    assert program.exists(), f"{program} is missing: make build"
    return program


@pytest.fixture(scope="session")
def shared() -> pathlib.Path:
    """The folder of real bundles beside the checkout; tests that need it are skipped without it."""
    folder = pathlib.Path(os.environ.get("TOMME_SHARED_DIR", ROOT.parent / "shared"))
    if not (folder / "vectors").is_dir():
        pytest.skip(f"there is no {folder}/vectors")
    return folder
