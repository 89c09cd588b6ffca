"""What is published is what python-tuf, go-tuf and tuf-js all read, and what the program says when it is not."""
import json
import os
import resource
import subprocess

from tuf_mirror import Mirror, static_repository
from tuf_stage import Repository, repository  # noqa: F401: a fixture


def made(repository: Repository, *words) -> None:  # noqa: F811
    for role, kind in {"root": "ed25519", "targets": "ed25519", "bins": "ed25519", "online": "ecdsa"}.items():
        repository.run("key", "new", "--no-passphrase", "--type", kind, f"{role}.pem")
    repository.run("init", "repository", "--pep458", "--bits", "2", "--root-key", "root.pem.pub", "--targets-key",
                   "targets.pem.pub", "--bins-key", "bins.pem.pub", "--online-key", "online.pem", *words)
    sign(repository, "root", "targets", "bins")
    repository.there("add", repository.write("packages/a", "a"))
    repository.there("publish")


def sign(repository: Repository, *roles) -> str:  # noqa: F811
    return repository.there("sign", "--yes", *[word for role in roles for word in ("--key", f"{role}.pem")])


def staged(repository: Repository, role: str, change) -> None:  # noqa: F811
    """As another program would have written it: the next version with something in it."""
    repository.there("renew", role)
    path = repository.public / f"staged/{role}.json"
    file = json.loads(path.read_text())
    change(file["signed"])
    path.write_text(json.dumps(file))
    sign(repository, role)


def test_what_some_client_cannot_read_is_not_published(repository):  # noqa: F811
    made(repository)
    changes = {
        ("root", "python-tuf"): lambda r: r.update(expires=r["expires"].replace("Z", ".5Z")),
        ("root", "has a role 'mirrors'"): lambda r: r["roles"].update(mirrors={"keyids": [], "threshold": 1}),
        ("targets", "go-tuf takes for 'version'"): lambda t: t.update(Version=9),
        ("targets", "beyond 2^53"): lambda t: t.update(x=2**62),
        ("targets", "for different paths"): lambda t: t["delegations"]["roles"][0].update(paths=["[p]ackages/*"]),
    }
    for (role, words), change in changes.items():
        staged(repository, role, change)
        said = repository.there("publish", expect=1)
        assert words in said, said
        assert "nothing to publish" in said
        repository.there("unstage", role)
    staged(repository, "targets", lambda t: t.update({"x-other": {"member": None}}))
    repository.there("publish")
    repository.there("verify")


def test_one_row_does_not_take_a_bin_from_a_client(repository):  # noqa: F811
    made(repository)
    digest = "0" * 64
    for row in (f"\U0001f600\t1\t{digest}", f"a\t{2**53 + 1}\t{digest}", f'a\t1\t{digest}\t{{"n":{2**53 + 1}}}'):
        repository.write("list", row + "\n")
        assert "repository/target" in repository.there("add", "--list", "list", expect=1)
    repository.write("list", f"\uff46\t1\t{digest}\n\u65e5\u672c\t{2**53}\t{digest}\n")
    repository.there("add", "--list", "list")
    repository.there("verify")


def test_what_people_have_to_renew_is_said_by_publish(repository):  # noqa: F811
    made(repository, "--lifetime", "targets=2")
    said = repository.there("publish")
    assert "expires" not in said

    def later(hours: int) -> str:
        return subprocess.run(["date", "-u", "-d", f"+{hours} hours", "+%Y-%m-%dT%H:%M:%SZ"], text=True,
                              capture_output=True, check=True).stdout.strip()

    assert "warning: targets expires" in repository.there("publish", "--time", later(47))
    said = repository.there("publish", "--time", later(49), expect=1)
    assert "warning: targets expired" in said
    assert "hint: tomme tuf renew targets" in said


def test_the_words_are_of_what_the_key_signs(repository):  # noqa: F811
    made(repository)
    repository.there("renew", "root", "targets")
    said = sign(repository, "root")
    assert "root version 2" in said
    assert "targets version" not in said
    assert "note: 1 other staged file this key does not sign" in said
    assert "none of what is staged" in repository.there("sign", "--yes", "--key", "bins.pem", expect=2)
    repository.there("unstage", "root", "targets")
    repository.there("undelegate", "bins")
    assert "attention: what bins and the hash bins" in sign(repository, "targets")
    repository.there("publish")
    assert "not filled again" in repository.there("bins", "2")


def test_hints_can_be_followed(repository):  # noqa: F811
    made(repository)
    assert "is a hash bin" in repository.there("delegate", "b-1", "--key", "bins.pem.pub", "--path", "x/*", expect=2)
    (repository.folder / "empty").mkdir()
    repository.there("renew", "bins")
    copy = repository.folder / "bins (1).json"
    copy.write_text((repository.public / "staged/bins.json").read_text())
    words = "sign", "--yes", "--key", "bins.pem", "--previous"
    assert "--previous a copy of what is served" in repository.run(*words, "empty", copy.name, expect=2)
    assert "ROLE.json" in repository.run(*words, "repository/public", copy.name, expect=2)
    repository.there("delegate", "dev", "--key", "online.pem.pub", "--path", "dev/*")
    sign(repository, "targets")
    said = repository.there("publish", expect=1)
    assert "bins" in said
    repository.there("renew", "dev")
    repository.there("sign", "--yes", "--key", "online.pem")
    repository.there("publish", expect=1)
    said = repository.there("add", "--role", "dev", repository.write("elsewhere/x", "x"))
    assert "elsewhere/x is not among the paths" in said
    assert "warning" not in repository.there("add", "--role", "dev", repository.write("dev/x", "x"))


def test_keys_stay_where_they_are(repository):  # noqa: F811
    made(repository)
    for name in ("repository/public/k.pem", "repository/public/targets/k.pem"):
        (repository.folder / name).parent.mkdir(parents=True, exist_ok=True)
        assert "everybody can read" in repository.run("key", "new", "--no-passphrase", name, expect=2)
        assert not (repository.folder / name).exists()
    os.link(repository.folder / "repository/repository.db", repository.folder / "hard")
    assert "repository/own-file" in repository.there("add", "hard", expect=2)


def test_a_file_that_may_not_grow_is_said(repository):  # noqa: F811
    made(repository)
    done = subprocess.run([repository.tomme, "tuf", "renew", "--repository", "repository", "targets"],
                          cwd=repository.folder, text=True, capture_output=True, timeout=60,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))
    assert done.returncode > 0, f"ended by signal {-done.returncode}"
    assert "error: " in done.stderr
    repository.there("verify")


def test_targets_never_come_among_the_metadata_by_a_link(repository):  # noqa: F811
    made(repository)
    repository.there("add", repository.write("timestamp.json", "a target"))
    repository.there("publish")
    (repository.folder / "t").symlink_to("m")
    with Mirror(static_repository(repository.public)) as mirror:
        said = repository.run("download", "--metadata-dir", "m", "--metadata-url", f"{mirror.url}/metadata/", "--root",
                              repository.public / "metadata/1.root.json", "--target-url", f"{mirror.url}/targets/",
                              "--target-dir", "t", "timestamp.json", expect=2)
    assert "may not lie within one another" in said
    assert "a target" not in (repository.folder / "m/timestamp.json").read_text()
