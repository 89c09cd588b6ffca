"""Several people change what is staged at once: nothing of what was said to be done is lost."""

from __future__ import annotations

import json
import os
import subprocess

from tuf_stage import Repository, repository  # noqa: F401: a fixture

ROUNDS = 20


def at_once(repository: Repository, *commands: list) -> None:  # noqa: F811
    started = [subprocess.Popen([repository.tomme, "tuf", *map(str, words), "--repository", "repository"],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                cwd=repository.folder, env=os.environ | {"TOMME_PASSPHRASE": "secret"})
               for words in commands]
    said = [process.communicate(timeout=60)[0] for process in started]
    assert [process.returncode for process in started] == [0] * len(commands), said


def staged(repository: Repository, role: str) -> dict:  # noqa: F811
    return json.loads((repository.public / f"staged/{role}.json").read_text())


def test_nothing_is_lost_where_two_stage_or_sign_at_once(repository):  # noqa: F811
    alice, bob, carol, dave = (repository.key(f"{name}.pem", "ed25519") for name in ("alice", "bob", "carol", "dave"))
    online = repository.key("online.pem", "ecdsa")
    repository.run("init", "repository", "--bits", "2", "--root-key", alice, "--root-key", bob, "--online-key", online)
    repository.there("sign", "--yes", "--key", alice)
    repository.there("publish")
    for turn in range(ROUNDS):
        at_once(repository, ["key", "add", "root", carol], ["key", "add", "root", dave])
        assert len(staged(repository, "root")["signed"]["roles"]["root"]["keyids"]) == 4, turn
        at_once(repository, ["sign", "--yes", "--key", alice], ["sign", "--yes", "--key", bob])
        assert len(staged(repository, "root")["signatures"]) == 2, turn
        repository.there("unstage", "root")
