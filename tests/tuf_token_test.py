"""Keys of `tomme tuf` in PKCS#11 tokens (SoftHSM), as a whole program: a ceremony with a holder's token, an online key
in another, what a client makes of the result, and what is refused."""
import contextlib
import os
import pathlib
import pty
import select
import shutil
import sqlite3
import subprocess
import time

import pytest
from tuf_mirror import Mirror, static_repository
from tuf_stage import Client, Updater

PIN = "7531"
MODULES = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so"]
MODULE = next((path for path in MODULES if os.path.exists(path)), None)

pytestmark = pytest.mark.skipif(MODULE is None or shutil.which("softhsm2-util") is None,
                                reason="SoftHSM is not installed (Debian: softhsm2)")


class Tokens:
    """A folder with SoftHSM's tokens, and tomme beside it."""

    def __init__(self, tomme: pathlib.Path, folder: pathlib.Path):
        self.tomme, self.folder = tomme, folder
        self.public = folder / "repository/public"
        (folder / "tokens").mkdir(parents=True)
        conf = folder / "softhsm2.conf"
        conf.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
        self.pin_file = folder / "pin"
        self.pin_file.write_text(PIN + "\n")
        self.environment = {name: value for name, value in os.environ.items() if name != "TOMME_PASSPHRASE"} | {
            "SOFTHSM2_CONF": str(conf), "TOMME_PKCS11_MODULE": MODULE,
            "ASAN_OPTIONS": "detect_leaks=0"}  # SoftHSM loses some bytes at each signature by Ed25519

    def make(self, token: str, **keys: str) -> None:
        """keys: label=type, as tomme makes them; imported, as Debian's SoftHSM has no other tool."""
        self.util("--init-token", "--free", "--label", token, "--so-pin", PIN, "--pin", PIN)
        for number, (label, kind) in enumerate(keys.items(), 1):
            file = self.folder / f"{token}-{label}.pem"
            self.run("key", "new", "--no-passphrase", "--type", kind, file)
            self.util("--import", file, "--token", token, "--label", label, "--id", f"{number:02}", "--pin", PIN)
            file.unlink()

    def util(self, *words) -> None:
        subprocess.run(["softhsm2-util", *map(str, words)], check=True, env=self.environment, capture_output=True)

    def uri(self, token: str, label: str) -> str:
        return f"pkcs11:token={token};object={label}?pin-source=file:{self.pin_file}"

    def start(self, *words, **environment):
        return subprocess.Popen([self.tomme, "tuf", *map(str, words)], cwd=self.folder, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                start_new_session=True, env=self.environment | environment)

    def run(self, *words, expect: int = 0, **environment) -> str:
        with self.start(*words, **environment) as process:
            out, err = process.communicate(timeout=120)
        assert process.returncode == expect, f"{words}: {process.returncode}\n{out}{err}"
        return out + err

    def there(self, verb: str, *words, expect: int = 0, **environment) -> str:
        if verb == "publish" and "--online-key" not in words:
            words = ("--passphrase-file", self.pin_file, *words)
        return self.run(*verb.split(), "--repository", "repository", *words, expect=expect, **environment)

    def write(self, name: str, content: str) -> str:
        (self.folder / name).write_text(content)
        return name


@pytest.fixture
def tokens(tomme, tmp_path) -> Tokens:
    return Tokens(tomme, tmp_path / "work")


@pytest.fixture
def faulty(tokens, root) -> Tokens:
    """The same, driven by the module that goes wrong on demand."""
    folders = [tokens.tomme.resolve().parent, root / "build/release"]
    module = next((folder / "tomme_faulty_token.so" for folder in folders
                   if (folder / "tomme_faulty_token.so").exists()), None)
    if module is None:
        pytest.skip("there is no tomme_faulty_token.so beside the program: tools/build release all")
    tokens.fault = tokens.folder / "fault"
    tokens.environment |= {"TOMME_PKCS11_MODULE": str(module), "TOMME_FAULTY_MODULE": MODULE,
                           "TOMME_FAULTY_FILE": str(tokens.fault)}
    return tokens


