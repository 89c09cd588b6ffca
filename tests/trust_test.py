"""The trust root by TUF: `tomme trust`, and what the verbs make of it, against a mirror on this machine."""
import os
import pathlib
import socket
import subprocess
import threading
import time

import pytest

from tuf_mirror import Mirror, public_good

WHEN = "2026-08-21T00:00:00Z"
PUBLIC = "https%3A%2F%2Ftuf-repo-cdn.sigstore.dev"
SUITE = "vectors/sigstore-conformance"


class Person:
    def __init__(self, program: pathlib.Path, folder: pathlib.Path, shared: pathlib.Path):
        self.program, self.shared, self.cache = program, shared, folder / "cache"
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8",
                            "TOMME_CACHE_DIR": str(self.cache)} | {
            name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}

    def tomme(self, *words) -> subprocess.CompletedProcess:
        return subprocess.run([self.program, *map(str, words)], capture_output=True, text=True, timeout=60,
                              env=self.environment)

    def init(self, mirror: Mirror, root: str = "5.root.json"):
        return self.tomme("trust", "init", "--mirror", mirror.url, "--root",
                          self.shared / "vectors/public-good/metadata/root_history" / root)

    def update(self, mirror: Mirror, when=WHEN):
        return self.tomme("trust", "update", "--mirror", mirror.url, "--time", when)

    def verify(self, *options):
        case = self.shared / SUITE / "bundle-verify/happy-path-v0.3/bundle.sigstore.json"
        return self.tomme("verify", "--anyone", "--bundle", case, self.shared / SUITE / "a.txt", *options)

    def sigstore(self, *options):
        """As scripts call sigstore-python: it would refresh."""
        case = self.shared / SUITE / "bundle-verify/happy-path-v0.3/bundle.sigstore.json"
        identity = ("https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
                    "extremely-dangerous-oidc-beacon.yml@refs/heads/main")
        return self.tomme("sigstore", *options, "verify", "identity", "--bundle", case, "--cert-identity", identity,
                          "--cert-oidc-issuer", "https://token.actions.githubusercontent.com", self.shared / SUITE / "a.txt")


@pytest.fixture
def person(tomme, tmp_path, shared) -> Person:
    return Person(tomme, tmp_path, shared)


@pytest.fixture
def mirror(shared):
    with Mirror(public_good(shared)) as running:
        yield running


class Proxy:
    """Takes connections and answers none (`silent`), or refuses each. `seen` counts them."""

    def __init__(self, silent: bool):
        self.silent, self.seen, self.open = silent, 0, []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.seen += 1
            if self.silent:
                self.open.append(connection)
                continue
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            connection.close()