def begin(tokens: Tokens, kind: str = "ecdsa") -> None:
    """A repository with its root key in one token and its online key in another."""
    tokens.make("holder", root=kind)
    tokens.make("online", online=kind)
    tokens.run("init", "repository", "--bits", "2", "--root-key", "pkcs11:token=holder;object=root",
               "--online-key", tokens.uri("online", "online"))
    tokens.there("sign", "--yes", "--key", tokens.uri("holder", "root"))
    tokens.there("publish")


@pytest.mark.parametrize("kind", ["ecdsa", "rsa", "ed25519"])
def test_a_repository_of_pep_458_with_its_keys_in_tokens(tokens, tmp_path, kind):
    tokens.make("alice", root=kind, targets=kind)
    tokens.make("online", online=kind)
    # The holder sends the public half of root; no PIN is asked for.
    pem = tokens.run("key", "show", "--pem", "pkcs11:token=alice;object=root")
    tokens.write("alice.pub", pem)
    key_id = tokens.run("key", "show", "pkcs11:token=alice;object=root").split()[0]
    assert tokens.run("key", "show", "alice.pub").split()[0] == key_id
    # 256 bins are signed by two threads.
    tokens.run("init", "repository", "--pep458", "--bits", "8", "--root-key", "alice.pub", "--targets-key",
               "pkcs11:token=alice;object=targets", "--online-key", tokens.uri("online", "online"))
    for role, label in (("root", "root"), ("targets", "targets"), ("bins", "targets")):
        copy = tokens.folder / f"{role}.json"
        copy.write_bytes((tokens.public / f"staged/{role}.json").read_bytes())
        words = tokens.run("sign", "--yes", "--key", tokens.uri("alice", label), copy)
        # bins has the key of targets, and so a version of its own
        assert f"{role} version {2 if role == 'bins' else 1}" in words
        tokens.there("merge", copy)
    tokens.there("add", tokens.write("a", "content"))
    tokens.there("publish")
    assert "verified 1 target in 256 bins" in tokens.there("verify", "--target-files")
    assert PIN not in (tokens.folder / "repository/repository.db").read_bytes().decode("latin-1")
    # This client, and python-tuf.
    with Mirror(static_repository(tokens.public)) as mirror:
        tokens.run("download", "--metadata-dir", tmp_path / "seen", "--root", tokens.public / "metadata/1.root.json",
                   "--metadata-url", f"{mirror.url}/metadata", "--target-url", f"{mirror.url}/targets", "--target-dir",
                   tmp_path / "got", "a")
    assert [path.read_bytes() for path in (tmp_path / "got").rglob("*") if path.is_file()] == [b"content"]
    if Updater is not None:
        assert Client(tokens.public, tmp_path / "memory").download("a") == b"content"


def test_rotation_from_a_file_to_a_token(tokens, tmp_path):
    tokens.make("holder", root="ecdsa")
    tokens.run("key", "new", "--no-passphrase", "old.pem")
    tokens.run("key", "new", "--no-passphrase", "--type", "ecdsa", "online.pem")
    tokens.run("init", "repository", "--bits", "2", "--root-key", "old.pem", "--online-key", "online.pem")
    tokens.there("sign", "--yes", "--key", "old.pem")
    tokens.there("publish")
    old_id = tokens.run("key", "show", "old.pem").split()[0]
    tokens.there("key add", "root", "pkcs11:token=holder;object=root")
    tokens.there("key remove", "root", old_id)
    # Both in one command: one file, one token.
    assert "signed root" in tokens.there("sign", "--yes", "--key", "old.pem", "--key", tokens.uri("holder", "root"))
    tokens.there("publish")
    tokens.there("verify")


def test_a_pin_is_told_in_several_ways(tokens):
    begin(tokens)
    uri = "pkcs11:token=holder;object=root"
    tokens.there("renew", "root")
    assert "pkcs11/no-pin" in tokens.there("sign", "--yes", "--key", uri, expect=2)
    tokens.there("sign", "--yes", "--key", uri, "--passphrase-file", tokens.pin_file)
    tokens.there("sign", "--yes", "--key", uri, TOMME_PASSPHRASE=PIN)
    tokens.there("sign", "--yes", "--key", f"{uri}?pin-value={PIN}")
    assert "typed" not in tokens.there("sign", "--yes", "--key", f"{uri}?module-path={MODULE}&pin-source={tokens.pin_file}")
    said = tokens.there("sign", "--yes", "--key", f"{uri}?pin-source=/no/where", expect=2)
    assert "pkcs11/no-pin" in said and "/no/where" in said
    said = tokens.there("sign", "--yes", "--key", f"{uri}?pin-value=9753", expect=1)
    assert "the token holder refused the PIN" in said and "9753" not in said


def test_a_pin_is_typed_on_the_terminal(tokens):
    begin(tokens)
    tokens.there("renew", "root")
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tokens.folder)
        os.execve(tokens.tomme, ["tomme", "tuf", "sign", "--repository", "repository", "--yes", "--key",
                                 "pkcs11:token=holder;object=root"], tokens.environment)
    shown = b""
    end = time.monotonic() + 30
    while b"PIN of the token holder: " not in shown:
        assert time.monotonic() < end, shown
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 4096)
    os.write(terminal, PIN.encode() + b"\n")
    while True:
        try:
            if not (more := os.read(terminal, 4096)):
                break
        except OSError:
            break
        shown += more
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, shown
    assert PIN.encode() not in shown and b"signed root" in shown


def test_the_database_keeps_no_pin_and_no_module(tokens):
    tokens.make("spare", root="ecdsa", online="ecdsa")
    uri = "pkcs11:token=spare;object=online"
    for query in (f"pin-value={PIN}", f"module-path={MODULE}", "module-name=softhsm2"):
        said = tokens.run("init", "repository", "--bits", "2", "--root-key", "pkcs11:object=root", "--online-key",
                          f"{uri}?{query}", expect=2)
        assert "pkcs11/stored" in said and PIN not in said
    begin(tokens)
    assert b"pin-source" not in (tokens.folder / "repository/repository.db").read_bytes()
    # Whoever can write to the database does not choose which library is loaded.
    with sqlite3.connect(tokens.folder / "repository/repository.db") as database:
        database.execute("UPDATE tuf_setting SET value = ? WHERE name = 'online-keys'",
                         (f"{uri}?module-path=/tmp/evil.so\n",))
    assert "pkcs11/stored" in tokens.there("publish", expect=2)
    # Nor which file is read, whose first line is sent to a token.
    with sqlite3.connect(tokens.folder / "repository/repository.db") as database:
        database.execute("UPDATE tuf_setting SET value = ? WHERE name = 'online-keys'",
                         (tokens.uri("online", "online") + "\n",))
    assert "pkcs11/no-pin" in tokens.run("publish", "--repository", "repository", expect=2)
    tokens.there("publish")
    tokens.there("publish", "--online-key", f"{tokens.uri('online', 'online')}&module-path={MODULE}")


def test_refusals(tokens):
    tokens.make("release", root="ecdsa")
    show = ["key", "show"]
    assert "pkcs11/uri" in tokens.run(*show, "pkcs11:tokne=release", expect=2)
    said = tokens.run(*show, "pkcs11:token=Release", expect=3)
    assert "pkcs11/no-token" in said and "token=release;" in said
    said = tokens.run(*show, "pkcs11:token=release;object=toor?pin-source=" + str(tokens.pin_file), expect=2)
    assert "pkcs11/no-key" in said and "object=root;id=%01" in said
    assert "pkcs11/module" in tokens.run(*show, "pkcs11:?module-path=/no/where.so", expect=3)
    assert "pkcs11/module" in tokens.run(*show, "pkcs11:", expect=3, TOMME_PKCS11_MODULE="/etc/passwd")


def test_a_key_is_made_in_the_token(tokens):
    tokens.make("release")
    made = tokens.run("key", "new", "pkcs11:token=release;object=root", "--passphrase-file", tokens.pin_file)
    key_id, uri = made.split()[0], made.split()[-1]
    assert "ECDSA P-256" in made and uri.startswith("pkcs11:token=release;object=root;id=")
    assert tokens.run("key", "show", uri).split()[0] == key_id
    assert not list(tokens.folder.glob("pkcs11*"))
    said = tokens.run("key", "new", tokens.uri("release", "root"), expect=2)
    assert "pkcs11/exists" in said and "object=root;id=" in said
    said = tokens.run("key", "new", "--type", "rsa", tokens.uri("release", "online"))
    assert "RSA 3072" in said
    tokens.run("init", "repository", "--bits", "2", "--root-key", uri, "--online-key", tokens.uri("release", "online"))
    tokens.there("sign", "--yes", "--key", tokens.uri("release", "root"))
    tokens.there("publish")
    tokens.there("verify")