class TestTrust:
    def test_the_built_in_root(self, person):
        shown = person.tomme("trust", "show")
        assert (shown.returncode, shown.stderr) == (0, "")
        assert "the trust root built in on 20" in shown.stdout and "refreshed     never" in shown.stdout
        assert not person.cache.exists()

    def test_another_instance_from_init_to_use(self, person, mirror):
        for words in (("trust", "show"), ("trust", "update"), ("verify", "--anyone", "x")):
            unknown = person.tomme(*words, "--mirror", mirror.url)
            assert unknown.returncode == 2 and "[trust/not-begun]" in unknown.stderr, unknown.stderr
        begun = person.init(mirror)
        assert begun.returncode == 0 and "version 5, sha256:" in begun.stdout
        unfetched = person.tomme("trust", "show", "--mirror", mirror.url)
        assert unfetched.returncode == 3 and "[trust/not-kept]" in unfetched.stderr
        assert mirror.asked == []
        updated = person.update(mirror)
        assert (updated.returncode, updated.stderr) == (0, "")
        assert "root version 15, expires 2026-11-20T13:58:18Z" in updated.stdout
        assert "signing_config.v0.2.json is kept" in updated.stdout
        mirror.take_asked()
        shown = person.tomme("trust", "show", "--mirror", mirror.url, "--time", "2026-09-21T00:00:00Z")
        assert "refreshed     2026-08-21T00:00:00Z, 31 days ago" in shown.stdout
        assert "timestamp version 762, expired 2026-08-28T19:25:56Z, 23 days ago" in shown.stdout
        verified = person.verify("--mirror", mirror.url)
        assert (verified.returncode, verified.stderr) == (0, "")
        assert mirror.asked == []

    def test_who_wants_no_refresh_is_told_how_stale_it_is(self, person, mirror):
        person.init(mirror)
        person.update(mirror)
        result = person.sigstore("--instance", mirror.url, "--refresh", "never")
        assert result.returncode == 0
        assert result.stderr.startswith("warning: the trust root in use is of 2026-08-21: ")
        assert "expired" in result.stderr and result.stderr.count("\n") == 2  # and "OK: …"

    def test_a_failed_refresh_is_said_once_a_day_and_not_fatal(self, person, mirror):
        person.init(mirror)
        person.update(mirror)
        mirror.answers["16.root.json"] = 503
        first = person.verify("--mirror", mirror.url, "--refresh", "daily")
        assert first.returncode == 0, first.stderr
        warning, hint = first.stderr.splitlines()
        assert warning == ("warning: the trust root could not be refreshed (tomme trust show says why); "
                           "using that of 2026-08-21")
        assert hint.startswith("hint: ") and "TOMME_REFRESH=never" in hint
        assert "503" in person.tomme("trust", "show", "--mirror", mirror.url).stdout
        mirror.take_asked()
        again = person.verify("--mirror", mirror.url, "--refresh", "daily")
        assert again.returncode == 0 and again.stderr == ""
        assert mirror.asked == []  # the second time it was not asked
        strict = person.verify("--mirror", mirror.url, "--refresh", "always")
        assert strict.returncode == 3 and "[tuf/mirror]" in strict.stderr and strict.stdout == ""

    def test_update_says_what_expired(self, person, mirror):
        person.init(mirror)
        late = person.update(mirror, "2026-11-26T00:00:00Z")
        assert late.returncode == 1
        assert "root version 15 expired at 2026-11-20T13:58:18Z, 5 days before" in late.stderr
        assert "hint: check this machine's clock" in late.stderr

    def test_a_bad_root_is_refused_and_changes_nothing(self, person, mirror, tmp_path):
        person.init(mirror)
        person.update(mirror)
        bad = tmp_path / "root.json"
        bad.write_bytes(mirror.files["5.root.json"].replace(b"2023", b"2033"))
        refused = person.tomme("trust", "init", "--mirror", mirror.url, "--root", bad)
        assert refused.returncode == 1 and "[tuf/threshold]" in refused.stderr
        assert person.tomme("trust", "show", "--mirror", mirror.url).returncode == 0

    def test_all_at_once(self, person, mirror):
        person.init(mirror)
        words = [person.program, "trust", "update", "--mirror", mirror.url, "--time", WHEN]
        running = [subprocess.Popen(words, env=person.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                   for _ in range(5)]
        assert [process.wait(60) for process in running] == [0] * 5
        for process in running:
            process.communicate()

    def test_mirrors_that_are_none(self, person):
        for url in ("http://tuf.example.org", "ftp://tuf.example.org", "tuf.example.org", "https://tuf.example.org/?x"):
            result = person.tomme("trust", "show", "--mirror", url)
            assert result.returncode == 2 and "[tuf/mirror-address]" in result.stderr


class TestPublicInstance:
    """Its mirror is not there: a proxy is in the way."""

    def test_a_proxy_that_refuses(self, person):
        proxy = Proxy(silent=False)
        person.environment["HTTPS_PROXY"] = proxy.url
        for warned in (True, False, False):
            result = person.sigstore()
            assert result.returncode == 0, result.stderr
            lines = result.stderr.splitlines()
            assert len(lines) == (3 if warned else 1) and lines[-1].startswith("OK: ")
            if warned:
                assert lines[0].startswith("warning: the trust root could not be refreshed (")
                assert "; using the one built in on 20" in lines[0] and "TOMME_REFRESH=never" in lines[1]
        assert proxy.seen == 1
        assert person.sigstore("--refresh", "never").stderr.startswith("OK: ")
        assert person.verify().stderr == ""  # offline: nobody is asked
        assert proxy.seen == 1
        shown = person.tomme("trust", "show").stdout
        assert "failed " in shown and "built in" in shown
        assert person.sigstore("--refresh", "always").returncode == 1  # as sigstore-python ends
        assert proxy.seen == 2

    def test_a_network_that_swallows_everything(self, person):
        proxy = Proxy(silent=True)
        person.environment["HTTPS_PROXY"] = proxy.url
        started = time.monotonic()
        assert person.sigstore().returncode == 0
        assert 2 < time.monotonic() - started < 20  # 3 s, on a busy machine more
        started = time.monotonic()
        assert person.sigstore().returncode == 0
        assert proxy.seen == 1

    def test_the_environment_may_switch_it_off(self, person):
        proxy = Proxy(silent=False)
        person.environment |= {"HTTPS_PROXY": proxy.url, "TOMME_REFRESH": "never"}
        assert person.sigstore().stderr.startswith("OK: ")
        assert proxy.seen == 0
        person.environment["TOMME_REFRESH"] = "hourly"
        assert person.sigstore().returncode == 2

    def test_the_cache_is_this_persons_alone(self, person):
        person.environment["HTTPS_PROXY"] = Proxy(silent=False).url
        person.cache.mkdir()
        (person.cache / "tuf").mkdir()
        (person.cache / "tuf" / PUBLIC).mkdir()
        (person.cache / "tuf" / PUBLIC).chmod(0o777)
        result = person.sigstore()
        assert result.returncode == 0 and "everybody may write" in result.stderr