def test_p11_kit_finds_what_the_system_knows(tokens):
    if not os.path.exists("/usr/share/p11-kit/modules/softhsm2.module"):
        pytest.skip("this system does not tell p11-kit of SoftHSM")
    tokens.make("release", root="ecdsa")
    del tokens.environment["TOMME_PKCS11_MODULE"]
    shown = tokens.run("key", "show", "pkcs11:token=release;object=root")
    assert shown == tokens.run("key", "show", "pkcs11:token=release;object=root", TOMME_PKCS11_MODULE=MODULE)


@contextlib.contextmanager
def publishing(tokens: Tokens):
    """`publish --watch` beside the test, from its first change on; at the end all that is published has to hold."""
    begin(tokens)
    tokens.there("add", tokens.write("a", "a"))
    with tokens.start("publish", "--repository", "repository", "--watch", "1", "--passphrase-file",
                      tokens.pin_file) as standing:
        try:
            assert "publishing what is added" in standing.stderr.readline()
            assert "1 change " in standing.stdout.readline()
            yield standing
        finally:
            standing.terminate()
            standing.communicate(timeout=30)
    assert standing.returncode == 0
    tokens.there("verify", "--target-files")


def test_a_token_is_taken_out_and_put_back(faulty):
    with publishing(faulty) as standing:
        for attempt in ("one", "two"):
            faulty.fault.write_text("removed")
            faulty.write("a", attempt)
            faulty.there("add", "a")
            line = standing.stderr.readline()
            assert "pkcs11/gone" in line and "the token online is not there any more" in line
            assert "hint" in standing.stderr.readline()
            faulty.fault.write_text("")
            assert "1 change " in standing.stdout.readline()


def test_a_module_that_fails_for_good_is_started_anew(faulty):
    with publishing(faulty) as standing:
        faulty.fault.write_text("stale")
        faulty.write("a", "again")
        faulty.there("add", "a")
        assert "pkcs11/failed" in standing.stderr.readline()
        assert "1 change " in standing.stdout.readline()


def test_an_online_key_that_cannot_sign_is_refused_at_init(tokens):
    tokens.make("release", root="ecdsa", online="ecdsa")
    init = ["init", "repository", "--bits", "2", "--root-key", "pkcs11:object=root", "--online-key"]
    assert "pkcs11/no-key" in tokens.run(*init, tokens.uri("release", "enline"), expect=2)
    assert "pkcs11/key-type" in tokens.run(*init, "pkcs11:object=online;type=public", expect=2)
    pem = tokens.write("online.pub", tokens.run("key", "show", "--pem", "pkcs11:object=online"))
    assert "has no private key" in tokens.run(*init, pem, expect=2)
    assert "was not tried" in tokens.run(*init, "pkcs11:object=online")
    tokens.there("sign", "--yes", "--key", tokens.uri("release", "root"))
    tokens.there("publish")


def test_a_faulty_token_publishes_nothing(faulty):
    begin(faulty)
    timestamp = (faulty.public / "metadata/timestamp.json").read_bytes()
    faulty.there("add", faulty.write("a", "a"))
    faulty.fault.write_text("wrong")
    assert "pkcs11/signature" in faulty.there("publish", expect=1)
    faulty.there("renew", "root")
    assert "pkcs11/signature" in faulty.there("sign", "--yes", "--key", faulty.uri("holder", "root"), expect=1)
    assert (faulty.public / "metadata/timestamp.json").read_bytes() == timestamp
    faulty.fault.write_text("locked")
    assert "pkcs11/pin-locked" in faulty.there("publish", expect=1)
    logins = len((faulty.folder / "fault.logins").read_text())
    faulty.fault.write_text("final-try")
    assert "pkcs11/last-try" in faulty.there("publish", expect=1)
    assert len((faulty.folder / "fault.logins").read_text()) == logins
    faulty.fault.write_text("")
    # The target is published; the renewed root, which nobody could sign, is left behind and said so by the status.
    assert "not published: the staged root" in faulty.there("publish", expect=1)
    assert "verified 1 target " in faulty.there("verify")
